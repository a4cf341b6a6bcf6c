"""Contacts per case: contacts that follow from contacts, followed again one by one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest

from channelopt.plan.plan import Plan
from channelopt.report.document import Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, percent, ratio
from channelopt.report.passing import passing
from channelopt.report.sections.failure import failure_demand
from channelopt.report.shapes import Bars, Flows
from tests.report.sections.plan_cases import (
    chart,
    charts,
    frame,
    grids,
    numbers,
    plan_named,
    with_rows,
)

CASES = ("parts", "quickstart", "years")


def section(plan: Plan) -> Section:
    found = failure_demand(Evidence(plan))
    assert found is not None
    return found


def followed(plan: Plan) -> tuple[dict[tuple[str, str], float], dict[str, float]]:
    """Every first contact followed until next to nothing of it is left: no matrix, no solver.

    Only for scenarios without tables of resolution and without upgrades that change it.
    """
    given = plan.manifest["scenario"]
    channels: dict[str, Any] = given["channels"]
    is_open = {(r["period"], r["channel"]): r["open"] for r in plan.table("channels").records()}
    moved: dict[tuple[str, str], float] = defaultdict(float)
    lost: dict[str, float] = defaultdict(float)
    for row in frame(plan, "allocation").to_dict("records"):
        if given["interactions"][row["interaction"]].get("direction") == "outbound":
            continue
        here = {row["channel"]: row["first_contacts"]}
        while sum(here.values()) > 1e-9:
            there: dict[str, float] = defaultdict(float)
            for channel, contacts in here.items():
                left = contacts * (1 - channels[channel].get("resolution", 1.0))
                for target, share in channels[channel].get("unresolved", {}).items():
                    if is_open[row["period"], target]:
                        there[target] += left * share
                        moved[channel, target] += left * share
                        left -= contacts * (1 - channels[channel]["resolution"]) * share
                lost[channel] += left
            here = there
    return moved, lost


@pytest.mark.parametrize("name", ["quickstart", "years"])
def test_every_way_is_the_sum_of_single_contacts(name: str) -> None:
    plan = plan_named(name)
    found = passing(plan)
    moved, lost = followed(plan)
    assert found is not None
    assert dict(found.to) == pytest.approx({k: v for k, v in moved.items() if v}, rel=1e-9)
    assert dict(found.given_up) == pytest.approx({k: v for k, v in lost.items() if v}, rel=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_the_ways_are_told_with_all_their_contacts(name: str) -> None:
    plan = plan_named(name)
    moves = numbers(grids(section(plan))[0])
    table = frame(plan, "channels")
    arriving = moves[moves["Next contact in"] != "Customer gives up"]
    assert arriving["Contacts"].sum() == pytest.approx(table["passed_on_in"].sum())
    for channel, rows in table.groupby("channel"):
        here = arriving[arriving["Next contact in"] == plan.names.channels[channel]]
        assert here["Contacts"].sum() == pytest.approx(rows["passed_on_in"].sum())
    gone = moves[moves["Next contact in"] == "Customer gives up"]["Contacts"].sum()
    kinds = plan.manifest["scenario"]["interactions"]
    table = frame(plan, "allocation")
    inbound = table["interaction"].map(lambda one: kinds[one].get("direction") != "outbound")
    first = table[inbound]["first_contacts"].sum()
    assert gone / first == pytest.approx(plan.kpis["given_up"])


def test_upgrades_count_from_their_purchase_on() -> None:
    """In 2028 a desktop and a coach settle more calls; the bot settles more cases at once."""
    repeats = {(row["period"], row["channel"]): row["passed_on_in"] for row in rows_of("parts")}
    found = passing(plan_named("parts"))
    assert found is not None
    web_to_phone = (100 + 40) * 0.4 * 0.4 * 2  # with the bot 0.6 of the web's contacts end the case
    assert found.to["web", "phone"] == pytest.approx(web_to_phone)
    passed = repeats["2027", "phone"] + repeats["2028", "phone"]
    assert found.to["phone", "phone"] == pytest.approx(passed - web_to_phone)


def rows_of(name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in plan_named(name).table("channels").records()]


@pytest.mark.parametrize("name", CASES)
def test_the_insight_counts_what_is_passed_on(name: str) -> None:
    plan = plan_named(name)
    table = frame(plan, "channels")
    passed, handled = table["passed_on_in"].sum(), table["handled"].sum()
    by_channel = table.groupby("channel")["passed_on_in"].sum()
    insight = chart(section(plan), "failure-demand").insight
    assert insight.startswith(f"{count(passed)} of {count(handled)} handled contacts")
    assert f"({percent(passed / handled)})" in insight
    assert plan.names.channels[by_channel.idxmax()] in insight
    assert percent(by_channel.max() / passed) in insight


@pytest.mark.parametrize("name", CASES)
def test_the_bars_add_up_to_handled_contacts(name: str) -> None:
    plan = plan_named(name)
    shape = chart(section(plan), "failure-demand").shape
    assert isinstance(shape, Bars)
    assert shape.stacked
    handled = frame(plan, "channels").groupby("channel")["handled"].sum()
    titles = {plan.names.channels[channel]: amount for channel, amount in handled.items()}
    for at, title in enumerate(shape.categories):
        total = sum(series.values[at] or 0.0 for series in shape.series)
        assert total == pytest.approx(titles[title])
    assert ("Made by bundles" in [series.name for series in shape.series]) == (name == "parts")


@pytest.mark.parametrize("name", CASES)
def test_where_most_unsolved_cases_arise(name: str) -> None:
    plan = plan_named(name)
    moves = numbers(grids(section(plan))[0])
    by_source = moves.groupby("Case not solved in")["Contacts"].sum()
    largest = by_source.idxmax()
    own = moves[moves["Case not solved in"] == largest]
    target = own.loc[own["Contacts"].idxmax(), "Next contact in"]
    insight = chart(section(plan), "passed-on").insight
    assert f"are in {largest}: {count(by_source.max())}" in insight
    assert percent(own["Contacts"].max() / by_source.max()) in insight
    words = {largest: "repeated there", "Customer gives up": "the customer gives up"}
    assert words.get(target, f"lead to {target}") in insight
    shape = chart(section(plan), "passed-on").shape
    assert isinstance(shape, Flows)
    assert sum(flow.amount for flow in shape.flows) == pytest.approx(moves["Contacts"].sum())


def test_the_shares_add_up() -> None:
    moves = grids(section(plan_named("quickstart")))[0]
    whole = [int(str(row[3]).split()[0].removeprefix("<")) for row in moves.rows]
    small = sum(str(row[3]).startswith("<") for row in moves.rows)
    assert sum(whole) - small == 100


def test_per_case_beside_today() -> None:
    plan = plan_named("quickstart")
    assert plan.baseline is not None
    texts = [block.text for block in section(plan).blocks if isinstance(block, Paragraph)]
    contacts, today = plan.kpis["contacts_per_case"], plan.baseline.kpis["contacts_per_case"]
    assert f"{ratio(contacts)} contacts on average, today {ratio(today)}." in texts[0]
    alone = section(plan.with_(baseline=None)).blocks[0]
    assert isinstance(alone, Paragraph)
    assert alone.text == f"A case takes {ratio(contacts)} contacts on average."


def test_edited_tables_are_not_explained() -> None:
    """What does not follow from the scenario is told as the files have it, without its ways."""
    plan = plan_named("quickstart")
    rows = [list(row) for row in plan.table("channels").rows]
    position = plan.table("channels").columns.index("passed_on_in")
    for row in rows:
        row[position] = row[position] * 1.01
    edited = with_rows(plan, "channels", [tuple(row) for row in rows])
    assert passing(edited) is None
    assert charts(section(edited)) == ["failure-demand"]


def test_without_the_scenario_nothing_is_recomputed() -> None:
    plan = plan_named("quickstart").with_(manifest={})
    assert passing(plan) is None
    assert charts(section(plan)) == ["failure-demand"]


def test_nothing_passed_on_nothing_to_say() -> None:
    plan = plan_named("quickstart")
    columns = plan.table("channels").columns
    rows = [
        tuple(
            0.0 if name == "passed_on_in" else cell for name, cell in zip(columns, row, strict=True)
        )
        for row in plan.table("channels").rows
    ]
    calm = with_rows(plan.with_(kpis={**plan.kpis, "given_up": 0.0}), "channels", rows)
    assert failure_demand(Evidence(calm)) is None


def test_titles_of_channels_may_be_alike() -> None:
    plan = plan_named("quickstart")
    names = replace(plan.names, channels=dict.fromkeys(plan.names.channels, "Same"))
    assert section(plan.with_(names=names)).blocks
