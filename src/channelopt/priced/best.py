"""The best list at prices, units by themselves, and what it uses of the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelopt.priced.units import Block, Flags, Floats, Task

AT_ONCE = 65_536
"""Units looked at together, so that what is computed stays in the processor's memory."""


@dataclass(frozen=True)
class Best:
    """Work on a block: let every unit take its best option, and add up the measures.

    Attributes:
        worth: (M, N, O) of one unit of each measure.
        allowed: (N, O).
    """

    worth: Floats
    allowed: Flags

    def __call__(self, block: Block) -> Floats:
        """Return (M, N, O) sums of the measures over the units that take an option."""
        sums = np.zeros(self.worth.shape)
        for first in range(0, len(block), AT_ONCE):
            self._add(_stretch(block, first, first + AT_ONCE), sums)
        return sums

    def _add(self, block: Block, sums: Floats) -> None:
        measures, kinds, options = sums.shape
        allowed = self.allowed[block.kind]
        if block.barred is not None:
            allowed &= ~block.barred
        values = [*(w[:, np.newaxis] for w in block.weights), *block.each]
        total = np.zeros(allowed.shape)
        for value, worth in zip(values, self.worth, strict=True):
            if worth.any():
                total += value * worth[block.kind]
        option = np.where(allowed, total, -np.inf).argmax(axis=1)
        place = block.kind.astype(np.int64) * options + option
        taken = np.arange(len(block))
        for m in range(measures):
            value = np.broadcast_to(values[m], allowed.shape)[taken, option]
            added = np.bincount(place, weights=value, minlength=kinds * options)
            sums[m] += added.reshape(kinds, options)


def activity(task: Task, worth: Floats) -> Floats:
    """Return what the best list uses of the rows, without other columns.

    Args:
        task: its gain does not count.
        worth: (R,) of one unit of each row.
    """
    each = (worth @ task.rows.uses).reshape(task.tables.shape)
    sums = np.zeros(task.tables.shape)
    for some in task.source.map(Best(each, task.tables.allowed)):
        sums += some
    return np.asarray(task.rows.uses @ sums.ravel())


def _stretch(block: Block, first: int, last: int) -> Block:
    barred = None if block.barred is None else block.barred[first:last]
    return Block(
        kind=block.kind[first:last],
        weights=block.weights[:, first:last],
        each=block.each[:, first:last],
        barred=barred,
        luck=block.luck[first:last],
    )
