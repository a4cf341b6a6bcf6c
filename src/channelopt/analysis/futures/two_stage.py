"""Two-stage programs: some columns are decided before the future is known, all others after it.

One program for all futures side by side, tied on the columns of the first stage (the deterministic
equivalent); CVaR by the linear form of Rockafellar and Uryasev (2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.algebra.problem import Floats, MatrixProblem

Positions = NDArray[np.int64]
Matrix = scipy.sparse.csr_array[Any, tuple[int, int]]


@dataclass(frozen=True)
class Stage:
    """The program of one future: its columns of the first stage mean the same in every future."""

    problem: MatrixProblem
    first: Positions  # (F,)


@dataclass(frozen=True)
class Aim:
    """What is maximised: (1 - weight) times the mean plus weight times CVaR at the level."""

    level: float
    weight: float


@dataclass(frozen=True)
class TwoStage:
    """A two-stage program.

    Columns: the first stage (F), the others of each future one after the other, and where CVaR
    counts the border amount and how far each future is below it.
    """

    problem: MatrixProblem
    stages: tuple[Stage, ...]

    def of_future(self, x: Floats, future: int) -> Floats:
        """Return the point of one future's own program in a point of this one."""
        stage = self.stages[future]
        start = len(stage.first)
        start += sum(s.problem.num_columns - len(s.first) for s in self.stages[:future])
        own = np.empty(stage.problem.num_columns)
        own[stage.first] = x[: len(stage.first)]
        rest = _rest(stage)
        own[rest] = x[start : start + len(rest)]
        return own


def two_stage(stages: Sequence[Stage], aim: Aim) -> TwoStage:
    """Tie the programs of several futures, all equally likely, on their first stage.

    Args:
        stages: one program per future, at least one; as many columns of the first stage in each.
        aim: what is maximised.
    """
    first = np.column_stack([stage.first for stage in stages]).T  # (futures, F)
    low = np.max([s.problem.lower[f] for s, f in zip(stages, first, strict=True)], axis=0)
    high = np.min([s.problem.upper[f] for s, f in zip(stages, first, strict=True)], axis=0)
    problems = [stage.problem for stage in stages]
    rests = [_rest(stage) for stage in stages]
    gains = _gains(stages, rests)
    tied = MatrixProblem(
        c=np.asarray(gains.sum(axis=0)) / len(stages),
        offset=float(np.mean([problem.offset for problem in problems])),
        A=_tied([problem.A for problem in problems], stages, rests),
        row_lower=np.concatenate([problem.row_lower for problem in problems]),
        row_upper=np.concatenate([problem.row_upper for problem in problems]),
        lower=_joined(low, problems, rests, "lower"),
        upper=_joined(high, problems, rests, "upper"),
        integer=np.concatenate(
            [problems[0].integer[first[0]]]
            + [p.integer[rest] for p, rest in zip(problems, rests, strict=True)]
        ),
    )
    if aim.weight > 0:
        tied = _with_risk(tied, gains, np.array([p.offset for p in problems]), aim)
    return TwoStage(tied, tuple(stages))


def _rest(stage: Stage) -> Positions:
    later = np.ones(stage.problem.num_columns, dtype=bool)
    later[stage.first] = False
    return np.flatnonzero(later)


def _joined(
    first: Floats, problems: Sequence[MatrixProblem], rests: Sequence[Positions], name: str
) -> Floats:
    parts = [getattr(p, name)[rest] for p, rest in zip(problems, rests, strict=True)]
    return np.concatenate([first, *parts])


def _tied(
    matrices: Sequence[Matrix], stages: Sequence[Stage], rests: Sequence[Positions]
) -> Matrix:
    """Put matrices (rows, columns) under each other, the columns of the first stage in common."""
    columns = [matrix.tocsc() for matrix in matrices]
    shared = scipy.sparse.vstack(
        [m[:, s.first] for m, s in zip(columns, stages, strict=True)], format="csr"
    )
    own = scipy.sparse.block_diag(
        [m[:, rest] for m, rest in zip(columns, rests, strict=True)], format="csr"
    )
    return scipy.sparse.csr_array(scipy.sparse.hstack([shared, own], format="csr"))


def _gains(stages: Sequence[Stage], rests: Sequence[Positions]) -> Matrix:
    """Return (futures, columns) what each column earns in each future."""
    rows = [scipy.sparse.csr_array(stage.problem.c[None, :]) for stage in stages]
    return _tied(rows, stages, rests)


def _with_risk(tied: MatrixProblem, gains: Matrix, offsets: Floats, aim: Aim) -> MatrixProblem:
    """Add the border amount h and the shortfalls u >= h - profit, u >= 0, of the futures."""
    futures = len(offsets)
    border = scipy.sparse.csr_array(np.full((futures, 1), -1.0))
    short = scipy.sparse.csr_array(scipy.sparse.eye_array(futures))
    below = scipy.sparse.hstack([gains, border, short], format="csr")
    room = scipy.sparse.csr_array((tied.A.shape[0], futures + 1))
    above = scipy.sparse.hstack([tied.A, room], format="csr")
    share = aim.weight / ((1.0 - aim.level) * futures)
    return MatrixProblem(
        c=np.concatenate([(1.0 - aim.weight) * tied.c, [aim.weight], np.full(futures, -share)]),
        offset=(1.0 - aim.weight) * tied.offset,
        A=scipy.sparse.csr_array(scipy.sparse.vstack([above, below], format="csr")),
        row_lower=np.concatenate([tied.row_lower, -offsets]),
        row_upper=np.concatenate([tied.row_upper, np.full(futures, np.inf)]),
        lower=np.concatenate([tied.lower, [-np.inf], np.zeros(futures)]),
        upper=np.concatenate([tied.upper, np.full(futures + 1, np.inf)]),
        integer=np.concatenate([tied.integer, np.zeros(futures + 1, dtype=bool)]),
    )
