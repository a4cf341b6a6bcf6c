"""The check of a whole plan: whatever one cell is changed to, it is noticed and named."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from channelopt.instance.instance import Instance
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.plan import Plan
from channelopt.plan.table import Table, cell_text
from channelopt.verify.check import verify
from channelopt.verify.layout import ALWAYS, FIGURES
from channelopt.verify.result import Verification
from tests.verify.building import as_choice, instance, written

DATA: dict[str, Any] = {
    "periods": ["2027", "2028"],
    "objective": {"discount_rate": 0.1},
    "interactions": {"offer": {"direction": "outbound"}},
    "channels": {
        "branch": {
            "capacity": 20.0,
            "fixed_cost": 3.0,
            "closing_cost": 2.0,
            "opening_cost": 5.0,
            "handle_minutes": 30.0,
        },
        "phone": {"handle_minutes": 6.0, "capacity": 500.0, "initially_open": False},
    },
    "staff": {
        "agents": {
            "serves": ["branch", "phone"],
            "hours_per_fte": 5.0,
            "fte_cost": 10.0,
            "initial_fte": 2.0,
            "hiring_cost": 1.5,
            "release_cost": 2.5,
        }
    },
    "tables": {
        "contacts_per_customer": [{"value": 2.0}],
        "contact_value": [{"interaction": "offer", "value": 1.5}],
        "closure_loss": [{"channel": "branch", "value": 0.1}],
        "baseline_share": [{"interaction": "help", "channel": "web", "value": 1.0}],
    },
    "policies": [
        {"name": "money", "type": "budget", "at_most": 10000.0},
        {"name": "few calls", "type": "volume", "channels": ["phone"], "at_most": 200.0},
    ],
}


@pytest.fixture(scope="module")
def case() -> tuple[Instance, Plan]:
    """Branch is closed in 2028, phone opens in 2027; one group works on both."""
    scenario = instance(**DATA)
    first = {
        ("old", "help", "web", "2027"): 100,
        ("young", "help", "phone", "2027"): 40,
        ("old", "help", "web", "2028"): 60,
        ("old", "help", "phone", "2028"): 40,
        ("young", "help", "phone", "2028"): 40,
        ("old", "offer", "web", "2028"): 12.5,
    }
    plan = written(
        scenario.numbers,
        first,
        closed=[("branch", "2028")],
        fte={("agents", "2027"): 3, ("agents", "2028"): 2},
        hours={
            ("agents", "branch", "2027"): 6.5,
            ("agents", "phone", "2027"): 6.5,
            ("agents", "phone", "2028"): 9.5,
        },
    )
    return scenario, assemble(
        scenario, as_choice(scenario.numbers, plan), Origin("feasible", bound=5000.0)
    )


def check(case: tuple[Instance, Plan], **changed: Table) -> Verification:
    scenario, plan = case
    return verify(scenario, {**plan.tables, **changed}, plan.as_data())


def cell(table: Table, row: int, column: str, value: Any) -> Table:
    """The table with one cell replaced."""
    rows = [list(cells) for cells in table.rows]
    rows[row][table.columns.index(column)] = value
    return replace(table, rows=tuple(tuple(cells) for cells in rows))


def test_a_right_plan_passes(case: tuple[Instance, Plan]) -> None:
    found = check(case)
    assert found.findings() == ()
    assert found.ok
    assert float(found.objective) == pytest.approx(case[1].objective)
    assert {verdict.rule for verdict in found.rules} >= {"demand", "staff", "money", "few calls"}
    assert sum(verdict.rows for verdict in found.rules) > 50


def test_text_and_numbers_are_read_alike(case: tuple[Instance, Plan]) -> None:
    as_text = {
        name: replace(
            table,
            rows=tuple(tuple(cell_text(value) for value in row) for row in table.rows),
        )
        for name, table in case[1].tables.items()
    }
    assert check(case, **as_text).to_json() == check(case).to_json()


@pytest.mark.parametrize(
    ("name", "column"), [(name, column) for name in ALWAYS for column in FIGURES[name]]
)
def test_every_figure_in_every_table_is_checked(
    case: tuple[Instance, Plan], name: str, column: str
) -> None:
    """One cent, or a hundredth of a contact, share, FTE or hour more is noticed in every row."""
    table = case[1].tables[name]
    for row, value in enumerate(table.column(column)):
        changed = cell(table, row, column, 0.25 if value is None else value + 0.01)
        found = check(case, **{name: changed})
        assert not found.ok
        named = [line for line in found.findings() if column in line or "rule " in line]
        assert named


@pytest.mark.parametrize("name", ["allocation", "channels", "segments", "staff", "hours"])
def test_no_row_can_be_left_out(case: tuple[Instance, Plan], name: str) -> None:
    table = case[1].tables[name]
    for row in range(len(table.rows)):
        rows = (*table.rows[:row], *table.rows[row + 1 :])
        assert not check(case, **{name: replace(table, rows=rows)}).ok


def test_no_offer_that_is_used_can_be_left_out(case: tuple[Instance, Plan]) -> None:
    used = {
        (row["period"], row["segment"], row["channel"])
        for row in case[1].tables["allocation"].records()
        if row["interaction"] == "help" and row["first_contacts"]
    }
    table = case[1].tables["offers"]
    for offer in table.rows:
        rows = tuple(row for row in table.rows if row != offer)
        broken = check(case, offers=replace(table, rows=rows)).broken
        assert broken == (("offers",) if offer in used else ())


@pytest.mark.parametrize("name", ALWAYS)
def test_no_row_can_stand_twice(case: tuple[Instance, Plan], name: str) -> None:
    table = case[1].tables[name]
    found = check(case, **{name: replace(table, rows=(*table.rows, table.rows[0]))})
    assert "a second row" in found.mismatches[0]


@pytest.mark.parametrize(
    ("name", "column", "value", "says"),
    [
        ("allocation", "first_contacts", "nan", "'nan' is not a number"),
        ("allocation", "first_contacts", float("nan"), "nan"),
        ("allocation", "first_contacts", float("inf"), "inf"),
        ("allocation", "first_contacts", "1e400", "out of range"),
        ("allocation", "first_contacts", "1,5", "'1,5' is not a number"),
        ("allocation", "first_contacts", "1_0", "is not a number"),
        ("allocation", "first_contacts", "\u0661", "is not a number"),
        ("allocation", "first_contacts", "=1+1", "is not a number"),
        ("allocation", "first_contacts", True, "is not a number"),
        ("allocation", "first_contacts", None, "the cell is empty"),
        ("allocation", "segment", "yuong", "did you mean 'young'?"),
        ("allocation", "segment", "\x1b[31m" + "x" * 99, r"\x1b[31mxxx"),
        ("allocation", "channel", "<script>", "'<script>' is not in the scenario"),
        ("allocation", "period", "1999", "period '1999' is not in the scenario"),
        ("allocation", "interaction", None, "is not in the scenario"),
        ("channels", "open", "maybe", "'maybe' is not true or false"),
        ("channels", "open", 1, "is not true or false"),
        ("channels", "upgrades", "robots", "'robots' is not an upgrade"),
        ("hours", "group", "=cmd", "is not in the scenario"),
    ],
)
def test_cells_that_cannot_be_used_are_named(
    case: tuple[Instance, Plan], name: str, column: str, value: Any, says: str
) -> None:
    found = check(case, **{name: cell(case[1].tables[name], 0, column, value)})
    assert not found.ok
    assert says in found.mismatches[0]
    assert found.mismatches[0].startswith(f"{name}.csv row 2")
    assert "\x1b" not in "".join(found.findings())


def test_columns_must_be_those_of_the_table(case: tuple[Instance, Plan]) -> None:
    table = case[1].tables["staff"]
    renamed = replace(table, columns=("period", "group", "ftes", *table.columns[3:]))
    assert check(case, staff=renamed).mismatches == (
        "staff.csv: column 'fte' is missing",
        "staff.csv: column 'ftes' is not known",
    )
    twice = replace(table, columns=("period", "group", *table.columns[2:-1], "fte"))
    assert not check(case, staff=twice).ok


def test_ragged_rows_and_missing_tables(case: tuple[Instance, Plan]) -> None:
    table = case[1].tables["hours"]
    ragged = replace(table, rows=(*table.rows, ("2027", "agents")))
    assert check(case, hours=ragged).mismatches == ("hours.csv row 5: 2 cells where 4 belong",)
    tables = {name: t for name, t in case[1].tables.items() if name != "hours"}
    assert verify(case[0], tables, {}).mismatches == ("hours.csv: the table is missing",)


BROKEN = [
    ("allocation", 0, "first_contacts", 101.0, "demand"),
    ("staff", 0, "fte", 2.0, "staff"),
    ("hours", 0, "hours", 6.0, "staff"),
]


@pytest.mark.parametrize(("name", "row", "column", "value", "rule"), BROKEN)
def test_the_broken_rule_is_named(
    case: tuple[Instance, Plan], name: str, row: int, column: str, value: float, rule: str
) -> None:
    found = check(case, **{name: cell(case[1].tables[name], row, column, value)})
    assert rule in found.broken
    assert any(line.startswith(f"rule {rule}: ") for line in found.findings())


def test_closing_a_channel_that_is_used_breaks_opening(case: tuple[Instance, Plan]) -> None:
    table = case[1].tables["channels"]
    found = check(case, channels=cell(table, 2, "open", False))
    assert "opening" in found.broken
    assert "offers" in found.broken


def test_a_broken_policy_is_named_by_its_name(case: tuple[Instance, Plan]) -> None:
    policies = [{"name": "few calls", "type": "volume", "channels": ["phone"], "at_most": 39.0}]
    strict = instance(**{**DATA, "policies": policies})
    found = verify(strict, case[1].tables, case[1].as_data())
    assert found.broken == ("few calls",)
    assert found.findings()[0] == "rule few calls: 2027: 40 is not <= 39"


def paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all numbers."""
    if isinstance(data, dict):
        return [leaf for key, part in data.items() for leaf in paths(part, (*path, key))]
    if isinstance(data, list):
        return [leaf for key, part in enumerate(data) for leaf in paths(part, (*path, key))]
    return [path] if isinstance(data, int | float) and not isinstance(data, bool) else []


