"""Written tables to exact numbers: every cell checked, every fault named, nothing guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from channelopt.errors import nearest
from channelopt.terms.exact import Key
from channelopt.terms.numbers import Numbers
from channelopt.terms.written import Written

KEYS: Mapping[str, tuple[str, ...]] = {
    "allocation": ("segment", "interaction", "channel", "period"),
    "offers": ("segment", "channel", "period"),
    "channels": ("channel", "period"),
    "segments": ("segment", "period"),
    "staff": ("group", "period"),
    "hours": ("group", "channel", "period"),
}
"""Key columns of each table, the period last."""

FIGURES: Mapping[str, tuple[str, ...]] = {
    "allocation": ("first_contacts", "share", "baseline_share"),
    "offers": (),
    "channels": (
        *("first_contacts", "passed_on_in", "handled", "capacity", "utilisation"),
        *("contact_cost", "fixed_cost", "opening_cost", "closing_cost", "closure_loss"),
    ),
    "segments": (
        *("customers", "satisfaction", "kept_margin", "contact_value", "satisfaction_value"),
        *("closure_loss", "service_cost", "profit", "share_high", "share_medium", "share_low"),
    ),
    "staff": (
        *("fte", "hired", "released", "hours_needed", "hours_paid", "service_level"),
        *("staff_cost", "hiring_cost", "release_cost"),
    ),
    "hours": ("hours",),
}
"""Columns of each table that hold numbers."""

COMPLETE = frozenset({"channels", "segments", "staff"})
"""Tables with one row for every key; in the others an absent row means nothing or no."""

NEEDED = frozenset({"first_contacts", "fte", "hours"})
"""Columns that decide something: no cell of them may be empty."""

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
    """One table by key: figures (None: the cell is empty) and which channels are open."""

    figures: Mapping[Key, Mapping[str, Decimal | None]]
    open: frozenset[Key] = frozenset()


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

    def __init__(self, n: Numbers) -> None:
        axes = {
            "segment": n.segments,
            "interaction": n.interactions,
            "channel": n.channels,
            "group": n.groups,
            "period": n.periods,
        }
        self._positions = {
            axis: {label: k for k, label in enumerate(labels)} for axis, labels in axes.items()
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
        for line, cells in enumerate(table.rows, start=2):
            where = f"{file} row {line}"
            if len(cells) != len(columns):
                self.faults.append(f"{where}: {len(cells)} cells where {len(columns)} belong")
                continue
            row = dict(zip(columns, cells, strict=True))
            key = self._key(name, row, where)
            if key is None:
                continue
            if key in figures:
                self.faults.append(f"{where}: a second row for {self._label(name, row)}")
            figures[key] = self._figures(name, row, where)
            if name == "channels" and self._is_open(row, where):
                is_open.add(key)
        if name in COMPLETE:
            self._expect_all(name, figures, file)
        return Grid(figures, frozenset(is_open))

    def _has_columns(self, name: str, columns: list[str], file: str) -> bool:
        extra = ("open", "upgrades") if name == "channels" else ()
        wanted = {*KEYS[name], *FIGURES[name], *extra}
        lost, strange = sorted(wanted - set(columns)), sorted(set(columns) - wanted)
        self.faults += [f"{file}: column '{column}' is missing" for column in lost]
        self.faults += [f"{file}: column {shown(column)} is not known" for column in strange]
        if len(set(columns)) < len(columns):
            self.faults.append(f"{file}: two columns have one name")
            return False
        return not lost

    def _key(self, name: str, row: Mapping[str, Any], where: str) -> Key | None:
        key = []
        for axis in KEYS[name]:
            position = self._positions[axis].get(str(row[axis]))
            if position is None:
                hint = nearest(str(row[axis])[:80], self._positions[axis])
                unknown = f"{where}: {axis} {shown(row[axis])} is not in the scenario"
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
                figures[column] = number(row[column])
            except ValueError as fault:
                self.faults.append(f"{where}, {column}: {fault}")
                figures[column] = None
                continue
            if figures[column] is None and column in NEEDED:
                self.faults.append(f"{where}, {column}: the cell is empty")
        return figures

    def _is_open(self, row: Mapping[str, Any], where: str) -> bool:
        if row["upgrades"] not in ("", None):
            self.faults.append(f"{where}, upgrades: {shown(row['upgrades'])} is not known")
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


def written(grids: Mapping[str, Grid]) -> Written:
    """Take the decisions out of the tables."""
    return Written(
        first_contacts=_amounts(grids["allocation"], "first_contacts"),
        open=grids["channels"].open,
        offered=frozenset(grids["offers"].figures),
        fte=_amounts(grids["staff"], "fte"),
        hours=_amounts(grids["hours"], "hours"),
    )


def _amounts(grid: Grid, column: str) -> dict[Key, Decimal]:
    return {key: row[column] or Decimal(0) for key, row in grid.figures.items()}
