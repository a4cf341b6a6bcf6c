"""Plan: the answer to a scenario as plain, complete data."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from channelopt.errors import InputError, Place, Problem
from channelopt.instance.instance import Names
from channelopt.plan.columns import COLUMNS
from channelopt.plan.kpis import Kpis
from channelopt.plan.ledger import Amounts
from channelopt.plan.records import (
    SENSITIVITY_COLUMNS,
    Binding,
    Change,
    Proof,
    Shift,
    SolverRun,
    Status,
    sensitivity_row,
)
from channelopt.plan.run_files import FORMAT
from channelopt.plan.table import Table, neutral

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import TypeAdapter


@dataclass(frozen=True)
class Baseline:
    """Today's allocation under the same model: key figures, and the rules it breaks."""

    kpis: Kpis
    kpis_by_period: Mapping[str, Kpis] = field(default_factory=dict)
    money: Mapping[str, Amounts] = field(default_factory=dict)
    breaches: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The answer to a scenario, complete in itself.

    Attributes:
        status: optimal, feasible, infeasible, unbounded, no_solution; evaluated for a plan that
            was given, not sought.
        objective: satisfaction-weighted profit of the plan, discounted; None without a plan.
        bound: no plan can be worth more; None where nothing is proven.
        names: titles of everything, for reports.
        periods: labels in order.
        solver: who made the plan.
        tables: allocation, offers, channels, segments, staff, hours; service_levels, upgrades,
            metrics, outages, emergencies, emergency_hours and returns where there are such.
        money: every term of the ledger, unsigned.
        kpis: key figures over the horizon.
        kpis_by_period: key figures of each period.
        baseline: today's allocation, None where the scenario has none.
        changes: channels that open and close, by period and channel.
        binding: limits that leave no room.
        shifts: what one step less and more of a limit is worth.
        verification: what the independent check found, None before it ran.
        warnings: findings about the scenario or the run.
        ties: how far ties were broken, in words.
        discount_rate: per period.
        manifest: what it takes to run it again.
    """

    status: Status
    objective: float | None
    bound: float | None
    names: Names
    periods: tuple[str, ...]
    solver: SolverRun | None = None
    tables: Mapping[str, Table] = field(default_factory=dict)
    money: Mapping[str, Amounts] = field(default_factory=dict)
    kpis: Kpis = field(default_factory=dict)
    kpis_by_period: Mapping[str, Kpis] = field(default_factory=dict)
    baseline: Baseline | None = None
    changes: tuple[Change, ...] = ()
    binding: tuple[Binding, ...] = ()
    shifts: tuple[Shift, ...] = ()
    verification: Proof | None = None
    warnings: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()
    discount_rate: float = 0.0
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def gap(self) -> float | None:
        """|bound - objective| / max(1, |objective|); None where either is unknown."""
        if self.objective is None or self.bound is None or not math.isfinite(self.bound):
            return None
        return abs(self.bound - self.objective) / max(1.0, abs(self.objective))

    @property
    def has_answer(self) -> bool:
        """Whether there is a plan at all."""
        return self.objective is not None

    def with_(self, **changes: Any) -> Plan:
        """Return a copy with some fields replaced."""
        return replace(self, **changes)

    def table(self, name: str) -> Table:
        """Return a table by name; an empty one where the plan has no answer."""
        if name == "sensitivity":
            rows = tuple(sensitivity_row(shift) for shift in self.shifts)
            return Table(name, SENSITIVITY_COLUMNS, rows)
        return self.tables.get(name) or Table(name, COLUMNS[name], ())

    @property
    def allocation(self) -> pd.DataFrame:
        """First contacts by period, segment, interaction and channel."""
        return self.table("allocation").to_pandas()

    @property
    def offers(self) -> pd.DataFrame:
        """Channels offered, by period and segment."""
        return self.table("offers").to_pandas()

    @property
    def channels(self) -> pd.DataFrame:
        """Use and cost of channels by period."""
        return self.table("channels").to_pandas()

    @property
    def segments(self) -> pd.DataFrame:
        """Satisfaction, profit and touch mix of segments by period."""
        return self.table("segments").to_pandas()

    @property
    def staff(self) -> pd.DataFrame:
        """FTE, hours and cost of staff groups by period."""
        return self.table("staff").to_pandas()

    @property
    def hours(self) -> pd.DataFrame:
        """Hours of staff groups on channels by period."""
        return self.table("hours").to_pandas()

    @property
    def sensitivity(self) -> pd.DataFrame:
        """What one step less and more of each limit is worth."""
        return self.table("sensitivity").to_pandas()

    def as_data(self) -> dict[str, Any]:
        """Return the plan as plain JSON data: plan.json, without tables and manifest."""
        left_out = {"tables", "manifest", "shifts"}
        fields = _adapter().dump_python(self, mode="json", exclude=left_out)
        return {
            "format": FORMAT,
            **_plain(fields),
            "gap": neutral(self.gap),
            "sensitivity": _records(self.table("sensitivity")),
            "segments": _records(self.table("segments")),
            "channels": _records(self.table("channels")),
        }

    def to_json(self) -> str:
        """Return plan.json: neutral numbers, absent values as null, no nan."""
        return json.dumps(self.as_data(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


@cache
def _adapter() -> TypeAdapter[Plan]:
    from pydantic import TypeAdapter

    return TypeAdapter(Plan)


def from_data(
    written: Mapping[str, Any],
    tables: Mapping[str, Table],
    manifest: Mapping[str, Any],
    file: str = "plan.json",
) -> Plan:
    """Rebuild a plan from plan.json, its tables and its manifest.

    Raises:
        InputError: the data is not that of a plan; every fault is named.
    """
    from pydantic import ValidationError

    if written.get("format") != FORMAT:
        message = f"format {written.get('format')!r} is not {FORMAT}; written by another version"
        raise InputError([Problem("E905", message, Place(file))])
    derived = {"format", "gap", "sensitivity", "segments", "channels"}
    fields = {key: value for key, value in written.items() if key not in derived}
    shifts = [_shift_fields(row) for row in written.get("sensitivity", ())]
    parts = {**fields, "shifts": shifts, "tables": dict(tables), "manifest": dict(manifest)}
    try:
        return _adapter().validate_python(parts)
    except ValidationError as error:
        raise InputError(
            Problem("E906", f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}", Place(file))
            for fault in error.errors()
        ) from error


def _shift_fields(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    return {key: value for key, value in row.items() if key != "disagrees"}


def _records(table: Table) -> list[dict[str, Any]]:
    return [_plain(record) for record in table.records()]


def _plain(value: Any) -> Any:
    """Return JSON data with neutral numbers: whole ones without a point, nan as None."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return neutral(value) if isinstance(value, float) else value