def test_every_claim_in_plan_json_is_checked(case: tuple[Instance, Plan]) -> None:
    scenario, plan = case
    claimed = json.loads(plan.to_json())
    checked = {"objective", "gap", "money", "kpis", "kpis_by_period", "segments", "channels"}
    leaves = [path for path in paths(claimed) if path[0] in checked]
    assert len(leaves) > 150
    for path in leaves:
        changed = copy.deepcopy(claimed)
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] += 0.011
        found = verify(scenario, plan.tables, changed)
        assert found.mismatches, path


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"bound": -9999.0}, "bound: -9999 is less than the plan is worth"),
        ({"gap": None}, "gap: nothing is written"),
        ({"status": "optimal", "bound": None, "gap": None}, "optimal without a bound"),
        ({"objective": "many"}, "'many' is not a number"),
        ({"money": 3}, "money: '3' where figures by name belong"),
        ({"money": {}}, "money.kept_margin: is missing"),
        ({"kpis": {"luck": 1.0}}, "'luck' is not known"),
        ({"changes": []}, "'phone' opens in '2027', which is not written"),
        ({"changes": [3]}, "'None' closes in 'None' is written, but is not so"),
        ({"segments": "none"}, "plan.json segments: column"),
        ({"channels": [{}]}, "plan.json channels row 2: channel 'None'"),
    ],
)
def test_wrong_claims_are_named(
    case: tuple[Instance, Plan], change: dict[str, Any], says: str
) -> None:
    scenario, plan = case
    found = verify(scenario, plan.tables, {**plan.as_data(), **change})
    assert not found.ok
    assert any(says in line for line in found.mismatches)


