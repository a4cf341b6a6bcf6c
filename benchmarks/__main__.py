"""Where the time of a solve goes, side by side in one run.

For each size: load and build against solver time, against the same program built in PuLP's
algebra, and the whole `channelopt solve` against raw HiGHS on the exported .mps. Compare ratios,
not seconds: machines differ, and one machine differs from hour to hour.

    python -m benchmarks [--sizes 10x4x8x1,40x5x11x1] [--seconds 120] [--out docs/benchmarks.csv]
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import CASES, Case, write

PULP_MOST = 400_000
"""Non-zeros up to which the program is built in PuLP's algebra too."""
REPEATS = 3


def best_of(action: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, Any]:
    """Return the least time of a few runs, and the last result."""
    least, result = float("inf"), None
    for _ in range(repeats):
        began = time.perf_counter()
        result = action()
        least = min(least, time.perf_counter() - began)
    return least, result


def build(folder: Path) -> dict[str, Any]:
    """Load and formulate, in this process."""
    from channelopt.instance.load import load
    from channelopt.model.formulate import formulate

    loading, instance = best_of(lambda: load(folder))
    building, model = best_of(lambda: formulate(instance.numbers, instance.policies))
    return {
        "columns": model.problem.num_columns,
        "rows": model.problem.num_rows,
        "nonzeros": model.problem.A.nnz,
        "load_s": loading,
        "build_s": building,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "model": model,
    }


def build_in_pulp(model: Any) -> float | None:
    """Build the same rows in PuLP's algebra; None above the size where that takes minutes."""
    import pulp

    p = model.problem
    if p.A.nnz > PULP_MOST:
        return None
    began = time.perf_counter()
    program = pulp.LpProblem("same", pulp.LpMaximize)
    columns = [
        pulp.LpVariable(
            f"c{k}",
            float(lower) if np.isfinite(lower) else None,
            float(upper) if np.isfinite(upper) else None,
            pulp.LpInteger if whole else pulp.LpContinuous,
        )
        for k, (lower, upper, whole) in enumerate(zip(p.lower, p.upper, p.integer, strict=True))
    ]
    program += pulp.lpSum(float(c) * x for c, x in zip(p.c, columns, strict=True) if c)
    for row in range(p.num_rows):
        span = slice(p.A.indptr[row], p.A.indptr[row + 1])
        pairs = zip(p.A.data[span], p.A.indices[span], strict=True)
        activity = pulp.lpSum(float(value) * columns[k] for value, k in pairs)
        if p.row_lower[row] == p.row_upper[row]:
            program += activity == float(p.row_upper[row])
        elif p.row_upper[row] < float("inf"):
            program += activity <= float(p.row_upper[row])
        else:
            program += activity >= float(p.row_lower[row])
    return time.perf_counter() - began


RAW = """
import highspy, sys, time
h = highspy.Highs()
h.setOptionValue("output_flag", False)
h.setOptionValue("threads", 1)
h.setOptionValue("mip_rel_gap", 1e-6)
h.setOptionValue("time_limit", float(sys.argv[2]))
h.readModel(sys.argv[1])
h.run()
info = h.getInfo()
print(info.objective_function_value, info.mip_gap)
"""


def raw_highs(mps: Path, seconds: float) -> tuple[float, str]:
    """Time a fresh process of HiGHS on the exported program."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", RAW, str(mps), str(seconds)],
        check=True,
        capture_output=True,
        text=True,
    )
    return time.perf_counter() - began, done.stdout.strip()


def solve(folder: Path, out: Path, seconds: float) -> tuple[float, dict[str, Any]]:
    """Time the whole command, tie-breaks and sensitivity off."""
    command = [
        str(Path(sys.executable).with_name("channelopt")),
        "solve",
        str(folder),
        "--out",
        str(out),
    ]
    command += ["--no-ties", "--no-sensitivity", "--quiet", "--json", "--force"]
    began = time.perf_counter()
    done = subprocess.run(
        [*command, "--time-limit", str(seconds)], capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - began
    return wall, json.loads((out / "manifest.json").read_text()) | json.loads(done.stdout)


def measure(case: Case, seconds: float, scratch: Path) -> dict[str, Any]:
    """Measure one case."""
    folder = write(case, scratch / case.name)
    row = build(folder)
    model = row.pop("model")
    in_pulp = build_in_pulp(model)
    mps = scratch / f"{case.name}.mps"
    _export(folder, mps)
    raw, said = raw_highs(mps, seconds)
    wall, plan = solve(folder, scratch / f"run-{case.name}", seconds)
    solver = plan["timings"]["solve"]
    return {
        "case": case.name,
        **row,
        "pulp_build_s": in_pulp,
        "pulp_over_ours": None if in_pulp is None else in_pulp / row["build_s"],
        "solver_s": solver,
        "command_s": wall,
        "raw_highs_s": raw,
        "command_over_raw": wall / raw,
        "allowed_s": 1.15 * raw + 1.0,
        "status": plan["status"],
        "gap": plan["gap"],
        "raw_said": said,
    }


def _export(folder: Path, mps: Path) -> None:
    from channelopt.instance.load import load
    from channelopt.pipeline import export

    export(load(folder), mps)


def main() -> None:
    """Measure the chosen sizes and print a table; also as CSV."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(case.name for case in CASES))
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--out", type=Path, default=None)
    given = parser.parse_args()
    chosen = [case for case in CASES if case.name in given.sizes.split(",")]
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for case in chosen:
            rows.append(measure(case, given.seconds, Path(scratch)))
            print(json.dumps(rows[-1]), flush=True)
    if given.out is not None:
        with given.out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
