"""What the recalculation begins with: scenario and decisions as a run keeps them, and how fine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from channelopt.errors import InputError
from channelopt.instance.instance import Names
from channelopt.instance.load import from_data
from channelopt.plan.accounts import Accounts, account
from channelopt.plan.plan import Plan
from channelopt.plan.recall import choice_of
from channelopt.report.book.tables import titles_of
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers

MOST_ROWS = 6_000
"""Rows of contacts up to which each one has formulas of its own."""
MOST_PROFILES = 120
"""Different ways of passing contacts on up to which each one has formulas of its own."""

Pair = tuple[int, int, int]
"""A period, a segment and an interaction."""
Profile = tuple[int, tuple[float, ...]]
"""A period, and the resolution of every channel."""


@dataclass(frozen=True)
class Basis:
    """A plan with all that it follows from.

    Attributes:
        plan: as the run has it.
        accounts: quantities and money that follow from the decisions in the run's tables.
        choice: these decisions.
    """

    plan: Plan
    accounts: Accounts
    choice: Choice

    @property
    def numbers(self) -> Numbers:
        """Return the scenario, with the upgrades that the plan owns in effect."""
        return self.accounts.numbers

    @property
    def names(self) -> Names:
        """Return titles of everything."""
        return self.plan.names

    @cached_property
    def titles(self) -> dict[str, Mapping[str, str]]:
        """Return titles by id and axis; where two are equal, the id tells them apart."""
        return titles_of(self.plan.names)

    @cached_property
    def pairs(self) -> Sequence[Pair]:
        """Return (period, segment, interaction) with contacts, in the order of the sheets."""
        entered = (self.choice.first_contacts > 0).any(axis=2)
        asked = np.moveaxis((self.numbers.contacts > 0) | entered, 2, 0)
        return [(int(t), int(s), int(i)) for t, s, i in np.argwhere(asked)]

    @cached_property
    def runs(self) -> Mapping[tuple[int, ...], tuple[Pair, Pair]]:
        """Return the first and the last pair of each (period, segment), and of each (period,)."""
        found: dict[tuple[int, ...], tuple[Pair, Pair]] = {}
        for pair in self.pairs:
            for key in (pair[:1], pair[:2]):
                found[key] = (found[key][0], pair) if key in found else (pair, pair)
        return found

    @cached_property
    def profiles(self) -> Sequence[Profile]:
        """Return the different ways in which inbound contacts are resolved, in order of use."""
        found = {self.profile(t, s, i): None for t, s, i in self.pairs if self.numbers.inbound[i]}
        return tuple(found)

    def profile(self, t: int, s: int, i: int) -> Profile:
        """Return how the contacts of a pair are resolved in a period."""
        return t, tuple(self.numbers.resolution[s, i, :, t].tolist())

    def width(self, i: int) -> int:
        """Return how many rows a pair has: channels, and bundles where it is outbound."""
        return len(self.numbers.channels if self.numbers.inbound[i] else self.numbers.ways)

    def rows_of(self, first: Pair, last: Pair) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the first row of one pair and the last row of another."""
        return (*first, 0), (*last, self.width(last[2]) - 1)

    @cached_property
    def is_fine(self) -> bool:
        """Whether contacts are few enough for formulas of their own."""
        rows = sum(self.width(i) for _t, _s, i in self.pairs)
        return rows <= MOST_ROWS and len(self.profiles) <= MOST_PROFILES

    @property
    def passes_on(self) -> bool:
        """Whether unresolved contacts go anywhere."""
        return bool(self.numbers.unresolved.any())


def basis_of(plan: Plan) -> Basis | None:
    """Return what a plan follows from; None where its run does not say it.

    A run without scenario, without plan, or with tables that somebody has broken says too little.
    """
    scenario = plan.manifest.get("scenario")
    if not plan.has_answer or not scenario:
        return None
    try:
        instance = from_data(scenario)
        choice = choice_of(instance, plan.tables)
    except (InputError, KeyError):
        return None
    return Basis(plan, account(instance.numbers, choice), choice)
