"""What each purchased upgrade brings: the scenario solved again without it."""

from __future__ import annotations

import time
from dataclasses import replace

from channelopt.analysis.returns import Return, Without, purchases, returned
from channelopt.backends.base import Listener, Reason
from channelopt.instance.instance import Instance
from channelopt.pipeline.engine import holding
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.rounds import Scenario, optimum
from channelopt.pipeline.solving import Engines, Solved
from channelopt.plan.accounts import account
from channelopt.plan.columns import COLUMNS
from channelopt.plan.repair import clean
from channelopt.plan.table import Cell, Table
from channelopt.terms.numbers import Numbers

LEAST_SECONDS = 2.0
"""With less time than this left, an upgrade is not tried."""


def returns(
    instance: Instance,
    solved: Solved,
    options: SolveOptions,
    how: tuple[Engines, Listener | None],
    seconds: float,
) -> dict[str, Table]:
    """Return the table `returns` of a plan, nothing where it buys nothing.

    Args:
        instance: the scenario.
        solved: its answer.
        options: solver and limits.
        how: solvers, and who may interrupt.
        seconds: for all upgrades together; what is left over goes to the next one.
    """
    choice, n = solved.choice, instance.numbers
    if choice is None or not n.upgrades.ids or seconds <= 0:
        return {}
    made = purchases(n, choice)
    accounts = account(n, choice)
    listen = holding(how[1], solved.outcome)
    until = time.monotonic() + seconds
    found = []
    for position, purchase in enumerate(made):
        share = (until - time.monotonic()) / (len(made) - position)
        other = _without(instance, purchase[0], options, (how[0], listen), share)
        found.append(returned(n, choice, accounts, purchase, other))
    return _table(n, tuple(found)) if found else {}


def _without(
    instance: Instance,
    upgrade: int,
    options: SolveOptions,
    how: tuple[Engines, Listener | None],
    seconds: float,
) -> Without:
    """Solve the scenario with one upgrade out of reach."""
    if seconds < LEAST_SECONDS:
        return Without(None, "not solved")
    available = instance.numbers.upgrades.available.copy()
    available[upgrade] = False
    upgrades = replace(instance.numbers.upgrades, available=available)
    n = instance.numbers.with_(upgrades=upgrades)
    limits = replace(options.limits, time_limit=seconds)
    found = optimum(Scenario(n, instance.policies), how[0].main, limits, None, how[1])
    reason = found.outcome.termination.reason
    if found.outcome.x is None:
        return Without(None, "infeasible" if reason is Reason.INFEASIBLE else "not solved")
    accounts = account(n, clean(n, found.model.choice(found.outcome.x)))
    return Without(accounts, "re-solved" if reason is Reason.OPTIMAL else "at least")


def _table(n: Numbers, found: tuple[Return, ...]) -> dict[str, Table]:
    rows = tuple(_row(n, one) for one in found)
    return {"returns": Table("returns", COLUMNS["returns"], rows)}


def _row(n: Numbers, one: Return) -> tuple[Cell, ...]:
    return (
        n.upgrades.ids[one.upgrade],
        n.channels[int(n.upgrades.channel[one.upgrade])],
        n.periods[one.period],
        *(one.cost, one.objective_without, one.known),
        *(one.value, one.benefit, one.rate),
        None if one.payback is None else float(one.payback),
    )
