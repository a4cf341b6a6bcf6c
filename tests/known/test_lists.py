"""Published instances with proven optima, customer by customer."""

from __future__ import annotations

import pytest

pytest.importorskip("numba", reason="needs the extra customers")

from channelopt.priced.aims import Aims
from tests.known import encode, lists

PUBLISHED = {15_950: 47_580, 25_000: 72_620, 28_000: 79_150, 31_000: 83_240, 35_000: 86_720}
PROVEN = {25_001: 72_620, 25_010: 72_650, 26_000: 74_800, 24_977: 72_570, 40_000: 87_120}

# ---- generalised assignment


GAPS = [
    "c0515_1",
    "a05100",
    *(pytest.param(name, marks=pytest.mark.slow) for name in ("c0824_1", "b05100")),
]
"""Generalised assignment: few jobs and tight agents; HiGHS proves each within seconds."""


@pytest.mark.parametrize("name", GAPS)
def test_generalised_assignments(name: str) -> None:
    instance = encode.published(f"gap_{name}")
    best = instance["best_known"] * (-1 if instance["sense"] == "min" else 1)
    shared = lists.jobs(instance)
    answer, _ = lists.decided(shared, shared.by_unit(), Aims(time_limit=60))
    assert answer.bound >= best - 1e-6
    assert answer.value <= best + 1e-6
    assert answer.status == "optimal"
    assert answer.value == pytest.approx(best, abs=1e-6)
    assert answer.gap <= 1e-6


@pytest.mark.parametrize("name", GAPS)
def test_without_a_search_of_the_whole_the_bound_still_holds(name: str) -> None:
    """Few items and tight capacities: the prices alone leave a gap, and it is stated."""
    instance = encode.published(f"gap_{name}")
    best = instance["best_known"] * (-1 if instance["sense"] == "min" else 1)
    shared = lists.jobs(instance)
    answer, _ = lists.decided(shared, shared.by_unit(), Aims(whole_up_to=0, time_limit=30))
    assert answer.value <= best + 1e-6 <= answer.bound + 2e-6
    assert answer.price_bound >= answer.bound
    assert answer.gap <= 0.02


# ---- the bank's campaign


@pytest.mark.parametrize(("budget", "revenue"), sorted((PUBLISHED | PROVEN).items()))
@pytest.mark.parametrize("how", ["by_class", "by_unit"])
def test_bank(budget: float, revenue: float, how: str) -> None:
    shared = lists.bank(budget)
    answer, _ = lists.decided(shared, getattr(shared, how)())
    assert answer.status == "optimal"
    assert answer.value == pytest.approx(revenue, abs=1e-6)
    assert answer.bound == pytest.approx(revenue, rel=1e-6)


def test_one_euro_less_is_infeasible_and_the_rows_are_named() -> None:
    answer = lists.assign(lists.bank(15_949).by_class(), lists.Highs().solve, Aims())
    assert answer.status == "infeasible"
    assert answer.rule is None
    assert answer.conflict is not None
    assert answer.conflict.rows.tolist() == [0, 1, 2, 3]
    assert abs(answer.conflict.short).sum() >= 1 - 1e-6


# ---- the campaign of ten customers


def test_at_a_budget_of_1000_the_campaign_earns_10000() -> None:
    """An offer earns ten times its cost: no list can earn more than ten times the budget."""
    shared = lists.campaign(1_000)
    answer, option = lists.decided(shared, shared.by_unit())
    assert answer.value == pytest.approx(10_000)
    assert answer.status == "optimal"
    assert shared.activity(option)[0] == pytest.approx(1_000)


def test_rounding_the_plan_of_the_clusters_down_loses_1700() -> None:
    """Two stages: the relaxed plan of the clusters, rounded down, then the best customers."""
    plan = {("k1", 2): 2.0, ("k2", 1): (1_000 - 2 * 100) / 300}
    earned = sum(encode.CLUSTERS[k][0][p - 1] * number for (k, p), number in plan.items())
    assert earned == pytest.approx(10_000)
    down = {place: (int(number), int(number)) for place, number in plan.items()}
    none = {("k1", 1): (0, 0), ("k2", 2): (0, 0)}
    rounded = lists.with_numbers(lists.campaign(1_000), down | none)
    answer, _ = lists.decided(rounded, rounded.by_unit())
    assert answer.value == pytest.approx(8_300)
    assert answer.status == "optimal"


@pytest.mark.parametrize("budget", range(600, 2_600, 100))
def test_the_campaign_at_other_budgets_is_what_highs_finds(budget: float) -> None:
    shared = lists.campaign(budget)
    value, bound = shared.by_highs(20)
    answer, _ = lists.decided(shared, shared.by_unit())
    assert value == pytest.approx(bound)
    assert answer.value == pytest.approx(value)


def test_the_published_budget_of_200_is_too_small_and_600_suffices() -> None:
    answer = lists.assign(lists.campaign(200).by_unit(), lists.Highs().solve, Aims())
    assert answer.status == "infeasible"
    assert answer.conflict is not None
    assert answer.conflict.rows.tolist() == [0, 1]  # two offers of the first product cost 380
    shared = lists.campaign(600)
    found, _ = lists.decided(shared, shared.by_unit())
    assert found.value == pytest.approx(6_000)
