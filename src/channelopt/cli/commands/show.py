"""`channelopt show`: what a scenario means, and where each value comes from."""

from __future__ import annotations

from typing import Annotated

import typer

from channelopt.cli import console, inputs
from channelopt.cli.command import steps
from channelopt.cli.options import (
    JsonOption,
    RootOption,
    ScenarioArgument,
    SetOption,
    VaryOption,
    VerboseOption,
)
from channelopt.errors import UsageError

OnlyOption = Annotated[
    str,
    typer.Option(
        "--only",
        metavar="PATH",
        help="Only values whose path begins so: channels.phone, or tables.satisfaction.",
        show_default=False,
    ),
]


def command(
    ctx: typer.Context,
    scenario: ScenarioArgument,
    set_: SetOption = [],
    vary: VaryOption = [],
    root: RootOption = None,
    only: OnlyOption = "",
    as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Show every value of a scenario after parents, variations and overrides, and its origin."""
    ordered = steps(ctx, set_, vary)
    instance = inputs.load(scenario, root, ordered)
    from channelopt.instance.origins import load_origins

    every = load_origins(scenario, root=root, steps=ordered)
    chosen = [value for value in every if value.path.startswith(only)]
    if not chosen:
        msg = f"--only: no value has a path that begins with '{only}'"
        raise UsageError(msg)
    if as_json:
        origins = {o.path: {"value": o.value, "origin": o.origin} for o in chosen}
        console.emit_json({"scenario": instance.resolved, "origins": origins})
    else:
        for known in chosen:
            console.emit(f"{known.path} = {_text(known.value)}   [{known.origin}]")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, float):
        return f"{value:.12g}"
    return "none" if value is None else str(value)
