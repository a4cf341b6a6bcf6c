"""The decision on page one: sentences, tiles, whether the plan is better."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channelopt.plan.key_figures import KPIS
from channelopt.plan.plan import Plan
from channelopt.report.document import Figure, Figures, Grid
from channelopt.report.sections.decision import TILES, decision, key_figures
from channelopt.report.speech import speaking
from tests.report.hand_made import full_plan

UNITS = {kpi.label: (kpi.name, kpi.unit) for kpi in KPIS}


def tiles(plan: Plan) -> dict[str, Figure]:
    row = next(block for block in decision(plan).blocks if isinstance(block, Figures))
    return {UNITS[tile.label][0]: tile for tile in row.items}


def with_today(name: str, value: float) -> Plan:
    plan = full_plan()
    return plan.with_(baseline=replace(plan.baseline, kpis={name: value}))


def test_tiles_are_the_plan_beside_today():
    plan = full_plan()
    found = tiles(plan)
    assert set(found) == {name for name in TILES if plan.kpis[name] is not None}
    for name, tile in found.items():
        assert tile.value.number == plan.kpis[name]
        now = plan.baseline.kpis.get(name)
        assert (tile.today.number if tile.today is not None else None) == now
    assert found["profit"].value.text == "EUR 1,426.91"
    assert found["profit"].change == "+426.91"
    assert found["share_high"].change == "-18.1 points"


@pytest.mark.parametrize("name", TILES)
@pytest.mark.parametrize(("factor", "side"), [(0.5, 1), (2.0, -1), (1.0, 0), (1.0001, 0)])
def test_better_is_what_a_planner_calls_better(name: str, factor: float, side: int):
    """Today at half of it: more is better for profit, worse for cost, neither for touch."""
    planned = full_plan().kpis[name]
    tile = tiles(with_today(name, planned * factor))[name]
    wanted = side * TILES[name]
    assert tile.is_better is (None if wanted == 0 else wanted > 0)


def test_no_tiles_of_today_without_today():
    for tile in tiles(full_plan().with_(baseline=None)).values():
        assert tile.today is None
        assert tile.change == ""
        assert tile.is_better is None


def test_a_plan_without_an_answer_has_no_tiles():
    plan = Plan("infeasible", None, None, full_plan().names, ("2027",))
    assert not any(isinstance(block, Figures) for block in decision(plan).blocks)


def test_key_figures_are_numbers_with_their_source():
    plan = full_plan()
    grids = [block for block in key_figures(plan).blocks if isinstance(block, Grid)]
    assert {grid.source for grid in grids} == {"plan.json"}
    for label, planned, today, change in grids[0].rows:
        name = UNITS[label][0]
        now = plan.baseline.kpis.get(name)
        assert (planned.number, today.number) == (plan.kpis[name], now)
        assert change.number == (None if now is None else plan.kpis[name] - now)
    for label, *values in grids[1].rows:
        by_period = [plan.kpis_by_period[period][UNITS[label][0]] for period in plan.periods]
        assert [value.number for value in values] == by_period


def test_the_decision_in_german():
    with speaking("de_DE"):
        section = decision(full_plan())
    assert section.title == "Die Entscheidung"
    row = next(block for block in section.blocks if isinstance(block, Figures))
    assert row.items[0].label == "Zufriedenheitsgewichteter Gewinn"
    assert row.items[0].value.text == "1.426,91\u00a0EUR"
