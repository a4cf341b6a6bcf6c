"""Service levels in rounds: the same optimum as with every step at once, and an honest bound."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from channelopt.backends import registry
from channelopt.backends.base import Limits, Reason
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.pieces import carried_over
from channelopt.pipeline.rounds import Scenario, optimum
from channelopt.plan.accounts import account
from channelopt.plan.repair import clean
from channelopt.terms.stairs import Stairs, coarse, whole
from channelopt.terms.waiting import agents_needed


def scenario(seed: int = 0, **group: Any) -> Instance:
    """Two groups over two periods, one of them with patience; figures drawn by the seed."""
    draw = np.random.default_rng(seed)
    level = {"share": 0.8, "within_seconds": 20, "handle_minutes": 6, "open_hours": 2500}
    return from_data(
        {
            "format": 1,
            "periods": ["a", "b"],
            "objective": {"satisfaction_weight": 0.4, "discount_rate": 0.1},
            "segments": {
                name: {
                    "customers": [int(x) for x in draw.integers(40_000, 90_000, 2)],
                    "margin": float(draw.integers(20, 60)),
                }
                for name in ("old", "young")
            },
            "interactions": {"ask": {}},
            "channels": {
                "phone": {"satisfaction": 0.8, "handle_minutes": 6, "always_open": True},
                "chat": {"satisfaction": 0.7, "handle_minutes": 9, "fixed_cost": 20_000},
                "web": {"satisfaction": 0.45, "unit_cost": 0.5, "capacity": 90_000},
            },
            "staff": {
                "agents": {
                    "serves": ["phone"],
                    "hours_per_fte": float(draw.integers(1300, 1700)),
                    "fte_cost": 45_000,
                    "service_level": {**level, "peak_factor": 1.3},
                    **group,
                },
                "writers": {
                    "serves": ["chat"],
                    "hours_per_fte": 1500,
                    "fte_cost": 40_000,
                    "whole_fte": False,
                    "service_level": {**level, "within_seconds": 60, "patience_minutes": 3},
                },
            },
            "tables": {"contacts_per_customer": [{"value": 1.5}]},
        }
    )


def solved(instance: Instance, gap: float, at_once: int) -> Any:
    engine = Engine(registry.get("highs"))
    case = Scenario(instance.numbers, instance.policies)
    return optimum(case, engine, Limits(gap=gap, time_limit=120), at_once=at_once)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rounds_end_at_the_optimum_of_all_steps(seed: int) -> None:
    instance = scenario(seed)
    exact, found = solved(instance, 1e-6, 10**9), solved(instance, 1e-6, 0)
    assert exact.rounds == 0 < found.rounds
    for one in (exact, found):
        assert one.outcome.termination.reason is Reason.OPTIMAL
    assert found.outcome.objective == pytest.approx(exact.outcome.objective, rel=2e-6)
    assert found.outcome.bound >= exact.outcome.objective * (1 - 1e-9)
    assert found.outcome.gap <= 1e-6


def test_every_answer_of_the_rounds_has_the_agents_that_its_work_needs() -> None:
    instance = scenario(3)
    n = instance.numbers
    found = solved(instance, 1e-3, 0)
    choice = clean(n, found.model.choice(found.outcome.x))
    assert account(n, choice).objective == pytest.approx(found.outcome.objective, rel=1e-6)
    worked = choice.hours.sum(axis=1)
    for g, target in n.service_levels.items():
        for t in range(len(n.periods)):
            hours_each = float(target.open_hours[t]) / target.peak_factor
            agents = agents_needed(target, float(worked[g, t]) / hours_each)
            assert agents * hours_each <= n.hours_per_fte[g, t] * choice.fte[g, t] * (1 + 1e-6)
            assert (agents > 0) == (worked[g, t] > 0)


def test_a_relaxation_in_pieces_is_worth_at_least_as_much() -> None:
    instance = scenario(4)
    case = Scenario(instance.numbers, instance.policies)
    steps = case.stairs()
    engine = Engine(registry.get("highs"))
    values = [
        engine.solve(case.model(stairs).problem, Limits(gap=1e-9)).objective
        for stairs in (whole(steps), coarse(steps, 1.1), coarse(steps, 2.0))
    ]
    assert values[0] is not None
    assert values == sorted(values)  # type: ignore[type-var]
    assert values[2] > values[0] * (1 + 1e-9)  # type: ignore[operator]


def test_too_few_people_are_infeasible_in_rounds_too() -> None:
    few = scenario(5, max_fte=1)
    tight = replace(few, numbers=few.numbers.with_(capacity=np.zeros_like(few.numbers.capacity)))
    tight = tight.with_(
        numbers=tight.numbers.with_(
            capacity=np.where(
                np.array(tight.numbers.channels)[:, None] == "phone", np.inf, tight.numbers.capacity
            )
        )
    )
    for at_once in (0, 10**9):
        found = solved(tight, 1e-6, at_once)
        assert found.outcome.termination.reason is Reason.INFEASIBLE


def test_a_point_is_carried_over_to_other_pieces() -> None:
    instance = scenario(6)
    case = Scenario(instance.numbers, instance.policies)
    found = solved(instance, 1e-6, 10**9)
    other = case.model(coarse(case.stairs(), 1.5))
    point = carried_over((found.model, found.outcome.x), other)
    assert point is not None
    assert other.problem.violation(point) <= 1e-6
    assert other.problem.objective(point) == pytest.approx(found.outcome.objective, rel=1e-9)
    fewer = instance.numbers.with_(available=np.zeros_like(instance.numbers.available))
    assert carried_over((found.model, found.outcome.x), Scenario(fewer, ()).model(Stairs())) is None


def test_stairs_reach_thousands_of_agents_and_rise() -> None:
    n = scenario(7).numbers
    case = Scenario(n.with_(customers=n.customers * 400, contacts=n.contacts * 400), ())
    steps = case.stairs()[0, 0]
    assert len(steps.fte) > 5_000
    assert (np.diff(steps.fte) > 0).all()
    assert (np.diff(steps.hours) > 0).all()
    assert (steps.fte[0], steps.hours[0]) == (0, 0)
