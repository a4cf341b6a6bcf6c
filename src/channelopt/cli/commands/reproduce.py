"""`channelopt reproduce`: solve a run again and compare."""

from __future__ import annotations

import typer

from channelopt.cli import console
from channelopt.cli.options import JsonOption, RunArgument, VerboseOption
from channelopt.errors import ExitCode


def command(run: RunArgument, as_json: JsonOption = False, _verbose: VerboseOption = False) -> None:
    """Solve the scenario of a run folder again, with the same options, and compare the plans."""
    from channelopt import pipeline

    reproduction = pipeline.reproduce(run)
    if as_json:
        console.emit_json(reproduction.as_data())
    else:
        for difference in reproduction.differences:
            console.emit(difference)
        console.emit("Same plan." if reproduction.same else "Not the same plan.")
    if not reproduction.same:
        raise typer.Exit(ExitCode.THRESHOLD_FAILED)
