"""Channels over time, upgrades and bundles: what opens, closes and is bought, and what it costs."""

from __future__ import annotations

import pytest

from channelopt.plan.plan import Plan
from channelopt.plan.records import Change
from channelopt.report.document import Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.sections.timeline import timeline
from channelopt.report.sections.treatments import bundles, metrics
from channelopt.report.sections.upgrades import upgrades
from channelopt.report.shapes import Bars, Timeline
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
    found = timeline(Evidence(plan))
    assert found is not None
    return found


def lanes(plan: Plan) -> dict[str, list[tuple[int, int, str]]]:
    shape = chart(section(plan), "timeline").shape
    assert isinstance(shape, Timeline)
    assert shape.periods[0] == "Today"
    return {
        lane.label: [(span.first, span.last, span.state) for span in lane.spans]
        for lane in shape.lanes
    }


def test_a_channel_that_closes() -> None:
    plan = plan_named("full")  # the branch closes in the second period for 7
    assert lanes(plan)["Branch"] == [(0, 1, "open"), (2, 2, "closed")]
    assert lanes(plan)["Phone"] == [(0, 2, "open")]
    assert chart(section(plan), "timeline").insight == "Branch closes in 2028, for EUR 7.00 once."
    (grid,) = grids(section(plan))
    assert [str(cell) for cell in grid.rows[0]] == ["2028", "Branch", "closes", "7.00"]


def opened(states: list[bool], today: bool, cost: float = 5.0) -> Plan:
    """A plan with one channel that is open as told; opening and closing cost the same."""
    periods = tuple(str(2027 + k) for k in range(len(states)))
    before = [today, *states]
    changes = tuple(
        Change(period, "web", now)
        for period, now, then in zip(periods, states, before, strict=False)
        if now != then
    )
    rows = [
        (
            period,
            "web",
            now,
            "",
            *((0.0,) * 3),
            None,
            None,
            0.0,
            0.0,
            cost * (now and not then),
            cost * (then and not now),
            0.0,
            0.0,
            0.0,
        )
        for period, now, then in zip(periods, states, before, strict=False)
    ]
    plan = plan_named("full").with_(periods=periods, changes=changes)
    return with_rows(plan, "channels", rows)


def test_closed_first_and_opened_again() -> None:
    plan = opened([False, True, True, False], today=True)
    spans = [(0, 0, "open"), (1, 1, "closed"), (2, 3, "open"), (4, 4, "closed")]
    assert lanes(plan)["Web"] == spans
    insight = chart(section(plan), "timeline").insight
    assert insight == (
        "Web closes in 2027, Web opens in 2028 and Web closes in 2030, for EUR 15.00 once."
    )
    (grid,) = grids(section(plan))
    assert [cell.number for cell in (row[3] for row in grid.rows)] == [5.0, 5.0, 5.0]
    assert grid.foot[3].number == 15.0


def test_opening_in_the_only_period() -> None:
    plan = opened([True], today=False, cost=0.0)
    assert lanes(plan)["Web"] == [(0, 0, "closed"), (1, 1, "open")]
    assert chart(section(plan), "timeline").insight == "Web opens, at no cost."


@pytest.mark.parametrize("today", [True, False])
def test_nothing_changes_in_words(today: bool) -> None:
    found = section(opened([today, today], today=today))
    assert charts(found) == []
    (block,) = found.blocks
    assert isinstance(block, Paragraph)
    n = "1 of 1 channels is" if today else "0 of 1 channels are"
    assert block.text == f"Nothing opens, closes or is upgraded: {n} open, as today."


@pytest.mark.parametrize("name", NAMES)
def test_the_spans_are_the_states_of_the_file(name: str) -> None:
    plan = plan_named(name)
    if not charts(section(plan)):
        assert not plan.changes
        return
    told = lanes(plan)
    for channel, rows in frame(plan, "channels").groupby("channel"):
        spans = told[plan.names.channels[channel]]
        states = {at: state for first, last, state in spans for at in range(first, last + 1)}
        for at, is_open in enumerate(rows["open"], 1):
            assert states[at] == ("open" if is_open else "closed")


