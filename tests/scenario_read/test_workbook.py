"""Excel workbooks: the layout, every fault with its cell, and files that are no workbooks."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from channelopt.scenario import compose
from tests.scenario_read.files import errors_of

Book = Any


def book(**sheets: list[list[Any]]) -> Book:
    """Return a workbook of a few sheets."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    return made


def saved(folder: Path, made: Book) -> Path:
    path = folder / "plan.xlsx"
    made.save(path)
    return path


def small(**more: list[list[Any]]) -> Book:
    return book(
        scenario=[["key", "value", "#note"], ["format", 1], ["periods", "2027; 2028"]],
        **more,
    )


def tree_of(folder: Path, **sheets: list[list[Any]]) -> Any:
    return compose.read(saved(folder, book(**sheets))).tree


def test_the_whole_layout(tmp_path: Path) -> None:
    made = book(
        about=[["read me"]],
        Scenario=[
            ["key", "value"],
            ["format", 1],
            ["title", 2027],
            ["objective.discount_rate", 0.1],
            ["whole_contacts", "yes"],
            ["# later", 3],
            [None, None],
            ["periods", "2027; H2"],
        ],
        segments=[
            ["id", "customers", "margin", "retention", "#why"],
            ["private", "600; 650", 5, "0: 0.86; 0.6: 0.95; 1: 1", "a guess"],
            [None, None, None, None, None],
            ["premium", 7, -2, None, None],
        ],
        channels=[
            [
                "id",
                "touch",
                "capacity[2027]",
                "capacity[H2]",
                "unresolved",
                "available_from",
                "initially_open",
            ],
            ["phone", "high", 5, None, "web: 0.5; branch: 0.35", 2027, False],
            ["web", None, None, None, None, "H2", "no"],
        ],
        staff=[
            ["id", "serves", "hours_per_fte", "service_level.share"],
            ["a", "phone; web", "9; ; 8", 0.8],
        ],
        upgrades=[
            ["id", "channel", "requires", "effects.resolution"],
            ["u", "phone", "x", "add: 0.05"],
        ],
        policies=[
            ["name", "type", "channels", "touch", "at_most", "periods"],
            ["cap", "volume", "phone", None, 3, 2027],
            ["two", "share", None, "high; low", "0.5; 0.6", None],
        ],
        variations=[
            ["variation", "title", "path", "operation", "value"],
            ["strike", "Strike", "channels.phone.capacity[2027]", "times", 0.5],
            ["strike", None, "segments.private.margin", None, 9],
        ],
        unit_cost=[["channel", "period", "value"], ["phone", 2027, 1.5], ["web", None, None]],
        preference=[["segment", "phone", "web"], ["private", 0.25, 0.5]],
    )
    source = compose.read(saved(tmp_path, made), steps=[("vary", "strike")])
    assert source.tree == {
        "format": 1,
        "title": "2027",
        "objective": {"discount_rate": 0.1},
        "whole_contacts": True,
        "periods": [2027, "H2"],
        "segments": {
            "private": {
                "customers": [600, 650],
                "margin": 9,
                "retention": {0: 0.86, 0.6: 0.95, 1: 1},
            },
            "premium": {"customers": 7, "margin": -2},
        },
        "channels": {
            "phone": {
                "touch": "high",
                "capacity": [2.5, None],
                "unresolved": {"web": 0.5, "branch": 0.35},
                "available_from": 2027,
                "initially_open": False,
            },
            "web": {"available_from": "H2", "initially_open": False},
        },
        "staff": {
            "a": {
                "serves": ["phone", "web"],
                "hours_per_fte": [9, None, 8],
                "service_level": {"share": 0.8},
            }
        },
        "upgrades": {
            "u": {"channel": "phone", "requires": ["x"], "effects": {"resolution": {"add": 0.05}}}
        },
        "policies": [
            {
                "name": "cap",
                "type": "volume",
                "channels": ["phone"],
                "at_most": 3,
                "periods": [2027],
            },
            {"name": "two", "type": "share", "touch": ["high", "low"], "at_most": [0.5, 0.6]},
        ],
    }
    assert source.warnings == ()
    assert source.variations == {"strike": "Strike"}
    assert str(source.places["segments", "premium", "margin"]) == "plan.xlsx:segments!C4"
    assert str(source.places["segments", "premium"]) == "plan.xlsx:segments!A4"
    assert str(source.places["policies", 1, "at_most"]) == "plan.xlsx:policies!E3"
    assert str(source.places["segments", "private", "margin"]) == (
        "variation strike: plan.xlsx:variations!E3"
    )
    costs = source.tables["unit_cost"]
    assert dict(costs.values) == {
        "channel": ["phone", "web"],
        "period": ["2027", None],
        "value": [1.5, None],
    }
    assert str(costs.place(0, "value")) == "plan.xlsx:unit_cost!C2"
    assert source.tables["preference"].columns == ("segment", "phone", "web")


