"""Many futures: the plan carried on by hand, rules by hand, regret against separate solves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from channelopt.analysis.futures import sobol as sobol_module
from channelopt.analysis.futures.draws import draw
from channelopt.analysis.futures.held import PLANNED_FTE, carried, odds
from channelopt.analysis.futures.risk import conditional_value_at_risk, value_at_risk
from channelopt.analysis.futures.sobol import installed, sobol
from channelopt.analysis.futures.uncertainty import Future, uncertainty
from channelopt.analysis.study import Answer, Result, Wishes
from channelopt.backends.base import Limits
from channelopt.errors import UsageError
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.rounds import Scenario, optimum
from channelopt.pipeline.solving import Engines
from channelopt.pipeline.study import Ways, studied
from channelopt.plan.table import read_csv

OPTIONS = SolveOptions(isolate=False, ties=False, sensitivity_seconds=0)
ENGINES = Engines.start(OPTIONS)
WISHES = Wishes(samples=16, seed=5)


def scenario(**more: Any) -> dict[str, Any]:
    return {
        "format": 1,
        "objective": {"satisfaction_weight": 0.3},
        "segments": {
            "old": {"customers": 100, "margin": 30},
            "new": {"customers": 80, "margin": 12},
        },
        "interactions": {"ask": {}},
        "channels": {
            "phone": {"satisfaction": 0.9, "handle_minutes": 12, "fixed_cost": 60},
            "web": {"satisfaction": 0.5, "unit_cost": 2, "capacity": 160},
        },
        "staff": {"team": {"serves": ["phone"], "hours_per_fte": 10, "fte_cost": 50, "max_fte": 4}},
        "tables": {"contacts_per_customer": [{"value": 1.5}]},
        "policies": [{"name": "happy", "type": "satisfaction", "at_least": 0.55}],
        "uncertainty": {
            "demand": {"inputs": ["segments.*.customers"], "spread": 0.2, "together": 0.5},
            "talk": {"inputs": ["channels.phone.handle_minutes"], "low": 0.9, "high": 1.4},
            "mood": {"inputs": ["channels.*.satisfaction"], "correlation": {"talk": -0.5}},
        },
        **more,
    }


def by_hand(data: dict[str, Any], plan: Any, factors: dict[str, float]) -> dict[str, float]:
    """The plan carried on: shares as planned, FTE as needed; no passing on, one period."""
    rows = list(plan.table("allocation").records())
    shares = {(row["segment"], row["channel"]): row["share"] for row in rows}
    customers = {
        s: entry["customers"] * factors[f"segments.{s}.customers"]
        for s, entry in data["segments"].items()
    }
    happy = {
        c: min(1.0, entry["satisfaction"] * factors[f"channels.{c}.satisfaction"])
        for c, entry in data["channels"].items()
    }
    first = {(s, c): 1.5 * customers[s] * shares.get((s, c), 0.0) for s in customers for c in happy}
    mean = {s: sum(happy[c] * shares.get((s, c), 0.0) for c in happy) for s in customers}
    web, phone = (sum(first[s, c] for s in customers) for c in ("web", "phone"))
    hours = phone * 12 * factors["channels.phone.handle_minutes"] / 60
    fte = math.ceil(hours / 10 - 1e-9)
    opened = {row["channel"]: row["open"] for row in plan.table("channels").records()}
    kept = sum(
        customers[s] * e["margin"] * (1 - 0.3 * (1 - mean[s])) for s, e in data["segments"].items()
    )
    return {
        "profit": kept - 2 * web - 50 * fte - 60 * opened["phone"],
        "web": web,
        "fte": fte,
        "happy": min(mean.values()),
    }


def tables(result: Result) -> dict[str, list[dict[str, Any]]]:
    return {table.name: list(table.records()) for table in result.tables}


@dataclass(frozen=True)
class Done:
    """An analysis, and the same by hand."""

    result: Result
    again: Result
    found: dict[str, list[dict[str, Any]]]
    planned: float
    factors: list[dict[str, float]]
    hand: list[dict[str, float]]

    def allowed(self, k: int) -> bool:
        one = self.hand[k]
        return one["web"] <= 160 + 2e-4 and one["fte"] <= 4 and one["happy"] >= 0.55 - 1e-6


@pytest.fixture(scope="module")
def done() -> Done:
    data = scenario()
    instance = from_data(data)
    with studied(instance, OPTIONS) as study:
        result, again, plan = uncertainty(study, WISHES), uncertainty(study, WISHES), study.plan
    drawn = draw(instance, 16, 5)
    paths = [one.path for one in drawn.inputs]
    factors = [dict(zip(paths, row, strict=True)) for row in drawn.factors.tolist()]
    hand = [by_hand(data, plan, one) for one in factors]
    planned = plan.table("staff").column("fte")[0]
    return Done(result, again, tables(result), planned, factors, hand)


def test_the_plan_carried_on_by_hand(done: Done) -> None:
    for k, row in enumerate(done.found["samples"]):
        assert row["held"] == pytest.approx(done.hand[k]["profit"], rel=1e-9)
        assert row["held_ok"] is done.allowed(k)
    assert {row["held_ok"] for row in done.found["samples"]} == {True, False}


def test_the_best_and_the_regret_by_separate_solves(done: Done) -> None:
    for k, row in enumerate(done.found["samples"]):
        steps = [("set", f"{path}*={factor!r}") for path, factor in done.factors[k].items()]
        changed = from_data(scenario(), steps)  # type: ignore[arg-type]
        asked = Scenario(changed.numbers, changed.policies)
        best = optimum(asked, ENGINES.main, Limits(gap=1e-9)).outcome.objective
        assert (row["known"] == "infeasible") == (best is None)
        if best is None or not done.allowed(k):
            assert row["regret"] is None
        if best is not None:
            assert row["best"] == pytest.approx(best, rel=1e-6)
        if best is not None and done.allowed(k):
            assert row["regret"] == pytest.approx(best - done.hand[k]["profit"], abs=1e-3)
            assert row["regret"] >= 0


def test_the_odds_of_rules_by_hand(done: Done) -> None:
    hand, rows = done.hand, done.found["rule_odds"]
    chance = {row["rule"]: row["probability"] for row in rows}
    assert chance["capacity"] == np.mean([one["web"] <= 160 + 2e-4 for one in hand])
    assert chance["staff"] == np.mean([one["fte"] <= 4 for one in hand])
    assert chance["happy"] == np.mean([one["happy"] >= 0.55 - 1e-6 for one in hand])
    assert chance[PLANNED_FTE] == np.mean([one["fte"] <= done.planned for one in hand])
    assert {row["samples"] for row in rows} == {16}
    worst = {row["rule"]: row["worst"] for row in rows}
    assert worst["capacity"] == pytest.approx(min(160 - one["web"] for one in hand) / 160, rel=1e-6)


@pytest.mark.slow
def test_the_distribution_by_hand(done: Done) -> None:
    profits = np.array([one["profit"] for one in done.hand])
    stated = {
        row["statistic"]: row["value"]
        for row in done.found["distribution"]
        if (row["plan"], row["futures"]) == ("held", "all")
    }
    assert stated["mean"] == pytest.approx(profits.mean())
    assert stated["CVaR 0.9"] == pytest.approx(conditional_value_at_risk(profits, 0.9))
    assert stated["VaR 0.8"] == pytest.approx(value_at_risk(profits, 0.8))
    assert len(done.found["factors"]) == 16 * 3
    assert "nine of ten" in done.result.sentences[0]
    assert done.result.unproven == 0
    assert done.again == done.result


def test_tables_are_read_back_as_they_were_written() -> None:
    with studied(from_data(scenario()), OPTIONS) as study:
        result = uncertainty(study, Wishes(samples=3))
    for table in result.tables:
        read = read_csv(table.to_csv(), table.name, table.columns, "file")
        assert [tuple(row) for row in read.rows] == [tuple(row) for row in table.rows]


def test_what_the_time_leaves_unsolved_is_said() -> None:
    with studied(from_data(scenario()), OPTIONS, Ways(seconds=0)) as study:
        result = uncertainty(study, Wishes(samples=4))
    shown = tables(result)["samples"]
    assert [row["known"] for row in shown] == ["not solved"] * 4
    assert all(row["held"] is not None for row in shown)
    assert [row["held_ok"] is not None for row in shown] == [True, False, False, False]
    assert result.unproven == 4


def test_without_uncertainty_nothing_is_drawn() -> None:
    data = scenario()
    del data["uncertainty"]
    with studied(from_data(data), OPTIONS) as study:
        result = uncertainty(study, WISHES)
        assert "states no `uncertainty`" in result.sentences[0]
        if installed():
            assert "states no `uncertainty`" in sobol(study, WISHES).sentences[0]
    assert all(not table.rows for table in result.tables)


def test_a_plan_carried_on_into_its_own_scenario_is_itself() -> None:
    outage = {"name": "o", "type": "outage", "channel": "web", "recover": 0}
    data = scenario()
    instance = from_data({**data, "policies": [*data["policies"], outage]})
    with studied(instance, OPTIONS) as study:
        found = carried(instance, study.choice, instance)
        assert found.profit == pytest.approx(study.plan.objective)
        assert found.allowed
        assert not found.broken
        chance = {one.rule: one.probability for one in odds(instance, [found])}
        assert chance.pop("o") is None
        assert set(chance.values()) == {1.0}


def test_regret_within_the_gap_is_none() -> None:
    with studied(from_data(scenario()), OPTIONS) as study:
        held = carried(study.instance, study.choice, study.instance)
    assert Future(held, Answer(held.profit + 5, held.profit + 11, proven=True)).regret == 0
    assert Future(held, Answer(held.profit + 5, held.profit + 6)).regret == 5
    assert Future(held, Answer(None, None)).regret is None


@pytest.mark.slow
@pytest.mark.skipif(not installed(), reason="SALib is an extra")
def test_sobol_of_a_sum_is_the_share_of_each_variance() -> None:
    """Uniform factors on three unit costs of given volumes: variances add up."""
    data = {
        "format": 1,
        "objective": {"satisfaction_weight": 0},
        "segments": {"all": {"customers": 1000, "margin": 50}},
        "interactions": {"ask": {}, "tell": {}, "buy": {}},
        "channels": {
            "web": {"satisfaction": 1, "unit_cost": 1},
            "shop": {"satisfaction": 1, "unit_cost": 2},
            "call": {"satisfaction": 1, "unit_cost": 3},
        },
        "tables": {
            "contacts_per_customer": [{"value": 1}],
            "eligible": [
                {"value": False},
                {"interaction": "ask", "channel": "web", "value": True},
                {"interaction": "tell", "channel": "shop", "value": True},
                {"interaction": "buy", "channel": "call", "value": True},
            ],
        },
        "uncertainty": {
            "two": {
                "inputs": ["channels.web.unit_cost", "channels.shop.unit_cost"],
                "distribution": "uniform",
                "together": 1,
            },
            "third": {
                "inputs": ["channels.call.unit_cost"],
                "distribution": "uniform",
                "spread": 0.2,
                "correlation": {"two": 0.5},
            },
            "sure": {"inputs": ["segments.all.margin"], "spread": 0},
        },
    }
    with studied(from_data(data), OPTIONS) as study:
        result = sobol(study, Wishes(samples=200, seed=1))
        few = [sobol(study, Wishes(samples=8, seed=1)) for _ in range(2)]
    assert few[0] == few[1]
    found = {row["group"]: row for row in tables(result)["sobol"]}
    variances = {"two": (3 * 0.1) ** 2, "third": (3 * 0.2) ** 2, "sure": 0.0}
    for group, variance in variances.items():
        share = variance / sum(variances.values())
        assert found[group]["first_order"] == pytest.approx(share, abs=0.08)
        assert found[group]["total"] == pytest.approx(share, abs=0.08)
    assert "'third' makes about" in result.sentences[0]


@pytest.mark.skipif(not installed(), reason="SALib is an extra")
def test_sobol_without_time_or_without_variance() -> None:
    data = scenario()
    with studied(from_data(data), OPTIONS, Ways(seconds=0)) as study:
        assert "No time" in sobol(study, WISHES).sentences[0]
    data["uncertainty"] = {"a": {"inputs": ["segments.*.margin"], "spread": 0}}
    with studied(from_data(data), OPTIONS) as study:
        (row,) = tables(sobol(study, WISHES))["sobol"]
    assert (row["first_order"], row["total"]) == (0, 0)


def test_sobol_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sobol_module, "installed", lambda: False)
    with (
        studied(from_data(scenario()), OPTIONS) as study,
        pytest.raises(UsageError, match=r"pip install 'channelopt\[sobol\]'"),
    ):
        sobol(study, WISHES)
