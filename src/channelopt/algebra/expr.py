"""Affine expressions over labelled rows: add, scale, sum, repeat, compare; never guess.

Three strict rules hold throughout: numbers are finite, two expressions combine only on the same
Index object, and rows change only by `sum_to`, `on`, `through` and `before`, where a label
without a partner raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.algebra.index import Index, MisalignedError

Floats = NDArray[np.float64]
Matrix: TypeAlias = "scipy.sparse.csr_array[Any, tuple[int, int]]"


def _finite(values: Floats, what: str) -> Floats:
    if not np.isfinite(values).all():
        msg = f"{what} must be finite numbers"
        raise ValueError(msg)
    return values


@dataclass(frozen=True, eq=False)
class Param:
    """Numbers on rows: `values` is (rows,), finite."""

    index: Index
    values: Floats

    __array_ufunc__ = None

    @staticmethod
    def pick(index: Index, dense: NDArray[Any], *dims: str) -> Param:
        """Take the value of each row from an array with one axis per named dimension."""
        codes = tuple(index.code(dim) for dim in dims)
        values = np.asarray(dense[codes] if codes else np.full(index.num_rows, dense), dtype=float)
        return Param(index, _finite(values, f"parameters on [{', '.join(index.dims)}]"))

    def on(self, index: Index) -> Param:
        """Repeat the values on rows with at least these dimensions."""
        rows = self.index.positions(index.keys_of(self.index.dims), of="a parameter")
        return Param(index, self.values[rows])

    def __mul__(self, factor: float) -> Param:
        return Param(self.index, self.values * factor)

    def __neg__(self) -> Param:
        return Param(self.index, -self.values)


@dataclass(frozen=True, eq=False)
class Expr:
    """One affine expression per row: `matrix @ x + constant`.

    `matrix` is CSR (rows, columns known when it was made); `constant` is (rows,).
    """

    index: Index
    matrix: Matrix
    constant: Floats

    __array_ufunc__ = None

    @staticmethod
    def zero(index: Index) -> Expr:
        """Return the expression that is zero on every row."""
        return Expr(index, scipy.sparse.csr_array((index.num_rows, 0)), np.zeros(index.num_rows))

    @staticmethod
    def of(values: Param) -> Expr:
        """Return constants as an expression."""
        return Expr.zero(values.index) + values

    # combine, on the same rows

    def __add__(self, other: Expr | Param | float) -> Expr:
        if isinstance(other, Expr):
            self._aligned(other.index)
            left, right = same_width(self.matrix, other.matrix)
            return Expr(self.index, left + right, self.constant + other.constant)
        return Expr(self.index, self.matrix, self.constant + self._numbers(other))

    def __neg__(self) -> Expr:
        return Expr(self.index, -self.matrix, -self.constant)

    def __sub__(self, other: Expr | Param | float) -> Expr:
        if isinstance(other, Expr):
            self._aligned(other.index)
            left, right = same_width(self.matrix, other.matrix)
            return Expr(self.index, left - right, self.constant - other.constant)
        return self + (-other)

    def __radd__(self, other: Param | float) -> Expr:
        return self + other

    def __rsub__(self, other: Param | float) -> Expr:
        return (-self) + other

    def __mul__(self, factor: Param | float) -> Expr:
        numbers = np.broadcast_to(self._numbers(factor), (self.index.num_rows,))
        scaled = self.matrix.copy()
        scaled.data *= np.repeat(numbers, np.diff(self.matrix.indptr))
        return Expr(self.index, scaled, self.constant * numbers)

    def __rmul__(self, factor: Param | float) -> Expr:
        return self * factor

    def _numbers(self, other: Param | float) -> Floats:
        if isinstance(other, Param):
            self._aligned(other.index)
            return other.values
        return _finite(np.asarray(other, dtype=float), "factors")

    def _aligned(self, index: Index) -> None:
        if index is not self.index:
            msg = (
                f"rows [{', '.join(self.index.dims)}] and [{', '.join(index.dims)}] are not the "
                "same; say .on(index) to repeat or .sum_to(index) to add up"
            )
            raise MisalignedError(msg)

    # change rows

    def sum_to(self, index: Index) -> Expr:
        """Add up to rows with fewer dimensions, or fill up to more rows of the same ones.

        Every row must have its partner in `index`; rows of `index` without any are zero.
        """
        target = index.positions(self.index.keys_of(index.dims), of="a sum")
        counts = np.bincount(target, minlength=index.num_rows)
        starts = np.concatenate([[0], np.cumsum(counts)])
        members = np.argsort(target, kind="stable")
        adder: Matrix = scipy.sparse.csr_array(
            (np.ones(self.index.num_rows), members, starts),
            shape=(index.num_rows, self.index.num_rows),
        )
        return self.through(index, adder)

    def total(self) -> Expr:
        """Add up all rows."""
        return self.sum_to(Index.total(self.index.sets))

    def on(self, index: Index) -> Expr:
        """Repeat on rows with more dimensions, or keep some rows of the same ones."""
        rows = self.index.positions(index.keys_of(self.index.dims), of="an expression")
        return Expr(index, self.matrix[rows], self.constant[rows])

    def only(self, keep: NDArray[np.bool_]) -> Expr:
        """Keep some rows; `keep` is (rows,)."""
        return Expr(self.index.only(keep), self.matrix[keep], self.constant[keep])

    def through(self, index: Index, weights: Matrix) -> Expr:
        """Map rows linearly: row j of the result is the weighted sum of these rows.

        Args:
            index: the new rows.
            weights: (new rows, rows) finite weights.
        """
        matrix: Matrix = weights @ self.matrix
        return Expr(index, matrix, weights @ self.constant)

    def before(self, dim: str, first: Param) -> Expr:
        """Take the value at the preceding label of `dim`, `first` at the first one.

        Args:
            dim: an ordered dimension, normally `period`.
            first: values on these rows, used where the label is the first.

        Raises:
            MisalignedError: a row's predecessor does not exist.
        """
        step = self.index.code(dim)
        later = step > 0
        stride = int(np.prod(self.index.shape[self.index.dims.index(dim) + 1 :]))
        rows = self.index.positions(self.index.keys[later] - stride, of="the row before")
        shift = scipy.sparse.csr_array(
            (np.ones(len(rows)), (np.nonzero(later)[0], rows)),
            shape=(self.index.num_rows, self.index.num_rows),
        )
        shifted = self.through(self.index, shift)
        self._aligned(first.index)
        return shifted + Param(self.index, np.where(later, 0.0, first.values))

    def value(self, x: Floats) -> Floats:
        """Return the (rows,) values at a point (columns,)."""
        return self.matrix @ x[: self.matrix.shape[1]] + self.constant

    # compare

    def __le__(self, other: Expr | Param | float) -> Relation:
        difference = self - other
        return Relation(difference, -np.inf, 0.0)

    def __ge__(self, other: Expr | Param | float) -> Relation:
        difference = self - other
        return Relation(difference, 0.0, np.inf)

    def equals(self, other: Expr | Param | float) -> Relation:
        """Both sides are the same on every row."""
        return Relation(self - other, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Relation:
    """A comparison on every row: `lower <= expr <= upper`, constants inside the expression."""

    expr: Expr
    lower: float
    upper: float

    def __bool__(self) -> NoReturn:
        msg = "a relation has no truth value: write a <= b and b <= c as two relations"
        raise TypeError(msg)


def same_width(*matrices: Matrix) -> Sequence[Matrix]:
    """Give matrices the same number of columns; new columns are zero."""
    width = max(matrix.shape[1] for matrix in matrices)
    return [
        matrix
        if matrix.shape[1] == width
        else scipy.sparse.csr_array(
            (matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], width)
        )
        for matrix in matrices
    ]
