"""Points of a sweep, and what is known of a point that was solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from channelopt.plan.records import Status
from channelopt.plan.table import Cell
from channelopt.terms.choice import Choice

StepKind = Literal["vary", "set"]


@dataclass(frozen=True)
class Axis:
    """What is varied.

    Attributes:
        name: column of the result: a path as `--set` takes it (with `*` or `+` before the `=` it
            ends in that sign), or `variation`.
        values: in the order in which they are swept.
    """

    name: str
    values: tuple[Cell, ...]


@dataclass(frozen=True)
class Point:
    """One scenario of a sweep.

    Attributes:
        number: its row in the results, from 1.
        values: one for each axis of the grid, None where the axis leaves the scenario alone.
        steps: what `solve` takes to solve this very scenario, after the steps of the whole sweep.
    """

    number: int
    values: tuple[Cell, ...]
    steps: tuple[tuple[StepKind, str], ...]


@dataclass(frozen=True)
class Grid:
    """The points of a sweep.

    Attributes:
        axes: what is varied.
        points: in the order of the results, the last axis runs fastest.
        crossed: whether the points are every combination of the axes' values; else a list of
            rows, and no point has neighbours.
    """

    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    crossed: bool = True


@dataclass(frozen=True)
class Solved:
    """What is known of a point; no wall-clock, so that equal input gives equal text.

    Attributes:
        number: of the point.
        digest: SHA-256 (hex) of the resolved scenario; empty where it could not be read.
        status: as of a plan; `invalid` where the scenario could not be read, `failed` where the
            plan failed the check or its solver died.
        objective: satisfaction-weighted profit of the plan.
        bound: no plan can be worth more.
        kpis: key figures over the horizon.
        open: (period, channel) of every channel that is open, sorted.
        owned: (period, upgrade) of every upgrade that is owned, sorted.
        fte: (period, group) -> FTE.
        first_contacts: (period, channel) -> first contacts that enter it.
        words: why there is no plan, else empty.
        choice: the decisions, from which neighbours start.
    """

    number: int
    digest: str
    status: Status | Literal["invalid", "failed"]
    objective: float | None = None
    bound: float | None = None
    kpis: Mapping[str, float | None] = field(default_factory=dict)
    open: tuple[tuple[str, str], ...] = ()
    owned: tuple[tuple[str, str], ...] = ()
    fte: Mapping[tuple[str, str], float] = field(default_factory=dict)
    first_contacts: Mapping[tuple[str, str], float] = field(default_factory=dict)
    words: str = ""
    choice: Choice | None = None
