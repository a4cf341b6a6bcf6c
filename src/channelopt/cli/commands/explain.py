"""`channelopt explain`: why there is no plan and what would give one, or why it is as it is."""

from __future__ import annotations

import typer

from channelopt.cli import console, explaining, inputs, solving
from channelopt.cli.command import steps
from channelopt.cli.options import (
    GapOption,
    JsonOption,
    QuietOption,
    RootOption,
    SeedOption,
    SetOption,
    SolverOption,
    TargetArgument,
    ThreadsOption,
    VaryOption,
    VerboseOption,
)
from channelopt.cli.progress import watching


def command(
    ctx: typer.Context,
    target: TargetArgument,
    set_: SetOption = [],
    vary: VaryOption = [],
    root: RootOption = None,
    segment: explaining.SegmentOption = None,
    interaction: explaining.InteractionOption = None,
    seconds: explaining.SecondsOption = 60.0,
    solver: SolverOption = "highs",
    gap: GapOption = 1e-6,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Explain why a scenario has no plan, and the cheapest repairs (exit code 5), or its plan."""
    pair = explaining.pair(segment, interaction)
    until = explaining.seconds(seconds)
    limits = solving.limits(None, gap, threads, seed)
    ordered = steps(ctx, set_, vary)
    from channelopt.pipeline.explaining import explain
    from channelopt.pipeline.options import SolveOptions
    from channelopt.pipeline.sensitivity import is_run, read_run

    options = SolveOptions(solver=solver, limits=limits, sensitivity_seconds=0)
    if is_run(target):
        instance = inputs.changed(read_run(target).instance, ordered)
    else:
        instance = inputs.load(target, root, ordered)
    with watching(quiet=quiet) as listen:
        found = explain(instance, options, seconds=until, listen=listen, pair=pair)
    if as_json:
        console.emit_json(found.as_data())
    else:
        explaining.show(found)
    raise typer.Exit(explaining.EXIT_CODES[found.status])
