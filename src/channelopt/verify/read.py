"""Written tables to exact numbers: every cell checked, every fault named, nothing guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from channelopt.errors import nearest
from channelopt.terms.exact import Key
from channelopt.terms.numbers import Numbers
from channelopt.terms.written import Emergency, Written
from channelopt.verify.layout import (
    COMPLETE,
    FIGURES,
    FLAGS,
    KEYS,
    NEEDED,
    OTHERS,
    axis,
    labels,
)

LARGEST = Decimal("1e18")
"""Largest magnitude of any written number."""

_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,340})?([eE][+-]?[0-9]{1,3})?")


class TableLike(Protocol):
    """Named columns and rows of cells: text as files have it, or numbers and flags."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of the columns."""

    @property
    def rows(self) -> Sequence[Sequence[Any]]:
        """Cells, row by row."""


@dataclass(frozen=True)
class Grid:
    """One table by key: figures (None: the cell is empty), open channels, owned upgrades."""

    figures: Mapping[Key, Mapping[str, Decimal | None]]
    open: frozenset[Key] = frozenset()
    owned: frozenset[Key] = frozenset()


def number(value: Any) -> Decimal | None:
    """Return a cell as an exact number, None where it is empty.

    Raises:
        ValueError: it is not a finite number of reasonable size.
    """
    if value is None or (isinstance(value, str) and value == ""):
        return None
    text = repr(float(value)) if isinstance(value, float) else str(value)
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        raise ValueError(f"{shown(value)} is not a number")
    amount = Decimal(text)
    if abs(amount) > LARGEST:
        raise ValueError(f"{shown(value)} is out of range")
    return amount


def shown(value: Any) -> str:
    """Return foreign text as it can be printed: short, without control characters."""
    text = str(value)
    return repr(text if len(text) <= 40 else f"{text[:40]}...")


def flag(value: Any) -> bool:
    """Return a cell as true or false.

    Raises:
        ValueError: it is neither.
    """
    known = {True: True, False: False, "true": True, "false": False}
    if isinstance(value, bool | str) and value in known:
        return known[value]
    raise ValueError(f"{shown(value)} is not true or false")


