"""Program: named variables, named rows and named money terms, compiled to plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.algebra.expr import Expr, Floats, Matrix, Relation
from channelopt.algebra.index import Index, Sets
from channelopt.algebra.problem import MatrixProblem

NEARLY = 1e-9
"""A bound this close to a whole number is that number."""


@dataclass(frozen=True)
class Block:
    """Consecutive columns or rows under one name."""

    name: str
    index: Index
    start: int

    @property
    def stop(self) -> int:
        """One past the last column or row."""
        return self.start + self.index.num_rows

    @property
    def where(self) -> slice:
        """The positions of the block."""
        return slice(self.start, self.stop)

    def label(self, position: int) -> str:
        """Return the name of one column or row, for example `capacity[branch,2027]`.

        A blank label, such as that of a channel without upgrades, is left out.
        """
        labels = [label for label in self.index.label(position - self.start) if label]
        return f"{self.name}[{','.join(labels)}]" if labels else self.name


@dataclass(frozen=True)
class Labels:
    """Who each column and row of a compiled program is."""

    columns: tuple[Block, ...]
    rows: tuple[Block, ...]

    @staticmethod
    def _names(blocks: tuple[Block, ...]) -> list[str]:
        return [block.label(k) for block in blocks for k in range(block.start, block.stop)]

    def column_names(self) -> list[str]:
        """Return the name of every column."""
        return self._names(self.columns)

    def row_names(self) -> list[str]:
        """Return the name of every row."""
        return self._names(self.rows)


@dataclass
class Program:
    """A mixed-integer program under construction."""

    sets: Sets
    columns: list[Block] = field(default_factory=list)
    rows: list[Block] = field(default_factory=list)
    terms: dict[str, Expr] = field(default_factory=dict)
    _lower: list[Floats] = field(default_factory=list)
    _upper: list[Floats] = field(default_factory=list)
    _integer: list[NDArray[np.bool_]] = field(default_factory=list)
    _relations: list[Relation] = field(default_factory=list)

    @property
    def num_columns(self) -> int:
        """Number of columns so far."""
        return self.columns[-1].stop if self.columns else 0

    def variable(
        self,
        name: str,
        index: Index,
        *,
        lower: Floats | float = 0.0,
        upper: Floats | float = np.inf,
        integer: NDArray[np.bool_] | bool = False,
    ) -> Expr:
        """Add one column per row of `index` and return them as an expression.

        Args:
            name: what the columns are.
            index: the rows that get a column.
            lower: (rows,) or one bound, -inf for none.
            upper: (rows,) or one bound, inf for none.
            integer: (rows,) or one flag.
        """
        size = index.num_rows
        start = self.num_columns
        self.columns.append(Block(name, index, start))
        whole = np.broadcast_to(np.asarray(integer, dtype=bool), (size,))
        low = np.broadcast_to(np.asarray(lower, dtype=float), (size,))
        high = np.broadcast_to(np.asarray(upper, dtype=float), (size,))
        # whole columns get whole bounds: a solver's presolve may stumble over others
        self._lower.append(np.where(whole, np.ceil(low - NEARLY), low))
        self._upper.append(np.where(whole, np.floor(high + NEARLY), high))
        self._integer.append(whole)
        matrix: Matrix = scipy.sparse.csr_array(
            (np.ones(size), np.arange(start, start + size), np.arange(size + 1)),
            shape=(size, start + size),
        )
        return Expr(index, matrix, np.zeros(size))

    def require(self, name: str, relation: Relation) -> None:
        """Add one row per row of the relation."""
        start = self.rows[-1].stop if self.rows else 0
        self.rows.append(Block(name, relation.expr.index, start))
        self._relations.append(relation)

    def earn(self, name: str, amount: Expr) -> None:
        """Add a money term to the objective: the sum of all rows of `amount`, already signed."""
        self.terms[name] = amount

    def compile(self) -> tuple[MatrixProblem, Labels]:
        """Return the program as plain arrays, and who each column and row is."""
        width = self.num_columns
        constants = [relation.expr.constant for relation in self._relations]
        lower = [r.lower - k for r, k in zip(self._relations, constants, strict=True)]
        upper = [r.upper - k for r, k in zip(self._relations, constants, strict=True)]
        costs, offset = self._objective(width)
        problem = MatrixProblem(
            c=costs,
            offset=offset,
            A=_stack(self._relations, width),
            row_lower=_joined(lower),
            row_upper=_joined(upper),
            lower=_joined(self._lower),
            upper=_joined(self._upper),
            integer=np.concatenate([np.zeros(0, dtype=bool), *self._integer]),
        )
        return problem, Labels(tuple(self.columns), tuple(self.rows))

    def _objective(self, width: int) -> tuple[Floats, float]:
        costs = np.zeros(width)
        offset = 0.0
        for amount in self.terms.values():
            entries = amount.matrix
            costs += np.bincount(entries.indices, weights=entries.data, minlength=width)
            offset += float(amount.constant.sum())
        return costs, offset


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate([np.zeros(0), *parts])


def _stack(relations: list[Relation], width: int) -> Matrix:
    """Put the matrices of all relations under each other, without copying entry by entry."""
    matrices = [relation.expr.matrix for relation in relations]
    starts = np.cumsum([0, *(matrix.nnz for matrix in matrices)])
    pointers = [m.indptr[1:] + start for m, start in zip(matrices, starts, strict=False)]
    stacked: Matrix = scipy.sparse.csr_array(
        (
            np.concatenate([np.zeros(0), *(matrix.data for matrix in matrices)]),
            np.concatenate([np.zeros(0, dtype=np.int64), *(m.indices for m in matrices)]),
            np.concatenate([np.zeros(1, dtype=np.int64), *pointers]),
        ),
        shape=(sum(matrix.shape[0] for matrix in matrices), width),
    )
    stacked.sum_duplicates()
    stacked.eliminate_zeros()
    return stacked
