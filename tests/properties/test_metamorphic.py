"""Relations between the optima of two scenarios that hold whatever the optimum is."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from channelopt import pipeline
from channelopt.instance.load import from_data
from channelopt.plan.plan import Plan
from tests.properties import transform
from tests.reference.loading import loaded
from tests.strategies import EVERYTHING, FULL, TYPES, Data, small_scenarios

COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
QUICK = settings(max_examples=3, derandomize=True, **COMMON)
SCENARIOS = small_scenarios(FULL)
CONVEX = replace(
    FULL,
    segments=2,
    curves=False,
    steering=False,
    assignment="split",
    whole_contacts=False,
    types=tuple(kind for kind in TYPES if kind != "choice"),
)


ALL_PARTS = replace(FULL, segments=2, channels=3, periods=2, policies=1, **EVERYTHING)
EITHER = st.one_of(SCENARIOS, small_scenarios(ALL_PARTS))


def planned(data: Data, *, ties: bool = False) -> Plan:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    options = pipeline.SolveOptions(ties=ties, sensitivity_seconds=0, isolate=False)
    plan = pipeline.solve(instance, options)
    assert plan.status in ("optimal", "infeasible")
    return plan


def worth(data: Data) -> float:
    """The optimum; minus infinity where there is no plan."""
    plan = planned(data)
    return float("-inf") if plan.objective is None else plan.objective


def room(value: float) -> float:
    """How far two proven optima may lie apart."""
    return 2e-6 * max(1.0, abs(value)) if abs(value) < float("inf") else 0.0


def equal(one: float, other: float) -> None:
    assert one == other or one == pytest.approx(other, abs=room(other))


def no_better(one: float, other: float) -> None:
    assert one <= other + room(other)


@pytest.mark.slow
@QUICK
@given(EITHER, st.randoms(use_true_random=False))
def test_the_order_of_keys_and_rows_does_not_matter(data: Data, random: Random) -> None:
    one = planned(data, ties=True)
    other = planned(transform.shuffled(data, random), ties=True)
    assert one.status == other.status
    assert one.objective == other.objective
    assert one.tables == other.tables


@pytest.mark.slow
@QUICK
@given(st.one_of(SCENARIOS, small_scenarios(replace(ALL_PARTS, metrics=0))))
def test_ids_are_only_names(data: Data) -> None:
    backwards = {
        "web": "zulu",
        "branch": "alpha",
        "private": "x9",
        "students": "a1",
        "advice": "zz",
    }
    backwards |= {"agents": "warriors", "advisors": "boffins"}
    backwards |= {"programme": "zebra", "chatbot": "abacus", "mail_call": "zoom", "zoom": "card"}
    equal(worth(transform.renamed(data, backwards)), worth(data))


@pytest.mark.slow
@QUICK
@given(EITHER, st.sampled_from([0.01, 1000.0]))
def test_the_currency_does_not_matter(data: Data, factor: float) -> None:
    before = worth(data)
    after = worth(transform.other_currency(data, factor))
    assert after / factor == pytest.approx(before, rel=2e-6, abs=2e-6 * max(1, 1 / factor))


@pytest.mark.slow
@QUICK
@given(st.one_of(small_scenarios(CONVEX), small_scenarios(replace(CONVEX, **EVERYTHING))))
def test_halves_of_a_segment_are_worth_the_segment(data: Data) -> None:
    segment = min(data["segments"])
    equal(worth(transform.halved(data, segment, ("half_a", "half_b"))), worth(data))


@pytest.mark.slow
@QUICK
@given(small_scenarios(replace(FULL, segments=2, whole_contacts=False)))
def test_halves_of_a_segment_are_never_worse(data: Data) -> None:
    segment = min(data["segments"])
    no_better(worth(data), worth(transform.halved(data, segment, ("half_a", "half_b"))))


@pytest.mark.slow
@QUICK
@given(SCENARIOS)
def test_more_capacity_is_never_worse(data: Data) -> None:
    more = copy.deepcopy(data)
    for channel in more["channels"].values():
        if isinstance(channel.get("capacity"), int):
            channel["capacity"] *= 1.5
        else:
            channel.pop("capacity", None)
    for group in more.get("staff", {}).values():
        group.pop("max_fte", None)
    no_better(worth(data), worth(more))


@pytest.mark.slow
@QUICK
@given(SCENARIOS)
def test_a_tighter_rule_is_never_better(data: Data) -> None:
    assume(data["policies"])
    tighter = copy.deepcopy(data)
    tighter["policies"] = [transform.tightened(policy) for policy in data["policies"]]
    no_better(worth(tighter), worth(data))
    no_better(worth(data), worth(data | {"policies": []}))


@pytest.mark.slow
@QUICK
@given(SCENARIOS)
def test_fewer_whole_numbers_are_never_worse(data: Data) -> None:
    freer = copy.deepcopy(data)
    freer["whole_contacts"] = False
    freer["assignment"] = "split"
    for group in freer.get("staff", {}).values():
        group["whole_fte"] = False
    no_better(worth(data), worth(freer))


@pytest.mark.slow
@QUICK
@given(SCENARIOS)
def test_one_channel_per_segment_is_the_narrowest(data: Data) -> None:
    modes = ("one_channel_per_segment", "one_channel_per_interaction", "split")
    narrow, wider, widest = (worth(data | {"assignment": mode}) for mode in modes)
    no_better(narrow, wider)
    no_better(wider, widest)


@pytest.mark.slow
@QUICK
@given(SCENARIOS)
def test_more_steering_is_never_worse(data: Data) -> None:
    free = copy.deepcopy(data)
    free["steering"] = 1
    for segment in free["segments"].values():
        segment.pop("steering", None)
    no_better(worth(data), worth(free))


@pytest.mark.slow
@QUICK
@given(small_scenarios(replace(FULL, types=tuple(t for t in TYPES if t != "open_channels"))))
def test_an_unused_channel_changes_nothing(data: Data) -> None:
    equal(worth(transform.with_unused_channel(data)), worth(data))


@QUICK
@given(data=EITHER)
def test_the_optimum_evaluates_to_itself(
    tmp_path_factory: pytest.TempPathFactory, data: Data
) -> None:
    plan = planned(data)
    assume(plan.objective is not None)
    file: Path = tmp_path_factory.mktemp("given") / "allocation.csv"
    file.write_text(plan.table("allocation").to_csv(), encoding="utf-8")
    again = pipeline.evaluate(from_data(data), file)
    assert again.objective is not None
    assert again.verification is not None
    assert again.verification.ok
    assert plan.objective is not None
    equal(again.objective, plan.objective)


@QUICK
@given(
    small_scenarios(
        replace(FULL, policies=1, shares=False, assignment="split", baseline=True, limits=False)
    )
)
def test_today_is_never_better_than_the_optimum(data: Data) -> None:
    plan = planned(data)
    assume(plan.objective is not None)
    assume(plan.baseline is not None)
    assert plan.baseline is not None
    assume(not plan.baseline.breaches)
    profit = plan.baseline.kpis["profit"]
    assert profit is not None
    assert plan.objective is not None
    no_better(profit, plan.objective)