class Reader:
    """Reads the tables of one plan; collects what cannot be used in `faults`."""

    def __init__(self, n: Numbers, outages: Sequence[str] = ()) -> None:
        """Prepare to read.

        Args:
            n: the scenario.
            outages: names of its outage policies.
        """
        self._n = n
        self._positions = {
            axis: {label: k for k, label in enumerate(ids)}
            for axis, ids in labels(n, outages).items()
        }
        self.faults: list[str] = []

    def grid(self, name: str, table: TableLike, file: str) -> Grid:
        """Read one table.

        Args:
            name: which table it is.
            table: its columns and rows.
            file: for messages.
        """
        columns = list(table.columns)
        if not self._has_columns(name, columns, file):
            return Grid({})
        figures: dict[Key, dict[str, Decimal | None]] = {}
        is_open: set[Key] = set()
        owned: set[Key] = set()
        for where, key, row in self._rows(name, table, file):
            if key in figures:
                self.faults.append(f"{where}: a second row for {self._label(name, row)}")
            figures[key] = self._figures(name, row, where)
            owned.update(self._upgrades(name, key, row, where))
            if name == "channels" and self._is_open(row, where):
                is_open.add(key)
        if name in COMPLETE:
            self._expect_all(name, figures, file)
        return Grid(figures, frozenset(is_open), frozenset(owned))

    def _rows(
        self, name: str, table: TableLike, file: str
    ) -> Iterator[tuple[str, Key, dict[str, Any]]]:
        """Yield every row that can be used: where it stands, its key, its cells by column."""
        columns = list(table.columns)
        for line, cells in enumerate(table.rows, start=2):
            where = f"{file} row {line}"
            if len(cells) != len(columns):
                self.faults.append(f"{where}: {len(cells)} cells where {len(columns)} belong")
                continue
            row = dict(zip(columns, cells, strict=True))
            key = self._key(name, row, where)
            if key is not None:
                yield where, key, row

    def _has_columns(self, name: str, columns: list[str], file: str) -> bool:
        wanted = {*KEYS[name], *FIGURES[name], *OTHERS.get(name, ())}
        lost, strange = sorted(wanted - set(columns)), sorted(set(columns) - wanted)
        self.faults += [f"{file}: column '{column}' is missing" for column in lost]
        self.faults += [f"{file}: column {shown(column)} is not known" for column in strange]
        if len(set(columns)) < len(columns):
            self.faults.append(f"{file}: two columns have one name")
            return False
        return not lost

    def _key(self, name: str, row: Mapping[str, Any], where: str) -> Key | None:
        key = []
        for column in KEYS[name]:
            known = self._positions[axis(name, column)]
            position = known.get("" if row[column] is None else str(row[column]))
            if position is None:
                hint = nearest(str(row[column])[:80], known)
                unknown = f"{where}: {column} {shown(row[column])} is not in the scenario"
                self.faults.append(f"{unknown}; {hint}" if hint else unknown)
            else:
                key.append(position)
        return tuple(key) if len(key) == len(KEYS[name]) else None

    def _label(self, name: str, row: Mapping[str, Any]) -> str:
        return ", ".join(str(row[axis]) for axis in KEYS[name])

    def _figures(self, name: str, row: Mapping[str, Any], where: str) -> dict[str, Decimal | None]:
        figures: dict[str, Decimal | None] = {}
        for column in FIGURES[name]:
            try:
                figures[column] = _cell(column, row[column])
            except ValueError as fault:
                self.faults.append(f"{where}, {column}: {fault}")
                figures[column] = None
                continue
            if figures[column] is None and column in NEEDED:
                self.faults.append(f"{where}, {column}: the cell is empty")
        return figures

    def _upgrades(self, name: str, key: Key, row: Mapping[str, Any], where: str) -> Iterator[Key]:
        """Yield the upgrades (k, t) that a row of the channels says are owned."""
        if name == "channels":
            yield from self._owned(key, row, where)
        elif name == "upgrades":
            own = self._n.channels[self._n.upgrades.channel[key[0]]]
            if str(row["channel"]) != own:
                fault = f"{where}: the upgrade belongs to {own}, not {shown(row['channel'])}"
                self.faults.append(fault)

    def _owned(self, key: Key, row: Mapping[str, Any], where: str) -> Iterator[Key]:
        """Yield the upgrades (k, t) that the cell names; they must be the channel's own."""
        text = "" if row["upgrades"] is None else str(row["upgrades"])
        ids = text.split(";") if text else []
        if ids != sorted(set(ids)):
            self.faults.append(f"{where}, upgrades: {shown(text)} is not sorted, or one is twice")
        for label in ids:
            k = self._positions["upgrade"].get(label)
            if k is None or self._n.upgrades.channel[k] != key[0]:
                fault = f"{where}, upgrades: {shown(label)} is not an upgrade of this channel"
                self.faults.append(fault)
            else:
                yield k, key[1]

    def _is_open(self, row: Mapping[str, Any], where: str) -> bool:
        try:
            return flag(row["open"])
        except ValueError as fault:
            self.faults.append(f"{where}, open: {fault}")
            return False

    def _expect_all(self, name: str, found: Mapping[Key, Any], file: str) -> None:
        first, periods = KEYS[name][0], self._positions["period"]
        for label, k in self._positions[first].items():
            for period, t in periods.items():
                if (k, t) not in found:
                    self.faults.append(f"{file}: no row for {label}, {period}")


def _cell(column: str, value: Any) -> Decimal | None:
    return Decimal(flag(value)) if column in FLAGS else number(value)


def written(grids: Mapping[str, Grid], outages: Sequence[str] = ()) -> Written:
    """Take the decisions out of the tables.

    Args:
        grids: the tables; those of emergencies may be absent.
        outages: names of the outage policies.
    """
    return Written(
        first_contacts=_amounts(grids["allocation"], "first_contacts"),
        open=grids["channels"].open,
        offered=frozenset(grids["offers"].figures),
        fte=_amounts(grids["staff"], "fte"),
        hours=_amounts(grids["hours"], "hours"),
        owned=grids["channels"].owned,
        emergencies=_emergencies(grids, outages),
    )


def _emergencies(grids: Mapping[str, Grid], outages: Sequence[str]) -> dict[str, Emergency]:
    placed = _amounts(grids.get("emergencies", Grid({})), "placed")
    hours = _amounts(grids.get("emergency_hours", Grid({})), "hours")
    return {
        name: Emergency(
            placed={key[1:]: amount for key, amount in placed.items() if key[0] == k},
            hours={key[1:]: amount for key, amount in hours.items() if key[0] == k},
        )
        for k, name in enumerate(outages)
    }


def _amounts(grid: Grid, column: str) -> dict[Key, Decimal]:
    return {key: row[column] or Decimal(0) for key, row in grid.figures.items()}
