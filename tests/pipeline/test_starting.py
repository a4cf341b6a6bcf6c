"""A search that begins near the plans of similar scenarios ends where every other one does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from channelopt.backends import registry
from channelopt.backends.base import Limits, Reason
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data, load
from channelopt.model.formulate import formulate
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.planning import planned
from channelopt.pipeline.rounds import Scenario
from channelopt.pipeline.solving import Engines
from channelopt.pipeline.starting import head_start, in_common
from channelopt.plan.plan import Plan
from channelopt.terms.choice import Choice
from tests.often import often
from tests.strategies import small_scenarios

HERE = SolveOptions(isolate=False, ties=False, sensitivity_seconds=0)
GAP = 1e-6


def solved(instance: Instance, starts: tuple[Choice, ...] = ()) -> tuple[Plan, Choice | None]:
    plan, found = planned(instance, HERE, Engines.start(HERE), None, starts)
    return plan, found.choice


def dearer(instance: Instance, times: float) -> Instance:
    return instance.with_(
        numbers=instance.numbers.with_(unit_cost=instance.numbers.unit_cost * times)
    )


def agree(one: Plan, two: Plan) -> bool:
    if one.objective is None or two.objective is None:
        return one.status == two.status
    size = max(1.0, abs(one.objective))
    return one.status == two.status and abs(one.objective - two.objective) <= 2 * GAP * size


@pytest.mark.slow
@given(data=small_scenarios())
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_start_changes_nothing_but_the_way(data: dict[str, object]) -> None:
    starts_change_nothing(data)


@pytest.mark.slow
@given(data=small_scenarios())
@settings(max_examples=often(40), deadline=None, suppress_health_check=list(HealthCheck))
def test_starts_of_many_scenarios(data: dict[str, object]) -> None:
    starts_change_nothing(data)


def starts_change_nothing(data: dict[str, object]) -> None:
    instance = from_data(data)
    choice = solved(instance)[1]
    assume(choice is not None)
    assert choice is not None
    changed = dearer(instance, 1.3)
    plain, other = solved(changed)
    assert agree(plain, solved(changed, (choice,))[0])
    if other is not None:
        between = dearer(instance, 1.15)
        found, _ = solved(between, (choice, other))
        assert agree(solved(between)[0], found)
        assert found.verification is not None
        assert found.verification.ok


@pytest.fixture(scope="module")
def b2b() -> Instance:
    return load("scenarios/b2b")


@pytest.fixture(scope="module")
def choice(b2b: Instance) -> Choice:
    found = solved(b2b)[1]
    assert found is not None
    return found


def test_what_plans_agree_on_is_held(b2b: Instance, choice: Choice) -> None:
    model = formulate(b2b.numbers, b2b.policies)
    problem, alone = model.problem, in_common(model, (choice,))
    assert alone is not None
    held = (alone.lower == alone.upper) & (problem.lower < problem.upper)
    assert held.sum() > 10
    assert problem.integer[held].all()
    other = replace(choice, open=~choice.open)
    both = in_common(model, (choice, other))
    assert both is not None
    fewer = (both.lower == both.upper) & (problem.lower < problem.upper)
    flags = model.decisions.open.on(model.decisions.openable).matrix.indices
    assert held[flags].any()
    assert not fewer[flags].any()


def test_plans_of_other_scenarios_are_passed_over(b2b: Instance, choice: Choice) -> None:
    model = formulate(b2b.numbers, b2b.policies)
    strange = replace(choice, open=choice.open[:-1])
    assert in_common(model, (strange,)) is None
    both, alone = in_common(model, (strange, choice)), in_common(model, (choice,))
    assert both is not None
    assert alone is not None
    assert np.array_equal(both.lower, alone.lower)


def test_a_plan_that_is_no_longer_possible_is_no_start(b2b: Instance, choice: Choice) -> None:
    nobody = b2b.numbers.with_(max_fte=np.zeros_like(b2b.numbers.max_fte))
    engine = Engines.start(HERE).main
    scenario = Scenario(nobody, b2b.policies)
    assert head_start(scenario, (choice,), engine, Limits()) is None


@pytest.mark.slow
def test_without_heuristics_the_optimum_is_the_same(b2b: Instance) -> None:
    problem = formulate(b2b.numbers, b2b.policies).problem
    highs = registry.get("highs")
    plain = highs.solve(problem, Limits())
    quiet = highs.solve(problem, Limits(heuristics=False, restarts=False))
    assert quiet.termination.reason is Reason.OPTIMAL
    assert quiet.objective == pytest.approx(plain.objective, rel=2 * GAP)
