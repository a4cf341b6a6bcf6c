"""What-ifs: a list beside others that are decided within changed limits, in a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from channelopt.lists.compiled import Limit
from channelopt.lists.dear import Dear
from channelopt.lists.tabulate import COLUMNS
from channelopt.lists.words import Words, listed, number
from channelopt.plan.table import Cell, Table, neutral
from channelopt.priced.answer import Conflict

NAME = "what_ifs"
BASE = "as it is"
"""What the list is called that the others are held against."""


@dataclass(frozen=True)
class Change:
    """A limit at another value.

    Attributes:
        row: position of the limit.
        limit: who it is.
        was: its value in the list; inf or -inf for none.
        at: its value in the what-if; inf where it is taken away.
    """

    row: int
    limit: Limit
    was: float
    at: float

    @property
    def brief(self) -> str:
        """Return the change by the name of the limit: `hours:team=2997 (was 3330)`."""
        return f"{self.limit.name}={_plain(self.at)} (was {_plain(self.was)})"

    def words(self, words: Words) -> str:
        """Return the change as a planner reads it."""
        name = words.limit(self.limit)
        if not math.isfinite(self.at):
            return f"no limit on {name}"
        was = number(self.was) if math.isfinite(self.was) else "no limit"
        return f"{name}: {words.amount(self.at, self.limit.unit)} instead of {was}"


@dataclass(frozen=True)
class Clash:
    """Limits that no list keeps together.

    Attributes:
        missed: their names, and what each misses in the list that misses least, in its unit.
        whole: they only clash because customers are whole.
    """

    missed: tuple[tuple[str, float], ...]
    whole: bool

    @staticmethod
    def of(limits: Sequence[Limit], conflict: Conflict) -> Clash:
        """Name the rows of a conflict."""
        found = zip(conflict.rows.tolist(), np.abs(conflict.short).tolist(), strict=True)
        return Clash(tuple((limits[row].name, by) for row, by in found), conflict.whole)

    def data(self) -> dict[str, Any]:
        """Return them as plain data."""
        missed = [{"limit": name, "missed": neutral(by)} for name, by in self.missed]
        return {"limits": missed, "whole_customers": self.whole}


@dataclass(frozen=True)
class WhatIf:
    """What a list would be worth within other limits.

    Attributes:
        name: what the planner calls it.
        changes: limits at other values; none for the list as it is.
        status: what is proven.
        value: satisfaction-weighted profit of the period; nan without a list.
        bound: no list within these limits is worth more.
        moved: customers' decisions that differ from the list as it is; None without a list.
        dear: limits that cost most.
        conflict: why there is no list, in words.
        clash: the same as figures; None where there is a list, or where it is not known.
        seconds: that it took.
    """

    name: str
    changes: tuple[Change, ...]
    status: str
    value: float
    bound: float
    moved: int | None
    dear: tuple[Dear, ...] = ()
    conflict: str = ""
    clash: Clash | None = None
    seconds: float = field(default=0.0, compare=False)

    @property
    def gap(self) -> float:
        """|bound - value| / max(1, |value|)."""
        return abs(self.bound - self.value) / max(1.0, abs(self.value))

    @property
    def is_list(self) -> bool:
        """Whether there is a list within these limits."""
        return math.isfinite(self.value)


@dataclass(frozen=True)
class WhatIfs:
    """A list as it is, and what it would be within other limits.

    Attributes:
        base: as it is; with an earlier list to keep, the best list before that.
        found: the others, in the order in which they were asked for.
    """

    base: WhatIf
    found: tuple[WhatIf, ...]

    def table(self) -> Table:
        """Return what_ifs.csv; the first row is the list as it is."""
        rows = (self.base, *self.found)
        return Table(NAME, COLUMNS[NAME], tuple(self._row(one) for one in rows))

    def _row(self, one: WhatIf) -> tuple[Cell, ...]:
        change = "; ".join(change.brief for change in one.changes)
        if not one.is_list:
            return one.name, change, one.status, None, None, None, None, None, "", one.conflict
        costly = "; ".join(f"{dear.limit.name} {dear.price:.6g}" for dear in one.dear)
        gained = one.value - self.base.value
        figures = (one.value, gained, one.bound, one.gap, one.moved)
        return one.name, change, one.status, *figures, costly, ""

    def data(self) -> list[dict[str, Any]]:
        """Return them as plain data, for list.json."""
        return [
            {
                "name": one.name,
                "limits": {c.limit.name: neutral(c.at) for c in one.changes},
                "status": one.status,
                "value": neutral(one.value),
                "bound": neutral(one.bound) if one.is_list else None,
                "moved": one.moved,
                "conflict": one.conflict or None,
                **({} if one.clash is None else {"clash": one.clash.data()}),
            }
            for one in (self.base, *self.found)
        ]

    def seconds(self) -> Mapping[str, float]:
        """Return the seconds that each took, by `what-if <name>`."""
        return {f"what-if {one.name}": one.seconds for one in self.found}

    def lines(self, words: Words) -> list[tuple[str, ...]]:
        """Return them for people: name, change, value, difference, decisions, costliest limits."""
        return [self._line(one, words) for one in (self.base, *self.found)]

    def _line(self, one: WhatIf, words: Words) -> tuple[str, ...]:
        change = listed(change.words(words) for change in one.changes) or "–"
        if not one.is_list:
            return one.name, change, without(one.status), "–", "–", "–"
        value = words.money(one.value) + ("" if one.status == "optimal" else " (not proven best)")
        gained = one.value - self.base.value
        sign = "−" if gained < -_CENT else "+" if gained > _CENT else ""
        gains = "–" if one is self.base else f"{sign}{words.money(abs(gained))}"
        moved = "–" if one is self.base or one.moved is None else f"{one.moved:,}"
        dear = "; ".join(f"{words.limit(d.limit)} ({words.price(d.price)})" for d in one.dear)
        return one.name, change, value, gains, moved, dear or "none"

    def conflicts(self) -> Sequence[str]:
        """Return why there is no list where there is none, one sentence or two for each."""
        return [f"{one.name}: {one.conflict}" for one in self.found if one.conflict]


_CENT = 0.005
_WITHOUT = {
    "infeasible": "no list holds this",
    "no_list": "no list found in time",
    "unbounded": "no end to the value",
}


def without(status: str) -> str:
    """Return what is said where there is no list."""
    return _WITHOUT.get(status, status)


def _plain(value: float) -> str:
    return f"{value:.12g}" if math.isfinite(value) else "none"
