"""The pages of the workbook: numbers as in the files, text as text, made to be read and printed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from openpyxl.utils.escape import unescape

from channelopt.plan.columns import COLUMNS
from channelopt.plan.plan import Plan
from channelopt.plan.table import Table, neutral
from channelopt.report.book.book import workbook_of
from channelopt.report.book.tables import names_by_column
from channelopt.report.book.titles import ANALYSES, PLAN, titled
from channelopt.report.evidence import Evidence
from channelopt.report.speech import _, languages, speaking
from channelopt.report.workbook import Exact
from tests.report.book.plans import HEAD, full_plan, opened, read, records
from tests.report.hand_made import full_plan as without_scenario

HOSTILE = (
    "=1+1",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "\u202eright to left",
    "x" * 300,
    "\x1b[31mred",
    "+cmd|' /C calc'!A0",
    "Tom & Jerry's [shop]: a/b",
)
PAGES = {
    "allocation": "Allocation",
    "channels": "Channels",
    "segments": "Segments",
    "staff": "Staff",
    "hours": "Hours",
    "service_levels": "Service levels",
    "upgrades": "Upgrades",
    "returns": "Worth of upgrades",
    "metrics": "Metrics",
    "outages": "Outages",
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return full_plan()


@pytest.fixture(scope="module")
def book(plan: Plan) -> Any:
    return opened(plan, values=True)


@pytest.mark.parametrize(("name", "title"), PAGES.items())
def test_every_number_is_that_of_the_file(plan, book, name, title) -> None:
    table = plan.table(name)
    rows = records(book[title])
    assert len(rows) == len(table.rows) > 0
    known = names_by_column(plan.names)
    for written, record in zip(rows, table.records(), strict=True):
        found = list(written.values())
        for column, cell in record.items():
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                assert neutral(cell) in found
            elif column in known and cell:
                assert known[column].get(cell, cell) in found
                assert cell in found


def test_numbers_keep_every_digit() -> None:
    number = 4177.545691906005
    assert f"{Exact(number):.16G}" == repr(number)


def test_the_numbers_stand_in_the_columns_of_their_title(plan, book) -> None:
    by_title = {column: titled(column)[0] for column in plan.table("segments").columns}
    for written, record in zip(
        records(book["Segments"]), plan.table("segments").records(), strict=True
    ):
        for column in ("satisfaction", "share_high", "customers"):
            assert written[by_title[column]] == record[column]
        assert written["Profit, EUR"] == record["profit"]


def test_columns_of_all_tables_have_a_title() -> None:
    known = {*PLAN, *ANALYSES}
    assert {column for columns in COLUMNS.values() for column in columns} <= known


def test_no_text_is_a_formula_whatever_it_begins_with(plan) -> None:
    names = plan.names
    titles = dict(zip(names.channels, HOSTILE, strict=False))
    segments = dict(zip(names.segments, HOSTILE[3:], strict=False))
    hostile = replace(names, scenario=HOSTILE[4], channels=titles, segments=segments)
    shown = opened(plan.with_(names=hostile))
    texts = {
        unescape(cell.value)
        for sheet in shown
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "s"
    }
    assert {*titles.values(), *segments.values()} <= texts
    for sheet in shown:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    text = getattr(cell.value, "text", cell.value)
                    assert not any(title in text for title in (*titles.values(),))


@pytest.mark.parametrize("title", [HOSTILE[5], HOSTILE[6], "2027 & " * 40])
def test_a_hostile_title_of_the_scenario_breaks_no_file(plan, title) -> None:
    hostile = plan.with_(names=replace(plan.names, scenario=title))
    shown = opened(hostile)
    assert unescape(shown["Summary"]["A1"].value) == title
    for sheet in shown:
        assert len(sheet.oddHeader.left.text or "") <= 255


def test_every_page_is_made_to_be_read_and_printed(book) -> None:
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)  # one page wide is what is usual
        assert sheet.page_setup.fitToHeight == 0 or sheet._charts  # charts are not cut
        assert sheet.print_area
        assert "&P" in sheet.oddFooter.right.text or "[Page]" in sheet.oddFooter.right.text
    for title in (*PAGES.values(), "Inputs", "Recalc. contacts", "Recalc. channels"):
        sheet = book[title]
        assert sheet.freeze_panes.endswith(str(HEAD + 1))
        assert sheet.auto_filter.ref.startswith(f"A{HEAD}:")
        assert sheet.print_title_rows == f"${HEAD}:${HEAD}"


def test_charts_and_colours_are_there(plan) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook_of(Evidence(plan)))) as parts:
        charts = [name for name in parts.namelist() if name.startswith("xl/charts/chart")]
        sheets = [parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
    assert len(charts) == 4  # mix, use, staff, money; nothing is known of today's money
    assert any(b"dataBar" in sheet for sheet in sheets)
    assert any(b"colorScale" in sheet for sheet in sheets)


def test_the_first_page_leads_to_all_others(book) -> None:
    links = [cell.hyperlink.location for row in book["Summary"].iter_rows() for cell in row
             if cell.hyperlink]  # fmt: skip
    assert links == [f"'{title}'!A1" for title in book.sheetnames[1:]]


def test_equal_evidence_gives_equal_bytes(plan) -> None:
    assert workbook_of(Evidence(plan)) == workbook_of(Evidence(full_plan()))


def test_german(plan) -> None:
    if "de" not in languages():
        pytest.skip("there is no German yet")
    with speaking("de_DE"):
        titles = [_("Summary"), _("Allocation"), _("Segments"), _("Money"), _("Recalculation")]
        header = _("First contacts")
        book = opened(plan, values=True)
    assert "Allocation" not in titles
    assert set(titles) <= {*book.sheetnames}
    assert header in [cell.value for cell in book[titles[1]][HEAD]]


def test_without_a_scenario_nothing_is_recomputed() -> None:
    book = opened(without_scenario())
    assert not [name for name in book.sheetnames if name.startswith("Recalc")]
    texts = [row[0] for row in book["Summary"].iter_rows(values_only=True)]
    assert "This run does not keep its scenario, so nothing is recomputed here." in texts
    assert "Today against plan" in book.sheetnames


def test_without_a_plan_the_inputs_remain(plan) -> None:
    nothing = plan.with_(objective=None, status="infeasible", tables={}, money={}, kpis={})
    assert opened(nothing).sheetnames == ["Summary", "Inputs", "Input tables"]


def test_inputs_name_where_they_were_written(plan) -> None:
    sources = {"channels.phone.unit_cost": "scenario.yaml:12"}
    book = opened(plan.with_(manifest={**plan.manifest, "sources": sources}), values=True)
    rows = [row for row in records(book["Inputs"]) if row["Id"] == "phone"]
    (cost,) = [row for row in rows if row["Input"] == "unit_cost"]
    assert cost["Value"] == 5
    assert cost["Where it was written"] == "scenario.yaml:12"


def test_analyses_have_a_page_each(plan) -> None:
    columns = ("rank", "rule", "title", "change", "effect", "at_most", "known")
    rules = Table("rules", columns, ((1, "r", "=1+1", "drop", 12.5, None, "re-solved"),))
    new = Table("brand_new", ("channel", "strange"), (("phone", 0.25),))
    evidence = Evidence(plan, {"rules": rules, "brand_new": new, "factors": new})
    book = read(io.BytesIO(workbook_of(evidence)))
    (row,) = records(book["Price of rules"])
    assert row["Change of profit, EUR"] == 12.5
    assert row["In words"] == "=1+1"
    assert records(book["brand_new"]) == [
        {"Channel": "Phone", "Channel id": "phone", "strange": 0.25}
    ]
    assert "factors" not in book.sheetnames
