"""What else decides such a list, each in a process of its own, which is cut off.

    python -m benchmarks.customer_rivals TASK FOLDER SECONDS MEGABYTES

Prints one JSON object. Memory is bounded by the address space of the process. Whole linear programs
are built as arrays; seconds are those of the solver from these arrays on, its own presolve and
checks included.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import scipy
from numpy.typing import NDArray

from benchmarks.customer_again import again
from benchmarks.customer_data import CHANNELS, ROWS, Customers, read, uses
from benchmarks.customer_task import REPEATS, bare, engine, judged, repeated

Floats = NDArray[np.float64]
Whole = tuple[Customers, Floats, Floats]
GAP = 1e-6
WHOLE = 1e-6
"""Share of an option from 1 up to which a linear program has split a customer."""


def program(customers: Customers) -> scipy.sparse.csc_array:
    """Return (customers + rows, customers x options): one option each, then the shared rows."""
    count, options = len(customers), len(CHANNELS)
    table = uses()
    columns = np.arange(count * options).reshape(count, options)
    entries = [(np.ones(count * options), columns.ravel() // options, columns.ravel())]
    for row, channel in zip(*np.nonzero(table), strict=True):
        amount = table[row, channel] * customers.contacts
        entries.append((amount, np.full(count, count + row), columns[:, channel]))
    values, rows, places = (np.concatenate(part) for part in zip(*entries, strict=True))
    shape = (count + len(ROWS), count * options)
    return scipy.sparse.coo_array((values, (rows, places)), shape=shape).tocsc()


def highs(way: str, folder: str, seconds: float) -> dict[str, Any]:
    """Solve with HiGHS: way is simplex, ipm or mip."""
    import highspy

    whole = read(Path(folder))
    matrix, gain = program(whole[0]), whole[0].gain().ravel()
    program_ = _highs_program(matrix, gain, whole, way == "mip")
    solver = highspy.Highs()
    options = {"output_flag": False, "time_limit": seconds, "mip_rel_gap": GAP, "mip_abs_gap": 0.0}
    for name, value in options.items():
        solver.setOptionValue(name, value)
    if way != "mip":
        solver.setOptionValue("solver", way)
    found: dict[str, Any] = repeated(lambda: (solver.passModel(program_), solver.run()), 1)[0]
    found["status"] = solver.modelStatusToString(solver.getModelStatus())
    if way == "mip" and np.isfinite(bound := solver.getInfo().mip_dual_bound):
        found["bound"] = bound
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return found
    return found | split(whole, np.array(solver.getSolution().col_value))


def _highs_program(
    matrix: scipy.sparse.csc_array, gain: Floats, whole: Whole, integer: bool
) -> Any:
    """Return the program as HiGHS takes it."""
    import highspy

    customers, lower, upper = whole
    one = np.ones(len(customers))
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = gain, np.zeros(gain.size), np.ones(gain.size)
    lp.row_lower_, lp.row_upper_ = np.append(one, lower), np.append(one, upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
    lp.a_matrix_.value_ = matrix.data
    if integer:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * gain.size
    return lp


def pdlp(folder: str, seconds: float) -> dict[str, Any]:
    """Solve with PDLP of OR-Tools to a relative 1e-6."""
    from ortools.pdlp import solve_log_pb2, solvers_pb2
    from ortools.pdlp.python import pdlp as library

    customers, lower, upper = read(Path(folder))
    matrix, gain = program(customers), customers.gain().ravel()
    one = np.ones(len(customers))
    qp = library.QuadraticProgram()
    qp.resize_and_initialize(gain.size, matrix.shape[0])
    qp.objective_vector = -gain
    qp.constraint_matrix = scipy.sparse.csc_matrix(matrix)
    qp.constraint_lower_bounds, qp.constraint_upper_bounds = (
        np.append(one, lower),
        np.append(one, upper),
    )
    qp.variable_lower_bounds = np.zeros(gain.size)
    qp.variable_upper_bounds = np.ones(gain.size)
    asked = solvers_pb2.PrimalDualHybridGradientParams()
    criteria = asked.termination_criteria
    criteria.time_sec_limit = seconds
    criteria.simple_optimality_criteria.eps_optimal_relative = GAP
    criteria.simple_optimality_criteria.eps_optimal_absolute = 0.0
    asked.num_threads = asked.num_shards = os.cpu_count() or 1
    spent, result = repeated(lambda: library.primal_dual_hybrid_gradient(qp, asked), 1)
    reason = solve_log_pb2.TerminationReason.Name(result.solve_log.termination_reason)
    found = {"status": reason.removeprefix("TERMINATION_REASON_").lower()}
    return spent | found | split((customers, lower, upper), np.array(result.primal_solution))


def split(whole: Whole, x: Floats) -> dict[str, Any]:
    """Say how far a split answer is from a list: customers split, and what rounding breaks."""
    customers, lower, upper = whole
    shares = x.reshape(len(customers), -1)
    list_ = judged(customers, shares.argmax(axis=1), lower, upper)
    return {
        **list_,
        "relaxed": float((customers.gain() * shares).sum()),
        "split": int((shares.max(axis=1) < 1 - WHOLE).sum()),
    }


def greedy(folder: str) -> dict[str, Any]:
    """Give away options in order of their value, as long as no upper limit breaks."""
    customers, lower, upper = read(Path(folder))
    gain, table = customers.gain(), uses()
    _greedy(np.zeros(0, np.int64), customers.contacts[:0], table, upper.copy())
    spent, option = repeated(
        lambda: _greedy(
            np.argsort(-gain.ravel(), kind="stable"), customers.contacts, table, upper.copy()
        ),
        REPEATS,
    )
    return spent | {"status": "heuristic"} | judged(customers, option, lower, upper)


@numba.njit(cache=True)
def _greedy(
    order: NDArray[np.int64], contacts: Floats, table: Floats, room: Floats
) -> NDArray[np.int64]:
    found = np.full(contacts.shape[0], -1, np.int64)
    for place in order:
        unit, option = place // table.shape[1], place % table.shape[1]
        if found[unit] >= 0:
            continue
        fits = True
        for row in range(table.shape[0]):
            fits = fits and table[row, option] * contacts[unit] <= room[row]
        if fits:
            found[unit] = option
            for row in range(table.shape[0]):
                room[row] -= table[row, option] * contacts[unit]
    return found


TASKS: dict[str, Callable[[str, float], dict[str, Any]]] = {
    "engine": lambda folder, _: engine(folder),
    "again": lambda folder, _: again(folder),
    "bare": lambda folder, _: bare(folder),
    "greedy": lambda folder, _: greedy(folder),
    "simplex": lambda folder, seconds: highs("simplex", folder, seconds),
    "ipm": lambda folder, seconds: highs("ipm", folder, seconds),
    "mip": lambda folder, seconds: highs("mip", folder, seconds),
    "pdlp": pdlp,
}

if __name__ == "__main__":
    name, where, most_seconds, megabytes = sys.argv[1:]
    bytes_ = int(megabytes) * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (bytes_, bytes_))
    sys.stdout.write(json.dumps(TASKS[name](where, float(most_seconds))))
