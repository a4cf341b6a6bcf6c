"""What the store knows of a run without reading its tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Record:
    """A run of a store.

    Attributes:
        name: of its folder.
        status: as of its plan.
        title: of its scenario.
        currency: of its money, None where the scenario names none.
        digest: SHA-256 (hex) of the resolved scenario.
        objective: satisfaction-weighted profit, discounted; None without a plan.
        bound: no plan can be worth more, None where nothing is proven.
        kpis: key figures over the horizon, None where one has no meaning.
        labels: title and unit of each metric among the key figures.
        applied: variations and overrides in order.
        solver: its name, None for a plan that was given.
        version: of the solver.
        options: that decide the result, and the seed.
        is_checked: whether the independent check of the plan found no fault.
        tags: sorted.
        edited: files that are no longer as they were written.
        beside: what was asked about the run later, by file name.
        strange: files that belong to no run.
        notes: what could not be read of the tags.
        written: when its manifest was written, nanoseconds; only good for sorting.
    """

    name: str
    status: str
    title: str
    currency: str | None
    digest: str
    objective: float | None
    bound: float | None
    kpis: Mapping[str, float | None]
    labels: Mapping[str, str] = field(default_factory=dict)
    applied: tuple[str, ...] = ()
    solver: str | None = None
    version: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    is_checked: bool = False
    tags: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    written: int = 0

    @property
    def gap(self) -> float | None:
        """|bound - objective| / max(1, |objective|); None where either is unknown."""
        if self.objective is None or self.bound is None or not math.isfinite(self.bound):
            return None
        return abs(self.bound - self.objective) / max(1.0, abs(self.objective))

    def figure(self, name: str) -> float | None:
        """Return a key figure, or `objective`, `bound`, `gap`; None where there is none."""
        if name in PROVEN:
            found: float | None = getattr(self, name)
            return found
        return self.kpis.get(name)

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON data; without what only serves the store."""
        left_out = {"written", "labels"}
        data = {one.name: getattr(self, one.name) for one in fields(self)}
        return {key: value for key, value in data.items() if key not in left_out} | {
            "gap": self.gap
        }

    def kept(self) -> dict[str, Any]:
        """Return what an index keeps of it."""
        return asdict(self)


TUPLES = ("applied", "tags", "edited", "beside", "strange", "notes")
PROVEN = ("objective", "bound", "gap")
"""Figures that are no key figures but may be asked for like them."""


def record_from(kept: Mapping[str, Any]) -> Record:
    """Return a record as an index kept it.

    The index makes sure that it is as it was kept, so that nothing is looked at again here: a
    store may hold many thousands.
    """
    record = object.__new__(Record)
    known = vars(record)
    known.update(kept)
    for name in TUPLES:
        known[name] = tuple(known[name])
    return record


@dataclass(frozen=True)
class Damage:
    """A folder of the store that seems to be a run but cannot be read as one.

    Attributes:
        name: of the folder.
        reasons: what is wrong, one sentence each.
    """

    name: str
    reasons: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"name": self.name, "reasons": list(self.reasons)}
