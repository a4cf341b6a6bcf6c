"""What-ifs of a list: other values of limits, each decided again from the prices of the list."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from channelopt.lists.dear import dearest_of, describe_conflict
from channelopt.lists.listed import List
from channelopt.lists.what_ifs import BASE, Change, Clash, WhatIf, WhatIfs
from channelopt.lists.wishes import Asked, Wish, like, refuse, understood
from channelopt.lists.words import Words
from channelopt.pipeline.deciding import Desk
from channelopt.pipeline.list_curves import curve_table, row_of
from channelopt.plan.table import Table
from channelopt.priced.answer import Answer
from channelopt.priced.curve import moved_to, moves, side_of
from channelopt.priced.engine import assign
from channelopt.priced.units import Rows, Task

SHOWN = 3
"""Limits that cost most, of each what-if."""


def changes_of(
    compiled: List, asked: Mapping[str, Mapping[str, Wish]]
) -> dict[str, tuple[Change, ...]]:
    """Return the limits that what-ifs change, and their values.

    Raises:
        UsageError: a limit is none of the list, or cannot change so; all of them are named.
    """
    faults: list[str] = []
    names = [limit.name for limit in compiled.limits]
    found: dict[str, tuple[Change, ...]] = {}
    for title, wishes in asked.items():
        changes = []
        for name, wished in wishes.items():
            if name not in names:
                hint = like(name, names) or "limits.csv of a list has their names"
                faults.append(f"'{title}': there is no limit '{name}' in this list; {hint}")
                continue
            change = _change(compiled, names.index(name), wished)
            changes.append(change)
            if math.isnan(change.at) or (wished.relative and math.isinf(change.was)):
                faults.append(f"'{title}': {name} has no value yet; give a number")
        found[title] = tuple(changes)
    refuse(faults)
    return found


def _change(compiled: List, row: int, wished: Wish) -> Change:
    was = _side(compiled.rows, row)
    return Change(row, compiled.limits[row], was, wished.of(was))


def _side(rows: Rows, row: int) -> float:
    side = side_of(rows, row)
    return float(rows.lower[row] if side == "lower" else rows.upper[row])


def changed(task: Task, changes: Sequence[Change]) -> Task:
    """Return a task with other sides, as `--limit` sets them.

    The upper one where there is one, and with it the lower one where that would be above.
    """
    for change in changes:
        row, at = change.row, change.at
        side = side_of(task.rows, row)
        if math.isinf(at):
            task = moved_to(moved_to(task, row, math.inf, "upper"), row, -math.inf, "lower")
        elif side == "upper" and at < task.rows.lower[row]:
            task = moved_to(task, row, at, "both")
        else:
            task = moved_to(task, row, at, side)
    return task


def freed(task: Task, compiled: List) -> Task:
    """Return a task without bounds of hours that only its limits imply: those may be raised."""
    of_groups = [bool(group) for group, _ in compiled.others]
    upper = np.where(of_groups, np.inf, task.rows.others_upper)
    return replace(task, rows=replace(task.rows, others_upper=upper))


@dataclass(frozen=True)
class Wanted:
    """What is asked for beside a list.

    Attributes:
        curve: row of a limit, and its values.
        what_ifs: changed limits, by the names of the what-ifs.
    """

    curve: tuple[int, tuple[float, ...]] | None
    what_ifs: Mapping[str, tuple[Change, ...]]

    @staticmethod
    def of(compiled: List, curve: tuple[str, tuple[float, ...]] | None, asked: Asked) -> Wanted:
        """Look up the limits by their names.

        Raises:
            UsageError: a limit is none of the list, or cannot change so.
        """
        of_curve = None if curve is None else (row_of(compiled, curve[0]), curve[1])
        return Wanted(of_curve, changes_of(compiled, understood(asked)))


@dataclass(frozen=True)
class Beside:
    """What stands beside a list: tables where they were asked for."""

    curve: Table | None
    what_ifs: WhatIfs | None


@dataclass(frozen=True)
class Known:
    """A list, to hold what-ifs against.

    Attributes:
        desk: decides lists.
        compiled: the list.
        task: for the engine.
        answer: the best list as it is.
    """

    desk: Desk
    compiled: List
    task: Task
    answer: Answer

    def beside(self, wanted: Wanted) -> Beside:
        """Decide the customers again, as often as it was asked for."""
        curve = None
        if wanted.curve is not None:
            curve = curve_table(
                self.desk, self.compiled, freed(self.task, self.compiled), self.answer, wanted.curve
            )
        return Beside(curve, self.what_ifs(wanted.what_ifs) if wanted.what_ifs else None)

    def what_ifs(self, asked: Mapping[str, tuple[Change, ...]]) -> WhatIfs:
        """Decide the customers again for every what-if, each from the prices of the list.

        Args:
            asked: changed limits, by the names of the what-ifs.
        """
        base = self._told(BASE, (), self.task, self.answer)
        return WhatIfs(replace(base, moved=0), tuple(self._decided(*one) for one in asked.items()))

    def _decided(self, name: str, changes: tuple[Change, ...]) -> WhatIf:
        desk, clock = self.desk, time.monotonic()
        desk.watch.say(f"what if: {name}")
        there = changed(freed(self.task, self.compiled), changes)
        answer = assign(there, desk.solve, desk.aims, self.answer.again)
        told = self._told(name, changes, there, answer)
        if answer.rule is not None and self.answer.rule is not None:
            told = replace(told, moved=moves(self.task, self.answer.rule, answer.rule))
        return replace(told, seconds=time.monotonic() - clock)

    def _told(self, name: str, changes: tuple[Change, ...], task: Task, answer: Answer) -> WhatIf:
        limits, constant = self.compiled.limits, self.compiled.constant
        conflict = ""
        if answer.conflict is not None:
            words = Words(self.desk.instance.names)
            conflict = describe_conflict(limits, task.rows, answer.conflict, words)
        return WhatIf(
            name=name,
            changes=changes,
            status=answer.status,
            value=answer.value + constant,
            bound=answer.bound + constant,
            moved=None,
            dear=dearest_of(limits, task.rows, answer.prices, SHOWN),
            conflict=conflict,
            clash=None if answer.conflict is None else Clash.of(limits, answer.conflict),
        )
