"""A trace of luck in what options gain, where too many units are at a tie to tell them apart.

Where value and uses are both in proportion to one number, for example a customer's contacts, all
customers of a class are at a tie at the right prices, whatever their numbers. A gain of up to
`size` by the luck of unit and option breaks such ties, the same way in every order, and costs no
more than `size` a unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic

import numpy as np
import scipy

from channelopt.priced.answer import Decided, Rule
from channelopt.priced.units import Block, Source, T, Tables, Task

ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Jittered:
    """A source whose units have one more measure by option: a number between 0 and 1 by luck."""

    source: Source
    options: int

    @property
    def units(self) -> int:
        """Number of units."""
        return self.source.units

    def map(self, work: Callable[[Block], T]) -> Iterator[T]:
        """Apply `work` to every block and yield what comes back in their order."""
        return self.source.map(Through(work, self.options))


@dataclass(frozen=True)
class Through(Generic[T]):
    """Work on blocks that get their luck as a measure first."""

    work: Callable[[Block], T]
    options: int

    def __call__(self, block: Block) -> T:
        """Do it."""
        return self.work(with_luck(block, self.options))


@dataclass(frozen=True)
class JitteredRule:
    """A rule for units that get their luck as a measure first."""

    rule: Rule
    options: int

    def __call__(self, block: Block) -> Decided:
        """Decide the units of a block."""
        return self.rule(with_luck(block, self.options))


def with_luck(block: Block, options: int) -> Block:
    """Return the block with one more measure by option, between 0 and 1."""
    words = (2 * np.arange(options, dtype=np.uint64) + np.uint64(1)) * ODD
    mixed = (block.luck[:, np.newaxis] ^ (block.luck[:, np.newaxis] >> np.uint64(29))) * words
    number = (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53
    return replace(block, each=np.concatenate([block.each, number[np.newaxis]]))


def jittered(task: Task, size: float) -> Task:
    """Return the task with up to `size` more gain by luck, for every unit and option."""
    tables, rows = task.tables, task.rows
    _, kinds, options = tables.shape
    gain = np.concatenate([tables.gain, np.full((1, kinds, options), size)])
    none = scipy.sparse.csr_array((rows.count, kinds * options))
    uses = scipy.sparse.csr_array(scipy.sparse.hstack([rows.uses, none]))
    return Task(
        Tables(gain, tables.allowed), replace(rows, uses=uses), Jittered(task.source, options)
    )
