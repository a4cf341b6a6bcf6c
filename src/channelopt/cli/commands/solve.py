"""`channelopt solve`: the best plan, proven, checked and written."""

from __future__ import annotations

import typer

from channelopt.cli import console, folders, inputs, results, solving
from channelopt.cli.command import steps
from channelopt.cli.options import (
    ForceOption,
    GapOption,
    JsonOption,
    NoSensitivityOption,
    NoTiesOption,
    OutOption,
    QuietOption,
    RootOption,
    ScenarioArgument,
    SecondsOption,
    SeedOption,
    SetOption,
    SolverOption,
    ThreadsOption,
    TimeLimitOption,
    VaryOption,
    VerboseOption,
)


def command(
    ctx: typer.Context,
    scenario: ScenarioArgument,
    set_: SetOption = [],
    vary: VaryOption = [],
    root: RootOption = None,
    solver: SolverOption = "highs",
    time_limit: TimeLimitOption = None,
    gap: GapOption = 1e-6,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    no_ties: NoTiesOption = False,
    no_sensitivity: NoSensitivityOption = False,
    sensitivity_seconds: SecondsOption = None,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Solve a scenario and write the plan, its proof and its report into a folder."""
    limits = solving.limits(time_limit, gap, threads, seed)
    seconds = solving.sensitivity_seconds(sensitivity_seconds, wanted=not no_sensitivity)
    ordered = steps(ctx, set_, vary)
    folder = out if out is not None else folders.default_out(scenario, ordered)
    target = solving.Target(folder, force)
    with solving.started(solver) as ready:
        target.check(scenario)
        instance = inputs.load(scenario, root, ordered)
        from channelopt import pipeline

        options = pipeline.SolveOptions(
            solver=solver, limits=limits, ties=not no_ties, sensitivity_seconds=seconds
        )
        plan, source = solving.answer(instance, options, target, ready, quiet=quiet)
    results.show_warnings(plan, known=instance.warnings)
    if as_json:
        where = str(folder) if plan.has_answer else None
        known = None if source is None else str(source)
        console.emit_json(plan.as_data() | {"folder": where, "reused": known})
    else:
        results.show_plan(plan, folder if plan.has_answer else None)
    raise typer.Exit(results.exit_code(plan))
