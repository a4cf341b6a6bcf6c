"""The folder of a sweep as it is read again: axes, points, and how things are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from channelopt.errors import InputError, Place, Problem
from channelopt.plan.key_figures import KPIS
from channelopt.plan.results_folder import MANIFEST, Found
from channelopt.report.figures import enumerate_words, plain
from channelopt.report.speech import _
from channelopt.report.stored import said as stored

NEEDED = ("sweep", "structures", "changes", "slopes")
HAVE_PLAN = frozenset({"optimal", "feasible"})
"""States of points that have a plan."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """A key figure of points: its column, how it is called and how it reads."""

    name: str
    label: str
    unit: str


@dataclass(frozen=True)
class Points:
    """A sweep that was written before.

    Attributes:
        found: its folder.
    """

    found: Found

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """Return all points in their order."""
        return self.records("sweep")

    def records(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        return list(self.found.tables[name].records())

    @cached_property
    def solved(self) -> list[dict[str, Any]]:
        """Return the points that have a plan."""
        return [row for row in self.rows if row["status"] in HAVE_PLAN]

    @property
    def names(self) -> Mapping[str, Any]:
        """Return how things are called; empty in folders that were written before names were."""
        kept: Mapping[str, Any] = self.found.manifest.get("names", {})
        return kept

    @property
    def currency(self) -> str | None:
        """Return the currency, None where it is not known."""
        kept: str | None = self.names.get("currency")
        return kept

    @property
    def scenario(self) -> str:
        """Return the title of the scenario."""
        return str(self.names.get("scenario") or _("a scenario"))

    @cached_property
    def axes(self) -> tuple[str, ...]:
        """Return the names of what is varied: the columns between number and state."""
        columns = self.found.tables["sweep"].columns
        return tuple(columns[1 : columns.index("status")])

    @cached_property
    def numeric(self) -> tuple[str, ...]:
        """Return the axes of which every value is a number."""
        return tuple(
            axis
            for axis in self.axes
            if self.rows and all(_number(row[axis]) is not None for row in self.rows)
        )

    @property
    def is_crossed(self) -> bool:
        """Return whether points have neighbours; those of a file have none."""
        return self.found.manifest.get("rows") is None

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Return the key figures that the points have, profit first."""
        columns = self.found.tables["sweep"].columns
        kept = self.names.get("figures", {})
        known = {kpi.name: (kpi.label, kpi.unit) for kpi in KPIS}
        known |= {name: (one["label"], one["unit"]) for name, one in kept.items()}
        return tuple(
            Figure(name, stored(label), unit)
            for name, (label, unit) in known.items()
            if name in columns
        )

    def x(self, row: Row, axis: str) -> float:
        """Return where a point lies on an axis of numbers."""
        return _number(row[axis]) or 0.0

    def at(self, row: Row, but: str = "") -> str:
        """Return the values of a point in words, `but` one axis."""
        shown = [
            f"{axis} = {value(row[axis])}"
            for axis in self.axes
            if axis != but and row[axis] not in {None, ""}
        ]
        return ", ".join(shown)

    def channel(self, name: str) -> str:
        """Return the title of a channel."""
        return str(self.names.get("channels", {}).get(name, name))

    def upgrade(self, name: str) -> str:
        """Return the title of an upgrade."""
        return str(self.names.get("upgrades", {}).get(name, name))


def points_of(found: Found) -> Points:
    """Return a sweep as it is read again.

    Raises:
        InputError: the folder holds no sweep that can be reported.
    """
    missing = [f"{name}.csv" for name in NEEDED if name not in found.tables]
    if missing:
        message = f"no sweep that can be reported: it lacks {', '.join(missing)}; sweep again"
        raise InputError([Problem("E907", message, Place(MANIFEST))])
    return Points(found)


def value(cell: Any) -> str:
    """Return a value of an axis as a reader sees it."""
    if isinstance(cell, bool):
        return _("true") if cell else _("false")
    if cell is None or cell == "":
        return _("base")
    number = _number(cell)
    return str(cell) if number is None else plain(number)


def listed(points: Points, cell: Any, *, are_upgrades: bool = False) -> str:
    """Return the titles of ids that stand in one cell with `;` between them.

    A changed id may carry periods in brackets, `chat (2028, 2029)`; they stay behind its title.
    """
    title = points.upgrade if are_upgrades else points.channel
    shown = []
    for part in str(cell or "").split(";"):
        name, bracket, periods = part.strip().partition(" (")
        if name:
            shown.append(f"{title(name)}{bracket}{periods}")
    return enumerate_words(shown, 12)


def _number(cell: Any) -> float | None:
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell)
    try:
        return float(cell)
    except ValueError:
        return None
