"""Satisfaction and margin kept per segment, worked out again from the files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channelopt.plan.plan import Plan
from channelopt.report.document import Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import ratio
from channelopt.report.sections.satisfaction import satisfaction
from channelopt.report.shapes import Bars
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
    found = satisfaction(Evidence(plan))
    assert found is not None
    return found


@pytest.mark.parametrize("name", NAMES)
def test_satisfaction_is_the_mean_by_customers(name: str) -> None:
    plan = plan_named(name)
    table = frame(plan, "segments")
    (grid,) = grids(section(plan))
    told = numbers(grid).set_index("Segment")
    for segment, rows in table.groupby("segment"):
        rated = rows.dropna(subset=["satisfaction"])
        mean = (rated["satisfaction"] * rated["customers"]).sum() / rated["customers"].sum()
        one = told.loc[plan.names.segments[segment]]
        assert one["Satisfaction"] == pytest.approx(mean)
        (title,) = (column for column in told if column.startswith("Margin kept"))
        assert one[title] == pytest.approx(rows["kept_margin"].sum())


@pytest.mark.parametrize("name", ["parts", "quickstart", "years"])
def test_the_share_kept_is_that_of_the_scenario(name: str) -> None:
    """Together the shares give the key figure of the plan, which the engine works out."""
    plan = plan_named(name)
    given = plan.manifest["scenario"]["segments"]
    (grid,) = grids(section(plan))
    told = numbers(grid).set_index("Segment")
    kept = whole = 0.0
    for segment, rows in frame(plan, "segments").groupby("segment"):
        margin = given[segment]["margin"]
        all_of_it = (rows["customers"] * margin).sum()
        share = told.loc[plan.names.segments[segment], "Share kept"]
        assert share == pytest.approx(rows["kept_margin"].sum() / all_of_it)
        kept, whole = kept + share * all_of_it, whole + all_of_it
    assert kept / whole == pytest.approx(plan.kpis["margin_kept"])


def test_today_comes_from_the_ledger_of_the_baseline() -> None:
    plan = plan_named("quickstart")
    assert plan.baseline is not None
    today = plan.baseline.money["kept_margin"].by_segment
    (grid,) = grids(section(plan))
    told = numbers(grid).set_index("Segment")
    gains = {}
    for segment, by_period in today.items():
        title = plan.names.segments[segment]
        (column,) = (one for one in told if one.startswith("Today"))
        assert told.loc[title, column] == pytest.approx(sum(by_period.values()))
        (change,) = (one for one in told if one.startswith("Change"))
        gains[title] = told.loc[title, change]
    insight = chart(section(plan), "margin-kept").insight
    assert max(gains, key=lambda title: gains[title]) in insight
    if min(gains.values()) >= 0:
        assert insight.startswith("No segment loses margin")


def with_kept(plan: Plan, **today: float) -> Plan:
    """A plan of two segments that keep 100 each, with other margins today."""
    assert plan.baseline is not None
    rows = [
        ("2027", segment, 10.0, 0.5, 100.0, *(0.0,) * 5, None, None, None)
        for segment in ("calm", "keen")
    ]
    money = plan.baseline.money["kept_margin"]
    changed = replace(money, by_segment={name: {"2027": amount} for name, amount in today.items()})
    baseline = replace(plan.baseline, money={**plan.baseline.money, "kept_margin": changed})
    return with_rows(plan.with_(baseline=baseline, periods=("2027",)), "segments", rows)


@pytest.mark.parametrize(
    ("calm", "keen", "words"),
    [
        (90.0, 120.0, ("Calm savers gain most margin against today, EUR 10.00; Keen traders lose "
                        "most, EUR 20.00.")),
        (90.0, 70.0, "No segment loses margin against today; Keen traders gain most, EUR 30.00."),
        (110.0, 100.0, "No segment gains margin against today; Calm savers lose most, EUR 10.00."),
        (100.0, 100.0, "Every segment keeps as much margin as today."),
    ],
)  # fmt: skip
def test_who_gains_and_who_loses_most(calm: float, keen: float, words: str) -> None:
    plan = with_kept(plan_named("full"), calm=calm, keen=keen)
    assert chart(section(plan), "margin-kept").insight == words


def test_without_today_it_says_who_keeps_most() -> None:
    plan = plan_named("years").with_(baseline=None)
    found = section(plan)
    told = numbers(grids(found)[0])
    assert not any(column.startswith(("Today", "Change")) for column in told)
    most = told.loc[told["Share kept"].idxmax(), "Segment"]
    least = told.loc[told["Share kept"].idxmin(), "Segment"]
    insight = chart(found, "margin-kept").insight
    assert insight.startswith(most)
    assert f"; {least} the smallest" in insight
    shape = chart(found, "margin-kept").shape
    assert isinstance(shape, Bars)
    assert [series.name for series in shape.series] == ["Plan"]


def test_without_the_scenario_margins_are_amounts() -> None:
    plan = plan_named("years").with_(baseline=None, manifest={})
    found = section(plan)
    assert "Share kept" not in numbers(grids(found)[0])
    shape = chart(found, "margin-kept").shape
    assert isinstance(shape, Bars)
    assert shape.axis.unit == "money"
    assert "of that of all segments" in chart(found, "margin-kept").insight


def test_satisfaction_alike_of_one_and_of_none() -> None:
    alike = with_kept(plan_named("full"), calm=1.0, keen=1.0)
    assert (
        chart(section(alike), "satisfaction").insight
        == "All segments are satisfied alike, at 0.500."
    )
    rows = alike.table("segments").rows
    one = with_rows(alike, "segments", [rows[0]])
    insight = chart(section(one), "satisfaction").insight
    assert insight == "Calm savers reach a mean satisfaction of 0.500."
    none = with_rows(alike, "segments", [(*row[:3], None, *row[4:]) for row in rows])
    assert charts(section(none)) == ["margin-kept"]
    nothing = with_rows(alike, "segments", [(*row[:3], None, 0.0, *row[5:]) for row in rows])
    assert satisfaction(Evidence(nothing)) is None


def test_segments_that_cost_money_have_no_share() -> None:
    plan = plan_named("quickstart")
    given = plan.manifest["scenario"]
    segments = {**given["segments"], "gold": {**given["segments"]["gold"], "margin": -5.0}}
    changed = plan.with_(manifest={**plan.manifest, "scenario": {**given, "segments": segments}})
    (grid,) = grids(section(changed))
    told = numbers(grid).set_index("Segment")
    assert told["Share kept"].isna().sum() == 1


def test_the_most_and_the_least_satisfied_are_named() -> None:
    plan = plan_named("quickstart")
    (grid,) = grids(section(plan))
    told = numbers(grid).set_index("Segment")["Satisfaction"]
    insight = chart(section(plan), "satisfaction").insight
    assert insight.startswith(f"{told.idxmax()} are most satisfied ({ratio(told.max())})")
    assert f"{told.idxmin()} least ({ratio(told.min())})" in insight
    assert ratio(plan.kpis["satisfaction"]) in insight


def test_more_than_forty_segments_are_cut_and_said() -> None:
    plan = plan_named("full")
    rows = [
        ("2027", f"s{k}", 10.0 + k, 0.5 + k / 1000, 100.0 + k, *(0.0,) * 5, None, None, None)
        for k in range(50)
    ]
    big = with_rows(plan.with_(baseline=None, periods=("2027",)), "segments", rows)
    found = section(big)
    assert len(grids(found)[0].rows) == 50
    for name in ("satisfaction", "margin-kept"):
        shape = chart(found, name).shape
        assert isinstance(shape, Bars)
        assert len(shape.categories) == 40
        assert "40" in chart(found, name).title
