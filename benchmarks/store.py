"""How long a store of many runs takes to list, in one run.

The runs are made in a temporary folder: the quickstart is solved once, and its folder is written
again and again with another profit, input hash and change, so that no two are alike. Measured
are whole commands, from the start of the program to its end, output included, and what they
consist of. The files are in the memory of the system, as they are when a list is asked for again.

    python -m benchmarks.store [--runs 10000] [--times 5]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.__main__ import Done, run
from channelopt.instance.load import load
from channelopt.pipeline import SolveOptions
from channelopt.pipeline import run as solve
from channelopt.pipeline.reuse import solved_already
from channelopt.plan.folder import MANIFEST, PLAN
from channelopt.store import index, stamps

QUICKSTART = Path(__file__).parents[1] / "scenarios" / "quickstart"
GOAL = 1.0
"""Seconds in which the runs should be listed."""
PATIENCE = 900.0
"""Seconds after which a command is killed."""
LISTS = {
    "runs list": (),
    "runs list --json": ("--json",),
    "runs list --where 'profit>1.5e6' --sort cost --limit 20": (
        *("--where", "profit>1.5e6", "--sort", "cost", "--limit", "20"),
    ),
}


def make(store: Path, count: int) -> None:
    """Make a store of many runs."""
    with tempfile.TemporaryDirectory() as scratch:
        pattern = Path(scratch) / "run"
        solve(load(QUICKSTART), SolveOptions(sensitivity_seconds=0), pattern)
        files = {path.name: path.read_bytes() for path in pattern.iterdir()}
    plan, manifest = json.loads(files.pop(PLAN)), json.loads(files.pop(MANIFEST))
    for number in range(count):
        folder = store / f"quickstart-{number:05}"
        folder.mkdir(parents=True)
        plan["objective"] = plan["kpis"]["profit"] = 1_000_000.0 + 100 * number
        text = json.dumps(plan, indent=1).encode()
        manifest["outputs"][PLAN] = hashlib.sha256(text).hexdigest()
        manifest["digest"] = hashlib.sha256(str(number).encode()).hexdigest()
        manifest["applied"] = [f"--set channels.phone.unit_cost={number}"]
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in manifest.items()]
        files[MANIFEST], files[PLAN] = ("{\n" + ",\n".join(lines) + "\n}\n").encode(), text
        for name, content in files.items():
            (folder / name).write_bytes(content)


def commands(store: Path, options: tuple[str, ...], times: int) -> list[Done]:
    """Run a list as a user would, several times."""
    program = str(Path(sys.executable).with_name("channelopt"))
    command = [program, "runs", "list", "--store", str(store), *options]
    return [run(command, PATIENCE) for _ in range(times)]


def seconds(task: Callable[[], object], times: int) -> float:
    """Return the least seconds that a task takes."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        task()
        taken.append(time.perf_counter() - began)
    return min(taken)


def told(name: str, done: list[Done]) -> str:
    """Say what commands took."""
    walls, codes = sorted(one.wall for one in done), {one.code for one in done}
    middle = walls[len(walls) // 2]
    processor = min(one.processor for one in done)
    return (
        f"  {name}: {walls[0]:.2f} s (middle of {len(walls)}: {middle:.2f} s, "
        f"processor {processor:.2f} s), exit {', '.join(map(str, sorted(codes)))}"
    )


def measure(store: Path, count: int, times: int) -> list[str]:
    """Measure a store and return what was found, line by line."""
    first = commands(store, (), 1)
    lines = [f"{count} runs", told("the first list, which reads every folder", first)]
    later = {name: commands(store, options, times) for name, options in LISTS.items()}
    lines += [told(name, done) for name, done in later.items()]
    empty = store / "empty"
    empty.mkdir()
    lines.append(told("the same of an empty store", commands(empty, (), times)))
    instance, options = load(QUICKSTART), SolveOptions(sensitivity_seconds=0)
    parts = {
        "looking at the files of every folder": lambda: stamps.folders(store),
        "reading the index": lambda: index.load(store),
        "looking for an equal run, as `solve` does": lambda: solved_already(
            store, instance, options
        ),
    }
    lines += [f"  {name}: {seconds(task, times):.2f} s" for name, task in parts.items()]
    best = min(one.wall for one in later["runs list"])
    lines.append(f"goal {GOAL:g} s for a list: {'met' if best <= GOAL else 'not met'}")
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        make(Path(scratch) / "runs", given.runs)
        time.sleep(stamps.YOUNG / 1e9)
        sys.stdout.write("\n".join(measure(Path(scratch) / "runs", given.runs, given.times)) + "\n")


if __name__ == "__main__":
    main()
