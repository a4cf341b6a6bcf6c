"""`channelopt sensitivity`: what matters, why, and what would change the plan."""

from __future__ import annotations

import typer

from channelopt.cli import analysing, results, solving
from channelopt.cli.command import steps
from channelopt.cli.options import (
    ForceOption,
    GapOption,
    JsonOption,
    OutOption,
    QuietOption,
    RootOption,
    SeedOption,
    SetOption,
    SolverOption,
    TargetArgument,
    ThreadsOption,
    TimeLimitOption,
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
    only: analysing.OnlyOption = [],
    seconds: analysing.SecondsOption = 600.0,
    workers: analysing.WorkersOption = None,
    resume: analysing.ResumeOption = False,
    tolerance: analysing.ToleranceOption = 1e-3,
    alternatives: analysing.AlternativesOption = 3,
    within: analysing.WithinOption = 0.01,
    frontier: analysing.FrontierOption = [],
    points: analysing.PointsOption = 12,
    samples: analysing.SamplesOption = 200,
    robust: analysing.RobustOption = None,
    robust_samples: analysing.RobustSamplesOption = 50,
    solver: SolverOption = "highs",
    time_limit: TimeLimitOption = None,
    gap: GapOption = 1e-6,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Analyse a plan by exact re-solves: limits, rules, inputs, reasons, frontiers, risk."""
    wishes = analysing.wishes(
        (tolerance, within, robust),
        (alternatives, points, samples, robust_samples, seed),
        tuple(frontier),
    )
    limits = solving.limits(time_limit, gap, threads, seed)
    ordered = steps(ctx, set_, vary)
    crew = analysing.workers(workers)
    until = analysing.seconds(seconds)
    from channelopt.pipeline.sensitivity import Order, analyse_run
    from channelopt.pipeline.study import Ways

    asked = analysing.Asked(target, ordered, root, out)
    subject = analysing.subject(asked, solver, limits)
    with watching(quiet=quiet) as watch, analysing.no_answer(subject.instance):
        ways = Ways(crew, until, watch, watch.is_asked)
        order = Order(wishes, only, ways, watch.say)
        found = analyse_run(subject, order, force=force, resume=resume)
    analysing.show(found, subject.run, as_json=as_json)
    raise typer.Exit(results.exit_code(found.plan))
