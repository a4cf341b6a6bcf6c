"""Channels against capacity and over time, recomputed from channels.csv and allocation.csv."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channelopt.plan.plan import Baseline, Plan
from channelopt.report.evidence import Evidence
from channelopt.report.sections.loads import changes, channels
from channelopt.report.shapes import Gauges, OverTime
from tests.report.hand_made import full_plan
from tests.report.sections.plan_cases import (
    NAMES,
    chart,
    charts,
    frame,
    grids,
    numbers,
    plan_named,
    shown,
    with_rows,
)

LIMITED = ("full", "parts", "years")


def gauges(plan: Plan) -> Gauges:
    shape = chart(channels(Evidence(plan)), "channel-use").shape
    assert isinstance(shape, Gauges)
    return shape


def over_time(plan: Plan) -> OverTime:
    shape = chart(channels(Evidence(plan)), "contacts-over-time").shape
    assert isinstance(shape, OverTime)
    return shape


@pytest.mark.parametrize("name", LIMITED)
def test_gauges_show_the_fullest_period_of_each_channel(name: str) -> None:
    plan = plan_named(name)
    table = frame(plan, "channels").dropna(subset=["utilisation"])
    worst = table.loc[table.groupby("channel")["utilisation"].idxmax()]
    worst = worst.sort_values("utilisation", ascending=False)
    found = gauges(plan).gauges
    assert [gauge.used for gauge in found] == pytest.approx(list(worst["handled"]))
    assert [gauge.limit for gauge in found] == pytest.approx(list(worst["capacity"]))
    labels = [
        f"{plan.names.channels.get(row.channel, row.channel)}, {row.period}"
        for row in worst.itertuples()
    ]
    assert [gauge.label for gauge in found] == labels
    uses = numbers(grids(channels(Evidence(plan)))[0])
    assert list(uses["Used"]) == pytest.approx(list(worst["utilisation"]))
    for period in plan.periods:
        there = table[table["period"] == period].set_index("channel")["utilisation"]
        expected = [there[channel] for channel in worst["channel"]]
        assert list(uses[f"Used in {period}"]) == pytest.approx(expected)


def test_full_channels_are_named_with_their_periods_and_the_next() -> None:
    plan = plan_named("years")
    table = frame(plan, "channels").dropna(subset=["utilisation"])
    full = table[table["utilisation"] >= 0.9995].groupby("channel")["period"].apply(list)
    assert full.to_dict() == {"email": ["2029"], "phone": ["2028", "2029"]}
    assert chart(channels(Evidence(plan)), "channel-use").insight == (
        "E-mail (in 2029) and Phone (in 2028 and 2029) are full; no other channel has a limit."
    )


Row = tuple[str, str, float, float | None]


def loaded(
    *rows: Row, periods: tuple[str, ...] = ("2027",), breaches: tuple[str, ...] = ()
) -> Plan:
    """The hand-made plan with so many contacts handled by channels of so much capacity."""
    table = [
        (period, channel, True, "", used, 0.0, used, capacity,
         used / capacity if capacity else None, *([0.0] * 7))
        for channel, period, used, capacity in rows
    ]  # fmt: skip
    plan = with_rows(with_rows(full_plan(), "channels", table), "allocation", [])
    return plan.with_(periods=periods, changes=(), baseline=Baseline({}, breaches=breaches))


@pytest.mark.parametrize(
    ("rows", "periods", "words"),
    [
        (
            [("phone", "2027", 80.0, 100.0), ("web", "2027", 90.0, 200.0)],
            ("2027",),
            "No channel is full; the fullest is Phone with 80.0 % of 100 contacts.",
        ),
        (
            [("phone", "2027", 80.0, 100.0), ("phone", "2028", 90.0, 100.0)],
            ("2027", "2028"),
            "No channel is ever full; the fullest is Phone in 2028 with 90.0 % of 100 contacts.",
        ),
        (
            [("phone", "2027", 1000.0, 1000.0), ("web", "2027", 90.0, 200.0)],
            ("2027",),
            "Phone (all of 1,000 contacts) is full; the next is Web with 45.0 % of its capacity.",
        ),
        (
            [("phone", "2027", 100.0, 100.0), ("phone", "2028", 50.0, 50.0)],
            ("2027", "2028"),
            "Phone (always) is full; no other channel has a limit.",
        ),
        (
            [("phone", "2027", 150.0, 100.0), ("web", "2027", 200.0, 200.0)],
            ("2027",),
            "This channel would have to handle more than it can: Phone (150.0 %).",
        ),
    ],
)
def test_what_is_said_of_use(rows: list[Row], periods: tuple[str, ...], words: str) -> None:
    plan = loaded(*rows, periods=periods)
    assert chart(channels(Evidence(plan)), "channel-use").insight == words


def test_without_capacities_there_is_no_gauge() -> None:
    assert charts(channels(Evidence(plan_named("quickstart")))) == []
    assert charts(channels(Evidence(loaded(("phone", "2027", 5.0, None))))) == []


def test_closed_channels_have_no_gauge() -> None:
    plan = loaded(("phone", "2027", 5.0, 10.0), ("web", "2027", 0.0, 10.0))
    shut = [(*row[:2], row[1] != "web", *row[3:]) for row in plan.table("channels").rows]
    assert [one.label for one in gauges(with_rows(plan, "channels", shut)).gauges] == ["Phone"]


def test_todays_use_is_known_where_it_breaks_the_capacity() -> None:
    rows: list[Row] = [("phone", "2027", 80.0, 100.0), ("web", "2027", 90.0, 200.0)]
    plan = loaded(*rows, breaches=("capacity: phone, 2027: 120.5 is not <= 100", "odd: words"))
    assert [one.today for one in gauges(plan).gauges] == [120.5, None]
    grid = grids(channels(Evidence(plan)))[0]
    assert grid.columns[-1].title == "Today, where above capacity"
    assert [str(row[-1]) for row in grid.rows] == ["120.5 %", "–"]
    assert len(grids(channels(Evidence(loaded(*rows))))[0].columns) == 4


@pytest.mark.parametrize("name", LIMITED)
def test_lines_are_the_contacts_of_the_file(name: str) -> None:
    plan = plan_named(name)
    titles = {**plan.names.channels, **plan.names.bundles}
    table = frame(plan, "allocation").groupby(["channel", "period"])["first_contacts"].sum()
    for series in over_time(plan).series:
        channel = next(one for one in titles if titles[one] == series.name)
        expected = [table.get((channel, period), 0.0) for period in plan.periods]
        assert list(series.values) == pytest.approx(expected)
    grid = grids(channels(Evidence(plan)))[1]
    assert grid.foot[-1].number == pytest.approx(table.sum())
    for row in (*grid.rows, grid.foot):
        assert row[-1].number == pytest.approx(sum(cell.number for cell in row[1:-1]))


def test_one_period_has_no_development() -> None:
    assert "contacts-over-time" not in charts(channels(Evidence(plan_named("quickstart"))))


def test_many_channels_are_joined_and_none_is_lost() -> None:
    ids = [f"c{k:02d}" for k in range(12)]
    plan = full_plan()
    plan = plan.with_(names=replace(plan.names, channels={name: name.upper() for name in ids}))
    rows = [
        (period, "calm", "advice", name, 10.0 + k, None, None)
        for period in plan.periods
        for k, name in enumerate(ids)
    ]
    plan = with_rows(with_rows(plan, "allocation", rows), "channels", [])
    lines = over_time(plan).series
    assert [line.name for line in lines] == [
        *(f"C{k:02d}" for k in range(5, 12)),
        "5 other channels",
    ]
    assert list(lines[-1].values) == [60.0, 60.0]
    assert len(grids(channels(Evidence(plan)))[0].rows) == 12


def test_many_periods_stand_below_each_other() -> None:
    plan = full_plan()
    periods = tuple(str(2027 + k) for k in range(8))
    rows = [(period, "calm", "advice", "web", 5.0, None, None) for period in periods]
    plan = with_rows(with_rows(plan.with_(periods=periods), "allocation", rows), "channels", [])
    grid = grids(channels(Evidence(plan)))[0]
    assert [column.title for column in grid.columns] == ["Channel", "Period", "First contacts"]
    assert len(grid.rows) == 8


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            {"phone": [100.0, 40.0], "web": [10.0, 70.0]},
            "that of Web (from 10 to 70), the largest loss that of Phone (from 100 to 40).",
        ),
        ({"phone": [100.0, 160.0]}, "that of Phone (from 100 to 160); no channel loses many."),
        ({"phone": [100.0, 60.0]}, "that of Phone (from 100 to 60); no channel gains many."),
        ({"phone": [100.0, 100.2]}, "the first contacts of every channel stay nearly the same."),
    ],
)  # fmt: skip
def test_what_is_said_of_changes(found: dict[str, list[float]], words: str) -> None:
    text = changes(full_plan(), found)
    assert text.startswith("From 2027 to 2028 ")
    assert text.endswith(words)


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_channels_has_the_sums_of_the_file(name: str) -> None:
    plan = plan_named(name)
    table = frame(plan, "channels").groupby("channel").sum(numeric_only=True)
    costs = [
        *("contact_cost", "fixed_cost", "opening_cost", "closing_cost"),
        *("investment_cost", "running_cost"),
    ]
    grid = grids(channels(Evidence(plan)))[-1]
    found = numbers(grid)
    assert list(found["First contacts"]) == pytest.approx(list(table["first_contacts"]))
    assert list(found["Passed on to it"]) == pytest.approx(list(table["passed_on_in"]))
    assert list(found["Handled"]) == pytest.approx(list(table["handled"]))
    cost = next(title for title in found if title.startswith("Cost"))
    assert list(found[cost]) == pytest.approx(list(table[costs].sum(axis=1)))
    assert grid.foot[-1].number == pytest.approx(table[costs].sum().sum())
    for k, column in enumerate(grid.columns):
        if column.title.startswith("Share"):
            assert sum(shown(row[k]) for row in grid.rows) == 100
            assert str(grid.foot[k]) == "100 %"


def test_todays_shares_are_those_of_the_file() -> None:
    plan = plan_named("quickstart")
    table = frame(plan, "allocation")
    pair = ["period", "segment", "interaction"]
    totals = table.groupby(pair)[["first_contacts", "share"]].transform("sum")
    table["today"] = table["baseline_share"] * totals["first_contacts"] / totals["share"]
    expected = table.groupby("channel")["today"].sum() / table["today"].sum()
    found = numbers(grids(channels(Evidence(plan)))[-1])
    assert list(found["Share today"]) == pytest.approx(list(expected))
