"""Today against plan: the bars, the sentence and the table, recomputed from plan.json."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channelopt.plan.plan import Plan
from channelopt.report import adding
from channelopt.report.evidence import Evidence
from channelopt.report.sections.today import today
from channelopt.report.shapes import Bridge
from channelopt.terms.money import LEDGER
from tests.report.sections.plan_cases import (
    chart,
    charts,
    grids,
    moneyed,
    plan_named,
    shown,
    solved_run,
)

NAME = "today-against-plan"


def bridge(plan: Plan) -> Bridge:
    shape = chart(today(Evidence(plan)), NAME).shape
    assert isinstance(shape, Bridge)
    return shape


def steps(plan: Plan) -> dict[str, float]:
    bars = bridge(plan).bars
    return {bar.label: bar.end - bar.start for bar in bars if not bar.is_total}


def insight(today_: dict[str, float], planned: dict[str, float]) -> str:
    return chart(today(Evidence(moneyed(today_, planned))), NAME).insight


@pytest.mark.parametrize("name", ["quickstart", "years"])
def test_bars_lead_from_todays_profit_to_the_plans(name: str) -> None:
    plan = plan_named(name)
    data = json.loads(plan.to_json())
    bars = bridge(plan).bars
    assert bars[0].end == round(data["baseline"]["kpis"]["profit"])
    assert bars[-1].end == round(data["objective"])
    level = bars[0].end
    for bar in bars[1:-1]:
        assert bar.start == level
        level = bar.end
    assert level == bars[-1].end
    labels = {entry.label: entry for entry in LEDGER}
    for bar in bars[1:-1]:
        entry = labels[bar.label]
        sides = data["money"][entry.name], data["baseline"]["money"][entry.name]
        step = entry.sign * (sides[0]["discounted"] - sides[1]["discounted"])
        assert bar.end - bar.start == pytest.approx(step, abs=1)


@pytest.mark.parametrize("name", ["quickstart", "years", "full"])
def test_the_table_has_every_term_as_plan_json_has_it(name: str) -> None:
    plan = plan_named(name)
    data = json.loads(plan.to_json())
    (grid,) = grids(today(Evidence(plan)))
    assert grid.source == "plan.json"
    by_label = {entry.label: entry for entry in LEDGER}
    told = set()
    for label, before, after, step in grid.rows:
        entry = by_label[label]
        told.add(entry.name)
        sides = data["baseline"]["money"][entry.name], data["money"][entry.name]
        exact = [entry.sign * side["discounted"] for side in sides]
        half = 0.5 if max(map(abs, exact)) >= 10_000 or shown(before) == round(exact[0]) else 0.005
        for cell, amount in zip((before, after, step), (*exact, exact[1] - exact[0]), strict=True):
            assert shown(cell) == pytest.approx(amount, abs=half * 1.0001)
            assert cell.number == pytest.approx(amount)
    silent = {entry.name for entry in LEDGER} - told
    assert not any(
        side[name]["discounted"]
        for name in silent
        for side in (data["money"], data["baseline"]["money"])
    )
    total = math.fsum(row[3].number for row in grid.rows)
    assert grid.foot[3].number == pytest.approx(total, abs=1e-6)


def test_a_run_from_the_disk_tells_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, plan = solved_run(tmp_path_factory.mktemp("run") / "quickstart")
    written = json.loads((folder / "plan.json").read_text("utf-8"))
    bars = bridge(plan).bars
    assert bars[-1].end == round(written["objective"])
    assert bars[0].end == round(written["baseline"]["kpis"]["profit"])


def test_without_today_there_is_nothing_to_say() -> None:
    assert today(Evidence(plan_named("parts"))) is None
    assert today(Evidence(moneyed(None, {"kept_margin": 5.0}))) is None


def test_no_difference_is_a_sentence_and_no_chart() -> None:
    same = {"kept_margin": 500.0, "staff_cost": -20.0}
    section = today(Evidence(moneyed(same, same)))
    assert charts(section) == []
    assert section is not None
    assert "no amount of money" in section.blocks[1].text
    assert [cell.text for cell in grids(section)[0].foot[1:]] == ["480.00", "480.00", "0.00"]


def test_gains_and_losses_are_named_with_their_amounts() -> None:
    text = insight(
        {"kept_margin": 1000.0, "staff_cost": -500.0, "contact_cost": -100.0},
        {"kept_margin": 900.0, "staff_cost": -100.0, "contact_cost": -101.0},
    )
    assert text == (
        "The plan is worth EUR 299.00 more than today's allocation: gains from Staff "
        "(EUR 400.00) outweigh losses from Margin kept (EUR 100.00) and the rest (EUR 1.00)."
    )


def test_small_losses_are_told_together() -> None:
    text = insight(
        {"kept_margin": 1000.0},
        {"kept_margin": 2000.0, "hiring_cost": -1.0, "release_cost": -3.0},
    )
    assert text.endswith(
        "gains from Margin kept (EUR 1,000.00) outweigh losses from several terms (EUR 4.00)."
    )


def test_losses_that_outweigh_gains() -> None:
    text = insight({"kept_margin": 900.0, "staff_cost": -100.0}, {"kept_margin": 500.0})
    assert text == (
        "The plan is worth EUR 300.00 less than today's allocation: losses from Margin kept "
        "(EUR 400.00) outweigh gains from Staff (EUR 100.00)."
    )


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({"staff_cost": -5.0}, {"staff_cost": -2.0}, "no money term is worse"),
        ({"staff_cost": -2.0}, {"staff_cost": -5.0}, "no money term is better"),
        (
            {"staff_cost": -5.0, "kept_margin": 5.0},
            {"staff_cost": -2.0, "kept_margin": 2.0},
            "is worth as much as today's allocation: gains from Staff (EUR 3.00) make up for",
        ),
    ],
)
def test_one_side_alone_is_told_as_such(
    before: dict[str, float], after: dict[str, float], words: str
) -> None:
    assert words in insight(before, after)


def test_tiny_steps_are_one_bar_and_stay_in_the_table() -> None:
    before = {"kept_margin": 1000.0, "staff_cost": -500.0}
    after = {"kept_margin": 2000.0, "hiring_cost": -1.0, "release_cost": -2.0}
    plan = moneyed(before, after)
    assert steps(plan) == {"Margin kept": 1000.0, "Staff": 500.0, "Other (2 terms)": -3.0}
    assert [row[0] for row in grids(today(Evidence(plan)))[0].rows] == [
        *("Margin kept", "Staff", "Hiring", "Releasing staff"),
    ]


def test_one_tiny_step_keeps_its_name() -> None:
    plan = moneyed({"kept_margin": 1000.0}, {"kept_margin": 2000.0, "hiring_cost": -1.0})
    assert list(steps(plan)) == ["Margin kept", "Hiring"]


def test_todays_breaches_are_said() -> None:
    section = today(Evidence(plan_named("full")))
    assert section is not None
    assert "breaks rules of the scenario in 2 places" in section.blocks[0].text


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e9, 1e9, allow_nan=False), min_size=1, max_size=13),
    st.floats(-1e9, 1e9, allow_nan=False),
    st.sampled_from([0, 2]),
)
def test_steps_add_up_as_they_are_shown(amounts: list[float], first: float, digits: int) -> None:
    last = math.fsum([first, *amounts])
    levels = adding.steps(amounts, (first, last), digits)
    assert levels[0] == pytest.approx(first, abs=0.5001 * 10**-digits)
    assert levels[-1] == pytest.approx(last, abs=0.5001 * 10**-digits)
    for amount, start, end in zip(amounts, levels, levels[1:], strict=False):
        assert end - start == pytest.approx(amount, abs=1.001 * 10**-digits, rel=1e-12)
