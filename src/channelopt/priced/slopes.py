"""How what units use answers to prices: how far prices may be off, and where better ones are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from channelopt.priced.columns import Choices, Columns, uses
from channelopt.priced.kernels import decide
from channelopt.priced.master import signed
from channelopt.priced.passes import InMemory
from channelopt.priced.settle import Frame
from channelopt.priced.tables import reduce
from channelopt.priced.types import described
from channelopt.priced.units import Floats, Rows

JUDGED = 4096
"""About so many kinds of units tell how far prices may be off."""
LEAPS = 6
"""Times at most that prices leap."""
STILL = 0.05
"""Prices have arrived where they leap no further than this share of the noise."""
PROGRESS = 0.1
"""Prices have come nearer where what is left to gain is no more than this share."""
CLOSE = 0.1
"""Share of the units, those next to choosing anew, that show how uses answer to prices."""
ENOUGH = 2048
"""No more of them are needed."""


@dataclass(frozen=True)
class Glance:
    """What a sample chooses at prices.

    Attributes:
        sample: T types.
        best: (T,) the best option.
        other: (T,) the second-best, -1 where there is none.
        worse: (T,) by how much that is worse; nan where there is none.
    """

    sample: InMemory
    best: NDArray[np.int16]
    other: NDArray[np.int16]
    worse: Floats

    @property
    def amounts(self) -> Floats:
        """(T,) units of all that each type stands for."""
        types = self.sample.types
        scale: Floats = self.sample.scale[types.block.kind]
        return types.counts * scale

    def sums(self, shape: tuple[int, ...]) -> Floats:
        """Return sums of the measures of all units at their best options, in the shape wanted."""
        block, amounts = self.sample.types.block, self.amounts
        place = block.kind.astype(np.int64) * shape[2] + self.best
        measures = [*block.weights, *block.each[:, np.arange(len(block)), self.best]]
        found = [np.bincount(place, amounts * of, shape[1] * shape[2]) for of in measures]
        return np.array(found, np.float64).reshape(shape)

    def uses(self, frame: Frame, of: NDArray[np.intp], option: NDArray[np.int16]) -> Floats:
        """Return (R, C) how a unit of types `of` changes what it uses by taking another option."""
        types = self.sample.types
        at = Choices(types, np.zeros((0, 0)), self.best.astype(np.intp))
        none = np.zeros(of.size)
        cols = Columns(of, option.astype(np.intp), none, none)
        return np.asarray(uses(frame.tables, frame.rows, at, cols).toarray())


def glance(frame: Frame, sample: InMemory, prices: Floats) -> Glance:
    """Return what a sample chooses at prices."""
    count = len(sample.types)
    best, other = np.empty(count, np.int16), np.empty(count, np.int16)
    worse = np.empty(count)
    reduced = reduce(frame.tables, frame.rows, prices)
    decide(described(sample.types.block), reduced.table, reduced.base, (best, other, worse))
    return Glance(sample, best, other, worse)


@dataclass(frozen=True)
class Stand:
    """Where prices stand.

    Attributes:
        prices: (R,).
        others: (Z,) values of the other columns.
    """

    prices: Floats
    others: Floats


def leap(frame: Frame, some: InMemory, stand: Stand, noise: Floats) -> Stand | None:
    """Return prices at which rows with a price are met, where they can be told (Newton's method).

    Other columns between their bounds stay worth what they cost; rows that are broken get a price,
    and a price that would change its sign ends at 0.

    Args:
        frame: of the task, with sides for the sample.
        some: the sample.
        stand: where to begin.
        noise: (R,) how far prices of the sample are off, 0 where not known.
    """
    way = _Way(frame, some, noise)
    for _ in range(LEAPS):
        found = way.onwards(stand)
        if found is None:
            return None
        stand = found
        if way.arrived:
            return stand
    return way.nearest()


@dataclass
class _Way:
    """Steps so far.

    Attributes:
        frame: of the task.
        some: the sample.
        noise: (R,) how far its prices are off.
        steps: from where, to where, uses beyond the sides before, and what the step was to gain.
    """

    frame: Frame
    some: InMemory
    noise: Floats
    steps: list[tuple[Stand, Stand, Floats, float]] = field(default_factory=list)
    arrived: bool = False

    def onwards(self, stand: Stand) -> Stand | None:
        """Return where one more step ends, or the way back where the last one went too far."""
        seen = glance(self.frame, self.some, stand.prices)
        total = _total(self.frame, seen, stand)
        off = beyond(total, stand.prices, self.frame.rows)
        if self.steps and self.steps[-1][1] is stand:
            before, _, earlier, _ = self.steps[-1]
            part = _too_far(earlier, off, stand.prices - before.prices)
            if part < 1.0:
                return _part(before, stand, part)
        found = _leapt(self.frame, seen, stand, off)
        if found is None:
            return None
        step = found.prices - stand.prices
        self.steps.append((stand, found, off, float(off @ step)))
        least = np.where(self.noise > 0.0, self.noise, np.abs(stand.prices))
        self.arrived = bool((np.abs(step) <= STILL * least).all())
        return found

    def nearest(self) -> Stand | None:
        """Return where least was to be gained by a step, None where that is no progress."""
        gains = [gain for _, _, _, gain in self.steps]
        least = int(np.argmin(gains))
        stand, found, _, gain = self.steps[least]
        still = np.abs(found.prices - stand.prices) <= self.noise
        return stand if gain <= PROGRESS * gains[0] or still.all() else None


def _too_far(before: Floats, now: Floats, step: Floats) -> float:
    """Return the part of a step after which uses are about met, 1 where it did not go too far."""
    first, last = float(before @ step), float(now @ step)
    return first / (first - last) if last < -0.5 * first else 1.0


def _part(one: Stand, other: Stand, part: float) -> Stand:
    """Return where part of the way from one to the other ends."""
    return Stand(
        one.prices + part * (other.prices - one.prices),
        one.others + part * (other.others - one.others),
    )


def _leapt(frame: Frame, seen: Glance, stand: Stand, off: Floats) -> Stand | None:
    """Return where one step of Newton's method ends; `off` (R,) are uses beyond sides."""
    active = np.flatnonzero((stand.prices != 0.0) | (off != 0.0))
    if not active.size:
        return stand
    answer = _answer(frame, seen, active)
    if answer is None or not (np.diag(answer) > 0.0).all():
        return None
    return _stepped(frame.rows, stand, active, (answer, off[active]))


def _total(frame: Frame, seen: Glance, stand: Stand) -> Floats:
    """Return (R,) what all uses come to."""
    sums = seen.sums(frame.tables.shape)
    return np.asarray(frame.rows.uses @ sums.ravel() + frame.rows.others @ stand.others)


def room(frame: Frame, some: InMemory, stand: Stand) -> Floats:
    """Return (R,) the room left in rows without a price; inf elsewhere."""
    total = _total(frame, glance(frame, some, stand.prices), stand)
    left = np.minimum(frame.rows.upper - total, total - frame.rows.lower)
    return np.where(stand.prices == 0.0, left, np.inf)


def beyond(total: Floats, prices: Floats, rows: Rows) -> Floats:
    """Return (R,) how far uses are above the side that has a price, or beyond a side without."""
    over = np.where(prices >= 0.0, total - rows.upper, -np.inf)
    under = np.where(prices <= 0.0, total - rows.lower, np.inf)
    free = np.maximum(over, 0.0) + np.minimum(under, 0.0)
    return np.where(prices > 0.0, over, np.where(prices < 0.0, under, free))


def between(rows: Rows, others: Floats) -> NDArray[np.intp]:
    """Return the other columns that are between their bounds."""
    room = np.minimum(others - rows.others_lower, rows.others_upper - others)
    return np.flatnonzero(room > 1e-9 * np.maximum(1.0, np.abs(others)))


def _stepped(
    rows: Rows, stand: Stand, active: NDArray[np.intp], system: tuple[Floats, Floats]
) -> Stand:
    """Solve for the changes of prices and other columns; what reaches 0 stays there."""
    answer, off = system
    free = between(rows, stand.others)
    cost = rows.others[active, :][:, free].toarray()
    price = stand.prices[active]
    sign = np.where(price == 0.0, np.sign(off), np.sign(price))
    ended = np.zeros(active.size, np.bool_)
    while True:
        change = np.where(ended, -price, 0.0)
        keep = np.flatnonzero(~ended)
        left = off[keep] - answer[keep] @ change
        change[keep], moved = _solved(answer[np.ix_(keep, keep)], cost[keep], left)
        wrong = ~ended & ((price + change) * sign < 0.0)
        if not wrong.any():
            break
        part = np.where(wrong, np.abs(price) / np.maximum(np.abs(change), 1e-300), np.inf)
        ended[np.argmin(part)] = True  # the first on the way
    prices, others = stand.prices.copy(), stand.others.copy()
    prices[active] = price + change
    others[free] = np.clip(others[free] + moved, rows.others_lower[free], rows.others_upper[free])
    return Stand(signed(prices, rows), others)


def _solved(answer: Floats, cost: Floats, off: Floats) -> tuple[Floats, Floats]:
    """Return changes x of prices and z of other columns: answer x - cost z = off, x cost = 0."""
    count, others = cost.shape
    system = np.block([[answer, -cost], [cost.T, np.zeros((others, others))]])
    if not count:
        return np.zeros(0), np.zeros(others)
    size = 1.0 / np.sqrt(np.maximum(np.abs(system).max(axis=1), 1e-300))
    inverse = np.linalg.pinv(size[:, np.newaxis] * system * size, rcond=1e-9)
    change = size * (inverse @ (size * np.concatenate([off, np.zeros(others)])))
    return change[:count], change[count:]


def errors(frame: Frame, sample: InMemory, prices: Floats) -> Floats | None:
    """Return (R,) the standard error of prices in a sample, up to one factor; 0 without a price.

    Uses fall by H for every unit that prices rise, where H sums a a' over the units that choose
    anew, a being how their use changes; so an error e of the uses moves the prices by H^-1 e.

    Args:
        frame: of the task.
        sample: units.
        prices: (R,) that are the best for it.

    Returns:
        The errors, or None where they cannot be told, as where most units are at a tie.
    """
    active = np.flatnonzero(prices)
    seen = glance(frame, sample.every(max(1, len(sample.types) // JUDGED)), prices)
    found = _off(frame, seen, active, _differing(frame, seen, active))
    return None if found is None else found * np.sqrt(len(seen.best) / max(1, len(sample.types)))


def leap_errors(frame: Frame, one: Glance, other: Glance, prices: Floats) -> Floats | None:
    """Return (R,) the standard error of prices after a leap from where all uses are known.

    Only units that choose anew are told from a sample.

    Args:
        frame: of the task.
        one: what the sample chose before.
        other: what it chooses at the prices.
        prices: (R,).
    """
    active = np.flatnonzero(prices)
    of = np.flatnonzero(one.best != other.best)
    change = one.uses(frame, of, other.best[of])[active, :]
    scale = one.sample.scale[one.sample.types.block.kind[of]]
    weight = one.amounts[of] * np.maximum(scale - 1.0, 0.0)
    return _off(frame, other, active, (change * weight) @ change.T)


def _off(frame: Frame, seen: Glance, active: NDArray[np.intp], differs: Floats) -> Floats | None:
    """Return (R,) how far prices are off where uses differ so (A, A); None where not told."""
    if not active.size:
        return np.zeros(frame.rows.count)
    answer = _answer(frame, seen, active)
    if answer is None or not (np.diag(answer) > 0.0).all():
        return None
    size = np.sqrt(np.diag(answer))
    inverse = np.linalg.pinv(answer / np.outer(size, size), rcond=1e-6, hermitian=True)
    spread = inverse @ (differs / np.outer(size, size)) @ inverse
    found = np.zeros(frame.rows.count)
    found[active] = np.sqrt(np.maximum(np.diag(spread), 0.0)) / size
    return found


def _answer(frame: Frame, seen: Glance, active: NDArray[np.intp]) -> Floats | None:
    """Return (A, A) how uses fall when prices rise; None where that is not seen."""
    worse = np.where(seen.other >= 0, seen.worse, np.inf)
    share = min(CLOSE, ENOUGH / max(1, worse.size))
    close = float(np.quantile(worse, share, method="lower")) if worse.size else 0.0
    if not 0.0 < close < np.inf:
        return None
    of = np.flatnonzero(worse <= close)
    change = seen.uses(frame, of, seen.other[of])[active, :]
    return np.asarray((change * seen.amounts[of]) @ change.T) / (2.0 * close)


def _differing(frame: Frame, seen: Glance, active: NDArray[np.intp]) -> Floats:
    """Return (A, A) the variance of what all units use, told from a sample, class by class."""
    _, kinds, options = frame.tables.shape
    block = seen.sample.types.block
    place = block.kind.astype(np.int64) * options + seen.best
    measures = [*block.weights, *block.each[:, np.arange(len(block)), seen.best]]
    shape = (active.size, len(measures), kinds * options)
    tables = frame.rows.uses[active, :].toarray().reshape(shape)
    used = sum(
        table[:, place] * of for table, of in zip(tables.swapaxes(0, 1), measures, strict=True)
    )
    found = np.zeros((active.size, active.size))
    for number in np.unique(block.kind):
        mine = used[:, block.kind == number]
        mine = mine - mine.mean(axis=1, keepdims=True)
        found += seen.sample.scale[number] ** 2 * (mine @ mine.T)
    return found
