"""`channelopt verify`: does a written plan or list obey every rule, are its figures right?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from channelopt.cli import assigning, console, results
from channelopt.cli.options import JsonOption, VerboseOption
from channelopt.errors import ExitCode

FolderArgument = Annotated[
    Path,
    typer.Argument(
        metavar="RUN|LIST",
        help="A folder that `solve` or `assign` has written.",
        show_default=False,
    ),
]


def command(
    folder: FolderArgument,
    customers: assigning.CustomersOption = None,
    as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Check a run or a list from its files alone, in plain arithmetic, without a solver."""
    found = assigning.verified(folder, customers)
    if as_json:
        console.emit_json(found.to_json())
    else:
        results.show_verification(found)
    if not found.ok:
        raise typer.Exit(ExitCode.CHECK_FAILED)