def formula(made: Book) -> None:
    made["segments"]["B2"] = "=1+1"


def merged(made: Book) -> None:
    made["segments"].merge_cells("A2:B2")


def far(made: Book) -> None:
    made["segments"]["XFD1048576"] = 1


FAULTS: dict[str, tuple[dict[str, list[list[Any]]], Callable[[Book], None] | None, str]] = {
    "formula without result": (
        {"segments": [["id", "customers"], ["a", 1]]},
        formula,
        (
            "plan.xlsx:segments!B2  E132  the formula has no stored result; "
            "open the file in Excel, save it, or replace the formula by its result"
        ),
    ),
    "error cell": (
        {"unit_cost": [["channel", "value"], ["a", "#DIV/0!"]]},
        None,
        "plan.xlsx:unit_cost!B2  E133  the cell shows the error #DIV/0!",
    ),
    "merged cells": (
        {"segments": [["id", "customers"], ["a", None]]},
        merged,
        "plan.xlsx:segments!A2:B2  E134  merged cells cannot be read; unmerge them",
    ),
    "date": (
        {"segments": [["id", "customers"], ["a", dt.datetime(2026, 4, 3)]]},  # noqa: DTZ001
        None,
        (
            "plan.xlsx:segments!B2  E135  expected a number or text, found the date or time "
            "2026-04-03 00:00:00; give the cell the format 'Text' or 'General' and type it again"
        ),
    ),
    "far cell": (
        {"segments": [["id"], ["a"]]},
        far,
        (
            "plan.xlsx:segments!XFD1048576  E131  the sheet reaches further than 256 columns and "
            "200,000 rows; delete what stands there, or keep large tables in CSV files"
        ),
    ),
    "text that is nearly a number": (
        {"segments": [["id", "margin"], ["a", "1.200,5"]]},
        None,
        "plan.xlsx:segments!B2  E124  '1.200,5' has a thousands separator; write 1200.5",
    ),
    "text in a table": (
        {"unit_cost": [["channel", "value"], ["a", "12 %"]]},
        None,
        "plan.xlsx:unit_cost!B2  E125  expected a number, found '12 %'; write 0.12",
    ),
    "two columns of one name": (
        {"segments": [["id", "margin", "margin"], ["a", 1, 2]]},
        None,
        (
            "plan.xlsx:segments!B1  E121  two columns are named 'margin', number 2 and 3; "
            "rename or remove one of them"
        ),
    ),
    "two ids": (
        {"segments": [["id", "margin"], ["a", 1], ["a", 2]]},
        None,
        (
            "plan.xlsx:segments!A3  E105  the id 'a' is written twice, first in segments!A2; "
            "keep one of them"
        ),
    ),
    "no id": (
        {"segments": [["id", "margin"], [None, 1]]},
        None,
        "plan.xlsx:segments!A2  E136  the row has no id",
    ),
    "no id column": (
        {"segments": [["title", "margin"], ["a", 1]]},
        None,
        "plan.xlsx:segments!A1  E136  the sheet has no column 'id'",
    ),
    "no period": (
        {"channels": [["id", "capacity[2029]"], ["a", 1]]},
        None,
        (
            "plan.xlsx:channels!B2  E136  the column 'capacity[2029]' names no period; "
            "periods are 2027, 2028"
        ),
    ),
    "given twice": (
        {"channels": [["id", "capacity", "capacity[2027]"], ["a", 1, 2]]},
        None,
        (
            "plan.xlsx:channels!C2  E136  'capacity' is given for all periods and for single ones; "
            "keep one of them"
        ),
    ),
    "no pair": (
        {"channels": [["id", "unresolved"], ["a", "web 0.5"]]},
        None,
        (
            "plan.xlsx:channels!B2  E136  expected pairs such as 'branch: 0.5; phone: 0.35', "
            "found 'web 0.5'"
        ),
    ),
    "header only": (
        {"unit_cost": [["channel", "value"]]},
        None,
        (
            "plan.xlsx:unit_cost!A1  E122  the table has a header and no rows; "
            "add rows, or delete the sheet"
        ),
    ),
    "operation": (
        {"variations": [["variation", "path", "operation", "value"], ["x", "title", "plus", 1]]},
        None,
        "plan.xlsx:variations!C2  E136  expected set, times or add, found 'plus'",
    ),
    "hidden characters": (
        {"segments": [["id", "title"], ["a", "x\u202ey"]]},
        None,
        (
            "plan.xlsx:segments!B2  E103  the text holds the character U+202E "
            "(text direction override); remove it"
        ),
    ),
    "large number": (
        {"segments": [["id", "margin"], ["a", 5e12]]},
        None,
        "plan.xlsx:segments!B2  E109  numbers go up to 1e12, found 5e+12",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults(case: str, tmp_path: Path) -> None:
    sheets, change, expected = FAULTS[case]
    made = small(**sheets)
    if change is not None:
        change(made)
    assert errors_of(saved(tmp_path, made)) == [expected]


def test_what_is_odd_is_a_warning(tmp_path: Path) -> None:
    made = small(
        segments=[["id", "margin"], ["a", "600"], ["b", 1]],
        unit_cost=[["channel", "value"], ["a", " 0.5\u00a0"]],
    )
    made["segments"].row_dimensions[3].hidden = True
    made["segments"].column_dimensions["B"].hidden = True
    made["unit_cost"].sheet_state = "hidden"
    source = compose.read(saved(tmp_path, made))
    assert source.tree["segments"] == {"a": {"margin": 600}, "b": {"margin": 1}}
    assert source.tables["unit_cost"].values["value"] == [0.5]
    assert [str(warning) for warning in source.warnings] == [
        "plan.xlsx:segments!3:3  W130  a row is hidden or filtered; it is read like any other",
        "plan.xlsx:segments!B:B  W130  a column is hidden; it is read like any other",
        "plan.xlsx:unit_cost  W130  the sheet is hidden; it is read like any other",
        "plan.xlsx:segments!B2  W131  the number 600 is stored as text; it is read as a number",
        "plan.xlsx:unit_cost!B2  W131  the number 0.5 is stored as text; it is read as a number",
    ]


def test_stored_results_of_formulas_are_read(tmp_path: Path) -> None:
    """openpyxl writes no results, so that the sheet's XML gets one as Excel would write it."""
    path = saved(tmp_path, small(segments=[["id", "customers"], ["a", "=1+1"]]))
    rewrite(path, lambda xml: xml.replace(b"<v />", b"<v>2</v>").replace(b"<v></v>", b"<v>2</v>"))
    assert compose.read(path).tree["segments"] == {"a": {"customers": 2}}


def test_null_and_unlimited(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, channels=[["id", "capacity"], ["a", "null"], ["b", None]])
    assert tree["channels"] == {"a": {"capacity": None}, "b": {}}


def test_columns_by_period_without_periods_keep_their_order(tmp_path: Path) -> None:
    """A child workbook need not repeat the periods of its parent."""
    tree = tree_of(tmp_path, channels=[["id", "capacity[2027]", "capacity[2028]"], ["a", None, 2]])
    assert tree["channels"]["a"]["capacity"] == [None, 2]


def test_periods_on_a_sheet_of_their_own(tmp_path: Path) -> None:
    assert tree_of(tmp_path, periods=[["period"], [2027], ["2028"], ["H1"]]) == {
        "periods": [2027, 2028, "H1"]
    }


def test_a_workbook_may_extend_a_folder(tmp_path: Path) -> None:
    parent = tmp_path / "case"
    parent.mkdir()
    (parent / "scenario.yaml").write_text("title: parent\ncurrency: EUR\n", encoding="utf-8")
    path = saved(parent, book(scenario=[["key", "value"], ["extends", "."], ["title", "child"]]))
    assert compose.read(path).tree == {"title": "child", "currency": "EUR"}


def rewrite(path: Path, change: Callable[[bytes], bytes], name: str = "sheet") -> None:
    """Change the XML of the sheets inside a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {item: archive.read(item) for item in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item, content in parts.items():
            archive.writestr(item, change(content) if name in item else content)


def test_files_that_are_no_plain_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    save = "save it as 'Excel workbook (.xlsx)'"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    assert errors_of(path) == [
        (
            "plan.xlsx  E130  the workbook is protected by a password, or has the old format .xls; "
            f"remove the password and {save}"
        )
    ]
    path.write_bytes(b"channel,value\n")
    assert errors_of(path) == [f"plan.xlsx  E130  the file is no Excel workbook; {save}"]
    path.write_bytes(b"PK\x03\x04 and then nothing")
    assert errors_of(path) == ["plan.xlsx  E130  the workbook is damaged: File is not a zip file"]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "x")
    assert errors_of(path) == [f"plan.xlsx  E130  the file is no Excel workbook; {save}"]
    for name in ("plan.xls", "plan.xlsm"):
        (tmp_path / name).write_bytes(b"x")
        assert errors_of(tmp_path / name)[0].endswith(save)


def test_macros_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, small())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert "the workbook holds macros; they are never run" in errors_of(path)[0]


def test_bombs_are_refused_without_unpacking(tmp_path: Path) -> None:
    path = saved(tmp_path, small())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", bytes(40 * 2**20))
    assert errors_of(path) == [
        (
            "plan.xlsx  E131  the workbook unpacks to 40 MB, which is not read; "
            "keep large tables in CSV files"
        )
    ]


def test_entities_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, small(segments=[["id"], ["a"]]))
    rewrite(path, lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml, "sheet1.xml")
    assert errors_of(path) == [
        (
            "plan.xlsx  E130  xl/worksheets/sheet1.xml declares its own entities or encoding, "
            "which is not read"
        )
    ]


def test_an_empty_workbook(tmp_path: Path) -> None:
    path = saved(tmp_path, book(segments=[]))
    assert errors_of(path) == [
        (
            "plan.xlsx  E111  the workbook is empty; "
            "'channelopt init --excel' writes a workbook to start from"
        )
    ]


def test_damaged_parts_are_a_plain_error(tmp_path: Path) -> None:
    path = saved(tmp_path, small(segments=[["id"], ["a"]]))
    content = io.BytesIO(path.read_bytes()).getvalue()
    rewrite(path, lambda xml: xml[: len(xml) // 2])
    assert "the workbook is damaged" in errors_of(path)[0]
    path.write_bytes(content[: len(content) // 2])
    assert "the workbook is damaged" in errors_of(path)[0]
