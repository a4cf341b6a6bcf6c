"""What the engine answers: a rule that gives every unit its option, prices, value and bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from channelopt.priced.start import Start
from channelopt.priced.units import Block, Floats

Status = Literal["optimal", "feasible", "infeasible", "unbounded", "no_list"]
"""optimal: within the gap asked for; feasible: not proven; no_list: none found in time."""


@dataclass(frozen=True)
class Decided:
    """Options of the units of one block.

    Attributes:
        option: (n,) int16.
        runner_up: (n,) int16, the best other option at the prices; -1 where there is none.
        worse_by: (n,) currency by which the runner-up is worse at the prices, the uses of both
            paid for; may be slightly negative for the few units at a tie; nan where there is none.
    """

    option: NDArray[np.int16]
    runner_up: NDArray[np.int16]
    worse_by: Floats


class Rule(Protocol):
    """Gives every unit its option; can be pickled, and needs nothing but the block."""

    def __call__(self, block: Block) -> Decided:
        """Decide the units of a block."""


@dataclass(frozen=True)
class Effort:
    """What it took; the only part that differs between equal runs is the seconds."""

    units: int
    passes: int
    near: int  # units whose choice was not certain at the prices of the last pass
    searched: int  # units that the integer search was free to decide
    seconds: Mapping[str, float] = field(default_factory=dict)  # by phase


@dataclass(frozen=True)
class Conflict:
    """Rows that cannot hold together.

    Attributes:
        rows: positions of a set of rows that no list satisfies, each needed for the conflict.
        short: (len(rows),) what these rows miss in the list that misses least, in their units:
            above 0 they are short of their lower side, below 0 beyond their upper one.
        whole: False where not even splitting customers helps; True where only whole units conflict.
    """

    rows: NDArray[np.int64]
    short: Floats
    whole: bool = False


@dataclass(frozen=True)
class Answer:
    """A list as a rule, and how good it is.

    Attributes:
        status: what is proven.
        value: gain of all units and other columns; nan without a list.
        bound: no list gains more: the smaller of the dual bound at `prices` and of the search's.
        price_bound: the dual bound at `prices` alone, which anybody can recompute from them.
        prices: (R,) change of the gain per unit of a row's active side, >= 0 at upper sides,
            <= 0 at lower ones.
        used: (R,) activity of every row in the list, other columns included.
        others: (Z,) values of the other columns.
        rule: gives every unit its option; None without a list.
        effort: passes, sizes, seconds.
        conflict: where there can be no list.
        start: where it ended, with what was learned of the units; see `again`.
    """

    status: Status
    value: float
    bound: float
    price_bound: float
    prices: Floats
    used: Floats
    others: Floats
    rule: Rule | None
    effort: Effort
    conflict: Conflict | None = None
    start: Start | None = field(default=None, repr=False, compare=False)

    @property
    def gap(self) -> float:
        """|bound - value| / max(1, |value|)."""
        return abs(self.bound - self.value) / max(1.0, abs(self.value))

    @property
    def again(self) -> Start:
        """Where a later question begins, even if the prices are no longer those of the start."""
        if self.start is not None and np.array_equal(self.start.prices, self.prices):
            return self.start
        return Start(self.prices)
