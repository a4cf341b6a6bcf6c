"""Every plan of a tiny scenario with whole contacts, one period, no staff and no policies.

Which plans exist is spelled out here; what they are worth comes from the accounts, which know no
formulation and no solver.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.plan.accounts import account
from channelopt.plan.kpis import kpis
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers
from tests.reference.brute import TooBigError, _open_patterns
from tests.strategies import TINY

ENUMERABLE = replace(
    TINY,
    segments=2,
    interactions=2,
    channels=3,
    groups=0,
    policies=0,
    steering=False,
    whole_contacts=True,
    assignment="split",
)
"""Knobs of scenarios that can be enumerated."""


@dataclass(frozen=True)
class Known:
    """One plan: its decisions and key figures."""

    choice: Choice
    kpis: dict[str, float | None]

    def __getitem__(self, name: str) -> float:
        value = self.kpis[name]
        assert value is not None
        return value


def every_plan(instance: Instance, most: int = 4000) -> list[Known]:
    """Return all plans.

    Raises:
        TooBigError: more than so many would have to be looked at.
    """
    n = instance.numbers
    assert not n.groups
    assert not instance.policies
    assert len(n.periods) == 1
    spreads = [_spreads(n, s, i) for s, i in np.ndindex(*n.shape[:2])]
    opens = list(_open_patterns(n))
    if len(opens) * math.prod(map(len, spreads)) > most:
        raise TooBigError
    found = []
    for flags, rows in product(opens, product(*spreads)):
        first = np.array(rows).reshape((*n.shape[:3], 1))
        choice = _choice(n, first, flags > 0)
        if _allowed(n, choice):
            accounts = account(n, choice)
            if _within(n, choice, accounts.handled):
                found.append(Known(choice, kpis(n, choice, accounts)))
    return found


def _spreads(n: Numbers, s: int, i: int) -> list[np.ndarray]:
    """Every way to spread the contacts of a pair over its channels, or not to make them."""
    amount = n.contacts[s, i, 0]
    balls = round(amount) if n.inbound[i] else math.floor(amount + 1e-6)
    bins = [c for c in range(len(n.channels)) if n.eligible[s, i, c, 0]]
    places = bins if n.inbound[i] else [*bins, -1]
    if balls > 8:
        raise TooBigError
    found = []
    for chosen in combinations_with_replacement(places, balls):
        row = np.array([float(chosen.count(c)) for c in range(len(n.channels))])
        low, high = n.min_share[s, i, :, 0], n.max_share[s, i, :, 0]
        if amount > 0 and ((row < low * amount - 1e-9) | (row > high * amount + 1e-9)).any():
            continue
        found.append(row)
    return found


def _choice(n: Numbers, first: np.ndarray, is_open: np.ndarray) -> Choice:
    segments, _, channels, periods = n.shape
    return Choice(
        first,
        is_open.astype(bool),
        np.broadcast_to(is_open[None] > 0, (segments, channels, periods)),
        np.zeros((0, periods)),
        np.zeros((0, channels, periods)),
        np.zeros((0, periods), dtype=bool),
    )


def _allowed(n: Numbers, choice: Choice) -> bool:
    return not (choice.first_contacts.sum(axis=(0, 1))[~choice.open] > 0).any()


def _within(n: Numbers, choice: Choice, handled: np.ndarray) -> bool:
    amount = handled.sum(axis=(0, 1))
    fits = amount <= n.capacity * (1 + 1e-9) + 1e-9
    reaches = ~choice.open | (amount >= n.min_volume * (1 - 1e-9) - 1e-9)
    return bool((fits & reaches).all())


def efficient(plans: list[Known], signs: tuple[tuple[str, int], ...]) -> Iterator[Any]:
    """Yield the pairs of values, the more the better, that no plan beats."""
    pairs = sorted({tuple(round(sign * plan[name], 9) for name, sign in signs) for plan in plans})
    best = -math.inf
    for first, second in reversed(pairs):
        if second > best + 1e-9:
            best = second
            yield first, second
