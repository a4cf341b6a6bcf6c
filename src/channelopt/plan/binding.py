"""Binding rules: the limits of a plan that leave no room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.plan.accounts import Accounts
from channelopt.plan.records import Binding, RuleProof
from channelopt.plan.service import agents
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Floats

TIGHT = 1e-6
"""A limit binds where less than this is left, relative to max(1, |limit|)."""


def binding(
    instance: Instance, choice: Choice, accounts: Accounts, proofs: Sequence[RuleProof] = ()
) -> tuple[Binding, ...]:
    """Return every limit that binds: capacities, minimum volumes, staff, waiting, policies.

    Args:
        instance: the scenario.
        choice: what the plan decides.
        accounts: what follows from it.
        proofs: what the check found; a policy binds where its smallest slack is nothing.
    """
    limits = (*_volumes(instance, choice, accounts), *_staff(instance, choice))
    policies = {policy.name: policy.title for policy in instance.policies}
    return (*limits, *_policies(policies, proofs))


def _room(limit: Floats, used: Floats) -> Floats:
    room: Floats = np.abs(limit - used) / np.maximum(1.0, np.abs(limit))
    return room


def _volumes(instance: Instance, choice: Choice, accounts: Accounts) -> Iterator[Binding]:
    n = accounts.numbers  # capacity with the upgrades that are owned
    handled = accounts.handled.sum(axis=(0, 1))
    yield from _tight("capacity", "contacts", n.capacity, handled, instance, choice.open)
    needed = choice.open & (n.min_volume > 0)
    yield from _tight("min_volume", "contacts", n.min_volume, handled, instance, needed)


def _staff(instance: Instance, choice: Choice) -> Iterator[Binding]:
    n = instance.numbers
    yield from _tight("max_fte", "FTE", n.max_fte, choice.fte, instance, n.max_fte >= 0)
    yield from _tight("min_fte", "FTE", n.min_fte, choice.fte, instance, n.min_fte > 0)
    hours = choice.hours.sum(axis=1)
    paid = n.hours_per_fte * choice.fte
    yield from _tight("staff_hours", "hours", paid, hours, instance, paid > 0)
    needed, there = agents(n, choice)
    yield from _tight("service_level", "agents", needed, there, instance, needed > 0)


def _tight(
    rule: str,
    unit: str,
    limit: Floats,
    used: Floats,
    instance: Instance,
    counts: np.ndarray,
) -> Iterator[Binding]:
    """Yield the cells (id, period) of a limit that bind; only where `counts` and finite."""
    n = instance.numbers
    is_channel = unit == "contacts"
    ids = n.channels if is_channel else n.groups
    titles: Mapping[str, str] = instance.names.channels if is_channel else instance.names.groups
    finite = counts & np.isfinite(limit)
    room = _room(np.where(finite, limit, 0.0), used)
    for t, k in np.argwhere((finite & (room <= TIGHT)).T).tolist():
        what = titles.get(ids[k], ids[k])
        where = f"{what}, {n.periods[t]}" if len(n.periods) > 1 else what
        amounts = float(room[k, t]), float(limit[k, t]), float(used[k, t])
        yield Binding(rule, where, *amounts, unit, what=what, period=n.periods[t])


def _policies(titles: Mapping[str, str], proofs: Sequence[RuleProof]) -> Iterator[Binding]:
    for proof in proofs:
        if proof.rule in titles and proof.slack is not None and abs(proof.slack) <= TIGHT:
            yield Binding(proof.rule, proof.tightest, proof.slack, is_policy=True)
