"""Tiny problems with known answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Reason
from channelopt.backends.doctor import known_problems

inf = np.inf


def problem(
    c: Sequence[float],
    rows: Sequence[Sequence[float]] = (),
    sides: Sequence[tuple[float, float]] = (),
    bounds: Sequence[tuple[float, float]] | None = None,
    whole: str = "",
    offset: float = 0.0,
) -> MatrixProblem:
    """Maximise c x + offset; sides (lower, upper) of rows and columns; whole: 'yn' per column."""
    size = len(c)
    low, high = zip(*sides, strict=True) if sides else ((), ())
    box = [(0.0, inf)] * size if bounds is None else bounds
    lower, upper = zip(*box, strict=True) if box else ((), ())
    matrix = np.array(rows, dtype=float).reshape(len(rows), size)
    return MatrixProblem(
        np.array(c, dtype=float),
        offset,
        sparse.csr_array(matrix),
        np.array(low, dtype=float),
        np.array(high, dtype=float),
        np.array(lower, dtype=float),
        np.array(upper, dtype=float),
        np.array([sign == "y" for sign in whole.ljust(size, "n")], dtype=np.bool_),
    )


@dataclass(frozen=True)
class Case:
    name: str
    problem: MatrixProblem
    reason: Reason
    optimum: float | None = None

    def __str__(self) -> str:
        return self.name


def optimal(name: str, optimum: float, *args: object, **kwargs: object) -> Case:
    return Case(name, problem(*args, **kwargs), Reason.OPTIMAL, optimum)  # type: ignore[arg-type]


def hopeless(name: str, *args: object, **kwargs: object) -> Case:
    return Case(name, problem(*args, **kwargs), Reason.INFEASIBLE)  # type: ignore[arg-type]


def endless(name: str, *args: object, **kwargs: object) -> Case:
    return Case(name, problem(*args, **kwargs), Reason.UNBOUNDED)  # type: ignore[arg-type]


def untidy() -> MatrixProblem:
    """Max x + y, x + y <= 4, x <= 3: the matrix has split, unsorted and zero entries."""
    tidy = problem([1, 1], [[1, 1], [1, 0]], [(-inf, 4), (-inf, 3)])
    data = np.array([0.5, 1.0, 0.5, 0.0, 1.0])
    columns = np.array([1, 0, 1, 1, 0])
    return tidy.with_(A=sparse.csr_array((data, columns, np.array([0, 3, 5])), shape=(2, 2)))


WHOLE = [
    optimal("knapsack", 19, [5, 4], [[6, 4], [1, 2]], [(-inf, 23), (-inf, 6)], [(0, 9)] * 2, "yy"),
    optimal("whole equality", 7, [1, 2], [[1, 1]], [(4, 4)], [(0, 9), (0, 3)], "yy"),
    optimal("whole range", -3, [-1], [[2]], [(5, 9)], [(0, 9)], "y"),
    optimal("negative whole", -2, [1], [[3]], [(-inf, -4)], [(-7, 7)], "y"),
    optimal("whole without rows", 10, [2], (), (), [(-3, 5)], "y"),
    optimal("whole offset", 105, [1], [[1]], [(-inf, 5)], [(0, 9)], "y", 100),
    optimal("whole nothing to gain", 0, [0, 0], [[1, 1]], [(1, 2)], [(0, 1)] * 2, "yy"),
    hopeless("parity", [1, 1], [[2, 2]], [(3, 3)], [(0, 5)] * 2, "yy"),
    hopeless("whole rows contradict", [1], [[1], [1]], [(4, inf), (-inf, 2)], [(0, 9)], "y"),
]
LINEAR = [
    optimal("one row", 30, [3], [[1]], [(-inf, 10)]),
    optimal("two rows", 11, [3, 2], [[1, 1], [1, 0]], [(-inf, 4), (-inf, 3)]),
    optimal("equality", 8, [1, 2], [[1, 1]], [(4, 4)]),
    optimal("range row, upper", 6, [1], [[1]], [(2, 6)]),
    optimal("range row, lower", -2, [-1], [[1]], [(2, 6)]),
    optimal("minimise", -6, [-2, -3], [[1, 1]], [(3, inf)]),
    optimal("free column", 5, [1, 0], [[1, 1], [0, 1]], [(-inf, 3), (-2, inf)], [(-inf, inf)] * 2),
    optimal("column without lower", -4, [1], [[1]], [(-inf, 7)], [(-inf, -4)]),
    optimal("offset", 35, [3], [[1]], [(-inf, 10)], offset=5),
    optimal("no rows", 11, [1, 2], (), (), [(0, 3), (0, 4)]),
    optimal("fixed column", 9, [1, 1], [[1, 1]], [(-inf, 9)], [(2, 2), (0, inf)]),
    optimal("empty row", 3, [1], [[0]], [(-1, 1)], [(0, 3)]),
    optimal("no objective", 0, [0, 0], [[1, 1]], [(1, 2)], [(0, 1)] * 2),
    optimal("degenerate", 2, [1, 1], [[1, 1], [2, 2], [1, 0]], [(-inf, 2), (-inf, 4), (-inf, 2)]),
    optimal("big numbers", 5e9, [5e3], [[1e3]], [(-inf, 1e9)]),
    optimal("small numbers", 4e-3, [1e-3], [[1e-3]], [(-inf, 4e-3)]),
    Case("untidy matrix", untidy(), Reason.OPTIMAL, 4.0),
    hopeless("rows contradict", [1], [[1], [1]], [(4, inf), (-inf, 2)]),
    hopeless("empty row cannot hold", [1], [[0]], [(1, 2)], [(0, 3)]),
    hopeless("infeasible, and endless but for that", [1, 0], [[1, -1]] * 2, [(1, inf), (-inf, 0)]),
    endless("unbounded", [1, 0], [[1, -1]], [(-inf, 1)]),
    endless("unbounded without rows", [1, 1], (), (), [(0, 1), (0, inf)]),
    endless("unbounded below", [-1], (), (), [(-inf, 0)]),
]
MIXED = [
    optimal("mixed", 8.5, [2, 1], [[1, 1]], [(-inf, 4.5)], [(0, inf)] * 2, "y"),
    optimal("free whole", 2, [1], [[1]], [(-inf, 2.7)], [(-inf, inf)], "y"),
    optimal("not worth opening", 0, [1, -1e3], [[1, -2e7]], [(-inf, 0)], [(0, 0.9), (0, 1)], "ny"),
    optimal("big M", 100_000, [2000, 0], [[1, -1e9]], [(-inf, 0)], [(0, 50), (0, 1)], "ny"),
    optimal(
        "fixed cost",
        40,
        [8, 5, -40, -15],
        [[1, 1, 0, 0], [1, 0, -10, 0], [0, 1, 0, -10]],
        [(-inf, 10), (-inf, 0), (-inf, 0)],
        [(0, inf), (0, inf), (0, 1), (0, 1)],
        "nnyy",
    ),
    hopeless("no whole number between", [1], [[1]], [(-inf, 4)], [(0.2, 0.8)], "y"),
    endless("whole and unbounded", [1, 0], [[1, -1]], [(-inf, 1)], None, "yn"),
    hopeless(
        "whole, infeasible, endless", [1, 0], [[1, -1]] * 2, [(1, inf), (-inf, 0)], None, "yn"
    ),
    *(
        Case(known.name, known.problem, known.reason, known.optimum)
        for known in known_problems()
        if known.name == "HiGHS 1.14.0"
    ),
]
NO_SOLVER_NEEDED = [
    optimal("nothing at all", 7, [], (), (), [], "", 7),
    optimal("no columns", 0, [], [[]], [(-1, 1)], []),
    hopeless("no columns, a row that cannot hold", [], [[]], [(1, 2)], []),
    hopeless("column bounds cross", [1], (), (), [(3, 2)]),
    hopeless("row sides cross", [1], [[1]], [(3, 2)]),
]
CASES = [*WHOLE, *LINEAR, *MIXED, *NO_SOLVER_NEEDED]


def market_split(rows: int = 5, columns: int = 40, slack: bool = True) -> MatrixProblem:
    """Return a problem that takes for ever; with slack it always has an answer."""
    rng = np.random.default_rng(7)
    weights = rng.integers(1, 100, (rows, columns)).astype(float)
    half = np.floor(weights.sum(axis=1) / 2)
    extra = np.hstack([np.eye(rows), -np.eye(rows)]) if slack else np.zeros((rows, 2 * rows))
    size = columns + 2 * rows
    c = np.concatenate([np.zeros(columns), -np.ones(2 * rows)])
    upper = np.concatenate([np.ones(columns), np.full(2 * rows, 5000.0)])
    return MatrixProblem(
        c,
        0.0,
        sparse.csr_array(np.hstack([weights, extra])),
        half,
        half,
        np.zeros(size),
        upper,
        np.ones(size, dtype=np.bool_),
    )


def empty_half(hard: MatrixProblem) -> np.ndarray:
    """Return a point of `market_split` with slack: choose nothing, pay for all."""
    x = np.zeros(hard.num_columns)
    rows = hard.num_rows
    x[hard.num_columns - 2 * rows : hard.num_columns - rows] = hard.row_lower
    return x
