"""`channelopt export`: the program of a scenario, for other solvers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from channelopt.cli import console, inputs
from channelopt.cli.command import steps
from channelopt.cli.options import (
    ForceOption,
    JsonOption,
    RootOption,
    ScenarioArgument,
    SetOption,
    VaryOption,
    VerboseOption,
)
from channelopt.errors import UsageError

FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="Where to write: a .lp or .mps file.", show_default=False),
]


def command(
    ctx: typer.Context,
    scenario: ScenarioArgument,
    file: FileArgument,
    set_: SetOption = [],
    vary: VaryOption = [],
    root: RootOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Write the mathematical program as .lp or .mps, with a CSV that maps its names."""
    if file.suffix.lower() not in {".lp", ".mps"}:
        msg = f"cannot tell the format of {file}; give it the suffix .lp or .mps"
        raise UsageError(msg)
    for path in (file, file.with_suffix(".names.csv")):
        if path.exists() and not force:
            msg = f"{path} exists; replace it with --force"
            raise UsageError(msg)
    instance = inputs.load(scenario, root, steps(ctx, set_, vary))
    from channelopt.pipeline.export import export

    written = export(instance, file)
    if as_json:
        console.emit_json({"files": [str(path) for path in written]})
    else:
        for path in written:
            console.emit(str(path))
