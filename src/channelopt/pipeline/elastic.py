"""Elastic programs: limits that may move, and the least that they have to.

A limit that stands on one side of a row moves by a column of its own. One that multiplies whether
a channel is open does too, since nothing enters a closed channel anyway. One that multiplies the
contacts that are served multiplies a constant. Any other limit is moved by halving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy

from channelopt.algebra.expr import Matrix
from channelopt.algebra.problem import Flags, Floats, MatrixProblem
from channelopt.analysis.conflicts.knobs import Knob
from channelopt.analysis.conflicts.loosening import Case
from channelopt.backends.base import Limits, Reason
from channelopt.model.formulate import Model
from channelopt.pipeline.conflict import Clock, Oracle, formulated
from channelopt.pipeline.engine import Engine

WEIGHT = 1e4
"""Worth of moving a limit by its own size: solvers prove no gap below about 1e-6."""
GAP = 1e-6
"""Relative gap at which a movement counts as the least."""
FLAGGED = frozenset({"capacity", "min_volume", "steering"})
"""Limits whose rows say nothing where a channel is closed or not offered."""
STEPS = 40
CLOSE = 5e-5
"""Most halvings of the way that a limit is moved, and the relative width at which they end."""


@dataclass(frozen=True)
class Moved:
    """How far limits have to move together.

    Attributes:
        amounts: by knob, >= 0.
        least: proven that less does not do.
    """

    amounts: tuple[float, ...]
    least: bool


@dataclass(frozen=True)
class _Row:
    """A row of a limit: its position, and what a movement of 1 adds to its sides."""

    position: int
    knob: int
    upper: float
    lower: float


def least_movement(
    case: Case, knobs: Sequence[Knob], engine: Engine, clock: Clock, *, relative: bool = True
) -> Moved | None:
    """Find the least movement of limits that leaves a plan.

    Args:
        case: what is to have a plan.
        knobs: the limits; those that no column can move stay.
        engine: a solver of integer programs.
        clock: time for it.
        relative: movements count by their share of the limit, else in their own unit.

    Returns:
        None where they leave no plan however far they move, or none was found in time.
    """
    table = _table(case, knobs)
    if table is None or clock.left() <= 0:
        return None
    problem, movable = _elastic(table, knobs)
    scale = np.array([knob.scale for knob in knobs])
    price = WEIGHT / (scale if relative else np.full(len(knobs), scale.max(initial=0.0) or 1.0))
    first = problem.num_columns - len(knobs)
    costs = np.zeros(problem.num_columns)
    costs[first:] = -price
    priced = problem.with_(c=costs, offset=0.0)
    outcome = engine.solve(priced, Limits(clock.left(), gap=GAP), None, clock.listen)
    if outcome.x is None:
        return None
    amounts = np.where(movable, np.maximum(outcome.x[first:], 0.0), 0.0)
    return Moved(tuple(amounts.tolist()), outcome.termination.reason is Reason.OPTIMAL)


def least_alone(case: Case, knobs: Sequence[Knob], oracle: Oracle) -> Moved | None:
    """Find the least movement of the limits of one rule, by halving where no column moves it."""
    table = _table(case, knobs)
    if table is None or len(knobs) != 1 or _elastic(table, knobs)[1].any():
        return least_movement(case, knobs, oracle.engine, oracle.clock, relative=False)
    return _halved(knobs[0], lambda share: oracle.solves(table.moved(knobs[0], share)))


def _halved(knob: Knob, has_plan: Callable[[float], bool | None]) -> Moved | None:
    """Find how far one limit has to move, by looking for plans half way.

    Args:
        knob: the limit.
        has_plan: whether there is a plan when it has moved a share of its way.
    """
    low, high = 0.0, 1.0
    if has_plan(high) is not True:
        return None
    for _ in range(STEPS):
        middle = (low + high) / 2 if low or high * knob.far <= 2 * knob.scale else high / 8
        known = has_plan(middle)
        if known is None:
            return Moved((high * knob.far,), least=False)
        low, high = (low, middle) if known else (middle, high)
        if high - low <= CLOSE * max(high, 1e-3 * knob.scale / knob.far):
            break
    return Moved((high * knob.far,), least=True)


@lru_cache(maxsize=2)
def _as_it_is(case: Case) -> Model:
    return formulated(case)


def _table(case: Case, knobs: Sequence[Knob]) -> _Table | None:
    """Formulate a case as it is and with limits moved; None where the two have other shapes."""
    moved = case
    for knob in knobs:
        moved = knob.moved(moved, knob.far)
    far = formulated(moved)
    same = not case.numbers.service_levels
    now = _as_it_is(case) if same else formulated(case, far.decisions.stairs)
    return _Table(now, far) if now.problem.A.shape == far.problem.A.shape else None


def _elastic(table: _Table, knobs: Sequence[Knob]) -> tuple[MatrixProblem, Flags]:
    """Return the program with a column per knob at the end, and which of them are in rows.

    Rows that only tighten (a link that knows of a capacity) stand as if every limit had moved as
    far as it can; the rows of the limits themselves stand where they are, with the new columns.
    """
    rows = [row for k, knob in enumerate(knobs) for row in table.rows(k, knob)]
    unmoved = table.unmoved(knobs, {row.knob for row in rows})
    return _assembled(table, rows, unmoved, knobs)


class _Table:
    """Two programs of one shape: as it is, and with every limit moved as far as it can."""

    def __init__(self, now: Model, far: Model) -> None:
        self.now, self.far = now, far
        self.changes: Matrix = (far.problem.A - now.problem.A).tocsr()
        self.changes.eliminate_zeros()
        self.constant = _served(now)

    def rows(self, k: int, knob: Knob) -> Iterator[_Row]:
        """Yield the rows of a knob with what it adds; nothing where it is not linear."""
        found = []
        for position in self.places(knob):
            row = self._row(k, knob, position)
            if row is None:
                return
            found.append(row)
        yield from found

    def moved(self, knob: Knob, share: float) -> MatrixProblem:
        """Return the program with a limit moved a share of its way; its rows move with it."""
        now, far = self.now.problem, self.far.problem
        rows = [place for place in self.places(knob) if place < now.num_rows]
        left = np.zeros(now.num_rows)
        left[rows] = 1.0 - share
        lower, upper = far.row_lower.copy(), far.row_upper.copy()
        for row in rows:
            lower[row] -= left[row] * _difference(now.row_lower[row], lower[row])
            upper[row] -= left[row] * _difference(now.row_upper[row], upper[row])
        matrix = far.A - scipy.sparse.diags_array(left).tocsr() @ self.changes
        return far.with_(A=scipy.sparse.csr_array(matrix), row_lower=lower, row_upper=upper)

    def places(self, knob: Knob) -> list[int]:
        """Return the rows (or columns, counted after the rows) of a limit."""
        model = self.now
        blocks = model.labels.rows if knob.owner else model.labels.columns
        offset = 0 if knob.owner else model.problem.num_rows
        found: list[int] = []
        for block in blocks:
            if knob.owner and model.owners.get(block.name) != knob.owner:
                continue
            if not block.name.endswith(knob.block):
                continue
            keep = np.ones(block.index.num_rows, dtype=bool)
            for dim, code in knob.at:
                if dim in block.index.dims:
                    keep &= block.index.code(dim) == code
            found += (offset + block.start + np.flatnonzero(keep)).tolist()
        return found

    def _row(self, k: int, knob: Knob, position: int) -> _Row | None:
        now, far, rows = self.now.problem, self.far.problem, self.now.problem.num_rows
        if position >= rows:
            upper = knob.sign > 0
            return _Row(position, k, float(upper), -float(not upper))
        change = self._factor(knob, position)
        if change is None:
            return None
        up = _difference(now.row_upper[position], far.row_upper[position]) - change
        low = _difference(now.row_lower[position], far.row_lower[position]) - change
        is_upper, is_lower = np.isfinite((now.row_upper[position], now.row_lower[position]))
        if is_upper and is_lower:
            return None
        return _Row(position, k, is_upper * up / knob.far, is_lower * low / knob.far)

    def _factor(self, knob: Knob, position: int) -> float | None:
        """Return what the moved coefficients of a row come to, None where no constant."""
        start, stop = self.changes.indptr[position : position + 2]
        columns, values = self.changes.indices[start:stop], self.changes.data[start:stop]
        if not len(columns):
            return 0.0
        if knob.field in FLAGGED:
            return float(values[0]) if len(columns) == 1 else None
        total = 0.0
        for demand in np.unique(self.constant[0][columns]).tolist():
            of = values[self.constant[0][columns] == demand]
            all_of_it = demand >= 0 and len(of) == self.constant[1][demand]
            if not all_of_it or np.ptp(of) > 1e-9 * max(1.0, float(np.abs(of).max())):
                return None
            total += float(of[0]) * float(self.now.problem.row_upper[demand])
        return total

    def unmoved(self, knobs: Sequence[Knob], moved: set[int]) -> list[int]:
        """Return the rows of limits that no column moves; they stay where they are."""
        return [
            place for k, knob in enumerate(knobs) if k not in moved for place in self.places(knob)
        ]


def _served(model: Model) -> tuple[np.ndarray, dict[int, int]]:
    """Return (columns,) the row that makes a column's sum a constant, -1 for none; their sizes."""
    problem = model.problem
    row_of = np.full(problem.num_columns, -1, dtype=np.int64)
    size: dict[int, int] = {}
    for block in model.labels.rows:
        if block.name != "demand":
            continue
        for row in range(block.start, block.stop):
            start, stop = problem.A.indptr[row : row + 2]
            if problem.row_lower[row] == problem.row_upper[row]:
                row_of[problem.A.indices[start:stop]] = row
                size[row] = int(stop - start)
    return row_of, size


