"""Large programs: a plan by diving, a bound period by period, and both in the search."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from channelopt.backends import registry
from channelopt.backends.base import Limits, Reason
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline import by_period, rounds
from channelopt.pipeline.dive import dive, land
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.pieces import carried_over
from channelopt.pipeline.rounds import Scenario, optimum
from channelopt.terms.stairs import coarse, whole

EXACT = Limits(gap=1e-9)


def scenario(seed: int) -> Instance:
    """Four periods tied by opening, hiring and upgrades; staff with and without waiting times."""
    draw = np.random.default_rng(seed)
    waiting = {"share": 0.8, "within_seconds": 30, "handle_minutes": 8, "open_hours": 600}
    staff: dict[str, Any] = {
        "agents": {"serves": ["phone"], "service_level": waiting, "initial_fte": 9},
        "clerks": {"serves": ["mail"], "initial_fte": 2},
    }
    for group in staff.values():
        group |= {"hours_per_fte": 400, "fte_cost": 9_000, "hiring_cost": 900, "release_cost": 500}
    return from_data(
        {
            "format": 1,
            "periods": ["a", "b", "c", "d"],
            "objective": {"satisfaction_weight": 0.5, "transfer_penalty": 0.1},
            "segments": {
                name: {
                    "customers": [int(x) for x in draw.integers(4_000, 12_000, 4)],
                    "margin": float(draw.integers(8, 30)),
                }
                for name in ("old", "young")
            },
            "interactions": {"ask": {}, "pay": {}},
            "channels": {
                "phone": {"satisfaction": 0.85, "handle_minutes": 8, "always_open": True},
                "mail": {
                    "satisfaction": 0.6,
                    "handle_minutes": 5,
                    "fixed_cost": float(draw.integers(1_000, 9_000)),
                    "closing_cost": 2_000,
                    "opening_cost": 3_000,
                },
                "web": {
                    "satisfaction": 0.4,
                    "unit_cost": 0.3,
                    "resolution": 0.7,
                    "unresolved": {"phone": 0.8},
                    "capacity": 14_000,
                },
            },
            "staff": staff,
            "upgrades": {
                "search": {
                    "channel": "web",
                    "investment": float(draw.integers(2_000, 9_000)),
                    "running_cost": 300,
                    "effects": {"resolution": {"add": 0.15}, "satisfaction": {"add": 0.1}},
                }
            },
            "tables": {"contacts_per_customer": [{"value": 0.5}]},
        }
    )


def engine() -> Engine:
    return Engine(registry.get("highs"))


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_by_periods_holds_and_beats_the_relaxation(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_period, "LOOSE", 1.0)  # small programs have few rows that do not tie
    instance = scenario(seed)
    case = Scenario(instance.numbers, instance.policies)
    model = case.model(whole(case.stairs()))
    best = engine().solve(model.problem, EXACT)
    relaxed = model.problem.with_(integer=np.zeros_like(model.problem.integer))
    linear = engine().solve(relaxed, EXACT)
    assert best.x is not None
    assert best.objective is not None
    assert linear.row_duals is not None
    periods = by_period.cut(model)
    if periods is None:
        pytest.fail("four loosely tied periods were not cut")
    found = by_period.bound(periods, engine(), linear.row_duals, best.x, Limits(gap=1e-6))
    assert found >= best.objective - 1e-6 * abs(best.objective)
    assert found < linear.bound - 0.1 * (linear.bound - best.objective)
    wild = np.random.default_rng(seed).normal(size=model.problem.num_rows) * 100
    anyhow = by_period.bound(periods, engine(), wild, best.x, Limits(gap=1e-6))
    assert anyhow >= best.objective - 1e-6 * abs(best.objective)


def test_one_period_is_not_cut() -> None:
    data = from_data(
        {
            "format": 1,
            "objective": {"satisfaction_weight": 0.5},
            "segments": {"s": {"customers": 5}},
            "interactions": {"ask": {}},
            "channels": {"web": {"satisfaction": 1}},
            "tables": {"contacts_per_customer": [{"value": 1}]},
        }
    )
    assert by_period.cut(Scenario(data.numbers, ()).model(whole({}))) is None


@pytest.mark.parametrize("seed", range(4))
def test_a_dive_ends_in_a_plan_that_keeps_every_row(seed: int) -> None:
    instance = scenario(seed)
    case = Scenario(instance.numbers, instance.policies)
    rough, exact = case.model(coarse(case.stairs(), 1.5)), case.model(whole(case.stairs()))
    found = dive(rough, engine(), None)
    assert found is not None
    point = carried_over((rough, found.point), exact)
    assert point is not None
    plan = land(exact, engine(), point, None)
    assert plan is not None
    assert plan.x is not None
    assert plan.objective is not None
    assert exact.problem.violation(plan.x) <= 1e-6
    assert plan.objective <= found.relaxed.bound
    assert dive(rough, engine(), 0.0) is None


@pytest.mark.slow
@pytest.mark.parametrize("at_once", [0, 10**9])
def test_the_search_for_large_programs_finds_the_same_optimum(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = scenario(5)
    case = Scenario(instance.numbers, instance.policies)
    plain = optimum(case, engine(), EXACT, at_once=10**9)
    monkeypatch.setattr(rounds, "LARGE", 0)
    monkeypatch.setattr(by_period, "LOOSE", 1.0)
    for gap in (1e-2, 1e-4):
        found = optimum(case, engine(), Limits(gap=gap), at_once=at_once)
        assert found.outcome.termination.reason is Reason.OPTIMAL
        assert found.outcome.gap <= gap
        assert plain.outcome.objective is not None
        assert found.outcome.objective == pytest.approx(plain.outcome.objective, rel=gap)
        assert found.outcome.bound >= plain.outcome.objective * (1 - 1e-9)
