"""Bunches: units that are alike, taken together, so that a small program stands for all units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.priced.units import Block, Flags, Floats, Matrix, Task

Codes = NDArray[np.uint64]
Levels = NDArray[np.int32]

FINEST = 8.0
"""Bunches of the finest kind keep measures apart that differ by a factor of 2 ** (1 / 8)."""
MOST_COLUMNS = 12_000
MOST_ENTRIES = 120_000
"""Bunches are made coarser until a program over them is this small, and so quick to solve."""
DIGITS = 12
"""Sums are rounded to so many digits: then the order in which they were added does not matter."""


@dataclass(frozen=True)
class Bunches:
    """Units of one class with the same options and similar weights, in the order of their codes.

    Attributes:
        kind: (B,) int32, class.
        allowed: (B, O).
        level: (B, L) of the weights that rows use.
        weights: (K, B) sums over the units.
        each: (D, B, O) sums over the units.
    """

    kind: NDArray[np.int32]
    allowed: Flags
    level: Levels
    weights: Floats
    each: Floats

    def __len__(self) -> int:
        """Return the number of bunches."""
        return int(self.kind.shape[0])

    @property
    def columns(self) -> int:
        """Number of options of all bunches."""
        return int(self.allowed.sum())

    def uses(self, uses: Matrix, shape: tuple[int, int, int]) -> Matrix:
        """Return (R, columns) what rows use where a whole bunch takes an option.

        Args:
            uses: (R, M * N * O) of the rows.
            shape: M, N, O.
        """
        if not len(self):
            return scipy.sparse.csr_array((uses.shape[0], 0))
        bunch, option = np.nonzero(self.allowed)
        measures = np.concatenate([self.weights[:, bunch], self.each[:, bunch, option]])
        many = np.arange(shape[0])[:, np.newaxis]
        place = np.ravel_multi_index((many, self.kind[bunch], option), shape)
        column = np.broadcast_to(np.arange(bunch.size), place.shape)
        size = (uses.shape[1], bunch.size)
        held = (measures.ravel(), (place.ravel(), column.ravel()))
        return scipy.sparse.csr_array(uses @ scipy.sparse.csr_array(held, shape=size))

    def incidence(self) -> Matrix:
        """Return (B, columns) with 1 where an option is a bunch's."""
        bunch, _ = np.nonzero(self.allowed)
        held = (np.ones(bunch.size), (bunch, np.arange(bunch.size)))
        return scipy.sparse.csr_array(held, shape=(len(self), bunch.size))


@dataclass(frozen=True)
class Bunching:
    """Work on a block: bunch its units, as finely as bunches can be.

    Attributes:
        allowed: (N, O) options of a class.
        used: positions of the measures that rows use.
    """

    allowed: Flags
    used: tuple[int, ...]

    def __call__(self, block: Block) -> Bunches:
        """Bunch the units of a block."""
        allowed = self.allowed[block.kind]
        if block.barred is not None:
            allowed &= ~block.barred
        used = [k for k in self.used if 0 < k < block.weights.shape[0]]
        level = np.empty((len(block), len(used)), dtype=np.int32)
        for column, position in enumerate(used):
            level[:, column] = _levels(block.weights[position])
        single = Bunches(block.kind, allowed, level, block.weights, _permitted(block, allowed))
        return _together(single)


