"""The page on frontiers and alternatives names every column of their tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from channelopt.analysis.tradeoffs import alternatives, frontier

PAGE = Path(__file__).parents[2] / "docs" / "sensitivity-frontiers.md"
TABLES = {**frontier.COLUMNS, **alternatives.COLUMNS}


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_explained(name: str) -> None:
    text = PAGE.read_text(encoding="utf-8").split(f"### Table `{name}`")[1]
    rows = re.findall(r"^\| (`.*?) \|", text.split("\n#")[0], flags=re.MULTILINE)
    assert tuple(re.findall(r"`(\w+)`", " ".join(rows))) == TABLES[name]
