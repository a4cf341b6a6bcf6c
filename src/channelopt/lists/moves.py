"""Moves: customers whose option is another one than in an earlier list, or than today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int16]
Basis = Literal["earlier list", "today"]
Move = tuple[Basis, int, int, int]
"""Compared with what; question; before: an option of an earlier list, or a way of today; option."""

SEVERAL = -2
"""Way of an option that uses several; it cannot be compared with one way of today."""


class Compared(Protocol):
    """What moves are counted from, of one question."""

    @property
    def option(self) -> Places:
        """(n,) options taken."""

    @property
    def earlier(self) -> Places | None:
        """(n,) options in an earlier list, -1 for none."""

    @property
    def today(self) -> Places | None:
        """(n,) ways of today, -1 for none."""


@dataclass(frozen=True)
class Moves:
    """Numbers of customers.

    Attributes:
        count: by move, customers; a customer counts for each question.
        compared: by basis, customers of whom it is known what they had.
        moved: by basis, customers of these with at least one move.
    """

    count: Counter[Move] = field(default_factory=Counter)
    compared: Counter[Basis] = field(default_factory=Counter)
    moved: Counter[Basis] = field(default_factory=Counter)

    def __add__(self, other: Moves) -> Moves:
        return Moves(
            self.count + other.count, self.compared + other.compared, self.moved + other.moved
        )


def moves(taken: Sequence[Compared], ways: Sequence[Places]) -> Moves:
    """Count the moves of one partition.

    Args:
        taken: by question, of the same customers.
        ways: by question, (O,) the way of each option; -1 for no contact, `SEVERAL` for several.
    """
    found = Moves()
    earlier = [(one.earlier, one.option, one.option) for one in taken]
    today = [(one.today, way[one.option], one.option) for one, way in zip(taken, ways, strict=True)]
    _count(found, "earlier list", earlier)
    _count(found, "today", today)
    return found


def _count(
    found: Moves, basis: Basis, questions: list[tuple[Places | None, Places, Places]]
) -> None:
    """Add what customers had, what is comparable with it now, and the options they take."""
    known: NDArray[np.bool_] | None = None
    moved: NDArray[np.bool_] | None = None
    for question, (before, now, option) in enumerate(questions):
        if before is None:
            continue
        comparable = (before >= 0) & (now != SEVERAL)
        differs = comparable & (before != now)
        known = comparable if known is None else known | comparable
        moved = differs if moved is None else moved | differs
        pairs = before[differs].astype(np.int64) << 16 | option[differs]
        for pair, count in zip(*np.unique(pairs, return_counts=True), strict=True):
            found.count[basis, question, int(pair) >> 16, int(pair) & 0xFFFF] += int(count)
    if known is not None and moved is not None:
        found.compared[basis] += int(known.sum())
        found.moved[basis] += int(moved.sum())
