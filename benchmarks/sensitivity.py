"""A table of marginal values against as many separate `channelopt solve` commands, in one run.

The table is made as `channelopt sensitivity --only limits` makes it: one first solve, then every
limit a step and 1 %, 5 % and 10 % less and more. Of the commands only a handful are run, evenly
spread over the same changes (`--set`), and their mean is scaled up to the number of rows; the
output says so. Both sides break no ties. Compare the ratio, not the seconds.

    python -m benchmarks.sensitivity [SCENARIO] [--rows 200] [--commands 5] [--workers N]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.__main__ import Done, run
from channelopt.analysis.worth.limit_board import Board
from channelopt.instance.load import load
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.study import Ways, studied

BANK = Path(__file__).parents[1] / "scenarios" / "bank"
GOAL = 5.0
"""So many times faster than separate commands the table should be."""
PATIENCE = 900.0
"""Seconds after which a command is killed."""
CHANGES = 8
"""Rows of one limit."""


@dataclass(frozen=True)
class Made:
    """A table that was made: seconds with its first solve, rows, open ones, `--set` of each row."""

    seconds: float
    rows: int
    unproven: int
    solves: int
    texts: list[str]


class _Counting:
    """A study that counts the questions it is asked."""

    def __init__(self, study: object) -> None:
        self._study = study
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._study, name)

    def ask(self, questions: list[object]) -> object:
        self.asked += len(questions)
        return self._study.ask(questions)  # type: ignore[attr-defined]


def table(scenario: Path, rows: int, workers: int) -> Made:
    """Make a table of about so many rows, of limits spread evenly over all of them."""
    began = time.perf_counter()
    options = SolveOptions(ties=False, sensitivity_seconds=0)
    with studied(load(scenario), options, Ways(workers=workers)) as study:
        counting = _Counting(study)
        board = Board(counting)  # type: ignore[arg-type]
        stride = max(1, round(len(board.lines) * CHANGES / rows))
        board.lines = board.lines[::stride]
        board.work()
        found = [
            (line, change) for line in board.lines for change in board.changes[line.bound.path]
        ]
        effects = [line.effect(change.levels) for line, change in found]
        texts = [change.text for _, change in found if change.text]
        unproven = sum(not effect.is_known for effect in effects)
        return Made(time.perf_counter() - began, len(found), unproven, counting.asked, texts)


def commands(scenario: Path, texts: list[str], count: int) -> list[tuple[str, Done]]:
    """Run a handful of `channelopt solve` commands, evenly spread over the changes."""
    program = str(Path(sys.executable).with_name("channelopt"))
    stride = max(1, len(texts) // count)
    chosen = texts[stride // 2 :: stride][:count]
    done = []
    with tempfile.TemporaryDirectory() as scratch:
        for text in chosen:
            command = [program, "solve", str(scenario), "--set", text, "--out", f"{scratch}/run"]
            command += ["--no-ties", "--no-sensitivity", "--quiet", "--json", "--force"]
            done.append((text, run(command, PATIENCE)))
    return done


def report(made: Made, done: list[tuple[str, Done]], workers: int) -> str:
    """Say what was measured, and the ratio."""
    mean = sum(one.wall for _, one in done) / len(done)
    scaled = mean * made.rows
    ratio = scaled / made.seconds
    lines = [
        (
            f"table: {made.rows} rows ({made.unproven} not proven) in {made.seconds:.1f} s, its "
            f"first solve included, {made.solves} further solves, {workers} at a time"
        ),
        *(f"  solve --set {text}: {one.wall:.1f} s, exit {one.code}" for text, one in done),
        (
            f"commands: {len(done)} were run, {mean:.1f} s each in the mean; {made.rows} of them "
            f"would take {scaled:.0f} s (scaled up, not run)"
        ),
        f"ratio: {ratio:.1f} times faster; goal {GOAL:g}: {'met' if ratio >= GOAL else 'not met'}",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scenario", nargs="?", type=Path, default=BANK)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--commands", type=int, default=5)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    made = table(given.scenario, given.rows, given.workers)
    done = commands(given.scenario, made.texts, given.commands)
    sys.stdout.write(report(made, done, given.workers))


if __name__ == "__main__":
    main()
