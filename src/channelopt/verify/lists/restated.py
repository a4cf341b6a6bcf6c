"""Puts a list into its plan: the rules then judge it as they judge a plan of segments."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.rules import CORE
from channelopt.rules.base import Policy, Verdict
from channelopt.rules.checks import picked
from channelopt.terms.exact import Key, exact, exact_arithmetic, sum_by, total
from channelopt.terms.exact_upgrades import with_upgrades
from channelopt.terms.facts import Facts, facts
from channelopt.terms.numbers import Floats, Numbers
from channelopt.terms.written import Written
from channelopt.verify.lists.direct import judge_migration, judge_steering, told
from channelopt.verify.lists.folder import ListFolder
from channelopt.verify.lists.tally import Tally
from channelopt.verify.lists.worth import Worth


@dataclass(frozen=True)
class InPlan:
    """A list as the period of a plan.

    Attributes:
        numbers: the scenario with the customers of the file in that period.
        facts: what the plan comes to with the list in it.
        period: position of the period.
    """

    numbers: Numbers
    facts: Facts
    period: int


@dataclass(frozen=True)
class Brought:
    """What the file tells of each customer.

    Attributes:
        cells: figures of one contact.
        tally: of the list.
        preferred: whether it tells preferred channels.
        current: interactions of which it tells current ways; -1: all.
    """

    cells: Worth
    tally: Tally
    preferred: bool
    current: frozenset[int]


def in_plan(
    n: Numbers, plan: Written, t: int, tally: Tally, hours: Mapping[Key, Decimal]
) -> InPlan:
    """Put what a list adds up to into its period of the plan.

    Args:
        n: the scenario, without upgrades.
        plan: the plan of segments.
        t: position of the list's period.
        tally: what the list adds up to.
        hours: by (g, c), what groups work on channels in that period.

    Raises:
        CheckFailedError: contacts run in a loop in which nothing ends.
    """
    own = _with_customers(_owned(n, plan), t, tally)
    first = {key: x for key, x in plan.first_contacts.items() if key[3] != t}
    made = tally.first.value
    first |= {(*key, t): exact(made[key]) for key in map(tuple, np.argwhere(made != 0).tolist())}
    worked = {key: x for key, x in plan.hours.items() if key[2] != t}
    worked |= {(*key, t): x for key, x in hours.items()}
    found = facts(own, replace(plan, first_contacts=first, hours=worked))
    kept = tally.kept.value + tally.anyway.value
    margins = {(s, t): exact(x) for s, x in enumerate(kept.tolist())}
    money = {**found.money, "kept_margin": {**found.money["kept_margin"], **margins}}
    return InPlan(found.numbers, replace(found, money=money), t)


def _owned(n: Numbers, plan: Written) -> Numbers:
    """Return the numbers as the upgrades of the plan leave them; none acts twice."""
    with exact_arithmetic():
        changed = with_upgrades(n, plan.owned)
    return changed.with_(upgrades=replace(changed.upgrades, effects=()))


def _with_customers(n: Numbers, t: int, tally: Tally) -> Numbers:
    """Replace what the scenario says of the period by what the customers bring."""
    channels = len(n.channels)
    made = tally.first.value
    changes = {
        "customers": _at(n.customers, t, tally.customers.astype(np.float64)),
        "contacts": _at(n.contacts, t, tally.contacts.value),
        "satisfaction": _at(
            n.satisfaction, t, _mean(tally.felt.value, made[..., :channels], n.satisfaction[..., t])
        ),
        "contact_value": _at(
            n.contact_value, t, _mean(tally.earned.value, made, n.contact_value[..., t])
        ),
    }
    return n.with_(**changes, whole_contacts=False)


def _at(array: Floats, t: int, now: Floats) -> Floats:
    changed = np.array(array)
    changed[..., t] = now
    return changed


def _mean(sums: Floats, weights: Floats, usual: Floats) -> Floats:
    """Return sums over weights, what is usual where there is no weight."""
    found = np.array(np.broadcast_to(usual, sums.shape))
    np.divide(sums, np.broadcast_to(weights, sums.shape), out=found, where=weights > 0)
    return found


def judge_rules(instance: Instance, placed: InPlan, brought: Brought) -> Iterator[Verdict]:
    """Yield the verdict on every rule and policy.

    Args:
        instance: the scenario.
        placed: the list in its plan.
        brought: what the file tells of each customer.
    """
    n, f, t = placed.numbers, placed.facts, placed.period
    for rule in CORE:
        told_of = brought.preferred and rule.slug == "offers"
        yield rule.check(n.with_(preference=np.zeros_like(n.preference)) if told_of else n, f)
    if brought.preferred:
        yield judge_steering(n, brought.cells, brought.tally)
    for policy in instance.policies:
        if policy.slug == "migration" and policy.reach(n).periods[t]:
            yield from _migration(policy, placed, brought)
        elif policy.slug not in ("migration", "outage"):
            yield policy.check(n, f)


def _migration(policy: Policy, placed: InPlan, brought: Brought) -> Iterator[Verdict]:
    """Yield the verdicts on a policy on migration in the period of the list."""
    n, t = placed.numbers, placed.period
    known = told(policy, n, brought.current)
    if known.any():
        yield judge_migration(policy, n, known, brought.cells, brought.tally)
    others = [n.interactions[i] for i in picked(policy.reach(n).interactions & ~known)]
    if others:
        changes = {"periods": [n.periods[t]], "interactions": others}
        yield policy.model_copy(update=changes).check(n, placed.facts)


def not_judged(instance: Instance, period: int) -> Iterator[str]:
    """Yield what no check of a list can say of its rules, in words."""
    n = instance.numbers
    for policy in instance.policies:
        if policy.slug == "outage":
            yield f"rule {policy.name}: a list plans no emergency; see the plan's own check"
        periods = policy.reach(n).periods
        if policy.slug == "migration" and periods[period + 1 : period + 2].any():
            after = n.periods[period + 1]
            yield f"rule {policy.name}: how customers move on to {after} is decided with its list"
    if n.whole_contacts:
        yield "rule whole_contacts: customers are whole, their contacts are as in their file"


def hours_needed(placed: InPlan) -> dict[Key, Decimal]:
    """Return hours that channels need in the period of the list, by (c,)."""
    with exact_arithmetic():
        by = sum_by(placed.facts.hours_needed, 1, 2)
    return {(c,): x for (c, t), x in by.items() if t == placed.period}


def profit(placed: InPlan) -> Decimal:
    """Return the profit of the period with the list in it, undiscounted."""
    from channelopt.terms.money import LEDGER

    with exact_arithmetic():
        by = placed.facts.by_period
        return total(term.sign * by[term.name][placed.period] for term in LEDGER)


def with_limits(placed: InPlan, found: ListFolder) -> InPlan:
    """Return a list in its plan with the capacity and hours that were set for it by hand."""
    limits = found.options.get("limits")
    n, t = placed.numbers, placed.period
    capacity, hours = np.array(n.capacity), np.array(n.hours_per_fte)
    for name, sides in limits.items() if isinstance(limits, Mapping) else ():
        kind, _, label = str(name).partition(":")
        most = _most(sides)
        if kind == "capacity" and label in n.channels:
            capacity[n.channels.index(label), t] = most
        if kind == "hours" and label in n.groups:
            g = n.groups.index(label)
            fte = float(found.plan.fte.get((g, t), 0))
            hours[g, t] = most / fte if fte > 0 else hours[g, t]
    return replace(placed, numbers=n.with_(capacity=capacity, hours_per_fte=hours))


def _most(sides: Any) -> float:
    """Return the upper side of a limit that was set by hand: a number, or [at least, at most]."""
    most = sides[1] if isinstance(sides, Sequence) and len(sides) == 2 else sides
    return float(most) if isinstance(most, int | float) else math.inf
