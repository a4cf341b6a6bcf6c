"""`channelopt init`: a scenario to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from channelopt.cli import console
from channelopt.cli.options import ForceOption, JsonOption, VerboseOption
from channelopt.errors import UsageError

TargetArgument = Annotated[
    Path,
    typer.Argument(
        metavar="TARGET",
        help="A new folder, or a new workbook where it ends in .xlsx.",
        show_default=False,
    ),
]


ExcelOption = Annotated[
    bool,
    typer.Option("--excel", help="Write a workbook; adds .xlsx to TARGET.", show_default=False),
]


def command(
    target: TargetArgument,
    excel: ExcelOption = False,
    force: ForceOption = False,
    as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Write a small scenario to start from: a folder, or an Excel workbook (TARGET.xlsx)."""
    if excel and target.suffix.lower() != ".xlsx":
        target = target.with_name(target.name + ".xlsx")
    is_workbook = target.suffix.lower() == ".xlsx"
    _check(target, is_workbook=is_workbook, force=force)
    from channelopt.scenario import template

    (template.write_workbook if is_workbook else template.write_folder)(target)
    if as_json:
        console.emit_json({"written": str(target)})
        return
    console.emit(f"{target} written.")
    what = "the workbook" if is_workbook else "scenario.yaml and its tables"
    console.note(f"Next: edit {what}, then: channelopt solve {target}")


def _check(target: Path, *, is_workbook: bool, force: bool) -> None:
    if not target.exists():
        return
    if is_workbook:
        if target.is_dir() or not force:
            msg = f"{target} exists; choose another name" + (
                "" if target.is_dir() else " or --force"
            )
            raise UsageError(msg)
    elif not target.is_dir() or next(target.iterdir(), None) is not None:
        msg = f"{target} exists and is not an empty folder; choose another name"
        raise UsageError(msg)
