"""Verdicts on runs as a terminal shows them, and the arguments of `check`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channelopt.cli import console
from channelopt.cli.numbers import counted

if TYPE_CHECKING:
    from channelopt.analysis.thresholds.judging import Judged, Verdict
    from channelopt.pipeline.checking import Checked

RunsArgument = Annotated[
    list[Path],
    typer.Argument(metavar="RUN...", help="Folders that `solve` has written.", show_default=False),
]
ThresholdsArgument = Annotated[
    Path,
    typer.Argument(
        metavar="THRESHOLDS",
        help="A .yaml, .json or .toml file of rules on key figures.",
        show_default=False,
    ),
]
BaselineOption = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="RUN",
        help="Run that rules with `of: baseline` or `from: baseline` are held against, instead "
        "of the one that the file names.",
        show_default=False,
    ),
]
RootOption = Annotated[
    Path | None,
    typer.Option(
        "--root",
        metavar="FOLDER",
        help="Project folder that the file's baseline must stay inside. Default: the parent of "
        "the file's folder.",
        show_default=False,
    ),
]
SENSES = {">=": "at least", "<=": "at most"}


def show(checked: Sequence[Checked]) -> None:
    """Write a table of verdicts for each run to stdout, and whether it passes."""
    columns = {
        "": "left",
        "Rule": "left",
        "Found": "right",
        "Wanted": "right",
        "Distance": "right",
        "Where": "left",
    }
    for one in checked:
        console.table(one.run, columns, [_row(verdict) for verdict in one.verdicts])
        for verdict in one.verdicts:
            if not verdict.passes:
                console.emit(_said(verdict))
        failed = sum(not verdict.passes for verdict in one.verdicts)
        whole = counted(len(one.verdicts), "rules")
        state = "passes" if one.passes else "fails"
        console.emit(f"{one.run} {state}: {len(one.verdicts) - failed} of {whole} hold.")


def _row(verdict: Verdict) -> tuple[str, ...]:
    worst, state = verdict.worst, "pass" if verdict.passes else "FAIL"
    if worst is None:
        return state, verdict.rule.name, "no meaning", "", "", ""
    return (
        state,
        verdict.rule.name,
        "no meaning" if worst.found is None else number(worst.found),
        "" if worst.wanted is None else f"{worst.sense} {number(worst.wanted)}",
        "" if worst.room is None else f"{'+' if worst.room > 0 else ''}{number(worst.room)}",
        str(worst.place) if worst.place.chosen else "",
    )


def _said(verdict: Verdict) -> str:
    name, worst = verdict.rule.name, verdict.worst
    if worst is None:
        return f"{name}: there is nothing to judge; `optional: true` would let it pass"
    place = f"{worst.place}: " if verdict.places > 1 or worst.place.chosen else ""
    more = f" (one of {verdict.failed} places of {verdict.places})" if verdict.failed > 1 else ""
    return f"{name}: {place}{_why(verdict, worst)}{more}"


def _why(verdict: Verdict, worst: Judged) -> str:
    if worst.room is None or worst.wanted is None or worst.found is None:
        return f"{worst.why}, which counts as failed"
    against = _against(verdict, worst.sense)
    return (
        f"{verdict.rule.kpi} is {number(worst.found)}, wanted {SENSES[worst.sense]} "
        f"{number(worst.wanted)}{against}, missed by {number(-worst.room)}"
    )


def _against(verdict: Verdict, sense: str) -> str:
    """Return what the bound is of the baseline, ` (0.98 of the baseline)`."""
    rule = verdict.rule
    bound = rule.at_least if sense == ">=" else rule.at_most
    if bound is None or not (rule.of or rule.from_):
        return ""
    return f" ({bound:g} of the baseline)" if rule.of else f" ({bound:+,g} from the baseline)"


def number(value: float) -> str:
    """Return a figure of unknown unit: whole from 10,000 on, else up to six digits."""
    if abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:.2g}" if 0 < abs(value) < 1e-4 else f"{value:,.6g}"
