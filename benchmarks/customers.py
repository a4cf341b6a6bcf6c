"""Lists of customers: ours against general solvers and greedy, side by side in one run.

For each size: the engine alone, the whole command from Parquet to Parquet, one bare pass over the
data, HiGHS (simplex, interior point, whole numbers), PDLP of OR-Tools, and greedy by value. Each is
a process of its own, with a cut-off in seconds and memory. Compare ratios, not seconds.

    python -m benchmarks.customers [--sizes 10000,100000] [--seconds 120] [--megabytes 8192]
                                   [--rivals-up-to 1000000] [--quick] [--out FILE.md]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.__main__ import Done, run
from benchmarks.customer_data import write
from benchmarks.customer_page import Row, page, table

SIZES = (10_000, 100_000, 1_000_000)
LARGE = 10_000_000
LARGE_MEMORY = 12_000
"""Megabytes of free memory with which 10^7 customers are measured too."""
QUICK = (1_000, 10_000)
AGAIN = range(100_000, 1_000_001)
"""Customers with which what-ifs are measured."""
RIVALS = ("greedy", "pdlp", "ipm", "simplex", "mip")
DEFAULT_OUT = Path(__file__).parents[1] / "docs" / "benchmarks-customers.md"
PROGRAM = str(Path(sys.executable).with_name("channelopt"))
PATIENCE = 30.0
"""Seconds beyond the cut-off, per million customers and in all, for reading data and building."""
OURS_SECONDS = 600.0
REPEATS = 3


def child(name: str, folder: Path, seconds: float, megabytes: int) -> Row:
    """Run a task of `benchmarks.customer_rivals`; what was cut off has a reason and no answer."""
    arguments = [name, str(folder), str(seconds), str(megabytes)]
    allowed = seconds + PATIENCE * (1 + _customers(folder) / 1e6)
    done = run([sys.executable, "-m", "benchmarks.customer_rivals", *arguments], allowed)
    row: Row = {"way": name, "peak_mb": done.peak_mb, "wall": done.wall}
    if done.code == 0 and done.said:
        return row | json.loads(done.said)
    return row | {"status": _why(done, allowed, megabytes)}


def _why(done: Done, allowed: float, megabytes: int) -> str:
    if done.wall >= allowed:
        return f"stopped after {allowed:,.0f} s"
    return f"out of memory ({megabytes:,} MB) or failed, exit {done.code}"


def command(folder: Path, repeats: int) -> Row:
    """Run `channelopt assign` from Parquet to Parquet a few times, then check its list once."""
    plan, out = folder / "run", folder / "list"
    solve = [PROGRAM, "solve", str(folder), "--out", str(plan), "--force", "--quiet"]
    planned = run([*solve, "--no-ties", "--no-sensitivity"], OURS_SECONDS)
    file = ["--customers", str(folder / "customers.parquet")]
    assign = [PROGRAM, "assign", str(plan), *file, "--out", str(out), "--force", "--quiet"]
    done = [run(assign, OURS_SECONDS) for _ in range(repeats)]
    row: Row = {"way": "command", "seconds": [one.wall for one in done]}
    row["processor"] = [one.processor for one in done]
    row |= {"peak_mb": max(one.peak_mb for one in done), "plan_s": planned.wall}
    row["status"] = f"exit {done[-1].code}"
    with contextlib.suppress(OSError, ValueError):
        written = json.loads((out / "list.json").read_text(encoding="utf-8"))
        row |= {name: written.get(name) for name in ("value", "bound", "status")}
    check = run([PROGRAM, "verify", str(out), *file], OURS_SECONDS)
    row |= {
        "verify_s": check.wall,
        "verify_processor_s": check.processor,
        "verify_mb": check.peak_mb,
        "verified": check.code == 0,
    }
    row["megabytes_written"] = sum(f.stat().st_size for f in out.glob("*")) / 2**20
    shutil.rmtree(out, ignore_errors=True)
    return row


def measure(size: int, given: argparse.Namespace, scratch: Path) -> list[Row]:
    """Measure one size: ours, the bare pass, and rivals up to the size wanted."""
    folder = scratch / str(size)
    write(size, folder)
    unlimited = 10**6
    rows = []
    for name in ("bare", "engine", *(["again"] if size in AGAIN else [])):
        sys.stderr.write(f"{size:,} {name} ...\n")
        rows.append(child(name, folder, OURS_SECONDS, unlimited))
    sys.stderr.write(f"{size:,} command ...\n")
    rows.append(command(folder, 1 if size >= LARGE else REPEATS))
    for name in RIVALS if size <= given.rivals_up_to else ():
        sys.stderr.write(f"{size:,} {name} ...\n")
        rows.append(child(name, folder, given.seconds, given.megabytes))
    shutil.rmtree(folder)
    return [{"size": size} | row for row in rows]


def sizes(given: argparse.Namespace) -> list[int]:
    """Return the sizes asked for; 10^7 by itself only where there is memory for it."""
    if given.quick:
        return list(QUICK)
    if given.sizes:
        return [int(text) for text in given.sizes.split(",")]
    return [*SIZES, *([LARGE] if _free_megabytes() >= LARGE_MEMORY else [])]


def _customers(folder: Path) -> int:
    return int(folder.name)


def _free_megabytes() -> float:
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
        free = next(line for line in lines if line.startswith("MemAvailable"))
        return float(free.split()[1]) / 1024
    return 0.0


def main() -> None:
    """Measure the chosen sizes, print the tables, write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", help="numbers of customers; default all that fit")
    parser.add_argument("--seconds", type=float, default=120.0, help="cut-off of each rival")
    parser.add_argument("--megabytes", type=int, default=8192, help="memory of each rival")
    parser.add_argument("--rivals-up-to", type=int, default=SIZES[-1], help="largest size of them")
    parser.add_argument("--quick", action="store_true", help="a minute, to see whether it works")
    parser.add_argument("--out", type=Path, help="page to write; the one in docs for all sizes")
    parser.add_argument("--data", type=Path, help="write what was measured as JSON too")
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for size in sizes(given):
            rows += measure(size, given, Path(scratch))
    cut = {"seconds": given.seconds, "megabytes": given.megabytes}
    cut["rivals_up_to"] = given.rivals_up_to
    sys.stdout.write(table(rows, cut))
    if given.data is not None:
        given.data.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    out = given.out or (None if given.quick or given.sizes else DEFAULT_OUT)
    if out is not None:
        out.write_text(page(rows, cut), encoding="utf-8")


if __name__ == "__main__":
    main()
