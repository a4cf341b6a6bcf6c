"""`channelopt schema`: the JSON Schema of a scenario."""

from __future__ import annotations

from channelopt.cli import console
from channelopt.cli.options import JsonOption, VerboseOption


def command(_as_json: JsonOption = False, _verbose: VerboseOption = False) -> None:
    """Write the JSON Schema of scenario.yaml, for completion and checks in editors."""
    from channelopt.scenario.schema import json_schema

    console.emit_json(json_schema())
