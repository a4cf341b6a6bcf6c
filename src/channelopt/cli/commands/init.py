"""`channelopt init`: a scenario to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from channelopt.cli import console
from channelopt.cli.options import JsonOption, VerboseOption

TargetArgument = Annotated[
    Path,
    typer.Argument(
        metavar="TARGET",
        help="A new folder, or a new workbook where it ends in .xlsx.",
        show_default=False,
    ),
]


ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace a workbook that is there.", show_default=False)
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
    from channelopt.scenario import template

    if is_workbook:
        template.write_workbook(target, force=force)
    else:
        template.write_folder(target)
    if as_json:
        console.emit_json({"written": str(target)})
        return
    console.emit(f"{target} written.")
    what = "the workbook" if is_workbook else "scenario.yaml and its tables"
    console.note(f"Next: edit {what}, then: channelopt solve {target}")
