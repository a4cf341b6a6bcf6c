"""One solve of PuLP: arrays to its program, its values to ours."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Limits, Outcome, Reason, Stop, Termination
from channelopt.backends.inspect import TOLERANCE, whole
from channelopt.backends.prices import dual_bound
from channelopt.backends.refine import refined

SOLVERS = {"cbc": "PULP_CBC_CMD", "highs": "HiGHS"}
"""Our names of PuLP's solvers; any other is called as PuLP calls it, in lower case."""


@contextmanager
def quiet() -> Iterator[None]:
    """PuLP 3.3 warns of version 4 at every step."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def build(problem: MatrixProblem) -> tuple[Any, list[Any]]:
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


def command(solver: str, limits: Limits) -> Any:
    """Return PuLP's solver with our limits.

    CBC measures its gap against the larger of bound and objective, hence the smaller ratio.
    """
    import pulp

    name = by_lower_name().get(solver.lower(), solver)
    ratio = limits.gap / (1.0 + limits.gap)
    options: dict[str, Any] = {"msg": False, "timeLimit": limits.time_limit}
    if name in SOLVERS.values():
        options |= {"gapRel": ratio, "gapAbs": limits.gap, "threads": max(1, limits.threads)}
    if name == SOLVERS["cbc"]:
        options["options"] = [f"randomCbcSeed {limits.seed}", "increment 1e-9"]
        if limits.nodes is not None:
            options["maxNodes"] = limits.nodes
    if name == SOLVERS["highs"]:
        options["random_seed"] = limits.seed
        if limits.nodes is not None:
            options["mip_max_nodes"] = limits.nodes
    return pulp.getSolver(name, **options)


def read(program: Any, columns: list[Any], problem: MatrixProblem, limits: Limits) -> Outcome:
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
    x = refined(problem, np.array(values, dtype=np.float64))
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


def by_lower_name() -> dict[str, str]:
    """Return the solvers PuLP finds here: {name in lower case: PuLP's name}."""
    import pulp

    with quiet():
        return {name.lower(): name for name in pulp.listSolvers(onlyAvailable=True)}
