"""`channelopt verify`: does a written plan obey every rule, and are its figures right?"""

from __future__ import annotations

import typer

from channelopt.cli import console, results
from channelopt.cli.options import JsonOption, RunArgument, VerboseOption
from channelopt.errors import ExitCode


def command(run: RunArgument, as_json: JsonOption = False, _verbose: VerboseOption = False) -> None:
    """Check a run folder from its files alone, in plain arithmetic, without a solver."""
    from channelopt.verify.check import verify_folder

    verification = verify_folder(run)
    if as_json:
        console.emit_json(verification.to_json())
    else:
        results.show_verification(verification)
    if not verification.ok:
        raise typer.Exit(ExitCode.CHECK_FAILED)
