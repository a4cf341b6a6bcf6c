"""PuLP: CBC, and whatever other solver PuLP finds; for small problems and second opinions."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Can, Limits, Listener, Outcome, Reason, Stop, Termination
from channelopt.backends.conduct import Request, conduct
from channelopt.backends.inspect import TOLERANCE, accept, canonical, dual_bound, faults, whole
from channelopt.backends.watch import Watch

MAJOR = 3
"""Other versions of PuLP have another interface."""
LARGEST = 200_000
"""Most nonzeros: PuLP keeps one Python object for each."""
RELAXATION_SECONDS = 10.0
"""Most time for the bound of a solve that was cut short."""
SOLVERS = {"cbc": "PULP_CBC_CMD", "highs": "HiGHS"}
"""Our names of PuLP's solvers; any other is called as PuLP calls it, in lower case."""


class Pulp:
    """One of PuLP's solvers, for example `pulp:cbc`."""

    can = frozenset({Can.INTEGER, Can.CONTINUOUS, Can.DUALS, Can.PROVES_BOUND})

    def __init__(self, solver: str) -> None:
        self._solver = SOLVERS.get(solver, solver)
        self.name = f"pulp:{solver}"

    def unavailable(self) -> str | None:
        """Say why this solver cannot be used here, or None."""
        try:
            found = self.version()
        except PackageNotFoundError:
            return "PuLP is not installed (pip install 'channelopt[pulp]')"
        if not found.startswith(f"{MAJOR}."):
            return f"PuLP {found} is installed; version {MAJOR} is needed"
        if self._solver in SOLVERS.values():
            return None
        if self._solver in _by_lower_name():
            return None
        return f"PuLP finds no solver {self._solver} here"

    def version(self) -> str:
        """Return the version of PuLP."""
        return version("pulp")

    def refuses(self, problem: MatrixProblem) -> str | None:
        """Refuse what PuLP would need minutes to build."""
        if problem.A.nnz > LARGEST:
            return (
                f"PuLP builds problems one number at a time and this one has {problem.A.nnz:,} "
                f"(limit {LARGEST:,}); use highs or mathopt:scip"
            )
        return faults(problem)

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        """Solve a problem; PuLP can neither start from a point nor tell how it goes."""
        request = Request(problem, limits, start, Watch(listen, problem))
        return conduct(self.unavailable() or self.refuses(problem), self._run, request)

    def _run(self, request: Request) -> Outcome:
        import pulp

        with _quiet():
            problem = canonical(request.problem)
            program, columns = _program(problem)
            try:
                program.solve(_command(self._solver, request.limits))
            except pulp.PulpSolverError as error:
                message = f"PuLP: {error}"
                raise RuntimeError(message) from error
            outcome = _read(program, columns, problem, request.limits)
            if outcome.termination.reason == Reason.FEASIBLE:
                return replace(outcome, bound=_relaxed_bound(self._solver, problem))
            return outcome


def available() -> tuple[str, ...]:
    """Return our names of all solvers that PuLP finds here (imports PuLP)."""
    ours = {theirs: name for name, theirs in SOLVERS.items()}
    found = _by_lower_name().values()
    return tuple(sorted(f"pulp:{ours.get(solver, solver.lower())}" for solver in found))


def _by_lower_name() -> dict[str, str]:
    import pulp

    with _quiet():
        return {name.lower(): name for name in pulp.listSolvers(onlyAvailable=True)}


