"""Plan against reality as a terminal shows it, and the options of `evaluate` for a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channelopt.cli import console, results
from channelopt.cli.progress import watching
from channelopt.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from channelopt.analysis.against.ladder import Ladder
    from channelopt.backends.base import Limits
    from channelopt.instance.instance import Instance

_HELD = "Holding the plan of a run"

PeriodOption = Annotated[
    list[str],
    typer.Option(
        "--period",
        metavar="PERIOD=PERIOD",
        help="A period of the scenario, and the period of the run whose plan it takes: "
        "2028=2027. May be repeated. Default: by label, else in order.",
        show_default=False,
        rich_help_panel=_HELD,
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FOLDER",
        help="Write the ladder, all breaches and key figures to a folder.",
        show_default=False,
        rich_help_panel=_HELD,
    ),
]


def periods(given: Sequence[str]) -> dict[str, str]:
    """Return which period takes which period's plan.

    Raises:
        UsageError: a text is no such pair, or a period is given twice.
    """
    found: dict[str, str] = {}
    for text in given:
        after, equals, before = (part.strip() for part in text.partition("="))
        if not equals or not after or not before:
            raise UsageError(f"--period: expected two periods like 2028=2027, found '{text}'")
        if after in found:
            raise UsageError(f"--period: the period '{after}' is given twice")
        found[after] = before
    return found


def for_runs_only(*, period: Sequence[str], out: Path | None, force: bool) -> None:
    """Refuse options that say nothing about an allocation.

    Raises:
        UsageError: there are some.
    """
    given = {"--period": bool(period), "--out": out is not None, "--force": force}
    names = [name for name, is_given in given.items() if is_given]
    if names:
        msg = f"{', '.join(names)}: only where the second argument is the folder of a run"
        raise UsageError(msg)


@dataclass(frozen=True)
class Wanted:
    """How a plan is to be held: solver, limits, workers, periods, where it is written."""

    solver: str
    limits: Limits
    workers: int
    period: Sequence[str]
    out: Path | None
    force: bool


def hold(instance: Instance, run: Path, wanted: Wanted, *, as_json: bool, quiet: bool) -> ExitCode:
    """Hold the plan of a run under a scenario, write and show what was found.

    Returns:
        8 where the held plan breaks a rule, else the code of the re-optimised plan.
    """
    from channelopt.pipeline.held import KIND, Request, held_against, write
    from channelopt.pipeline.options import SolveOptions
    from channelopt.pipeline.study import Ways
    from channelopt.plan.results_folder import check_free

    if wanted.out is not None:
        check_free(wanted.out, KIND, force=wanted.force)
    pairs = periods(wanted.period)
    options = SolveOptions(solver=wanted.solver, limits=wanted.limits, sensitivity_seconds=0)
    with watching(quiet=quiet) as watch:
        ways = Ways(wanted.workers, None, watch, watch.is_asked)
        request = Request(options, pairs, ways)
        ladder = held_against(instance, run, request)
    if wanted.out is not None:
        write(ladder, run, request, wanted.out)
    _show(ladder, wanted.out, as_json=as_json)
    return exit_code(ladder)


def exit_code(ladder: Ladder) -> ExitCode:
    """Return 8 where the held plan breaks a rule, else the code of the re-optimised plan."""
    if not ladder["held"].obeys:
        return ExitCode.CHECK_FAILED
    plan = ladder["reoptimised"].plan
    return ExitCode.NO_PLAN if plan is None else results.exit_code(plan)


def _show(ladder: Ladder, folder: Path | None, *, as_json: bool) -> None:
    """Write the ladder to stdout."""
    from channelopt.report.against import as_data, gist, rows

    if as_json:
        console.emit_json(as_data(ladder))
        return
    unit = f", {ladder.instance.names.currency}" if ladder.instance.names.currency else ""
    columns = {"": "left", f"Profit{unit}": "right", "Over held": "right", "Rules": "left"}
    console.table(ladder.instance.names.scenario, columns, rows(ladder))
    for sentence in gist(ladder):
        console.emit(sentence)
    for note in ladder.notes:
        console.emit(f"Note: {note}")
    if folder is not None:
        console.emit(f"Written to {folder}")