def test_upgrades_are_owned_from_their_purchase_on() -> None:
    plan = plan_named("parts")
    told = lanes(plan)
    assert told["Unified desktop"] == [(2, 2, "owned")]
    assert told["Chatbot"] == [(1, 2, "owned")]
    bought = frame(plan, "upgrades").query("bought")
    table = frame(plan, "channels")
    once = (
        table[["opening_cost", "closing_cost"]].to_numpy().sum() + bought["investment_cost"].sum()
    )
    (grid,) = grids(section(plan))
    assert grid.foot[3].number == pytest.approx(once)
    assert len(grid.rows) == len(bought) + len(plan.changes)


def test_costs_of_upgrades_and_returns_of_purchases() -> None:
    plan = plan_named("parts")
    found = upgrades(plan)
    costs, returns = (numbers(grid).set_index("Upgrade") for grid in grids(found))
    for upgrade, rows in frame(plan, "upgrades").groupby("upgrade"):
        one = costs.loc[plan.names.upgrades[upgrade]]
        assert one.iloc[2] == pytest.approx(rows["investment_cost"].sum())
        assert one.iloc[3] == pytest.approx(rows["running_cost"].sum())
    for row in frame(plan, "returns").to_dict("records"):
        title = plan.names.upgrades[row["upgrade"]]
        assert returns.loc[title, "Gain"] == pytest.approx(row["value"], nan_ok=True)
        assert returns.loc[title, "Payback"] == pytest.approx(row["payback"], nan_ok=True)
    shape = chart(found, "returns").shape
    assert isinstance(shape, Bars)
    assert list(shape.categories) == ["Unified desktop", "Chatbot"]  # the coach is not known
    insight = "Unified desktop brings most: EUR 252.66 beyond its cost of EUR 290.90, ahead after 2"
    assert chart(found, "returns").insight == f"{insight} periods."


def test_a_gain_that_is_only_bounded_is_not_called_exact() -> None:
    plan = plan_named("parts")
    bot = next(row for row in plan.table("returns").rows if row[0] == "bot")
    found = upgrades(with_rows(plan, "returns", [bot]))
    assert chart(found, "returns").insight.startswith("Chatbot brings most: up to EUR 153.16")
    coach = next(row for row in plan.table("returns").rows if row[0] == "coach")
    assert charts(upgrades(with_rows(plan, "returns", [coach]))) == []


def test_no_upgrades_no_bundles_no_metrics() -> None:
    plan = plan_named("full")
    assert upgrades(plan) is None
    assert bundles(plan) is None
    assert metrics(plan) is None


def test_bundles_by_segment() -> None:
    plan = plan_named("parts")
    treated = frame(plan, "allocation").query("channel == 'letter_and_call'")
    found = bundles(plan)
    (grid,) = grids(found)
    told = numbers(grid)
    assert told["Customers treated"].sum() == pytest.approx(treated["first_contacts"].sum())
    by_segment = treated.groupby("segment")["first_contacts"].sum()
    insight = chart(found, "bundles").insight
    assert f"{treated['first_contacts'].sum():,.0f} times" in insight
    assert f"; {plan.names.segments[by_segment.idxmax()]} get" in insight
    none = with_rows(plan, "allocation", [])
    assert charts(bundles(none)) == []


def test_metrics_are_the_key_figures() -> None:
    plan = plan_named("parts")
    (grid,) = grids(metrics(plan))
    told = numbers(grid)
    for at, metric in enumerate(plan.names.metrics):
        assert told.loc[at, "Total"] == plan.kpis[f"metric.{metric}"]
        assert told.loc[at, "Per first contact"] == plan.kpis[f"metric.{metric}.mean"]
