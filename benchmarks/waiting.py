"""The bank by quarters, solved to a proven 0.1 %: in rounds, and with every step at once.

python -m benchmarks.waiting [--seconds 1200] [--out docs/benchmarks-quarters.md]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.page import machine, markdown
from benchmarks.quarters import write

GAP = 1e-3
DEFAULT_OUT = Path(__file__).parents[1] / "docs" / "benchmarks-quarters.md"
FORMS = {
    "rounds": "In rounds (the program's own way)",
    "steps": "Every step at once, the solver alone (the naive form)",
}

INTRODUCTION = """\
# Benchmark: a bank by quarters, with everything on

Written by `python -m benchmarks.waiting`, part of `make bench`; figures below are from one run.

`benchmarks/quarters.py` spreads the example bank over 40 segments, 11 channels, 12 quarters and 6
interaction types, with four staff groups that have service levels (one of them with patience), six
upgrades, two outage rules, budgets, floors of satisfaction and caps of digital shares. The question
is how long it takes to prove a plan to 0.1 % of its profit, on one thread.
"""

REMARKS = """\

## What was done to tighten it

- **Stairs in pieces.** A group's service level is a step function of its FTE; put into the program
  step by step it has one yes-or-no column for each step. The program first takes steps together in
  pieces over which the FTE rise by 30 % at most, each under a line above all its steps. That line
  is hardly above the steps (the function is nearly straight over so short a piece), so the bound of
  the relaxed program is nearly the true one. A second program with single steps around that answer
  gives a plan that is true to the steps. Pieces around both answers are cut until the two meet.
- **Only steps that can be reached**: no more agents than the most work that any plan can bring to
  the group, or than its FTE limit pays for.
- **Links per cell and variant.** A contact enters a variant of a channel only as far as that
  variant runs, cell by cell with the tightest bound, not one large number per channel.
- **A plan first, and a bound period by period.** What is open and owned follows the linear
  relaxation, rounded; the staffing is then improved with that held. The few rows that tie quarters
  together (opening, hiring, owning) are priced by their duals, and each quarter is a small program
  of its own: their bounds add up to a bound of the whole
  ([decision 8](decisions/0008-large-programs.md)).
- **Outages in classes.** Segments that an emergency treats alike share its columns, and rows that
  cannot bind are left out: the two outage rules add less than 3 % to the program.
- **Whole without being told.** Which variant runs follows from what is owned and open, so it needs
  no yes-or-no column of its own.
"""


def run(path: Path, form: str, seconds: float) -> dict[str, Any]:
    """Solve in one form and return what it took; called in a process of its own."""
    from channelopt.backends import registry
    from channelopt.backends.base import Limits
    from channelopt.instance.load import load
    from channelopt.pipeline.engine import Engine
    from channelopt.pipeline.rounds import Scenario, optimum
    from channelopt.terms.stairs import whole

    instance = load(path)
    scenario = Scenario(instance.numbers, instance.policies)
    limits = Limits(time_limit=seconds, gap=GAP)
    engine = Engine(registry.get("highs"))
    began, used = time.perf_counter(), time.process_time()
    if form == "rounds":
        found = optimum(scenario, engine, limits)
        model, outcome, rounds = found.model, found.outcome, found.rounds
    else:
        model, rounds = scenario.model(whole(scenario.stairs())), 0
        outcome = engine.solve(model.problem, limits)
    problem = model.problem
    return {
        "form": form,
        "seconds": time.perf_counter() - began,
        "processor_s": time.process_time() - used,
        "steps": sum(len(steps.fte) for steps in model.decisions.stairs.steps.values()),
        "rounds": rounds,
        "rows": problem.num_rows,
        "columns": problem.num_columns,
        "whole": int(problem.integer.sum()),
        "status": outcome.termination.reason.value,
        "objective": outcome.objective,
        "gap": outcome.gap if outcome.objective is not None else None,
    }


def measure(path: Path, form: str, seconds: float) -> dict[str, Any]:
    """Run one form in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.waiting", "--task", form, str(path), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def page(rows: Sequence[dict[str, Any]], seconds: float) -> str:
    """Return the page with the measured figures."""
    header = ("Form", "Seconds", "Processor s", "Rounds", "Rows", "Columns", "whole", "Status")
    body = [
        (
            FORMS[row["form"]],
            f"{row['seconds']:,.0f}",
            f"{row['processor_s']:,.0f}",
            str(row["rounds"] or "–"),
            *(f"{row[key]:,}" for key in ("rows", "columns", "whole")),
            row["status"],
            "–" if row["objective"] is None else f"{row['objective']:,.0f}",
            "none" if row["gap"] is None else f"{row['gap']:.2%}",
        )
        for row in rows
    ]
    steps = f"The stairs have {rows[0]['steps']:,} steps in all; time limit {seconds:,.0f} s each."
    table = markdown((*header, "Profit", "Gap"), body)
    return f"{INTRODUCTION}\n{machine()}\n\n{steps}\n\n{table}\n{REMARKS}"


def main() -> None:
    """Measure both forms and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1200.0)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parser.add_argument("--task", nargs=3, help="one form, scenario and seconds: prints JSON")
    given = parser.parse_args()
    if given.task:
        form, path, seconds = given.task
        sys.stdout.write(json.dumps(run(Path(path), form, float(seconds))))
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = write(Path(scratch))
        rows = [measure(path, form, given.seconds) for form in FORMS]
    given.out.write_text(page(rows, given.seconds), encoding="utf-8")
    sys.stdout.write(given.out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
