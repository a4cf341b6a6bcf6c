"""Kept: which limits a plan would obey if they were moved, without solving anything."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

import numpy as np

from channelopt.analysis.worth.limit_list import Block, Bound, Cells, Levels, OfPolicy
from channelopt.errors import CheckFailedError
from channelopt.instance.instance import Instance
from channelopt.plan.accounts import Accounts, account
from channelopt.terms.choice import Choice
from channelopt.terms.exact import exact_arithmetic
from channelopt.terms.facts import Facts, facts
from channelopt.terms.numbers import Flags, Floats
from channelopt.terms.upgraded import under
from channelopt.terms.written import Written

EXACT = 1e-9
"""How far a limit may be broken, relative to max(1, |limit|): noise of floats."""
COUNTED = frozenset({"budget", "volume", "choice", "open_channels"})
"""Policies whose rows are in the unit of their bound, so that the slack tells what is used."""


class Kept:
    """What a plan's decisions use of each limit."""

    def __init__(self, instance: Instance, choice: Choice) -> None:
        self._instance = instance
        self._choice = choice

    def obeys(self, bound: Bound, levels: Levels) -> bool:
        """Whether the plan certainly obeys a limit with other values; False where not known."""
        target = bound.target
        moved = bound.at(self._instance, levels)
        if isinstance(target, OfPolicy):
            slack = self._slack(moved, target.position)
            return slack is not None and slack >= Decimal(repr(-EXACT))
        if isinstance(target, Cells):
            return self._within(moved, target.field, target.mask, bound.tightens)
        if isinstance(target, Block):
            counts = target.mask & self._entered
            shares, limit = self._shares[counts], getattr(moved.numbers, target.field)[counts]
            return bool((bound.tightens * (shares - limit) >= -EXACT).all())
        return False

    def used(self, bound: Bound) -> float | None:
        """How much of a limit the plan uses, None where that has no meaning."""
        target = bound.target
        if isinstance(target, Cells):
            counts = target.mask
            if target.field == "min_volume":
                counts = counts & self._choice.open
            found = self._amounts(target.field)[counts]
            return float(found.mean()) if found.size else None
        if isinstance(target, Block):
            shares = self._shares[target.mask & self._entered]
            ends = shares.min if bound.tightens > 0 else shares.max
            return float(ends()) if shares.size else None
        return self._used_of_policy(bound, target) if isinstance(target, OfPolicy) else None

    def _used_of_policy(self, bound: Bound, target: OfPolicy) -> float | None:
        policy = self._instance.policies[target.position]
        sides = (getattr(policy, "at_least", None), getattr(policy, "at_most", None))
        counted = policy.slug in COUNTED and None in sides
        if not counted or len(bound.levels) > 1 or target.period is not None:
            return None
        slack = self._slack(self._instance, target.position)
        if slack is None:
            return None
        return bound.value + bound.tightens * float(slack) * max(1.0, abs(bound.value))

    def _slack(self, instance: Instance, position: int) -> Decimal | None:
        """Room that a policy leaves, None where it says nothing or it is not known."""
        policy = instance.policies[position]
        if self._facts is None or policy.slug == "outage":
            return None
        with exact_arithmetic():
            verdict = policy.check(instance.numbers, self._facts)
        return verdict.slack if verdict.slack is not None or verdict.breaches else Decimal(0)

    def _within(self, moved: Instance, field: str, mask: Flags, tightens: int) -> bool:
        counts = mask & self._choice.open if field == "min_volume" else mask
        limit: Floats = getattr(under(moved.numbers, self._choice.owned), field)[counts]
        room = tightens * (self._amounts(field)[counts] - limit)
        return bool((room >= -EXACT * np.maximum(1.0, np.abs(limit))).all())

    def _amounts(self, field: str) -> Floats:
        """What the plan uses of an array of limits."""
        if field in {"max_fte", "min_fte"}:
            return self._choice.fte
        handled: Floats = self._accounts.handled.sum(axis=(0, 1))
        return handled

    @cached_property
    def _accounts(self) -> Accounts:
        return account(self._instance.numbers, self._choice)

    @cached_property
    def _entered(self) -> Flags:
        """(S, I, W, T) cells whose share means something."""
        n = self._instance.numbers
        counts: Flags = n.eligible & n.way_available[None, None] & (n.contacts > 0)[:, :, None, :]
        return counts

    @cached_property
    def _shares(self) -> Floats:
        n = self._instance.numbers
        whole = np.where(n.contacts > 0, n.contacts, 1.0)
        shares: Floats = self._choice.first_contacts / whole[:, :, None, :]
        return shares

    @cached_property
    def _facts(self) -> Facts | None:
        with exact_arithmetic():
            try:
                return facts(self._instance.numbers, Written.from_choice(self._choice))
            except CheckFailedError:
                return None
