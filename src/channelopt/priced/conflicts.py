"""Which rows no list can satisfy together, each of them needed for that, and by how much."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from channelopt.backends.base import Limits
from channelopt.priced.aims import Aims, Solve
from channelopt.priced.answer import Conflict
from channelopt.priced.shortage import Shortage
from channelopt.priced.units import Flags, Floats, Task

TIGHT = 1e-9
"""How far the small programs may be off."""


@dataclass(frozen=True)
class Asking:
    """Asks which rows of a task can hold together, until its time is over.

    Attributes:
        shortage: knows the units.
        ends: on the monotonic clock.
    """

    shortage: Shortage
    ends: float

    def limits(self) -> Limits:
        """Return the limits of the next program."""
        left = None if np.isinf(self.ends) else max(0.1, self.ends - time.monotonic())
        return Limits(time_limit=left, tolerance=TIGHT)

    @property
    def over(self) -> bool:
        """Whether there is no time left."""
        return time.monotonic() >= self.ends

    def narrowed(self, prices: Floats) -> Flags:
        """Leave rows out, one after the other, as long as no list satisfies the others.

        Rows whose price is least go first. Rows that a proof does not need go with the one that was
        left out. What is not known in time stays.

        Args:
            prices: (R,) that prove that rows conflict, 0 at rows that are not needed.
        """
        weight = np.abs(prices) * self.shortage.size
        kept = np.asarray(prices != 0.0)
        order = self.shortage.order
        for row in order[np.argsort(weight[order], kind="stable")]:
            if not kept[row] or self.over:
                continue
            rest = kept.copy()
            rest[row] = False
            miss = self.shortage.least(rest, self.limits())
            if miss.possible is False:
                kept = np.asarray(miss.prices != 0.0)
        return kept


def conflict(task: Task, solve: Solve, aims: Aims) -> Conflict | None:
    """Find rows that no list satisfies together, even if units are split between options.

    None of the rows can be left out: the others can hold together. What they are short of is of
    the list that misses least of all rows, a miss counted in parts of the row's size.

    Args:
        task: units and rows.
        solve: solves linear programs.
        aims: the time for it; where it is over, more rows are named than are needed.

    Returns:
        The conflict, or None where units that may be split can satisfy all rows, or where that was
        not found out.
    """
    crossed = np.flatnonzero(task.rows.lower > task.rows.upper)
    if crossed.size:
        first = min(crossed, key=lambda row: task.rows.names[row])
        rows = np.array([first], dtype=np.int64)
        return Conflict(rows, (task.rows.lower - task.rows.upper)[rows])
    ends = np.inf if aims.time_limit is None else time.monotonic() + aims.time_limit
    asking = Asking(Shortage.of(task, solve), ends)
    sides = np.isfinite(task.rows.lower) | np.isfinite(task.rows.upper)
    miss = asking.shortage.least(sides, asking.limits(), exact=True)
    if miss.possible is not False:
        return None
    rows = np.flatnonzero(asking.narrowed(miss.prices))
    return Conflict(rows, miss.short[rows])
