"""Which runs are wanted, and in which order."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from channelopt.errors import UsageError, nearest
from channelopt.plan.key_figures import KPIS
from channelopt.plan.records import Status
from channelopt.store.record import PROVEN, Record

_CONDITION = re.compile(r"\s*([^<>=!]+?)\s*(<=|>=|==|!=|<|>|=)\s*(.+?)\s*")
_TESTS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
TEXTS = ("name", "status", "title", "digest", "tags")
"""What runs may be sorted by besides figures."""
NEWEST = "newest"


@dataclass(frozen=True)
class Condition:
    """A figure of a run against a number."""

    figure: str
    sign: str
    number: float

    def holds(self, record: Record) -> bool:
        """Whether a run has the figure and it is as demanded."""
        value = record.figure(self.figure)
        return value is not None and _TESTS[self.sign](value, self.number)


def condition(text: str) -> Condition:
    """Return a condition written like `profit>=1e6` or `satisfaction > 70%`.

    Raises:
        UsageError: it is not written so.
    """
    match = _CONDITION.fullmatch(text)
    number = math.nan if match is None else _number(match[3])
    if match is None or math.isnan(number):
        raise UsageError(f"--where: expected a condition like profit>=1e6, found '{text}'")
    return Condition(match[1], match[2], number)


def _number(text: str) -> float:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        return math.nan
    return value / 100 if text.endswith("%") else value


@dataclass(frozen=True)
class Query:
    """Which runs are wanted; a run must meet all of it.

    Attributes:
        where: conditions on figures.
        statuses: one of them, any where there is none.
        digest: first digits of the input hash.
        tags: all of them.
        text: stands in the name, the scenario's title or one of the changes, in any case.
        sort: a figure (the largest first), a text (from a on) or `newest`.
        reverse: the other way round.
        limit: so many at most.
    """

    where: tuple[Condition, ...] = ()
    statuses: tuple[str, ...] = ()
    digest: str = ""
    tags: tuple[str, ...] = ()
    text: str = ""
    sort: str = NEWEST
    reverse: bool = False
    limit: int | None = None

    def check(self, records: Iterable[Record]) -> None:
        """Make sure that every name of the query is known.

        Raises:
            UsageError: naming every one that is not, with the nearest that is.
        """
        figures = figures_of(records)
        wrong = [
            _unknown("--where", one.figure, figures)
            for one in self.where
            if one.figure not in figures
        ]
        sorts = (NEWEST, *TEXTS, *figures)
        if self.sort not in sorts:
            wrong.append(_unknown("--sort", self.sort, sorts))
        statuses = get_args(Status)
        wrong += [
            _unknown("--status", one, statuses) for one in self.statuses if one not in statuses
        ]
        if not re.fullmatch("[0-9a-fA-F]{0,64}", self.digest):
            wrong.append(f"--digest: expected the first hexadecimal digits, found '{self.digest}'")
        if self.limit is not None and self.limit < 0:
            wrong.append(f"--limit: expected a whole number >= 0, found {self.limit}")
        if wrong:
            raise UsageError("\n".join(wrong))

    def answer(self, records: Sequence[Record]) -> tuple[Record, ...]:
        """Return the runs that are wanted, in order.

        Args:
            records: the newest first.
        """
        wanted = [record for record in records if self._wants(record)]
        ordered = self._ordered(wanted)
        return tuple(ordered if self.limit is None else ordered[: self.limit])

    def _wants(self, record: Record) -> bool:
        return (
            (not self.statuses or record.status in self.statuses)
            and record.digest.startswith(self.digest.lower())
            and set(self.tags) <= set(record.tags)
            and (not self.text or self._is_said(record))
            and all(one.holds(record) for one in self.where)
        )

    def _is_said(self, record: Record) -> bool:
        wanted = self.text.casefold()
        return any(
            wanted in text.casefold() for text in (record.name, record.title, *record.applied)
        )

    def _ordered(self, records: list[Record]) -> list[Record]:
        """Return runs in order; those without the figure come last either way."""
        if self.sort == NEWEST:
            return records[::-1] if self.reverse else records
        if self.sort in TEXTS:
            return sorted(
                records, key=lambda one: (getattr(one, self.sort), one.name), reverse=self.reverse
            )
        with_it = [(one.figure(self.sort), one) for one in records]
        known = [(value, one) for value, one in with_it if value is not None]
        sign = 1 if self.reverse else -1
        known.sort(key=lambda pair: (sign * pair[0], pair[1].name))
        return [one for _, one in known] + [one for value, one in with_it if value is None]


def figures_of(records: Iterable[Record]) -> tuple[str, ...]:
    """Return the figures that runs may be filtered and sorted by, metrics last."""
    metrics = sorted({name for one in records for name in one.kpis if name.startswith("metric.")})
    return (*(kpi.name for kpi in KPIS), *PROVEN, *metrics)


def known_figure(option: str, name: str, figures: Iterable[str]) -> None:
    """Make sure that there is a figure of a name.

    Raises:
        UsageError: there is none.
    """
    if name not in figures:
        raise UsageError(_unknown(option, name, figures))


def _unknown(option: str, name: str, known: Iterable[str]) -> str:
    names = tuple(known)
    hint = nearest(name, names) or f"known are {', '.join(names)}"
    return f"{option}: there is no '{name}'; {hint}"
