"""One HiGHS: load arrays, run, listen, read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Outcome, Reason, Stop, Termination
from channelopt.backends.conduct import Request
from channelopt.backends.inspect import canonical
from channelopt.backends.watch import Watch

ROWWISE, MINIMISE = 2, 1
"""Codes of the array form of `passModel`; we minimise -c, so that signs are always the same."""

INTERIOR_FROM = 20_000
"""Nonzeros from which the interior-point method (with crossover) beats simplex from scratch."""

HEURISTICS = [f"mip_heuristic_run_{name}" for name in ("rins", "rens", "root_reduced_cost")]
"""What solves smaller programs in search of better plans."""

STATUS: dict[str, tuple[Reason, Stop | None]] = {
    "kOptimal": (Reason.OPTIMAL, None),
    "kInfeasible": (Reason.INFEASIBLE, None),
    "kUnbounded": (Reason.UNBOUNDED, None),
    "kUnboundedOrInfeasible": (Reason.UNBOUNDED, None),
    "kTimeLimit": (Reason.NO_SOLUTION, Stop.TIME),
    "kInterrupt": (Reason.NO_SOLUTION, Stop.INTERRUPT),
    "kHighsInterrupt": (Reason.NO_SOLUTION, Stop.INTERRUPT),
    "kMemoryLimit": (Reason.NO_SOLUTION, Stop.MEMORY),
    "kIterationLimit": (Reason.NO_SOLUTION, Stop.OTHER),
    "kSolutionLimit": (Reason.NO_SOLUTION, Stop.OTHER),
    "kObjectiveBound": (Reason.NO_SOLUTION, Stop.OTHER),
    "kObjectiveTarget": (Reason.NO_SOLUTION, Stop.OTHER),
    "kUnknown": (Reason.NO_SOLUTION, Stop.OTHER),
}
"""How HiGHS's words read in ours; `conduct` looks into UNBOUNDED."""


def every(values: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Return the positions 0, 1, ... of `values`, as HiGHS counts them."""
    return np.arange(values.size, dtype=np.int32)


def load(problem: MatrixProblem) -> Any:
    """Return a HiGHS that holds the problem.

    Raises:
        RuntimeError: HiGHS does not take it.
    """
    import highspy

    problem = canonical(problem)
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    status = highs.passModel(
        problem.num_columns,
        problem.num_rows,
        problem.A.nnz,
        ROWWISE,
        MINIMISE,
        -problem.offset,
        -problem.c,
        problem.lower,
        problem.upper,
        problem.row_lower,
        problem.row_upper,
        problem.A.indptr.astype(np.int32),
        problem.A.indices.astype(np.int32),
        problem.A.data,
        problem.integer.astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        message = "HiGHS does not take the model"
        raise RuntimeError(message)
    return highs


def run(highs: Any, request: Request) -> Outcome:
    """Solve what a HiGHS holds, which must be the problem of the request."""
    _apply(highs, request.limits)
    _choose_method(highs, request.problem, request.limits)
    if request.start is not None and bool(request.problem.integer.any()):
        highs.setSolution(request.start.size, every(request.start), request.start)
    listeners = _listen(highs, request.watch)
    try:
        highs.run()
    finally:
        for event, heard in listeners:
            event.unsubscribe(heard)
    return _read(highs, request.problem)


_threads_in_use: list[int] = []
"""HiGHS has one pool of threads per process; it must be torn down before its size changes."""


def _apply(highs: Any, limits: Limits) -> None:
    threads = max(1, limits.threads)
    if _threads_in_use != [threads]:
        highs.resetGlobalScheduler(True)
        _threads_in_use[:] = [threads]
    for option, value in (
        ("threads", threads),
        ("random_seed", limits.seed),
        ("time_limit", float("inf") if limits.time_limit is None else limits.time_limit),
        ("mip_max_nodes", 2**31 - 1 if limits.nodes is None else limits.nodes),
        ("mip_rel_gap", limits.gap),
        ("mip_abs_gap", limits.gap),
        ("mip_allow_restart", limits.restarts),
        ("presolve", "choose" if limits.presolve else "off"),
        *((name, limits.heuristics) for name in HEURISTICS),
    ):
        highs.setOptionValue(option, value)
    if limits.tolerance is not None:
        for option in ("mip_feasibility_tolerance", "primal_feasibility_tolerance"):
            highs.setOptionValue(option, limits.tolerance)


def _choose_method(highs: Any, problem: MatrixProblem, limits: Limits) -> None:
    """Take the interior-point method for a big linear program that has no basis to start from.

    Measured on assignment programs: 0.5 s against 1.8 s at 75,000 nonzeros, 14 s against more
    than 400 s at 1,000,000.
    """
    is_cold = not highs.getBasis().valid
    is_linear = not bool(problem.integer.any())
    big = problem.A.nnz >= INTERIOR_FROM and limits.presolve
    highs.setOptionValue("solver", "ipm" if is_cold and is_linear and big else "choose")


def _listen(highs: Any, watch: Watch) -> list[tuple[Any, Any]]:
    if not watch.listens:
        return []

    def improved(event: Any) -> None:
        watch.tell(_maximum(event.data_out.mip_dual_bound), np.array(event.data_out.mip_solution))

    def asked(event: Any) -> None:
        if watch.tell(_maximum(event.data_out.mip_dual_bound)):
            event.interrupt()

    def asked_linear(event: Any) -> None:
        if watch.tell(None):
            event.interrupt()

    pairs = [
        (highs.cbMipImprovingSolution, improved),
        (highs.cbMipInterrupt, asked),
        (highs.cbSimplexInterrupt, asked_linear),
        (highs.cbIpmInterrupt, asked_linear),
    ]
    for event, heard in pairs:
        event.subscribe(heard)
    return pairs


def _maximum(minimised: float) -> float | None:
    return -minimised if np.isfinite(minimised) else None


def _read(highs: Any, problem: MatrixProblem) -> Outcome:
    status = highs.getModelStatus()
    words = highs.modelStatusToString(status)
    reason, stop = STATUS.get(status.name, (Reason.FAILED, None))
    information = highs.getInfo()
    outcome = Outcome(
        Termination(reason, stop, f"HiGHS: {words}"),
        nodes=max(0, int(information.mip_node_count)),
        iterations=max(0, int(information.simplex_iteration_count)),
    )
    is_integer = bool(problem.integer.any())
    if is_integer and stop is not None:
        outcome = replace(outcome, bound=-information.mip_dual_bound)
    answered = reason in (Reason.OPTIMAL, Reason.NO_SOLUTION)
    if not answered or information.primal_solution_status != 2:
        return outcome
    return _answer(highs, problem, outcome)


def _answer(highs: Any, problem: MatrixProblem, outcome: Outcome) -> Outcome:
    solution = highs.getSolution()
    information = highs.getInfo()
    x = np.array(solution.col_value, dtype=np.float64)
    if outcome.termination.reason == Reason.NO_SOLUTION:
        said = replace(outcome.termination, reason=Reason.FEASIBLE)
        return replace(outcome, termination=said, x=x)
    if bool(problem.integer.any()):
        return replace(outcome, x=x, bound=-information.mip_dual_bound)
    outcome = replace(outcome, x=x, bound=-information.objective_function_value)
    if not solution.dual_valid:
        return outcome
    return replace(
        outcome,
        row_duals=-np.array(solution.row_dual, dtype=np.float64),
        reduced_costs=-np.array(solution.col_dual, dtype=np.float64),
    )