def bunched(task: Task) -> Bunches:
    """Bunch all units of a task, in one pass, as finely as a quick program allows."""
    measures, kinds, options = task.tables.shape
    if task.source.units == 0:
        return _nobody(measures, options)
    used = np.unique(task.rows.uses.tocoo().coords[1] // (kinds * options))
    work = Bunching(task.tables.allowed, tuple(int(k) for k in used))
    found = _joined(list(task.source.map(work)))
    most = min(MOST_COLUMNS, MOST_ENTRIES // _entries(task))
    while found.columns > most and found.level.any():
        coarser = np.where(np.abs(found.level) > 1, found.level // 2, 0)
        found = _together(replace(found, level=coarser))
    kept = found.allowed.shape[1]
    while found.columns > most and kept > 0:
        kept -= 1
        found = _together(replace(found, allowed=_shared(found, kept)))
    return replace(found, weights=_rounded(found.weights), each=_rounded(found.each))


def _entries(task: Task) -> int:
    """Return how many rows an option of one class uses on average, at least 1."""
    _, kinds, options = task.tables.shape
    row, place = task.rows.uses.tocoo().coords
    used = np.unique(row.astype(np.int64) * (kinds * options) + place % (kinds * options))
    return 1 + int(used.size) // (kinds * options)


def _shared(bunches: Bunches, kept: int) -> Flags:
    """Return the (B, O) options that all bunches have of the same class and first options.

    What the others could do besides is lost to mixtures; lists that passes find still do it.
    """
    alike = replace(bunches, allowed=bunches.allowed[:, :kept], level=bunches.level[:, :0])
    _, group = np.unique(_codes(alike), return_inverse=True)
    every: Flags = np.ones((int(group.max()) + 1, bunches.allowed.shape[1]), dtype=np.bool_)
    np.logical_and.at(every, group, bunches.allowed)
    shared: Flags = every[group]
    some = shared.max(axis=1, keepdims=True)
    return np.where(some, shared, bunches.allowed)


def _nobody(measures: int, options: int) -> Bunches:
    return Bunches(
        kind=np.zeros(0, dtype=np.int32),
        allowed=np.zeros((0, options), dtype=np.bool_),
        level=np.zeros((0, 0), dtype=np.int32),
        weights=np.zeros((measures, 0)),
        each=np.zeros((0, 0, options)),
    )


def _levels(weight: Floats) -> Levels:
    """Return whole numbers that are equal where weights are similar; 0 is only like 0."""
    size = np.abs(weight)
    with np.errstate(divide="ignore"):
        log = np.floor(np.log2(size) * FINEST)
    near = np.clip(log, -1e6, 1e6) + 2.0**21
    return np.where(size > 0.0, np.sign(weight) * near, 0.0).astype(np.int32)


def _permitted(block: Block, allowed: Flags) -> Floats:
    """Return the measures of each option, 0 where it is barred, whatever stands there."""
    return np.where(allowed[np.newaxis], block.each, 0.0)


def _codes(bunches: Bunches) -> Codes:
    """Return one number for class, options and levels: equal ones for equal units."""
    code = bunches.kind.astype(np.uint64)
    packed = np.packbits(bunches.allowed, axis=1).astype(np.uint64)
    for column in (*packed.T, *bunches.level.astype(np.int64).view(np.uint64).T):
        code = _mixed(code ^ _mixed(column + np.uint64(0x9E3779B97F4A7C15)))
    return code


def _mixed(value: Codes) -> Codes:
    """Return numbers spread over 64 bits (the finaliser of splitmix64, Steele et al. 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def _together(some: Bunches) -> Bunches:
    """Add up what is alike."""
    _, first, where = np.unique(_codes(some), return_index=True, return_inverse=True)
    many, options = first.size, some.allowed.shape[1]
    weights = np.empty((some.weights.shape[0], many))
    for k, column in enumerate(some.weights):
        weights[k] = np.bincount(where, weights=column, minlength=many)
    each = np.empty((some.each.shape[0], many, options))
    for d, table in enumerate(some.each):
        for o in range(options):
            each[d, :, o] = np.bincount(where, weights=table[:, o], minlength=many)
    return Bunches(some.kind[first], some.allowed[first], some.level[first], weights, each)


def _joined(parts: Sequence[Bunches]) -> Bunches:
    return _together(
        Bunches(
            np.concatenate([part.kind for part in parts]),
            np.concatenate([part.allowed for part in parts]),
            np.concatenate([part.level for part in parts]),
            np.concatenate([part.weights for part in parts], axis=1),
            np.concatenate([part.each for part in parts], axis=1),
        )
    )


def _rounded(sums: Floats) -> Floats:
    """Round to DIGITS digits."""
    with np.errstate(divide="ignore"):
        places = np.clip(np.floor(np.log10(np.abs(sums))), -250.0, 250.0)
    unit = np.power(10.0, DIGITS - 1 - places)
    return np.asarray(np.rint(sums * unit) / unit)
