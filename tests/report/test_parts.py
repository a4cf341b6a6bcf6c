"""Reports of waiting times, upgrades, bundles, metrics and outages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channelopt.plan.kpis import KPIS, key_figures_of
from channelopt.plan.plan import Plan
from channelopt.report.contents import document
from channelopt.report.document import Grid, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import seconds
from channelopt.report.markdown import report
from channelopt.report.summary import summary
from channelopt.report.wording import breach_in_words
from tests.plan.small import choice, instance
from tests.report.hand_made import full_plan
from tests.report.parts import GOLDEN, plan_with_all_parts

NEW = {"Bundles", "Waiting times", "Upgrades", "Metrics", "If a channel fails"}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_with_all_parts()


def sections(plan: Plan) -> dict[str, Section]:
    return {section.title: section for section in document(Evidence(plan)).sections}


def rows(section: Section) -> list[dict[str, str]]:
    """The first table of a section by column."""
    grid = next(block for block in section.blocks if isinstance(block, Grid))
    titles = [column.title for column in grid.columns]
    return [dict(zip(titles, map(str, row), strict=True)) for row in grid.rows]


def test_golden_report(plan: Plan) -> None:
    """Rewrite with `python -m tests.report.parts` and read the difference."""
    assert report(plan) == GOLDEN.read_text(encoding="utf-8")


def test_only_scenarios_with_such_parts_have_the_sections(plan: Plan) -> None:
    assert set(sections(plan)) >= NEW
    assert not NEW & set(sections(full_plan()))
    assert choice().owned.size == 0


def test_waiting_times_show_one_agent_less_and_more(plan: Plan) -> None:
    first = rows(sections(plan)["Waiting times"])[0]
    assert (first["Group"], first["Load"], first["Agents"]) == ("Agents", "2.23", "7")
    shares = [float(first[name].split()[0]) for name in ("One less", "In time", "One more")]
    assert shares == sorted(shares)
    assert "Hang up" in first  # they have patience


def test_a_queue_that_only_grows_is_said(plan: Plan) -> None:
    table = plan.table("service_levels")
    at = table.columns.index("mean_wait_seconds")
    grown = replace(table, rows=((*table.rows[0][:at], None, *table.rows[0][at + 1 :]),))
    changed = plan.with_(tables={**plan.tables, "service_levels": grown})
    assert rows(sections(changed)["Waiting times"])[0]["Mean wait"] == "grows"


def test_purchases_are_in_the_summary_and_in_their_table(plan: Plan) -> None:
    assert "Buys: Chatbot (in 2027), coach (in 2028) and Unified desktop (in 2028)." in summary(
        plan
    )
    bought = {row["Upgrade"]: row["Bought"] for row in rows(sections(plan)["Upgrades"])}
    assert bought == {"coach": "in 2028", "Unified desktop": "in 2028", "Chatbot": "in 2027"}


def test_returns_tell_what_is_not_known(plan: Plan) -> None:
    grid = [b for b in sections(plan)["Upgrades"].blocks if isinstance(b, Grid)][1]
    assert [row[-1] for row in grid.rows] == ["exactly", "gain at most so much", "not computed"]
    assert [str(cell) for cell in grid.rows[0][-4:-1]] == ["252.66", "86.9 %", "2"]
    assert str(grid.rows[2][2]) == "–"


def test_bundles_count_treated_customers(plan: Plan) -> None:
    found = rows(sections(plan)["Bundles"])
    assert [(row["Segment"], row["Customers treated"]) for row in found] == [
        ("old", "50"),
        ("young", "40"),
    ]
    assert found[0]["Bundle"] == "Letter, then a call"
    nobody = replace(plan.table("allocation"), rows=())
    empty = plan.with_(tables={**plan.tables, "allocation": nobody})
    assert sections(empty)["Bundles"].blocks[0].text == "No customer is treated with a bundle."


def test_every_outage_is_shown_the_worst_first(plan: Plan) -> None:
    found = [
        {title: str(cell) for title, cell in row.items()}
        for row in rows(sections(plan)["If a channel fails"])
    ]
    assert [(row["Channel"], row["Period"]) for row in found] == [
        ("web", "2028"),
        ("Phone", "2028"),
        ("Phone", "2027"),
        ("web", "2027"),
    ]
    assert (found[0]["Placed elsewhere"], found[0]["Required"]) == ("–", "80.0 %")
    assert found[1]["What stops the rest"] == "no other open channel may take them"


def test_what_stops_the_rest_is_said_in_titles(plan: Plan) -> None:
    table = plan.table("outages")
    words = "12946: hours of team, capacity of phone; 30: no other open channel may take them"
    told = replace(table, rows=tuple((*row[:-1], words) for row in table.rows))
    shown = rows(
        sections(plan.with_(tables={**plan.tables, "outages": told}))["If a channel fails"]
    )
    group = plan.names.groups.get("team", "team")
    assert shown[0]["What stops the rest"] == (
        f"12,946: hours of {group}, capacity of Phone; 30: no other open channel may take them"
    )


def test_metrics_are_key_figures_with_their_units(plan: Plan) -> None:
    labels = [kpi.label for kpi in key_figures_of(plan.names)[len(KPIS) :]]
    assert labels[:2] == ["Hours to answer, h", "Hours to answer per first contact, h"]
    shown = {row[""]: row["Plan"] for row in rows(sections(plan)["Key figures"])}
    assert shown["Hours to answer, h"] == "3,488"
    assert key_figures_of(instance().names) == KPIS


def test_breaches_of_the_new_rules_have_titles(plan: Plan) -> None:
    found = breach_in_words(
        plan, "bundles: old, renew, letter_and_call, letter, 2027: 50 is not <= 0"
    )
    assert found.rule == "Channels of a bundle are open"
    assert found.line.startswith("old, renew, Letter, then a call, Letter, 2027: 50;")
    found = breach_in_words(plan, "upgrades: desktop, 2028: 0 is not >= 1")
    assert found.line.startswith("Unified desktop, 2028")


@pytest.mark.parametrize(
    ("time", "shown"),
    [(0.0, "0.0 s"), (9.94, "9.9 s"), (20.4, "20 s"), (119.6, "2 min 0 s"), (200.0, "3 min 20 s")],
)
def test_times_to_wait(time: float, shown: str) -> None:
    assert seconds(time) == shown
