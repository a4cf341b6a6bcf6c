"""What all commands share: the order of options, and errors in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import typer
from typer.core import TyperCommand

from channelopt.cli import failures

Step = tuple[Literal["vary", "set"], str]

_ORDER = "channelopt.order"
_KINDS: dict[str, Literal["vary", "set"]] = {"set_": "set", "vary": "vary"}


class Command(TyperCommand):
    """A command that remembers the order of `--set` and `--vary` and reports failures."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; the order of each kind of step stays in the context."""
        if args or not self.no_args_is_help:
            _, _, order = self.make_parser(ctx).parse_args(args=list(args))
            ctx.meta[_ORDER] = [_KINDS[p.name] for p in order if p.name in _KINDS]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; every failure becomes one clear message and an exit code."""
        with failures.reported(as_json=bool(ctx.params.get("as_json"))):
            return super().invoke(ctx)


def steps(ctx: typer.Context, set_: Sequence[str], vary: Sequence[str]) -> list[Step]:
    """Return the overrides and variations in the order of the command line."""
    waiting = {"set": iter(set_), "vary": iter(vary)}
    return [(kind, next(waiting[kind])) for kind in ctx.meta[_ORDER]]
