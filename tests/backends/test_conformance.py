"""Every backend answers the same tiny problems in the same words."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from channelopt.backends.base import Backend, Can, Limits, Listener, Outcome, Progress, Reason, Stop
from channelopt.backends.registry import get, names
from tests.backends.fakes import runnable
from tests.backends.problems import CASES, Case, empty_half, inf, market_split, problem

BACKENDS = [runnable(name) for name in names()]
LIMITS = Limits(time_limit=20.0)


def able(*needed: Can) -> list[Backend]:
    return [backend for backend in BACKENDS if set(needed) <= backend.can]


def name_of(value: object) -> str:
    return str(getattr(value, "name", value))


PAIRS = [
    pytest.param(backend, case, id=f"{backend.name}-{case.name}")
    for backend in BACKENDS
    for case in CASES
    if backend.refuses(case.problem) is None
]


def test_every_declared_backend_is_tested_here() -> None:
    assert [backend.name for backend in BACKENDS] == list(names())


def test_each_case_is_solved_by_at_least_four_backends() -> None:
    for case in CASES:
        takers = [backend for backend in BACKENDS if backend.refuses(case.problem) is None]
        assert len(takers) >= 4, case.name


@pytest.mark.parametrize(("backend", "case"), PAIRS)
def test_known_answer(backend: Backend, case: Case) -> None:
    outcome = backend.solve(case.problem, LIMITS)
    assert outcome.termination.reason == case.reason, outcome.termination
    assert outcome.termination.stop is None
    has_prices = outcome.row_duals is not None
    assert has_prices == (outcome.reduced_costs is not None)
    if case.problem.A.nnz:
        is_linear = not case.problem.integer.any() and case.reason is Reason.OPTIMAL
        assert has_prices == (is_linear and Can.DUALS in backend.can)
    if case.optimum is None:
        assert outcome.x is None
        assert outcome.objective is None
        return
    assert outcome.x is not None
    assert outcome.objective == pytest.approx(case.optimum, rel=1e-6, abs=1e-6)
    assert outcome.objective == pytest.approx(case.problem.objective(outcome.x), abs=0)
    assert case.problem.violation(outcome.x) <= 1e-6
    assert outcome.bound >= case.optimum - 1e-6 * max(1.0, abs(case.optimum))
    assert outcome.gap <= LIMITS.gap + 1e-7
    whole = outcome.x[case.problem.integer]
    assert np.array_equal(whole, np.round(whole))


@pytest.mark.parametrize("backend", able(Can.CONTINUOUS), ids=name_of)
@pytest.mark.parametrize("case", [c for c in CASES if c.reason is Reason.UNBOUNDED], ids=name_of)
def test_unbounded_comes_with_a_direction(backend: Backend, case: Case) -> None:
    if backend.refuses(case.problem) is not None:
        return
    ray = backend.solve(case.problem, LIMITS).ray
    assert ray is not None
    assert case.problem.c @ ray > 0.1
    activity = case.problem.A @ ray
    assert (activity[np.isfinite(case.problem.row_upper)] <= 1e-6).all()
    assert (activity[np.isfinite(case.problem.row_lower)] >= -1e-6).all()


# No side is degenerate: every price is the same to the left and to the right.
PRICED = problem(
    [4, 3, -2, 1],
    [[2, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]],
    [(-inf, 14), (3, inf), (5, 5), (-inf, 6)],
    [(0, inf), (0, inf), (0, inf), (0, 4)],
)


@pytest.mark.parametrize("backend", able(Can.DUALS), ids=name_of)
@pytest.mark.parametrize("row", range(4))
def test_price_of_a_row_is_what_one_unit_more_earns(backend: Backend, row: int) -> None:
    first = backend.solve(PRICED, LIMITS)
    step = np.zeros(4)
    step[row] = 0.125
    moved = PRICED.with_(row_lower=PRICED.row_lower + step, row_upper=PRICED.row_upper + step)
    second = backend.solve(moved, LIMITS)
    assert first.row_duals is not None
    gained = (second.objective - first.objective) / 0.125  # type: ignore[operator]
    assert first.row_duals[row] == pytest.approx(gained, abs=1e-4)


def test_prices_of_that_problem_have_both_signs() -> None:
    outcome = get("highs").solve(PRICED, LIMITS)
    assert outcome.row_duals is not None
    assert outcome.row_duals.max() > 0.5
    assert outcome.row_duals.min() < -0.5


@pytest.mark.parametrize("backend", able(Can.DUALS), ids=name_of)
def test_reduced_cost_is_what_one_unit_more_of_a_bound_earns(backend: Backend) -> None:
    program = problem([2, -1], [[1, -1]], [(-inf, 9)], [(0, 3), (1, 8)])
    outcome = backend.solve(program, LIMITS)
    assert outcome.reduced_costs == pytest.approx([2, -1], abs=1e-6)
    assert outcome.row_duals == pytest.approx([0], abs=1e-6)


@pytest.mark.parametrize("backend", BACKENDS, ids=name_of)
@pytest.mark.parametrize("field", ["c", "lower", "upper", "row_lower", "row_upper"])
def test_numbers_that_are_none_are_refused(backend: Backend, field: str) -> None:
    sound = problem([1], [[1]], [(0, 1)], [(0, 1)], "y")
    broken = sound.with_(**{field: np.array([math.nan])})
    assert "NaN" in str(backend.refuses(broken)) or "not finite" in str(backend.refuses(broken))
    outcome = backend.solve(broken, LIMITS)
    assert outcome.termination.reason is Reason.FAILED
    assert outcome.x is None


@pytest.mark.parametrize("backend", able(Can.INTEGER), ids=name_of)
def test_time_limit_with_an_answer(backend: Backend) -> None:
    hard = market_split()
    outcome = backend.solve(hard, Limits(time_limit=0.6))
    assert outcome.termination.reason is Reason.FEASIBLE, outcome.termination
    assert outcome.termination.stop is Stop.TIME
    assert outcome.x is not None
    assert hard.violation(outcome.x) <= 1e-6
    assert outcome.bound >= outcome.objective  # type: ignore[operator]
    assert outcome.gap > 1e-6
    assert outcome.seconds < 8.0


@pytest.mark.parametrize("backend", able(Can.INTEGER), ids=name_of)
def test_time_limit_without_an_answer(backend: Backend) -> None:
    outcome = backend.solve(market_split(slack=False), Limits(time_limit=0.3))
    assert outcome.termination.reason is Reason.NO_SOLUTION, outcome.termination
    assert outcome.termination.stop is Stop.TIME
    assert outcome.x is None
    assert math.isinf(outcome.gap)


@pytest.mark.parametrize("backend", able(Can.INTEGER, Can.INTERRUPT), ids=name_of)
def test_interrupt_gives_the_incumbent(backend: Backend) -> None:
    hard = market_split()
    outcome = backend.solve(hard, Limits(time_limit=30.0), empty_half(hard), stop_after(0.4))
    assert outcome.termination.reason is Reason.FEASIBLE, outcome.termination
    assert outcome.termination.stop is Stop.INTERRUPT
    assert outcome.seconds < 15.0


def stop_after(seconds: float) -> Listener:
    def listen(progress: Progress) -> bool:
        return progress.seconds > seconds

    return listen


@pytest.mark.parametrize("backend", able(Can.PROGRESS), ids=name_of)
def test_progress_tells_incumbents(backend: Backend) -> None:
    hard = market_split()
    heard: list[Progress] = []
    outcome = backend.solve(hard, Limits(time_limit=0.6), None, lambda p: bool(heard.append(p)))
    points = [progress for progress in heard if progress.x is not None]
    assert points
    for progress in points:
        assert progress.x is not None
        assert hard.violation(progress.x) <= 1e-6
        assert progress.incumbent == pytest.approx(hard.objective(progress.x))
    assert outcome.objective == pytest.approx(max(p.incumbent or -inf for p in points))


@pytest.mark.parametrize("backend", able(Can.INTERRUPT, Can.INTEGER), ids=name_of)
def test_what_the_listener_raises_reaches_the_caller(backend: Backend) -> None:
    def listen(_: Progress) -> bool:
        message = "the listener broke"
        raise LookupError(message)

    with pytest.raises(LookupError, match="the listener broke"):
        backend.solve(market_split(), Limits(time_limit=20.0), None, listen)


@cache
def good_start() -> np.ndarray:
    start = get("highs").solve(market_split(), Limits(time_limit=1.5)).x
    assert start is not None
    return start


@pytest.mark.parametrize("backend", able(Can.WARM_START), ids=name_of)
def test_answer_is_no_worse_than_the_start(backend: Backend) -> None:
    hard = market_split()
    start = good_start()
    outcome = backend.solve(hard, Limits(time_limit=0.4), start)
    assert outcome.objective >= hard.objective(start) - 1e-6  # type: ignore[operator]


@pytest.mark.parametrize("backend", able(Can.INTEGER), ids=name_of)
@pytest.mark.parametrize(
    "start", [[1.0], [math.nan, 0.0], [9.0, 9.0]], ids=["short", "nan", "impossible"]
)
def test_bad_start_does_no_harm(backend: Backend, start: list[float]) -> None:
    outcome = backend.solve(CASES[0].problem, LIMITS, np.array(start))
    assert outcome.termination.reason is Reason.OPTIMAL
    assert outcome.objective == pytest.approx(19)
    ignored = [note for note in outcome.notes if "start was ignored" in note]
    assert bool(ignored) == (start != [9.0, 9.0])


@pytest.mark.parametrize("backend", able(Can.INTEGER), ids=name_of)
def test_same_seed_same_answer(backend: Backend) -> None:
    def solve() -> Outcome:
        return backend.solve(CASES[0].problem, Limits(time_limit=20.0, seed=3))

    first, second = solve(), solve()
    assert first.x is not None
    assert second.x is not None
    assert np.array_equal(first.x, second.x)


@pytest.mark.parametrize("backend", able(Can.INTEGER, Can.CONTINUOUS), ids=name_of)
def test_gap_is_kept_in_our_definition(backend: Backend) -> None:
    rng = np.random.default_rng(1)
    weights = rng.integers(5, 60, (10, 30)).astype(float)
    program = problem(
        rng.integers(10, 60, 30).tolist(),
        weights.tolist(),
        [(-inf, total / 2) for total in weights.sum(axis=1)],
        [(0, 1)] * 30,
        "y" * 30,
    )
    outcome = backend.solve(program, Limits(time_limit=20.0, gap=0.05))
    best = get("highs").solve(program, Limits(time_limit=20.0)).objective
    assert outcome.termination.reason is Reason.OPTIMAL
    assert outcome.gap <= 0.05 + 1e-7
    assert outcome.objective <= best + 1e-6  # type: ignore[operator]
    assert outcome.bound >= best - 1e-6  # type: ignore[operator]


def test_two_threads_after_one() -> None:
    highs = get("highs")
    for threads in (1, 2, 1):
        outcome = highs.solve(CASES[0].problem, Limits(time_limit=20.0, threads=threads))
        assert outcome.objective == pytest.approx(19)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"integer": np.array([True, False])}, "rounds continuous columns"),
        ({"upper": np.array([9.0, np.inf])}, "bounded columns"),
        ({"c": np.array([1.5, 1.0])}, "whole numbers throughout"),
        ({"row_upper": np.array([4.5, 3.0])}, "whole numbers throughout"),
        ({"c": np.array([2.0**30, 1.0])}, "2^31"),
        ({"upper": np.array([2.0**31, 1.0])}, "2^31"),
    ],
)
def test_cp_sat_refuses_what_it_would_round(changes: dict[str, np.ndarray], words: str) -> None:
    backend = get("cp-sat")
    broken = CASES[0].problem.with_(**changes)
    assert words in str(backend.refuses(broken))
    assert "highs" in str(backend.refuses(broken))
    assert words in backend.solve(broken, LIMITS).termination.detail


@pytest.mark.parametrize("name", ["glop", "pdlp"])
def test_linear_solvers_refuse_whole_numbers(name: str) -> None:
    assert "linear programs only" in str(get(name).refuses(CASES[0].problem))


def test_pulp_refuses_big_problems() -> None:
    big = problem([1.0] * 500, [[1.0] * 500] * 401, [(-inf, 1.0)] * 401)
    assert "200,500" in str(get("cbc").refuses(big))
    assert "highs" in str(get("cbc").refuses(big))


@pytest.mark.parametrize("backend", able(Can.CONTINUOUS, Can.INTEGER), ids=name_of)
def test_large_volumes_add_up(backend: Backend) -> None:
    """Demand of a million contacts is met to the last digit that matters."""
    program = problem(
        [3, 2, -4e5],
        [[1, 1, 0], [1, 0, -987654.321]],
        [(1234567.891234, 1234567.891234), (-inf, 0)],
        [(0, inf), (0, inf), (0, 1)],
        "nny",
    )
    outcome = backend.solve(program, LIMITS)
    assert outcome.termination.reason is Reason.OPTIMAL
    assert outcome.objective == pytest.approx(2 * 1234567.891234 + 987654.321 - 4e5, rel=1e-8)
    assert outcome.x is not None
    assert outcome.x[0] + outcome.x[1] == pytest.approx(1234567.891234, rel=1e-12)
