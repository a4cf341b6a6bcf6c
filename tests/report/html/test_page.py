"""report.html as text: complete, strict, and nobody's instructions."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from channelopt.errors import UsageError
from channelopt.plan.markup import visible
from channelopt.report.document import Chart, Document, Figures, Grid, Section, Value
from channelopt.report.drawing import theme
from channelopt.report.html import html
from channelopt.report.html.formulas import mathml
from channelopt.report.html.markup import as_style_string, raw, shown
from channelopt.report.html.words import MOST_ROWS
from tests.report.html.documents import HOSTILE, document, grid, hostile, svg
from tests.report.html.reading import Element, read

OWN_TAGS = {
    "a", "bdi", "body", "button", "caption", "code", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "footer", "h1", "h2", "h3", "head", "header", "html", "input",
    "label", "li", "main", "meta", "nav", "p", "pre", "script", "section", "span", "strong",
    "style", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul",
    "svg", "rect", "text",
    "math", "mrow", "mi", "mo", "mn", "mtext", "msub", "msup", "msubsup", "mfrac", "mspace",
}  # fmt: skip


def spaced(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def hostile_page() -> Element:
    return read(html(hostile(), svg))


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_titles_are_text_wherever_they_stand(title: str, hostile_page: Element) -> None:
    said = spaced(visible(title))
    for tag in ("h2", "h3", "p", "li", "dt", "dd", "th", "td", "caption", "code"):
        texts = [spaced(element.text()) for element in hostile_page.all(tag)]
        assert said in texts or any(said in text for text in texts), tag
    labels = [spaced(e.attributes.get("aria-label", "")) for e in hostile_page.all("div")]
    assert said in labels


def test_hostile_titles_make_no_elements_and_no_attributes(hostile_page: Element) -> None:
    elements = hostile_page.all()
    assert {element.tag for element in elements} <= OWN_TAGS
    assert len(hostile_page.all("script")) == len(read(html(document(), svg)).all("script"))
    for element in elements:
        assert not [name for name in element.attributes if name.startswith("on")]
        assert "style" not in element.attributes
        assert "src" not in element.attributes
        assert element.attributes.get("href", "#").startswith("#")
    text = hostile_page.all("main")[0].text()
    assert "49" not in re.findall(r"\w+", text)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x07\x1b]", text)


def test_right_to_left_text_keeps_to_itself(hostile_page: Element) -> None:
    arabic = HOSTILE[6]
    assert {element.text() for element in hostile_page.all("bdi")} == {arabic}
    assert shown("Segment مرحبا 2") == "Segment <bdi>مرحبا</bdi> 2"
    assert shown("שלום <b>") == "<bdi>שלום</bdi> &lt;b&gt;"
    assert shown("Größe 5 €") == "Größe 5 €"


def test_policy_allows_exactly_the_scripts_and_styles_of_the_page() -> None:
    page = html(document(), svg)
    tree = read(page)
    content = tree.all("meta")[1].attributes["content"]
    rules = dict(rule.split(" ", 1) for rule in content.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "unsafe" not in content
    assert "http" not in content
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digests = [hashlib.sha256(text.encode()).digest() for text in inside]
        hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
        assert rules[rule].split() == hashes
        assert len(inside) == len(tree.all(tag))


def _values(contents: Document) -> Iterator[Value]:
    for section in contents.sections:
        for block in section.blocks:
            table = block.table if isinstance(block, Chart) else block
            if isinstance(table, Grid):
                cells = [cell for row in (*table.rows, table.foot) for cell in row]
                yield from (cell for cell in cells if isinstance(cell, Value))
            if isinstance(block, Figures):
                yield from (item.value for item in block.items)


def test_every_number_of_the_document_is_in_the_page_as_it_is_shown() -> None:
    contents = document()
    tree = read(html(contents, svg))
    cells = Counter(element.text().replace("\u00a0%", " %") for element in tree.all("td", "dd"))
    wanted = Counter(value.text for value in _values(contents))
    assert wanted - cells == Counter()
    assert sum(wanted.values()) > 40


def test_numbers_of_cells_are_there_to_sort_by() -> None:
    tree = read(html(document(), svg))
    table = next(t for t in tree.all("table") if "Segment 12" in t.text())
    orders = [row.all("td")[0].attributes["data-order"] for row in table.all("tbody")[0].all("tr")]
    assert orders[:5] == ["1200", "-35.5", "", "0", "98765.432"]
    assert raw("text") == raw(Value("–", None)) == ""
    assert raw(Value("33 %", 1 / 3)) == "0.333333333333"


def test_ids_are_unique_and_every_link_leads_somewhere(hostile_page: Element) -> None:
    for tree in (hostile_page, read(html(document(), svg))):
        ids = [e.attributes["id"] for e in tree.all() if "id" in e.attributes]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in ids)
        links = [e.attributes["href"] for e in tree.all("a")]
        assert {link.removeprefix("#") for link in links} <= set(ids)
        named = [e.attributes["aria-labelledby"] for e in tree.all("section")]
        assert set(named) <= set(ids)
        headings = [int(e.tag[1]) for e in tree.all("h1", "h2", "h3")]
        assert headings[0] == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(headings))


def test_equal_documents_give_equal_pages() -> None:
    assert html(document(), svg) == html(document(), svg)


def test_a_long_table_says_how_many_rows_are_elsewhere() -> None:
    def page_of(table: Grid) -> Element:
        return read(html(Document("T", (Section("S", (table,)),)), svg))

    long = page_of(grid(MOST_ROWS + 1234))
    assert len(long.all("tbody")[0].all("tr")) == MOST_ROWS
    lines = [e.text() for e in long.all("p") if e.attributes.get("class") == "rest"]
    assert lines == ["1,234 more rows are in segments.csv."]
    nameless = page_of(replace(grid(MOST_ROWS + 1), source=""))
    assert "1 more row is not shown." in nameless.text()
    assert "more row" not in page_of(grid(MOST_ROWS)).text()
    assert page_of(grid(21)).all("input")
    assert not page_of(grid(20)).all("input")


def test_tables_have_real_headers_caption_source_and_foot() -> None:
    table = read(html(Document("T", (Section("S", (grid(3),)),)), svg))
    assert [e.attributes["scope"] for e in table.all("th")] == ["col"] * 3 + ["row"] * 4
    assert [e.text() for e in table.all("caption")] == ["Cost of the segments"]
    foot = [e.text().replace("\u00a0%", " %") for e in table.all("tfoot")[0].all("th", "td")]
    assert foot == [
        "All",
        "1,234.50",
        "100.0 %",
    ]
    assert "Source: segments.csv" in [e.text() for e in table.all("p")]


def test_language_and_direction_are_those_of_the_document() -> None:
    page = read(html(document(locale="en_GB"), svg)).all("html")[0]
    assert (page.attributes["lang"], page.attributes["dir"]) == ("en-GB", "ltr")
    with pytest.raises(UsageError, match="xx"):
        html(document(locale="xx"), svg)


def test_every_colour_of_pictures_has_its_dark_counterpart_in_the_page() -> None:
    style = read(html(document(), svg)).all("style")[0].text()
    for light, dark in theme.DARK.items():
        for name in ("fill", "stroke"):
            rule = f'.picture [{name}="{light}"] {{ {name}: {dark} }}'
            assert style.count(rule) == 2


def test_formulas_are_mathml_and_their_text_stays_text() -> None:
    formula = mathml(r"\sum_{s} x_{s} \le K")
    assert formula is not None
    assert "∑" in formula
    assert "≤" in formula
    words = mathml(r"\mathit{give\_up}_{s,t} \, \mathrm{cap} + xy")
    assert words is not None
    assert re.findall(r"<mi[^>]*>([^<]+)", words) == ["give_up", "s", "t", "cap", "x", "y"]
    sneaky = mathml(r"\text{<script>alert(1)</script>} \href{http://a.b}{x} < 5")
    assert sneaky is None or "<script" not in sneaky
    assert sneaky is None or "href=" not in sneaky
    assert mathml(r"\begin{matrix}") is None
    page = read(html(document(), svg))
    assert len(page.all("math")) >= 1


def test_the_closing_line_cannot_leave_its_string() -> None:
    text = as_style_string('"; } body { display: none } </style>\n')
    assert re.fullmatch(r'"(\\[0-9a-f]{6})*"', text)
    assert bytes.fromhex(text[2:8].zfill(8)).decode("utf-32-be") == '"'
