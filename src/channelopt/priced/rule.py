"""The rule of a list: the best option at prices, and a table for the few types at a tie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from channelopt.priced.answer import Decided
from channelopt.priced.kernels import decide, evaluate
from channelopt.priced.tables import Reduced
from channelopt.priced.types import Keys, described, keys_of, take
from channelopt.priced.units import Block, Floats, Source


@dataclass(frozen=True)
class Shares:
    """How the units of some types are dealt with, instead of by their best option.

    Attributes:
        keys: (F, 2) of the types, sorted.
        options: (F, P) int16 options of a type, in the order in which luck deals them out.
        amounts: (F, P) int64 units of each.
    """

    keys: Keys
    options: NDArray[np.int16]
    amounts: NDArray[np.int64]

    def find(self, block: Block) -> NDArray[np.intp]:
        """Return (n,) the position of every unit's type, -1 where it is none of these."""
        return find(self.keys, keys_of(block))


@dataclass(frozen=True)
class PricedRule:
    """Gives every unit its best option at prices, and those of some types by their luck.

    Attributes:
        reduced: tables at the prices.
        shares: of the types that are dealt with apart.
        cuts: (F, P) the luck up to which units of a type take an option.
        within: the largest loss at which a unit of these types may have its second-best option.
    """

    reduced: Reduced
    shares: Shares
    cuts: NDArray[np.uint64]
    within: float

    def __call__(self, block: Block) -> Decided:
        """Decide the units of a block."""
        count = len(block)
        option, other = np.empty(count, np.int16), np.empty(count, np.int16)
        worse = np.empty(count)
        decide(described(block), self.reduced.table, self.reduced.base, (option, other, worse))
        if self.shares.keys.shape[0]:
            self._deal(block, option, other, worse)
        return Decided(option, other, worse)

    def _deal(
        self,
        block: Block,
        option: NDArray[np.int16],
        other: NDArray[np.int16],
        worse: Floats,
    ) -> None:
        close = np.flatnonzero(worse <= self.within)
        some = take(block, close)
        place = self.shares.find(some)
        close, some, place = (
            close[place >= 0],
            take(some, np.flatnonzero(place >= 0)),
            place[place >= 0],
        )
        turn = (some.luck[:, np.newaxis] > self.cuts[place]).sum(axis=1)
        chosen = self.shares.options[place, np.minimum(turn, self.cuts.shape[1] - 1)]
        differs = np.flatnonzero(chosen != option[close])
        if not differs.size:
            return
        at = close[differs]
        values = np.empty((at.size, self.reduced.base.shape[1]))
        evaluate(described(take(some, differs)), self.reduced.table, self.reduced.base, values)
        best = option[at]
        rows = np.arange(at.size)
        other[at] = best
        worse[at] = values[rows, chosen[differs]] - values[rows, best]
        option[at] = chosen[differs]


@dataclass(frozen=True)
class Lucks:
    """Work on a block: the lucks of the units of some types."""

    keys: Keys

    def __call__(self, block: Block) -> list[NDArray[np.uint64]]:
        """Return those of each type."""
        place = find(self.keys, keys_of(block))
        order = np.argsort(place, kind="stable")
        ends = np.searchsorted(place[order], np.arange(self.keys.shape[0] + 1))
        return [block.luck[order[start:stop]] for start, stop in pairwise(ends)]


def find(sorted_keys: Keys, keys: Keys) -> NDArray[np.intp]:
    """Return where each key stands among sorted ones, -1 where it does not."""
    if not sorted_keys.shape[0]:
        return np.full(keys.shape[0], -1, np.intp)
    place = np.minimum(np.searchsorted(sorted_keys[:, 0], keys[:, 0]), sorted_keys.shape[0] - 1)
    return np.where((sorted_keys[place] == keys).all(axis=1), place, -1)


def cut_offs(shares: Shares, source: Source) -> NDArray[np.uint64]:
    """Return (F, P) the luck up to which units of each type take each option.

    Types whose units all take one option need no look at the units.
    """
    last = np.uint64(2**64 - 1)
    cuts = np.full(shares.options.shape, last)
    split = np.flatnonzero((shares.amounts > 0).sum(axis=1) > 1)
    single = shares.amounts.cumsum(axis=1)
    if split.size:
        lucks = _lucks(shares.keys[split], source)
        for place, luck in zip(split, lucks, strict=True):
            cuts[place] = _cuts(np.sort(luck), single[place])
    return cuts


def _cuts(luck: NDArray[np.uint64], up_to: NDArray[np.int64]) -> NDArray[np.uint64]:
    last = np.uint64(2**64 - 1)
    ends = np.clip(up_to - 1, 0, luck.size - 1)
    return np.where(up_to >= luck.size, last, luck[ends])


def _lucks(keys: Keys, source: Source) -> Sequence[NDArray[np.uint64]]:
    found: list[list[NDArray[np.uint64]]] = [[] for _ in range(keys.shape[0])]
    for part in source.map(Lucks(keys)):
        for mine, theirs in zip(found, part, strict=True):
            if theirs.size:
                mine.append(theirs)
    return [np.concatenate(parts) for parts in found]
