"""Units that are held in memory as a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from channelopt.priced.units import Block, T


@dataclass(frozen=True)
class Held:
    """A source over blocks in memory."""

    blocks: Sequence[Block]

    @property
    def units(self) -> int:
        """Number of units in all blocks."""
        return sum(len(block) for block in self.blocks)

    def map(self, work: Callable[[Block], T]) -> Iterator[T]:
        """Apply `work` to every block and yield what comes back in their order."""
        return map(work, self.blocks)