@contextmanager
def _quiet() -> Iterator[None]:
    """PuLP 3.3 warns of version 4 at every step."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _program(problem: MatrixProblem) -> tuple[Any, list[Any]]:
    """Build the program; it minimises -c, as solvers differ in how they maximise."""
    import pulp

    program = pulp.LpProblem("channelopt", pulp.LpMinimize)
    columns = [
        pulp.LpVariable(f"x{j}", _bound(low), _bound(high), "Integer" if whole else "Continuous")
        for j, (low, high, whole) in enumerate(
            zip(problem.lower, problem.upper, problem.integer, strict=True)
        )
    ]
    program.addVariables(columns)
    costs = zip(columns, (-problem.c).tolist(), strict=True)
    program.setObjective(pulp.LpAffineExpression({x: cost for x, cost in costs if cost}))
    for i in range(problem.num_rows):
        entries = slice(problem.A.indptr[i], problem.A.indptr[i + 1])
        terms = zip(problem.A.indices[entries], problem.A.data[entries].tolist(), strict=True)
        row = pulp.LpAffineExpression({columns[j]: value for j, value in terms})
        for name, sense, side in _sides(i, problem.row_lower[i], problem.row_upper[i]):
            program.addConstraint(pulp.LpConstraint(row, sense, name, side))
    return program, columns


def _sides(i: int, low: float, high: float) -> list[tuple[str, int, float]]:
    """Return (name, sense, right-hand side) of the one-sided rows that make row i."""
    if low == high:
        return [(f"e{i}", 0, float(low))]
    both = [(f"g{i}", 1, float(low)), (f"l{i}", -1, float(high))]
    return [row for row in both if np.isfinite(row[2])]


def _bound(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _command(solver: str, limits: Limits) -> Any:
    import pulp

    name = _by_lower_name().get(solver.lower(), solver)
    ratio = limits.gap / (1.0 + limits.gap)
    options: dict[str, Any] = {"msg": False, "timeLimit": limits.time_limit}
    if name in SOLVERS.values():
        options |= {"gapRel": ratio, "gapAbs": limits.gap, "threads": max(1, limits.threads)}
    if name == SOLVERS["cbc"]:
        options["options"] = [f"randomCbcSeed {limits.seed}", "increment 1e-9"]
    if name == SOLVERS["highs"]:
        options["random_seed"] = limits.seed
    return pulp.getSolver(name, **options)


def _read(program: Any, columns: list[Any], problem: MatrixProblem, limits: Limits) -> Outcome:
    """Believe values, not statuses.

    INFEASIBLE is reported as UNBOUNDED, which `conduct` looks into: CBC calls unbounded programs
    infeasible, and now and then feasible ones, too.
    """
    import pulp

    words = f"PuLP: {pulp.LpStatus[program.status]}, {pulp.LpSolution[program.sol_status]}"
    if program.status in (pulp.LpStatusInfeasible, pulp.LpStatusUnbounded):
        return Outcome(Termination(Reason.UNBOUNDED, detail=words))
    at_limit = limits.time_limit is not None and program.solutionTime >= 0.95 * limits.time_limit
    stop = Stop.TIME if at_limit else Stop.OTHER
    values = [column.varValue for column in columns]
    if program.status != pulp.LpStatusOptimal or None in values:
        return Outcome(Termination(Reason.NO_SOLUTION, stop, words))
    x = np.array(values, dtype=np.float64)
    if program.sol_status == pulp.LpSolutionOptimal and not at_limit:
        said = Termination(Reason.OPTIMAL, detail=words)
        if bool(problem.integer.any()):
            return _claimed(Outcome(said, x=x), problem, limits.gap)
        return _priced(program, Outcome(said, x=x), problem)
    if problem.violation(whole(problem, x)) > TOLERANCE:
        return Outcome(Termination(Reason.NO_SOLUTION, stop, words))
    return Outcome(Termination(Reason.FEASIBLE, stop, words), x=x)


def _claimed(outcome: Outcome, problem: MatrixProblem, gap: float) -> Outcome:
    """Add the bound that lies in the word optimal: PuLP tells none."""
    objective = problem.objective(outcome.x) if outcome.x is not None else 0.0
    bound = objective + gap * max(1.0, abs(objective))
    return replace(outcome, bound=bound, notes=("the bound is the solver's claim of its gap",))


def _priced(program: Any, outcome: Outcome, problem: MatrixProblem) -> Outcome:
    """Add the prices of a linear program."""
    bound = problem.objective(outcome.x) if outcome.x is not None else float("inf")
    prices = _prices(program, problem.num_rows)
    if prices is None:
        return replace(outcome, bound=bound)
    signed = min((prices, -prices), key=lambda duals: dual_bound(problem, duals))
    reduced_costs = problem.c - problem.A.T @ signed
    return replace(outcome, bound=bound, row_duals=signed, reduced_costs=reduced_costs)


def _prices(program: Any, num_rows: int) -> Floats | None:
    """Return the prices of rows, (rows,); their sign differs by solver and version of PuLP."""
    prices = np.zeros(num_rows)
    for name, row in program.constraints.items():
        if row.pi is None:
            return None
        prices[int(name[1:])] += row.pi
    return prices


def _relaxed_bound(solver: str, problem: MatrixProblem) -> float:
    """Return the optimum without whole numbers: the only bound PuLP can give of a stopped solve."""
    relaxed = problem.with_(integer=np.zeros_like(problem.integer))
    program, columns = _program(relaxed)
    program.solve(_command(solver, Limits(time_limit=RELAXATION_SECONDS)))
    outcome = accept(relaxed, _read(program, columns, relaxed, Limits()))
    return outcome.bound if outcome.termination.reason == Reason.OPTIMAL else float("inf")
