"""Prices from samples to all units: each step moves within a box, and widens it where needed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from channelopt.backends.base import Limits
from channelopt.priced.aims import Aims, Solve
from channelopt.priced.columns import Choices, Columns, choices, columns, taken, uses
from channelopt.priced.master import Master, Middle, Moved
from channelopt.priced.passes import InMemory, Population, Seen
from channelopt.priced.tables import Box, Reduced, box, reduce
from channelopt.priced.units import Flags, Floats, Matrix, Rows, Tables

ROUNDS = 60
"""Steps at most on one population."""
SHRINKS = 8
"""A box in which too many choices are open shrinks to an eighth, at most so many times."""
WIDER = 4.0
"""A box at whose edge the prices end grows so much there."""
LEAST_PACE = 0.5
"""A box is at least so large, along a price, as where all are off by as much."""
FAR = 1e7
"""Prices so many times beyond the usual hint at rows that cannot hold together."""


@dataclass(frozen=True)
class Frame:
    """What stays the same while prices move.

    Attributes:
        tables: of the task.
        rows: of the task, other columns bounded where possible.
        solve: for programs.
        aims: what is asked for.
        sizes: (R, M * N * O) of what units use of the rows, see `swing`.
        least: a box reaches at least so much of usual prices, so that rows are not left out.
    """

    tables: Tables
    rows: Rows
    solve: Solve
    aims: Aims
    sizes: Matrix
    least: float = 1e-7


@dataclass(frozen=True)
class Spread:
    """How rows differ in size: what makes one box fair to all of them.

    Attributes:
        usual: (R,) a price that is as large as usual losses.
        noise: (R,) how uncertain the use of a row is, per square root of the units in a sample.
        step: (R,) how far prices move in a box of reach 1.
    """

    usual: Floats
    noise: Floats
    step: Floats

    def learned(self, off: Floats) -> Spread:
        """Return steps that are larger for rows whose prices are further off than others'."""
        pace = off / self.step
        usual = float(np.median(pace[off > 0.0])) if (off > 0.0).any() else 0.0
        if usual == 0.0:
            return self
        return replace(self, step=self.step * np.clip(pace / usual, LEAST_PACE, 8.0))


@dataclass(frozen=True)
class Settled:
    """Prices that are the best for a population, or as far as they came.

    Attributes:
        prices: (R,).
        seen: what the last pass saw, around other prices but within a box that holds these.
        amounts: (T, O) units of the types seen that take each option in the master program.
        edge: rows whose prices would still move.
        passes: over the population.
        slack: (R,) room left in rows without a price; inf elsewhere.
        others: (Z,) values of the other columns.
        crowded: more choices were open than could be brought back, however small the box.
    """

    prices: Floats
    seen: Seen
    amounts: Floats
    edge: Flags
    passes: int
    slack: Floats
    others: Floats
    crowded: bool = False


def spread_of(frame: Frame, population: InMemory, prices: Floats) -> Spread:
    """Return how rows differ, from a sample at some prices."""
    choice = choices(population.types, reduce(frame.tables, frame.rows, prices))
    cols = columns(choice, np.isfinite(choice.values), population.scale)
    use = abs(uses(frame.tables, frame.rows, choice, cols))
    number = np.maximum(1, np.diff(use.indptr))
    mean = np.asarray(use.sum(axis=1)).ravel() / number
    mean = np.where(mean > 0.0, mean, 1.0)
    loss = float(np.quantile(cols.loss, 0.9)) if len(cols) else 0.0
    share = number / max(1, len(cols))
    usual = (loss or 1.0) / mean
    return Spread(usual, mean * np.sqrt(share), 1.0 / (mean * np.sqrt(share)))


def settle(
    frame: Frame,
    population: Population,
    prices: Floats,
    half: Floats,
    spread: Spread,
) -> Settled:
    """Move prices until they are the best for a population.

    Args:
        frame: of the task.
        population: to go through.
        prices: (R,) to begin at.
        half: (R,) how far they may move at once; 0 leaves a row out until it is broken.
        spread: of the rows.
    """
    state = _State(frame, population, spread, prices, half.copy())
    return state.run()


