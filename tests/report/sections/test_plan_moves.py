"""Flows from today's channels to the plan's, recomputed from allocation.csv."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pandas as pd
import pytest

from channelopt.analysis.comparing.results_flows import GONE, NEW
from channelopt.plan.plan import Baseline, Plan
from channelopt.report.document import Paragraph
from channelopt.report.evidence import Evidence
from channelopt.report.sections.moves import Moves, moves, moves_of, ribbons
from channelopt.report.shapes import Flows
from tests.report.hand_made import full_plan
from tests.report.sections.plan_cases import (
    chart,
    charts,
    frame,
    grids,
    numbers,
    plan_named,
    shown,
    with_rows,
)

WITH_TODAY = ("full", "quickstart", "years")
PAIR = ["period", "segment", "interaction"]


def both_sides(plan: Plan) -> pd.DataFrame:
    """First contacts of today and of the plan by row of the CSV, of pairs that have a today."""
    found = frame(plan, "allocation")
    totals = found.groupby(PAIR)[["first_contacts", "share"]].transform("sum")
    found["today"] = found["baseline_share"] * totals["first_contacts"] / totals["share"]
    known = found.groupby(PAIR)["today"].transform("sum") > 0
    return found[known].fillna({"today": 0.0})


def paragraphs(plan: Plan) -> str:
    section = moves(Evidence(plan))
    assert section is not None
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


def plan_of(*rows: tuple[object, ...], today: float | None = None) -> Plan:
    plan = with_rows(full_plan(), "allocation", list(rows))
    kpis = {} if today is None else {"first_contacts": today}
    return plan.with_(baseline=Baseline(kpis))


@pytest.mark.parametrize("name", WITH_TODAY)
def test_both_ends_are_the_contacts_of_the_file(name: str) -> None:
    plan = plan_named(name)
    found, expected = moves_of(plan).contacts, both_sides(plan)
    for position, column, outside in ((0, "today", NEW), (1, "first_contacts", GONE)):
        sums = expected.groupby("channel")[column].sum()
        for channel, contacts in sums.items():
            made = math.fsum(n for way, n in found.items() if way[position] == channel)
            assert made == pytest.approx(contacts, abs=1e-6)
        extra = {way[position] for way in found} - set(sums.index) - {outside}
        assert not extra


@pytest.mark.parametrize("name", WITH_TODAY)
def test_as_few_contacts_move_as_can(name: str) -> None:
    plan = plan_named(name)
    expected = both_sides(plan)
    change = (expected["first_contacts"] - expected["today"]).abs()
    fewest = change.groupby([expected[column] for column in PAIR]).sum().sum() / 2
    assert math.fsum(moves_of(plan).moved.values()) == pytest.approx(fewest)


@pytest.mark.parametrize("name", WITH_TODAY)
def test_the_drawing_and_the_table_have_the_same_flows(name: str) -> None:
    plan = plan_named(name)
    found = moves_of(plan)
    shape = chart(moves(Evidence(plan)), "channel-flows").shape
    assert isinstance(shape, Flows)
    (grid,) = grids(moves(Evidence(plan)))
    assert grid.source == "allocation.csv, segments.csv"
    table = numbers(grid)
    assert list(table["First contacts"]) == sorted(table["First contacts"], reverse=True)
    assert sum(flow.amount for flow in shape.flows) == pytest.approx(found.whole)
    assert table["First contacts"].sum() == pytest.approx(found.whole)
    assert grid.foot[2].number == pytest.approx(found.whole)
    assert sum(shown(row[3]) for row in grid.rows) == 100
    drawn = {(flow.source, flow.target): flow.amount for flow in shape.flows}
    for origin, to, contacts in table.iloc[:, :3].itertuples(index=False):
        assert drawn[origin, origin if to == "stays" else to] == pytest.approx(contacts)


def test_customers_are_those_of_the_segments() -> None:
    plan = plan_named("quickstart")
    table = numbers(grids(moves(Evidence(plan)))[0])
    customers = frame(plan, "segments").groupby("segment")["customers"].mean().sum()
    assert table["Customers"].sum() == pytest.approx(customers)


def test_the_sentence_has_the_share_and_the_largest_moves() -> None:
    plan = plan_named("quickstart")
    expected = both_sides(plan)
    change = (expected["first_contacts"] - expected["today"]).abs().sum() / 2
    share = change / expected["today"].sum()
    text = chart(moves(Evidence(plan)), "channel-flows").insight
    assert text.startswith(f"{100 * share:.1f} % of today's first contacts change channel; ")
    table = numbers(grids(moves(Evidence(plan)))[0])
    largest = table[table["Plan"] != "stays"].nlargest(3, "First contacts")
    told = re.findall(r"([\d,]+) from ([\w-]+) to ([\w-]+)", text)
    assert told == [
        (f"{row['First contacts']:,.0f}", row["Today"], row["Plan"])
        for _, row in largest.iterrows()
    ]


def test_one_move_is_told_alone() -> None:
    plan = plan_of(
        ("2027", "calm", "advice", "phone", 40.0, 0.4, 1.0),
        ("2027", "calm", "advice", "web", 60.0, 0.6, 0.0),
    )
    assert chart(moves(Evidence(plan)), "channel-flows").insight == (
        "60.0 % of today's first contacts change channel: 60 from Phone to Web."
    )


def test_contacts_that_only_one_side_makes_are_told_apart() -> None:
    plan = plan_of(
        ("2027", "calm", "offer", "phone", 80.0, 0.8, 0.5),
        ("2027", "keen", "offer", "web", 10.0, 0.2, 1.0),
        today=50.0 + 50.0,
    )
    found = moves_of(plan)
    assert found.contacts == pytest.approx(
        {("phone", "phone"): 50.0, (NEW, "phone"): 30.0, ("web", "web"): 10.0, ("web", GONE): 40.0}
    )
    text = paragraphs(plan)
    assert "30 first contacts of the plan are not made today." in text
    assert "40 first contacts of today are not made any more." in text
    assert "left out" not in text
    grid = grids(moves(Evidence(plan)))[0]
    customers = {(str(row[0]), str(row[1])): str(row[4]) for row in grid.rows}
    assert customers["Web", "Not made any more"] == "–"
    assert customers["Not made today", "Phone"] != "–"
    assert chart(moves(Evidence(plan)), "channel-flows").insight == (
        "No first contact of today changes channel."
    )


def test_what_is_not_known_is_said() -> None:
    plan = plan_of(
        ("2027", "calm", "advice", "web", 100.0, 1.0, 1.0),
        ("2027", "keen", "advice", "web", 7.0, 1.0, None),
        ("2027", "keen", "offer", "web", 0.0, 0.0, 0.5),
        today=125.0,
    )
    text = paragraphs(plan)
    assert "7 first contacts have no allocation of today and are left out." in text
    assert "25 first contacts of today are left out: they are of kinds" in text


def test_nothing_changes_nothing_is_drawn() -> None:
    plan = plan_of(("2027", "calm", "advice", "web", 100.0, 1.0, 1.0))
    section = moves(Evidence(plan))
    assert charts(section) == []
    assert "No first contact of today changes channel." in paragraphs(plan)
    assert [[str(cell) for cell in row] for row in grids(section)[0].rows] == [
        ["Web", "stays", "100", "100 %", "100"]
    ]


def test_without_today_there_is_nothing_to_say() -> None:
    assert moves(Evidence(plan_named("parts"))) is None
    plan = plan_of(("2027", "calm", "advice", "web", 100.0, 1.0, None))
    assert moves(Evidence(plan)) is None
    assert moves(Evidence(full_plan().with_(baseline=None))) is None


def test_many_channels_are_joined_and_every_channel_keeps_its_sum() -> None:
    ids = [f"c{k:02d}" for k in range(20)]
    plan = full_plan()
    plan = plan.with_(names=replace(plan.names, channels={name: name.upper() for name in ids}))
    found = Moves({(a, ids[0]): 1.0 + k for k, a in enumerate(ids)}, {}, 0.0)
    drawn = ribbons(plan, found)
    ends = {end for flow in drawn for end in (flow.source, flow.target)}
    assert len(ends) == 12
    assert "9 other channels" in ends
    assert sum(flow.amount for flow in drawn) == pytest.approx(found.whole)
    assert [flow.amount for flow in drawn if flow.source == "C19"] == [20.0]


def test_the_share_is_that_of_todays_contacts() -> None:
    plan = plan_of(
        ("2027", "calm", "offer", "phone", 40.0, 0.4, 0.5),
        ("2027", "calm", "offer", "web", 40.0, 0.4, 0.0),
        today=50.0,
    )
    assert "30 first contacts of the plan are not made today." in paragraphs(plan)
    assert chart(moves(Evidence(plan)), "channel-flows").insight == (
        "50.0 % of today's first contacts change channel: 25 from Phone to Web."
    )
