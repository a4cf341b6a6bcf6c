"""Options of `assign`, checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channelopt.cli import console
from channelopt.cli.command import Step
from channelopt.errors import ExitCode, UsageError
from channelopt.lists.sides import EXPECTED, Sides, refuse_crossed, typed_sides

if TYPE_CHECKING:
    from channelopt.lists.result import CustomerList
    from channelopt.pipeline.strategies import Target
    from channelopt.verify.lists.result import ListVerification
    from channelopt.verify.result import Verification

_CUSTOMERS = "Customers"
_LIST = "List"
_WHAT_IF = "What if"
MOST_POINTS = 200

CustomersOption = Annotated[
    Path | None,
    typer.Option(
        "--customers",
        metavar="FILE",
        help="Parquet, CSV or DuckDB file of the customers, or a folder of Parquet files. Default: "
        "the file that the scenario's section `customers` names.",
        show_default=False,
        rich_help_panel=_CUSTOMERS,
    ),
]
MappingOption = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        metavar="YAML",
        help="Which column holds what. Default: FILE.yaml beside the customers, else the "
        "scenario's section `customers`, else columns by their usual names.",
        show_default=False,
        rich_help_panel=_CUSTOMERS,
    ),
]
TableOption = Annotated[
    str | None,
    typer.Option(
        "--table",
        metavar="NAME",
        help="Table or view of a DuckDB file.",
        show_default=False,
        rich_help_panel=_CUSTOMERS,
    ),
]
QueryOption = Annotated[
    str | None,
    typer.Option(
        "--query",
        metavar="SQL",
        help="Query to a DuckDB file, instead of a table.",
        show_default=False,
        rich_help_panel=_CUSTOMERS,
    ),
]
SkipBadOption = Annotated[
    bool,
    typer.Option(
        "--skip-bad",
        help="Leave bad rows out, and list them in rejected.csv. Default: any bad row is an error.",
        show_default=False,
        rich_help_panel=_CUSTOMERS,
    ),
]
PeriodOption = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help="Period of the plan that the list is for. Default: the first.",
        show_default=False,
        rich_help_panel=_LIST,
    ),
]
JointOption = Annotated[
    bool,
    typer.Option(
        "--joint",
        help="Decide within the scenario's own rules, without the plan's quotas of segments.",
        show_default=False,
        rich_help_panel=_LIST,
    ),
]
KeepOption = Annotated[
    Path | None,
    typer.Option(
        "--keep",
        metavar="LIST",
        help="Earlier list: move as few of its customers as the tolerance allows.",
        show_default=False,
        rich_help_panel=_LIST,
    ),
]
ToleranceOption = Annotated[
    float,
    typer.Option(
        "--keep-tolerance",
        metavar="SHARE",
        help="Share of the best value that may be given up to move fewer customers.",
        rich_help_panel=_LIST,
    ),
]
CsvOption = Annotated[
    bool,
    typer.Option(
        "--csv",
        help="Write assignment.csv instead of assignment.parquet.",
        show_default=False,
        rich_help_panel=_LIST,
    ),
]
LimitOption = Annotated[
    list[str],
    typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        help="Another value for a limit of the list, by its name in limits.csv: "
        "capacity:phone=900. LOW..HIGH sets both sides. May be repeated.",
        show_default=False,
        rich_help_panel=_WHAT_IF,
    ),
]
PricesOption = Annotated[
    Path | None,
    typer.Option(
        "--prices",
        metavar="LIST",
        help="Earlier list whose prices the search begins with; a joint list is held against it.",
        show_default=False,
        rich_help_panel=_WHAT_IF,
    ),
]
CurveOption = Annotated[
    str | None,
    typer.Option(
        "--curve",
        metavar="NAME=FROM..TO",
        help="Also write curve.csv: profit against this limit.",
        show_default=False,
        rich_help_panel=_WHAT_IF,
    ),
]
WhatIfOption = Annotated[
    list[str],
    typer.Option(
        "--what-if",
        metavar="'NAME: LIMIT=VALUE, ...'",
        help="Also decide the list within other limits and hold it against this one: a number "
        "(900), a change (+200, -10%), a share of what is (90%), or none. May be repeated.",
        show_default=False,
        rich_help_panel=_WHAT_IF,
    ),
]
PointsOption = Annotated[
    int,
    typer.Option("--points", metavar="N", help="Points of the curve.", rich_help_panel=_WHAT_IF),
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Go through the customers on the Dask cluster of this scheduler, for example tcp://10.0.0.1:8786.",
        show_default=False,
    ),
]
OutOption = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="FOLDER", help="Folder for the list.", show_default=False),
]


def target(path: Path, root: Path | None, steps: Sequence[Step]) -> Target:
    """Return the run or scenario of a list, with the warnings of a scenario on stderr."""
    from channelopt.pipeline.strategies import target_of

    found = target_of(path, steps, root)
    if found.choice is None or steps:
        console.problems(found.instance.warnings)
    return found


def verified(folder: Path, customers: Path | None) -> Verification | ListVerification:
    """Return what the independent check of a run or of a list finds.

    Raises:
        UsageError: a list whose customers are not found, or customers without a list.
        InputError: the folder or the customers cannot be read.
    """
    from channelopt.plan.results_folder import kind_of
    from channelopt.verify.check import verify_folder

    if kind_of(folder) != "list":
        if customers is not None:
            raise UsageError(f"--customers is for lists, and {folder} is none")
        return verify_folder(folder)
    from channelopt.verify.lists.check import verify_list

    return verify_list(folder, customers)


def limits(given: Sequence[str]) -> dict[str, Sides]:
    """Return other sides of limits by name.

    Raises:
        UsageError: something is not NAME=VALUE or NAME=LOW..HIGH, or a name stands twice.
    """
    found: dict[str, Sides] = {}
    for text in given:
        name, sign, value = text.rpartition("=")
        if not sign or not name.strip():
            raise UsageError(f"--limit: expected NAME=VALUE, found '{text}'")
        if name.strip() in found:
            raise UsageError(f"--limit: {name.strip()} is given twice")
        sides = typed_sides(value)
        if sides is None:
            raise UsageError(f"--limit: {name.strip()}: {EXPECTED}, found '{value.strip()}'")
        found[name.strip()] = sides
    refuse_crossed(found, "--limit: ")
    return found


def what_ifs(given: Sequence[str]) -> dict[str, dict[str, float | str]]:
    """Return other values of limits, by the name of each what-if.

    Raises:
        UsageError: something cannot be understood; all of it is named.
    """
    from channelopt.lists.wishes import typed

    return typed(given)


def curve(text: str | None, points: int) -> tuple[str, tuple[float, ...]] | None:
    """Return the limit of a curve and its values, evenly spaced; None where none is asked for.

    Raises:
        UsageError: it is not NAME=FROM..TO, or the number of points makes no curve.
    """
    if text is None:
        return None
    name, sign, values = text.rpartition("=")
    start, dots, end = values.partition("..")
    if not sign or not dots or not name.strip():
        raise UsageError(f"--curve: expected NAME=FROM..TO, found '{text}'")
    if not 2 <= points <= MOST_POINTS:
        raise UsageError(f"--points: expected a whole number from 2 to {MOST_POINTS}, not {points}")
    low, high = _number("--curve", start), _number("--curve", end)
    if low >= high:
        raise UsageError(f"--curve: expected FROM below TO, found '{values}'")
    step = (high - low) / (points - 1)
    return name.strip(), (*(low + step * k for k in range(points - 1)), high)


def _number(option: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"{option}: expected a number, found '{text.strip()}'")
    return value


def tolerance(share: float) -> float:
    """Return the share of the value that may be given up.

    Raises:
        UsageError: it is not within 0 and 1.
    """
    if not 0 <= share < 1:
        raise UsageError(f"--keep-tolerance: expected a share from 0 to below 1, found {share}")
    return share


def exit_code(found: CustomerList) -> ExitCode:
    """Return 0 where the list is proven to the gap asked for, else that it was stopped early."""
    return ExitCode.SOLVED if found.status == "optimal" else ExitCode.STOPPED_EARLY
