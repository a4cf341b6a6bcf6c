"""`channelopt sensitivity`: what matters, why, and what would change the plan."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channelopt.cli import analysing, console, folders, inputs, results, solving
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
    ThreadsOption,
    TimeLimitOption,
    VaryOption,
    VerboseOption,
)
from channelopt.cli.progress import watching

if TYPE_CHECKING:
    from channelopt.analysis.findings import Findings
    from channelopt.instance.instance import Instance

TargetArgument = Annotated[
    Path,
    typer.Argument(
        metavar="SCENARIO|RUN",
        help="A scenario, or a folder that `solve` has written.",
        show_default=False,
    ),
]


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
    from channelopt.pipeline.options import SolveOptions
    from channelopt.pipeline.sensitivity import Order, Subject, analyse_run, is_run, read_run
    from channelopt.pipeline.study import Ways

    if is_run(target):
        analysing.refuse_changes(ordered, root, out)
        subject = read_run(target)
    else:
        options = SolveOptions(solver=solver, limits=limits, sensitivity_seconds=0)
        run = out if out is not None else folders.default_out(target, ordered)
        subject = Subject(inputs.load(target, root, ordered), options, run)
    with watching(quiet=quiet) as watch, _no_answer(subject.instance):
        ways = Ways(crew, until, watch, watch.is_asked)
        order = Order(wishes, only, ways, watch.say)
        found = analyse_run(subject, order, force=force, resume=resume)
    _show(found, subject.run, as_json=as_json)
    raise typer.Exit(results.exit_code(found.plan))


@contextlib.contextmanager
def _no_answer(instance: Instance) -> Iterator[None]:
    """Say why a scenario has no plan, as `solve` does."""
    from channelopt.pipeline.study import NoAnswerError

    try:
        yield
    except NoAnswerError as error:
        results.show_warnings(error.plan, known=instance.warnings)
        results.show_plan(error.plan)
        raise typer.Exit(results.exit_code(error.plan)) from error


def _show(found: Findings, run: Path, *, as_json: bool) -> None:
    if as_json:
        console.emit_json(found.as_data() | {"folder": str(run / "sensitivity")})
        return
    from channelopt.report.sensitivity import gist

    for sentence in gist(found):
        console.emit(sentence)
    console.emit(f"Written to {run / 'sensitivity'}; begin with summary.md there")
