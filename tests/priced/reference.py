"""The slow way: all units in one whole program for HiGHS; the judge of the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Outcome, Reason
from channelopt.backends.highs import Highs
from channelopt.priced.units import Block, Floats, Matrix, Task


def solve(problem: MatrixProblem, limits: Limits) -> Outcome:
    return Highs().solve(problem, limits)


def joined(blocks: Sequence[Block]) -> Block:
    """All blocks as one."""
    barred = None
    if any(block.barred is not None for block in blocks):
        options = blocks[0].each.shape[2]
        barred = np.concatenate(
            [
                np.zeros((len(b), options), dtype=np.bool_) if b.barred is None else b.barred
                for b in blocks
            ]
        )
    return Block(
        kind=np.concatenate([b.kind for b in blocks]),
        weights=np.concatenate([b.weights for b in blocks], axis=1),
        each=np.concatenate([b.each for b in blocks], axis=1),
        barred=barred,
        luck=np.concatenate([b.luck for b in blocks]),
    )


def everybody(task: Task) -> Block:
    return joined(list(task.source.map(lambda block: block)))


@dataclass(frozen=True)
class Written:
    """A task written out, one column per unit and option, then the other columns."""

    problem: MatrixProblem
    unit: NDArray[np.int64]
    option: NDArray[np.int64]
    uses: Matrix

    @property
    def columns(self) -> int:
        return int(self.unit.size)

    def options(self, x: Floats) -> NDArray[np.int64]:
        chosen = np.flatnonzero(x[: self.columns] > 0.5)
        found = np.full(int(self.unit.max(initial=-1)) + 1, -1, dtype=np.int64)
        found[self.unit[chosen]] = self.option[chosen]
        return found


def written(task: Task, *, whole: bool = True) -> Written:
    """Write a task out; loops on purpose, so that it shares nothing with the engine."""
    block, rows = everybody(task), task.rows
    measures, kinds, options = task.tables.shape
    unit, option, gain, columns = [], [], [], []
    dense = rows.uses.toarray().reshape(rows.count, measures, kinds, options)
    for u in range(len(block)):
        n = int(block.kind[u])
        for o in range(options):
            if not task.tables.allowed[n, o] or (block.barred is not None and block.barred[u, o]):
                continue
            value = np.append(block.weights[:, u], block.each[:, u, o])
            unit.append(u)
            option.append(o)
            gain.append(float(value @ task.tables.gain[:, n, o]))
            columns.append(dense[:, :, n, o] @ value)
    count, others = len(unit), rows.others_gain.size
    uses = np.array(columns).reshape(count, rows.count).T
    one = scipy.sparse.csr_array(
        (np.ones(count), (unit, np.arange(count))), shape=(len(block), count)
    )
    matrix = scipy.sparse.csr_array(
        scipy.sparse.block_array(
            [
                [scipy.sparse.csr_array(uses), rows.others],
                [one, scipy.sparse.csr_array((len(block), others))],
            ],
            format="csr",
        )
    )
    problem = MatrixProblem(
        c=np.append(np.array(gain), rows.others_gain),
        offset=0.0,
        A=matrix,
        row_lower=np.append(rows.lower, np.ones(len(block))),
        row_upper=np.append(rows.upper, np.ones(len(block))),
        lower=np.append(np.zeros(count), rows.others_lower),
        upper=np.append(np.ones(count), rows.others_upper),
        integer=np.append(np.full(count, whole), np.zeros(others, dtype=np.bool_)).astype(np.bool_),
    )
    return Written(problem, np.array(unit, np.int64), np.array(option, np.int64), problem.A)


def best(task: Task, *, whole: bool = True) -> Outcome:
    """The exact optimum, by one program in numbers of one size."""
    problem = written(task, whole=whole).problem
    largest = np.abs(problem.A).max(axis=1).toarray().ravel() if problem.A.nnz else 1.0
    size = np.where(largest > 0, largest, 1.0)
    gain = float(np.abs(problem.c).max(initial=0.0)) or 1.0
    scaled = problem.with_(
        c=problem.c / gain,
        A=scipy.sparse.csr_array(scipy.sparse.diags_array(1.0 / size) @ problem.A),
        row_lower=problem.row_lower / size,
        row_upper=problem.row_upper / size,
    )
    outcome = solve(scaled, Limits(gap=1e-9, time_limit=60))
    if outcome.objective is None:
        assert outcome.termination.reason is Reason.INFEASIBLE, outcome.termination
        return outcome
    return replace(outcome, objective=outcome.objective * gain, bound=outcome.bound * gain)


def possible(task: Task, rows: Sequence[int], *, whole: bool) -> bool:
    """Whether some rows alone can hold together."""
    problem = written(task, whole=whole).problem
    away = np.ones(problem.num_rows, dtype=np.bool_)
    away[task.rows.count :] = False
    away[list(rows)] = False
    outcome = solve(
        problem.with_(
            c=np.zeros_like(problem.c),
            row_lower=np.where(away, -np.inf, problem.row_lower),
            row_upper=np.where(away, np.inf, problem.row_upper),
        ),
        Limits(time_limit=60),
    )
    if outcome.x is None:
        assert outcome.termination.reason is Reason.INFEASIBLE, outcome.termination
    return outcome.x is not None
