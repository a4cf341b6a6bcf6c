"""`channelopt roadmap`: the best order of moves from today to the optimum."""

from __future__ import annotations

import typer

from channelopt.cli import analysing, inputs, migrating, solving
from channelopt.cli.command import steps as ordered_steps
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
from channelopt.cli.progress import watching


def command(
    ctx: typer.Context,
    scenario: ScenarioArgument,
    set_: SetOption = [],
    vary: VaryOption = [],
    root: RootOption = None,
    limit: migrating.LimitOption = "5%",
    steps: migrating.StepsOption = None,
    points: migrating.PointsOption = 12,
    seconds: migrating.SecondsOption = 120.0,
    workers: analysing.WorkersOption = None,
    solver: SolverOption = "highs",
    time_limit: TimeLimitOption = None,
    gap: GapOption = 1e-6,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    out: migrating.OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Plan the way from today's shares to the optimum with few customers moved at a time."""
    share, until = migrating.limit(limit), analysing.seconds(seconds)
    limits = solving.limits(time_limit, gap, threads, seed)
    crew = analysing.workers(workers)
    ordered = ordered_steps(ctx, set_, vary)
    folder = out if out is not None else migrating.default_out(scenario, ordered)
    from channelopt.analysis.roadmap.pace import Pace
    from channelopt.pipeline.options import SolveOptions
    from channelopt.pipeline.roadmap import Work, check_folder, made, write_roadmap
    from channelopt.pipeline.study import Ways

    check_folder(folder, force=force)
    instance = inputs.load(scenario, root, ordered)
    options = SolveOptions(solver=solver, limits=limits, sensitivity_seconds=0)
    with watching(quiet=quiet) as watch, analysing.no_answer(instance):
        work = Work(options, Ways(crew, until, watch, watch.is_asked), watch.say)
        found = made(instance, Pace(share, steps, points), work)
    write_roadmap(found, folder)
    migrating.show(found, folder, as_json=as_json)
    raise typer.Exit(migrating.exit_code(found))
