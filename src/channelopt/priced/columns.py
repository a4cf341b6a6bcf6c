"""Columns: units of a type that take another option than their best, and what that changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.priced.tables import Reduced
from channelopt.priced.types import Types
from channelopt.priced.units import Floats, Matrix, Rows, Tables


@dataclass(frozen=True)
class Choices:
    """What types may take at prices.

    Attributes:
        types: T of them.
        values: (T, O) worth at the prices, -inf where barred.
        best: (T,) the best option.
    """

    types: Types
    values: Floats
    best: NDArray[np.intp]

    @property
    def loss(self) -> Floats:
        """(T, O) by how much an option is worse than the best; inf where barred."""
        top = np.take_along_axis(self.values, self.best[:, np.newaxis], axis=1)
        return np.asarray(top - self.values)


@dataclass(frozen=True)
class Columns:
    """Other options that types may take: (C,) each, in the order of types and options."""

    of: NDArray[np.intp]  # type
    option: NDArray[np.intp]
    loss: Floats
    most: Floats  # units

    def __len__(self) -> int:
        """Return the number of columns."""
        return int(self.of.size)

    def take(self, where: NDArray[np.intp]) -> Columns:
        """Return some of them."""
        return Columns(self.of[where], self.option[where], self.loss[where], self.most[where])


def choices(types: Types, reduced: Reduced) -> Choices:
    """Return what types may take."""
    values = types.values(reduced)
    return Choices(types, values, np.argmax(values, axis=1))


def columns(choice: Choices, allowed: NDArray[np.bool_], scale: Floats) -> Columns:
    """Return the columns where `allowed` (T, O) and not barred.

    Args:
        choice: of types.
        allowed: which options to take up.
        scale: (N,) units that each one stands for.
    """
    loss = choice.loss
    allowed = allowed & np.isfinite(loss)
    allowed[np.arange(len(choice.types)), choice.best] = False
    of, option = np.nonzero(allowed)
    most = (choice.types.counts * scale[choice.types.block.kind])[of]
    return Columns(of, option, loss[of, option], most)


def uses(tables: Tables, rows: Rows, choice: Choices, cols: Columns) -> Matrix:
    """Return (R, C) how one unit more in each column changes the rows."""
    gone = _measured(tables, choice.types, cols.of, choice.best[cols.of])
    come = _measured(tables, choice.types, cols.of, cols.option)
    return scipy.sparse.csr_array(rows.uses @ (come - gone))


def gains(tables: Tables, choice: Choices, cols: Columns) -> Floats:
    """Return (C,) how one unit more in each column changes the gain."""
    gone = _measured(tables, choice.types, cols.of, choice.best[cols.of])
    come = _measured(tables, choice.types, cols.of, cols.option)
    return np.asarray((come - gone).T @ tables.gain.ravel())


def taken(tables: Tables, choice: Choices, amounts: Floats, options: NDArray[np.intp]) -> Floats:
    """Return (M, N, O) sums of measures where `amounts` (T,) units of types take `options` (T,)."""
    every = np.arange(len(choice.types))
    return np.asarray(_measured(tables, choice.types, every, options) @ amounts).reshape(
        tables.shape
    )


def _measured(
    tables: Tables, types: Types, of: NDArray[np.intp], option: NDArray[np.intp]
) -> Matrix:
    """Return (M * N * O, C) the measures of one unit of types that take options."""
    measures, kinds, options = tables.shape
    block = types.block
    data = np.concatenate([block.weights[:, of], block.each[:, of, option]])
    place = block.kind[of].astype(np.int64) * options + option
    index = np.arange(measures)[:, np.newaxis] * (kinds * options) + place
    starts = np.arange(of.size + 1) * measures
    shape = (measures * kinds * options, of.size)
    matrix = scipy.sparse.csc_array((data.T.ravel(), index.T.ravel(), starts), shape=shape)
    return scipy.sparse.csr_array(matrix)
