"""Tables of two scenarios side by side: which rows or cells differ in meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.analysis.comparing.written import AXES, Label
from channelopt.instance.alter import reading_of
from channelopt.instance.cells import NOBODY
from channelopt.instance.instance import Instance
from channelopt.plan.table import Cell
from channelopt.scenario.source import KEYS
from channelopt.terms.numbers import Flags, Floats

Row = Mapping[str, Any]
Keys = tuple[tuple[str, str], ...]
"""Key and id of each key that a row names, in the order of the format."""


@dataclass(frozen=True)
class CellChange:
    """A row or cell that differs.

    Attributes:
        keys: what it speaks of.
        before: value in the first scenario, None where it has none.
        after: value in the second.
    """

    keys: Keys
    before: Cell
    after: Cell


def keys_of(row: Row) -> Keys:
    """Return what a long row speaks of."""
    return tuple((key, str(row[key])) for key in KEYS if key in row)


def labels_of(keys: Keys) -> Iterator[Label]:
    """Yield kind and id of what a row or cell speaks of."""
    return ((AXES[key], label) for key, label in keys)


@dataclass(frozen=True)
class Spread:
    """A table over all ids that a comparison looks at.

    Attributes:
        values: (segment, interaction, channel or bundle, period), nan where there is none; axes
            of size 1 where nothing varies.
        spoken: where a row speaks, else the value is a default; same axes.
    """

    values: Floats
    spoken: Flags

    def take(self, positions: Sequence[NDArray[np.int64] | None]) -> Spread:
        """Return the table at some positions of each axis.

        Args:
            positions: by axis; an axis of size 1 grows; None leaves it as it is.
        """
        values, spoken = self.values, self.spoken
        for axis, at in enumerate(positions):
            if at is not None:
                index = at if values.shape[axis] > 1 else np.zeros_like(at)
                values, spoken = values.take(index, axis), spoken.take(index, axis)
        return Spread(values, spoken)


def spread(instance: Instance, name: str) -> Spread | None:
    """Return a table of a scenario; None where it cannot have it.

    Args:
        instance: the scenario.
        name: name of the table.
    """
    table = reading_of(instance).tables.get(name)
    if table is None:
        return None
    spoken = table.touched != NOBODY
    if table.cells is not None:
        spoken = spoken | (table.cells.owner != NOBODY)
    shape = np.broadcast_shapes(table.values.shape, spoken.shape)
    return Spread(np.broadcast_to(table.values, shape), np.broadcast_to(spoken, shape))


def axis_labels(instance: Instance) -> dict[str, tuple[str, ...]]:
    """Return the ids of each key of a scenario's tables."""
    n = instance.numbers
    return {
        "segment": n.segments,
        "interaction": n.interactions,
        "channel": n.ways,
        "period": n.periods,
    }


def rows_differ(one: Sequence[Row], other: Sequence[Row]) -> list[CellChange] | None:
    """Compare two tables row by row where that tells all.

    Args:
        one: long rows of the first scenario.
        other: those of the second.

    Returns:
        The rows with another value; None where the rows speak of other things, or where a row
        that differs may be overruled by another: then cells have to be compared.
    """
    if len(one) != len(other):
        return None
    most = max((len(row) for row in one), default=0)
    found = []
    for first, second in zip(one, other, strict=True):
        if first != second:
            keys = keys_of(first)
            if len(first) < most or keys != keys_of(second):
                return None
            found.append(CellChange(keys, first["value"], second["value"]))
    return found


def cells_differ(
    a: Instance, b: Instance, name: str, *, yes_or_no: bool = False
) -> Iterator[CellChange]:
    """Yield the cells whose values differ and of which a row speaks, on ids that both have.

    Args:
        a: the first scenario.
        b: the second.
        name: name of the table.
        yes_or_no: the values are true or false.
    """
    tables = spread(a, name), spread(b, name)
    if tables[0] is None or tables[1] is None:
        return
    both, labels = _on_common(a, b, (tables[0], tables[1]))
    first, second = both
    spoken = first.spoken | second.spoken
    equal = (first.values == second.values) | (np.isnan(first.values) & np.isnan(second.values))
    for at in np.argwhere(spoken & ~equal):
        where = tuple(at)
        keys = tuple(
            (key, labels[key][int(position)])
            for key, position in zip(KEYS, at, strict=True)
            if key in labels
        )
        yield CellChange(keys, *(_cell(t.values[where], yes_or_no=yes_or_no) for t in both))


def _on_common(
    a: Instance, b: Instance, tables: tuple[Spread, Spread]
) -> tuple[tuple[Spread, Spread], dict[str, list[str]]]:
    """Return two tables over the ids that both scenarios have, and these ids by key.

    A key along which neither table varies has no ids.
    """
    names = axis_labels(a), axis_labels(b)
    labels: dict[str, list[str]] = {}
    positions: tuple[list[Any], list[Any]] = ([], [])
    for axis, key in enumerate(KEYS):
        if all(table.values.shape[axis] == 1 for table in tables):
            positions[0].append(None)
            positions[1].append(None)
            continue
        labels[key] = [label for label in names[0][key] if label in set(names[1][key])]
        for side in (0, 1):
            place = {label: at for at, label in enumerate(names[side][key])}
            positions[side].append(np.array([place[one] for one in labels[key]], dtype=np.int64))
    first, second = (table.take(at) for table, at in zip(tables, positions, strict=True))
    return _narrowed((first, second), labels)


def _narrowed(
    both: tuple[Spread, Spread], labels: dict[str, list[str]]
) -> tuple[tuple[Spread, Spread], dict[str, list[str]]]:
    """Drop the keys along which neither table varies."""
    for axis, key in enumerate(KEYS):
        if key in labels and all(_is_constant(table, axis) for table in both):
            del labels[key]
            at = [np.zeros(1, dtype=np.int64) if axis == k else None for k in range(len(KEYS))]
            both = both[0].take(at), both[1].take(at)
    return both, labels


def _is_constant(table: Spread, axis: int) -> bool:
    values, spoken = table.values, table.spoken
    if values.shape[axis] == 0:
        return False
    head, said = values.take([0], axis), spoken.take([0], axis)
    same = (values == head) | (np.isnan(values) & np.isnan(head))
    return bool(same.all() and (spoken == said).all())


def _cell(value: float, *, yes_or_no: bool) -> Cell:
    if np.isnan(value):
        return None
    return bool(value) if yes_or_no else float(value)
