"""The way out of limits that conflict: the nearest ones that can hold, tried before it is said."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import scipy

from channelopt.errors import InfeasibleError
from channelopt.lists.dear import describe_conflict, outwards
from channelopt.lists.listed import List
from channelopt.lists.sides import Sides, of_limit, told
from channelopt.lists.words import Words
from channelopt.pipeline.deciding import Desk
from channelopt.pipeline.list_what_ifs import freed
from channelopt.priced.answer import Answer, Conflict
from channelopt.priced.engine import assign
from channelopt.priced.units import Floats, Rows, Task

ROUNDS = 5
"""So often are more limits let go: where some hold, others may not."""
NEARLY = 1e-9
"""What is missed by less is kept."""
MOST = 12
"""Limits that are offered to be set at a time."""


def refuse_conflict(desk: Desk, compiled: List, task: Task, answer: Answer) -> None:
    """Say which limits conflict, what they are short of, and which ones would hold.

    Raises:
        InfeasibleError: limits conflict.
    """
    if answer.rule is not None or answer.conflict is None:
        return
    words = Words(desk.instance.names)
    text = describe_conflict(compiled.limits, compiled.rows, answer.conflict, words)
    desk.watch.say("limits conflict; looking for the nearest that hold")
    way = _way_out(desk, compiled, task, answer.conflict)
    if way:
        names = compiled.rows.names
        more = [shlex.quote(f"{names[row]}={told(side)}") for row, side in sorted(way.items())]
        options = " ".join(f"--limit {one}" for one in more)
        text = f"{text} The same command with {options} gives a list."
    raise InfeasibleError(text)


def _way_out(desk: Desk, compiled: List, task: Task, conflict: Conflict) -> Mapping[int, Sides]:
    """Return sides by row within which a list was found; none where that did not work out."""
    short: set[int] = set()
    found, open_task = conflict, freed(task, compiled)
    for _ in range(ROUNDS):
        more = {
            row
            for row, by in zip(found.rows.tolist(), found.short.tolist(), strict=True)
            if abs(by) > NEARLY
        }
        if len(short | more) > MOST or short | more == short:
            return {}
        short |= more
        wider = Wider(open_task.rows, tuple(sorted(short)))
        least = assign(wider.missing(open_task), desk.solve, desk.aims)
        if least.rule is not None:
            sides = wider.sides(least.others)
            return sides if _holds(desk, open_task, sides) else {}
        if least.conflict is None:
            return {}
        found = least.conflict
    return {}


@dataclass(frozen=True)
class Wider:
    """Limits that may be missed, each side at a cost of one for as much as it is.

    Attributes:
        rows: all limits.
        short: positions of those that may be missed, rising.
    """

    rows: Rows
    short: tuple[int, ...]

    def missing(self, task: Task) -> Task:
        """Return the task of missing as little as possible, and nothing else."""
        rows, where = self.rows, np.array(self.short)
        count = where.size
        ones = np.ones(count)
        columns = scipy.sparse.csr_array(
            (np.concatenate([ones, -ones]), (np.tile(where, 2), np.arange(2 * count))),
            shape=(rows.count, 2 * count),
        )
        low, high = rows.lower[where], rows.upper[where]
        side = np.concatenate([np.where(np.isfinite(s), s, 0.0) for s in (low, high)])
        most = np.where(np.isfinite(np.concatenate([low, high])), np.inf, 0.0)
        wider = replace(
            rows,
            others=scipy.sparse.csr_array(scipy.sparse.hstack([rows.others, columns])),
            others_gain=np.concatenate([0.0 * rows.others_gain, -1.0 / np.maximum(1.0, abs(side))]),
            others_lower=np.concatenate([rows.others_lower, np.zeros(2 * count)]),
            others_upper=np.concatenate([rows.others_upper, most]),
        )
        nothing = replace(task.tables, gain=np.zeros_like(task.tables.gain))
        return replace(task, tables=nothing, rows=wider)

    def sides(self, others: Floats) -> dict[int, Sides]:
        """Return the sides that miss nothing, of the limits that miss something."""
        count = len(self.short)
        little, much = others[len(others) - 2 * count :].reshape(2, count).tolist()
        missed = zip(self.short, little, much, strict=True)
        return {
            row: self._sides(row, less, more)
            for row, less, more in missed
            if max(less, more) > NEARLY
        }

    def _sides(self, row: int, little: float, much: float) -> Sides:
        low, high = float(self.rows.lower[row]), float(self.rows.upper[row])
        at_least = float(outwards(low - little, -1)) if little > NEARLY else low
        at_most = float(outwards(high + much, 1)) if much > NEARLY else high
        if math.isinf(low):
            return at_most
        return at_least if math.isinf(high) else (at_least, at_most)


def _holds(desk: Desk, task: Task, sides: Mapping[int, Sides]) -> bool:
    """Decide the list within these sides: whether there is one."""
    lower, upper = task.rows.lower.copy(), task.rows.upper.copy()
    for row, wanted in sides.items():
        lower[row], upper[row] = of_limit(lower[row], upper[row], wanted)
    there = replace(task, rows=replace(task.rows, lower=lower, upper=upper))
    return assign(there, desk.solve, desk.aims).rule is not None
