"""Staff over time and service levels, worked out again from the CSV files."""

from __future__ import annotations

import re

import pytest

from channelopt.plan.plan import Plan
from channelopt.report.document import Chart, Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, percent
from channelopt.report.sections.staffing import staff
from channelopt.report.sections.waiting import waiting
from channelopt.report.shapes import Bars, Gauges, Heatmap, OverTime
from tests.report.sections.plan_cases import (
    NAMES,
    chart,
    charts,
    frame,
    grids,
    numbers,
    plan_named,
    with_rows,
)


def section(plan: Plan) -> Section:
    found = staff(Evidence(plan))
    assert found is not None
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_the_file_is_there(name: str) -> None:
    plan = plan_named(name)
    (grid,) = grids(section(plan))
    table, told = frame(plan, "staff"), numbers(grid)
    assert grid.source == "staff.csv"
    assert len(told) == len(table)
    group = dict(plan.names.groups)
    for _, row in table.iterrows():
        found = told[told["Group"] == group[row["group"]]]
        if "Period" in told:
            found = found[found["Period"] == row["period"]]
        (one,) = found.to_dict("records")
        assert one["FTE"] == row["fte"]
        assert one["Hours needed"] == row["hours_needed"]
        assert one["Busy"] == pytest.approx(row["hours_needed"] / row["hours_paid"])
        cost = row["staff_cost"] + row["hiring_cost"] + row["release_cost"]
        (title,) = (column for column in told if column.startswith("Cost"))
        assert one[title] == pytest.approx(cost)


def test_steps_begin_with_what_is_there_today() -> None:
    plan = plan_named("full")  # 3 FTE today, 4 in 2027, 2 in 2028
    shape = chart(section(plan), "staff-fte").shape
    assert isinstance(shape, OverTime)
    assert shape.steps
    assert list(shape.periods) == ["Today", "2027", "2028"]
    assert list(shape.series[0].values) == [3.0, 4.0, 2.0]
    insight = chart(section(plan), "staff-fte").insight
    assert insight == "FTE shrink from 3 (today) to 2 (2028), most in Agents (by 1)."


def staffed(*rows: tuple[str, str, float, float, float], periods: tuple[str, ...]) -> Plan:
    """A plan with other staff: period, group, FTE, hired, released; half of the hours needed."""
    told = [
        (period, group, fte, hired, released, fte * 5, fte * 10, None, fte, 0.0, 0.0)
        for period, group, fte, hired, released in rows
    ]
    return with_rows(plan_named("full").with_(periods=periods), "staff", told)


YEARS = ("2027", "2028")


@pytest.mark.parametrize(
    ("rows", "periods", "words"),
    [
        (
            [
                ("2027", "a", 4, 1, 0),
                ("2028", "a", 6, 2, 0),
                ("2027", "b", 5, 0, 4),
                ("2028", "b", 5, 0, 0),
            ],
            YEARS,
            ("FTE go from 12 (today) to 11 (2028); the largest increase is in a (3), the largest "
            "decrease in b (4)."),
        ),
        (
            [("2027", "a", 4, 4, 0), ("2028", "a", 6, 2, 0)],
            YEARS,
            "FTE grow from 4 (2027) to 6 (2028), most in a (by 2).",
        ),
        (
            [("2027", "a", 4, 0, 0), ("2028", "a", 4, 0, 0)],
            YEARS,
            "Every group has as many FTE at the end as at the start, 4 in all (2028).",
        ),
        (
            [("plan", "a", 3, 3, 0), ("plan", "b", 1, 1, 0)],
            ("plan",),
            "The plan needs 4 FTE, 75 % of them in a.",
        ),
    ],
)  # fmt: skip
def test_the_insight_says_what_grows_and_shrinks(rows, periods, words) -> None:
    plan = staffed(*rows, periods=periods)
    assert chart(section(plan), "staff-fte").insight == words


def test_one_group_in_one_period_is_a_sentence_not_a_picture() -> None:
    found = section(staffed(("plan", "a", 3, 3, 0), periods=("plan",)))
    assert charts(found) == []
    assert "The plan needs 3 FTE in a." in [
        b.text for b in found.blocks if isinstance(b, Paragraph)
    ]


def test_no_staff_no_section() -> None:
    assert staff(Evidence(with_rows(plan_named("full"), "staff", []))) is None


def test_a_group_without_hours_is_not_busy() -> None:
    rows = [("2027", "a", 0.0, 0.0, 0.0), ("2028", "a", 0.0, 0.0, 0.0)]
    found = section(staffed(*rows, periods=YEARS))
    (grid,) = grids(found)
    assert [row[7].number for row in grid.rows] == [None, None]
    assert charts(found) == ["staff-fte"]


