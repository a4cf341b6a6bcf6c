"""The reference model against brute force, on tiny scenarios: two readings of the specification."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from tests.often import often
from tests.reference import brute, model
from tests.reference.reader import numbers_of, policies_of
from tests.strategies import PARTS, TINY, Data, small_scenarios

QUICK = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TWO_PERIODS = replace(TINY, segments=1, channels=2, periods=2, curves=False)
WHOLE = replace(TINY, whole_contacts=True, channels=2, policies=2)
SMALLEST = replace(TINY, segments=1, channels=2, curves=False, policies=1)
COMBINATIONS = (
    *((part,) for part in PARTS),
    ("upgrades", "service_levels"),
    ("upgrades", "outages"),
    ("bundles", "outages"),
    ("bundles", "upgrades", "metrics"),
)


def agree(data: dict[str, Any], limit: int = 400) -> None:
    n, policies = numbers_of(data), policies_of(data)
    try:
        best = brute.solve(n, policies, limit)
    except brute.TooBigError:
        event("too big")
        assume(False)
    answer = model.solve(n, policies)
    event(answer.status)
    if best is None:
        assert answer.status == "infeasible"
    else:
        assert answer.objective == pytest.approx(best, rel=1e-6, abs=1e-6)


@QUICK
@given(small_scenarios(TINY))
def test_one_period(data: dict[str, Any]) -> None:
    agree(data)


@QUICK
@given(small_scenarios(TWO_PERIODS))
def test_two_periods(data: dict[str, Any]) -> None:
    agree(data)


@QUICK
@given(small_scenarios(WHOLE))
def test_whole_contacts(data: dict[str, Any]) -> None:
    agree(data)


def with_parts(*parts: str) -> Data:
    knobs: Data = {name: value for part in parts for name, value in PARTS[part].items()}
    return knobs | ({"upgrades": 2} if "upgrades" in parts else {})


@pytest.mark.parametrize("part", PARTS)
@settings(QUICK, max_examples=6)
@given(source=st.data())
def test_each_part(part: str, source: st.DataObject) -> None:
    agree(source.draw(small_scenarios(replace(SMALLEST, **with_parts(part)))), 1500)


@settings(QUICK, max_examples=8)
@given(small_scenarios(replace(SMALLEST, **with_parts(*PARTS))))
def test_all_parts(data: Data) -> None:
    agree(data, 1500)


@pytest.mark.slow
@pytest.mark.parametrize("parts", COMBINATIONS, ids="+".join)
@settings(QUICK, max_examples=often(200))
@given(source=st.data())
def test_combinations(parts: tuple[str, ...], source: st.DataObject) -> None:
    agree(source.draw(small_scenarios(replace(SMALLEST, **with_parts(*parts)))), 2500)


@pytest.mark.slow
@settings(QUICK, max_examples=often(120))
@given(small_scenarios(replace(SMALLEST, upgrades=2, periods=2)))
def test_buying_later(data: Data) -> None:
    agree(data, 4000)


@pytest.mark.slow
@settings(QUICK, max_examples=often(200))
@given(small_scenarios(replace(TINY, periods=2)))
def test_many(data: dict[str, Any]) -> None:
    agree(data, 600)
