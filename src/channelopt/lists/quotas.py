"""Quotas: the plan's shares as limits of a list."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from channelopt.lists.compiled import Limit
from channelopt.lists.lines import Line
from channelopt.lists.questions import Question
from channelopt.lists.restate import Restated
from channelopt.lists.tally import Tally
from channelopt.priced.units import Flags, Floats
from channelopt.terms.numbers import Numbers

_NEARLY = 1e-9
"""So much of a customer, relative to all of them, is rounding."""


def decided_together(questions: tuple[Question, ...], n: Numbers) -> list[tuple[int, ...]]:
    """Return the interactions whose quotas are one: inbound ones with one channel for all."""
    groups: list[tuple[int, ...]] = []
    for question in questions:
        if n.inbound[question.interactions[0]]:
            groups.append(question.interactions)
        else:
            groups += [(i,) for i in question.interactions]
    return groups


def planned(restated: Restated, groups: list[tuple[int, ...]]) -> Flags:
    """Return (S, I, W) where the plan has contacts, or nothing to say of a pair."""
    found: Flags = np.isnan(restated.shares) | (restated.shares > 0)
    for group in groups:
        together = list(group)
        found[:, together] = found[:, together].any(axis=1, keepdims=True)
    return found


def quotas(
    restated: Restated, groups: list[tuple[int, ...]], tally: Tally, enters: Flags, tolerance: float
) -> Iterator[Line]:
    """Yield one limit per segment, interaction and way with a share of the plan.

    A quota is the plan's share of the file's contacts. Where all customers have equal contacts it
    is met to the customer: from the quota rounded down to the quota rounded up. Else a list may
    miss it by the most contacts of one customer. Single customers are never quite their segment's
    average, so that a share of the pair's contacts may be missed in any case.

    Args:
        restated: one period with the plan's shares.
        groups: interactions whose quotas are one.
        tally: of the customers.
        enters: (S, I, W) where a first contact may enter.
        tolerance: share of the contacts of the segment and interaction by which a list may miss a
            quota beyond that.
    """
    n = restated.numbers
    for s in range(len(n.segments)):
        for group in groups:
            inside = [i for i in group if n.contacts[s, i, 0] > 0]
            if not inside or np.isnan(restated.shares[s, inside]).any():
                continue
            quota = n.contacts[s, inside, 0] @ restated.shares[s, inside]
            for w in np.flatnonzero(enters[s, inside].any(axis=0)).tolist():
                more = tolerance * float(n.contacts[s, inside, 0].sum())
                yield _line(n, (s, group, w), float(quota[w]), _sides(tally, s, inside), more)


def _sides(tally: Tally, s: int, inside: list[int]) -> tuple[float, bool]:
    """Return the most contacts of one customer, and whether all customers have as many."""
    least, most = tally.least[s, inside], tally.most[s, inside]
    return float(most.sum()), bool((least == most).all())


def _line(
    n: Numbers,
    at: tuple[int, tuple[int, ...], int],
    quota: float,
    sides: tuple[float, bool],
    more: float,
) -> Line:
    s, group, w = at
    lower, upper = bounds(quota, *sides, more)
    cells: Floats = np.zeros(n.shape_of_ways[:3])
    cells[s, list(group), w] = 1.0
    interaction = n.interactions[group[0]] if len(group) == 1 else "inbound"
    limit = Limit(
        name=f"plan:{n.segments[s]}:{interaction}:{n.ways[w]}",
        kind="quota",
        owner="plan",
        unit="contacts",
        channel=n.ways[w],
        segment=n.segments[s],
        interaction=interaction if len(group) == 1 else "",
    )
    return Line(limit, lower, upper, cells)


def bounds(quota: float, most: float, equal: bool, more: float) -> tuple[float, float]:
    """Return the least and most contacts of a quota.

    Args:
        quota: contacts.
        most: most contacts of one customer.
        equal: whether all customers have as many.
        more: contacts by which it may be missed beyond that.
    """
    if quota <= 0.0 or most <= 0.0:
        return 0.0, max(quota, 0.0) + more
    if not equal:
        return max(quota - most - more, 0.0), quota + most + more
    customers = quota / most
    near = _NEARLY * max(1.0, customers)
    lower, upper = np.floor(customers + near) * most, np.ceil(customers - near) * most
    return max(min(float(lower), quota - more), 0.0), max(float(upper), quota + more)
