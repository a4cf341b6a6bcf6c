"""Reports as PDF, read again by a library that does not know how they were made."""

from __future__ import annotations

import importlib.util
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from channelopt.errors import UsageError
from channelopt.plan.markup import visible
from channelopt.report import pdf, values
from channelopt.report.document import (
    Bullets,
    Chart,
    Column,
    Document,
    Formula,
    Formulas,
    Grid,
    Paragraph,
    Section,
)
from channelopt.report.pdf_data import size_of
from channelopt.report.pdf_formulas import drawn
from channelopt.report.speech import languages, speaking
from tests.report.html import documents

MARKUP = (
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.0": canvas',
    "$x^2$",
    "@ref <label>",
    "= no heading",
    "*bold* _italic_ `raw` \\ #emoji.face",
    "#panic()",
    "// no comment /* none */",
    "https://example.org",
)
"""What Typst would take for markup, if it were not data."""


@pytest.fixture(scope="module")
def made() -> bytes:
    return pdf.pdf(documents.document(), documents.svg)


@pytest.fixture(scope="module")
def read(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


@pytest.fixture(scope="module")
def pages(read: PdfReader) -> list[str]:
    return [squeezed(page.extract_text()) for page in read.pages]


@pytest.fixture(scope="module")
def text(pages: list[str]) -> str:
    return "".join(pages)


def squeezed(text: str) -> str:
    """Return a text without blanks, which line breaks add and take away."""
    return re.sub(r"[\s\u200b\u00ad\u200c\u200d]|(?<=\w)-\n", "", text)


def text_of(reader: PdfReader) -> str:
    return squeezed("\n".join(page.extract_text() for page in reader.pages))


def test_every_section_is_there_and_in_the_bookmarks(read: PdfReader, text: str) -> None:
    titles = [section.title for section in documents.document().sections]
    assert [entry.title for entry in read.outline] == [*titles, "The numbers of the charts"]
    for title in titles:
        assert squeezed(title) in text


def test_every_number_of_the_document_is_there(text: str) -> None:
    for section in documents.document().sections:
        for block in section.blocks:
            if isinstance(block, Grid):
                for row in (*block.rows, block.foot):
                    assert squeezed("".join(map(str, row))) in text
    assert "EUR1.20million" in text
    assert "Today:EUR1.00million" in text


def test_page_one_is_the_decision(pages: list[str]) -> None:
    first = pages[0]
    assert "Servebyweb." in first
    assert "EUR1.20million" in first
    assert "Whattakeswhat." not in first


def test_title_and_closing_stand_on_every_page(pages: list[str]) -> None:
    assert 2 <= len(pages) <= 6
    for number, page in enumerate(pages, start=1):
        assert "Bank:service2027" in page
        assert squeezed("channelopt 0.1.0 · proven") in page
        assert f"Page{number}of{len(pages)}" in page


def test_metadata_says_title_and_language_and_no_date(read: PdfReader) -> None:
    about = read.metadata
    assert about is not None
    assert about.title == "Bank: service 2027"
    assert "/CreationDate" not in about
    assert read.root_object["/Lang"] in {"en", "en-GB"}
    assert read.root_object["/MarkInfo"]["/Marked"]  # type: ignore[index]


def test_it_keeps_the_standard_for_everybody(made: bytes) -> None:
    assert b"pdfuaid:part" in made
    assert b"pdfaid:part" not in made


def structure(entry: object) -> Iterator[dict[str, object]]:
    """Yield every element of the tree of tags."""
    found = entry.get_object() if isinstance(entry, IndirectObject) else entry
    if isinstance(found, list):
        for part in found:
            yield from structure(part)
    elif isinstance(found, dict):
        yield found
        yield from structure(found.get("/K"))


def test_pictures_have_alternative_texts_and_tables_have_heads(read: PdfReader) -> None:
    tags = list(structure(read.root_object["/StructTreeRoot"]))
    alternatives = {str(tag["/Alt"]) for tag in tags if "/Alt" in tag}
    wanted = {chart.alt for chart in documents.document().charts()}
    assert wanted <= alternatives
    assert any(r"\sum_s" in text for text in alternatives)
    assert sum(tag.get("/S") == "/TH" for tag in tags) >= 9


def test_a_formula_that_nobody_can_read_is_shown_as_it_is(text: str) -> None:
    assert r"\frac{1}" in text


def test_fences_that_the_library_draws_too_tall_keep_their_size() -> None:
    inner = (
        r"\sum_c \mathit{satisfaction}_{s,i,c,t} \, e_{s,i,c,t} - \mathit{give\_up} \, x_{s,i,t}"
    )
    svg = drawn(rf"Q_{{s,t}} = \sum_i \mathit{{importance}}_i \left( {inner} \right)")
    assert svg
    assert size_of(svg, 481.0)["height"] < 60


def test_equal_documents_give_equal_bytes(made: bytes) -> None:
    assert pdf.pdf(documents.document(), documents.svg) == made


def test_a_date_is_there_only_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1798761600")
    made = pdf.pdf(documents.document(), documents.svg)
    assert b"pdfaid:part" in made  # the standard for archives wants a date
    reader = PdfReader(io.BytesIO(made))
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"]).startswith("D:20270101")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "tomorrow")
    reader = PdfReader(io.BytesIO(pdf.pdf(documents.document(), documents.svg)))
    assert reader.metadata is not None
    assert "/CreationDate" not in reader.metadata


def test_texts_are_never_markup() -> None:
    blocks = (Bullets(MARKUP), Paragraph(" ".join(MARKUP)), *_tables_of(MARKUP))
    document = Document(MARKUP[0], (Section(MARKUP[1], blocks),), MARKUP[2], MARKUP[3])
    reader = PdfReader(io.BytesIO(pdf.pdf(document, documents.svg)))
    text = text_of(reader)
    assert all(squeezed(one) in text for one in MARKUP)
    assert "root:x:" not in text
    assert reader.metadata is not None
    assert reader.metadata.title == MARKUP[0]


def _tables_of(texts: tuple[str, ...]) -> Iterator[Grid]:
    for text in texts:
        yield Grid((Column(text, "left"), Column(text)), ((text, text),), text, text, (text, text))


def test_hostile_texts_are_texts() -> None:
    sections = tuple(
        Section(one, (Paragraph(f"said: {one}"), Grid((Column(one),), ((one,),), one)))
        for one in documents.HOSTILE
    )
    title, subtitle = documents.HOSTILE[9], documents.HOSTILE[0]
    made = pdf.pdf(Document(title, sections, subtitle, subtitle), documents.svg)
    text = text_of(PdfReader(io.BytesIO(made)))
    for one in documents.HOSTILE:
        shown = squeezed(visible(one))
        assert f"said:{shown}" in text or "مرحبا" in shown  # written from right to left
        assert text.count(shown) > 3 or "مرحبا" in shown
    assert "\x1b" not in text


@pytest.mark.slow
def test_hostile_texts_in_every_block_do_not_break_the_pages() -> None:
    made = pdf.pdf(documents.hostile(), documents.svg)
    assert b"pdfuaid:part" in made
    reader = PdfReader(io.BytesIO(made))
    assert len(reader.pages) < 40
    text = text_of(reader)
    assert all(squeezed(visible(one)) in text for one in documents.HOSTILE[:6])


def test_characters_without_a_letter_do_not_stop_a_report() -> None:
    sections = (Section("電話 😀 \ue000", (Paragraph("客服 \U0001f600 works"),)),)
    made = pdf.pdf(Document("銀行", sections), documents.svg)
    assert "works" in text_of(PdfReader(io.BytesIO(made)))


@pytest.mark.parametrize(
    ("rows", "shown", "said"),
    [(40, 40, ""), (41, 15, "26 more rows are in"), (90, 15, "75 more rows are in")],
)
def test_tables_of_more_than_forty_rows_say_where_the_rest_is(
    rows: int, shown: int, said: str
) -> None:
    cells = tuple((f"row {k}.", values.count(k)) for k in range(rows))
    grid = Grid((Column("A", "left"), Column("B")), cells, source="segments.csv")
    made = pdf.pdf(Document("Long", (Section("Rows", (grid,)),)), documents.svg)
    text = text_of(PdfReader(io.BytesIO(made)))
    assert f"row{shown - 1}." in text
    assert f"row{shown}." not in text
    assert f"{squeezed(said)}segments.csv" in text
    assert ("morerow" in text) == bool(said)


def test_a_long_table_without_a_file_shows_forty_rows() -> None:
    cells = tuple((f"row {k}.", values.count(k)) for k in range(50))
    grid = Grid((Column("A", "left"), Column("B")), cells)
    made = pdf.pdf(Document("Long", (Section("Rows", (grid,)),)), documents.svg)
    text = text_of(PdfReader(io.BytesIO(made)))
    assert "row39." in text
    assert "10morerows" in text


def test_names_that_may_break_are_found_as_they_are_written() -> None:
    name = "digital_cap_affluent_customers"
    columns = tuple(Column(f"Head {k}", "left") for k in range(6))
    grid = Grid(columns, ((name, *("some words more",) * 5),), title=f"Of {name}")
    sections = (Section("Rules", (grid, Paragraph(f"Policy {name} a/b."))),)
    made = pdf.pdf(Document("Names", sections), documents.svg)
    read = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    assert not re.search("[\u200b-\u200d\u00ad]", read)
    assert f"Of {name}" in read
    assert f"Policy {name} a/b." in read


def test_wide_tables_of_a_section_share_a_page_at_its_end() -> None:
    columns = tuple(Column(f"Column{k}") for k in range(16))
    wide = Grid(columns, ((*map(values.count, range(1_000_000, 1_000_016)),),))
    narrow = Grid((Column("A", "left"),), (("Narrow",),))
    sections = (Section("Tables", (wide, narrow, wide, Paragraph("Last words."))),)
    made = pdf.pdf(Document("Wide", sections), documents.svg)
    first, *others = (page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    assert "Narrow" in first
    assert "Last words." in first
    assert [page.count("Column7") for page in others] == [2]


def test_heads_of_tables_are_repeated_on_the_next_page() -> None:
    filler = Bullets(tuple(f"line {k}" for k in range(30)))
    cells = tuple((f"row {k}.", values.count(k)) for k in range(40))
    grid = Grid((Column("Unmistakable", "left"), Column("B")), cells)
    made = pdf.pdf(Document("Long", (Section("Rows", (filler, grid)),)), documents.svg)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    with_rows = [page for page in pages if "row" in page]
    assert len(with_rows) > 1
    assert all("Unmistakable" in page for page in with_rows)


def test_wide_tables_turn_the_page() -> None:
    columns = (Column("Segment", "left"), *(Column(f"Period {k}") for k in range(16)))
    row = ("Families", *(values.money(123456.0 * k) for k in range(16)))
    made = pdf.pdf(Document("W", (Section("Wide", (Grid(columns, (row,)),)),)), documents.svg)
    reader = PdfReader(io.BytesIO(made))
    turned = [page for page in reader.pages if page.mediabox.width > page.mediabox.height]
    assert len(turned) == 1
    assert all(str(cell) in turned[0].extract_text() for cell in row)


def test_a_chart_that_cannot_be_drawn_leaves_its_numbers() -> None:
    (chart, *_) = documents.document().charts()
    made = pdf.pdf(Document("C", (Section("S", (chart,)),)), lambda _chart: "")
    assert "Phone3" in text_of(PdfReader(io.BytesIO(made)))


def test_charts_are_drawn_once() -> None:
    asked: list[Chart] = []

    def svg(chart: Chart) -> str:
        asked.append(chart)
        return documents.svg(chart)

    pdf.pdf(documents.document(), svg)
    assert asked == list(documents.document().charts())


def test_a_document_with_nothing_in_it() -> None:
    reader = PdfReader(io.BytesIO(pdf.pdf(Document("", ()), documents.svg)))
    assert len(reader.pages) == 1


def test_without_typst_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"pip install 'channelopt\[pdf\]'"):
        pdf.pdf(documents.document(), documents.svg)


def test_without_ziamath_formulas_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ziamath" else find(name)
    )
    formulas = Formulas((Formula("Capacity", "no more", r"\sum_s x"),))
    made = pdf.pdf(Document("F", (Section("M", (formulas,)),)), documents.svg)
    assert r"\sum_sx" in text_of(PdfReader(io.BytesIO(made)))


def test_pictures_cannot_reach_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text(documents.svg(documents.chart()), encoding="utf-8")

    def svg(chart: Chart) -> str:
        return documents.svg(chart).replace("</svg>", f'<image href="{secret}" width="9"/></svg>')

    with pytest.raises(RuntimeError, match="failed to load linked image"):
        pdf.pdf(documents.document(), svg)


@pytest.mark.slow
def test_german() -> None:
    if "de" not in languages():
        pytest.skip("no German texts yet")
    with speaking("de_DE"):
        document = documents.document(locale="de_DE")
        reader = PdfReader(io.BytesIO(pdf.pdf(document, documents.svg)))
    assert reader.root_object["/Lang"] == "de-DE"
    assert "Page1of" not in text_of(reader)


@pytest.mark.slow
def test_a_large_report_takes_seconds(record_property: Callable[[str, object], None]) -> None:
    import time

    start = time.perf_counter()
    made = pdf.pdf(documents.large(), documents.svg)
    taken = time.perf_counter() - start
    record_property("seconds", taken)
    assert taken < 10
    assert len(made) < 5_000_000
