"""Piecewise linear curves of any shape as blocks of variables and rows.

Incremental form (Markowitz and Manne 1957; locally ideal, see Vielma 2015, section 4): the argument
is cut into steps that fill from the left. Steps whose slope is not larger than the one before fill
in the right order by themselves in a maximisation; a binary is needed only where the slope rises.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from channelopt.algebra.expr import Expr, Floats, Param
from channelopt.algebra.index import Index, Sets
from channelopt.algebra.program import Program

HAIR = 1e-5
"""A range is made wider by so much at each end."""
NARROW = 1e-6
"""No first or last piece is shorter."""


@dataclass(frozen=True)
class Pieces:
    """A curve on the range that its argument can reach: breakpoints and values, (points,)."""

    at: Floats
    values: Floats

    @staticmethod
    def on_range(at: Floats, values: Floats, low: float, high: float) -> Pieces:
        """Cut a curve, constant outside its points, to a range and drop needless breakpoints.

        The ends are stretched by a hair along the outer pieces, so that rounding cuts nothing off.
        Breakpoints within `NARROW` of an end are left out: a step that short is below what a solver
        tells from nothing, and HiGHS has been seen to cut off the optimum with one.
        """
        inside = (at > low + NARROW) & (at < high - NARROW)
        points = np.concatenate([[min(low + NARROW, high)], at[inside], [max(high - NARROW, low)]])
        if high - low <= 2 * NARROW:
            points = np.full(2, (low + high) / 2)
        heights = np.interp(points, at, values)
        keep = np.ones(len(points), dtype=bool)
        slopes = np.diff(heights) / np.maximum(np.diff(points), 1e-300)
        keep[1:-1] = ~np.isclose(slopes[1:], slopes[:-1], rtol=1e-12, atol=1e-12)
        ends = np.array([low - HAIR, high + HAIR])
        heights[[0, -1]] += slopes[[0, -1]] * (ends - points[[0, -1]])
        points[[0, -1]] = ends
        return Pieces(points[keep], heights[keep])

    @property
    def lengths(self) -> Floats:
        """(pieces,) length of each piece."""
        return np.diff(self.at)

    @property
    def slopes(self) -> Floats:
        """(pieces,) slope of each piece, 0 where it has no length."""
        lengths = self.lengths
        rise = np.diff(self.values)
        return np.where(lengths > 0, rise / np.where(lengths > 0, lengths, 1.0), 0.0)


def curve(program: Program, name: str, argument: Expr, pieces: list[Pieces]) -> Expr:
    """Return the curve's value at the argument, for use where more of it is better.

    Args:
        program: gets the steps, the binaries at rising slopes, and their rows.
        name: prefix of the new columns and rows.
        argument: rows whose value lies within each curve's range.
        pieces: one curve per row of the argument.

    Returns:
        The value on the argument's rows; an upper estimate that a maximisation makes exact.
    """
    sets = _with_steps(argument.index.sets, max((len(p.slopes) for p in pieces), default=0))
    steps, owner, number = _step_index(sets, argument.index, pieces)
    lengths = np.array([pieces[row].lengths[k] for row, k in zip(owner, number, strict=True)])
    slopes = np.array([pieces[row].slopes[k] for row, k in zip(owner, number, strict=True)])
    fill = program.variable(f"{name} step", steps, upper=lengths)
    total = _gather(argument.index, owner, np.ones(len(owner)))
    start = Param(argument.index, np.array([p.at[0] for p in pieces]))
    program.require(f"{name} steps", argument.equals(fill.through(argument.index, total) + start))
    _keep_order(program, name, fill, (owner, lengths, slopes))
    base = Param(argument.index, np.array([p.values[0] for p in pieces]))
    return fill.through(argument.index, _gather(argument.index, owner, slopes)) + base


def _with_steps(sets: Sets, most: int) -> Sets:
    width = len(str(most))
    labels = tuple(f"{k:0{width}d}" for k in range(1, most + 1))
    return Sets({**sets.labels, "step": labels})


def _step_index(
    sets: Sets, rows: Index, pieces: list[Pieces]
) -> tuple[Index, np.ndarray, np.ndarray]:
    counts = np.array([len(p.slopes) for p in pieces], dtype=np.int64)
    owner = np.repeat(np.arange(rows.num_rows), counts)
    number = np.concatenate([np.arange(0), *(np.arange(count) for count in counts)])
    codes = (*(axis[owner] for axis in rows.codes), number)
    return Index(sets, (*rows.dims, "step"), codes, len(owner)), owner, number


def _gather(rows: Index, owner: np.ndarray, weights: Floats) -> scipy.sparse.csr_array:
    return scipy.sparse.csr_array(
        (weights, (owner, np.arange(len(owner)))), shape=(rows.num_rows, len(owner))
    )


def _keep_order(
    program: Program, name: str, fill: Expr, steps: tuple[np.ndarray, Floats, Floats]
) -> None:
    """Where the slope rises, the next step may fill only when all steps before it are full."""
    owner, lengths, slopes = steps
    same = owner[1:] == owner[:-1]
    rises = np.concatenate([same & (slopes[1:] > slopes[:-1] + 1e-12), [False]])
    if not rises.any():
        return
    run = np.cumsum(np.concatenate([[True], ~same | rises[:-1]])) if len(owner) else owner
    full = program.variable(f"{name} full", fill.index.only(rises), upper=1.0, integer=True)
    at = np.nonzero(rises)[0]
    before = (run[None, :] == run[at][:, None]) & (np.arange(len(owner))[None, :] <= at[:, None])
    after = run[None, :] == run[at + 1][:, None]
    for what, members, sense in (("before", before, 1), ("after", after, -1)):
        row, column = np.nonzero(members)
        index = _pair_index(full.index, fill.index, row, column)
        chosen = fill.through(index, _select(column, len(owner)))
        gate = full.through(index, _select(row, len(at))) * Param(index, lengths[column])
        relation = chosen >= gate if sense > 0 else chosen <= gate
        program.require(f"{name} {what}", relation)


def _select(positions: np.ndarray, width: int) -> scipy.sparse.csr_array:
    count = len(positions)
    return scipy.sparse.csr_array(
        (np.ones(count), (np.arange(count), positions)), shape=(count, width)
    )


def _pair_index(gates: Index, steps: Index, row: np.ndarray, column: np.ndarray) -> Index:
    """Rows named by the step and the gate that holds it."""
    sets = Sets({**steps.sets.labels, "gate": steps.sets.labels["step"]})
    codes = (*(axis[column] for axis in steps.codes), gates.codes[-1][row])
    return Index(sets, (*steps.dims, "gate"), codes, len(row))