def _difference(now: float, far: float) -> float:
    return float(far - now) if np.isfinite(now) and np.isfinite(far) else 0.0


def _assembled(
    table: _Table, rows: Sequence[_Row], unmoved: Sequence[int], knobs: Sequence[Knob]
) -> tuple[MatrixProblem, Flags]:
    """Put the columns of knobs beside the program.

    A row whose upper side grows by `upper` per unit gets -upper in the knob's column; a row whose
    lower side falls likewise. A bound of a column becomes a row.
    """
    now, far = table.now.problem, table.far.problem
    count = now.num_rows
    is_near = np.zeros(count, dtype=bool)
    is_near[[p for p in (*unmoved, *(row.position for row in rows)) if p < count]] = True
    lower, upper = far.lower.copy(), far.upper.copy()
    columns = [p - count for p in unmoved if p >= count]
    lower[columns], upper[columns] = now.lower[columns], now.upper[columns]
    pick = scipy.sparse.diags_array(is_near.astype(float)).tocsr()
    held, held_lower, held_upper = _bounds([r for r in rows if r.position >= count], now, knobs)
    inner = [row for row in rows if row.position < count]
    extra = _sparse(
        [(row.position, row.knob, -(row.upper or row.lower)) for row in inner], (count, len(knobs))
    )
    body = scipy.sparse.hstack([far.A - pick @ table.changes, extra], format="csr")
    movable = np.zeros(len(knobs), dtype=bool)
    movable[[row.knob for row in rows]] = True
    most = [knob.far if np.isfinite(knob.end) else np.inf for knob in knobs]
    problem = MatrixProblem(
        c=np.zeros(now.num_columns + len(knobs)),
        offset=0.0,
        A=scipy.sparse.csr_array(scipy.sparse.vstack([body, held], format="csr")),
        row_lower=np.concatenate([np.where(is_near, now.row_lower, far.row_lower), held_lower]),
        row_upper=np.concatenate([np.where(is_near, now.row_upper, far.row_upper), held_upper]),
        lower=np.concatenate([lower, np.zeros(len(knobs))]),
        upper=np.concatenate([upper, np.where(movable, most, 0.0)]),
        integer=np.concatenate([now.integer, np.zeros(len(knobs), dtype=bool)]),
    )
    return problem, movable


def _bounds(
    rows: Sequence[_Row], now: MatrixProblem, knobs: Sequence[Knob]
) -> tuple[Matrix, Floats, Floats]:
    """Return bounds of columns as rows, with their lower and upper sides."""
    entries: list[tuple[int, int, float]] = []
    lower, upper = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
    for k, row in enumerate(rows):
        entries.append((k, row.position - now.num_rows, 1.0))
        entries.append((k, now.num_columns + row.knob, -(row.upper or row.lower)))
        side = upper if row.upper else lower
        side[k] = knobs[row.knob].level
    return _sparse(entries, (len(rows), now.num_columns + len(knobs))), lower, upper


def _sparse(entries: Sequence[tuple[int, int, float]], shape: tuple[int, int]) -> Matrix:
    """Return a matrix from its entries."""
    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    matrix: Matrix = scipy.sparse.csr_array(
        (np.array(values, dtype=float), (np.array(rows, int), np.array(columns, int))), shape=shape
    )
    return matrix
