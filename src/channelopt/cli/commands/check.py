"""`channelopt check`: does a run keep the thresholds of a file? For pipelines."""

from __future__ import annotations

import typer

from channelopt.cli import checking, console
from channelopt.cli.options import JsonOption, VerboseOption
from channelopt.errors import ExitCode


def command(
    runs: checking.RunsArgument,
    thresholds: checking.ThresholdsArgument,
    baseline: checking.BaselineOption = None,
    root: checking.RootOption = None,
    as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Judge runs by a file of acceptance thresholds; exit code 9 where a rule fails."""
    from channelopt.pipeline.checking import check

    checked = check(runs, thresholds, baseline, root)
    passes = all(one.passes for one in checked)
    if as_json:
        console.emit_json({"passes": passes, "runs": [one.as_data() for one in checked]})
    else:
        checking.show(checked)
    if not passes:
        raise typer.Exit(ExitCode.THRESHOLD_FAILED)
