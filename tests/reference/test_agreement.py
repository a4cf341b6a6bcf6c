"""The package against the reference model: one optimum, whichever formulation and solver."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from channelopt import pipeline
from channelopt.errors import UsageError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.plan.plan import Plan
from tests.often import often
from tests.reference import brute, model
from tests.reference.cutting import cuts
from tests.reference.decisions import choice_of
from tests.reference.loading import loaded
from tests.strategies import EVERYTHING, FULL, PARTS, TINY, TYPES, Data, small_scenarios

COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
QUICK = settings(max_examples=7, derandomize=True, **COMMON)
FEW = settings(max_examples=3, derandomize=True, **COMMON)
MANY = settings(max_examples=often(100), derandomize=True, **COMMON)
WITHOUT_ANSWER = re.compile("solver library raised|solver process|CP-SAT needs whole numbers")
OTHERS = ("pulp:cbc", "mathopt:scip", "mathopt:highs")


def planned(instance: Instance, solver: str = "highs", *, ties: bool = False) -> Plan:
    options = pipeline.SolveOptions(
        solver=solver, ties=ties, sensitivity_seconds=0, isolate=solver != "highs"
    )
    return pipeline.solve(instance, options)


def same(plan: Plan, answer: model.Answer) -> None:
    """The plan reaches the reference's optimum, or both say that there is none."""
    assert plan.status == answer.status
    if answer.status != "optimal":
        assert plan.objective is None
        return
    assert plan.objective == pytest.approx(answer.objective, rel=1e-6, abs=1e-6)
    assert plan.bound is not None
    assert plan.bound >= answer.objective - 1e-6 * max(1, abs(answer.objective))
    checked(plan)


def checked(plan: Plan) -> None:
    """The independent check accepts the plan, and its money is that of the plan to the cent."""
    assert plan.verification is not None
    assert plan.verification.ok, (plan.verification.mismatches, plan.verification.rules)
    for term, amount in plan.verification.money.items():
        assert abs(Decimal(repr(amount)) - Decimal(repr(plan.money[term].total))) < Decimal("0.005")
    assert plan.verification.objective == pytest.approx(plan.objective, abs=0.005)


def agree(data: Data) -> None:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    answer = model.solve(instance.numbers, instance.policies)
    plan = planned(instance)
    same(plan, answer)
    if answer.status == "optimal":
        accepted(instance, plan)


def accepted(instance: Instance, plan: Plan) -> None:
    """The reference finds the plan itself feasible, and worth the same term by term."""
    given_plan = model.evaluate(instance.numbers, instance.policies, choice_of(instance, plan))
    assert given_plan.status == "optimal"
    assert given_plan.objective == pytest.approx(plan.objective, rel=1e-5, abs=1e-5)
    for term, amount in given_plan.money.items():
        if term in plan.money:
            assert plan.money[term].total == pytest.approx(amount, rel=1e-4, abs=1e-3), term


@QUICK
@given(small_scenarios(FULL))
def test_highs_and_the_reference(data: Data) -> None:
    agree(data)


@FEW
@given(small_scenarios(replace(TINY, periods=2)))
def test_highs_and_brute_force(data: Data) -> None:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    try:
        best = brute.solve(instance.numbers, instance.policies, 200)
    except brute.TooBigError:
        assume(False)
    plan = planned(instance)
    if best is None:
        assert plan.status == "infeasible"
    else:
        assert plan.status == "optimal"
        assert plan.objective == pytest.approx(best, rel=1e-6, abs=1e-6)


SMALL = replace(FULL, segments=2, channels=3, periods=2, policies=1)
COMBINATIONS = (
    ("upgrades", "service_levels"),
    ("upgrades", "outages"),
    ("service_levels", "outages"),
    ("bundles", "upgrades", "metrics"),
)


def with_parts(*parts: str) -> Data:
    return {name: value for part in parts for name, value in PARTS[part].items()}


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
@settings(QUICK, max_examples=3)
@given(source=st.data())
def test_each_part(part: str, source: st.DataObject) -> None:
    agree(source.draw(small_scenarios(replace(SMALL, **with_parts(part)))))


@pytest.mark.slow
@settings(QUICK, max_examples=5)
@given(small_scenarios(replace(SMALL, **EVERYTHING)))
def test_all_parts(data: Data) -> None:
    agree(data)


BOUND = replace(FULL, policies=0)
PART_RULES = ("metric", "outage", "budget", "volume", "contact_limit", "return_on_cost")


@pytest.mark.slow
@settings(max_examples=6, derandomize=True, **COMMON)
@given(small_scenarios(BOUND), st.randoms(use_true_random=False))
def test_rules_that_cut_off_the_optimum(data: Data, random: Random) -> None:
    cut_and_agree(data, random)


