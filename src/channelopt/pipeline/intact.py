"""Runs that can be relied on: files as they were written, and a plan that passes the check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from channelopt.errors import CheckFailedError, UsageError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.plan import folder
from channelopt.plan.plan import Plan
from channelopt.plan.recall import choice_of
from channelopt.terms.choice import Choice
from channelopt.verify.check import verify_folder

SHOWN = 5


@dataclass(frozen=True)
class Intact:
    """A run as it was written.

    Attributes:
        folder: where it is, as the user called it.
        instance: its scenario.
        plan: its plan.
        choice: the decisions of the plan.
    """

    folder: Path
    instance: Instance
    plan: Plan
    choice: Choice


def intact(run: Path) -> Intact:
    """Read a run folder that nobody has edited and whose plan passes the independent check.

    Raises:
        InputError: the folder is damaged or no run; every fault in one pass.
        UsageError: the run has no plan.
        CheckFailedError: a file was edited, or the independent check rejects the plan.
    """
    plan = folder.read(run)
    if not plan.has_answer:
        raise UsageError(f"{run} holds no plan: {plan.status}")
    changed = folder.edited(run)
    if changed:
        raise CheckFailedError(
            f"{run} was edited after it was written ({_some(changed)}); solve it again, or value "
            "an edited allocation.csv with `channelopt evaluate SCENARIO ALLOCATION`"
        )
    found = verify_folder(run)
    if not found.ok:
        raise CheckFailedError(
            f"the independent check rejects the plan in {run}: {_some(found.findings())}"
        )
    instance = from_data(plan.manifest["scenario"])
    return Intact(run, instance, plan, choice_of(instance, plan.tables))


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - SHOWN
    return "; ".join(names[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
