"""`channelopt compare`: what differs between plans, and why."""

from __future__ import annotations

from pathlib import Path

import typer

from channelopt.cli import analysing, comparing, solving
from channelopt.cli.command import steps
from channelopt.cli.options import (
    ForceOption,
    GapOption,
    JsonOption,
    QuietOption,
    RootOption,
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
    targets: comparing.TargetsArgument,
    set_: SetOption = [],
    vary: VaryOption = [],
    root: RootOption = None,
    store: comparing.StoreOption = Path("runs"),
    no_why: comparing.NoWhyOption = False,
    seconds: comparing.SecondsOption = 600.0,
    workers: analysing.WorkersOption = None,
    solver: SolverOption = "highs",
    time_limit: TimeLimitOption = None,
    gap: GapOption = 1e-6,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    out: comparing.OutOption = None,
    md: comparing.MarkdownOption = None,
    xlsx: comparing.WorkbookOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Compare plans with the first one: inputs, results, and why the profit differs."""
    limits = solving.limits(time_limit, gap, threads, seed)
    crew, until = analysing.workers(workers), analysing.seconds(seconds)
    outputs = comparing.Outputs(out, md, xlsx, force)
    from channelopt.pipeline.comparing import CompareOptions, compared
    from channelopt.pipeline.options import SolveOptions
    from channelopt.pipeline.sides import targets as named
    from channelopt.pipeline.study import Ways

    comparing.enough(targets)
    found = named(targets, store)
    outputs.check(found)
    sides = comparing.read_sides(found, steps(ctx, set_, vary), root)
    with watching(quiet=quiet) as watch:
        ways = Ways(listen=watch, is_asked=watch.is_asked)
        solve = SolveOptions(solver=solver, limits=limits, sensitivity_seconds=0)
        how = CompareOptions(solve, not no_why, until, crew, store, ways, watch.say)
        comparison = compared(sides, how)
    written = outputs.write(comparison)
    comparing.finish(comparison, written, as_json=as_json)
    raise typer.Exit(comparing.exit_code(comparison))