@dataclass
class _State:
    frame: Frame
    population: Population
    spread: Spread
    prices: Floats
    half: Floats
    passes: int = 0

    def run(self) -> Settled:
        last: Settled | None = None
        shrunk = 0
        for _ in range(ROUNDS):
            step = self._step()
            if step is None:
                self.half = self.half / 8.0
                shrunk += 1
                if shrunk > SHRINKS:
                    break
                continue
            settled, broken = step
            if not settled.edge.any() and not broken.any():
                return settled
            last = settled
            if (np.abs(settled.prices) > FAR * self.spread.usual).any():
                break
            self.prices = settled.prices
            self.half = np.where(settled.edge, WIDER * self.half, self.half)
            reach = _reach(self.half, self.spread)
            self.half = np.where(broken, reach * self.spread.step, self.half)
        return last or crowded(self.frame, self.population, self.prices)

    def _step(self) -> tuple[Settled, Flags] | None:
        frame = self.frame
        reduced = reduce(frame.tables, frame.rows, self.prices)
        around = box(frame.tables, frame.sizes, reduced, self.half, self.population.extent)
        self.passes += 1
        seen = self.population.look(reduced, around, frame.aims.near)
        if seen is None:
            return None
        choice = choices(seen.near, reduced)
        base = seen.sums + taken(frame.tables, choice, _amounts(seen), choice.best)
        activity = np.asarray(frame.rows.uses @ base.ravel())
        cols = columns(choice, open_options(choice, reduced, around), seen.scale)
        use = uses(frame.tables, frame.rows, choice, cols)
        moved = Master(frame.rows, Middle(self.prices, self.half, activity), cols, use).solve(
            frame.solve, Limits(seed=frame.aims.seed, presolve=False)
        )
        if moved is None:
            return None
        total = np.asarray(activity + use @ moved.taken)
        return self._settled(moved, seen, total, mixed(choice, seen, cols, moved.taken))

    def _settled(
        self, moved: Moved, seen: Seen, activity: Floats, amounts: Floats
    ) -> tuple[Settled, Flags]:
        rows = self.frame.rows
        total = activity + rows.others @ moved.others
        size = np.maximum(1.0, np.abs(total)) * 1e-9 + 1e-9 * self.spread.noise
        miss = np.maximum(total - rows.upper, rows.lower - total)
        broken = np.asarray((miss > size) & (self.half == 0.0))
        slack = np.where(moved.prices == 0.0, -miss, np.inf)
        at = (moved.prices, seen, amounts, moved.edge)
        return Settled(*at, self.passes, slack, moved.others), broken


def crowded(frame: Frame, population: Population, prices: Floats) -> Settled:
    """Return prices at which too many choices are open, with all units at their best option."""
    none = np.zeros(prices.size)
    seen = at_best(frame, population, prices)
    amounts = np.zeros((0, frame.tables.shape[2]))
    edge = np.ones(none.size, np.bool_)
    others = np.zeros(frame.rows.others_gain.size)
    return Settled(prices, seen, amounts, edge, 0, none, others, crowded=True)


def at_best(frame: Frame, population: Population, prices: Floats) -> Seen:
    """Return the sums of all units at their best option; one pass."""
    reduced = reduce(frame.tables, frame.rows, prices)
    around = box(frame.tables, frame.sizes, reduced, np.zeros(prices.size), population.extent)
    seen = population.look(reduced, replace(around, rest=np.full_like(around.rest, -1.0)), 0)
    if seen is None:
        raise RuntimeError("a choice is open though no price may move")
    return seen


def mixed(choice: Choices, seen: Seen, cols: Columns, taken: Floats) -> Floats:
    """Return (T, O) units that take each option when `taken` (C,) take that of a column."""
    amounts = np.zeros(choice.values.shape)
    amounts[np.arange(len(choice.types)), choice.best] = _amounts(seen)
    np.add.at(amounts, (cols.of, cols.option), taken)
    np.add.at(amounts, (cols.of, choice.best[cols.of]), -taken)
    return amounts


def open_options(choice: Choices, reduced: Reduced, around: Box) -> Flags:
    """Return (T, O) options that may be the best somewhere in a box."""
    block = choice.types.block
    size = replace(block, weights=np.abs(block.weights), each=np.abs(block.each))
    reach = replace(choice.types, block=size).values(Reduced(around.radius, reduced.base))
    own = np.take_along_axis(reach, choice.best[:, np.newaxis], axis=1)
    rest = around.rest[block.kind][:, np.newaxis]
    return np.asarray(choice.loss <= (own + reach) * (1.0 + 1e-6) + rest)


def _amounts(seen: Seen) -> Floats:
    return np.asarray(seen.near.counts * seen.scale[seen.near.block.kind])


def _reach(half: Floats, spread: Spread) -> float:
    moving = half > 0.0
    if not moving.any():
        return float(np.median(spread.usual / spread.step)) * 1e-2
    return float(np.median(half[moving] / spread.step[moving]))
