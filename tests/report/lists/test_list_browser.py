"""Reports of lists in a real browser: on a desk and on a phone, in both lights, silent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from channelopt.pipeline.reporting import write_report
from tests.report.html.test_browser import DESK, PHONE, is_silent, overflow, roll_through
from tests.report.lists import cases
from tests.report.tools import browser, opened

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    with browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    cases.write_rich(folder / "rich" / "list")
    cases.write_rich(folder / "hostile" / "list", resolved=cases.HOSTILE)
    for name in ("rich", "hostile"):
        write_report(folder / name / "list", formats=["html"], locale="de_DE", out=folder / name)
    return folder


@pytest.mark.parametrize("name", ["rich", "hostile"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_the_page_of_a_list_opens_and_fits(
    started: Browser, pages: Path, name: str, size: dict[str, int], light: str
) -> None:
    path = pages / name / "report.html"
    with opened(started, path, viewport=size, color_scheme=light) as heard:
        roll_through(heard.page)
        assert overflow(heard.page) <= 0
        assert heard.page.locator("section svg").count() >= 9
        is_silent(heard)


def test_everybody_can_read_it(started: Browser, pages: Path) -> None:
    with opened(started, pages / "rich" / "report.html") as heard:
        roll_through(heard.page)
        found = Axe().run(heard.page).response["violations"]
        grave = [one["id"] for one in found if one["impact"] in {"serious", "critical"}]
        assert grave == []
