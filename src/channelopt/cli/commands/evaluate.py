"""`channelopt evaluate`: what an allocation that someone edited by hand is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from channelopt.cli import console, inputs, results
from channelopt.cli.command import steps
from channelopt.cli.options import (
    JsonOption,
    RootOption,
    ScenarioArgument,
    SetOption,
    VaryOption,
    VerboseOption,
)

AllocationArgument = Annotated[
    Path,
    typer.Argument(
        metavar="ALLOCATION",
        help="A CSV file like the allocation.csv of a run.",
        show_default=False,
    ),
]


def command(
    ctx: typer.Context,
    scenario: ScenarioArgument,
    allocation: AllocationArgument,
    set_: SetOption = [],
    vary: VaryOption = [],
    root: RootOption = None,
    as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Evaluate an allocation: key figures, money, and every rule it breaks (then exit code 8)."""
    instance = inputs.load(scenario, root, steps(ctx, set_, vary))
    from channelopt import pipeline

    plan = pipeline.evaluate(instance, allocation)
    if as_json:
        console.emit_json(plan.as_data())
    else:
        results.show_plan(plan)
    raise typer.Exit(results.exit_code(plan))
