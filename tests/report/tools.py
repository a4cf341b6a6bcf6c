"""Programs that tests of reports need: a browser, an office; and pages opened in the browser."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Arguments of a browser that asks nothing of anybody."""
_VIOLATIONS = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""


def chromium() -> Path:
    """Return the browser; skip the test without it, unless all tools must be there."""
    return _program("chromium", "chromium-browser", "google-chrome")


def soffice() -> Path:
    """Return LibreOffice; skip the test without it, unless all tools must be there."""
    return _program("soffice", "libreoffice")


def _program(*names: str) -> Path:
    for name in names:
        if found := shutil.which(name):
            return Path(found)
    message = f"{names[0]} is not installed"
    if os.environ.get("CHANNELOPT_ALL_TOOLS") == "1":
        pytest.fail(message)
    pytest.skip(message)


@dataclass
class Opened:
    """A page with all that was heard of it.

    Attributes:
        page: as Playwright has it.
        console: messages of every kind, `error: ...`.
        errors: errors that no script caught.
        requests: addresses of everything asked for, the page itself included.
    """

    page: Page
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """Return what the page's content security policy refused."""
        refused: list[str] = self.page.evaluate("window.__violations")
        return refused


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        try:
            yield started
        finally:
            started.close()


@contextlib.contextmanager
def opened(started: Browser, path: Path, **options: Any) -> Iterator[Opened]:
    """Open a file in the browser without a network.

    Args:
        started: from `browser`.
        path: of the file.
        options: of the browser's context: `viewport`, `color_scheme`, `java_script_enabled`.
    """
    options.setdefault("viewport", {"width": 1280, "height": 900})
    context: BrowserContext = started.new_context(offline=True, **options)
    try:
        context.add_init_script(_VIOLATIONS)
        page = context.new_page()
        heard = Opened(page)
        page.on("console", lambda message: heard.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: heard.errors.append(str(error)))
        context.on("request", lambda request: heard.requests.append(request.url))
        page.goto(path.resolve().as_uri())
        yield heard
    finally:
        context.close()