def test_busy_groups_are_a_map_over_time_and_gauges_in_one_period() -> None:
    table = [
        ("2027", "a", 1.0, 0.0, 0.0, 10.0, 10.0, None, 0.0, 0.0, 0.0),
        ("2028", "a", 1.0, 0.0, 0.0, 4.0, 10.0, None, 0.0, 0.0, 0.0),
    ]
    many = section(with_rows(plan_named("full"), "staff", table))
    shape = chart(many, "staff-hours").shape
    assert isinstance(shape, Heatmap)
    assert shape.values == [(1.0, 0.4)]
    assert chart(many, "staff-hours").insight == (
        "In 1 of 2 groups and periods all paid hours are needed; in a (2028) only 40.0 % of them "
        "are."
    )
    two = [("plan", *table[0][1:]), ("plan", "b", *table[1][2:])]
    once = with_rows(plan_named("full").with_(periods=("plan",)), "staff", two)
    shape = chart(section(once), "staff-hours").shape
    assert isinstance(shape, Gauges)
    assert [(gauge.used, gauge.limit) for gauge in shape.gauges] == [(10.0, 10.0), (4.0, 10.0)]


def waits(plan: Plan) -> Section:
    found = waiting(plan)
    assert found is not None
    return found


def test_service_levels_are_those_of_the_file() -> None:
    plan = plan_named("parts")
    table = frame(plan, "service_levels")
    (grid,) = grids(waits(plan))
    told = numbers(grid)
    assert grid.source == "service_levels.csv"
    for title, column in (
        ("In time", "service_level"),
        ("One less", "one_less"),
        ("Busy", "occupancy"),
    ):
        assert list(told[title]) == list(table[column])
    shape = chart(waits(plan), "service-levels").shape
    assert isinstance(shape, Bars)
    names = {"One agent less": "one_less", "As planned": "service_level", "Target": "target"}
    for series in shape.series:
        if series.name in names:
            assert list(series.values) == list(table[names[series.name]])


def test_the_insight_names_the_tightest_group() -> None:
    plan = plan_named("parts")
    table = frame(plan, "service_levels")
    tightest = table.loc[(table["service_level"] - table["target"]).idxmin()]
    insight = chart(waits(plan), "service-levels").insight
    assert f"in {tightest['period']}" in insight
    assert percent(tightest["service_level"]) in insight
    assert percent(tightest["one_less"]) in insight


ROW = ("2027", "agents", 9.0, 10.0, 10.0, 0.8, 0.81, 5.0, 0.9, 0.0, 0.7, 0.9)


@pytest.mark.parametrize(
    ("level", "less", "words"),
    [
        (0.81, 0.7, "just meets its target in 2027: 81.0 % are in time"),
        (0.95, 0.85, "is closest to its target in 2027: 95.0 % are in time"),
        (0.7, 0.6, "misses its target in 2027: 70.0 % are in time, not 80.0 %."),
    ],
)
def test_where_the_target_is_met_or_missed(level: float, less: float, words: str) -> None:
    row = (*ROW[:6], level, *ROW[7:10], less, ROW[11])
    plan = with_rows(plan_named("parts"), "service_levels", [row])
    assert words in chart(waits(plan), "service-levels").insight


def test_a_queue_that_only_grows_and_levels_that_nobody_knows() -> None:
    row = (*ROW[:7], None, *ROW[8:])
    (grid,) = grids(waits(with_rows(plan_named("parts"), "service_levels", [row])))
    assert "grows" in grid.rows[0]
    unknown = (*ROW[:6], None, *ROW[7:])
    assert charts(waits(with_rows(plan_named("parts"), "service_levels", [unknown]))) == []


def test_no_service_levels_no_section() -> None:
    assert waiting(plan_named("full")) is None


def test_how_many_need_every_agent() -> None:
    rows = [ROW, ("2028", *ROW[1:10], 0.85, 0.9)]
    found = waits(with_rows(plan_named("parts"), "service_levels", rows))
    texts = " ".join(block.text for block in found.blocks if isinstance(block, Paragraph))
    assert "In 1 of 2 groups and periods every agent is needed" in texts
    assert re.search(r"Agents is to answer 80\.0 % of its contacts within 20 s", texts)


def test_all_charts_say_something() -> None:
    for name in NAMES:
        for found in (staff(Evidence(plan_named(name))), waiting(plan_named(name))):
            for block in found.blocks if found else ():
                if isinstance(block, Chart):
                    assert block.insight.endswith(".")
                    assert block.alt
                    assert block.source
    assert count(3.0) == "3"
