"""Every table of the sensitivity report and each of its columns stand in the pages."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import channelopt.analysis
from channelopt.pipeline.analyses import ANALYSES
from channelopt.plan.table import FLAGS, TEXT

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [*DOCS.glob("sensitivity*.md"), DOCS / "infeasible.md"]


def tables() -> Iterator[tuple[str, tuple[str, ...]]]:
    package = channelopt.analysis
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        found = getattr(importlib.import_module(module.name), "COLUMNS", {})
        yield from found.items()


TABLES = sorted(set(tables()))


def test_there_are_tables() -> None:
    assert len(TABLES) >= 15
    assert len({name for name, _ in TABLES}) == len(TABLES)


@pytest.mark.parametrize(("name", "columns"), TABLES, ids=[name for name, _ in TABLES])
def test_every_column_is_documented(name: str, columns: tuple[str, ...]) -> None:
    names = (f"`{name}`", f"`{name}.csv`")
    pages = [page for page in PAGES if any(one in page.read_text("utf-8") for one in names)]
    assert pages, f"no page speaks of {name}"
    words = {word for page in pages for word in re.findall(r"`([^`\n]+)`", page.read_text("utf-8"))}
    assert set(columns) - words == set()


@pytest.mark.parametrize("one", ANALYSES, ids=[one.name for one in ANALYSES])
def test_every_analysis_is_in_the_overview(one: object) -> None:
    overview = (DOCS / "sensitivity.md").read_text(encoding="utf-8")
    assert f"| `{one.name}` |" in overview  # type: ignore[attr-defined]


def test_known_is_text_everywhere() -> None:
    known = {column for _, columns in TABLES for column in columns if column.startswith("known")}
    assert known <= TEXT
    assert not TEXT & FLAGS
