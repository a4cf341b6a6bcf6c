"""Levels: prices are settled on ever larger samples, then on all units."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from channelopt.priced.columns import choices
from channelopt.priced.master import resting, signed
from channelopt.priced.passes import InMemory, Population
from channelopt.priced.settle import (
    Frame,
    Settled,
    Spread,
    at_best,
    crowded,
    settle,
    spread_of,
)
from channelopt.priced.slopes import Stand, errors, glance, leap, leap_errors, room
from channelopt.priced.start import Learned, Start
from channelopt.priced.tables import Reduced, box, reduce
from channelopt.priced.units import Flags, Floats, Rows

TIED = 0.1
"""With so large a part of many units at a tie, they are told apart by luck."""
TIE = 1e-6
"""Units whose choice changes within so much of usual prices are at a tie."""
ERRORS = 20.0
"""A box leaves so many units open for each one by which the use of rows may be off."""
SURE = 32.0
"""The same after a leap, when few units are left open: wide enough for one pass."""
FEW = 4096.0
"""A box leaves about so many units open at least."""
LEAST = 0.0025
"""The same as a share of the units where all are gone through."""
JUDGED = 16_384
"""About so many kinds of units tell how many a box leaves open."""
CORRECTIONS = 4
"""Times at most that a sample is corrected by what all units use."""
LOOKS = 3
"""Times at most that prices leap, each time knowing what all units use."""
ENOUGH = 0.01
"""Share of the units that may be left open before one more leap is worth a pass."""
DEVIATIONS = 3.0
"""A box reaches so many standard errors of prices after a leap."""
LEAPING = 64
"""Prices leap on a sample in which one unit stands for so many, if it can hold these."""


@dataclass(frozen=True)
class At:
    """Prices on the way, and how sure they are.

    Attributes:
        prices: (R,).
        edge: rows whose price would still move.
        slack: (R,) room left in rows without a price; inf elsewhere.
        doubt: share of the units by which the use of a row may be off.
        spread: how rows differ.
        sure: units that a box leaves open for each one by which use may be off.
    """

    prices: Floats
    edge: Flags
    slack: Floats
    doubt: float
    spread: Spread
    sure: float = ERRORS

    def moved(self, settled: Settled, doubt: float, off: Floats | None) -> At:
        """Return where prices have settled, and may be `off` by some (R,)."""
        off = np.abs(settled.prices - self.prices) if off is None else off
        spread = self.spread.learned(off)
        return At(settled.prices, settled.edge, settled.slack, doubt, spread)


@dataclass(frozen=True)
class Leapt:
    """Where prices have leapt to.

    Attributes:
        stand: there.
        doubt: share of the units by which the use of a row may be off.
        slack: (R,) room in rows without a price; inf elsewhere.
        spread: with steps as far as prices may be off.
    """

    stand: Stand
    doubt: float
    slack: Floats
    spread: Spread


@dataclass(frozen=True)
class Levels:
    """Samples of the units, and all of them.

    Attributes:
        frame: of the task.
        sample: what is held of the units.
        population: all units, or the sample where it holds all.
    """

    frame: Frame
    sample: InMemory
    population: Population

    def settle(self, start: Start | None) -> Settled:
        """Settle prices, from those of an earlier answer where these are near."""
        first = self.sample.first(max(self.frame.aims.sample // 2, 16 * self.frame.rows.count))
        prices = np.zeros(self.frame.rows.count)
        spread = spread_of(self.frame, first, prices)
        looks = 0
        if start is not None and len(first.types):
            prices = signed(start.prices, self.frame.rows)
            if not self._is_tied(first, prices, spread):
                stand, learned = self._stand(prices, start.learned)
                found, looks = self._leaping(stand, learned, spread)
                if found is not None:
                    return self._counted(found, looks)
        settled = settle(self.frame, first, prices, 100.0 * spread.usual, spread)
        if self._is_tied(first, settled.prices, spread):
            return crowded(self.frame, first, settled.prices)
        if len(first.types) == len(self.sample.types) and self.population is self.sample:
            return self._counted(settled, looks)
        if not settled.edge.any():
            found, more = self._leaping(Stand(settled.prices, settled.others), None, spread)
            looks += more
            if found is not None:
                return self._counted(found, looks)
        return self._counted(self._rising(first, settled, spread), looks)

    def _counted(self, settled: Settled, looks: int) -> Settled:
        """Return it with the passes that went before; in memory there are none."""
        passes = 0 if self.population is self.sample else settled.passes + looks
        return replace(settled, passes=passes)

    def _stand(self, prices: Floats, learned: Learned | None) -> tuple[Stand, Floats | None]:
        if learned is None:
            return Stand(prices, resting_at(self.frame.rows, prices)), None
        return Stand(prices, learned.others), learned.sums

    def _rising(self, first: InMemory, settled: Settled, spread: Spread) -> Settled:
        """Settle prices on larger samples, then on all units."""
        doubt = 1.0 / np.sqrt(max(1, len(first.types)))
        at = At(settled.prices, settled.edge, settled.slack, doubt, spread)
        before, count = first, 16 * self.frame.aims.sample
        if count < len(self.sample.types) // 2:
            before = self.sample.first(count)
            settled = self._on(self.frame, before, at, first)
            at = self._moved(at, settled, 1.0 / np.sqrt(len(before.types)), before)
        if self.population is not self.sample:
            return self._on_all(before, at)
        return self._on(self.frame, self.sample, at, before)

    def _on_all(self, before: InMemory, at: At) -> Settled:
        """Settle prices on the whole sample, corrected by what all units use, then on all."""
        looks = 0
        while True:
            sums = at_best(self.frame, self.population, at.prices).sums
            looks += 1
            settled = self._on(
                self._corrected(at.prices, sums, self.sample), self.sample, at, before
            )
            doubt = self._doubt(at.prices, settled.prices, self.sample)
            at, before = self._moved(at, settled, doubt, self.sample), self.sample
            close = not settled.edge.any() and self._open(at, self.population) < self._most
            if close or looks == CORRECTIONS:
                break
        settled = self._on(self.frame, self.population, at, self.sample)
        return replace(settled, passes=settled.passes + looks)

    def _leaping(
        self, stand: Stand, sums: Floats | None, spread: Spread
    ) -> tuple[Settled | None, int]:
        """Leap to better prices on a sample that knows what all units use, then settle on all.

        Args:
            stand: where prices are.
            sums: (M, N, O) of measures of all units at their best there, where known.
            spread: how rows differ.

        Returns:
            What settled, None where prices do not leap to an end; passes before that.
        """
        frame, units, looks = self.frame, self.population.extent.units, 0
        some = self.sample.first(max(16 * frame.aims.sample, units // LEAPING))
        noise = errors(frame, some, stand.prices)
        if noise is None:
            return None, looks
        enough = max(4.0 * FEW, ENOUGH * units) / (SURE * max(1, units))
        leaps = 0
        while True:
            if sums is None:
                sums = at_best(frame, self.population, stand.prices).sums
                looks += 1
            leapt = self._leapt(stand, sums, (some, noise, spread), enough)
            if leapt is None:
                return None, looks
            stand, sums, leaps = leapt.stand, None, leaps + 1
            if leapt.doubt <= enough or leaps == LOOKS:
                break
        edge = np.zeros(stand.prices.size, np.bool_)
        at = At(stand.prices, edge, leapt.slack, leapt.doubt, leapt.spread, SURE)
        return self._on(frame, self.population, at, some), looks

    def _leapt(
        self, begun: Stand, sums: Floats, known: tuple[InMemory, Floats, Spread], enough: float
    ) -> Leapt | None:
        """Leap on a small sample, then on all that is held where that spares a pass."""
        sample, noise, spread = known
        stand = begun
        while True:
            corrected = self._corrected(begun.prices, sums, sample)
            found = leap(corrected, sample, stand, noise)
            if found is None:
                return None
            stand = found
            doubt, shape = self._box(begun, stand, sample, spread)
            finer = doubt * math.sqrt(len(sample.types) / max(1, len(self.sample.types)))
            if len(sample.types) == len(self.sample.types) or not finer <= enough < doubt:
                return Leapt(stand, doubt, room(corrected, sample, stand), shape)
            sample = self.sample

    def _box(
        self, begun: Stand, stand: Stand, sample: InMemory, spread: Spread
    ) -> tuple[float, Spread]:
        """Return how much is in doubt after a leap, and the shape of the box around prices."""
        frame = self.frame
        one, other = (glance(frame, sample, at.prices) for at in (begun, stand))
        off = leap_errors(frame, one, other, stand.prices)
        if off is None or not off.any():
            return self._doubt(begun.prices, stand.prices, sample), spread
        pace = float(np.median((off / spread.step)[off > 0.0]))
        shape = replace(spread, step=np.clip(off / spread.step, pace / 8.0, None) * spread.step)
        wide = reaches(frame, _judges(sample), stand.prices, shape) <= DEVIATIONS
        return float(wide.mean()) / SURE, shape

    def _on(self, frame: Frame, step: Population, at: At, before: InMemory) -> Settled:
        """Settle prices on a larger population; a smaller one says how wide a box is to be."""
        half = self._half(at, step, before)
        return settle(frame, step, at.prices, half, at.spread)

    def _moved(self, at: At, settled: Settled, doubt: float, sample: InMemory) -> At:
        return at.moved(settled, doubt, errors(self.frame, sample, settled.prices))

    def _corrected(self, prices: Floats, sums: Floats, sample: InMemory) -> Frame:
        """Return a frame for a sample in which it uses as much at prices as all units do."""
        rows = self.frame.rows
        own = at_best(self.frame, sample, prices).sums
        more = np.asarray(rows.uses @ (own - sums).ravel())
        return replace(
            self.frame, rows=replace(rows, lower=rows.lower + more, upper=rows.upper + more)
        )

    def _doubt(self, earlier: Floats, prices: Floats, sample: InMemory) -> float:
        """Return by which share the use of rows may be off after a step on a corrected sample.

        Only units that choose anew are sampled; what all others use is known.
        """
        some = _judges(sample)
        one, other = (glance(self.frame, some, at) for at in (earlier, prices))
        scale = sample.scale[some.types.block.kind]
        change = (one.amounts * scale)[one.best != other.best].sum()
        change += prices.size * float(sample.scale.max(initial=1.0)) ** 2
        return float(np.sqrt(change)) / max(1, self.population.extent.units)

    @property
    def _most(self) -> float:
        """Units that a box leaves open at most."""
        return self.frame.aims.near / 3.0

    def _open(self, at: At, step: Population) -> float:
        """Return how many units a box would have to leave open."""
        if isinstance(step, InMemory):
            return max(at.sure * at.doubt * len(step.types), FEW)
        return max(max(at.sure * at.doubt, LEAST) * step.extent.units, FEW)

    def _half(self, at: At, step: Population, before: InMemory) -> Floats:
        """Return how far prices may move on a larger population."""
        units = len(step.types) if isinstance(step, InMemory) else step.extent.units
        target = min(self._open(at, step), self._most)
        reach = reaches(self.frame, _judges(before), at.prices, at.spread)
        half = float(np.quantile(reach, min(1.0, target / max(1, units)), method="higher"))
        if not np.isfinite(half):
            finite = reach[np.isfinite(reach)]
            half = 2.0 * float(finite.max()) if finite.size else 1.0
        usual = float(np.median(at.spread.usual / at.spread.step))
        # the least is for where most units are at a tie
        halves = max(half, self.frame.least * usual) * at.spread.step
        halves = np.where(at.edge, np.maximum(halves, np.abs(at.prices)), halves)
        margin = 5.0 * step.extent.units * at.doubt * at.spread.noise
        return np.where((at.prices == 0.0) & (at.slack > margin), 0.0, halves)

    def _is_tied(self, first: InMemory, prices: Floats, spread: Spread) -> bool:
        """Say whether a good part of many units is at a tie, as exact as the prices are."""
        if len(self.sample.types) <= self.frame.aims.crowd:
            return False
        reach = reaches(self.frame, first, prices, spread)
        least = TIE * float(np.median(spread.usual / spread.step))
        return bool((reach <= least).mean() > TIED)


def resting_at(rows: Rows, prices: Floats) -> Floats:
    """Return (Z,) other columns as they rest at prices."""
    return resting(rows, np.asarray(rows.others_gain - rows.others.T @ prices))


def reaches(frame: Frame, population: InMemory, prices: Floats, spread: Spread) -> Floats:
    """Return (T,) from which reach of the box on the choice of each type is open."""
    reduced = reduce(frame.tables, frame.rows, prices)
    around = box(frame.tables, frame.sizes, reduced, spread.step, population.extent)
    choice = choices(population.types, reduced)
    block = choice.types.block
    size = replace(block, weights=np.abs(block.weights), each=np.abs(block.each))
    reach = replace(choice.types, block=size).values(Reduced(around.radius, reduced.base))
    own = np.take_along_axis(reach, choice.best[:, np.newaxis], axis=1)
    loss = choice.loss
    np.put_along_axis(loss, choice.best[:, np.newaxis], np.inf, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = loss / (own + reach)
    return np.asarray(np.nan_to_num(ratio, nan=np.inf, posinf=np.inf).min(axis=1))


def _judges(sample: InMemory) -> InMemory:
    return sample.every(max(1, len(sample.types) // JUDGED))
