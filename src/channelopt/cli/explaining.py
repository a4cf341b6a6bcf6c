"""An explanation as a terminal shows it, and the options of `explain`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from channelopt.cli import console
from channelopt.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from channelopt.analysis.conflicts.explanation import Explanation

_EXPLAIN = "Explanation"
LONGEST = 86_400.0

SecondsOption = Annotated[
    float,
    typer.Option(
        "--seconds",
        metavar="SECONDS",
        help="Time for everything; what is not proven then is said.",
        rich_help_panel=_EXPLAIN,
    ),
]
SegmentOption = Annotated[
    str | None,
    typer.Option(
        "--segment",
        metavar="ID",
        help="Where there is a plan: explain the channel of this segment.",
        show_default=False,
        rich_help_panel=_EXPLAIN,
    ),
]
InteractionOption = Annotated[
    str | None,
    typer.Option(
        "--interaction",
        metavar="ID",
        help="And of this interaction.",
        show_default=False,
        rich_help_panel=_EXPLAIN,
    ),
]

EXIT_CODES = {
    "feasible": ExitCode.SOLVED,
    "infeasible": ExitCode.INFEASIBLE,
    "unknown": ExitCode.NO_PLAN,
}
HEADLINES = {
    "feasible": "There is a plan that obeys all rules.",
    "infeasible": "Infeasible: no plan obeys all rules.",
    "unknown": "Not known in this time whether there is a plan; give more with --seconds.",
}


def seconds(wanted: float) -> float:
    """Return the time for an explanation.

    Raises:
        UsageError: it is not a number of seconds > 0.
    """
    if math.isfinite(wanted) and 0 < wanted <= LONGEST:
        return wanted
    msg = f"--seconds: expected a number of seconds > 0, at most {LONGEST:.0f}, found {wanted:g}"
    raise UsageError(msg)


def pair(segment: str | None, interaction: str | None) -> tuple[str, str] | None:
    """Return the segment and interaction to explain.

    Raises:
        UsageError: only one of them is named.
    """
    if segment is None and interaction is None:
        return None
    if segment is None or interaction is None:
        msg = "--segment and --interaction go together: name both or none"
        raise UsageError(msg)
    return segment, interaction


def show(explanation: Explanation) -> None:
    """Write an explanation to stdout: sentences, then the repairs as text for `--set`."""
    console.emit(HEADLINES[explanation.status])
    for sentence in explanation.sentences:
        console.emit(f"- {sentence}")
    if explanation.repairs:
        console.emit("To try a repair, add to the command:")
    for repair in explanation.repairs:
        console.emit(f"  {repair.name}: {' '.join(map(_argument, repair.changes))}")


def _argument(change: object) -> str:
    text = str(getattr(change, "set", ""))
    quoted = any(letter in text for letter in " []*'")
    return f'--set "{text}"' if quoted else f"--set {text}"
