"""A loaded HiGHS answers every what-if as a fresh one would."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Reason
from channelopt.backends.highs import Highs, Session
from channelopt.backends.highs_program import INTERIOR_FROM
from channelopt.backends.prices import dual_bound
from channelopt.backends.registry import get
from tests.backends.problems import CASES, inf, problem

LIMITS = Limits(time_limit=20.0)
MIXED = problem(
    [8, 5, -40, -15],
    [[1, 1, 0, 0], [1, 0, -10, 0], [0, 1, 0, -10]],
    [(-inf, 10), (-inf, 0), (-inf, 0)],
    [(0, inf), (0, inf), (0, 1), (0, 1)],
    "nnyy",
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_session_answers_as_the_backend(case: object) -> None:
    program: MatrixProblem = case.problem  # type: ignore[attr-defined]
    fresh = Highs().solve(program, LIMITS)
    session = Session(program)
    for _ in range(2):
        again = session.solve(LIMITS)
        assert again.termination.reason is fresh.termination.reason
        assert again.objective == (
            None if fresh.objective is None else pytest.approx(fresh.objective)
        )


def test_fix_relax_restore() -> None:
    session = Session(MIXED)
    whole = session.solve(LIMITS)
    assert whole.objective == pytest.approx(40)
    assert whole.row_duals is None
    session.fix(np.array([0, 0, 1e-7, 1 - 1e-7]))
    fixed = session.solve(LIMITS)
    assert fixed.x == pytest.approx([0, 10, 0, 1])
    assert fixed.objective == pytest.approx(35)
    assert fixed.row_duals is not None
    session.relax()
    session.set_column_bounds(MIXED.lower, MIXED.upper)
    assert session.solve(LIMITS).objective == pytest.approx(40)
    session.set_column_bounds(MIXED.lower, np.array([inf, 2.0, 1.0, 1.0]))
    session.restore()
    assert session.solve(LIMITS).objective == pytest.approx(40)
    assert session.problem.integer.tolist() == MIXED.integer.tolist()


def test_second_solve_starts_from_the_last_basis() -> None:
    rng = np.random.default_rng(5)
    rows = rng.uniform(1, 9, (40, 60)) * (rng.random((40, 60)) < 0.3)
    program = problem(
        rng.uniform(1, 9, 60).tolist(), rows.tolist(), [(-inf, 100.0)] * 40, [(0.0, 20.0)] * 60
    )
    session = Session(program)
    first = session.solve(LIMITS)
    c = program.c.copy()
    c[0] *= 1.01
    session.set_costs(c)
    second = session.solve(LIMITS)
    fresh = Highs().solve(program.with_(c=c), LIMITS)
    assert second.objective == pytest.approx(fresh.objective)
    assert second.iterations < first.iterations / 2


def test_offset_stays_unless_given() -> None:
    session = Session(problem([1], [[1]], [(-inf, 4)], offset=10))
    assert session.solve(LIMITS).objective == pytest.approx(14)
    session.set_costs(np.array([2.0]))
    assert session.solve(LIMITS).objective == pytest.approx(18)
    session.set_costs(np.array([2.0]), offset=1.0)
    assert session.solve(LIMITS).objective == pytest.approx(9)


def test_from_feasible_to_infeasible_and_back() -> None:
    session = Session(problem([1, 1], [[1, 1]], [(2, 4)], [(0, 9)] * 2))
    assert session.solve(LIMITS).objective == pytest.approx(4)
    session.set_row_bounds(np.array([30.0]), np.array([40.0]))
    assert session.solve(LIMITS).termination.reason is Reason.INFEASIBLE
    session.set_row_bounds(np.array([-inf]), np.array([inf]))
    assert session.solve(LIMITS).objective == pytest.approx(18)
    session.set_column_bounds(np.zeros(2), np.array([inf, 9.0]))
    assert session.solve(LIMITS).termination.reason is Reason.UNBOUNDED
    session.set_row_bounds(np.array([2.0]), np.array([4.0]))
    assert session.solve(LIMITS).objective == pytest.approx(4)


def test_broken_numbers_are_refused() -> None:
    session = Session(problem([1], [[1]], [(-inf, 4)]))
    session.set_costs(np.array([np.nan]))
    assert session.solve(LIMITS).termination.reason is Reason.FAILED


numbers = st.integers(-6, 6).map(float)


@settings(max_examples=40, deadline=None)
@given(
    costs=st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=4),
    rows=st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=2, max_size=2),
    sides=st.lists(st.integers(0, 9).map(float), min_size=2, max_size=2),
)
def test_any_sequence_of_costs(
    costs: list[list[float]], rows: list[list[float]], sides: list[float]
) -> None:
    program = problem([0, 0, 0], rows, [(-inf, side) for side in sides], [(0, 5)] * 3)
    session = Session(program)
    for c in costs:
        session.set_costs(np.array(c))
        fresh = Highs().solve(program.with_(c=np.array(c)), LIMITS)
        again = session.solve(LIMITS)
        assert again.objective == pytest.approx(fresh.objective)
        if again.row_duals is not None and program.A.nnz:
            assert again.bound == pytest.approx(fresh.bound)


def test_big_linear_program_has_prices_and_a_basis_to_go_on_from() -> None:
    """From scratch the interior-point method solves it, afterwards simplex goes on."""
    rng = np.random.default_rng(11)
    customers, channels = 2_500, 4
    size = customers * channels
    columns = np.arange(size)
    minutes = rng.uniform(1.0, 9.0, size)
    rows = np.concatenate([columns // channels, customers + columns % channels])
    entries = np.concatenate([np.ones(size), minutes])
    matrix = sparse.csr_array((entries, (rows, np.tile(columns, 2))))
    lower = np.concatenate([np.ones(customers), np.full(channels, -inf)])
    upper = np.concatenate([np.ones(customers), np.full(channels, customers * 1.2)])
    program = MatrixProblem(
        rng.uniform(0.0, 9.0, size),
        0.0,
        matrix,
        lower,
        upper,
        np.zeros(size),
        np.ones(size),
        np.zeros(size, dtype=np.bool_),
    )
    assert program.A.nnz >= INTERIOR_FROM
    session = Session(program)
    first = session.solve(LIMITS)
    assert first.termination.reason is Reason.OPTIMAL
    assert first.row_duals is not None
    assert dual_bound(program, first.row_duals) == pytest.approx(first.objective, rel=1e-7)
    c = program.c.copy()
    c[:4] += 0.5
    session.set_costs(c)
    second = session.solve(LIMITS)
    assert second.objective == pytest.approx(get("glop").solve(session.problem, LIMITS).objective)
    assert second.iterations < 100
