"""Every table of an analysis, a comparison or a roadmap and each of its columns stand in a page."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import channelopt.analysis
from channelopt.pipeline.analyses import ANALYSES
from channelopt.plan.table import FLAGS, TEXT

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    "comparing": [*DOCS.glob("compare*.md")],
    "roadmap": [DOCS / "roadmap.md"],
}
"""Pages of a part of the analyses, by its package; of all others those of the report."""
OTHERS = [*DOCS.glob("sensitivity*.md"), DOCS / "infeasible.md"]


def tables() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield part, name and columns of every table."""
    package = channelopt.analysis
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        found = getattr(importlib.import_module(module.name), "COLUMNS", {})
        part, name = module.name.split(".")[2], module.name.rpartition(".")[2]
        named = {name: found} if isinstance(found, tuple) else found
        yield from ((part, table, columns) for table, columns in named.items())


TABLES = sorted(set(tables()))


def test_there_are_tables() -> None:
    assert len(TABLES) >= 15
    reported = [name for part, name, _ in TABLES if part not in PAGES]
    assert len(set(reported)) == len(reported)  # they share a folder


@pytest.mark.parametrize(
    ("part", "name", "columns"), TABLES, ids=[f"{a}-{b}" for a, b, _ in TABLES]
)
def test_every_column_is_documented(part: str, name: str, columns: tuple[str, ...]) -> None:
    names = (f"`{name}`", f"`{name}.csv`")
    pages = [
        page
        for page in PAGES.get(part, OTHERS)
        if any(one in page.read_text("utf-8") for one in names)
    ]
    assert pages, f"no page speaks of {name}"
    words = {word for page in pages for word in re.findall(r"`([^`\n]+)`", page.read_text("utf-8"))}
    assert [one for one in columns if not any(fnmatchcase(one, word) for word in words)] == []


@pytest.mark.parametrize("one", ANALYSES, ids=[one.name for one in ANALYSES])
def test_every_analysis_is_in_the_overview(one: object) -> None:
    overview = (DOCS / "sensitivity.md").read_text(encoding="utf-8")
    assert f"| `{one.name}` |" in overview  # type: ignore[attr-defined]


def test_known_is_text_everywhere() -> None:
    known = {column for _, _, columns in TABLES for column in columns if column.startswith("known")}
    assert known <= TEXT
    assert not TEXT & FLAGS
