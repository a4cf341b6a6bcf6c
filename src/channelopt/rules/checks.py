"""What checks of rules share: a verdict from compared numbers, sums inside a filter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import isnan
from typing import Any, Literal

import numpy as np

from channelopt.rules.base import TOLERANCE, Breach, Policy, Verdict, bound
from channelopt.terms.exact import ZERO, Amounts, Key, exact, exact_arithmetic, total
from channelopt.terms.facts import Facts
from channelopt.terms.numbers import Flags, Numbers

Where = tuple[str, ...]
"""Ids of the cell that a row speaks of."""

Sense = Literal["<=", ">=", "="]

Compared = tuple[Where, Decimal, Sense, Decimal]
"""One row in numbers: where, what was found, how it must stand to what is required."""

Bounds = list[tuple[Decimal | None, Decimal | None]]
"""Lower and upper bound of each period, None where there is none."""


def verdict(rule: str, rows: Iterable[Compared]) -> Verdict:
    """Judge rows of numbers; a row holds within TOLERANCE * max(1, |right side|)."""
    count = 0
    slack: Decimal | None = None
    tightest: Where = ()
    breaches: list[Breach] = []
    with exact_arithmetic():
        for where, found, sense, required in rows:
            count += 1
            room = required - found if sense == "<=" else found - required
            scale = max(Decimal(1), abs(required))
            if sense == "=":
                room = -abs(room)
            elif slack is None or room < slack * scale:
                slack, tightest = room / scale, where
            if room < -TOLERANCE * scale:
                breaches.append(Breach(", ".join(where), found, required, sense))
    return Verdict(rule, count, slack, ", ".join(tightest), tuple(breaches))


def bounds(n: Numbers, at_least: Any, at_most: Any) -> Bounds:
    """Spread the bounds of a policy over the periods."""

    def spread(value: Any) -> list[Decimal | None]:
        return [None if isnan(x) else exact(x) for x in bound(value, n).tolist()]

    return list(zip(spread(at_least), spread(at_most), strict=True))


def between(
    where: Where,
    found: Decimal,
    limits: tuple[Decimal | None, Decimal | None],
    of: Decimal | None = None,
) -> Iterator[Compared]:
    """Yield the rows of a lower and an upper bound, each times `of` where that is given."""
    low, high = limits
    factor = Decimal(1) if of is None else of
    if low is not None:
        yield where, found, ">=", low * factor
    if high is not None:
        yield where, found, "<=", high * factor


def picked(mask: Flags) -> list[int]:
    """Return the positions that a mask picks."""
    chosen: list[int] = mask.nonzero()[0].tolist()
    return chosen


def filtered(policy: Policy, n: Numbers, amounts: Amounts) -> Iterator[tuple[Key, Decimal]]:
    """Yield the amounts by (s, i, c, t) or (s, i, w, t) that a policy's filters take in."""
    reach = policy.reach(n)
    masks = (reach.segments, reach.interactions, reach.channels, reach.periods)
    segments, interactions, channels, periods = (set(picked(mask)) for mask in masks)
    for key, amount in amounts.items():
        s, i, c, t = key
        if c in channels and i in interactions and s in segments and t in periods:
            yield key, amount


def cell(n: Numbers, key: Key) -> Where:
    """Return the ids of a cell (s, i, w, t): a channel or a bundle."""
    s, i, w, t = key
    return n.segments[s], n.interactions[i], n.ways[w], n.periods[t]


def pair(n: Numbers, key: Key) -> Where:
    """Return the ids of (s, i, t)."""
    s, i, t = key
    return n.segments[s], n.interactions[i], n.periods[t]


def may_be_offered(n: Numbers) -> Flags:
    """Return (S, C, T): available channels in which inbound contacts of the segment are eligible."""
    can = np.zeros((len(n.segments), len(n.channels), len(n.periods)), dtype=bool)
    for i in picked(n.inbound):
        can |= n.eligible[:, i, : len(n.channels)] & (n.contacts[:, i] > 0)[:, None, :]
    return can & n.available


def busy_hour_load(n: Numbers, f: Facts, group: Key) -> Decimal:
    """Return the load of a group (g, t) with a service level, in erlangs: the hours it works.

    Twelve digits are kept: near instability waits magnify what the rounding of hours leaves.
    """
    g, t = group
    target = n.service_levels[g]
    hours = f.worked.get(group, ZERO)
    exactly = exact(target.peak_factor) * hours / exact(target.open_hours[t])
    return Decimal(f"{exactly:.12g}")


def rated(policy: Policy, n: Numbers, f: Facts, period: int) -> dict[int, tuple[Decimal, Decimal]]:
    """Return points and weight of each filtered segment over the filtered interactions.

    Segments whose weight is zero have no mean satisfaction and are left out.
    """
    reach = policy.reach(n)
    ratings: dict[int, tuple[Decimal, Decimal]] = {}
    for s in picked(reach.segments):
        cells = [(s, i, period) for i in picked(reach.interactions)]
        weight = total(f.weight.get(cell, ZERO) for cell in cells)
        if weight > 0:
            ratings[s] = total(f.points.get(cell, ZERO) for cell in cells), weight
    return ratings
