"""Counts customers whose option is another one than in an earlier list, or than today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from channelopt.terms.numbers import Flags
from channelopt.verify.lists.customers import Places

EARLIER, TODAY = "earlier list", "today"
Move = tuple[str, str, str, str]
"""Compared with what, decision, option before, option now."""


@dataclass(frozen=True)
class Named:
    """Options or ways of customers: (n,) positions in names, -1 for none."""

    codes: Places
    names: Sequence[str]


@dataclass
class Moves:
    """Moves of all customers.

    Attributes:
        ways: ids of the ways.
        inbound: (I,) interactions in which customers come by themselves.
        count: customers by move.
        compared: by basis, customers of whom it is known what they had.
        moved: by basis, customers of these with at least one move.
    """

    ways: tuple[str, ...]
    inbound: Flags
    count: Counter[Move] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)
    _known: dict[str, Flags] = field(default_factory=dict)
    _moves: dict[str, Flags] = field(default_factory=dict)

    def earlier(self, decision: str, before: Named, now: Named) -> None:
        """Add moves away from an earlier list.

        Args:
            decision: name of the question.
            before: options in the earlier list.
            now: options taken.
        """
        place = {name: k for k, name in enumerate(now.names)}
        same = np.array([*(place.get(name, -2) for name in before.names), -1], dtype=np.intp)
        known = before.codes >= 0
        moves = known & (same[before.codes] != now.codes)
        self._add((EARLIER, decision), known, moves, before, now)

    def today(self, decision: str, before: Places, ways: Mapping[int, Places], now: Named) -> None:
        """Add moves away from the ways of today; several ways at once cannot be compared with one.

        Args:
            decision: name of the question.
            before: (n,) ways of today, -1 where nobody knows.
            ways: by interaction, (n,) ways of the options taken.
            now: options taken.
        """
        entered = np.stack(list(ways.values()))
        most = entered.max(axis=0)
        least = np.where(entered >= 0, entered, len(self.ways)).min(axis=0)
        known = (before >= 0) & ((most < 0) | (least == most))
        if self.inbound[list(ways)].all():
            known &= most >= 0  # who has no inbound contacts has not moved
        moves = known & (most != before)
        self._add((TODAY, decision), known, moves, Named(before, self.ways), now)

    def _add(
        self, at: tuple[str, str], known: Flags, moves: Flags, before: Named, now: Named
    ) -> None:
        basis, decision = at
        pairs = before.codes[moves] * len(now.names) + now.codes[moves]
        for pair, count in zip(*np.unique(pairs, return_counts=True), strict=True):
            was, became = divmod(int(pair), len(now.names))
            self.count[basis, decision, before.names[was], now.names[became]] += int(count)
        self._known[basis] = self._known.get(basis, np.zeros_like(known)) | known
        self._moves[basis] = self._moves.get(basis, np.zeros_like(moves)) | moves

    def done(self) -> None:
        """Say that all questions of a stretch were added."""
        for basis, known in self._known.items():
            self.compared[basis] += int(known.sum())
            self.moved[basis] += int(self._moves[basis].sum())
        self._known.clear()
        self._moves.clear()
