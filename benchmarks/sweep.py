"""A sweep against as many separate `channelopt solve` commands, in one run.

The sweep is the command itself, once with one process and once with two, from its start to its
tables. Of the separate commands only a handful are run, evenly spread over the same points, and
their mean is scaled up to the number of points; the output says so. They are run without the
first sensitivity, which a sweep does not make either, and a few as they are by default. Machines
differ and are busy: compare the ratios, of wall time and of processor time, not the seconds.

    python -m benchmarks.sweep [SCENARIO] [--vary PATH=from:to] [--points 100] [--commands 5]
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.__main__ import Done, run

BANK = Path(__file__).parents[1] / "scenarios" / "bank"
VARY = "policies.service_budget.at_most*=0.9:1.02"
GOAL = 5.0
"""So many times faster than separate commands a sweep with one process should be."""
PATIENCE = 3600.0
"""Seconds after which a command is killed."""
PROGRAM = str(Path(sys.executable).with_name("channelopt"))
BARE = "--no-sensitivity"


@dataclass(frozen=True)
class Swept:
    """A sweep that was made: how many processes, what it took, status and profit of each point."""

    workers: int
    done: Done
    rows: list[dict[str, str]]


def swept(scenario: Path, vary: str, workers: int, scratch: Path) -> Swept:
    """Run the command."""
    out = scratch / f"sweep-{workers}"
    command = [PROGRAM, "sweep", str(scenario), "--vary", vary, "--workers", str(workers)]
    done = run([*command, "--out", str(out), "--quiet"], PATIENCE)
    with (out / "sweep.csv").open(encoding="utf-8", newline="") as file:
        return Swept(workers, done, list(csv.DictReader(file)))


def commands(
    scenario: Path, texts: list[str], count: int, more: list[str]
) -> list[tuple[str, Done]]:
    """Run a handful of `channelopt solve` commands, evenly spread over the points."""
    stride = max(1, len(texts) // count)
    chosen = texts[stride // 2 :: stride][:count]
    with tempfile.TemporaryDirectory() as scratch:
        out = ["--out", f"{scratch}/run", "--force", "--quiet", *more]
        return [
            (text, run([PROGRAM, "solve", str(scenario), "--set", text, *out], PATIENCE))
            for text in chosen
        ]


def compared(done: list[tuple[str, Done]], made: Swept, words: str) -> str:
    """Say what separate commands take and how much faster a sweep is."""
    points = len(made.rows)
    wall = sum(one.wall for _, one in done) / len(done) * points
    processor = sum(one.processor for _, one in done) / len(done) * points
    return (
        f"sweep with {made.workers} against {points} times {words} ({len(done)} were run, scaled "
        f"up: {wall:.0f} s): {wall / made.done.wall:.1f} times faster by the clock, "
        f"{processor / made.done.processor:.1f} by processor time"
    )


def report(
    made: list[Swept], bare: list[tuple[str, Done]], plain: list[tuple[str, Done]]
) -> list[str]:
    """Say what was measured, and the ratios."""
    profits = [float(row["profit"]) for row in made[0].rows if row["profit"]]
    binding = sum(profit < max(profits) * (1 - 1e-6) for profit in profits)
    statuses = sorted({row["status"] for row in made[0].rows})
    one, two = made
    same = [row for row in one.rows] == [row for row in two.rows]  # noqa: C416
    lines = [
        f"points: {len(one.rows)}, {', '.join(statuses)}; the limit binds in {binding}",
        *(
            f"sweep, {item.workers} at a time: {item.done.wall:.1f} s, processor "
            f"{item.done.processor:.1f} s, exit {item.done.code}"
            for item in made
        ),
        f"tables of both: {'the same' if same else 'DIFFERENT'}",
        *(f"  solve --set {text}: {item.wall:.1f} s, exit {item.code}" for text, item in bare),
        compared(bare, one, f"`solve {BARE}`"),
        compared(bare, two, f"`solve {BARE}`"),
    ]
    lines += [compared(plain, one, "the default `solve`")] if plain else []
    reached = sum(item.wall for _, item in bare) / len(bare) * len(one.rows) / one.done.wall
    lines.append(f"goal {GOAL:g} with one process: {'met' if reached >= GOAL else 'not met'}")
    lines.append(f"two processes against one: {one.done.wall / two.done.wall:.2f} times faster")
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scenario", nargs="?", type=Path, default=BANK)
    parser.add_argument("--vary", default=VARY, help="PATH=from:to, without the number of steps")
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--commands", type=int, default=5)
    parser.add_argument("--defaults", type=int, default=1, help="default `solve` commands to run")
    given = parser.parse_args()
    vary = f"{given.vary}:{given.points}"
    with tempfile.TemporaryDirectory() as scratch:
        made = [swept(given.scenario, vary, workers, Path(scratch)) for workers in (1, 2)]
    path = given.vary.partition("=")[0]
    texts = [f"{path}={row[path]}" for row in made[0].rows]
    bare = commands(given.scenario, texts, given.commands, [BARE])
    plain = commands(given.scenario, texts, given.defaults, []) if given.defaults else []
    sys.stdout.write("\n".join(report(made, bare, plain)) + "\n")


if __name__ == "__main__":
    main()
