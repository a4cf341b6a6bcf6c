"""Published instances with proven optima, solved through the command line."""

from __future__ import annotations

from typing import Any

import pytest

from channelopt import pipeline
from channelopt.instance.load import from_data
from channelopt.plan.plan import Plan
from tests.known import encode

FAST = ("--no-sensitivity",)
QUICK = pipeline.SolveOptions(sensitivity_seconds=0, isolate=False)


def holmberg(name: str) -> encode.Data:
    found = encode.published(name)
    return encode.facility_location(
        found["capacity"], found["fixed_cost"], found["cost"], found["demand"]
    )


def gap(name: str) -> tuple[encode.Data, float]:
    found = encode.published(name)
    sign = -1 if found["sense"] == "min" else 1
    return encode.generalised_assignment(found), sign * found["best_known"]


def proven(answer: tuple[int, dict[str, Any]], objective: float) -> dict[str, Any]:
    code, plan = answer
    assert code == 0
    assert plan["status"] == "optimal"
    assert plan["objective"] == pytest.approx(objective, abs=1e-6)
    assert plan["gap"] <= 1e-6
    assert plan["bound"] == pytest.approx(objective, rel=1e-6)
    assert plan["verification"]["ok"]
    return plan


def sensitivity(plan: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Worth of one step less and more by parameter; only what was solved again."""
    for row in plan["sensitivity"]:
        assert row["less_known"] in ("re-solved", "infeasible")
        assert row["more_known"] in ("re-solved", "infeasible")
    return {row["parameter"]: (row["less"], row["more"]) for row in plan["sensitivity"]}


# ---- warehouses


@pytest.mark.slow
def test_warehouses(solve: Any) -> None:
    plan = proven(solve(encode.warehouses(), "--sensitivity-seconds", "60"), -383)
    closed = [row["channel"] for row in plan["channels"] if not row["open"]]
    assert closed == ["paris"]
    worth = sensitivity(plan)
    expected = {
        "bonn": (-54, 27),
        "bordeaux": (-36, 9),
        "london": (-46, 19),
        "paris": (0, 0),
        "rome": (-25, 0),
    }
    for city, (less, more) in expected.items():
        assert worth[f"channels.{city}.capacity"] == pytest.approx((less, more), abs=1e-6), city


@pytest.mark.parametrize(
    ("city", "step", "effect"),
    [
        ("bonn", -1, -54),
        ("bonn", 1, 27),
        ("bordeaux", -1, -36),
        ("london", 1, 19),
        ("rome", -1, -25),
        ("rome", 1, 0),
    ],
)
def test_the_worth_of_one_place_in_a_warehouse(city: str, step: int, effect: float) -> None:
    capacity = dict(zip(encode.CITIES, encode.WAREHOUSES["capacity"], strict=True))[city] + step
    plan = with_steps(encode.warehouses(), f"channels.{city}.capacity={capacity}")
    assert plan.objective == pytest.approx(-383 + effect, abs=1e-6)


# ---- bank


def with_steps(scenario: encode.Data, *changes: str) -> Plan:
    instance = from_data(scenario, steps=[("set", change) for change in changes])
    plan = pipeline.solve(instance, QUICK)
    assert plan.status == "optimal"
    assert plan.verification is not None
    assert plan.verification.ok
    return plan


def test_bank(solve: Any) -> None:
    plan = proven(solve(encode.bank(25_000), "--sensitivity-seconds", "60"), 72_620)
    budget = next(r for r in plan["sensitivity"] if r["parameter"] == "policies.budget.at_most")
    assert budget["dual"] == pytest.approx(2.174, abs=5e-4)
    assert budget["disagrees"] is True


@pytest.mark.parametrize(
    ("budget", "revenue"), [(28_000, 79_150), (31_000, 83_240), (35_000, 86_720)]
)
def test_bank_budgets(budget: float, revenue: float) -> None:
    plan = with_steps(encode.bank(25_000), f"policies.budget.at_most={budget}")
    assert plan.objective == pytest.approx(revenue, abs=1e-6)


@pytest.mark.slow
def test_the_cheapest_feasible_budget(solve: Any) -> None:
    proven(solve(encode.bank(15_950), *FAST), 47_580)


@pytest.mark.slow
def test_one_euro_less_is_infeasible(solve: Any) -> None:
    code, plan = solve(encode.bank(15_949), *FAST)
    assert code == 5
    assert plan["status"] == "infeasible"
    assert plan["objective"] is None


@pytest.mark.slow
def test_of_equally_good_campaigns_the_cheapest(solve: Any) -> None:
    plan = proven(solve(encode.bank(40_000), *FAST), 87_120)
    assert plan["money"]["contact_cost"]["total"] == pytest.approx(35_454, abs=1e-6)


@pytest.mark.parametrize(("change", "effect"), [(1, 0), (10, 30), (1_000, 2_180), (-23, -50)])
def test_the_exact_worth_of_budget(change: float, effect: float) -> None:
    plan = with_steps(encode.bank(25_000 + change))
    assert plan.objective == pytest.approx(72_620 + effect, abs=1e-6)


@pytest.mark.parametrize(
    ("floors", "effect"),
    [(["newsletter"], 8_960), (["gift"], 3_700), (["gift", "newsletter", "seminar"], 12_320)],
)
def test_the_worth_of_dropping_a_minimum(floors: list[str], effect: float) -> None:
    drops = [f"policies.{medium}_floor.at_least=0" for medium in floors]
    plan = with_steps(encode.bank(25_000), *drops)
    assert plan.objective == pytest.approx(72_620 + effect, abs=1e-6)


# ---- assignment and facility location


@pytest.mark.slow
def test_workers(solve: Any) -> None:
    proven(solve(encode.assignment(encode.WORKERS), *FAST), -265)


def test_a_small_generalised_assignment(solve: Any) -> None:
    scenario, best = gap("gap_c0515_1")
    proven(solve(scenario, *FAST), best)


@pytest.mark.slow
def test_holmberg_p2(solve: Any) -> None:
    proven(solve(holmberg("holmberg_p2"), *FAST, "--no-ties"), -7913)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gap_c0824_1", "gap_a05100", "gap_b05100"])
def test_generalised_assignments(solve: Any, name: str) -> None:
    scenario, best = gap(name)
    proven(solve(scenario, *FAST), best)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "cost"), [("holmberg_p1", 8848), ("holmberg_p2", 7913)])
def test_holmberg_with_ties_broken(solve: Any, name: str, cost: float) -> None:
    proven(solve(holmberg(name), *FAST), -cost)


@pytest.mark.slow
def test_cp_sat_solves_a_program_of_whole_numbers(solve: Any) -> None:
    proven(solve(encode.bank(25_000), *FAST, "--solver", "mathopt:cp_sat"), 72_620)


@pytest.mark.slow
@pytest.mark.parametrize("solver", ["pulp:cbc", "mathopt:scip", "mathopt:highs"])
def test_other_solvers_reach_the_same(solve: Any, solver: str) -> None:
    proven(solve(encode.warehouses(), *FAST, "--solver", solver), -383)
    proven(solve(encode.bank(25_000), *FAST, "--solver", solver), 72_620)
