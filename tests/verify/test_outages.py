"""The tables of emergencies: a right proof passes, whatever is changed in it is noticed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from channelopt.instance.instance import Instance
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.columns import COLUMNS
from channelopt.plan.folder import write
from channelopt.plan.plan import Plan
from channelopt.plan.table import Table
from channelopt.verify.check import verify, verify_folder
from channelopt.verify.layout import FIGURES
from channelopt.verify.result import Verification
from tests.verify.building import as_choice
from tests.verify.parts import decisions, scenario

POLICY = {"name": "web fails", "type": "outage", "channel": "web", "recover": 1.0, "surge": 0.1}
TABLES = ("outages", "emergencies", "emergency_hours")

PLACED = [
    ("web fails", period, segment, interaction, "phone", contacts)
    for period in ("2027", "2028")
    for segment, interaction, contacts in (("old", "help", 100), ("young", "fix", 40))
]
HOURS = [
    # 40 + 100 and 100 + 40 first contacts, a fifth of all handled repeats, 20 of the bundle
    ("web fails", "2027", "agents", "phone", (280 / 0.8 + 20) / 10),
    ("web fails", "2028", "agents", "phone", (140 / 0.85 + 140 / 0.865 + 16) * 5.4 / 72),
]


def outages() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for period in ("2027", "2028"):
        rows += [
            (period, "letter", "", 0, 0, 0, None, None, ""),
            (period, "phone", "", 0, 140, 35, 0.25, None, "no other open channel may take them"),
            (period, "web", "", 0, 140, 140, 1, None, ""),
            (period, "web", "web fails", 0.1, 140, 140, 1, 1, ""),
        ]
    return rows


@pytest.fixture(scope="module")
def case() -> tuple[Instance, Plan]:
    found = scenario(policies=[POLICY])
    rows = {"outages": outages(), "emergencies": PLACED, "emergency_hours": HOURS}
    extra = {name: Table(name, COLUMNS[name], tuple(rows[name])) for name in TABLES}
    chosen = as_choice(found.numbers, decisions(found))
    return found, assemble(found, chosen, Origin("evaluated"), extra=extra)


def check(case: tuple[Instance, Plan], **changed: Table) -> Verification:
    return verify(case[0], {**case[1].tables, **changed}, case[1].as_data())


def cell(table: Table, row: int, column: str, value: Any) -> Table:
    rows = [list(cells) for cells in table.rows]
    rows[row][table.columns.index(column)] = value
    return replace(table, rows=tuple(tuple(cells) for cells in rows))


def test_a_right_proof_passes(case: tuple[Instance, Plan]) -> None:
    found = check(case)
    assert found.findings() == ()
    assert "web fails" in {verdict.rule for verdict in found.rules}


@pytest.mark.parametrize(
    ("name", "column"), [(name, column) for name in TABLES for column in FIGURES[name]]
)
def test_every_figure_is_checked(case: tuple[Instance, Plan], name: str, column: str) -> None:
    """Less contacts placed or fewer hours break the proof, wrong figures do not agree with it."""
    table = case[1].tables[name]
    for row, value in enumerate(table.column(column)):
        changed = 0.25 if value is None else value * 0.4 - 0.02
        found = check(case, **{name: cell(table, row, column, changed)})
        assert not found.ok, (row, value)


def test_a_proof_may_not_place_more_than_there_is(case: tuple[Instance, Plan]) -> None:
    found = check(case, emergencies=cell(case[1].tables["emergencies"], 0, "placed", 101))
    assert "web fails" in found.broken


@pytest.mark.parametrize(("placeable", "holds"), [(140.0, True), (139.0, False), (141.0, False)])
def test_what_is_placeable_lies_between_the_proof_and_all_contacts(
    case: tuple[Instance, Plan], placeable: float, holds: bool
) -> None:
    table = case[1].tables["outages"]
    changed = cell(cell(table, 3, "placeable", placeable), 3, "share", placeable / 140)
    found = check(case, outages=changed).mismatches
    assert (found == ()) == holds
    assert holds or "is not from 140 to 140" in found[0]


def test_no_row_can_be_left_out(case: tuple[Instance, Plan]) -> None:
    for name in TABLES:
        table = case[1].tables[name]
        for k in range(len(table.rows)):
            rest = replace(table, rows=(*table.rows[:k], *table.rows[k + 1 :]))
            assert not check(case, **{name: rest}).ok, (name, k)


@pytest.mark.parametrize(
    ("name", "column", "value", "says"),
    [
        ("outages", "policy", "web fails", "nothing can fail there"),
        ("outages", "policy", "webs fail", "did you mean 'web fails'?"),
        ("outages", "channel", "fax", "is not in the scenario"),
        ("outages", "placeable", -3, "placeable: -3 is not from 0 to 0"),
        ("emergencies", "policy", "", "policy '' is not in the scenario"),
        ("emergencies", "channel", "letter_and_call", "is not in the scenario"),
        ("emergency_hours", "hours", "", "the cell is empty"),
    ],
)
def test_what_is_wrong_with_a_cell_is_named(
    case: tuple[Instance, Plan], name: str, column: str, value: Any, says: str
) -> None:
    found = check(case, **{name: cell(case[1].tables[name], 0, column, value)})
    assert any(says in line for line in found.mismatches), found.mismatches


def test_without_its_proof_a_policy_is_broken_and_the_rest_still_judged(
    case: tuple[Instance, Plan],
) -> None:
    found = case[1].tables
    rest = {name: table for name, table in found.items() if not name.startswith("emergenc")}
    result = verify(case[0], rest, case[1].as_data())
    assert result.mismatches == (
        "emergencies.csv: the table is missing",
        "emergency_hours.csv: the table is missing",
    )
    assert result.broken == ("web fails",)


def test_the_proof_is_read_from_a_run_folder(case: tuple[Instance, Plan], tmp_path) -> None:
    folder = write(case[1], tmp_path / "run")
    assert verify_folder(folder).findings() == ()
    text = (folder / "emergencies.csv").read_text(encoding="utf-8")
    (folder / "emergencies.csv").write_text(text.replace(",100\n", ",10\n"), encoding="utf-8")
    assert verify_folder(folder).broken == ("web fails",)
