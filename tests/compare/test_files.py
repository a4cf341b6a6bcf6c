"""Workbook, Markdown and CSV of a comparison: the same numbers, and text that stays text."""

from __future__ import annotations

import copy
import io
import re
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from channelopt.analysis.comparing.attribution import attribute
from channelopt.analysis.comparing.results import Comparison
from channelopt.analysis.study import Answer
from channelopt.errors import UsageError
from channelopt.plan.table import Cell, Table, cell_text, read_csv
from channelopt.report import workbook as books
from channelopt.report.comparison_document import book, markdown, results, waterfall_of
from channelopt.report.waterfall_chart import Bar, Waterfall, axis_start, pieces
from channelopt.report.workbook import Book, Sheet, sheet_title, workbook
from tests.compare.test_results import BASE, known

HOSTILE = '=HYPERLINK("http://evil.example","x")|<b>*bold*</b> [a](http://b.c) `x`'


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Two scenarios with hostile titles, and why they differ (one group: nothing to solve)."""
    first, second = copy.deepcopy(BASE), copy.deepcopy(BASE)
    for data in (first, second):
        data["title"] = HOSTILE
        data["segments"]["all"]["title"] = HOSTILE
        data["channels"]["phone"]["title"] = "+1 (555) @phone"
        data["channels"]["web"]["title"] = "-web|\nline"
    second["channels"]["phone"]["unit_cost"] = 60
    one = known(first, second)
    one = replace(one, a=replace(one.a, name="=a|b"), b=replace(one.b, name="@b*c*\u202e"))

    def ask(instances: Any) -> list[Answer]:
        return [Answer(1.0, 1.0, proven=True) for _ in instances]

    return Comparison(
        (replace(one, attribution=attribute(ask, one.a, one.b)),), ("=a|b was edited.",)
    )


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def same(cell: Any, value: Cell) -> bool:
    if value is None:
        return cell is None
    if isinstance(value, str):
        return (cell or "") == value
    return bool(cell == pytest.approx(float(value), rel=1e-15)) and isinstance(cell, bool) == (
        isinstance(value, bool)
    )


def test_the_workbook_holds_what_the_files_hold(comparison: Comparison) -> None:
    file = opened(book(comparison))
    assert file.sheetnames[:2] == ["Summary", "Waterfall @b_c_\u202e"]
    for name, table in comparison.tables.items():
        sheet = file[name]
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0] == table.columns
        assert len(rows) == 1 + len(table.rows)
        for written, row in zip(rows[1:], table.rows, strict=True):
            assert all(same(cell, value) for cell, value in zip(written, row, strict=True))
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref is not None
    assert all(cell.data_type != "f" for sheet in file for row in sheet.iter_rows() for cell in row)


def test_numbers_of_the_workbook_have_formats(comparison: Comparison) -> None:
    file = opened(book(comparison))
    money, kpis = file["money"], file["kpis"]
    assert money["E2"].number_format == "#,##0.00"
    formats = {row[2].value: row[5].number_format for row in kpis.iter_rows(min_row=2)}
    assert formats["profit"] == "#,##0.00"
    assert formats["share_high"] == "0.0%"
    assert formats["satisfaction"] == "0.000"
    assert all(dimension.width >= 9 for dimension in kpis.column_dimensions.values())


def test_the_workbook_has_a_chart_of_the_waterfall(comparison: Comparison) -> None:
    file = opened(book(comparison))
    page = file.worksheets[1]
    (chart,) = page._charts
    assert len(chart.series) == 6
    rows = list(page.iter_rows(min_row=2, max_row=1 + len(comparison.tables["waterfall"].rows)))
    for row, record in zip(rows, comparison.tables["waterfall"].records(), strict=True):
        assert row[0].value == record["title"]
        assert row[2].value == pytest.approx(record["after"])
        start, end, base, *parts = (float(cell.value) for cell in row[1:])
        low, high = sorted((start, end))
        assert sum(parts) + (base if start else 0) == pytest.approx(high if low >= 0 else low)


def test_equal_comparisons_are_equal_bytes(comparison: Comparison) -> None:
    again = Comparison(comparison.differences, comparison.notes)
    assert book(comparison) == book(again)
    assert markdown(comparison) == markdown(again)
    properties = opened(book(comparison)).properties
    assert (properties.created.year, properties.title) == (2000, "=a|b compared with @b*c*\u202e")


def test_text_of_users_is_text_in_markdown(comparison: Comparison) -> None:
    text = markdown(comparison)
    assert "<b>" not in text.replace("\\<b>", "")
    assert "[a](http" not in text
    assert "\u202e" not in text
    for line in text.splitlines():
        if line.startswith("|"):  # a bar of a user never makes a cell
            assert len(re.findall(r"(?<!\\)\|", line)) in {4, 5, 6, 7, 8}
    assert text.startswith("# =a\\|b compared with @b\\*c\\*\n")


def test_text_of_users_is_text_in_csv(comparison: Comparison) -> None:
    for name, table in comparison.tables.items():
        text = table.to_csv()
        assert not re.search(r"(^|,)\"?[=+@]", text, re.MULTILINE), name
        back = read_csv(text, name, table.columns, name)
        for row, other in zip(table.rows, back.rows, strict=True):
            for cell, value in zip(row, other, strict=True):
                assert cell_text(value) == cell_text(cell)


def test_the_folder_holds_everything(comparison: Comparison) -> None:
    found = results(comparison)
    assert [table.name for table in found.tables] == list(comparison.tables)
    assert found.documents["comparison.xlsx"] == book(comparison)
    assert found.summary == markdown(comparison)
    data = found.data["comparison"]
    assert data["differences"][0]["why"]["parts"][0]["group"]
    assert {name: len(rows) for name, rows in data["tables"].items()} == {
        table.name: len(table.rows) for table in found.tables
    }


def test_bars_below_and_across_zero() -> None:
    assert pieces(Bar("up", 10, 30)) == (10, 0, 20, 0, 0, 0)
    assert pieces(Bar("down", 30, 10)) == (10, 0, 0, 20, 0, 0)
    assert pieces(Bar("across", 20, -5)) == (0, 0, 0, 20, 0, -5)
    assert pieces(Bar("below", -5, -30)) == (-5, 0, 0, 0, 0, -25)
    assert pieces(Bar("back", -30, 10)) == (0, 0, 10, 0, -30, 0)
    assert pieces(Bar("total", 0, -20, is_total=True)) == (0, -20, 0, 0, 0, 0)


def test_small_steps_between_large_totals_can_be_seen() -> None:
    bars = [Bar("a", 0, 1_000_000, is_total=True), Bar("x", 1_000_000, 990_000)]
    bars.append(Bar("b", 0, 990_000, is_total=True))
    assert axis_start(bars) == 980_000
    assert axis_start([Bar("a", 0, 10, is_total=True), Bar("x", 10, 2)]) is None
    assert axis_start([Bar("a", 0, -10, is_total=True)]) is None
    assert axis_start([]) is None


def test_titles_of_sheets() -> None:
    taken: set[str] = set()
    wanted = ["a/b:c", "A_B_C", "history", "x" * 40, "x" * 40, "'quoted'", "", " "]
    found = [sheet_title(title, taken) for title in wanted]
    assert found[:3] == ["a_b_c", "A_B_C (2)", "history (2)"]
    assert found[4] == "x" * 27 + " (2)"
    assert found[5:] == ["_quoted_", "Sheet", "Sheet (2)"]
    assert all(len(title) <= 31 for title in found)


def test_cells_that_a_workbook_cannot_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    cells: tuple[Cell, ...] = ("\x00\x1b[1m\ud800\uffff_x0041_", "x" * 40_000, float("nan"), 1e300)
    table = Table("t", ("name", "words", "a", "b"), (cells, ("", "=1", None, -0.0)))
    sheet = opened(workbook(Book("=t", [Sheet("t", table)], ["=1+1"])))["t"]
    first = [cell.value for cell in sheet[2]]
    assert first[0].endswith("_x0041_") or "x0041" in first[0]
    assert len(first[1]) == 32_767
    assert first[2:] == [None, 1e300]
    assert [cell.value for cell in sheet[3]] == [None, "=1", None, 0]
    assert sheet["B3"].data_type == "s"
    monkeypatch.setattr(books, "MOST_ROWS", 1)
    with pytest.raises(UsageError, match="t does not fit into Excel: 2 rows"):
        workbook(Book("t", [Sheet("t", table)]))


def test_a_waterfall_of_a_comparison_ends_where_the_second_plan_is(comparison: Comparison) -> None:
    (one,) = comparison.differences
    chart: Waterfall = waterfall_of(one)
    first, *steps, last = chart.bars
    assert first.end == pytest.approx(one.a.plan.objective, abs=0.005)
    assert last.end == pytest.approx(one.b.plan.objective, abs=0.005)
    level = first.end
    for step in steps:
        assert step.start == pytest.approx(level)
        level = step.end
    assert level == pytest.approx(last.end)
