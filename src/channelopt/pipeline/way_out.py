"""The way out of limits that conflict: the nearest ones that can hold, tried before it is said."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import scipy

from channelopt.errors import InfeasibleError
from channelopt.lists.dear import describe_conflict, outwards
from channelopt.lists.listed import List
from channelopt.lists.what_ifs import Change
from channelopt.lists.words import Words
from channelopt.pipeline.deciding import Desk
from channelopt.pipeline.list_what_ifs import changed, freed
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
        more = [shlex.quote(f"{names[row]}={at:.12g}") for row, at in sorted(way.items())]
        options = " ".join(f"--limit {one}" for one in more)
        text = f"{text} The same command with {options} gives a list."
    raise InfeasibleError(text)


def _way_out(desk: Desk, compiled: List, task: Task, conflict: Conflict) -> Mapping[int, float]:
    """Return sides by row within which a list was found; none where that did not work out."""
    short: dict[int, int] = {}
    found, open_task = conflict, freed(task, compiled)
    for _ in range(ROUNDS):
        more = _short_of(open_task.rows, found)
        if not more or len(short | more) > MOST or short | more == short:
            return {}
        short |= more
        least = assign(_missing(open_task, short), desk.solve, desk.aims)
        if least.rule is not None:
            sides = _sides(open_task.rows, short, least.others)
            return sides if _holds(desk, compiled, open_task, sides) else {}
        if least.conflict is None:
            return {}
        found = least.conflict
    return {}


def _short_of(rows: Rows, conflict: Conflict) -> dict[int, int]:
    """Return limits that may miss: 1 below their lower side, -1 above their upper one.

    None where `--limit` cannot set the side: the lower one where there is an upper one too.
    """
    found: dict[int, int] = {}
    for row, short in zip(conflict.rows.tolist(), conflict.short.tolist(), strict=True):
        low, high = math.isfinite(rows.lower[row]), math.isfinite(rows.upper[row])
        if short > NEARLY and low and high:
            return {}
        if short > NEARLY:
            found[row] = -1 if high else 1
    return found


def _missing(task: Task, short: Mapping[int, int]) -> Task:
    """Return the task of missing as little as possible, in parts of the sides, and nothing else."""
    rows, count = task.rows, len(short)
    where = np.array(list(short))
    columns = scipy.sparse.csr_array(
        (np.array(list(short.values()), dtype=np.float64), (where, np.arange(count))),
        shape=(rows.count, count),
    )
    side = np.where(np.isfinite(rows.upper), rows.upper, rows.lower)[where]
    wider = replace(
        rows,
        others=scipy.sparse.csr_array(scipy.sparse.hstack([rows.others, columns])),
        others_gain=np.concatenate([0.0 * rows.others_gain, -1.0 / np.maximum(1.0, abs(side))]),
        others_lower=np.concatenate([rows.others_lower, np.zeros(count)]),
        others_upper=np.concatenate([rows.others_upper, np.full(count, np.inf)]),
    )
    nothing = replace(task.tables, gain=np.zeros_like(task.tables.gain))
    return replace(task, tables=nothing, rows=wider)


def _sides(rows: Rows, short: Mapping[int, int], others: Floats) -> dict[int, float]:
    """Return the sides that miss nothing, of the limits that miss something."""
    missed = zip(short.items(), others[len(others) - len(short) :].tolist(), strict=True)
    return {
        row: float(outwards(rows.lower[row] - by if sign > 0 else rows.upper[row] + by, -sign))
        for (row, sign), by in missed
        if by > NEARLY
    }


def _holds(desk: Desk, compiled: List, task: Task, sides: Mapping[int, float]) -> bool:
    """Decide the list within these sides: whether there is one."""
    limits = compiled.limits
    changes = [Change(row, limits[row], 0.0, at) for row, at in sides.items()]
    return assign(changed(task, changes), desk.solve, desk.aims).rule is not None
