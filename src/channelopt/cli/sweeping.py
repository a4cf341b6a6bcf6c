"""Options of a sweep, its progress, and what is told of it."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from channelopt.cli import console, folders
from channelopt.cli.command import Step
from channelopt.cli.numbers import money
from channelopt.cli.progress import SILENCE_SECONDS, Watch
from channelopt.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from channelopt.analysis.sweeping.tables import Sweep
    from channelopt.backends.base import Limits
    from channelopt.pipeline.sweep.run import News, Subject
    from channelopt.pipeline.sweeping import Wanted

_SWEEP = "Sweep"
LARGEST = 1_000_000
SOON = 1.0
"""Seconds in which nothing can have been solved yet."""
SHOWN = 25
"""Points that a terminal shows; the files hold all."""

VaryOption = Annotated[
    list[str],
    typer.Option(
        "--vary",
        metavar="PATH=VALUES",
        help="Vary a value: channels.phone.unit_cost=4:8:5 (from:to:steps), or =4,6,8; *= for "
        "factors, += for amounts. Several are crossed, the last runs fastest. A NAME without = "
        "applies a variation to all points.",
        show_default=False,
        rich_help_panel=_SWEEP,
    ),
]
VariationsOption = Annotated[
    bool,
    typer.Option(
        "--variations",
        help="Sweep over the base and all variations of the scenario.",
        show_default=False,
        rich_help_panel=_SWEEP,
    ),
]
RowsOption = Annotated[
    Path | None,
    typer.Option(
        "--rows",
        metavar="FILE.csv",
        help="Points instead of axes: the header holds paths, or `variation`; blank leaves alone.",
        show_default=False,
        rich_help_panel=_SWEEP,
    ),
]
RefineOption = Annotated[
    float | None,
    typer.Option(
        "--refine",
        metavar="SHARE",
        help="Halve the intervals in which channels or upgrades change until they are narrower "
        "than this share of the axis.",
        show_default=False,
        rich_help_panel=_SWEEP,
    ),
]
MostOption = Annotated[
    int, typer.Option("--most", metavar="N", help="Most points.", rich_help_panel=_SWEEP)
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        help="Processes side by side. Default: one per processor.",
        show_default=False,
        rich_help_panel=_SWEEP,
    ),
]
SecondsOption = Annotated[
    float | None,
    typer.Option(
        "--seconds",
        metavar="SECONDS",
        help="Time for the whole sweep; --time-limit is for each point.",
        show_default=False,
        rich_help_panel=_SWEEP,
    ),
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Solve on the Dask cluster of this scheduler, for example tcp://10.0.0.1:8786.",
        show_default=False,
        rich_help_panel=_SWEEP,
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FOLDER",
        help="Folder for the results. Default: sweeps/<scenario>-<hash of what is varied>.",
        show_default=False,
    ),
]
ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with the points of an earlier, interrupted sweep.",
        show_default=False,
        rich_help_panel=_SWEEP,
    ),
]
ParquetOption = Annotated[
    bool,
    typer.Option(
        "--parquet", help="Also write sweep.parquet.", show_default=False, rich_help_panel=_SWEEP
    ),
]


def wanted(
    vary: Sequence[str], variations: bool, rows: Path | None, refine: float | None, most: int
) -> Wanted:
    """Return what is to be swept over.

    Raises:
        UsageError: a value is out of its range.
    """
    from channelopt.analysis.sweeping.axes import is_axis
    from channelopt.pipeline.sweeping import Wanted

    if refine is not None and not 1e-9 <= refine < 1:
        raise UsageError(f"--refine: expected a share from 1e-9 to below 1, found {refine}")
    if not 1 <= most <= LARGEST:
        raise UsageError(f"--most: expected a whole number from 1 to {LARGEST}, found {most}")
    axes = tuple(text for text in vary if is_axis(text))
    return Wanted(axes, variations, rows, refine, most)


def seconds(given: float | None) -> float | None:
    """Return the time for the whole sweep.

    Raises:
        UsageError: it is not a number of seconds.
    """
    if given is not None and not (math.isfinite(given) and given >= 0):
        raise UsageError(f"--seconds: expected a number of seconds >= 0, found {given}")
    return given


def check_parquet(asked: bool) -> None:
    """Say early that Parquet cannot be written here."""
    if asked:
        from channelopt.report import sweep as report

        report.check_parquet()


def subject(
    scenario: Path, root: Path | None, steps: Sequence[Step], how: tuple[str, Limits, bool]
) -> Subject:
    """Return what is swept: the scenario with what applies to all points.

    Args:
        scenario: its path.
        root: as for `load`.
        steps: from the command line; axes among them are passed over.
        how: solver, limits, whether ties are broken.
    """
    from channelopt.analysis.sweeping.axes import is_axis
    from channelopt.pipeline.options import SolveOptions
    from channelopt.pipeline.sweep.run import Subject

    solver, limits, ties = how
    options = SolveOptions(solver=solver, limits=limits, ties=ties, sensitivity_seconds=0)
    named = tuple(one for one in steps if one[0] == "set" or not is_axis(one[1]))
    return Subject(scenario, root, named, options)


def folder(scenario: Path, given: Path | None, asked: Subject, what: Wanted) -> Path:
    """Return where the results go."""
    from channelopt.pipeline.sweeping import name_of

    return folders.default_sweep(scenario, name_of(asked, what)) if given is None else given


@dataclass
class Progress:
    """Tells how far a sweep is: points, the best so far, an estimate of the time left."""

    watch: Watch
    is_live: bool
    began: float = field(default_factory=time.monotonic)
    spoken: float = -SILENCE_SECONDS
    best: float | None = None
    known: int = 0

    def __call__(self, news: News) -> None:
        """Hear of a point that is done."""
        now = time.monotonic()
        if now - self.began < SOON:  # known from an earlier sweep: they say nothing of the others
            self.known = news.done
        objective = news.solved.objective
        if objective is not None and (self.best is None or objective > self.best):
            self.best = objective
        is_last = news.done == news.points
        if self.is_live or is_last or now - self.spoken >= SILENCE_SECONDS:
            self.spoken = now
            solved = news.done - self.known
            each = (now - self.began) / solved if solved > 0 else None
            self.watch.say(line(news.done, news.points, self.best, each))


def line(done: int, points: int, best: float | None, each: float | None) -> str:
    """Return how far a sweep is; `each` is how many seconds a point takes, None: not known."""
    found = "no plan yet" if best is None else f"best {money(best)}"
    text = f"{done:,} of {points:,} points  {found}"
    if each is not None and done < points:
        text += f"  about {each * (points - done):,.0f} s left"
    return text


def show(found: Sweep, written: Path, *, stopped: bool, as_json: bool) -> None:
    """Write what was found to stdout, and how to go on where it was stopped to stderr."""
    from channelopt.report import sweep as report

    if as_json:
        console.emit_json(as_data(found) | {"folder": str(written)})
    else:
        _show_points(found)
        for sentence in report.gist(found):
            console.emit(sentence)
        _show_changes(found)
        console.emit(f"Written to {written}; begin with summary.md there")
    left = found.counts().get("open", 0)
    if left:
        why = "Stopped" if stopped else "Time is over"
        console.note(
            f"{why}: {left:,} of {len(found.grid.points):,} points are not solved; the same "
            "command with --resume goes on.",
            style="yellow",
        )


def as_data(found: Sweep) -> dict[str, Any]:
    """Return a sweep as plain JSON data."""
    best = found.best
    return {
        "scenario": found.names.scenario,
        "axes": [{"name": axis.name, "values": list(axis.values)} for axis in found.grid.axes],
        "counts": found.counts(),
        "best": None if best is None else best.point.number,
        **{table.name: list(table.records()) for table in found.tables},
    }


def _show_points(found: Sweep) -> None:
    from channelopt.report.sweep import cell

    names = [axis.name for axis in found.grid.axes]
    columns = {"Point": "right"} | dict.fromkeys(_short(names), "right")
    columns |= {"Profit": "right", "Plan": "left"}
    rows = [
        [
            record["point"],
            *(cell(record[name]) for name in names),
            *(money(_number(record["profit"])), _plan(record)),
        ]
        for record in list(found.tables[0].records())[:SHOWN]
    ]
    console.table(found.names.scenario, columns, rows)
    more = len(found.grid.points) - SHOWN
    if more > 0:
        console.emit(f"and {more:,} more points, see sweep.csv")


def _short(names: Sequence[str]) -> list[str]:
    """Return the last two parts of paths where they tell them apart."""
    short = [name if "[" in name else ".".join(name.split(".")[-2:]) for name in names]
    return short if len(set(short)) == len(names) else list(names)


def _plan(record: Mapping[str, object]) -> str:
    """Return the structure of a point's plan, or why there is none."""
    if record["plan"] is None:
        return str(record["known"])
    return f"{record['plan']}{'' if record['known'] == 're-solved' else ', not proven'}"


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) else None


