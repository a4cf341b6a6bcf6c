"""Options of the roadmap, checked, and what a terminal shows of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channelopt.cli import console, folders
from channelopt.cli.command import Step
from channelopt.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from channelopt.analysis.roadmap.roadmap import Roadmap

_ROADMAP = "Roadmap"
FOLDER = Path("roadmaps")
SHOWN = 8
"""Moves that a terminal shows; the files hold all."""

LimitOption = Annotated[
    str,
    typer.Option(
        "--limit",
        metavar="SHARE",
        help="Most customers that may move from one period to the next: 5% or 0.05.",
        rich_help_panel=_ROADMAP,
    ),
]
StepsOption = Annotated[
    int | None,
    typer.Option(
        "--steps",
        metavar="N",
        help="How often a single period is repeated. Default: as often as the limit needs, at "
        "most 12.",
        show_default=False,
        rich_help_panel=_ROADMAP,
    ),
]
PointsOption = Annotated[
    int,
    typer.Option(
        "--points", metavar="N", help="Most points of the curve.", rich_help_panel=_ROADMAP
    ),
]
SecondsOption = Annotated[
    float,
    typer.Option(
        "--seconds",
        metavar="SECONDS",
        help="Time for everything after the first plan; what is not proven then is marked.",
        rich_help_panel=_ROADMAP,
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FOLDER",
        help="Folder for the roadmap. Default: roadmaps/<scenario>-<variation>.",
        show_default=False,
    ),
]


def limit(text: str) -> float:
    """Return a share of customers: `5%` or `0.05`.

    Raises:
        UsageError: it is none.
    """
    plain = text.strip()
    try:
        share = float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        hint = f"; did you mean '{plain}%'?" if 1 < share <= 100 and "%" not in plain else ""
        raise UsageError(f"--limit: expected a share like 5% or 0.05, found '{text}'{hint}")
    return share


def default_out(scenario: Path, steps: list[Step]) -> Path:
    """Return roadmaps/<scenario>[-variation...]."""
    return FOLDER / folders.default_out(scenario, steps).name


def show(found: Roadmap, folder: Path, *, as_json: bool) -> None:
    """Write a roadmap to stdout."""
    if as_json:
        console.emit_json(found.as_data() | {"folder": str(folder)})
        return
    from channelopt.report.roadmap import curve_rows, first_rows, gist, period_rows

    for sentence in gist(found):
        console.emit(sentence)
    periods = {"Period": "left", "Moved": "right", "Share": "right", "Profit": "right"}
    console.table("Plan", periods | {"FTE": "right", "Channels": "left"}, period_rows(found))
    columns = {"": "right", "Period": "left", "Move": "left", "Worth": "right"}
    console.table("First moves", columns, first_rows(found, SHOWN))
    limits = {"Most moved": "right", "Profit": "right", "Next point": "right", "": "left"}
    console.table("Profit by limit", limits, curve_rows(found))
    console.emit(f"Written to {folder}; begin with summary.md there")


def exit_code(found: Roadmap) -> ExitCode:
    """Return 0 where the plan of the roadmap is proven, else that it was stopped early."""
    proven = found.route.known == "re-solved"
    return ExitCode.SOLVED if proven else ExitCode.STOPPED_EARLY
