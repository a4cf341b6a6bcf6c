"""One solve of MathOpt: arrays to its model, its result to ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Limits, Outcome, Reason, Stop, Termination
from channelopt.backends.inspect import canonical

LINEAR = ("GLOP", "PDLP")
"""MathOpt's names of solvers that know no gap."""
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


def build(problem: MatrixProblem) -> Any:
    """Return the problem as a model of MathOpt; columns and rows are numbered from 0."""
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


def parameters(code: str, limits: Limits) -> Any:
    """Return MathOpt's parameters for one of its solvers."""
    from ortools.math_opt.python import mathopt

    chosen = mathopt.SolveParameters()
    if limits.time_limit is not None:
        chosen.time_limit = timedelta(seconds=limits.time_limit)
    if code not in LINEAR:
        chosen.relative_gap_tolerance = limits.gap
        chosen.absolute_gap_tolerance = limits.gap
        _limit_nodes(chosen, code, limits.nodes)
    if code not in ("GLOP", "HIGHS"):
        chosen.threads = max(1, limits.threads)
    if code != "PDLP":
        chosen.random_seed = limits.seed
    else:
        criteria = chosen.pdlp.termination_criteria.simple_optimality_criteria
        criteria.eps_optimal_absolute = 1e-8
        criteria.eps_optimal_relative = 1e-8
    return chosen


def _limit_nodes(chosen: Any, code: str, nodes: int | None) -> None:
    """End a search after so many nodes, or conflicts where a solver has no tree."""
    if nodes is not None and code == "CP_SAT":
        chosen.cp_sat.max_number_of_conflicts = nodes
    elif nodes is not None:
        chosen.node_limit = nodes


def suggest(columns: Iterable[Any], start: Floats) -> Any:
    """Return parameters that suggest `start` (columns,) as first incumbent."""
    from ortools.math_opt.python import mathopt

    values = dict(zip(columns, start.tolist(), strict=True))
    suggested = mathopt.SolutionHint(variable_values=values)
    return mathopt.ModelSolveParameters(solution_hints=[suggested])


def read(result: Any, problem: MatrixProblem) -> Outcome:
    """Read a result in our words."""
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


def explain(name: str, words: str) -> Outcome:
    """Read an error of MathOpt; SCIP's answer to an unbounded program is one (9.15)."""
    if "invalid PrimalSolutionProto.objective_value" in words:
        return Outcome(Termination(Reason.UNBOUNDED, detail="MathOpt: an infinite objective"))
    message = f"{name} does not take the problem: {words}"
    raise RuntimeError(message)


def _values(named: Any, size: int) -> Floats:
    """Return {element: value} as (size,) numbers; elements without a value are NaN."""
    values = np.full(size, np.nan)
    for element, value in named.items():
        values[element.id] = value
    return values
