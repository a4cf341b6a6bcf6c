"""Restate: one period of a scenario in which the plan has decided everything but the customers.

What is left open is which customer enters where: channels, upgrades, offers and FTE stand as in the
plan, and what they cost is no longer part of the numbers but of `standing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.lists.sides import Sides, largest
from channelopt.lists.tally import Tally
from channelopt.plan.accounts import Accounts, account
from channelopt.rules.base import Policy
from channelopt.rules.migration import Migration
from channelopt.terms.choice import Choice
from channelopt.terms.closed_form import most_handled
from channelopt.terms.lanes import lanes
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Flags, Floats, Numbers, Upgrades
from channelopt.terms.stairs import all_steps
from channelopt.terms.upgraded import under

HELD = frozenset({"choice", "open_channels", "preferred_channel", "requires", "outage"})
"""Policies that speak only of what the plan has decided."""

STANDING = tuple(
    entry.name
    for entry in LEDGER
    if entry.name not in {"kept_margin", "contact_value", "satisfaction_value", "contact_cost"}
)
"""Money terms that no customer's option changes."""

_NEARLY = 1e-9  # of an FTE more or less is rounding


@dataclass(frozen=True)
class Restated:
    """One period of a scenario, with everything but first contacts fixed.

    Attributes:
        numbers: one period; customers and contacts of the file; costs that stand are left out.
        policies: that still say something, for this one period.
        accounts: of the plan, all periods.
        period: position of the period in the scenario.
        shares: (S, I, W) the plan's share of the contacts of each pair; nan where the plan has
            no contacts.
        standing: currency, undiscounted: gains less costs of the period that no option changes.
    """

    numbers: Numbers
    policies: tuple[Policy, ...]
    accounts: Accounts
    period: int
    shares: Floats
    standing: float


def planned_numbers(instance: Instance, choice: Choice, period: int) -> Numbers:
    """Return one period with what the plan decided, still with the scenario's own customers.

    Args:
        instance: the scenario, all periods.
        choice: its plan.
        period: position of the period.
    """
    n = under(instance.numbers, choice.owned)
    now = slice(period, period + 1)
    cut = {name: getattr(n, name)[..., now] for name in _OVER_TIME}
    opened = choice.open[:, now]
    return n.with_(
        **cut
        | {
            "periods": n.periods[now],
            "available": opened,
            "initially_open": opened[:, 0],
            "always_open": opened[:, 0],
            "eligible": _eligible(n, choice, period),
            "baseline_share": _before(n, choice, period),
            "min_fte": choice.fte[:, now],
            "max_fte": choice.fte[:, now],
            "initial_fte": choice.fte[:, period],
            "whole_fte": np.zeros_like(n.whole_fte),
            "service_levels": {
                g: replace(target, open_hours=target.open_hours[now])
                for g, target in n.service_levels.items()
            },
            "upgrades": Upgrades(),
            "metrics": tuple(replace(m, values=m.values[..., now]) for m in n.metrics),
            "whole_contacts": False,
            "assignment": "split",
            "discount_rate": 0.0,
        }
    )


def restate(
    instance: Instance, choice: Choice, period: int, tally: Tally, limits: Mapping[str, Sides]
) -> Restated:
    """Return one period of a scenario with the customers of a file.

    Args:
        instance: the scenario, all periods.
        choice: its plan.
        period: position of the period.
        tally: of the customers.
        limits: sides to set instead; here only `capacity:<channel>` counts.
    """
    n = planned_numbers(instance, choice, period)
    accounts = account(instance.numbers, choice)
    customers = tally.customers.astype(np.float64)[:, None]
    capacity = np.array(n.capacity)
    for c, channel in enumerate(n.channels):
        wanted = limits.get(f"capacity:{channel}")
        if wanted is not None:
            capacity[c] = largest(wanted, capacity[c])
    numbers = n.with_(
        customers=customers, contacts=tally.contacts[:, :, None], capacity=capacity, **_free(n)
    )
    numbers = numbers.with_(hours_per_fte=_in_time(numbers))
    standing = -sum(float(accounts.term(name)[period]) for name in STANDING)
    standing += float(accounts.term("closure_loss")[period])
    standing -= _closure_loss(instance.numbers, choice, period, customers[:, 0])
    return Restated(
        numbers=numbers.with_(service_levels={}),
        policies=_policies(instance, period),
        accounts=accounts,
        period=period,
        shares=plan_shares(instance.numbers, choice, period),
        standing=standing,
    )


