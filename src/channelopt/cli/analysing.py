"""Options of the sensitivity report, checked."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channelopt.cli import console, folders, inputs, results
from channelopt.cli.command import Step
from channelopt.errors import UsageError

if TYPE_CHECKING:
    from channelopt.analysis.findings import Findings
    from channelopt.analysis.study import Wishes
    from channelopt.backends.base import Limits
    from channelopt.instance.instance import Instance
    from channelopt.pipeline.sensitivity import Subject

_ANALYSIS = "Analysis"
MOST = 100_000
MOST_WORKERS = 256

OnlyOption = Annotated[
    list[str],
    typer.Option(
        "--only",
        metavar="NAME",
        help="Do this analysis only. May be repeated. Default: all of them.",
        show_default=False,
        rich_help_panel=_ANALYSIS,
    ),
]
SecondsOption = Annotated[
    float,
    typer.Option(
        "--seconds",
        metavar="SECONDS",
        help="Time for all analyses after the plan; what is not proven then is marked.",
        rich_help_panel=_ANALYSIS,
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        help="Solver processes side by side. Default: one per processor.",
        show_default=False,
        rich_help_panel=_ANALYSIS,
    ),
]
ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with the answers of an earlier, interrupted or shorter analysis.",
        show_default=False,
        rich_help_panel=_ANALYSIS,
    ),
]
ToleranceOption = Annotated[
    float,
    typer.Option(
        "--tolerance",
        metavar="SHARE",
        help="Relative width to which break-evens are narrowed.",
        rich_help_panel=_ANALYSIS,
    ),
]
AlternativesOption = Annotated[
    int,
    typer.Option(
        "--alternatives",
        metavar="N",
        help="How many near-optimal plans to seek.",
        rich_help_panel=_ANALYSIS,
    ),
]
WithinOption = Annotated[
    float,
    typer.Option(
        "--within",
        metavar="SHARE",
        help="Share of the profit that such a plan may give up.",
        rich_help_panel=_ANALYSIS,
    ),
]
FrontierOption = Annotated[
    list[str],
    typer.Option(
        "--frontier",
        metavar="A:B",
        help="Two key figures to trade off. May be repeated. Default: profit:satisfaction.",
        show_default=False,
        rich_help_panel=_ANALYSIS,
    ),
]
PointsOption = Annotated[
    int,
    typer.Option(
        "--points", metavar="N", help="Most points of a frontier.", rich_help_panel=_ANALYSIS
    ),
]
SamplesOption = Annotated[
    int,
    typer.Option(
        "--samples",
        metavar="N",
        help="Draws of the uncertain inputs.",
        rich_help_panel=_ANALYSIS,
    ),
]
RobustOption = Annotated[
    str | None,
    typer.Option(
        "--robust",
        metavar="cvar=LEVEL",
        help="Also seek the plan that is best in the worst cases: cvar=0.9 looks at the worst "
        "tenth; mean looks at the average.",
        show_default=False,
        rich_help_panel=_ANALYSIS,
    ),
]
RobustSamplesOption = Annotated[
    int,
    typer.Option(
        "--robust-samples",
        metavar="N",
        help="Draws that the robust plan is made for.",
        rich_help_panel=_ANALYSIS,
    ),
]


def wishes(
    shares: tuple[float, float, str | None],
    counts: tuple[int, int, int, int, int],
    frontier: Sequence[str],
) -> Wishes:
    """Return what the analyses are asked for.

    Args:
        shares: tolerance, loss of alternatives, level of the robust plan.
        counts: alternatives, points, samples, samples of the robust plan, seed.
        frontier: pairs of key figures as `a:b`.

    Raises:
        UsageError: a value is out of its range.
    """
    from channelopt.analysis.study import Wishes

    tolerance, within, robust = shares
    if not 1e-6 <= tolerance <= 0.5:
        raise UsageError(f"--tolerance: expected a share from 1e-6 to 0.5, found {tolerance}")
    if not 0 <= within <= 1:
        raise UsageError(f"--within: expected a share from 0 to 1, found {within}")
    names = ("--alternatives", "--points", "--samples", "--robust-samples")
    for name, least, count in zip(names, (0, 2, 1, 1), counts[:4], strict=True):
        if not least <= count <= MOST:
            expected = f"a whole number from {least} to {MOST}"
            raise UsageError(f"{name}: expected {expected}, found {count}")
    pairs = tuple(_pair(text) for text in frontier) or Wishes().frontier
    alternatives, points, samples, robust_samples, seed = counts
    return Wishes(
        tolerance=tolerance,
        alternatives=alternatives,
        within=within,
        frontier=pairs,
        points=points,
        samples=samples,
        robust=_level(robust),
        robust_samples=robust_samples,
        seed=seed,
    )


def _pair(text: str) -> tuple[str, str]:
    first, colon, second = text.partition(":")
    if not colon or not first.strip() or not second.strip():
        raise UsageError(f"--frontier: expected two key figures like profit:cost, found '{text}'")
    return first.strip(), second.strip()


def _level(text: str | None) -> float | None:
    """Return the level of CVaR: `cvar=0.9` is 0.9, `mean` is 0."""
    if text is None:
        return None
    if text == "mean":
        return 0.0
    word, _, level = text.partition("=")
    try:
        found = float(level)
    except ValueError:
        found = math.nan
    if word != "cvar" or not 0 <= found < 1:
        raise UsageError(f"--robust: expected mean or cvar=LEVEL below 1, found '{text}'")
    return found


def seconds(given: float) -> float:
    """Return the time for the analyses.

    Raises:
        UsageError: it is not a number of seconds.
    """
    if not (math.isfinite(given) and given >= 0):
        raise UsageError(f"--seconds: expected a number of seconds >= 0, found {given}")
    return given


def workers(given: int | None) -> int:
    """Return how many solvers work side by side.

    Raises:
        UsageError: it is no sensible number.
    """
    if given is None:
        return max(1, min(os.cpu_count() or 1, MOST_WORKERS))
    if not 1 <= given <= MOST_WORKERS:
        expected = f"a whole number from 1 to {MOST_WORKERS}"
        raise UsageError(f"--workers: expected {expected}, found {given}")
    return given


@dataclass(frozen=True)
class Asked:
    """What a command was asked about: a scenario with changes, or a run."""

    target: Path
    steps: Sequence[Step]
    root: Path | None
    out: Path | None


def subject(asked: Asked, solver: str, limits: Limits) -> Subject:
    """Return the scenario and the folder of its run.

    A run is analysed as it was solved, where it is.

    Raises:
        UsageError: a run was to be changed.
        InputError: with every problem of the scenario that could be found.
    """
    from channelopt.pipeline.options import SolveOptions
    from channelopt.pipeline.sensitivity import Subject, is_run, read_run

    if not is_run(asked.target):
        options = SolveOptions(solver=solver, limits=limits, sensitivity_seconds=0)
        run = folders.default_out(asked.target, asked.steps) if asked.out is None else asked.out
        return Subject(inputs.load(asked.target, asked.root, asked.steps), options, run)
    if asked.steps or asked.root is not None or asked.out is not None:
        raise UsageError(
            "a run is analysed as it was solved, in its own folder; give the scenario itself to "
            "use --set, --vary, --root or --out"
        )
    return read_run(asked.target)


@contextlib.contextmanager
def no_answer(instance: Instance) -> Iterator[None]:
    """Say why a scenario has no plan, as `solve` does."""
    from channelopt.pipeline.study import NoAnswerError

    try:
        yield
    except NoAnswerError as error:
        results.show_warnings(error.plan, known=instance.warnings)
        results.show_plan(error.plan)
        raise typer.Exit(results.exit_code(error.plan)) from error


def show(found: Findings, run: Path, *, as_json: bool) -> None:
    """Write what was found to stdout."""
    if as_json:
        console.emit_json(found.as_data() | {"folder": str(run / "sensitivity")})
        return
    from channelopt.report.sensitivity import gist

    for sentence in gist(found):
        console.emit(sentence)
    console.emit(f"Written to {run / 'sensitivity'}; begin with summary.md there")
