"""Plain data -> Source, without files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channelopt.errors import Place
from channelopt.scenario.source import KEYS, Path, RawTable, Source


def plain_source(data: Mapping[str, Any], name: str = "scenario") -> Source:
    """Return a source of in-memory data; every place is a path."""
    tree = {key: value for key, value in data.items() if key not in ("tables", "variations")}
    places: dict[Path, Place] = {}
    _walk(tree, (), places)
    tables = {
        table: _table(table, rows) for table, rows in (data.get("tables") or {}).items() if rows
    }
    return Source(tree, tables, (), places, {}, (), {}, name)


def _walk(value: Any, path: Path, places: dict[Path, Place]) -> None:
    places[path] = Place(".".join(str(part) for part in path) or "scenario")
    children = value.items() if isinstance(value, Mapping) else ()
    if isinstance(value, list):
        children = list(enumerate(value))
    for key, child in children:
        _walk(child, (*path, key), places)


def _table(table: str, rows: list[dict[str, Any]]) -> RawTable:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    values = {
        column: [
            str(row[column]) if column in KEYS and row.get(column) is not None else row.get(column)
            for row in rows
        ]
        for column in columns
    }

    def place(row: int, column: str) -> Place:
        return Place(f"tables.{table}", row + 1, column or None)

    return RawTable(tuple(columns), values, place, table)