def _show_changes(found: Sweep) -> None:
    from channelopt.report.sweep import SHOWN as MOST
    from channelopt.report.sweep import change_in_words

    changes = [pair for pair in found.pairs if pair.differs]
    for pair in changes[:MOST]:
        console.emit(f"  {change_in_words(found, pair)}")
    if len(changes) > MOST:
        console.emit(f"  and {len(changes) - MOST} more, see changes.csv")


def exit_code(found: Sweep, *, stopped: bool = False) -> ExitCode:
    """Return what a sweep stands for: the worst of its points comes first.

    Stopped by the user, a plan that failed its check, a scenario that could not be read, profit
    without limit, points not proven or not solved, no point with a plan; else solved.
    """
    counts = found.counts()
    if stopped and "open" in counts:
        return ExitCode.ABORTED
    order = {
        "failed": ExitCode.CHECK_FAILED,
        "invalid": ExitCode.INVALID_INPUT,
        "unbounded": ExitCode.UNBOUNDED,
        "feasible": ExitCode.STOPPED_EARLY,
        "no_solution": ExitCode.STOPPED_EARLY,
        "open": ExitCode.STOPPED_EARLY,
    }
    worst = next((code for status, code in order.items() if status in counts), None)
    if worst is not None:
        return worst
    return ExitCode.INFEASIBLE if set(counts) == {"infeasible"} else ExitCode.SOLVED
