"""`channelopt schema`: the JSON Schema of a scenario, or of a file of thresholds."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from channelopt.cli import console
from channelopt.cli.options import JsonOption, VerboseOption

WhatArgument = Annotated[
    Literal["scenario", "thresholds"],
    typer.Argument(metavar="WHAT", help="Of which file: scenario, or thresholds of `check`."),
]


def command(
    what: WhatArgument = "scenario",
    _as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Write the JSON Schema of a file, for completion and checks in editors."""
    if what == "thresholds":
        from channelopt.analysis.thresholds.schema import json_schema as schema
    else:
        from channelopt.scenario.schema import json_schema as schema
    console.emit_json(schema())
