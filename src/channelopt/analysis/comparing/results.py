"""A comparison: plans beside the first of them, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from channelopt.analysis.comparing.groups import groups
from channelopt.analysis.comparing.inputs import input_changes
from channelopt.analysis.comparing.records import Attribution, InputChange, Side
from channelopt.analysis.comparing.results_figures import (
    KPI_COLUMNS,
    MONEY_COLUMNS,
    Row,
    kpi_rows,
    less,
    money_rows,
    times,
)
from channelopt.analysis.comparing.results_flows import (
    FLOW_COLUMNS,
    SEGMENT_FLOW_COLUMNS,
    flow_rows,
    segment_flow_rows,
)
from channelopt.analysis.comparing.results_structure import (
    CHANNEL_COLUMNS,
    STAFF_COLUMNS,
    UPGRADE_COLUMNS,
    channel_rows,
    staff_rows,
    upgrade_rows,
)
from channelopt.analysis.comparing.waterfall import COLUMNS as WATERFALL_COLUMNS
from channelopt.analysis.comparing.waterfall import waterfall
from channelopt.plan.table import Cell, Table, neutral

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "inputs": ("run", "group", "title", "path", "old", "new", "difference", "ratio"),
    "kpis": KPI_COLUMNS,
    "money": MONEY_COLUMNS,
    "waterfall": ("run", *WATERFALL_COLUMNS),
    "flows": FLOW_COLUMNS,
    "flows_by_segment": SEGMENT_FLOW_COLUMNS,
    "channels": CHANNEL_COLUMNS,
    "staff": STAFF_COLUMNS,
    "upgrades": UPGRADE_COLUMNS,
}
"""Columns of every table, by its name; `run` is the plan that is compared with the first."""

FULL = frozenset({"kpis", "money"})
"""Tables that show everything side by side; the others hold only what differs."""


@dataclass(frozen=True)
class Difference:
    """A plan compared with the first one.

    Attributes:
        a: the first plan.
        b: the other one.
        changes: inputs that differ.
        attribution: why the profit differs; None where nobody asked.
    """

    a: Side
    b: Side
    changes: tuple[InputChange, ...]
    attribution: Attribution | None = None

    @property
    def total(self) -> float:
        """Profit of the second minus that of the first."""
        return (self.b.plan.objective or 0.0) - (self.a.plan.objective or 0.0)

    @cached_property
    def rows(self) -> Mapping[str, tuple[Row, ...]]:
        """Rows of every table of this pair."""
        a, b = self.a, self.b
        flows = tuple(flow_rows(a, b))
        return {
            "inputs": tuple(self._input_rows()),
            "kpis": tuple(kpi_rows(a, b)),
            "money": tuple(money_rows(a, b)),
            "waterfall": tuple((b.name, *row) for row in self._waterfall()),
            "flows": flows,
            "flows_by_segment": tuple(segment_flow_rows(a, b, flows)),
            "channels": tuple(channel_rows(a, b)),
            "staff": tuple(staff_rows(a, b)),
            "upgrades": tuple(upgrade_rows(a, b)),
        }

    def records(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table of this pair as dictionaries by column."""
        return [dict(zip(COLUMNS[name], row, strict=True)) for row in self.rows[name]]

    @property
    def is_same(self) -> bool:
        """Whether neither inputs nor results differ."""
        differs = any(rows for name, rows in self.rows.items() if name not in {*FULL, "waterfall"})
        return not differs and abs(self.total) < 0.005

    def _input_rows(self) -> list[Row]:
        titles = {group.name: group.title for group in groups(self.changes)}
        rows: list[Row] = []
        for change in self.changes:
            old, new = _number(change.before), _number(change.after)
            about = (self.b.name, change.group, titles.get(change.group, change.group), change.path)
            rows.append((*about, change.before, change.after, less(new, old), times(new, old)))
        return rows

    def _waterfall(self) -> Sequence[Row]:
        if self.attribution is None:
            return ()
        return waterfall(self.attribution, self.a, self.b).rows


@dataclass(frozen=True)
class Comparison:
    """Plans compared with the first of them.

    Attributes:
        differences: one for each later plan.
        notes: what a reader must know about the sides, for example that one was edited.
    """

    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def sides(self) -> tuple[Side, ...]:
        """Every plan, the first one first."""
        return (self.differences[0].a, *(one.b for one in self.differences))

    @property
    def attribution(self) -> Attribution | None:
        """Why the profit of the second plan differs from that of the first."""
        return self.differences[0].attribution

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Every table by its name, see docs/compare.md."""
        return {
            name: Table(name, columns, tuple(r for one in self.differences for r in one.rows[name]))
            for name, columns in COLUMNS.items()
        }

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON data: the sides, why they differ, and every table."""
        return {
            "format": 1,
            "sides": [_side(side) for side in self.sides],
            "differences": [_difference(one) for one in self.differences],
            "notes": list(self.notes),
            "tables": {
                name: [
                    {column: _plain(cell) for column, cell in record.items()}
                    for record in table.records()
                ]
                for name, table in self.tables.items()
            },
        }


def difference(a: Side, b: Side, attribution: Attribution | None = None) -> Difference:
    """Compare a plan with the first one.

    Args:
        a: the first plan; must have an objective.
        b: the other one; must have an objective.
        attribution: why their profit differs.
    """
    return Difference(a, b, input_changes(a.instance, b.instance), attribution)


def _number(cell: Cell) -> float | None:
    return None if isinstance(cell, str | bool | None) else float(cell)


def _side(side: Side) -> dict[str, Any]:
    plan = side.plan
    return {
        "name": side.name,
        "title": plan.names.scenario,
        "currency": plan.names.currency,
        "digest": plan.manifest.get("digest"),
        "applied": list(plan.manifest.get("applied", ())),
        "status": plan.status,
        "objective": neutral(plan.objective),
        "bound": neutral(plan.bound),
        "gap": neutral(plan.gap),
    }


def _difference(one: Difference) -> dict[str, Any]:
    found: dict[str, Any] = {
        "run": one.b.name,
        "with": one.a.name,
        "profit": neutral(one.total),
        "inputs": len(one.changes),
        "same": one.is_same,
        "why": None,
    }
    if (why := one.attribution) is not None:
        found["why"] = {
            "method": why.method,
            "total": neutral(why.total),
            "remainder": neutral(why.remainder),
            "solves": why.solves,
            "notes": list(why.notes),
            "parts": [
                {
                    "group": part.group.name,
                    "title": part.group.title,
                    "changes": part.group.changes,
                    "effect": neutral(part.effect),
                    "known": part.known,
                    "doubt": neutral(part.doubt),
                }
                for part in why.parts
            ],
        }
    return found


def _plain(cell: Cell) -> Any:
    return cell if isinstance(cell, str | bool | None) else neutral(cell)
