"""The canonical form of a scenario: equal meaning, equal text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from itertools import repeat
from typing import Any

import numpy as np
from pydantic import BaseModel

from channelopt.instance.axes import Axes
from channelopt.instance.rows import ALL, Codes
from channelopt.instance.sentences import ENTRIES, ID_LISTS
from channelopt.instance.tables import Table
from channelopt.instance.uncertainty import SPREAD
from channelopt.scenario.schema import FORMAT, Scenario
from channelopt.scenario.source import KEYS
from channelopt.terms.numbers import Floats

_SETS = ID_LISTS - {"periods"}
"""Lists whose order means nothing."""


def canonical(
    scenario: Scenario, axes: Axes, tables: Mapping[str, Table], title: str
) -> dict[str, Any]:
    """Return a scenario as plain JSON data that loads to the same instance.

    Defaults are filled in, absent values left out, keys sorted, tables long with sorted rows;
    overrides of table cells are worked into the rows.

    Args:
        scenario: the sections.
        axes: the ids.
        tables: the resolved tables.
        title: the default title.
    """
    data: dict[str, Any] = _plain(scenario)
    data["format"] = FORMAT
    data["title"] = scenario.title or title
    for name in ENTRIES:
        for label, entry in data[name].items():
            entry.setdefault("title", label)
    for entry in data["uncertainty"].values():
        if "low" not in entry:
            entry.setdefault("spread", SPREAD)
    if not data["uncertainty"]:
        del data["uncertainty"]  # so that a scenario that has none keeps its digest
    data["periods"] = list(axes.periods)
    data["policies"] = sorted(data["policies"], key=lambda policy: str(policy["name"]))
    rows = {name: table_rows(table, axes) for name, table in sorted(tables.items())}
    data["tables"] = {name: long for name, long in rows.items() if long}
    return {key: data[key] for key in sorted(data)}


def digest(resolved: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of a canonical scenario."""
    text = json.dumps(
        resolved, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any, key: str = "") -> Any:
    """Turn sections into plain data with sorted keys; numbers become floats."""
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        named = {str(k): _plain(v, str(k)) for k, v in value.items() if v is not None}
        return {k: named[k] for k in sorted(named)}
    if isinstance(value, list):
        return _plain_list(value, key)
    if isinstance(value, float | int) and not isinstance(value, bool):
        return float(value) + 0.0
    return value


def _plain_list(values: list[Any], key: str) -> Any:
    """Return a list; one that says the same for every period becomes one value."""
    plain = [_plain(value) for value in values]
    if key in _SETS:
        return sorted(set(plain))
    if key == "periods":
        return sorted({str(value) for value in values})
    over_time = plain and all(value is None or isinstance(value, float) for value in plain)
    if over_time and len(set(plain)) == 1 and plain[0] is not None:
        return plain[0]
    return plain


def table_rows(table: Table, axes: Axes) -> list[dict[str, Any]]:
    """Return a table as long rows, sorted by their keys."""
    if table.operations:
        codes, values = _materialise(table)
    elif table.cells is not None:
        codes, values = table.cells.rows.codes, table.cells.rows.values
    else:
        return []
    order = np.lexsort(codes.T[::-1])
    codes, values = codes[order], values[order] + 0.0
    cells: list[Any] = values.tolist()
    if table.spec.yes_or_no:
        cells = [bool(cell) for cell in cells]
    columns = {
        key: np.array([*axes.labels[key], None], dtype=object)[codes[:, at]].tolist()
        for at, key in enumerate(KEYS)
        if (codes[:, at] != ALL).any()
    }
    return _zip_rows({**columns, "value": cells})


def _zip_rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Turn columns into rows; a key that a row does not name is left out."""
    names = tuple(columns)
    if any(None in column for column in columns.values()):
        return [
            {name: cell for name, cell in zip(names, row, strict=True) if cell is not None}
            for row in zip(*columns.values(), strict=True)
        ]
    return list(map(dict, map(zip, repeat(names), zip(*columns.values(), strict=True))))


def _materialise(table: Table) -> tuple[Codes, Floats]:
    """Return one row for every cell that differs from its default, all axes in use named."""
    base = np.broadcast_to(table.base, table.values.shape)
    differs = ~np.isnan(table.values) & (table.values != base)
    at = np.argwhere(differs)
    codes = np.where(np.array(table.named), at, ALL).astype(np.int64)
    return codes, table.values[differs]
