"""The gist of a sweep in words, its workbook and its Parquet file."""

from __future__ import annotations

import importlib.util
import io

import openpyxl
import pytest

from channelopt.analysis.sweeping.axes import VARIATION, crossed
from channelopt.analysis.sweeping.point import Axis
from channelopt.errors import UsageError
from channelopt.report import sweep as report
from tests.analysis.test_sweep_tables import LINE, solved, swept


def said(text: str) -> str:
    return text.replace("\\", "")


def test_the_gist_of_a_line() -> None:
    found = [solved(1, "infeasible"), solved(2, 1, 10), solved(3, 2, 14), solved(4, 2, 14)]
    assert report.gist(swept(LINE, found)) == (
        "4 points: 3 proven to be the best; 1 without any plan, which is proven.",
        "Best: point 3 (a.b = 3) with a profit of EUR 14.00.",
        "Least: point 2 (a.b = 2) with EUR 10.00.",
        "The plans have 2 structures (channels and upgrades); they change in 2 places.",
        "From a.b = 3 on, more of it does not change the profit.",
    )


def test_what_is_not_proven_is_said() -> None:
    found = [solved(1, 1, 10, bound=12), solved(2, "no_solution"), solved(3, "failed")]
    sweep = swept(LINE, found)
    gist = report.gist(sweep)
    assert gist[0] == (
        "4 points: 1 with a plan that is not proven to be the best; 1 without a plan in the time "
        "given; 1 whose solver or check failed; 1 not solved."
    )
    assert "which is not proven to be the best there" in gist[1]
    assert gist[2] == "3 other points are not proven and may be better."
    assert "## What is not proven\n\nPoints 1, 2, 3 and 4;" in report.summary(sweep)


def test_a_bound_tells_whether_a_point_may_be_better() -> None:
    found = [solved(1, 1, 10), solved(2, 1, 6, bound=9), solved(3, 1, 6, bound=11), solved(4, 1, 5)]
    assert "1 other point is not proven and may be better." in report.gist(swept(LINE, found))
    found[2] = solved(3, 1, 6, bound=10)
    assert "may be better" not in " ".join(report.gist(swept(LINE, found)))


def test_without_any_plan() -> None:
    sweep = swept(LINE, [solved(k, "infeasible") for k in (1, 2, 3, 4)])
    assert report.gist(sweep)[1:] == ("No point has a plan.",)
    assert report.book(sweep)


def test_changes_in_words() -> None:
    grid = crossed([Axis(VARIATION, (None, "strike")), Axis("a.b", (1, 2))])
    found = [solved(1, 1), solved(2, 2), solved(3, 2), solved(4, "infeasible")]
    text = said(report.summary(swept(grid, found)))
    assert (
        "- variation from base to strike (a.b=1): phone (2028) opens and bot (2028) is bought"
        in text
    )
    assert "- a.b from 1 to 2 (base): phone (2028) opens and bot (2028) is bought" in text
    assert "- a.b from 1 to 2 (strike): no plan is left" in text


def test_many_changes_are_counted() -> None:
    grid = crossed([Axis("a", tuple(range(40)))])
    sweep = swept(grid, [solved(k + 1, 1 + k % 2) for k in range(40)])
    text = report.summary(sweep)
    assert text.count(" opens ") + text.count(" closes ") == report.SHOWN
    assert "- and 27 more, see `changes.csv`" in text


def test_flat_lines_are_few() -> None:
    grid = crossed([Axis("b", tuple(range(6))), Axis("a", (1, 2, 3))])
    found = [solved(p.number, 1, 5 if p.values[1] > 1 else 1) for p in grid.points]
    gist = report.gist(swept(grid, found))
    assert gist[-2] == "From a = 2 on, more of it does not change the profit (b=2)."
    assert gist[-1] == "So on 3 more lines; see slopes.csv."


def test_text_of_users_is_no_markup() -> None:
    grid = crossed([Axis("title", ("<b>x</b>", "[a](http://x)", "| a | b |", "\u202ex"))])
    text = report.summary(swept(grid, [solved(k, k % 2) for k in (1, 2, 3, 4)]))
    for raw in ("<b>", "](http", "| a", "\u202e"):
        assert raw not in text.replace("\\<", "").replace("\\]", "").replace("\\|", "")


def test_a_workbook_has_numbers_text_and_a_chart() -> None:
    grid = crossed([Axis(VARIATION, (None, "dear")), Axis("a", (3, 1, 2))])
    sweep = swept(grid, [solved(k, 1, 10 + k) for k in range(1, 7)], steps=[("set", "title==1+1")])
    one, two = report.book(sweep), report.book(sweep)
    assert one == two
    book = openpyxl.load_workbook(io.BytesIO(one))
    assert book.sheetnames[:3] == ["Summary", "Profit", "sweep"]
    rows = list(book["Profit"].iter_rows(values_only=True))
    assert rows[0] == ("a", "base", "a", "dear")
    assert [row[:2] for row in rows[1:]] == [(1, 12), (2, 13), (3, 11)]
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert book["sweep"]["D2"].value == "optimal"


def test_no_chart_where_it_would_mislead() -> None:
    two_numbers = crossed([Axis("a", (1, 2)), Axis("b", (1, 2))])
    assert list(report.charts(swept(two_numbers, [solved(k, 1) for k in range(1, 5)]))) == []
    texts = crossed([Axis("a", ("x", "y"))])
    assert list(report.charts(swept(texts, [solved(1, 1)]))) == []
    assert list(report.charts(swept(LINE, []))) == []


def test_long_tables_are_left_out_of_the_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MOST_ROWS", 5)
    sweep = swept(LINE, [solved(k, 1, k) for k in (1, 2, 3, 4)])
    book = openpyxl.load_workbook(io.BytesIO(report.book(sweep)))
    assert "channels" not in book.sheetnames
    text = [row[0] for row in book["Summary"].iter_rows(values_only=True)]
    assert "Too long for this workbook: channels.csv, staff.csv." in text


def test_parquet_is_typed_and_always_the_same() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    grid = crossed([Axis("a", (1, 2.5)), Axis("b", ("null", True))])
    sweep = swept(grid, [solved(1, 1, 5), solved(2, "infeasible"), solved(3, 2, 7), solved(4, 1)])
    raw = report.parquet(sweep.tables[0])
    assert raw == report.parquet(sweep.tables[0])
    table = pq.read_table(io.BytesIO(raw))
    assert table.schema.field("a").type == pa.float64()
    assert table.schema.field("b").type == pa.string()
    assert table.schema.field("satisfaction").type == pa.float64()
    assert table.column("b").to_pylist() == ["null", "true", "null", "true"]
    assert table.column("profit").to_pylist() == [5, None, 7, 0]


def test_parquet_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'channelopt\[parquet\]'"):
        report.check_parquet()