def test_without_a_plan_nothing_may_be_written(case: tuple[Instance, Plan]) -> None:
    scenario, plan = case
    empty = {name: replace(table, rows=()) for name, table in plan.tables.items()}
    assert verify(scenario, empty, {"objective": None, "status": "infeasible"}).ok
    found = verify(scenario, plan.tables, {"objective": None, "status": "infeasible"})
    assert "although plan.json has no objective" in found.mismatches[0]


def test_a_loop_in_which_nothing_ends_is_a_finding(case: tuple[Instance, Plan]) -> None:
    scenario, plan = case
    endless = scenario.numbers.with_(
        resolution=scenario.numbers.resolution * 0, unresolved=scenario.numbers.unresolved * 0 + 0.5
    )
    found = verify(scenario.with_(numbers=endless), plan.tables, plan.as_data())
    assert found.mismatches == ("contacts are passed on in a loop in which nothing ends",)


def test_long_lists_of_findings_end_with_a_count(case: tuple[Instance, Plan]) -> None:
    found = Verification(mismatches=tuple(f"line {k}" for k in range(1500)))
    assert len(found.findings()) == 21
    assert found.findings()[-1] == "figures: 1480 more like these"
    assert found.to_json()["mismatches"][-1] == "figures: 500 more like these"


def test_to_json_is_plain_data(case: tuple[Instance, Plan]) -> None:
    data = check(case).to_json()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["ok"] is True
    assert data["money"]["kept_margin"] == pytest.approx(case[1].money["kept_margin"].total)
