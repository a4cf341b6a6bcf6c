"""HiGHS through highspy: the default solver, and a loaded program for quick re-solves."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any, ClassVar

import numpy as np

from channelopt.algebra.problem import Flags, Floats, MatrixProblem
from channelopt.backends.base import Can, Limits, Listener, Outcome, Reason, Stop, Termination
from channelopt.backends.conduct import Request, conduct, fix
from channelopt.backends.inspect import canonical, faults
from channelopt.backends.watch import Watch

ROWWISE, MINIMISE = 2, 1
"""Codes of the array form of `passModel`; we minimise -c, so that signs are always the same."""

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


class Highs:
    """HiGHS: linear and mixed-integer programs, prices, warm start, interrupt."""

    name: ClassVar[str] = "highs"
    can: ClassVar[frozenset[Can]] = frozenset(Can)

    def unavailable(self) -> str | None:
        """Say why highspy cannot be used here, or None."""
        try:
            self.version()
        except PackageNotFoundError:
            return "highspy is not installed (pip install highspy)"
        return None

    def version(self) -> str:
        """Return the version of highspy."""
        return version("highspy")

    def refuses(self, problem: MatrixProblem) -> str | None:
        """Refuse only what is no program at all."""
        return faults(problem)

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        """Solve a problem from scratch."""
        request = Request(problem, limits, start, Watch(listen, problem))
        return conduct(self.refuses(problem), _solve_once, request)


class Session:
    """A program loaded once; linear programs are re-solved from the last basis.

    `problem` is the program as it stands now. `fix(x)` freezes integer columns and leaves a linear
    program with prices, `relax()` drops integrality, `restore()` brings the integers back.
    """

    def __init__(self, problem: MatrixProblem) -> None:
        self.problem = problem
        self._original = problem
        self._loaded: Any = None

    def solve(
        self, limits: Limits, start: Floats | None = None, listen: Listener | None = None
    ) -> Outcome:
        """Solve the program as it stands; linear programs come with prices."""
        request = Request(self.problem, limits, start, Watch(listen, self.problem))
        return conduct(faults(self.problem), self._run, request)

    def set_costs(self, c: Floats, offset: float | None = None) -> None:
        """Replace the objective by `c` (columns,); the offset stays unless given."""
        offset = self.problem.offset if offset is None else offset
        self.problem = self.problem.with_(c=c, offset=offset)
        if self._loaded is not None:
            self._loaded.changeColsCost(c.size, _every(c), -c)
            self._loaded.changeObjectiveOffset(-offset)

    def set_column_bounds(self, lower: Floats, upper: Floats) -> None:
        """Replace all column bounds, (columns,) each."""
        self.problem = self.problem.with_(lower=lower, upper=upper)
        if self._loaded is not None:
            self._loaded.changeColsBounds(lower.size, _every(lower), lower, upper)

    def set_row_bounds(self, row_lower: Floats, row_upper: Floats) -> None:
        """Replace all row sides, (rows,) each."""
        self.problem = self.problem.with_(row_lower=row_lower, row_upper=row_upper)
        if self._loaded is not None:
            self._loaded.changeRowsBounds(row_lower.size, _every(row_lower), row_lower, row_upper)

    def fix(self, x: Floats) -> None:
        """Freeze the integer columns at `x` (columns,), rounded, and make them continuous."""
        fixed = fix(self.problem.with_(integer=self._original.integer), x)
        self.set_column_bounds(fixed.lower, fixed.upper)
        self._set_integer(fixed.integer)

    def relax(self) -> None:
        """Drop the integrality of all columns."""
        self._set_integer(np.zeros_like(self._original.integer))

    def restore(self) -> None:
        """Bring back the integrality and the column bounds the session began with."""
        self.set_column_bounds(self._original.lower, self._original.upper)
        self._set_integer(self._original.integer)

    def _set_integer(self, integer: Flags) -> None:
        self.problem = self.problem.with_(integer=integer)
        if self._loaded is not None:
            codes = integer.astype(np.uint8)
            self._loaded.changeColsIntegrality(codes.size, _every(codes), codes)

    def _run(self, request: Request) -> Outcome:
        if request.problem is not self.problem:
            return _solve_once(request)
        if self._loaded is None:
            self._loaded = _load(self.problem)
        return _run(self._loaded, request)


def _solve_once(request: Request) -> Outcome:
    return _run(_load(request.problem), request)


def _every(values: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int32]]:
    return np.arange(values.size, dtype=np.int32)


def _load(problem: MatrixProblem) -> Any:
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


def _run(highs: Any, request: Request) -> Outcome:
    _apply(highs, request.limits)
    is_integer = bool(request.problem.integer.any())
    if is_integer and request.start is not None:
        highs.setSolution(request.start.size, _every(request.start), request.start)
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
        ("mip_rel_gap", limits.gap),
        ("mip_abs_gap", limits.gap),
    ):
        highs.setOptionValue(option, value)


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
    has_values = information.primal_solution_status == 2
    if not has_values or reason not in (Reason.OPTIMAL, Reason.NO_SOLUTION):
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
