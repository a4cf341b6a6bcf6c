"""`channelopt validate`: is a scenario valid?"""

from __future__ import annotations

import typer

from channelopt.cli import console, failures, inputs
from channelopt.cli.command import steps
from channelopt.cli.numbers import counted
from channelopt.cli.options import (
    JsonOption,
    RootOption,
    ScenarioArgument,
    SetOption,
    VaryOption,
    VerboseOption,
)


def command(
    ctx: typer.Context,
    scenario: ScenarioArgument,
    set_: SetOption = [],
    vary: VaryOption = [],
    root: RootOption = None,
    as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Check a scenario and report every problem with its place. Solves nothing."""
    instance = inputs.load(scenario, root, steps(ctx, set_, vary))
    n = instance.numbers
    sizes = {
        "segments": len(n.segments),
        "interactions": len(n.interactions),
        "channels": len(n.channels),
        "periods": len(n.periods),
        "policies": len(instance.policies),
    }
    if as_json:
        warnings = [failures.describe(problem) for problem in instance.warnings]
        console.emit_json({"valid": True, **sizes, "problems": [], "warnings": warnings})
    else:
        counts = ", ".join(counted(count, name) for name, count in sizes.items())
        console.emit(f"{scenario}: valid ({counts})")
