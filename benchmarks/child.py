"""What is measured in a process of its own: `python -m benchmarks.child TASK ARGUMENTS`.

Prints one JSON object. The parent adds wall time, processor time and the peak of memory.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPEATS = 3


def best_of(action: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, Any]:
    """Return the least processor time of a few runs, and the last result."""
    least, result = float("inf"), None
    for _ in range(repeats):
        began = time.process_time()
        result = action()
        least = min(least, time.process_time() - began)
    return least, result


def build(folder: str) -> dict[str, Any]:
    """Load and formulate."""
    from channelopt.instance.load import load
    from channelopt.model.formulate import formulate

    loading, instance = best_of(lambda: load(folder))
    building, model = best_of(lambda: formulate(instance.numbers, instance.policies))
    problem = model.problem
    return {
        "columns": problem.num_columns,
        "integer_columns": int(problem.integer.sum()),
        "rows": problem.num_rows,
        "nonzeros": int(problem.A.nnz),
        "load_s": loading,
        "build_s": building,
    }


def pulp(folder: str) -> dict[str, Any]:
    """Build the same rows in PuLP's algebra, term by term as its users do."""
    import numpy as np
    import pulp as library

    from channelopt.instance.load import load
    from channelopt.model.formulate import formulate

    instance = load(folder)
    p = formulate(instance.numbers, instance.policies).problem
    began = time.process_time()
    program = library.LpProblem("same", library.LpMaximize)
    columns = [
        library.LpVariable(
            f"c{k}",
            float(lower) if np.isfinite(lower) else None,
            float(upper) if np.isfinite(upper) else None,
            library.LpInteger if whole else library.LpContinuous,
        )
        for k, (lower, upper, whole) in enumerate(zip(p.lower, p.upper, p.integer, strict=True))
    ]
    program += library.lpSum(float(c) * x for c, x in zip(p.c, columns, strict=True) if c)
    for row in range(p.num_rows):
        span = slice(p.A.indptr[row], p.A.indptr[row + 1])
        pairs = zip(p.A.data[span], p.A.indices[span], strict=True)
        activity = library.lpSum(float(value) * columns[k] for value, k in pairs)
        if p.row_lower[row] == p.row_upper[row]:
            program += activity == float(p.row_upper[row])
        elif p.row_upper[row] < float("inf"):
            program += activity <= float(p.row_upper[row])
        else:
            program += activity >= float(p.row_lower[row])
    return {"pulp_build_s": time.process_time() - began}


def export(folder: str, mps: str) -> dict[str, Any]:
    """Write the program as .mps."""
    from channelopt.instance.load import load
    from channelopt.pipeline import export as write

    write(load(folder), Path(mps))
    return {}


def raw(mps: str, seconds: str) -> dict[str, Any]:
    """Solve an .mps with HiGHS alone, to the gap that the command asks for."""
    import highspy

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", 1e-6)
    solver.setOptionValue("time_limit", float(seconds))
    solver.readModel(mps)
    solver.run()
    information = solver.getInfo()
    return {
        "raw_status": solver.modelStatusToString(solver.getModelStatus()),
        "raw_objective": -information.objective_function_value,
        "raw_gap": information.mip_gap,
    }


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "build": build,
    "pulp": pulp,
    "export": export,
    "raw": raw,
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
