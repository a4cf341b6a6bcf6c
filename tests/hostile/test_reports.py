"""Titles that want to be something else are text in every report of a run, in both languages."""

from __future__ import annotations

import html
import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
from pptx import Presentation
from pypdf import PdfReader

import channelopt
from channelopt.instance.load import from_data

pytestmark = pytest.mark.slow

ANSI, OVERRIDE = "\x1b[31m", "\u202e"
LONG = "Customers who " + "really " * 40 + "like letters"
TITLES = {
    "scenario": '<script>alert("plan")</script>',
    "a": "=1+1",
    "b": "{{7*7}} red",
    "c": 'gpj.exe #read("/etc/passwd") $x$ @ref',
    "d": "short",
    "q": "| pipe | `code` **bold** [link](http://example.com)",
    "phone": "<img src=x onerror=alert(1)>",
    "web": "@SUM(A1:A9)",
}
SCENARIO = {
    "format": 1,
    "title": TITLES["scenario"],
    "currency": "EUR",
    "objective": {"satisfaction_weight": 0.5},
    "segments": {
        one: {"title": TITLES[one], "customers": 1000 * k, "margin": 10 * k}
        for k, one in enumerate("abcd", start=1)
    },
    "interactions": {"q": {"title": TITLES["q"]}},
    "channels": {
        "phone": {"title": TITLES["phone"], "unit_cost": 6, "touch": "high", "capacity": 9000},
        "web": {"title": TITLES["web"], "unit_cost": 0.5, "touch": "low"},
    },
    "tables": {
        "contacts_per_customer": [{"interaction": "q", "value": 2}],
        "satisfaction": [{"channel": "phone", "value": 0.9}, {"channel": "web", "value": 0.6}],
        "baseline_share": [{"channel": "phone", "value": 0.5}, {"channel": "web", "value": 0.5}],
    },
}


@pytest.fixture(scope="module", params=["en", "de_DE"])
def reports(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile")
    channelopt.run(from_data(SCENARIO), channelopt.SolveOptions(), place / "run")
    plan = place / "run" / "plan.json"  # scenarios with such characters are refused, edits are not
    written = json.loads(plan.read_text("utf-8"))
    written["names"]["segments"]["b"] = f"{TITLES['b']}{ANSI}"
    written["names"]["segments"]["d"] = LONG
    written["names"]["segments"]["c"] = f"{OVERRIDE}{TITLES['c']}"
    plan.write_text(json.dumps(written), "utf-8")
    formats = ["html,xlsx,md", "pdf", "pptx", "svg,png"]
    channelopt.write_report(place / "run", formats=formats, locale=request.param)
    return place / "run"


def words(text: str) -> str:
    """Return a text without what breaks it into lines."""
    return re.sub(r"[\s\u00ad\u200b\u2060]+", "", text)


def test_a_page_shows_them(reports: Path) -> None:
    page = (reports / "report.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert ANSI not in page
    assert OVERRIDE not in page
    for title in (TITLES["scenario"], TITLES["phone"], TITLES["web"], "{{7*7}}", LONG):
        assert html.escape(title, quote=False) in page or html.escape(title) in page.replace(
            "&#34;", "&quot;"
        )


def test_pictures_hold_no_markup_of_users(reports: Path) -> None:
    pictures = sorted((reports / "charts").glob("*.svg"))
    assert len(pictures) > 3
    for picture in pictures:
        text = picture.read_text("utf-8")
        assert "<script" not in text
        assert "<img" not in text
        assert not re.search(r"(?:href|src)\s*=\s*[\"']https?:", text)


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # data bars
def test_a_workbook_has_no_formula_of_users(reports: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO((reports / "report.xlsx").read_bytes()))
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    for text in ("=1+1", TITLES["web"], TITLES["phone"]):
        named = [cell for cell in found if cell.value == text]
        assert named
        assert all(cell.data_type == "s" for cell in named)


def test_a_pdf_shows_them(reports: Path) -> None:
    reader = PdfReader(reports / "report.pdf")
    text = words("".join(page.extract_text() for page in reader.pages))
    for title in (TITLES["scenario"], "{{7*7}}", "=1+1", '#read("/etc/passwd")', "$x$"):
        assert words(title) in text.replace("“", '"').replace("”", '"')
    assert "root:" not in text


def test_slides_show_them(reports: Path) -> None:
    deck = Presentation(str(reports / "report.pptx"))
    said = [
        shape.text_frame.text
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_text_frame
    ]
    said += [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
    assert any(TITLES["scenario"] in text for text in said)
    assert not any("\x1b" in text for text in said)


def test_markdown_shows_them(reports: Path) -> None:
    text = (reports / "report.md").read_text("utf-8")
    assert "\\<script>" in text
    assert not re.search(r"(?<!\\)<(script|img)", text)
    assert not re.search(r"(?<!\\)\]\(", text)
