"""Spending: what stands of budgets and returns before any customer is decided."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.lists.lines import Line
from channelopt.lists.restate import Restated
from channelopt.rules.base import bound
from channelopt.rules.budget import Budget
from channelopt.rules.return_on_cost import ReturnOnCost
from channelopt.terms.money import COST_KINDS, STAFF_KINDS
from channelopt.terms.numbers import Floats


def with_spending(line: Line, instance: Instance, restated: Restated, margin: float) -> Line:
    """Return a line with what the plan spends and earns already as its constant.

    Args:
        line: any; only budgets and returns on cost change.
        instance: the scenario, all periods.
        restated: the period of the list.
        margin: currency: kept margin of this period that no option changes.
    """
    policy = next((p for p in instance.policies if p.name == line.limit.owner), None)
    if isinstance(policy, Budget):
        return _budget(line, policy, instance, restated)
    if isinstance(policy, ReturnOnCost):
        return _return(line, policy, instance, restated, margin)
    return line


def _budget(line: Line, policy: Budget, instance: Instance, restated: Restated) -> Line:
    kinds = sorted(set(policy.counts))
    now = restated.period
    standing = sum(_spent(policy, kind, restated)[now] for kind in kinds if kind != "contact")
    limits = bound(policy.at_most, instance.numbers)
    if policy.scope == "each":
        return replace(line, constant=float(standing))
    counted = policy.reach(instance.numbers).periods & np.isfinite(limits)
    counted[now] = False
    elsewhere = sum(_spent(policy, kind, restated)[counted].sum() for kind in kinds)
    return replace(line, constant=float(standing + elsewhere), upper=float(np.nanmin(limits)))


def _spent(policy: Budget, kind: str, restated: Restated) -> Floats:
    """Return (T,) what the plan spends of one kind inside the filters of a budget."""
    accounts = restated.accounts
    reach = policy.reach(accounts.numbers)
    by_channel = policy.channels is not None or policy.touch is not None
    channels = len(accounts.numbers.channels)
    if kind in STAFF_KINDS:
        amounts = accounts.term(f"{kind}_cost")
        return np.zeros_like(amounts) if by_channel else amounts
    if kind == "contact":
        cost = accounts.numbers.unit_cost * accounts.handled
        counted = cost[reach.segments][:, reach.interactions][:, :, reach.channels[:channels]]
        return np.asarray(counted.sum(axis=(0, 1, 2)), dtype=np.float64)
    by_place: Floats = getattr(accounts, f"{kind}_cost")
    return np.asarray(by_place[reach.channels[:channels]].sum(axis=0), dtype=np.float64)


def _return(
    line: Line, policy: ReturnOnCost, instance: Instance, restated: Restated, margin: float
) -> Line:
    """Kept margin and contact value less costs, in money of this period."""
    accounts, now = restated.accounts, restated.period
    factor = 1.0 + float(policy.at_least)
    costs = np.sum([accounts.term(f"{k}_cost") for k in COST_KINDS if k != "contact"], axis=0)
    standing = margin - factor * float(costs[now])
    elsewhere = policy.reach(instance.numbers).periods.copy()
    elsewhere[now] = False
    earned = accounts.term("kept_margin") + accounts.term("contact_value") - factor * accounts.cost
    worth = accounts.discount * earned / accounts.discount[now]
    return replace(line, kept=1.0, constant=float(standing + worth[elsewhere].sum()))
