"""Touch by segment against profit, recomputed from segments.csv and allocation.csv."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from channelopt.plan.plan import Plan
from channelopt.plan.table import Table
from channelopt.report.document import Grid
from channelopt.report.evidence import Evidence
from channelopt.report.sections.touch import exceptions, insight, levels, touch
from channelopt.report.shapes import Bars, Points
from channelopt.report.views import SegmentView, segments
from tests.plan.small import choice, instance
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

TOUCHED = ("full", "quickstart", "years")


def expected(plan: Plan) -> pd.DataFrame:
    """Per segment: customers, amounts per customer, satisfaction and touch, from the CSV."""
    table = frame(plan, "segments")
    contacts = frame(plan, "allocation").groupby(["period", "segment"])["first_contacts"].sum()
    keys = pd.MultiIndex.from_frame(table[["period", "segment"]])
    table["contacts"] = contacts.reindex(keys).fillna(0.0).to_numpy()
    found = {}
    for segment, rows in table.groupby("segment"):
        customers = rows["customers"].sum()
        found[plan.names.segments.get(segment, segment)] = {
            "customers": rows["customers"].mean(),
            "profit": rows["profit"].sum() / customers,
            "cost": rows["service_cost"].sum() / customers,
            "satisfaction": (rows["satisfaction"] * rows["customers"]).sum() / customers,
            "contacts": rows["contacts"].sum(),
            **{
                level: (rows[f"share_{level}"] * rows["contacts"]).sum() / rows["contacts"].sum()
                for level in ("high", "medium", "low")
            },
        }
    return pd.DataFrame(found).T.sort_values("profit", ascending=False)


def main_grid(plan: Plan) -> Grid:
    return next(one for one in grids(touch(Evidence(plan))) if one.title.startswith("Segments"))


@pytest.mark.parametrize("name", NAMES)
def test_the_table_has_every_segment_as_the_files_have_it(name: str) -> None:
    plan = plan_named(name)
    found, table = expected(plan), numbers(main_grid(plan))
    assert list(table["Segment"]) == list(found.index)
    columns = {
        "Customers": "customers",
        "Profit": "profit",
        "Cost to serve": "cost",
        "Satisfaction": "satisfaction",
    }
    for title, column in columns.items():
        assert "EUR" in main_grid(plan).title
        assert list(table[title]) == pytest.approx(list(found[column]), nan_ok=True)
    if "High touch" in table:
        assert list(table["High touch"]) == pytest.approx(list(found["high"]))
    brought = table["Brought in"] - table["Cost to serve"]
    assert list(brought) == pytest.approx(list(found["profit"]))


@pytest.mark.parametrize("name", TOUCHED)
def test_bars_are_the_shares_of_the_files_in_the_order_of_profit(name: str) -> None:
    plan = plan_named(name)
    found = expected(plan)
    shape = chart(touch(Evidence(plan)), "touch-by-segment").shape
    assert isinstance(shape, Bars)
    assert shape.stacked
    assert list(shape.categories) == list(found.index)
    assert [series.tone for series in shape.series] == ["high", "medium", "low"]
    for series in shape.series:
        assert list(series.values) == pytest.approx(list(found[str(series.tone)]))
    assert sum(sum(series.values) for series in shape.series) == pytest.approx(len(found))


@pytest.mark.parametrize("name", TOUCHED)
def test_shares_add_up_in_every_row(name: str) -> None:
    grid = grids(touch(Evidence(plan_named(name))))[0]
    for row in (*grid.rows, grid.foot):
        assert sum(shown(cell) for cell in row[2:]) == 100


def test_points_are_segments_by_touch_profit_and_customers() -> None:
    plan = plan_named("quickstart")
    found = expected(plan)
    shape = chart(touch(Evidence(plan)), "touch-and-profit").shape
    assert isinstance(shape, Points)
    for point in shape.points:
        row = found.loc[point.label]
        assert point.x == pytest.approx(row["high"])
        assert point.y == pytest.approx(row["profit"])
        assert point.size == pytest.approx(row["customers"])


def view(name: str, profit: float, high: float, contacts: float = 100.0) -> SegmentView:
    return replace(
        segments(full_plan())[0],
        segment=name,
        title=name.upper(),
        profit_per_customer=profit,
        touch=(high, 0.0, 1.0 - high),
        first_contacts=contacts,
    )


SIX = [view(name, 60 - 10 * k, high) for k, (name, high) in enumerate(
    zip("abcdef", (0.8, 0.4, 0.3, 0.3, 0.2, 0.0), strict=True)
)]  # fmt: skip


def test_thirds_are_compared() -> None:
    assert insight(SIX) == (
        "The most profitable third of the segments meets high touch in 60 % of its first contacts, "
        "the least profitable third in 10 %."
    )


def test_three_segments_are_compared_by_name() -> None:
    plan = plan_named("quickstart")
    found = expected(plan)
    text = chart(touch(Evidence(plan)), "touch-by-segment").insight
    first, last = found.iloc[0], found.iloc[-1]
    assert text.startswith(f"{found.index[0]}, the segment with the highest profit per customer")
    assert f"in {round(100 * first['high'])} % of its first contacts" in text
    assert f"{found.index[-1]}, that with the lowest, in {round(100 * last['high'])} %" in text


@pytest.mark.parametrize(
    ("views", "words"),
    [
        ([view("a", 5, 0.25)], "A meets high touch in 25 % of its first contacts."),
        (
            [view("a", 5, 0.25), view("b", 4, 0.2501)],
            "Every segment meets high touch in about 25 % of its first contacts.",
        ),
        (
            [view("a", 5, 0.0), view("b", 4, 0.0)],
            "No first contact is in a high-touch channel; 100 % are in low-touch ones.",
        ),
    ],
)
def test_when_there_is_no_difference(views: list[SegmentView], words: str) -> None:
    assert insight(views) == words


def test_high_touch_that_follows_profit() -> None:
    assert exceptions(SIX).startswith("High touch follows profit")
    assert "the average of 33 %" in exceptions(SIX)


def test_exceptions_are_named() -> None:
    mixed = [*SIX[:5], view("f", 10, 0.9)]
    text = exceptions(mixed)
    assert text.startswith("Profit alone does not decide: B (40 %) are among")
    assert "F (90 %)" in text
    assert "A (" not in text
    few = [view("a", 60, 0.1), *SIX[1:]]
    assert exceptions(few).endswith(
        "A (10 %); in the least profitable third nobody meets it clearly more often."
    )
    many = [SIX[0], view("b", 50, 0.6), *SIX[2:5], view("f", 10, 0.45)]
    assert exceptions(many).endswith(
        "F (45 %); in the most profitable third nobody meets it clearly less often."
    )


def without_touch() -> Plan:
    from channelopt.plan.assemble import Origin, assemble

    return assemble(instance(touch=(None, None, None)), choice(), Origin("evaluated"))


def test_without_touch_levels_there_is_a_table_and_no_chart() -> None:
    section = touch(Evidence(without_touch()))
    assert charts(section) == []
    assert section.title == "Segments"
    titles = [column.title for column in grids(section)[0].columns]
    assert "High touch" not in titles


def test_contacts_of_no_level_are_shown_as_such() -> None:
    from channelopt.plan.assemble import Origin, assemble

    plan = assemble(instance(touch=("high", None, "low")), choice(), Origin("evaluated"))
    shape = chart(touch(Evidence(plan)), "touch-by-segment").shape
    assert isinstance(shape, Bars)
    assert [series.tone for series in shape.series] == ["high", "medium", "low", "none"]
    for view_ in segments(plan):
        assert sum(levels(view_)) == pytest.approx(1.0)


WHY = ("segment", "interaction", "channel", "period", "runner_up", "regret", "known")
TERMS = ("segment", "interaction", "period", "channel", "runner_up", "term", "difference")


def told(*why: tuple[object, ...], terms: tuple[tuple[object, ...], ...] = ()) -> list[list[str]]:
    analyses = {"why": Table("why", WHY, why), "why_terms": Table("why_terms", TERMS, terms)}
    grid = grids(touch(Evidence(full_plan(), analyses)))[-1]
    if not grid.title.startswith("What the next best"):
        return []
    assert grid.source == "sensitivity/why.csv, sensitivity/why_terms.csv"
    return [[str(cell) for cell in row] for row in grid.rows]


KEEN = ("keen", "advice", "phone", "2027", "web")


def test_the_largest_regret_of_a_segment_is_told_with_its_largest_loss() -> None:
    found = told(
        (*KEEN, 12000.4, "re-solved"),
        ("keen", "offer", "phone", "2027", "web", 3.0, "re-solved"),
        ("calm", "advice", "web", "2027", "phone", 7.0, "at least"),
        ("calm", "offer", "web", "2027", None, None, "not solved"),
        terms=(
            ("keen", "advice", "2027", "phone", "web", "margin_kept", -3.0),
            ("keen", "advice", "2027", "phone", "web", "rest", -1.0),
            ("keen", "advice", "2027", "phone", "web", "staff", -2.0),
            ("keen", "offer", "2027", "phone", "web", "contact_value", -9.0),
        ),
    )
    assert found == [
        ["Keen traders", "Advice", "Phone", "Web", "12,000", "exactly", "margin kept"],
        ["Calm savers", "Advice", "Web", "Phone", "7", "at most", "–"],
    ]


@pytest.mark.parametrize(("term", "difference"), [("staff", 2.0), ("rest", -2.0)])
def test_a_gain_or_a_remainder_is_no_reason(term: str, difference: float) -> None:
    terms = (("keen", "advice", "2027", "phone", "web", term, difference),)
    assert told((*KEEN, 5.0, "re-solved"), terms=terms)[0][-1] == "exactly"


def test_what_was_not_solved_is_not_told() -> None:
    assert told(("keen", "advice", "phone", "2027", None, None, "not solved")) == []


def test_where_only_bundles_have_no_level_they_are_called_so() -> None:
    plan = full_plan()
    table = plan.table("segments")
    half = [(*row[:-3], *(float(share) / 2 for share in row[-3:])) for row in table.rows]
    touches = {name: {"touch": "low"} for name in plan.names.channels}
    plan = with_rows(plan, "segments", half).with_(manifest={"scenario": {"channels": touches}})
    bundled = plan.with_(names=replace(plan.names, bundles={"both": "Both"}))
    for one, name in ((plan, "Without a level"), (bundled, "Bundles")):
        shape = chart(touch(Evidence(one)), "touch-by-segment").shape
        assert isinstance(shape, Bars)
        assert shape.series[-1].name == name
        assert list(shape.series[-1].values) == pytest.approx([0.5, 0.5])
