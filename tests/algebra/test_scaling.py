"""Scaling changes no program, only its numbers."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from channelopt.algebra.problem import MatrixProblem
from channelopt.algebra.scaling import scale, spread


def wild() -> MatrixProblem:
    """Volumes of ten million beside a single customer, money beside shares."""
    return MatrixProblem(
        c=np.array([3.0, 5e-3, -48_000.0, -2e6]),
        offset=1e7,
        A=sparse.csr_array(np.array([[1.0, 1.0, 0, 0], [0.1, 3e-4, -1160, 0], [1.0, 0, 0, -1e7]])),
        row_lower=np.array([1e7, -np.inf, -np.inf]),
        row_upper=np.array([1e7, 0.0, 0.0]),
        lower=np.zeros(4),
        upper=np.array([1e7, 12.0, np.inf, 1.0]),
        integer=np.array([False, False, True, True]),
    )


def test_a_point_has_the_same_value_and_the_same_rows() -> None:
    problem = wild()
    scaled, scaling = scale(problem)
    x = np.array([123_456.789, 7.25, 31.0, 1.0])
    shrunk = scaling.shrink(x)
    assert np.array_equal(scaling.restore(shrunk), x)
    assert scaled.objective(shrunk) / scaling.factor == problem.objective(x)
    assert np.array_equal((scaled.A @ shrunk) / scaling.rows, problem.A @ x)
    assert np.array_equal(shrunk[2:], x[2:]), "whole columns keep their size"


def test_coefficients_come_together() -> None:
    scaled, _ = scale(wild())
    assert spread(scaled) < spread(wild()) / 10
    assert np.abs(scaled.A.data).max() <= 2.0
    assert scaled.upper[0] <= 2.0


def test_nothing_to_scale() -> None:
    empty = MatrixProblem(
        c=np.zeros(0),
        offset=0.0,
        A=sparse.csr_array((0, 0)),
        row_lower=np.zeros(0),
        row_upper=np.zeros(0),
        lower=np.zeros(0),
        upper=np.zeros(0),
        integer=np.zeros(0, dtype=bool),
    )
    scaled, _ = scale(empty)
    assert scaled.num_columns == 0
    assert spread(scaled) == 1.0
