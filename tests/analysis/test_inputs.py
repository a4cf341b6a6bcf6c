"""Inputs: varying one gives exactly the numbers of the scenario that is read again with `--set`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from channelopt.analysis.varied.inputs import Input, inputs, matching, scaled
from channelopt.errors import InputError, UsageError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data, load
from tests.analysis.numbers_alike import different
from tests.contract.small import BASE, instance
from tests.reference.loading import loaded
from tests.strategies import EVERYTHING, FULL, Data, small_scenarios

SETTINGS = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ANY = st.one_of(small_scenarios(FULL), small_scenarios(replace(FULL, **EVERYTHING)))
SHARES = {"share"}
BANK = Path(__file__).parents[2] / "scenarios" / "bank"


def again(base: Instance, *texts: str) -> Instance:
    return from_data(base.resolved, steps=[("set", text) for text in texts])


def allowed(one: Input, factor: float) -> bool:
    return factor <= 1 or one.unit not in SHARES


@SETTINGS
@given(data=ANY, factor=st.sampled_from([0.9, 1.1, 1.07, 2.0, 0.3333]), pick=st.integers(0, 999))
def test_scaled_is_reading_again(data: Data, factor: float, pick: int) -> None:
    base = loaded(data)
    assume(base is not None)
    assert base is not None
    known = inputs(base)
    for one in (known[pick % len(known)], known[(pick * 7 + 3) % len(known)]):
        if not allowed(one, factor):
            continue
        try:
            wanted = again(base, f"{one.path}*={factor!r}")
        except InputError:  # loops that end for too few, half contacts, shares above 1
            continue
        found = one.scaled(base, factor)
        assert different(found.numbers, wanted.numbers) == []
        assert found.policies is base.policies
        assert dict(found.resolved) == dict(wanted.resolved)


@SETTINGS
@given(data=ANY, picks=st.lists(st.integers(0, 999), min_size=2, max_size=4), split=st.booleans())
def test_several_inputs_together_are_steps_in_order(
    data: Data, picks: list[int], split: bool
) -> None:
    base = loaded(data)
    assume(base is not None)
    assert base is not None
    known = inputs(base)
    factors = [
        (known[pick % len(known)], factor)
        for pick, factor in zip(picks, (0.7, 0.95, 1.3, 0.5), strict=False)
    ]
    factors = [(one, factor) for one, factor in factors if allowed(one, factor)]
    try:
        wanted = again(base, *(f"{one.path}*={factor!r}" for one, factor in factors))
    except InputError:
        assume(False)
        raise
    found = base
    if split:
        for one, factor in factors:
            found = one.scaled(found, factor)
    else:
        found = scaled(base, factors)
    assert different(found.numbers, wanted.numbers) == []


@SETTINGS
@given(data=ANY, pick=st.integers(0, 999), value=st.sampled_from([0.25, 0.5, 1.0]))
def test_at_is_setting(data: Data, pick: int, value: float) -> None:
    base = loaded(data)
    assume(base is not None)
    assert base is not None
    known = inputs(base)
    one = known[pick % len(known)]
    try:
        wanted = again(base, f"{one.path}={value!r}")
    except InputError:
        assume(False)
        raise
    assert different(one.at(base, value).numbers, wanted.numbers) == []


def test_every_path_is_one_that_set_takes() -> None:
    base = load(BANK)
    for one in inputs(base):
        factor = 0.9 if one.unit == "share" else 1.1
        assert different(one.scaled(base, factor).numbers, base.numbers) != []
        if one.value is not None:
            assert different(one.at(base, one.value).numbers, base.numbers) == []


def test_shares_are_clipped() -> None:
    base = instance({"tables/satisfaction": [{"channel": "web", "value": 0.7}]})
    by_path = {one.path: one for one in inputs(base)}
    phone = by_path["channels.phone.satisfaction"].scaled(base, 1.5)
    assert phone.numbers.satisfaction[0, 0, :, 0].tolist() == [1.0, 0.7]
    web = by_path["tables.satisfaction[channel=web]"].scaled(base, 1.5)
    assert web.numbers.satisfaction[0, 0, :, 0].tolist() == [0.9, 1.0]
    assert json.dumps(dict(web.resolved))


def test_what_was_replaced_otherwise_stays() -> None:
    """A capacity moved as arrays survives another input's change."""
    base = instance()
    n = base.numbers
    moved = base.with_(numbers=n.with_(capacity=np.full_like(n.capacity, 120.0)))
    cost = next(one for one in inputs(base) if one.path == "channels.web.unit_cost")
    after = cost.scaled(moved, 2.0)
    assert after.numbers.capacity.tolist() == [[120.0], [120.0]]
    assert after.numbers.unit_cost[0, 0, 1, 0] == 2.0


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("channels.*.unit_cost", ["channels.phone.unit_cost", "channels.web.unit_cost"]),
        ("channels.web.unit_cost", ["channels.web.unit_cost"]),
        ("tables.contacts_per_customer", ["tables.contacts_per_customer"]),
        (
            "tables.contacts_per_customer[segment=a]",
            ["tables.contacts_per_customer[segment=a]"],
        ),
        ("objective.satisfaction_weight", ["objective.satisfaction_weight"]),
    ],
)
def test_matching(pattern: str, paths: list[str]) -> None:
    base = instance()
    found = matching(base, pattern)
    assert [one.path for one in found] == paths
    for one in found:
        wanted = again(base, f"{one.path}*=0.5")
        assert different(one.scaled(base, 0.5).numbers, wanted.numbers) == []


@pytest.mark.parametrize(
    "pattern",
    ["channels.fax.unit_cost", "tables.nothing", "tables.unit_cost[channel=fax]", "channels.web.x"],
)
def test_a_pattern_that_names_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="names no value"):
        matching(instance(), pattern)


def test_limits_of_policies_are_no_inputs() -> None:
    rule: dict[str, Any] = {"name": "cap", "type": "budget", "at_most": 500}
    base = from_data({**BASE, "policies": [rule]})
    with pytest.raises(UsageError, match="a limit"):
        Input("policies.cap.at_most", "", "", "", 500).scaled(base, 2.0)
