"""`channelopt evaluate`: an edited allocation, or the plan of a run, held under a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from channelopt.cli import against, analysing, console, inputs, results, solving
from channelopt.cli.command import steps
from channelopt.cli.options import (
    ForceOption,
    GapOption,
    JsonOption,
    QuietOption,
    RootOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    SolverOption,
    ThreadsOption,
    TimeLimitOption,
    VaryOption,
    VerboseOption,
)

AllocationArgument = Annotated[
    Path,
    typer.Argument(
        metavar="ALLOCATION|RUN",
        help="A CSV file like the allocation.csv of a run, or a folder that `solve` has written, "
        "whose whole plan is held.",
        show_default=False,
    ),
]


def command(
    ctx: typer.Context,
    scenario: ScenarioArgument,
    allocation: AllocationArgument,
    set_: SetOption = [],
    vary: VaryOption = [],
    root: RootOption = None,
    period: against.PeriodOption = [],
    out: against.OutOption = None,
    force: ForceOption = False,
    workers: analysing.WorkersOption = None,
    solver: SolverOption = "highs",
    time_limit: TimeLimitOption = None,
    gap: GapOption = 1e-6,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Evaluate an allocation, or the plan of a run held under a scenario; 8 if it breaks a rule."""
    limits = solving.limits(time_limit, gap, threads, seed)
    ordered = steps(ctx, set_, vary)
    if allocation.is_dir():
        wanted = against.Wanted(solver, limits, analysing.workers(workers), period, out, force)
        instance = inputs.load(scenario, root, ordered)
        raise typer.Exit(against.hold(instance, allocation, wanted, as_json=as_json, quiet=quiet))
    against.for_runs_only(period=period, out=out, force=force)
    instance = inputs.load(scenario, root, ordered)
    from channelopt import pipeline

    options = pipeline.SolveOptions(solver=solver, limits=limits)
    plan = pipeline.evaluate(instance, allocation, options)
    if as_json:
        console.emit_json(plan.as_data())
    else:
        results.show_plan(plan)
    raise typer.Exit(results.exit_code(plan))
