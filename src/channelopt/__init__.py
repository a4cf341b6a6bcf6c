"""channelopt: optimiser for customer-service and sales channels.

    import channelopt

    scenario = channelopt.load("scenarios/quickstart")
    plan = channelopt.solve(scenario)
    print(plan.status, plan.objective, plan.gap)
    plan.allocation  # a pandas data frame; also offers, channels, segments, staff, hours

Everything below is loaded when it is first used, so importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from channelopt.analysis.conflicts.explanation import Explanation as Explanation
    from channelopt.analysis.findings import Findings as Findings
    from channelopt.analysis.study import Wishes as Wishes
    from channelopt.backends.base import Limits as Limits
    from channelopt.errors import ChannelOptError as ChannelOptError
    from channelopt.errors import InputError as InputError
    from channelopt.instance.instance import Instance as Instance
    from channelopt.instance.load import load as load
    from channelopt.pipeline import SolveOptions as SolveOptions
    from channelopt.pipeline import evaluate as evaluate
    from channelopt.pipeline import run as run
    from channelopt.pipeline import solve as solve
    from channelopt.pipeline.explaining import explain as explain
    from channelopt.pipeline.sensitivity import Order as Order
    from channelopt.pipeline.sensitivity import sensitivity as sensitivity
    from channelopt.pipeline.study import Ways as Ways
    from channelopt.plan.plan import Plan as Plan
    from channelopt.verify.check import verify_folder as verify_folder

__version__ = "0.1.0"

_HOMES = {
    "ChannelOptError": "channelopt.errors:ChannelOptError",
    "Explanation": "channelopt.analysis.conflicts.explanation:Explanation",
    "Findings": "channelopt.analysis.findings:Findings",
    "InputError": "channelopt.errors:InputError",
    "Instance": "channelopt.instance.instance:Instance",
    "Limits": "channelopt.backends.base:Limits",
    "Order": "channelopt.pipeline.sensitivity:Order",
    "Plan": "channelopt.plan.plan:Plan",
    "SolveOptions": "channelopt.pipeline:SolveOptions",
    "Ways": "channelopt.pipeline.study:Ways",
    "Wishes": "channelopt.analysis.study:Wishes",
    "evaluate": "channelopt.pipeline:evaluate",
    "explain": "channelopt.pipeline.explaining:explain",
    "load": "channelopt.instance.load:load",
    "run": "channelopt.pipeline:run",
    "sensitivity": "channelopt.pipeline.sensitivity:sensitivity",
    "solve": "channelopt.pipeline:solve",
    "verify_folder": "channelopt.verify.check:verify_folder",
}

__all__ = [
    "ChannelOptError",
    "Explanation",
    "Findings",
    "InputError",
    "Instance",
    "Limits",
    "Order",
    "Plan",
    "SolveOptions",
    "Ways",
    "Wishes",
    "__version__",
    "evaluate",
    "explain",
    "load",
    "run",
    "sensitivity",
    "solve",
    "verify_folder",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in _HOMES:
        msg = f"module 'channelopt' has no attribute '{name}'"
        raise AttributeError(msg)
    from importlib import import_module

    module, attribute = _HOMES[name].split(":")
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
