"""What the package reads from a scenario against a second reading in plain loops."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from channelopt.instance.load import from_data
from channelopt.terms.numbers import Numbers, Upgrades
from channelopt.terms.upgraded import under
from tests.reference import effects
from tests.reference.loading import loaded
from tests.reference.reader import numbers_of, policies_of
from tests.strategies import EVERYTHING, FULL, Data, small_scenarios

QUICK = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def compare(one: Numbers, other: Numbers) -> None:
    for field in fields(Numbers):
        found, expected = getattr(one, field.name), getattr(other, field.name)
        if field.name == "upgrades":
            found, expected = _sorted(found), _sorted(expected)
        same(field.name, found, expected)


def _sorted(upgrades: Upgrades) -> Upgrades:
    order = sorted(upgrades.effects, key=lambda e: (e.upgrade, e.quantity, e.operation))
    return replace(upgrades, effects=tuple(order))


def same(name: str, found: Any, expected: Any) -> None:
    """Equal, whatever they are made of; numbers up to the last digits."""
    if isinstance(expected, np.ndarray):
        assert found.shape == expected.shape, name
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12, nan_ok=True), name
        return
    one, other = _entries(found), _entries(expected)
    if other is None:
        assert repr(_number(found)) == repr(_number(expected)), name
        return
    assert one is not None, name
    assert set(one) == set(other), name
    for key in other:
        same(f"{name} {key}", one[key], other[key])


def _entries(value: Any) -> dict[Any, Any] | None:
    """What a mapping, a tuple or a dataclass holds; None of anything else."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, tuple):
        return dict(enumerate(value))
    return dict(value) if isinstance(value, dict) else None


def _number(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else value


def plain(policies: Any) -> list[Data]:
    return [{key: _plain(value) for key, value in p.model_dump().items()} for p in policies]


def _plain(value: Any) -> Any:
    """Filters in one order; a bound that is the same in every period as one number."""
    if not isinstance(value, list):
        return value
    if all(isinstance(entry, int | float) for entry in value) and len(set(value)) == 1:
        return value[0]
    return [str(entry) for entry in value] if None in value else sorted(map(str, value))


EITHER = st.one_of(small_scenarios(), small_scenarios(replace(FULL, **EVERYTHING)))


@QUICK
@given(EITHER)
def test_same_numbers(data: Data) -> None:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    compare(instance.numbers, numbers_of(data))
    assert plain(instance.policies) == plain(policies_of(data))


@pytest.mark.slow
@QUICK
@given(EITHER)
def test_the_resolved_scenario_is_the_same_scenario(data: Data) -> None:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    again = from_data(dict(instance.resolved))
    compare(again.numbers, instance.numbers)
    assert plain(again.policies) == plain(instance.policies)
    assert again.resolved == instance.resolved


@QUICK
@given(small_scenarios(replace(FULL, upgrades=3)), st.data())
def test_same_numbers_under_upgrades(data: Data, source: st.DataObject) -> None:
    n = numbers_of(data)
    flags = st.booleans()
    size = len(n.upgrades.ids) * len(n.periods)
    drawn = source.draw(st.lists(flags, min_size=size, max_size=size))
    owned = np.array(drawn, dtype=bool).reshape(len(n.upgrades.ids), len(n.periods))
    compare(under(n, owned), effects.under(n, owned))
