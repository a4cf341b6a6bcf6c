"""Questions: what is decided at once for one customer, and the options that answer it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from channelopt.errors import UsageError
from channelopt.lists.ways import ListWays
from channelopt.terms.numbers import Flags, Numbers

MOST_OPTIONS = 64
"""So many options of one question at most."""

Entry = tuple[int, int]
"""Interaction and way: all contacts of the interaction enter there."""


@dataclass(frozen=True)
class Option:
    """One answer to a question.

    Attributes:
        entries: what it settles, sorted; empty: no contact.
        name: as it is written in the list: the id of the way where it is the same for all
            interactions of the question, else `interaction:way` joined by `;`; `none` for no
            contact.
    """

    entries: tuple[Entry, ...]
    name: str


NONE = Option((), "none")
"""No contact; the last option of every question."""


@dataclass(frozen=True)
class Question:
    """Something decided at once: every customer takes exactly one of its options.

    Attributes:
        name: in the list: the id of the interaction, `inbound` where one channel serves all inbound
            interactions, `outbound` where outbound interactions compete for a customer.
        interactions: positions of the interactions that it settles.
        options: in the order of the tables.
    """

    name: str
    interactions: tuple[int, ...]
    options: tuple[Option, ...]


def questions_of(n: Numbers, enters: Flags, ways: ListWays) -> tuple[Question, ...]:
    """Return what is decided for every customer: inbound questions first.

    Args:
        n: one period, restated.
        enters: (S, I, W) where a first contact may enter.
        ways: how the list is decided.

    Raises:
        UsageError: too many options to put beside each other.
    """
    met = n.contacts[..., 0].any(axis=0)
    inbound = np.flatnonzero(met & n.inbound).tolist()
    outbound = np.flatnonzero(met & ~n.inbound).tolist()
    open_to = np.asarray(enters.any(axis=0), dtype=bool)
    if ways.inbound == "per_customer" and len(inbound) > 1:
        found = [_one_channel(n, inbound, open_to)]
    else:
        found = [_single(n, i, open_to) for i in inbound]
    most = ways.outbound_at_most
    if most is None or most >= len(outbound):
        found += [_single(n, i, open_to) for i in outbound]
    else:
        found.append(_some_of(n, outbound, open_to, most))
    return tuple(found)


def _single(n: Numbers, interaction: int, open_to: Flags) -> Question:
    ways = np.flatnonzero(open_to[interaction]).tolist()
    options = [Option(((interaction, w),), n.ways[w]) for w in ways]
    return Question(n.interactions[interaction], (interaction,), (*options, NONE))


def _one_channel(n: Numbers, inbound: list[int], open_to: Flags) -> Question:
    ways = np.flatnonzero(open_to[inbound].any(axis=0)).tolist()
    options = [Option(tuple((i, w) for i in inbound), n.ways[w]) for w in ways]
    return Question("inbound", tuple(inbound), (*options, NONE))


def _some_of(n: Numbers, outbound: list[int], open_to: Flags, most: int) -> Question:
    """Every way to contact a customer in at most so many interactions."""
    ways = {i: np.flatnonzero(open_to[i]).tolist() for i in outbound}
    sets = [chosen for size in range(1, most + 1) for chosen in combinations(outbound, size)]
    count = 1 + sum(math.prod(len(ways[i]) for i in chosen) for chosen in sets)
    if count > MOST_OPTIONS:
        msg = (
            f"outbound_at_most: {most} leaves each customer {count:,} ways to be contacted in "
            f"{len(outbound)} interactions, more than {MOST_OPTIONS}; ask for fewer at most, or "
            "leave it out to decide every interaction on its own"
        )
        raise UsageError(msg)
    entries = [
        tuple(zip(chosen, taken, strict=True))
        for chosen in sets
        for taken in product(*(ways[i] for i in chosen))
    ]
    options = [Option(entry, _name(n, entry, len(outbound))) for entry in entries]
    return Question("outbound", tuple(outbound), (*options, NONE))


def _name(n: Numbers, entries: tuple[Entry, ...], interactions: int) -> str:
    taken = {w for _, w in entries}
    if len(taken) == 1 and len(entries) == interactions:
        return n.ways[taken.pop()]
    return ";".join(f"{n.interactions[i]}:{n.ways[w]}" for i, w in entries)
