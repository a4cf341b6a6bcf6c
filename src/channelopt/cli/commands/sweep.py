"""`channelopt sweep`: one scenario with many values, and where its plan changes."""

from __future__ import annotations

import sys

import typer

from channelopt.cli import analysing, console, solving, sweeping
from channelopt.cli.command import steps
from channelopt.cli.options import (
    ForceOption,
    GapOption,
    JsonOption,
    NoTiesOption,
    QuietOption,
    RootOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    SolverOption,
    ThreadsOption,
    TimeLimitOption,
    VerboseOption,
)
from channelopt.cli.progress import watching


def command(
    ctx: typer.Context,
    scenario: ScenarioArgument,
    set_: SetOption = [],
    vary: sweeping.VaryOption = [],
    variations: sweeping.VariationsOption = False,
    rows: sweeping.RowsOption = None,
    refine: sweeping.RefineOption = None,
    most: sweeping.MostOption = 10_000,
    root: RootOption = None,
    workers: sweeping.WorkersOption = None,
    seconds: sweeping.SecondsOption = None,
    dask: sweeping.DaskOption = None,
    solver: SolverOption = "highs",
    time_limit: TimeLimitOption = None,
    gap: GapOption = 1e-6,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    no_ties: NoTiesOption = False,
    out: sweeping.OutOption = None,
    resume: sweeping.ResumeOption = False,
    force: ForceOption = False,
    parquet: sweeping.ParquetOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Solve a scenario with many values, and tell where its plan changes."""
    how = (solver, solving.limits(time_limit, gap, threads, seed), not no_ties)
    until, crew = sweeping.seconds(seconds), analysing.workers(workers)
    sweeping.check_parquet(parquet)
    wanted = sweeping.wanted(vary, variations, rows, refine, most)
    subject = sweeping.subject(scenario, root, steps(ctx, set_, vary), how)
    folder = sweeping.folder(scenario, out, subject, wanted)
    from channelopt.pipeline import sweeping as pipeline
    from channelopt.pipeline.sweep.run import SweepWays

    task = pipeline.prepare(subject, wanted)
    console.problems(task.base.warnings)
    pipeline.check_free(task, folder, force=force, resume=resume)
    with watching(quiet=quiet) as watch:
        listen = sweeping.Progress(watch, sys.stderr.isatty())
        journal = pipeline.journal_of(folder.absolute())
        ways = SweepWays(crew, until, listen, watch.is_asked, journal, dask)
        found = pipeline.solve(task, ways)
        stopped = watch.is_asked()
    pipeline.write(task, found, folder, parquet=parquet)
    sweeping.show(found, folder, stopped=stopped, as_json=as_json)
    raise typer.Exit(sweeping.exit_code(found, stopped=stopped))
