"""No lie of a solver gets through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from channelopt.backends.base import Limits, Outcome, Reason, Termination
from channelopt.backends.conduct import Request, conduct
from channelopt.backends.inspect import accept, canonical, faults
from channelopt.backends.prices import dual_bound
from channelopt.backends.refine import refined
from channelopt.backends.registry import get
from channelopt.backends.watch import Watch
from tests.backends.problems import inf, problem, untidy

PROGRAM = problem([3, 2], [[1, 1], [1, 0]], [(-inf, 4), (-inf, 3)])
TRUE = Outcome(
    Termination(Reason.OPTIMAL),
    x=np.array([3.0, 1.0]),
    objective=11.0,
    bound=11.0,
    row_duals=np.array([2.0, 1.0]),
    reduced_costs=np.array([0.0, 0.0]),
)
WHOLE = problem([1, -10], [[1, -100]], [(-inf, 0)], [(0, 50), (0, 1)], "ny")


def test_truth_passes_unchanged() -> None:
    believed = accept(PROGRAM, TRUE)
    assert believed.termination == TRUE.termination
    assert believed.objective == 11.0
    assert believed.bound == 11.0
    assert believed.row_duals is TRUE.row_duals


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        ({"x": None}, "gives no values"),
        ({"x": np.array([3.0])}, "1 values for 2 columns"),
        ({"x": np.array([[3.0, 1.0]])}, "2 values for 2 columns"),
        ({"x": np.array([3.0, np.nan])}, "not finite"),
        ({"x": np.array([3.0, np.inf])}, "not finite"),
        ({"x": np.array([4.0, 1.0])}, "break a row or bound by 0.333"),
        ({"x": np.array([3.0, -1.0])}, "break a row or bound by 1"),
        ({"bound": 10.9}, "nothing exceeds 10.9"),
        ({"bound": float("nan")}, "bound is not a number"),
    ],
)
def test_lies_become_failed(lie: dict[str, object], words: str) -> None:
    believed = accept(PROGRAM, replace(TRUE, **lie))  # type: ignore[arg-type]
    assert believed.termination.reason is Reason.FAILED
    assert words in believed.termination.detail
    assert believed.x is None
    assert believed.objective is None


def test_objective_is_always_recomputed() -> None:
    assert accept(PROGRAM, replace(TRUE, objective=1e9)).objective == 11.0


def test_optimal_without_a_bound_is_only_feasible() -> None:
    believed = accept(PROGRAM, replace(TRUE, bound=inf))
    assert believed.termination.reason is Reason.FEASIBLE


def test_bound_within_rounding_is_lifted_to_the_objective() -> None:
    assert accept(PROGRAM, replace(TRUE, bound=11.0 - 1e-9)).bound == 11.0


def test_infeasible_with_a_good_point_is_a_lie() -> None:
    said = Termination(Reason.INFEASIBLE)
    assert accept(PROGRAM, replace(TRUE, termination=said)).termination.reason is Reason.FAILED
    honest = accept(PROGRAM, Outcome(said, x=np.array([9.0, 9.0])))
    assert honest.termination.reason is Reason.INFEASIBLE
    assert honest.x is None


def test_whole_numbers_are_made_whole() -> None:
    outcome = Outcome(Termination(Reason.FEASIBLE), x=np.array([5.0, 1.0 - 4e-7]), bound=50.0)
    believed = accept(WHOLE, outcome)
    assert believed.x is not None
    assert believed.x[1] == 1.0
    assert believed.objective == -5.0


@pytest.mark.parametrize("opened", [0.5, 4e-6])
def test_channel_that_is_a_little_open_is_refused(opened: float) -> None:
    outcome = Outcome(Termination(Reason.OPTIMAL), x=np.array([opened * 100, opened]), bound=50.0)
    assert accept(WHOLE, outcome).termination.reason is Reason.FAILED


@pytest.mark.parametrize(
    "lie",
    [
        {"row_duals": np.array([2.0])},
        {"row_duals": np.array([2.0, np.nan])},
        {"row_duals": np.array([-2.0, -1.0])},
        {"row_duals": np.array([2.0, 2.0])},
        {"reduced_costs": np.array([1.0, 0.0])},
        {"reduced_costs": None},
    ],
)
def test_prices_that_prove_nothing_are_dropped(lie: dict[str, object]) -> None:
    believed = accept(PROGRAM, replace(TRUE, **lie))  # type: ignore[arg-type]
    assert believed.termination.reason is Reason.OPTIMAL
    assert believed.row_duals is None
    assert believed.reduced_costs is None
    assert any("shadow prices were dropped" in note for note in believed.notes)


def test_zeros_in_place_of_prices_of_whole_numbers_are_dropped() -> None:
    outcome = Outcome(
        Termination(Reason.OPTIMAL),
        x=np.array([50.0, 1.0]),
        bound=40.0,
        row_duals=np.zeros(1),
        reduced_costs=np.zeros(2),
    )
    assert accept(WHOLE, outcome).row_duals is None


def test_weak_duality() -> None:
    assert dual_bound(PROGRAM, np.array([2.0, 1.0])) == 11.0
    assert dual_bound(PROGRAM, np.array([3.0, 0.0])) == 12.0
    assert dual_bound(PROGRAM, np.array([0.0, 0.0])) == inf
    assert dual_bound(PROGRAM.with_(offset=5.0), np.array([2.0, 1.0])) == 16.0


def conducted(outcome: Outcome, start: np.ndarray | None = None, gap: float = 1e-6) -> Outcome:
    request = Request(PROGRAM, Limits(gap=gap), start, Watch(None, PROGRAM))
    return conduct(None, lambda _: outcome, request)


def test_false_infeasible_is_refuted_by_a_known_point() -> None:
    lie = Outcome(Termination(Reason.INFEASIBLE))
    assert conducted(lie).termination.reason is Reason.INFEASIBLE
    refuted = conducted(lie, np.array([1.0, 1.0]))
    assert refuted.termination.reason is Reason.FAILED
    assert conducted(lie, np.array([9.0, 9.0])).termination.reason is Reason.INFEASIBLE


def test_false_bound_is_refuted_by_a_known_point() -> None:
    lie = Outcome(Termination(Reason.OPTIMAL), x=np.array([0.0, 4.0]), bound=8.0)
    assert conducted(lie).termination.reason is Reason.OPTIMAL
    assert conducted(lie, np.array([3.0, 1.0])).termination.reason is Reason.FAILED


def test_false_unbounded_is_found_out() -> None:
    request = Request(PROGRAM, Limits(), None, Watch(None, PROGRAM))
    answers = iter(
        [
            Outcome(Termination(Reason.UNBOUNDED)),
            Outcome(Termination(Reason.OPTIMAL), x=np.zeros(2), bound=0.0),
            Outcome(Termination(Reason.OPTIMAL), x=np.zeros(2), bound=0.0),
        ]
    )
    outcome = conduct(None, lambda _: next(answers), request)
    assert outcome.termination.reason is Reason.FAILED
    assert "neither" in outcome.termination.detail


def test_optimal_beyond_the_asked_gap_is_only_feasible() -> None:
    loose = replace(TRUE, bound=11.5, row_duals=None, reduced_costs=None)
    assert conducted(loose).termination.reason is Reason.FEASIBLE
    assert conducted(loose, gap=0.1).termination.reason is Reason.OPTIMAL


@pytest.mark.parametrize("error", [RuntimeError, ValueError, TypeError, OSError, ZeroDivisionError])
def test_what_a_library_raises_becomes_failed(error: type[Exception]) -> None:
    def run(_: Request) -> Outcome:
        raise error("broken")

    request = Request(PROGRAM, Limits(), None, Watch(None, PROGRAM))
    outcome = conduct(None, run, request)
    assert outcome.termination.reason is Reason.FAILED
    assert "broken" in outcome.termination.detail


def test_trickle_through_a_closed_channel_is_repaired() -> None:
    """A channel 1e-6 open lets 0.9 through; rounded and solved again, nothing flows."""
    program = problem([1, -1000], [[1, -1e6]], [(-inf, 0)], [(0, 0.9), (0, 1)], "ny")
    trickle = Outcome(Termination(Reason.OPTIMAL), x=np.array([0.9, 9e-7]), bound=0.9)
    answers = iter([trickle])

    def run(request: Request) -> Outcome:
        if request.problem is program:
            return next(answers)
        return get("highs").solve(request.problem, request.limits)

    outcome = conduct(None, run, Request(program, Limits(), None, Watch(None, program)))
    assert outcome.x == pytest.approx([0, 0])
    assert outcome.termination.reason is Reason.FEASIBLE
    assert any("rounded" in note for note in outcome.notes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lower": np.zeros(3)}, "lower has shape"),
        ({"integer": np.zeros(1, dtype=bool)}, "integer has shape"),
        ({"row_upper": np.zeros(1)}, "row_upper has shape"),
        ({"c": np.array([1e21, 0.0])}, "c holds a number"),
        ({"offset": inf}, "offset holds a number"),
        ({"upper": np.array([1e21, 0.0])}, "column bound"),
        ({"row_lower": np.array([inf, 0.0])}, "lower bound of inf"),
        ({"row_upper": np.array([np.nan, 0.0])}, "row bound"),
        ({"A": PROGRAM.A * 1e16}, "A holds a number"),
        ({"A": PROGRAM.A * np.nan}, "A holds a number"),
    ],
)
def test_faults_of_arrays(changes: dict[str, object], words: str) -> None:
    assert words in str(faults(PROGRAM.with_(**changes)))


def test_sound_arrays_have_no_fault() -> None:
    assert faults(PROGRAM) is None


def test_canonical_form() -> None:
    tidy = canonical(untidy())
    assert tidy.A.toarray().tolist() == [[1.0, 1.0], [1.0, 0.0]]
    assert tidy.A.nnz == 3
    assert untidy().A.nnz == 5
    assert canonical(tidy) is tidy


def test_eight_digits_are_refined() -> None:
    """What CBC prints of volumes of 1e6 does not add up; the refined point does."""
    program = problem(
        [1, 2, -5e5],
        [[1, 1, 0], [0, 1, -2e6], [0.3, 0.7, 0]],
        [(1234567.891234, 1234567.891234), (-inf, 0), (-inf, 777777.7777777)],
        [(0, inf), (0, inf), (0, 1)],
        "nny",
    )
    exact = get("highs").solve(program, Limits()).x
    assert exact is not None
    printed = np.array([float(f"{value:.8g}") for value in exact])
    assert program.violation(printed) > 1e-9
    better = refined(program, printed)
    assert program.violation(better) < 1e-13
    assert better == pytest.approx(exact, rel=1e-7)


def test_points_that_are_far_off_are_left_alone() -> None:
    far = np.array([9.0, -3.0])
    assert refined(PROGRAM, far).tolist() == far.tolist()
    inside = np.array([1.0, 1.0])
    assert refined(PROGRAM, inside).tolist() == inside.tolist()
