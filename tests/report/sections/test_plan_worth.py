"""Where the money comes from and goes, recomputed from plan.json."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from channelopt.plan.plan import Plan
from channelopt.report.sections.worth import money_terms
from channelopt.report.shapes import Bridge
from channelopt.terms.money import LEDGER
from tests.report.sections.plan_cases import (
    NAMES,
    chart,
    charts,
    grids,
    moneyed,
    plan_named,
)


def bridge(plan: Plan) -> Bridge:
    shape = chart(money_terms(plan), "money").shape
    assert isinstance(shape, Bridge)
    return shape


@pytest.mark.parametrize("name", NAMES)
def test_bars_lead_from_nothing_to_the_profit(name: str) -> None:
    plan = plan_named(name)
    data = json.loads(plan.to_json())
    bars = bridge(plan).bars
    assert bars[0].start == 0.0
    for one, following in pairwise(bars[:-1]):
        assert following.start == one.end
    assert bars[-1].is_total
    assert bars[-1].end == bars[-2].end == pytest.approx(data["objective"], abs=0.51)
    terms = {entry.label: entry.sign * data["money"][entry.name]["discounted"] for entry in LEDGER}
    drawn = {bar.label: bar.end - bar.start for bar in bars[:-1]}
    assert drawn == pytest.approx({label: v for label, v in terms.items() if v}, abs=1.0)
    steps = list(drawn.values())
    assert steps == sorted(steps, key=lambda step: (step < 0, -abs(step)))


@pytest.mark.parametrize("name", NAMES)
def test_the_table_has_every_column_of_the_file(name: str) -> None:
    plan = plan_named(name)
    data = json.loads(plan.to_json())
    (grid,) = grids(money_terms(plan))
    assert grid.source == "plan.json"
    by_label = {entry.label: entry for entry in LEDGER}
    titles = [column.title for column in grid.columns]
    for row in grid.rows:
        entry = by_label[row[0]]
        amounts = data["money"][entry.name]
        expected = {"Total": amounts["total"], "Discounted": amounts["discounted"]}
        expected |= amounts["by_period"]
        if data["baseline"]:
            expected["Today"] = data["baseline"]["money"][entry.name]["total"]
        for title, cell in zip(titles[1:], row[1:], strict=True):
            assert cell.number == pytest.approx(entry.sign * expected[title])
    for k in range(1, len(titles)):
        assert grid.foot[k].number == pytest.approx(sum(row[k].number for row in grid.rows))
    if "Discounted" in titles:
        assert grid.foot[titles.index("Discounted")].number == pytest.approx(data["objective"])


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (
            {"kept_margin": 75.0, "contact_value": 25.0, "staff_cost": -8.0, "fixed_cost": -2.0},
            "with 75.0 % of EUR 100.00, the largest expense Staff with 80.0 % of EUR 10.00.",
        ),
        (
            {"kept_margin": 75.0},
            "Nothing is spent; the largest source is Margin kept with 100.0 % of EUR 75.00.",
        ),
        (
            {"staff_cost": -75.0, "kept_margin": 0.0},
            "Nothing comes in; the largest expense is Staff with 100.0 % of EUR 75.00.",
        ),
    ],
)  # fmt: skip
def test_what_is_said(money: dict[str, float], words: str) -> None:
    assert chart(money_terms(moneyed(None, money)), "money").insight.endswith(words)


def test_no_money_no_chart() -> None:
    section = money_terms(moneyed(None, {}))
    assert charts(section) == []
    assert [str(cell) for cell in grids(section)[0].foot] == [
        "Satisfaction-weighted profit",
        "0.00",
    ]
