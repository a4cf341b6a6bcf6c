"""OR-Tools MathOpt: HiGHS, SCIP, GLOP, PDLP and (whole numbers only) CP-SAT."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Can, Limits, Listener, Outcome, Reason, Stop, Termination
from channelopt.backends.conduct import Request, conduct
from channelopt.backends.inspect import canonical, faults
from channelopt.backends.watch import EVERY, Watch

BASE = frozenset({Can.CONTINUOUS, Can.PROVES_BOUND})
LARGEST_SUM = 2**31
"""CP-SAT is trusted only where no row can add up to more (or-tools issue 5293)."""

REASONS: dict[str, Reason] = {
    "OPTIMAL": Reason.OPTIMAL,
    "FEASIBLE": Reason.FEASIBLE,
    "INFEASIBLE": Reason.INFEASIBLE,
    "UNBOUNDED": Reason.UNBOUNDED,
    "INFEASIBLE_OR_UNBOUNDED": Reason.UNBOUNDED,
    "NO_SOLUTION_FOUND": Reason.NO_SOLUTION,
    "IMPRECISE": Reason.FAILED,
    "NUMERICAL_ERROR": Reason.FAILED,
    "OTHER_ERROR": Reason.FAILED,
}
STOPS = {"TIME": Stop.TIME, "INTERRUPTED": Stop.INTERRUPT, "MEMORY": Stop.MEMORY}


@dataclass(frozen=True)
class Engine:
    """A solver inside MathOpt: its name there and what it is able to do."""

    code: str
    can: frozenset[Can]


ENGINES = {
    "highs": Engine("HIGHS", BASE | {Can.INTEGER, Can.DUALS}),
    "scip": Engine("GSCIP", BASE | {Can.INTEGER, Can.WARM_START, Can.INTERRUPT}),
    "glop": Engine("GLOP", BASE | {Can.DUALS, Can.INTERRUPT}),
    "pdlp": Engine("PDLP", BASE | {Can.DUALS, Can.INTERRUPT}),
    "cp_sat": Engine(
        "CP_SAT",
        frozenset(
            {Can.INTEGER, Can.WARM_START, Can.INTERRUPT, Can.PROGRESS, Can.PROVES_BOUND},
        ),
    ),
}


class MathOpt:
    """One of MathOpt's solvers, for example `mathopt:scip`."""

    def __init__(self, engine: str) -> None:
        self._engine = ENGINES[engine]
        self.name = f"mathopt:{engine}"
        self.can = self._engine.can

    def unavailable(self) -> str | None:
        """Say why OR-Tools cannot be used here, or None."""
        try:
            self.version()
        except PackageNotFoundError:
            return "ortools is not installed (pip install 'channelopt[ortools]')"
        return None

    def version(self) -> str:
        """Return the version of OR-Tools."""
        return version("ortools")

    def refuses(self, problem: MatrixProblem) -> str | None:
        """Refuse whole numbers for linear solvers, and for CP-SAT all that it would round."""
        fault = faults(problem)
        if fault is not None:
            return fault
        if Can.INTEGER not in self.can and bool(problem.integer.any()):
            return f"{self.name} solves linear programs only; use highs or mathopt:scip"
        if Can.CONTINUOUS not in self.can:
            return _not_whole(problem)
        return None

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        """Solve a problem."""
        request = Request(problem, limits, start, Watch(listen, problem))
        return conduct(self.refuses(problem), self._run, request)

    def _run(self, request: Request) -> Outcome:
        from ortools.math_opt.python import mathopt

        model = _model(request.problem)
        registration, heard = _callback(request.watch, self.can)
        with _interrupter(request.watch, self.can) as interrupter:
            try:
                result = mathopt.solve(
                    model,
                    mathopt.SolverType[self._engine.code],
                    params=_parameters(self._engine, request.limits),
                    model_params=_hint(model, request, self.can),
                    callback_reg=registration,
                    cb=heard,
                    interrupter=interrupter,
                )
            except AttributeError as error:  # OR-Tools 9.15 hides the reason (issue 4606)
                return _refused(self.name, str(error.__context__))
        return _read(result, request.problem)


def _refused(name: str, words: str) -> Outcome:
    """Read an error of MathOpt; SCIP's answer to an unbounded program is one (9.15)."""
    if "invalid PrimalSolutionProto.objective_value" in words:
        return Outcome(Termination(Reason.UNBOUNDED, detail="MathOpt: an infinite objective"))
    message = f"{name} does not take the problem: {words}"
    raise RuntimeError(message)


def _not_whole(problem: MatrixProblem) -> str | None:
    """Say why CP-SAT is not to be trusted with a problem, or None."""
    other = "; use highs or mathopt:scip"
    if not bool(problem.integer.all()):
        return f"CP-SAT rounds continuous columns, so its bound would prove nothing{other}"
    bounds = np.concatenate([problem.lower, problem.upper])
    if not bool(np.isfinite(bounds).all()):
        return f"CP-SAT needs bounded columns{other}"
    sides = np.concatenate([problem.row_lower, problem.row_upper])
    numbers = np.concatenate([problem.c, problem.A.data, bounds, sides[np.isfinite(sides)]])
    if not bool((numbers == np.round(numbers)).all()):
        return f"CP-SAT needs whole numbers throughout{other}"
    reach = np.maximum(np.abs(problem.lower), np.abs(problem.upper))
    sums = np.append(abs(problem.A) @ reach, np.abs(problem.c) @ reach)
    if not bool((sums < LARGEST_SUM).all()) or not bool((np.abs(numbers) < LARGEST_SUM).all()):
        return f"CP-SAT is not trusted with sums of 2^31 or more{other}"
    return None


