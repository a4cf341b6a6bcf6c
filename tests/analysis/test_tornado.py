"""Tornado: each row is the difference of separate solves, and the held plan is counted anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from channelopt import pipeline
from channelopt.analysis.study import Result, Wishes
from channelopt.analysis.varied.holding import Held
from channelopt.analysis.varied.inputs import matching, scaled
from channelopt.analysis.varied.tornado import Varied, groups, tornado
from channelopt.backends.base import Limits
from channelopt.errors import NoPlanError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.study import Ways, studied
from channelopt.plan.assemble import Origin, assemble
from channelopt.terms.choice import Choice
from channelopt.verify.check import verify
from tests.contract.small import BASE, instance
from tests.reference.loading import loaded
from tests.strategies import FULL, Data, small_scenarios

OPTIONS = SolveOptions(limits=Limits(gap=1e-7), ties=False, isolate=False, sensitivity_seconds=0)
SETTINGS = {
    "deadline": None,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


def analysed(base: Instance, seconds: float | None = None) -> tuple[Result, Choice, float]:
    with studied(base, OPTIONS, Ways(seconds=seconds)) as study:
        assert study.best.objective is not None
        return tornado(study, Wishes()), study.choice, study.best.objective


def by_group(found: Result) -> dict[str, dict[str, Any]]:
    return {str(row["group"]): row for row in found.tables[0].records()}


def test_by_hand() -> None:
    """200 contacts by web: kept 800, cost 200; the web can take 210, the rest must phone."""
    found, _, best = analysed(instance({"channels/web/capacity": 210}))
    assert best == pytest.approx(600)
    rows = by_group(found)
    cost = rows["channels.web.unit_cost"]
    assert (cost["held_low"], cost["held_high"]) == pytest.approx((20, -20))
    assert (cost["best_low"], cost["best_high"]) == pytest.approx((20, -20))
    assert (cost["flexibility_low"], cost["flexibility_high"]) == (0, 0)
    assert cost["swing"] == pytest.approx(40)
    margin = rows["segments.a.margin"]
    assert (margin["best_low"], margin["best_high"]) == pytest.approx((-80, 80))
    assert margin["rank"] == 1
    volume = rows["tables.contacts_per_customer[segment=a]"]
    # 220 contacts by web break its capacity; ten by phone keep 950 / 220 of their margin
    assert (volume["held_low"], volume["held_high"]) == pytest.approx((20, -20))
    assert volume["breaks"] == "high: capacity"
    more = 1000 * (1 - 0.5 * (1 - (210 * 0.6 + 10 * 0.9) / 220)) - 210 - 60 - 600
    assert volume["best_high"] == pytest.approx(more)
    assert volume["flexibility_high"] == pytest.approx(more + 20)
    assert {row["known_low"] for row in rows.values()} == {"re-solved"}
    assert rows["channels.phone.unit_cost"]["swing"] == 0
    assert "Margin: a" in found.sentences[0]


def test_stated_groups() -> None:
    costs = {"title": "All costs", "inputs": ["channels.*.unit_cost"], "low": 0.5, "high": 1.1}
    stated = {"costs": costs}
    base = from_data({**BASE, "uncertainty": stated})
    found, _, _ = analysed(base)
    (row,) = by_group(found).values()
    assert (row["group"], row["title"], row["low"], row["high"]) == ("costs", "All costs", 0.5, 1.1)
    assert (row["best_low"], row["best_high"]) == pytest.approx((100, -20))


def test_groups_as_an_argument_and_flexibility() -> None:
    """Web at five times its price: 600 - 800 held, but the phone earns -250."""
    base = instance()
    inputs = tuple(matching(base, "channels.web.unit_cost"))
    with studied(base, OPTIONS) as study:
        found = tornado(study, Wishes(), [Varied("web", "Web", inputs, 1.0, 6.0)])
    (row,) = by_group(found).values()
    assert row["held_high"] == pytest.approx(-1000)
    assert row["best_high"] == pytest.approx(-850)
    assert row["flexibility_high"] == pytest.approx(150)
    assert "150 more than carrying the plan on" in found.sentences[1]


def test_no_time_no_claim() -> None:
    found, _, _ = analysed(instance(), seconds=1e-6)
    for row in by_group(found).values():
        assert row["known_low"] in {"at least", "not solved"}
        assert row["held_low"] is not None
    assert found.unproven == 2 * len(by_group(found))


@pytest.mark.slow
@settings(max_examples=1, **SETTINGS)
@given(data=small_scenarios(replace(FULL, segments=1, channels=3, periods=2)))
def test_each_row_is_two_separate_solves(data: Data) -> None:
    check_rows(data)


@pytest.mark.slow
@settings(max_examples=4, **SETTINGS)
@given(data=small_scenarios(replace(FULL, upgrades=1, bundles=1)))
def test_each_row_is_two_separate_solves_often(data: Data) -> None:
    check_rows(data)


def check_rows(data: Data) -> None:
    base = loaded(data)
    assume(base is not None)
    assert base is not None
    try:
        found, choice, best = analysed(base)
    except NoPlanError:
        assume(False)
        raise
    rows = by_group(found)
    for group in groups(base)[::3]:
        for end, factor in (("low", group.low), ("high", group.high)):
            changed = scaled(base, [(one, factor) for one in group.inputs])
            check_end(changed, Held(base, choice).choice(changed), best, rows[group.id], end)


def check_end(changed: Instance, held: Choice, best: float, row: dict[str, Any], end: str) -> None:
    plan = pipeline.solve(changed, OPTIONS)
    room = 1e-6 * max(1.0, abs(best))
    if plan.objective is None:
        assert (row[f"known_{end}"], row[f"best_{end}"]) == ("infeasible", None)
    else:
        assert row[f"known_{end}"] == "re-solved"
        assert row[f"best_{end}"] == pytest.approx(plan.objective - best, abs=room)
    carried = assemble(changed, held, Origin("evaluated"))
    checked = verify(changed, carried.tables, {})
    assert checked.objective is not None
    assert row[f"held_{end}"] == pytest.approx(float(checked.objective) - best, abs=room)
    said = dict(part.split(": ") for part in (row["breaks"] or "").split("; ") if part)
    broken = {v.rule for v in checked.rules if not v.holds} - {"outage"}
    assert set(filter(None, said.get(end, "").split(", "))) == broken
    if row[f"best_{end}"] is not None:
        worth = row[f"best_{end}"] - row[f"held_{end}"]
        assert row[f"flexibility_{end}"] == pytest.approx(worth, abs=room)
        assert broken or row[f"flexibility_{end}"] >= 0
