"""The plan's quotas: how many first contacts of a segment may enter a channel, and their check."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from channelopt.rules.base import Verdict
from channelopt.rules.checks import Compared, verdict
from channelopt.terms.exact import ONE, ZERO, exact, exact_arithmetic, total
from channelopt.terms.numbers import Numbers
from channelopt.terms.written import Written
from channelopt.verify.lists.menu import Question
from channelopt.verify.lists.tally import Tally
from channelopt.verify.lists.worth import Worth

RULE = "plan"
"""Name of the quotas in the verdict."""

NEARLY = Decimal("1e-9")
"""A quota that is off a whole number of customers by less is whole."""


@dataclass(frozen=True)
class Band:
    """What a quota allows, and what the list has, in first contacts."""

    low: Decimal
    high: Decimal
    made: Decimal


@dataclass(frozen=True)
class Quotas:
    """The plan's shares, and the customers among whom they hold.

    Attributes:
        numbers: the scenario.
        plan: the plan of segments.
        cells: where contacts may enter.
        tally: of the list.
        tolerance: share of the contacts of its segment and interaction by which a quota may be
            missed beyond one customer.
    """

    numbers: Numbers
    plan: Written
    cells: Worth
    tally: Tally
    tolerance: float

    def bands(self, questions: tuple[Question, ...]) -> Mapping[tuple[str, str, str], Band]:
        """Return the band of every quota by segment, interaction (or inbound) and way.

        A quota is the plan's share of the contacts that the customers bring, and leaves room for
        one customer: of customers with equal contacts whole ones below and above, else the largest.
        Interactions that enter one way together have one quota.
        """
        found = {}
        with exact_arithmetic():
            for group in self._groups(questions):
                for s, segment in enumerate(self.numbers.segments):
                    label = self.numbers.interactions[group[0]] if len(group) == 1 else "inbound"
                    for w, band in self._of(s, group):
                        found[segment, label, self.numbers.ways[w]] = band
        return found

    def _groups(self, questions: tuple[Question, ...]) -> Iterator[tuple[int, ...]]:
        for asked in questions:
            if self.numbers.inbound[asked.interactions[0]]:
                yield asked.interactions
            else:
                yield from ((i,) for i in asked.interactions)

    def _of(self, s: int, group: tuple[int, ...]) -> Iterator[tuple[int, Band]]:
        n, t, tally = self.numbers, self.cells.period, self.tally
        contacts, made = tally.contacts.value, tally.first.value
        inside = [i for i in group if contacts[s, i] > 0]
        if not inside or any(n.contacts[s, i, t] <= 0 for i in inside):
            return
        largest = exact(tally.most[s, inside].sum())
        equal = bool((tally.least[s, inside] == tally.most[s, inside]).all())
        more = exact(self.tolerance) * total(exact(contacts[s, i]) for i in inside)
        for w in np.flatnonzero(self.cells.may_enter[s, inside].any(axis=0)).tolist():
            quota = total(
                exact(contacts[s, i])
                * self.plan.first_contacts.get((s, i, w, t), ZERO)
                / exact(n.contacts[s, i, t])
                for i in inside
            )
            low, high = _sides(quota, largest, equal=equal, more=more)
            yield w, Band(low, high, exact(made[s, list(group), w].sum()))


def _sides(
    quota: Decimal, largest: Decimal, *, equal: bool, more: Decimal
) -> tuple[Decimal, Decimal]:
    """Return the fewest and most contacts of a quota."""
    if quota <= 0 or largest <= 0:
        return ZERO, max(quota, ZERO) + more
    if not equal:
        return max(quota - largest - more, ZERO), quota + largest + more
    customers = quota / largest
    near = NEARLY * max(ONE, customers)
    low = math.floor(customers + near) * largest
    high = math.ceil(customers - near) * largest
    return max(min(low, quota - more), ZERO), max(high, quota + more)


def judge_quotas(bands: Mapping[tuple[str, str, str], Band], period: str) -> Verdict:
    """Check that every quota of the plan is kept."""

    def rows() -> Iterator[Compared]:
        for key, band in bands.items():
            yield (*key, period), band.made, ">=", band.low
            yield (*key, period), band.made, "<=", band.high

    return verdict(RULE, rows())
