"""Where the time of a solve goes, side by side in one run.

For each size: load and build against the same program built in PuLP's algebra, and the whole
`channelopt solve` against raw HiGHS on the exported .mps. Everything is measured in a process of
its own. Compare ratios, not seconds: machines differ, and one machine differs from hour to hour.

    python -m benchmarks [--sizes 10x4x8x1,40x5x11x1] [--seconds 60] [--out FILE.md]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cases import CASES, Case, write
from benchmarks.page import page, table

PULP_MOST = 1_000_000
"""Non-zeros up to which the program is built in PuLP's algebra too."""
PATIENCE = 240.0
"""Seconds that a process may take beyond the time limit of its solver."""
DEFAULT_OUT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
CHILD = (sys.executable, "-m", "benchmarks.child")


@dataclass(frozen=True)
class Done:
    """A process that has ended: what it printed, its times, and the peak of its memory.

    Memory is that of the largest process where a process starts others.
    """

    code: int
    said: str
    wall: float
    processor: float
    peak_mb: float


def run(command: list[str], seconds: float) -> Done:
    """Run a process and measure it; it is killed with what it started after its time."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.DEVNULL, start_new_session=True
        )
        timer = threading.Timer(seconds, _kill, [process.pid])
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        processor = used.ru_utime + used.ru_stime
        return Done(process.returncode, said.read(), wall, processor, used.ru_maxrss / 1024)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def child(task: str, *arguments: str, seconds: float = PATIENCE) -> tuple[Done, dict[str, Any]]:
    """Run a task of `benchmarks.child`; its answer is empty where it failed or was killed."""
    done = run([*CHILD, task, *arguments], seconds)
    return done, json.loads(done.said) if done.code == 0 and done.said else {}


def measure(case: Case, seconds: float, scratch: Path) -> dict[str, Any]:
    """Measure one case."""
    folder, mps, out = (
        scratch / case.name,
        scratch / f"{case.name}.mps",
        scratch / f"run-{case.name}",
    )
    write(case, folder)
    done, built = child("build", str(folder))
    row: dict[str, Any] = {"case": case.name, "limit_s": seconds, **built}
    row["build_peak_mb"] = done.peak_mb
    if built["nonzeros"] <= PULP_MOST:
        row |= child("pulp", str(folder))[1]
    child("export", str(folder), str(mps))
    done, answer = child("raw", str(mps), str(seconds), seconds=seconds + PATIENCE)
    row |= {"raw_s": done.wall, "raw_processor_s": done.processor, **answer}
    return row | _solve(folder, out, seconds)


def _solve(folder: Path, out: Path, seconds: float) -> dict[str, Any]:
    """Measure the whole command, tie-breaks and sensitivity off."""
    program = str(Path(sys.executable).with_name("channelopt"))
    command = [program, "solve", str(folder), "--out", str(out), "--time-limit", str(seconds)]
    command += ["--no-ties", "--no-sensitivity", "--quiet", "--json", "--force"]
    done = run(command, seconds * 3 + PATIENCE)
    row: dict[str, Any] = {"command_s": done.wall, "command_peak_mb": done.peak_mb}
    row |= {"command_processor_s": done.processor, "exit_code": done.code}
    with contextlib.suppress(ValueError):
        answer = json.loads(done.said)
        row |= {key: answer.get(key) for key in ("status", "objective", "gap")}
    with contextlib.suppress(OSError, ValueError, KeyError):
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        row |= {f"{phase}_in_command_s": s for phase, s in manifest["timings"].items()}
    return row


def main() -> None:
    """Measure the chosen sizes, print a table, write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=",".join(case.name for case in CASES))
    parser.add_argument("--seconds", type=float, help="time limit of each solve, for all sizes")
    parser.add_argument("--out", type=Path, help="page to write; docs/benchmarks.md for all sizes")
    given = parser.parse_args()
    wanted = given.sizes.split(",")
    chosen = [case for case in CASES if case.name in wanted]
    unknown = set(wanted) - {case.name for case in CASES}
    if unknown:
        parser.error(f"no such size: {', '.join(sorted(unknown))}")
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for case in chosen:
            sys.stderr.write(f"{case.name} ...\n")
            rows.append(measure(case, given.seconds or case.seconds, Path(scratch)))
    sys.stdout.write(table(rows))
    out = given.out or (DEFAULT_OUT if len(chosen) == len(CASES) else None)
    if out is not None:
        out.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
