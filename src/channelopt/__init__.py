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
    from channelopt.analysis.against.ladder import Ladder as Ladder
    from channelopt.analysis.comparing.results import Comparison as Comparison
    from channelopt.analysis.conflicts.explanation import Explanation as Explanation
    from channelopt.analysis.findings import Findings as Findings
    from channelopt.analysis.roadmap.roadmap import Roadmap as Roadmap
    from channelopt.analysis.study import Wishes as Wishes
    from channelopt.analysis.sweeping.tables import Sweep as Sweep
    from channelopt.backends.base import Limits as Limits
    from channelopt.errors import ChannelOptError as ChannelOptError
    from channelopt.errors import InputError as InputError
    from channelopt.instance.instance import Instance as Instance
    from channelopt.instance.load import load as load
    from channelopt.lists.result import CustomerList as CustomerList
    from channelopt.pipeline import SolveOptions as SolveOptions
    from channelopt.pipeline import evaluate as evaluate
    from channelopt.pipeline import run as run
    from channelopt.pipeline import solve as solve
    from channelopt.pipeline.assigning import AssignOptions as AssignOptions
    from channelopt.pipeline.assigning import assign as assign
    from channelopt.pipeline.checking import check as check
    from channelopt.pipeline.comparing import CompareOptions as CompareOptions
    from channelopt.pipeline.comparing import compare as compare
    from channelopt.pipeline.explaining import explain as explain
    from channelopt.pipeline.held import held_against as held_against
    from channelopt.pipeline.reporting import write_report as write_report
    from channelopt.pipeline.roadmap import roadmap as roadmap
    from channelopt.pipeline.sensitivity import Order as Order
    from channelopt.pipeline.sensitivity import sensitivity as sensitivity
    from channelopt.pipeline.study import Ways as Ways
    from channelopt.pipeline.sweep.run import SweepWays as SweepWays
    from channelopt.pipeline.sweeping import sweep as sweep
    from channelopt.plan.plan import Plan as Plan
    from channelopt.verify.check import verify_folder as verify_folder

__version__ = "0.1.0"

_HOMES = {
    "AssignOptions": "channelopt.pipeline.assigning:AssignOptions",
    "ChannelOptError": "channelopt.errors:ChannelOptError",
    "CompareOptions": "channelopt.pipeline.comparing:CompareOptions",
    "Comparison": "channelopt.analysis.comparing.results:Comparison",
    "CustomerList": "channelopt.lists.result:CustomerList",
    "Explanation": "channelopt.analysis.conflicts.explanation:Explanation",
    "Findings": "channelopt.analysis.findings:Findings",
    "InputError": "channelopt.errors:InputError",
    "Instance": "channelopt.instance.instance:Instance",
    "Ladder": "channelopt.analysis.against.ladder:Ladder",
    "Limits": "channelopt.backends.base:Limits",
    "Order": "channelopt.pipeline.sensitivity:Order",
    "Plan": "channelopt.plan.plan:Plan",
    "Roadmap": "channelopt.analysis.roadmap.roadmap:Roadmap",
    "SolveOptions": "channelopt.pipeline:SolveOptions",
    "Sweep": "channelopt.analysis.sweeping.tables:Sweep",
    "SweepWays": "channelopt.pipeline.sweep.run:SweepWays",
    "Ways": "channelopt.pipeline.study:Ways",
    "Wishes": "channelopt.analysis.study:Wishes",
    "assign": "channelopt.pipeline.assigning:assign",
    "check": "channelopt.pipeline.checking:check",
    "compare": "channelopt.pipeline.comparing:compare",
    "evaluate": "channelopt.pipeline:evaluate",
    "explain": "channelopt.pipeline.explaining:explain",
    "held_against": "channelopt.pipeline.held:held_against",
    "load": "channelopt.instance.load:load",
    "roadmap": "channelopt.pipeline.roadmap:roadmap",
    "run": "channelopt.pipeline:run",
    "sensitivity": "channelopt.pipeline.sensitivity:sensitivity",
    "solve": "channelopt.pipeline:solve",
    "sweep": "channelopt.pipeline.sweeping:sweep",
    "verify_folder": "channelopt.verify.check:verify_folder",
    "write_report": "channelopt.pipeline.reporting:write_report",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - all of them are names


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