_OVER_TIME = (
    *("customers", "margin", "contacts", "satisfaction", "unit_cost", "handle_minutes"),
    *("resolution", "contact_value", "min_share", "max_share", "closure_loss", "fixed_cost"),
    *("capacity", "min_volume", "concurrency", "hours_per_fte", "fte_cost"),
)


def plan_shares(n: Numbers, choice: Choice, period: int) -> Floats:
    """Return (S, I, W) the share of each pair's contacts that enters each way; nan without any."""
    contacts = n.contacts[:, :, None, period]
    first = choice.first_contacts[..., period]
    shares: Floats = np.full(first.shape, np.nan)
    np.divide(first, contacts, out=shares, where=np.broadcast_to(contacts > 0, first.shape))
    return shares


def _eligible(n: Numbers, choice: Choice, period: int) -> Flags:
    """Return (S, I, W, 1): also offered where inbound, and the planned channel where it is one."""
    channels = len(n.channels)
    eligible = np.array(n.eligible[..., period])
    offered = choice.offered[..., period]
    eligible[:, n.inbound, :channels] &= offered[:, None, :]
    if n.assignment != "split":
        taken = choice.first_contacts[..., period][:, n.inbound]
        if n.assignment == "one_channel_per_segment":
            taken = np.broadcast_to(taken.sum(axis=1, keepdims=True), taken.shape)
        main = taken.argmax(axis=2)[..., None] == np.arange(len(n.ways))
        eligible[:, n.inbound] &= main
    result: Flags = eligible[..., None]
    return result


def _before(n: Numbers, choice: Choice, period: int) -> Floats:
    """Return (S, I, W) shares that a migration limit starts from; nan where there are none."""
    return plan_shares(n, choice, period - 1) if period else n.baseline_share


def _free(n: Numbers) -> dict[str, Any]:
    """Return what stands already, as nothing: a list decides none of it."""
    return {
        "margin": np.zeros_like(n.margin),
        "curves": {},
        "satisfaction_weight": 0.0,
        "closure_loss": np.zeros_like(n.closure_loss),
        "fixed_cost": np.zeros_like(n.fixed_cost),
        "opening_cost": np.zeros_like(n.opening_cost),
        "closing_cost": np.zeros_like(n.closing_cost),
        "fte_cost": np.zeros_like(n.fte_cost),
        "hiring_cost": np.zeros_like(n.hiring_cost),
        "release_cost": np.zeros_like(n.release_cost),
    }


def _in_time(n: Numbers) -> Floats:
    """Return (G, 1) hours per FTE that a group may work, service levels kept at its FTE.

    Agents are given, so the stairs of the service level are one step: the largest load that they
    still answer in time.
    """
    hours: Floats = np.array(n.hours_per_fte)
    if not n.service_levels:
        return hours
    ways = lanes(n)
    for (g, t), steps in all_steps(n, ways, most_handled(n, ways)).items():
        fte = float(n.min_fte[g, t])
        step = int(np.searchsorted(steps.fte, fte * (1 + _NEARLY) + _NEARLY, side="right")) - 1
        if fte > 0:
            hours[g, t] = min(hours[g, t], steps.hours[step] / fte)
    return hours


def _closure_loss(n: Numbers, choice: Choice, period: int, customers: Floats) -> float:
    """Return what closed channels lose with so many customers (S,)."""
    closed = n.initially_open & ~choice.open[:, period]
    return float((customers @ n.closure_loss[..., period])[closed].sum())


def _policies(instance: Instance, period: int) -> tuple[Policy, ...]:
    """Return the policies that limit the customers of this period, for one period."""
    found = [_at(policy, instance.numbers, period) for policy in instance.policies]
    return tuple(policy for policy in found if policy is not None)


def _at(policy: Policy, n: Numbers, period: int) -> Policy | None:
    if policy.slug in HELD or not policy.reach(n).periods[period]:
        return None
    update: dict[str, Any] = {"periods": None}
    for side in ("at_least", "at_most"):
        value = getattr(policy, side, None)
        if isinstance(value, list):
            update[side] = value[period]
    reduced = policy.model_copy(update=update)
    sides = [getattr(reduced, side, None) for side in ("at_least", "at_most")]
    return None if all(side is None for side in sides) else reduced


def migrations(policies: tuple[Policy, ...]) -> tuple[Migration, ...]:
    """Return the policies that limit how fast customers move."""
    return tuple(policy for policy in policies if isinstance(policy, Migration))
