"""How long reports of a large plan take to write, and how large they are, in one run.

The scenario is the largest of the benchmarks with today's shares; nothing is solved: contacts
are spread at random over the channels, staff follows. Measured are whole commands.

    python -m benchmarks.report [--case 200x6x12x12] [--formats html,xlsx,md,pdf,pptx] [--times 3]
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.__main__ import run
from benchmarks.cases import SEED, Case, write
from channelopt.instance.load import load
from channelopt.pipeline.given import Given, complete
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.planning import baseline, checked
from channelopt.pipeline.solving import Engines
from channelopt.plan import folder
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.report_files import FILES

PATIENCE = 900.0
"""Seconds after which a command is killed."""
CONCENTRATION = 0.5
"""Of the Dirichlet distribution of shares: below 1, few channels take most."""


def make(case: Case, scratch: Path) -> Path:
    """Write a scenario and a run of it, without solving."""
    scenario = write(case, scratch / "scenario")
    draw = np.random.default_rng(SEED)
    _today(case, scenario, draw)
    instance, engines = load(scenario), Engines.start(SolveOptions())
    n = instance.numbers
    segments, interactions, channels, periods = n.shape_of_ways
    mix = draw.dirichlet([CONCENTRATION] * channels, (segments, interactions, periods))
    first = np.moveaxis(mix, -1, 2) * n.contacts[:, :, None, :]
    choice = complete(instance, Given(first, np.ones((channels, periods), dtype=bool)), engines)
    if choice is None:
        sys.exit("the contacts cannot be served")
    now = baseline(instance, engines)
    plan = checked(instance, assemble(instance, choice, Origin("evaluated"), now, {}), choice)
    return folder.write(plan, scratch / "run", documents={folder.REPORT: ""})


def _today(case: Case, scenario: Path, draw: np.random.Generator) -> None:
    """Write today's shares beside the tables of a scenario."""
    channels = [f"c{k:02d}" for k in range(case.channels)]
    with (scenario / "baseline_share.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("segment", "interaction", *channels))
        for segment in range(case.segments):
            for interaction in range(case.interactions):
                mix = draw.dirichlet([CONCENTRATION] * case.channels).round(6)
                mix[-1] = 1.0 - mix[:-1].sum()
                rows.writerow((f"s{segment:03d}", f"i{interaction}", *mix.round(6).clip(0)))


def measure(results: Path, formats: list[str], times: int) -> list[str]:
    """Write each format several times and return what was found, line by line."""
    program = str(Path(sys.executable).with_name("channelopt"))
    lines = []
    for name in formats:
        command = [program, "report", str(results), "--format", name, "--quiet"]
        done = [run(command, PATIENCE) for _ in range(times)]
        size = (results / FILES[name]).stat().st_size / 1e6
        walls = sorted(one.wall for one in done)
        codes = ", ".join(map(str, sorted({one.code for one in done})))
        lines.append(
            f"  {FILES[name]}: {walls[0]:.1f} s (middle of {times}: {walls[times // 2]:.1f} s), "
            f"{size:.2f} MB, {max(one.peak_mb for one in done):.0f} MB of memory, exit {codes}"
        )
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", default="200x6x12x12")
    parser.add_argument("--formats", default=",".join(FILES))
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    case = Case(*map(int, given.case.split("x")), seconds=0)
    with tempfile.TemporaryDirectory() as scratch:
        results = make(case, Path(scratch))
        lines = measure(results, given.formats.split(","), given.times)
    sys.stdout.write("\n".join([f"reports of {case.name}", *lines]) + "\n")


if __name__ == "__main__":
    main()
