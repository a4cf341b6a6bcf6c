"""Strategies: the plan of segments that a list of customers is made from, solved if need be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from channelopt.errors import ChannelOptError, InfeasibleError, NoPlanError, UnboundedError
from channelopt.instance.canonical import digest
from channelopt.instance.instance import Instance
from channelopt.instance.load import Step, from_data, load
from channelopt.pipeline.intact import intact
from channelopt.pipeline.options import SolveOptions
from channelopt.plan.recall import choice_of
from channelopt.plan.run_files import is_run
from channelopt.terms.choice import Choice

_WITHOUT: dict[str, type[ChannelOptError]] = {
    "infeasible": InfeasibleError,
    "unbounded": UnboundedError,
}


@dataclass(frozen=True)
class Target:
    """What a list is asked for: a run, or a scenario.

    Attributes:
        instance: the scenario, with what was changed in it.
        choice: the plan of the run; None for a scenario, which is still to be solved.
        name: what it is called in the list's manifest: the digest of the run's scenario, or of
            the scenario.
        folder: that the scenario's file of customers is beside; None for a run, or in memory.
        root: that this file may not lead out of.
    """

    instance: Instance
    choice: Choice | None
    name: str
    folder: Path | None = None
    root: Path | None = None


def target_of(
    plan: Instance | Path | str, steps: Sequence[Step] = (), root: Path | None = None
) -> Target:
    """Return what a list is asked for.

    Args:
        plan: folder of a run, or a scenario: its path, or loaded.
        steps: overrides and variations; a run keeps its plan, only the limits and values change.
        root: folder that `extends`, tables and customers must stay inside.

    Raises:
        InputError: the scenario is not valid, or the run is damaged.
        UsageError: the run has no plan.
        CheckFailedError: the run was edited, or its plan fails the independent check.
    """
    if isinstance(plan, Instance):
        return Target(plan, None, digest(plan.resolved))
    path = Path(plan)
    if is_run(path):
        run = intact(path)
        name = digest(run.instance.resolved)
        changed = from_data(run.instance.resolved, steps=steps) if steps else run.instance
        return Target(changed, run.choice, name)
    instance = load(path, root=root, steps=steps)
    folder = path if path.is_dir() else path.parent
    return Target(instance, None, digest(instance.resolved), folder, root or folder.parent)


def choice_for(target: Target, options: SolveOptions) -> Choice:
    """Return the plan of a target; a scenario is solved.

    Raises:
        InfeasibleError: the scenario has none.
        UnboundedError: its profit has no limit.
        NoPlanError: none was found in time.
        CheckFailedError: the plan fails the independent check.
    """
    if target.choice is not None:
        return target.choice
    from channelopt.pipeline.planning import solve  # a run needs none of it

    plan = solve(target.instance, options)
    if not plan.has_answer:
        raise _WITHOUT.get(plan.status, NoPlanError)(
            f"the scenario has no plan ({plan.status}); `channelopt explain` says why"
        )
    return choice_of(target.instance, plan.tables)
