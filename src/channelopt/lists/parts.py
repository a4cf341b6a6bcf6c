"""Parts: partitions of customers as blocks of the engine, made where they are needed."""

from __future__ import annotations

from dataclasses import dataclass

from channelopt.customers.people import Partition
from channelopt.lists.compiled import Compiled
from channelopt.priced.units import Block


@dataclass(frozen=True)
class Part:
    """Makes the blocks of one partition when it is called; can be pickled.

    Attributes:
        compiled: the plan and its customers.
        partition: some of them.
    """

    compiled: Compiled
    partition: Partition

    def __call__(self) -> tuple[Block, ...]:
        """Load the partition and return a block for each question."""
        people = self.partition.load()
        return tuple(self.compiled.block(k, people) for k in range(len(self.compiled.questions)))
