"""Hybrids: scenarios that have some groups of inputs from one scenario and the rest from another.

A value that differs comes from the scenario that its group is taken from. What only one scenario
has (a channel, a period) is there where its group is taken from that scenario, with all that
this scenario says of it; so a table over ids of both is put together cell by cell.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.analysis.comparing.cells import Spread, axis_labels, spread
from channelopt.analysis.comparing.inputs import changes_of, table_group
from channelopt.analysis.comparing.ownership import Ownership
from channelopt.analysis.comparing.records import InputChange
from channelopt.analysis.comparing.written import (
    AXES,
    SECTIONS,
    Path,
    Written,
    in_period,
    is_over_time,
    written,
)
from channelopt.errors import Place, Problems
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.instance.specs import SPECS
from channelopt.scenario.rows import read_rows
from channelopt.scenario.source import KEYS, RawTable
from channelopt.terms.numbers import Flags

_ABSENT = object()


class Hybrids:
    """Scenarios between two scenarios.

    Attributes:
        a: the first scenario.
        b: the second.
        owners: tells the group of each value that differs.
    """

    def __init__(self, a: Instance, b: Instance) -> None:
        self.a, self.b = a, b
        self.owners = Ownership(written(a), written(b))
        self._raw: dict[tuple[int, str], RawTable] = {}
        self._spreads: dict[tuple[int, str], Spread | None] = {}

    @cached_property
    def changes(self) -> tuple[InputChange, ...]:
        """What differs between the scenarios."""
        return changes_of(self.a, self.b, self.owners)

    def instance(self, chosen: Collection[str]) -> Instance:
        """Return the scenario with some groups of inputs from the second, the rest from the first.

        Args:
            chosen: ids of groups.

        Raises:
            InputError: these groups cannot be changed without others.
        """
        known = {change.group for change in self.changes}
        if known.isdisjoint(chosen):
            return self.a
        if known.issubset(chosen):
            return self.b
        return from_data(self.data(frozenset(chosen)))

    def data(self, chosen: frozenset[str]) -> dict[str, Any]:
        """Return that scenario as plain data, put together value by value.

        Args:
            chosen: ids of groups that are taken from the second scenario.
        """
        mix = _Mix(self.owners, chosen)
        names = {*self.owners.a.rows, *self.owners.b.rows}
        tables = {name: self._table(name, mix) for name in sorted(names)}
        return {
            "format": 1,
            **mix.sections(),
            "tables": {name: table for name, table in tables.items() if table is not None},
        }

    def _table(self, name: str, mix: _Mix) -> RawTable | None:
        """Return a table of the mixed scenario, None where it has none."""
        metric = ("metric", name.removeprefix("metric."))
        if name not in SPECS and not mix.has(metric):
            return None
        second = table_group(name, self.owners) in mix.chosen
        labels = {key: mix.along(key) for key in KEYS}
        for side in (0, 1):
            axes = axis_labels((self.a, self.b)[side])
            if side == second and all(set(labels[key]) == set(axes[key]) for key in KEYS):
                return self._verbatim(side, name)
        return self._mixed(name, labels, second=second)

    def _verbatim(self, side: int, name: str) -> RawTable | None:
        """Return the rows of one scenario as they stand."""
        rows = (self.owners.a, self.owners.b)[side].rows.get(name)
        if not rows:
            return None
        if (side, name) not in self._raw:
            problems = Problems()
            self._raw[side, name] = read_rows(rows, name, _place, problems, "scenario")
            problems.stop()
        return self._raw[side, name]

    def _spread(self, side: int, name: str) -> Spread | None:
        if (side, name) not in self._spreads:
            self._spreads[side, name] = spread((self.a, self.b)[side], name)
        return self._spreads[side, name]

    def _mixed(
        self, name: str, labels: Mapping[str, tuple[str, ...]], *, second: bool
    ) -> RawTable | None:
        """Return a table with the cells of both scenarios, each of which is spoken of."""
        sides = [self._spread(side, name) for side in (0, 1)]
        axes = [axis_labels(instance) for instance in (self.a, self.b)]
        keys = SPECS[name].keys if name in SPECS else KEYS
        used = [key for key in KEYS if key in keys and _matters(key, sides, axes)]
        parts = [
            _placed(table, labels, names, used)
            for table, names in zip(sides, axes, strict=True)
            if table is not None
        ]
        if not parts:
            return None
        if len(parts) == 1:
            values, spoken, _ = parts[0]
        else:
            (va, sa, in_a), (vb, sb, in_b) = parts
            of_b = (in_b & ~in_a) | (in_b & second)
            values, spoken = np.where(of_b, vb, va), np.where(of_b, sb & in_b, sa & in_a)
        at = np.argwhere(spoken & ~np.isnan(values))
        return _rows(values[tuple(at.T)], at, used, labels, yes_or_no=name == "eligible")


class _Mix:
    """The sections of a mixed scenario."""

    def __init__(self, owners: Ownership, chosen: frozenset[str]) -> None:
        self.owners, self.chosen = owners, chosen
        self.periods = (owners.b if "periods" in chosen else owners.a).periods

    def has(self, label: tuple[str, str]) -> bool:
        """Whether something by kind and id is there."""
        group = self.owners.labels.get(label)
        if group is None:
            return label in self.owners.a.labels
        return label in self._side(group).labels

    def along(self, key: str) -> tuple[str, ...]:
        """Return the ids of a key of tables."""
        if key == "period":
            return self.periods
        kind = AXES[key]
        known = self.owners.a.labels | self.owners.b.labels
        return tuple(sorted(name for one, name in known if one == kind and self.has((one, name))))

    def sections(self) -> dict[str, Any]:
        """Return the sections as plain data."""
        a, b = self.owners.a, self.owners.b
        data: dict[str, Any] = {name: {} for name in ("objective", *SECTIONS, "policies")}
        for section, name in sorted(a.entries | b.entries):
            if self._is_there((section, name)):
                data[section][name] = {}
        for path in sorted({*a.leaves, *b.leaves}):
            value = self._value(path)
            if value is not _ABSENT and (len(path) < 3 or path[1] in data[path[0]]):
                _put(data, path, value)
        data["policies"] = [{"name": name, **rest} for name, rest in data["policies"].items()]
        data["periods"] = list(self.periods)
        return data

    def _side(self, group: str) -> Written:
        return self.owners.b if group in self.chosen else self.owners.a

    def _is_there(self, entry: tuple[str, str]) -> bool:
        group = self.owners.entries.get(entry)
        return group is None or entry in self._side(group).entries

    def _value(self, path: Path) -> Any:
        """Return the value at a path, _ABSENT where there is none."""
        a, b = self.owners.a, self.owners.b
        before, after = a.leaves.get(path, _ABSENT), b.leaves.get(path, _ABSENT)
        lists = isinstance(before, list) or isinstance(after, list)
        if before == after and not (lists and a.periods != b.periods):
            return before
        side = self._side(self.owners.of_value(path))
        over_time = is_over_time(path, a.leaves) or is_over_time(path, b.leaves)
        if lists and over_time and a.periods != b.periods:
            return self._over_time(path, side)
        return side.leaves.get(path, _ABSENT)

    def _over_time(self, path: Path, side: Written) -> Any:
        """Return a value over time: from one scenario where it has the period, else the other."""
        a, b = self.owners.a, self.owners.b
        whole = len(path) > 1 and (path[0], path[1]) in self.owners.entries
        values = []
        for label in self.periods:
            source = side
            if not whole and label not in side.periods:
                source = a if side is b else b
            value = source.leaves.get(path)
            if isinstance(value, list):
                value = (
                    in_period(value, source.periods.index(label))
                    if label in source.periods
                    else None
                )
            values.append(value)
        return _ABSENT if all(value is None for value in values) else values


def _put(data: dict[str, Any], path: Path, value: Any) -> None:
    """Write a value at its path."""
    for part in path[:-1]:
        data = data.setdefault(part, {})
    data[path[-1]] = value


def _place(row: int, column: str) -> Place:
    return Place("scenario", row + 1, column or None)


def _matters(key: str, tables: list[Spread | None], axes: list[dict[str, tuple[str, ...]]]) -> bool:
    """Whether a table has to name a key: it varies along it, or has other ids."""
    axis = KEYS.index(key)
    varies = any(table is not None and table.values.shape[axis] > 1 for table in tables)
    return varies or set(axes[0][key]) != set(axes[1][key])


def _placed(
    table: Spread,
    labels: Mapping[str, tuple[str, ...]],
    own: Mapping[str, tuple[str, ...]],
    used: list[str],
) -> tuple[NDArray[np.float64], Flags, Flags]:
    """Return values, spoken cells and known cells of a table over other ids."""
    positions: list[NDArray[np.int64] | None] = []
    known = np.ones((1, 1, 1, 1), dtype=np.bool_)
    for axis, key in enumerate(KEYS):
        if key not in used:
            positions.append(None)
            continue
        place = {label: at for at, label in enumerate(own[key])}
        at = np.array([place.get(label, -1) for label in labels[key]], dtype=np.int64)
        shape = [len(at) if axis == k else 1 for k in range(len(KEYS))]
        known = known & (at >= 0).reshape(shape)
        positions.append(np.maximum(at, 0))
    taken = table.take(positions)
    return taken.values, taken.spoken, np.broadcast_to(known, taken.values.shape)


def _rows(
    values: NDArray[np.float64],
    at: NDArray[np.intp],
    used: list[str],
    labels: Mapping[str, tuple[str, ...]],
    *,
    yes_or_no: bool,
) -> RawTable | None:
    """Return cells as a long table."""
    if not len(values):
        return None
    columns: dict[str, list[Any]] = {}
    for axis, key in enumerate(KEYS):
        if key in used:
            columns[key] = np.array(labels[key], dtype=object)[at[:, axis]].tolist()
    cells: list[Any] = values.tolist()
    columns["value"] = [bool(cell) for cell in cells] if yes_or_no else cells
    return RawTable(tuple(columns), columns, _place, "scenario")
