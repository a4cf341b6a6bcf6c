"""Where a later question of the same units begins: prices, and what was learned of the units."""

from __future__ import annotations

from dataclasses import dataclass

from channelopt.priced.passes import InMemory
from channelopt.priced.tables import Extent
from channelopt.priced.units import Floats, Matrix, Source, Tables, Task


@dataclass(frozen=True)
class Learned:
    """What a run learned of its units, which does not change with the sides of the rows.

    Attributes:
        source: the units.
        tables: of the task.
        uses: (R, M * N * O) of its rows.
        extent: how many there are.
        sample: some of them, or all.
        sums: (M, N, O) of their measures at the best options at the prices of the answer.
        others: (Z,) values of the other columns.
    """

    source: Source
    tables: Tables
    uses: Matrix
    extent: Extent
    sample: InMemory
    sums: Floats
    others: Floats

    def of(self, task: Task) -> bool:
        """Say whether a task has the same units, classes and options."""
        return self.source is task.source and self.tables.shape == task.tables.shape

    def same(self, task: Task) -> bool:
        """Say whether units also gain and use the same, so that the sums still hold."""
        return self.of(task) and self.tables is task.tables and self.uses is task.rows.uses


@dataclass(frozen=True)
class Start:
    """Prices to begin at.

    Attributes:
        prices: (R,) of an earlier answer.
        learned: by the run that gave it, where that is known.
    """

    prices: Floats
    learned: Learned | None = None
