"""Inputs that differ: two resolved scenarios compared value by value.

Compared is what the scenarios mean: defaults are filled in, a value that is the same in all periods
is one value, a table written in other rows with the same cells is the same. Titles, descriptions,
currencies, units, `negotiable` and `uncertainty` are left out: no plan depends on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from channelopt.analysis.comparing.cells import (
    CellChange,
    Row,
    cells_differ,
    keys_of,
    labels_of,
    rows_differ,
)
from channelopt.analysis.comparing.groups import of_table, rank
from channelopt.analysis.comparing.ownership import Ownership
from channelopt.analysis.comparing.records import InputChange
from channelopt.analysis.comparing.written import (
    Label,
    Path,
    Written,
    in_period,
    is_default,
    is_over_time,
    written,
)
from channelopt.instance.instance import Instance
from channelopt.instance.specs import metric_of
from channelopt.plan.table import Cell

WHOLE = frozenset({"retention", "uses"})
"""Attributes whose mapping is shown as one value."""


def input_changes(a: Instance, b: Instance) -> tuple[InputChange, ...]:
    """Return the values that differ between two scenarios.

    Args:
        a: the first scenario.
        b: the second.

    Returns:
        In the order of the groups, then of the paths. A value of one period, a row or a cell is a
        change of its own. `before` or `after` is None where a scenario has no such value.
    """
    return changes_of(a, b, Ownership(written(a), written(b)))


def changes_of(a: Instance, b: Instance, owners: Ownership) -> tuple[InputChange, ...]:
    """Return the values that differ, see `input_changes`.

    Args:
        a: the first scenario.
        b: the second.
        owners: tells the group of each value.
    """
    found = [*_periods(owners), *_sections(a, b, owners), *_tables(a, b, owners)]
    place = {group: rank(group) for group in {change.group for change in found}}
    return tuple(sorted(found, key=lambda change: place[change.group]))


def _periods(owners: Ownership) -> Iterator[InputChange]:
    before, after = owners.a.periods, owners.b.periods
    if before != after:
        yield InputChange("periods", "periods", ", ".join(before), ", ".join(after))


def _sections(a: Instance, b: Instance, owners: Ownership) -> Iterator[InputChange]:
    """Yield the values of the sections that differ, by path."""
    one, other = owners.a, owners.b
    for entry in sorted(one.entries ^ other.entries):
        titles = [
            _title(i, entry) if entry in s.entries else None for i, s in ((a, one), (b, other))
        ]
        yield InputChange(owners.entries[entry], ".".join(entry), *titles)
    for path in sorted({*one.leaves, *other.leaves}):
        before, after = one.leaves.get(path), other.leaves.get(path)
        if _is_silent(path, before, after, owners):
            continue
        if is_over_time(path, one.leaves) or is_over_time(path, other.leaves):
            yield from _over_time(path, before, after, owners)
        elif before != after:
            group = owners.of_value(path)
            for part in _parts(path, before, after):
                yield InputChange(group, *part)


def _title(instance: Instance, entry: Label) -> str:
    """Return the title of an entry, the name of a policy."""
    section, name = entry
    if section == "policies":
        return name
    return str(instance.resolved[section][name].get("title", name))


def _is_silent(path: Path, before: Any, after: Any, owners: Ownership) -> bool:
    """Whether a value is the default in an entry that only one scenario has."""
    side = owners.a if after is None else owners.b
    alone = len(path) > 1 and (path[0], path[1]) in owners.a.entries ^ owners.b.entries
    return alone and is_default(path, before if after is None else after, side.leaves)


def _over_time(path: Path, before: Any, after: Any, owners: Ownership) -> Iterator[InputChange]:
    """Yield a value over time that differs, once or by period."""
    if isinstance(before, list) or isinstance(after, list):
        yield from _by_period(path, before, after, owners)
    elif before != after:
        yield InputChange(owners.of_value(path), ".".join(path), before, after)


def _by_period(path: Path, before: Any, after: Any, owners: Ownership) -> Iterator[InputChange]:
    a, b = owners.a, owners.b
    for label in dict.fromkeys((*a.periods, *b.periods)):
        both = label in a.periods and label in b.periods
        values = [
            in_period(value, side.periods.index(label)) if label in side.periods else None
            for value, side in ((before, a), (after, b))
        ]
        if values[0] != values[1]:
            group = owners.of_value(path) if both else owners.labels["period", label]
            name = f"{'.'.join(path)}[{label}]"
            yield InputChange(group, name, values[0], values[1])


def _parts(path: Path, before: Any, after: Any) -> Iterator[tuple[str, Cell, Cell]]:
    """Yield name, value before and after of a value, part by part where it is a mapping."""
    name = ".".join(path)
    kinds = {type(value) for value in (before, after) if value is not None}
    if kinds != {dict} or path[-1] in WHOLE:
        yield name, _text(before), _text(after)
        return
    one, other = before or {}, after or {}
    for key in sorted({*one, *other}):
        if one.get(key) != other.get(key):
            yield f"{name}.{key}", _text(one.get(key)), _text(other.get(key))


def _text(value: Any) -> Cell:
    """Return a value as one cell."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(str(_text(inner)) for inner in value)
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    return str(value)


def _tables(a: Instance, b: Instance, owners: Ownership) -> Iterator[InputChange]:
    """Yield the rows or cells of tables that differ, by table and keys."""
    for name in sorted({*owners.a.rows, *owners.b.rows}):
        before, after = owners.a.rows.get(name, []), owners.b.rows.get(name, [])
        if before == after:
            continue
        group = table_group(name, owners)
        for change in table_changes(a, b, name, owners):
            inside = ",".join(f"{key}={label}" for key, label in change.keys)
            path = f"tables.{name}[{inside}]" if inside else f"tables.{name}"
            own = owners.of_labels(labels_of(change.keys)) if owners.labels else None
            yield InputChange(own or group, path, change.before, change.after)


def table_group(name: str, owners: Ownership) -> str:
    """Return the group of a table; that of a metric which one scenario lacks is the metric's."""
    return owners.labels.get(("metric", metric_of(name) or "")) or of_table(name)


def table_changes(a: Instance, b: Instance, name: str, owners: Ownership) -> list[CellChange]:
    """Return the rows or cells of a table that differ.

    Args:
        a: the first scenario.
        b: the second.
        name: name of the table.
        owners: tells which ids only one scenario has.
    """
    before, alone_before = _split(owners.a, name, owners)
    after, alone_after = _split(owners.b, name, owners)
    alone = [CellChange(keys_of(row), row["value"], None) for row in alone_before]
    alone += [CellChange(keys_of(row), None, row["value"]) for row in alone_after]
    if ("metric", metric_of(name) or "") in owners.labels:
        alone += [CellChange(keys_of(row), row["value"], None) for row in before]
        alone += [CellChange(keys_of(row), None, row["value"]) for row in after]
        return alone
    common = rows_differ(before, after)
    if common is None:
        common = list(cells_differ(a, b, name, yes_or_no=name == "eligible"))
    return common + alone


def _split(side: Written, name: str, owners: Ownership) -> tuple[Sequence[Row], list[Row]]:
    """Return the rows that speak of what both scenarios have, and the others."""
    rows = side.rows.get(name, [])
    if not owners.labels:
        return rows, []
    common: list[Row] = []
    alone: list[Row] = []
    for row in rows:
        known = owners.of_labels(labels_of(keys_of(row))) is None
        (common if known else alone).append(row)
    return common, alone
