"""Assumptions: every input with its unit and its source; large tables in a line each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import channelopt
from channelopt.instance.load import load
from channelopt.plan.plan import Plan
from channelopt.report.document import Bullets, Grid, Paragraph, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.input_cells import cell
from channelopt.report.places import place_of, places_below, together
from channelopt.report.sections.assumed_tables import LABELS, WITHOUT_MEAN, weighted_mean
from channelopt.report.sections.assumptions import assumptions
from channelopt.rules import POLICIES
from channelopt.scenario.schema import TABLES
from tests.report.sections.plan_cases import OPTIONS, QUICKSTART, frame, grids, numbers, plan_named


@cache
def changed_plan() -> Plan:
    """The quick start solved with two overrides."""
    steps = ["channels.phone.unit_cost=0.9", "tables.satisfaction[channel=web]*=0.9"]
    return channelopt.solve(load(QUICKSTART, steps=[("set", one) for one in steps]), OPTIONS)


def section(plan: Plan) -> Section:
    found = assumptions(Evidence(plan))
    assert found is not None
    return found


def grid(plan: Plan, title: str) -> Grid:
    return next(one for one in grids(section(plan)) if one.title == title)


def row(plan: Plan, table: str, name: str) -> dict[str, Any]:
    found = grid(plan, table)
    cells = next(one for one in found.rows if str(one[0]) == name)
    return {column.title: one for column, one in zip(found.columns, cells, strict=True)}


def line_of(file: Path, text: str) -> int:
    lines = file.read_text("utf-8").splitlines()
    return next(at for at, line in enumerate(lines, 1) if text in line)


def test_what_was_changed_comes_first() -> None:
    blocks = section(changed_plan()).blocks
    assert isinstance(blocks[1], Bullets)
    assert blocks[1].items == tuple(changed_plan().manifest["applied"])
    plain = section(plan_named("quickstart")).blocks[0]
    assert isinstance(plain, Paragraph)
    assert "no variation, no override" in plain.text


def test_values_stand_with_unit_and_source() -> None:
    plan, file = plan_named("quickstart"), QUICKSTART / "scenario.yaml"
    given = plan.manifest["scenario"]["objective"]
    one = row(plan, "Objective and rates", "Satisfaction lost when a customer gives up")
    assert isinstance(one["Value"], Value)
    assert one["Value"].number == given["give_up_penalty"]
    assert one["Unit"] == "points"
    assert one["Source"] == f"scenario.yaml:{line_of(file, 'give_up_penalty')}"
    assert row(plan, "Objective and rates", "Discount rate")["Source"] == "default"
    segment = row(plan, "Segments", "Gold customers")
    assert segment["Customers"].number == 2000
    assert segment["Source"] == f"scenario.yaml:{line_of(file, '  gold:')}"
    assert "Margin per customer and period, EUR" in segment


def test_an_override_is_named_as_the_source() -> None:
    plan = changed_plan()
    phone = row(plan, "Channels: what they cost", "Phone")
    assert phone["Cost per handled contact, EUR"].number == 0.9
    assert phone["Source"].endswith("; --set channels.phone.unit_cost")
    table = row(plan, "Tables, in a line each", "Satisfaction with a first contact, 0 to 1")
    assert table["Source"] == "satisfaction.csv; --set tables.satisfaction[channel=web]"


@pytest.mark.parametrize("name", ["parts", "quickstart", "years"])
def test_every_number_of_every_entry_is_told(name: str) -> None:
    """Whatever a scenario writes into its sections stands somewhere in the tables."""
    plan = plan_named(name)
    given = plan.manifest["scenario"]
    told = {str(one) for found in grids(section(plan)) for line in found.rows for one in line}
    words = " ".join(told)
    for part in ("segments", "channels", "staff", "upgrades"):
        for entry in given.get(part, {}).values():
            for key, value in entry.items():
                if isinstance(value, float) and value not in (0.0, 1.0):
                    shown = {str(cell(plan, kind, value)) for kind in ("number", "share")}
                    assert shown & told or any(one in words for one in shown), (part, key, value)
            assert entry["title"] in told


def test_values_over_time_and_absent_ones() -> None:
    plan = plan_named("years")
    phone = row(plan, "Channels: what they can do", "Phone")
    assert phone["Contacts per period, at most"] == "12,000 / 11,000 / 9,000"
    web = row(plan, "Channels: what they can do", "Web")
    assert web["Contacts per period, at most"] == "–"
    assert row(plan, "Segments", "Young customers")["Customers"] == "8,000 / 9,000 / 10,000"
    many = cell(plan, "number", [float(k) for k in range(12)])
    assert many == "0 to 11"
    assert str(cell(plan, "number", [3.0, 3.0, 3.0])) == "3"
    assert cell(plan, "number", [None, None]) == "–"
    assert cell(plan, "shares", {"0.0": 0.5, "1.0": 0.9}) == "0: 50 %, 1: 90 %"


def test_policies_in_words() -> None:
    plan = plan_named("quickstart")
    one = row(plan, "Policies", "complaints_reach_people")
    assert one["Limit"] == "at most 30 %"
    assert one["Only for"] == "Complaint; low touch"
    assert "share" in one["What it asks for"]
    assert row(plan, "Policies", "satisfaction_floor")["Limit"] == "at least 0.62"
    assert len(grid(plan, "Policies").rows) == len(plan.manifest["scenario"]["policies"])


@pytest.mark.parametrize("policy", POLICIES, ids=lambda one: str(one.slug))
def test_every_type_of_policy_can_be_told(policy: Any) -> None:
    """From its own example: no error, and its limit in words."""
    from ruamel.yaml import YAML

    plan = plan_named("quickstart")
    example = YAML(typ="safe").load(policy.example)
    given = {**plan.manifest["scenario"], "policies": [example]}
    told = row(
        plan.with_(manifest={**plan.manifest, "scenario": given}), "Policies", example["name"]
    )
    assert told["What it asks for"] == policy.title
    if {"at_least", "at_most", "threshold", "recover"} & set(example):
        assert told["Limit"]


def test_tables_in_a_line_with_their_mean() -> None:
    """Means from the files: pandas looks every first contact up, most keys first."""
    plan = plan_named("quickstart")
    table = numbers(grid(plan, "Tables, in a line each")).set_index("Table")
    rows = plan.manifest["scenario"]["tables"]["satisfaction"]
    looked_up = {
        (one.get("segment"), one.get("interaction"), one.get("channel")): one["value"]
        for one in rows
    }
    total = weight = 0.0
    for one in frame(plan, "allocation").to_dict("records"):
        key = (one["segment"], one["interaction"], one["channel"])
        for known in (key, (None, *key[1:]), (key[0], None, key[2]), (None, None, key[2])):
            if known in looked_up:
                total += looked_up[known] * one["first_contacts"]
                weight += one["first_contacts"]
                break
    line = table.loc["Satisfaction with a first contact, 0 to 1"]
    assert line["Rows"] == len(rows)
    assert line["Lowest"] == min(one["value"] for one in rows)
    assert line["Highest"] == max(one["value"] for one in rows)
    assert line["Mean"] == pytest.approx(total / weight)


def test_customers_weigh_what_goes_with_customers() -> None:
    plan = plan_named("quickstart")
    rows = plan.manifest["scenario"]["tables"]["contacts_per_customer"]
    customers = {
        name: one["customers"] for name, one in plan.manifest["scenario"]["segments"].items()
    }
    total = sum(one["value"] * customers[one["segment"]] for one in rows)
    weight = sum(customers[one["segment"]] for one in rows)
    line = row(plan, "Tables, in a line each", "Contacts per customer and period")
    assert line["Mean"].number == pytest.approx(total / weight)


def test_the_most_specific_row_counts() -> None:
    rows = [
        {"value": 1.0},
        {"channel": "web", "value": 2.0},
        {"segment": "gold", "channel": "web", "value": 4.0},
    ]
    weights = {("gold", "web"): 1.0, ("gold", "phone"): 2.0, ("young", "web"): 3.0}
    assert weighted_mean(rows, lambda _keys: weights) == pytest.approx((4 + 2 * 1 + 3 * 2) / 6)
    assert weighted_mean([], lambda _keys: {}) is None
    assert weighted_mean([{"channel": "x", "value": 3.0}], lambda _keys: {("y",): 1.0}) is None


def test_every_table_of_the_format_has_a_label() -> None:
    assert set(LABELS) == set(TABLES)
    assert set(LABELS) >= WITHOUT_MEAN


def test_uncertainty_is_told_or_its_absence() -> None:
    plan = plan_named("quickstart")
    one = row(plan, "How sure the numbers are", "Minutes per contact")
    assert (one["Lowest"], one["Highest"]) == ("-5 %", "+20 %")
    texts = [b.text for b in section(plan_named("parts")).blocks if isinstance(b, Paragraph)]
    assert "The scenario says nothing of how sure its numbers are." in texts


def test_runs_that_keep_no_sources_and_plans_without_a_scenario() -> None:
    plan = plan_named("quickstart")
    old = plan.with_(manifest={k: v for k, v in plan.manifest.items() if k != "sources"})
    assert all("Source" not in [c.title for c in one.columns] for one in grids(section(old)))
    texts = " ".join(b.text for b in section(old).blocks if isinstance(b, Paragraph))
    assert "does not say where its values were written" in texts
    assert assumptions(Evidence(plan_named("full"))) is None
    assert assumptions(Evidence(plan.with_(manifest={}))) is None


def test_places_in_few_words() -> None:
    found = ["a.yaml:12", "a.yaml:9", "--set x", "b.xlsx:staff!D3", "b.xlsx:staff!AB3", "b.csv"]
    assert together(found) == "a.yaml:9–12; b.xlsx:staff!D3–AB3; --set x; b.csv"
    assert together(["a.yaml:12; --set x", "a.yaml:12"]) == "a.yaml:12; --set x"
    assert together(["scenario"]) == "given in memory"
    assert together([]) == ""


def test_places_of_entries_with_names_that_begin_alike() -> None:
    sources = {"channels.web.unit_cost": "a:1", "channels.web.unit_cost_2": "a:9"}
    plan = plan_named("quickstart").with_(manifest={"sources": sources})
    assert places_below(plan, "channels.web", ["unit_cost"]) == "a:1"
    assert places_below(plan, "channels.we") == "default"
    assert place_of(plan, "channels.web.capacity") == "default"


def test_years_solved_from_memory_say_so() -> None:
    one = row(plan_named("years"), "Segments", "Gold customers")
    assert one["Source"] == "given in memory"


def test_without_an_answer_the_inputs_are_still_told() -> None:
    plan = plan_named("quickstart").with_(status="infeasible", objective=None, tables={}, money={})
    line = row(plan, "Tables, in a line each", "Satisfaction with a first contact, 0 to 1")
    assert (line["Rows"].number, line["Mean"]) == (24, "–")
    assert row(plan, "Segments", "Families")["Customers"].number == 10_000
