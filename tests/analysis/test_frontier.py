"""Frontiers against enumeration and brute force: exact ends, nothing dominated, nothing missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, event, given, settings

from channelopt import pipeline
from channelopt.analysis.study import Wishes
from channelopt.analysis.tradeoffs.figures import figure
from channelopt.analysis.tradeoffs.frontier import COLUMNS, Frontier, frontier, frontiers
from channelopt.errors import UsageError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.study import NoAnswerError, Ways, studied
from channelopt.plan.table import read_csv
from channelopt.terms.numbers import Numbers
from tests.analysis.enumerated import ENUMERABLE, efficient, every_plan
from tests.contract.small import instance, policy
from tests.reference import brute, effects
from tests.reference.loading import loaded
from tests.strategies import TINY, Data, small_scenarios

QUICK = settings(
    max_examples=4, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
PLAIN = SolveOptions(ties=False, sensitivity_seconds=0, isolate=False)


def traced(found: Instance, names: tuple[str, str], points: int = 12) -> Frontier:
    first, second = figure(found, names[0]), figure(found, names[1])
    assert first is not None
    assert second is not None
    with studied(found, PLAIN) as study:
        return frontier(study, (first, second), points)


def traced_if_any(found: Instance, names: tuple[str, str], points: int) -> Frontier:
    """Leave out random scenarios without a plan, or without such a figure."""
    assume(all(figure(found, name) is not None for name in names))
    try:
        return traced(found, names, points)
    except NoAnswerError:
        assume(False)
        raise


def near(one: Frontier) -> tuple[float, float]:
    """How far a point may be from where it belongs."""
    values = np.array([point.values for point in one.points])
    width, size = np.ptp(values, axis=0), np.maximum(1.0, np.abs(values).max(axis=0))
    first, second = np.maximum(2e-4 * width, 5e-6 * size)
    return float(first), float(second)


# ---- every plan of an integer toy


def toy() -> Data:
    """Three customers, one contact each; a channel each for profit, satisfaction and between.

    With prices 0, 5.5 and 10 for satisfaction 0, 0.5 and 1 the middle is worth less than the mean
    of both ends: no weighting chooses it, but whole contacts leave plans with it efficient.
    """
    return {
        "format": 1,
        "objective": {"satisfaction_weight": 0},
        "whole_contacts": True,
        "segments": {"a": {"customers": 1, "margin": 100}},
        "interactions": {"q": {}},
        "channels": {
            "cheap": {"unit_cost": 0, "satisfaction": 0},
            "dear": {"unit_cost": 10, "satisfaction": 1},
            "middle": {"unit_cost": 5.5, "satisfaction": 0.5},
        },
        "tables": {"contacts_per_customer": [{"value": 1}]},
    }


def test_a_point_that_no_weighting_reaches() -> None:
    found = traced(from_data(toy()), ("profit", "satisfaction"))
    values = [point.values for point in found.points]
    assert values == [
        pytest.approx((100, 0)),
        pytest.approx((94.5, 0.5)),
        pytest.approx((90, 1)),
    ]
    assert found.supported == (True, False, True)
    assert found.knee is None
    assert found.complete


@pytest.mark.slow
def test_several_points_that_no_weighting_reaches() -> None:
    data = toy()
    data["segments"]["a"]["customers"] = 3
    data["channels"]["middle"]["capacity"] = 2
    whole = from_data(data)
    found = traced(whole, ("profit", "satisfaction"), 20)
    expected = list(efficient(every_plan(whole), (("profit", 1), ("satisfaction", 1))))
    assert [point.values for point in found.points] == [pytest.approx(p) for p in expected]
    assert found.complete
    assert found.supported.count(False) == 3


def matches_enumeration(data: Data, names: tuple[str, str], most: int = 3000) -> None:
    whole = loaded(data)
    assume(whole is not None)
    assert whole is not None
    try:
        plans = every_plan(whole, most)
    except brute.TooBigError:
        assume(False)
    assume(plans)
    found = traced_if_any(whole, names, 40)
    signs = tuple((one.name, one.sign) for one in found.figures)
    expected = list(efficient(plans, signs))
    event(f"{len(expected)} points, complete: {found.complete}")
    close = near(found)
    points = [point.values for point in found.points]
    for value in points:  # no plan beats it
        for plan in plans:
            other = [sign * plan[name] for name, sign in signs]
            gains = [o - v for o, v in zip(other, value, strict=True)]
            assert min(gains) < -0.2 * min(close) or max(gains) <= max(close)
    for k in (0, -1):
        assert points[k] == pytest.approx(expected[k], abs=max(close))
    width = [abs(a - b) or 1.0 for a, b in zip(expected[0], expected[-1], strict=True)]
    for value in expected:  # none is missed but those next to one that was found
        away = [
            max(abs(v - p) / w for v, p, w in zip(value, q, width, strict=True)) for q in points
        ]
        assert not found.complete or min(away) < 2e-3


@pytest.mark.slow
@QUICK
@given(small_scenarios(ENUMERABLE))
def test_profit_and_satisfaction_of_whole_plans(data: Data) -> None:
    matches_enumeration(data, ("profit", "satisfaction"), 600)


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [("profit", "satisfaction"), ("cost", "given_up"), ("profit", "channels_open")],
    ids="-".join,
)
@settings(QUICK, max_examples=5)
@given(small_scenarios(ENUMERABLE))
def test_many_frontiers_of_whole_plans(names: tuple[str, str], data: Data) -> None:
    matches_enumeration(data, names)


# ---- brute force with a floor, contacts split


class Demanding(brute.Case):
    """A case in which mean satisfaction over all segments and periods reaches a floor."""

    floor = -np.inf

    def common(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        below, equal = super().common()
        n, total, weight = self.n, self.number(0.0), 0.0
        for s, t in np.ndindex(self.nS, self.nT):
            points, importance = self.points(s, t, range(self.nI))
            if importance > 0:
                total = total + points * (n.customers[s, t] / importance)
                weight += n.customers[s, t]
        return [*below, self.number(self.floor) - total / weight], equal


def best_above(n: Numbers, policies: Sequence[Any], floor: float, limit: int) -> float | None:
    """Return the best profit of a plan with this mean satisfaction, None where there is none."""
    found = []
    for owned in brute._purchases(n):
        for flags in brute._open_patterns(n):
            case = Demanding(effects.under(n, owned), policies, flags, owned)
            case.floor = floor
            found += [profit for profit in case.plans(limit) if profit is not None]
    return max(found, default=None)


def agrees_with_brute_force(data: Data) -> None:
    split = loaded(data)
    assume(split is not None)
    assert split is not None
    n, policies = split.numbers, split.policies
    try:
        profit = best_above(n, policies, -10.0, 60)
    except brute.TooBigError:
        assume(False)
    assume(profit is not None and (n.weight_of_satisfaction > 0).any())
    found = traced_if_any(split, ("profit", "satisfaction"), 6)
    event(f"{len(found.points)} points")
    close, satisfaction = near(found)
    assert found.points[0].values[0] == pytest.approx(profit, abs=close)
    for point in found.points:
        at = best_above(n, policies, point.values[1] - 1e-6, 60)
        assert point.values[0] == pytest.approx(at, abs=close)
    beyond = best_above(n, policies, found.points[-1].values[1] + satisfaction, 60)
    assert beyond is None


@settings(QUICK, max_examples=2)
@given(small_scenarios(replace(TINY, segments=1, interactions=1, whole_contacts=False)))
def test_split_contacts_and_brute_force(data: Data) -> None:
    agrees_with_brute_force(data)


@pytest.mark.slow
@settings(QUICK, max_examples=6)
@given(small_scenarios(replace(TINY, whole_contacts=False)))
def test_many_and_brute_force(data: Data) -> None:
    agrees_with_brute_force(data)


# ---- separate solves of the plain scenario with a policy


def test_each_point_is_the_optimum_under_a_satisfaction_policy() -> None:
    found = traced(instance(), ("profit", "satisfaction"), 5)
    assert len(found.points) == 5
    for point in found.points:
        floor = policy(type="satisfaction", at_least=point.values[1] - 1e-9)
        plan = pipeline.solve(instance(floor), PLAIN)
        assert plan.objective == pytest.approx(point.values[0], rel=1e-5)


def test_each_point_is_the_optimum_under_a_budget() -> None:
    channels = {"segments/a/margin": 100, "channels/phone/fixed_cost": 90}
    found = traced(instance(channels), ("profit", "cost"), 5)
    assert len(found.points) > 2
    for point in found.points:
        budget = policy(type="budget", at_most=-point.values[1] + 1e-6)
        plan = pipeline.solve(instance(channels, budget), PLAIN)
        assert plan.objective == pytest.approx(point.values[0], rel=1e-5)


def test_each_point_is_the_optimum_under_a_volume() -> None:
    found = traced(instance(), ("profit", "handled.phone"), 4)
    for point in found.points:
        volume = policy(
            type="volume", channels=["phone"], measure="handled", at_least=point.values[1] - 1e-7
        )
        plan = pipeline.solve(instance(volume), PLAIN)
        assert plan.objective == pytest.approx(point.values[0], rel=1e-5)


# ---- what is handed back


def test_tables_are_those_of_whole_plans() -> None:
    with studied(instance(), PLAIN) as study:
        result = frontiers(study, Wishes(points=4))
        tables = {table.name: table for table in result.tables}
        assert {name: table.columns for name, table in tables.items()} == COLUMNS
        rows = list(tables["frontier"].records())
        assert [row["point"] for row in rows] == [1, 2, 3, 4]
        assert rows[0]["first_value"] == pytest.approx(study.plan.objective)
        assert {row["known"] for row in rows} == {"re-solved"}
        assert [row["open_channels"] for row in rows] == ["phone;web"] * 3 + ["phone"]
        kpis = {
            (row["point"], row["figure"]): row["value"] for row in tables["frontier_kpis"].records()
        }
        for row in rows:
            assert kpis[row["point"], "satisfaction"] == row["second_value"]
        shares: dict[Any, float] = {}
        for row in tables["frontier_allocation"].records():
            shares[row["point"]] = shares.get(row["point"], 0.0) + float(row["share"] or 0.0)
        assert shares == pytest.approx(dict.fromkeys((1, 2, 3, 4), 1.0))
        for table in tables.values():
            again = read_csv(table.to_csv(), table.name, table.columns, "file")
            assert again.to_csv() == table.to_csv()
            assert table.to_pandas().shape == (len(table.rows), len(table.columns))
    assert result.unproven == 0
    assert "600 with 0.6 to -250 with 0.9" in result.sentences[0]


def test_without_time_nothing_is_claimed() -> None:
    with studied(instance(), PLAIN, Ways(seconds=0.0)) as study:
        result = frontiers(study, Wishes())
        known = [row["known"] for row in result.tables[0].records()]
    assert known == ["at least"]
    assert result.unproven == len(known)
    assert "no other plan beats" not in result.sentences[0]


def test_no_conflict_is_one_point() -> None:
    data = {"channels/phone/unit_cost": 0}
    found = traced(instance(data), ("profit", "satisfaction"))
    assert [point.values for point in found.points] == [pytest.approx((950, 0.9))]


def test_figures_without_a_meaning_are_said_to_have_none() -> None:
    with studied(instance({"segments/a/margin": 0}), PLAIN) as study:
        result = frontiers(study, Wishes(frontier=(("profit", "margin_kept"),)))
        assert result.sentences == ("profit against margin_kept has no meaning in this scenario.",)
        with pytest.raises(UsageError, match="'joy' is not a key figure"):
            frontiers(study, Wishes(frontier=(("joy", "cost"),)))
