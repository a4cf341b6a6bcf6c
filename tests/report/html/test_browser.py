"""report.html in a real browser: silent, sortable, readable in every light, on phone and paper."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from channelopt.report import drawing
from channelopt.report.contents import document as contents_of
from channelopt.report.document import Document
from channelopt.report.drawing import theme
from channelopt.report.evidence import Evidence
from channelopt.report.html import html
from tests.report.hand_made import full_plan
from tests.report.html.documents import NUMBERS, document, hostile, large, svg
from tests.report.html.reading import read
from tests.report.tools import Opened, browser, opened

pytestmark = pytest.mark.slow

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


SORTED_IN = """(table) => new Promise((done) => {
  const begun = performance.now();
  const end = () => done(performance.now() - begun);
  const drawn = () => requestAnimationFrame(() => setTimeout(end));
  new MutationObserver(drawn).observe(table.tBodies[0], { childList: true });
  table.tHead.rows[0].cells[4].click();
})"""
"""Milliseconds from a click on the fifth header until the sorted rows are painted."""


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    with browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    documents: dict[str, Document] = {
        "all": document(),
        "hostile": hostile(),
    }
    run = contents_of(Evidence(full_plan()))
    (folder / "run.html").write_text(html(run, drawing.svg), "utf-8")
    for name, contents in documents.items():
        (folder / f"{name}.html").write_text(html(contents, svg), "utf-8")
    return folder


def is_silent(heard: Opened) -> None:
    assert heard.requests == [heard.page.url.split("#")[0]]
    assert not heard.console
    assert not heard.errors
    assert not heard.violations()


def rows_of(table: Locator, column: int) -> list[str]:
    cells = table.locator(f"tbody tr > :nth-child({column})")
    return [text.strip() for text in cells.all_text_contents()]


def overflow(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return width


def roll_through(page: Page) -> None:
    """Scroll to the end, so that whatever starts when it comes near has started."""
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    height = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, 700):
        page.evaluate(f"scrollTo(0, {top})")
        page.wait_for_timeout(15)


@pytest.mark.parametrize("name", ["all", "hostile", "run"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_opens_offline_and_asks_nobody(
    started: Browser, written: Path, name: str, width: int
) -> None:
    size = {"width": width, "height": 844}
    with opened(started, written / f"{name}.html", viewport=size) as heard:
        roll_through(heard.page)
        assert overflow(heard.page) <= 0
        is_silent(heard)


def test_tables_sort_by_number_with_blanks_last(started: Browser, written: Path) -> None:
    with opened(started, written / "all.html") as heard:
        table = heard.page.locator("section", has_text="What takes what.").locator("table").last
        table.scroll_into_view_if_needed()
        before = rows_of(table, 2)
        assert before[0] == "1,200.00"
        head = table.locator("thead th").nth(1)
        head.locator(".dt-column-order").wait_for()
        head.click()
        expect(head).to_have_attribute("aria-sort", "ascending")
        numbers = sorted(n for n in NUMBERS if n is not None)
        shown = rows_of(table, 2)
        assert shown[-2:] == ["–", "–"]
        assert [float(text.replace(",", "")) for text in shown[:-2]] == pytest.approx(
            numbers, abs=1
        )
        head.click()
        expect(head).to_have_attribute("aria-sort", "descending")
        assert rows_of(table, 2) == [*reversed(shown[:-2]), "–", "–"]
        head.click()
        expect(head).not_to_have_attribute("aria-sort", "descending")
        assert rows_of(table, 2) == before
        assert table.locator("tfoot th").text_content() == "All"
        is_silent(heard)


def test_tables_sort_by_share_and_by_words(started: Browser, written: Path) -> None:
    with opened(started, written / "all.html") as heard:
        table = heard.page.locator("section", has_text="What takes what.").locator("table").last
        table.scroll_into_view_if_needed()
        table.locator(".dt-column-order").first.wait_for()
        head = table.locator("thead th").nth(2)
        head.click()
        expect(head).to_have_attribute("aria-sort", "ascending")
        shares = [text for text in rows_of(table, 3) if text != "–"]
        assert shares == sorted(shares, key=lambda text: float(text.removesuffix("\u00a0%")))
        assert rows_of(table, 3)[-1] == "–"
        head = table.locator("thead th").first
        head.click()
        expect(head).to_have_attribute("aria-sort", "ascending")
        names = rows_of(table, 1)
        assert names[:2] == ["Segment 2", "Segment 3"]
        assert names[-3:] == ["Segment 13", "", ""]


def test_the_keyboard_sorts_and_says_what_it_does(started: Browser, written: Path) -> None:
    with opened(started, written / "all.html") as heard:
        table = heard.page.locator("section", has_text="What takes what.").locator("table").last
        table.scroll_into_view_if_needed()
        button = table.get_by_role("button", name="Cost, EUR: sort by this column")
        button.focus()
        outline = button.evaluate("e => getComputedStyle(e).outlineStyle")
        heard.page.keyboard.press("Enter")
        assert outline == "solid"
        expect(table.locator("thead th").nth(1)).to_have_attribute("aria-sort", "ascending")
        assert rows_of(table, 2)[0] == "-1,000,000"


def test_tables_filter_and_say_how_many_rows_fit(started: Browser, written: Path) -> None:
    with opened(started, written / "all.html") as heard:
        grid = heard.page.locator(".grid.long")
        grid.scroll_into_view_if_needed()
        grid.locator(".dt-column-order").first.wait_for()
        field = grid.get_by_label("Filter rows")
        field.fill('"segment 1"')
        expect(grid.get_by_role("status")).to_have_text("9 of 24 rows")
        assert rows_of(grid.locator("table"), 1) == [
            f"Segment {k}" for k in range(10, 20) if k != 15
        ]
        field.fill("")
        expect(grid.get_by_role("status")).to_have_text("")
        assert len(rows_of(grid.locator("table"), 1)) == 24


def test_the_dark_page_has_other_colours_and_other_pictures(
    started: Browser, written: Path
) -> None:
    colours = """() => ["body", "section", "h1", ".amount", "rect[id$=-bar]", "svg text"]
        .map((what) => { const e = document.querySelector(what); const s = getComputedStyle(e);
          return e.closest("svg") ? s.fill : [s.color, s.backgroundColor].join(); })"""
    with opened(started, written / "all.html", color_scheme="light") as heard:
        light = heard.page.evaluate(colours)
        button = heard.page.get_by_role("button", name="Dark colours")
        assert button.get_attribute("aria-pressed") == "false"
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        switched = heard.page.evaluate(colours)
        heard.page.reload()
        assert heard.page.evaluate(colours) == switched
        heard.page.emulate_media(media="print")
        assert heard.page.evaluate(colours)[4] == light[4]
        assert not heard.errors
    with opened(started, written / "all.html", color_scheme="dark") as heard:
        dark = heard.page.evaluate(colours)
        button = heard.page.get_by_role("button", name="Dark colours")
        assert button.get_attribute("aria-pressed") == "true"
        button.click()
        assert heard.page.evaluate(colours) == light
        is_silent(heard)
    assert dark == switched
    assert all(before != after for before, after in zip(light, dark, strict=True))


def test_the_switch_works_where_nothing_may_be_stored(started: Browser, written: Path) -> None:
    page = (written / "all.html").read_text("utf-8")
    with opened(started, written / "all.html") as heard:
        heard.page.add_init_script(
            "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})"
        )
        heard.page.reload()
        heard.page.get_by_role("button", name="Dark colours").click()
        assert heard.page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert not heard.errors
        assert "localStorage" in page


@pytest.mark.parametrize(
    ("name", "size", "scheme"),
    [
        ("all", DESK, "light"),
        ("all", DESK, "dark"),
        ("all", PHONE, "light"),
        ("all", PHONE, "dark"),
        ("hostile", PHONE, "dark"),
        ("run", DESK, "light"),
        ("run", PHONE, "dark"),
    ],
    ids=["desk", "desk dark", "phone", "phone dark", "hostile", "run", "run on phone dark"],
)
def test_axe_finds_nothing_serious(
    started: Browser, written: Path, name: str, size: dict[str, int], scheme: str
) -> None:
    path = written / f"{name}.html"
    with opened(started, path, viewport=size, color_scheme=scheme) as heard:
        if name != "run":
            heard.page.evaluate(
                "document.querySelectorAll('details').forEach((d) => d.open = true)"
            )
        roll_through(heard.page)
        rules = {"color-contrast": {"enabled": name == "all"}}  # takes long
        options = {"resultTypes": ["violations"], "rules": rules}
        found = Axe().run(heard.page, options=options).response["violations"]
        assert [
            (violation["id"], violation["nodes"][0]["html"][:300])
            for violation in found
            if violation["impact"] in {"serious", "critical"}
        ] == []


def test_paper_has_the_decision_on_page_one_and_the_closing_line_on_all(
    started: Browser, written: Path
) -> None:
    with opened(started, written / "all.html", color_scheme="dark") as heard:
        roll_through(heard.page)
        printed = PdfReader(io.BytesIO(heard.page.pdf(prefer_css_page_size=True)))
    texts = [page.extract_text() for page in printed.pages]
    assert len(texts) >= 3
    assert (float(printed.pages[0].mediabox.width), float(printed.pages[0].mediabox.height)) == (
        pytest.approx((595, 842), abs=1)
    )
    for said in ("Bank: service 2027", "Serve by web.", "EUR 1.20 million", "Profit by cause"):
        assert said in texts[0]
    assert "Use of the channels" not in texts[0]
    assert all("channelopt 0.1.0 · proven" in text for text in texts)
    assert not any("Dark colours" in text or "Filter rows" in text for text in texts)


def test_everything_can_be_read_without_scripts(started: Browser, written: Path) -> None:
    path = written / "all.html"
    with opened(started, path, java_script_enabled=False, viewport=PHONE) as heard:
        page = heard.page
        assert page.get_by_role("link", name="Limits").is_visible()
        assert page.get_by_role("cell", name="98,765").first.is_visible()
        assert not page.get_by_label("Filter rows").first.is_visible()
        assert not page.get_by_role("button", name="Dark colours").is_visible()


def test_a_large_report_is_small_enough_and_stays_quick(started: Browser, tmp_path: Path) -> None:
    contents, path = large(), tmp_path / "large.html"
    begun = time.perf_counter()
    path.write_text(html(contents, svg), "utf-8")
    assert time.perf_counter() - begun < 10
    assert path.stat().st_size < 5e6
    with opened(started, path) as heard:
        assert heard.page.evaluate("performance.timing.loadEventEnd") > 0
        table = heard.page.locator(".grid.tall table").last
        table.scroll_into_view_if_needed()
        head = table.locator("thead th").nth(4)
        head.locator(".dt-column-order").wait_for()
        assert table.evaluate(SORTED_IN) < 2000
        expect(head).to_have_attribute("aria-sort", "ascending")
        shown = [float(text.replace(",", "")) for text in rows_of(table, 5)]
        assert len(shown) == 1000
        assert shown == sorted(shown)
        is_silent(heard)


def test_pictures_of_a_run_have_only_colours_with_a_dark_counterpart(written: Path) -> None:
    page = read((written / "run.html").read_text("utf-8"))
    pictures = page.all("svg")
    assert len(pictures) >= 5
    for element in (inner for picture in pictures for inner in picture.all()):
        assert "style" not in element.attributes
        assert element.tag != "style"
        for name in ("fill", "stroke"):
            assert element.attributes.get(name, "none") in {"none", "transparent", *theme.DARK}
    ids = [e.attributes["id"] for e in page.all() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
