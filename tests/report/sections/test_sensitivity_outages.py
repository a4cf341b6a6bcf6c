"""What would happen if a channel failed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channelopt.plan.columns import COLUMNS
from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell, Table
from channelopt.report.sections.limits import binding
from channelopt.report.sections.outages import outages, stops_in_words
from channelopt.report.shapes import Bars, Heatmap
from tests.report.hand_made import full_plan
from tests.report.sections.sensitivity_tables import charts, grids, shown, texts


def plan_with(*rows: tuple[Cell, ...], periods: tuple[str, ...] = ("2027", "2028"),
              emergencies: tuple[tuple[Cell, ...], ...] = ()) -> Plan:  # fmt: skip
    plan = full_plan()
    tables = {
        **plan.tables,
        "outages": Table("outages", COLUMNS["outages"], rows),
        "emergencies": Table("emergencies", COLUMNS["emergencies"], emergencies),
    }
    return plan.with_(tables=tables, periods=periods)


def row(period: str, channel: str, share: float | None, **more: Cell) -> tuple[Cell, ...]:
    cells: dict[str, Cell] = {
        "period": period,
        "channel": channel,
        "policy": "",
        "surge": 0.2 if "policy" in more else 0.0,
        "first_contacts": 200.0,
        "placeable": None if share is None else share * 200.0,
        "share": share,
        "required": None,
        "stopped_by": "",
        **more,
    }
    return tuple(cells[name] for name in COLUMNS["outages"])


FOUR = (
    row("2027", "web", 1.0),
    row("2028", "web", 1.0),
    row("2028", "phone", 0.5),
    row("2027", "phone", 0.25, stopped_by="150: hours of agents"),
    row("2028", "branch", None, first_contacts=0.0),
)


def test_a_heat_map_of_channels_by_period() -> None:
    section = outages(plan_with(*FOUR))
    chart = charts(section)["outages"]
    assert isinstance(chart.shape, Heatmap)
    assert list(chart.shape.rows) == ["Phone", "Web"]
    assert [list(values) for values in chart.shape.values] == [[0.25, 0.5], [1.0, 1.0]]
    assert chart.insight == (
        "If Phone fails in 2027, only 25.0 % of its 200 contacts could be placed elsewhere; 1 of 2 "
        "channels could be replaced in full in every period."
    )
    found = [(r["Channel"], r["Period"]) for r in shown(grids(section)["outages"])]
    assert found == [("Phone", "2027"), ("Phone", "2028"), ("Web", "2027"), ("Web", "2028")]
    assert shown(grids(section)["outages"])[0]["What stops the rest"] == "150: hours of Agents"


def test_one_period_is_drawn_as_bars() -> None:
    plan = plan_with(FOUR[0], FOUR[3], periods=("2027",))
    shape = charts(outages(plan))["outages"].shape
    assert isinstance(shape, Bars)
    assert dict(zip(shape.categories, shape.series[0].values, strict=True)) == {
        "Phone": 0.25,
        "Web": 1.0,
    }


def test_where_all_can_be_placed_words_do() -> None:
    section = outages(plan_with(*FOUR[:2], FOUR[4]))
    assert not charts(section)
    assert any(
        "could take all contacts of the only channel in use" in one for one in texts(section)
    )


def test_shares_that_are_not_known_are_worst_and_not_drawn() -> None:
    section = outages(plan_with(row("2027", "web", None, stopped_by="not computed"), FOUR[3]))
    assert shown(grids(section)["outages"])[0]["Placed elsewhere"] == "–"
    chart = charts(section)["outages"]
    assert isinstance(chart.shape, Heatmap)
    assert [list(values) for values in chart.shape.values] == [[None, None], [0.25, None]]


@pytest.mark.parametrize(
    ("share", "sentence"),
    [
        (0.8, "Whatever policies ask to be placed in an outage can be placed."),
        (0.7, "In 1 case less could be placed than a policy asks for."),
    ],
)
def test_policies_on_outages(share: float, sentence: str) -> None:
    asked = row("2027", "web", share, policy="web fails", required=0.8)
    section = outages(plan_with(FOUR[3], asked))
    assert sentence in texts(section)
    found = shown(grids(section)["outages"])[1]
    assert (found["Policy"], found["Surge"], found["Required"]) == ("web fails", "20 %", "80.0 %")
    chart = charts(section)["outages"]
    assert isinstance(chart.shape, Heatmap)
    assert list(chart.shape.rows) == ["Phone"]


def test_where_the_contacts_go() -> None:
    placed = (
        ("web fails", "2027", "calm", "advice", "phone", 30.0),
        ("web fails", "2027", "keen", "advice", "phone", 12.0),
        ("web fails", "2027", "keen", "advice", "branch", 0.0),
    )
    section = outages(plan_with(FOUR[3], emergencies=placed))
    assert [list(r.values()) for r in shown(grids(section)["emergencies"])] == [
        ["web fails", "2027", "Phone", "42"]
    ]


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("", ""),
        ("12946: hours of agents, capacity of phone; 30: no other open channel may take them",
         "12,946: hours of Agents, capacity of Phone; 30: no other open channel may take them"),
        ("not known: the solver gave no answer", "not known: the solver gave no answer"),
        ("1.5e+06: capacity and hours", "1,500,000: capacity and hours"),
        ("hours of ghosts", "hours of ghosts"),
        ("-: <b>", "-: <b>"),
    ],
)  # fmt: skip
def test_what_stops_the_rest(stored: str, words: str) -> None:
    assert stops_in_words(full_plan(), stored) == words


def test_no_outages_are_no_section() -> None:
    assert outages(plan_with()) is None
    assert outages(plan_with(FOUR[-1])) is None


def test_limits_that_leave_no_room_are_all_told() -> None:
    plan = full_plan()
    one = plan.binding[0]
    many = tuple(replace(one, what=f"Channel {k}", limit=100.0 + k) for k in range(90))
    grid = grids(binding(plan.with_(binding=many)))["plan.json"]
    assert [str(r[2]) for r in grid.rows] == [f"{100 + k} {one.unit}" for k in range(90)]
    nothing = binding(plan.with_(binding=()))
    assert "is limited by its costs alone" in texts(nothing)[0]
