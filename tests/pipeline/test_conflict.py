"""Why there is no plan: the smallest conflict and its repairs, against the reference model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings

from channelopt.analysis.conflicts.explanation import Explanation
from channelopt.analysis.conflicts.loosening import atoms, whole
from channelopt.backends.base import Limits
from channelopt.backends.highs import Highs
from channelopt.errors import InputError
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions, solve
from channelopt.pipeline.conflict import Clock, Oracle, narrow
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.explaining import explain
from channelopt.pipeline.reasoning import explained
from tests.known.encode import bank
from tests.pipeline import explain_checks as checks
from tests.strategies import FULL, Data, Knobs

SMALL = Knobs(segments=2, interactions=2, channels=3, periods=2, groups=1)
FEW = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
BASE: Data = {
    "format": 1,
    "objective": {"satisfaction_weight": 0.3},
    "segments": {"a": {"customers": 100, "margin": 50}, "b": {"customers": 50, "margin": 80}},
    "interactions": {"q": {}},
    "channels": {
        "phone": {"title": "Telephone", "unit_cost": 5, "satisfaction": 0.9, "handle_minutes": 5},
        "web": {"unit_cost": 0.5, "satisfaction": 0.5},
    },
    "tables": {
        "contacts_per_customer": [
            {"segment": "a", "value": 2},
            {"segment": "b", "value": 3},
        ]
    },
}
HARMLESS = {"name": "harmless", "type": "budget", "at_most": 1e9}


def scenario(*policies: Data, **changes: Any) -> Data:
    return {**BASE, **changes, "policies": [*policies, HARMLESS]}


def why(data: Data, seconds: float = 120.0) -> Explanation:
    return explained(from_data(data), Engine(Highs()), Limits(), Clock.of(seconds))


def check_random(data: Data) -> None:
    try:
        instance = from_data(data)
    except InputError:
        assume(False)
    if checks.has_plan(whole(instance)):
        event("has a plan")
        return
    found = checks.searched(instance)
    event(f"{len(found.atoms)} members")
    checks.check_conflict(instance, found)
    event(f"{checks.check_repairs(data, instance)} repairs")


@pytest.mark.slow
@FEW
@given(checks.tight_scenarios(replace(SMALL, periods=1)))
def test_random_conflicts_are_smallest_and_repairs_work(data: Data) -> None:
    check_random(data)


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(FEW, max_examples=12)
@given(checks.tight_scenarios(SMALL))
def test_many_random_conflicts(data: Data) -> None:
    check_random(data)


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(FEW, max_examples=8)
@given(checks.tight_scenarios(replace(FULL, upgrades=2, bundles=1, metrics=1, outages=1)))
def test_random_conflicts_with_every_part(data: Data) -> None:
    check_random(data)


def test_the_bank_needs_15950() -> None:
    found = why(bank(15_949))
    assert found.irreducible
    assert found.sentences[0] == (
        "The minimum volumes 'gift_floor', 'newsletter_floor' and 'seminar_floor' need at least "
        "15,950; the budget 'budget' is 15,949."
    )
    names = [member.name for member in found.members]
    assert names == ["budget", "gift_floor", "newsletter_floor", "seminar_floor"]
    together, first = found.repairs[:2]
    assert together.changes == first.changes
    assert together.changes[0].set == "policies.budget.at_most=15950"
    assert first.objective == pytest.approx(47_580)
    assert {change.by for repair in found.repairs for change in repair.changes} == {1.0, -1.0}


def test_what_contradicts_nothing_is_not_named() -> None:
    found = why(
        scenario(
            {"name": "web only", "type": "share", "channels": ["web"], "at_least": 0.9},
            {"name": "phone only", "type": "share", "channels": ["phone"], "at_least": 0.5},
        )
    )
    assert [member.name for member in found.members if member.kind == "rule"] == [
        "phone only",
        "web only",
    ]
    sets = {change.set for repair in found.repairs for change in repair.changes}
    assert sets == {"policies.phone only.at_least=0.1", "policies.web only.at_least=0.5"}


@pytest.mark.parametrize("is_negotiable", [True, False])
def test_a_policy_that_is_not_negotiable_is_named_and_not_moved(is_negotiable: bool) -> None:
    floor = {"name": "floor", "type": "satisfaction", "at_least": 0.8, "negotiable": is_negotiable}
    staff = {"x": {"serves": ["phone"], "hours_per_fte": 100, "max_fte": 0.1, "whole_fte": False}}
    found = why(scenario(floor, staff=staff))
    assert {"floor", "staff.x.max_fte"} <= {member.name for member in found.members}
    moved = {change.parameter for repair in found.repairs for change in repair.changes}
    assert ("policies.floor.at_least" in moved) is is_negotiable
    assert "staff.x.max_fte" in moved


def test_lists_over_time_move_by_period() -> None:
    floor = {"name": "floor", "type": "satisfaction", "at_least": [0.95, 0.6]}
    found = why(scenario(floor, periods=["one", "two"]))
    (change,) = found.repairs[0].changes
    assert change.set == "policies.floor.at_least[one]=0.9"


def test_a_solve_says_why() -> None:
    floor = {"name": "floor", "type": "satisfaction", "at_least": 0.95}
    plan = solve(from_data(scenario(floor)), SolveOptions(isolate=False))
    assert plan.status == "infeasible"
    text = " ".join(plan.warnings)
    assert "no plan has more than 0.9 satisfaction" in text
    assert "channelopt explain" in text


def test_without_time_nothing_is_claimed() -> None:
    found = why(scenario({"name": "floor", "type": "satisfaction", "at_least": 0.95}), seconds=0.0)
    assert found.status == "infeasible"
    assert not found.irreducible
    assert not found.repairs
    assert "perhaps not all are needed" in found.sentences[0]


def test_ctrl_c_ends_the_search() -> None:
    data = scenario({"name": "floor", "type": "satisfaction", "at_least": 0.95})
    options = SolveOptions(isolate=False)
    assert explain(from_data(data), options, listen=lambda _: True).status == "unknown"


def test_a_scenario_with_a_plan_is_told() -> None:
    found = explain(from_data(scenario()), SolveOptions(isolate=False))
    assert found.status == "feasible"
    assert "The plan is worth" in found.sentences[0]


@pytest.mark.parametrize(
    "policy",
    [
        HARMLESS,
        {"name": "hurdle", "type": "return_on_cost", "at_least": -0.5},
        {"name": "fails", "type": "outage", "channel": "phone", "recover": 0.5},
    ],
)
def test_without_every_atom_there_is_a_plan(policy: Data) -> None:
    """Curves and emergencies know of served contacts only, so those then have to stay."""
    curve = {0: 0.9, 0.6: 0.2, 1: 1.0}
    segments = {name: {**of, "retention": curve} for name, of in BASE["segments"].items()}
    instance = from_data({**BASE, "segments": segments, "policies": [policy]})
    oracle = Oracle(instance, Engine(Highs()), Clock.of(60.0))
    assert oracle.has_plan((), atoms(instance)) is True


def test_the_deletion_filter_keeps_what_is_needed() -> None:
    asked: list[tuple[int, ...]] = []

    def has_plan(kept: tuple[int, ...] | list[int]) -> bool:
        asked.append(tuple(kept))
        return not {3, 11} <= set(kept)

    assert narrow(range(20), has_plan) == ((3, 11), True)
    assert len(asked) < 20
    assert narrow(range(5), lambda _: None) == ((0, 1, 2, 3, 4), False)