def cut_and_agree(data: Data, random: Random, kind: str | None = None) -> None:
    """Add a policy that the optimum breaks: what is left is worth less, or nothing is left."""
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    free = model.solve(instance.numbers)
    assume(free.status == "optimal")
    rules = [r for r in cuts(instance.numbers, free) if kind is None or r["type"] == kind]
    assume(rules)
    rule = random.choice(rules)
    event(rule["type"])
    bound = from_data(data | {"policies": [rule]})
    answer = model.solve(bound.numbers, bound.policies)
    event(answer.status)
    if answer.status == "optimal":
        assert answer.objective <= free.objective + 1e-6 * max(1, abs(free.objective))
    same(planned(bound), answer)


@pytest.mark.slow
@FEW
@given(small_scenarios(FULL))
def test_breaking_ties_keeps_the_optimum(data: Data) -> None:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    same(planned(instance, ties=True), model.solve(instance.numbers, instance.policies))


@pytest.mark.slow
@pytest.mark.parametrize("solver", OTHERS)
@settings(max_examples=3, derandomize=True, **COMMON)
@given(data=small_scenarios(FULL))
def test_other_solvers(solver: str, data: Data) -> None:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    second_opinion(instance, solver)


def second_opinion(instance: Instance, solver: str) -> None:
    """Another solver reaches the same optimum, or says honestly that its library failed."""
    plan = planned(instance, solver)
    if plan.status == "no_solution":
        assert any(WITHOUT_ANSWER.search(warning) for warning in plan.warnings)
        assert plan.objective is None
        event("no answer")
        return
    same(plan, model.solve(instance.numbers, instance.policies))


# ---- slow: the same, many times


@pytest.mark.slow
@MANY
@given(small_scenarios(FULL))
def test_many(data: Data) -> None:
    agree(data)


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
@settings(MANY, max_examples=often(150))
@given(source=st.data())
def test_each_part_many(part: str, source: st.DataObject) -> None:
    agree(source.draw(small_scenarios(replace(SMALL, **with_parts(part)))))


@pytest.mark.slow
@pytest.mark.parametrize("parts", COMBINATIONS, ids="+".join)
@MANY
@given(source=st.data())
def test_combinations_many(parts: tuple[str, ...], source: st.DataObject) -> None:
    agree(source.draw(small_scenarios(replace(SMALL, **with_parts(*parts)))))


@pytest.mark.slow
@settings(MANY, max_examples=often(120))
@given(small_scenarios(replace(SMALL, **EVERYTHING)))
def test_all_parts_many(data: Data) -> None:
    agree(data)


@pytest.mark.slow
@pytest.mark.parametrize("kind", PART_RULES)
@settings(MANY, max_examples=often(30))
@given(source=st.data(), random=st.randoms(use_true_random=False))
def test_parts_cutting(kind: str, source: st.DataObject, random: Random) -> None:
    knobs = replace(SMALL, policies=0, **EVERYTHING)
    data = source.draw(small_scenarios(knobs))
    cut_and_agree(data | {"policies": []}, random, kind)


@pytest.mark.slow
@pytest.mark.parametrize("solver", OTHERS)
@settings(MANY, max_examples=often(30))
@given(data=small_scenarios(replace(SMALL, **EVERYTHING)))
def test_other_solvers_with_parts(solver: str, data: Data) -> None:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    second_opinion(instance, solver)


@pytest.mark.slow
@pytest.mark.parametrize("kind", TYPES)
@settings(MANY, max_examples=often(25))
@given(source=st.data())
def test_each_policy(kind: str, source: st.DataObject) -> None:
    agree(source.draw(small_scenarios(replace(FULL, policies=2, types=(kind,)))))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "preferred_channel"])
@settings(MANY, max_examples=often(25))
@given(data=small_scenarios(BOUND), random=st.randoms(use_true_random=False))
def test_each_policy_cutting(kind: str, data: Data, random: Random) -> None:
    cut_and_agree(data, random, kind)


@pytest.mark.slow
@pytest.mark.parametrize("solver", OTHERS)
@settings(MANY, max_examples=often(40))
@given(data=small_scenarios(FULL))
def test_other_solvers_many(solver: str, data: Data) -> None:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    second_opinion(instance, solver)


@pytest.mark.slow
@settings(MANY, max_examples=often(25))
@given(
    small_scenarios(
        replace(FULL, whole_contacts=True, routing=False, curves=False, groups=0, steering=False)
    )
)
def test_cp_sat_where_it_accepts(data: Data) -> None:
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    try:
        second_opinion(instance, "mathopt:cp_sat")
    except UsageError as refusal:
        if "CP-SAT" not in str(refusal):
            raise
        event("refused")