def _model(problem: MatrixProblem) -> Any:
    from ortools.math_opt import model_pb2
    from ortools.math_opt.python import mathopt

    problem = canonical(problem)
    columns = np.arange(problem.num_columns)
    rows = np.arange(problem.num_rows)
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(columns)
    proto.variables.lower_bounds.extend(problem.lower)
    proto.variables.upper_bounds.extend(problem.upper)
    proto.variables.integers.extend(problem.integer.tolist())
    proto.linear_constraints.ids.extend(rows)
    proto.linear_constraints.lower_bounds.extend(problem.row_lower)
    proto.linear_constraints.upper_bounds.extend(problem.row_upper)
    matrix = proto.linear_constraint_matrix
    matrix.row_ids.extend(np.repeat(rows, np.diff(problem.A.indptr)))
    matrix.column_ids.extend(problem.A.indices)
    matrix.coefficients.extend(problem.A.data)
    used = np.flatnonzero(problem.c)
    proto.objective.maximize = True
    proto.objective.offset = problem.offset
    proto.objective.linear_coefficients.ids.extend(used)
    proto.objective.linear_coefficients.values.extend(problem.c[used])
    return mathopt.Model.from_model_proto(proto)


def _parameters(engine: Engine, limits: Limits) -> Any:
    from ortools.math_opt.python import mathopt

    parameters = mathopt.SolveParameters()
    if limits.time_limit is not None:
        parameters.time_limit = timedelta(seconds=limits.time_limit)
    if Can.INTEGER in engine.can:
        parameters.relative_gap_tolerance = limits.gap
        parameters.absolute_gap_tolerance = limits.gap
    if engine.code not in ("GLOP", "HIGHS"):
        parameters.threads = max(1, limits.threads)
    if engine.code != "PDLP":
        parameters.random_seed = limits.seed
    else:
        criteria = parameters.pdlp.termination_criteria.simple_optimality_criteria
        criteria.eps_optimal_absolute = 1e-8
        criteria.eps_optimal_relative = 1e-8
    return parameters


def _hint(model: Any, request: Request, can: frozenset[Can]) -> Any:
    from ortools.math_opt.python import mathopt

    if request.start is None or Can.WARM_START not in can:
        return None
    values = dict(zip(model.variables(), request.start.tolist(), strict=True))
    hint = mathopt.SolutionHint(variable_values=values)
    return mathopt.ModelSolveParameters(solution_hints=[hint])


def _callback(watch: Watch, can: frozenset[Can]) -> tuple[Any, Any]:
    from ortools.math_opt.python import mathopt

    if not watch.listens or Can.PROGRESS not in can:
        return None, None

    def heard(data: Any) -> Any:
        x = np.zeros(watch.problem.num_columns)
        for variable, value in data.solution.items():
            x[variable.id] = value
        return mathopt.CallbackResult(terminate=watch.tell(None, x))

    return mathopt.CallbackRegistration(events={mathopt.Event.MIP_SOLUTION}), heard


@contextmanager
def _interrupter(watch: Watch, can: frozenset[Can]) -> Iterator[Any]:
    """Ask the listener now and then from a thread of its own, and interrupt where it says so."""
    from ortools.util.python import solve_interrupter

    if not watch.listens or Can.INTERRUPT not in can:
        yield None
        return
    interrupter = solve_interrupter.SolveInterrupter()
    done = threading.Event()

    def ask() -> None:
        while not done.wait(EVERY):
            if watch.tell(None):
                interrupter.interrupt()
                return

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    try:
        yield interrupter
    finally:
        done.set()
        asking.join()


def _read(result: Any, problem: MatrixProblem) -> Outcome:
    termination = result.termination
    reason = REASONS.get(termination.reason.name, Reason.FAILED)
    limit = termination.limit
    stop = STOPS.get(limit.name, Stop.OTHER) if limit is not None else None
    words = f"MathOpt: {termination.reason.name.lower()} {termination.detail}".strip()
    bound = float(termination.objective_bounds.dual_bound)
    x = row_duals = reduced_costs = None
    if reason in (Reason.OPTIMAL, Reason.FEASIBLE) and result.has_primal_feasible_solution():
        x = _values(result.variable_values(), problem.num_columns)
    if reason == Reason.OPTIMAL and result.has_dual_feasible_solution():
        row_duals = _values(result.dual_values(), problem.num_rows)
        reduced_costs = _values(result.reduced_costs(), problem.num_columns)
    return Outcome(
        Termination(reason, stop, words),
        x=x,
        bound=bound if x is not None or stop is not None else float("inf"),
        row_duals=row_duals,
        reduced_costs=reduced_costs,
        nodes=int(result.solve_stats.node_count),
        iterations=int(result.solve_stats.simplex_iterations),
    )


def _values(named: Any, size: int) -> Floats:
    """Return {element: value} as (size,) numbers; elements without a value are NaN."""
    values = np.full(size, np.nan)
    for element, value in named.items():
        values[element.id] = value
    return values
