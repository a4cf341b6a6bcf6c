"""The one place where the layers meet: solve, run, evaluate, reproduce.

Each is loaded when it is first used: a list of customers needs no report of a plan.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from channelopt.pipeline.options import SolveOptions as SolveOptions
    from channelopt.pipeline.planning import solve as solve
    from channelopt.pipeline.runs import Reproduction as Reproduction
    from channelopt.pipeline.runs import evaluate as evaluate
    from channelopt.pipeline.runs import reproduce as reproduce
    from channelopt.pipeline.runs import run as run

_HOMES = {
    "Reproduction": "runs",
    "SolveOptions": "options",
    "evaluate": "runs",
    "reproduce": "runs",
    "run": "runs",
    "solve": "planning",
}

__all__ = ["Reproduction", "SolveOptions", "evaluate", "reproduce", "run", "solve"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
