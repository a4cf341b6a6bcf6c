"""What customers may choose from: the options of every question, and who may take them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from channelopt.terms.exact import ZERO
from channelopt.terms.numbers import Flags, Floats, Numbers
from channelopt.terms.written import Written
from channelopt.verify.lists.customers import Answer, Customers, contacts_per_customer
from channelopt.verify.lists.menu import NONE, Question
from channelopt.verify.lists.worth import Worth

Entries = tuple[tuple[int, int], ...]
"""Interaction and way, for every interaction that an option settles; empty: no contact."""

MOST = 64
"""Options of one question that a list may have."""


@dataclass(frozen=True)
class Choices:
    """What customers may choose from.

    Attributes:
        numbers: the scenario.
        cells: figures of one contact.
        open_to: (S, I, W) where options of the list may go.
        met: (S, I) whether the segment has contacts of the interaction.
        most: outbound treatments of one customer where they compete.
    """

    numbers: Numbers
    cells: Worth
    open_to: Flags
    met: Flags
    most: int

    def options(self, asked: Question) -> dict[str, Entries]:
        """Return the options of a question by name."""
        inside = [i for i in asked.interactions if self.met[:, i].any()]
        somewhere = np.asarray(self.cells.may_enter.any(axis=0))
        ways = {i: np.flatnonzero(somewhere[i]).tolist() for i in inside}
        found: list[Entries] = []
        if self.numbers.inbound[asked.interactions[0]]:
            every = sorted({w for i in inside for w in ways[i]})
            found = [tuple((i, w) for i in inside) for w in every]
        else:
            most = self.most if len(asked.interactions) > 1 else 1
            for size in range(1, most + 1):
                for chosen in combinations(inside, size):
                    taken = product(*(ways[i] for i in chosen))
                    found += [tuple(zip(chosen, way, strict=True)) for way in taken]
        names = {self._name(entries, len(inside)): entries for entries in found}
        return {**names, NONE: ()}

    def _name(self, entries: Entries, inside: int) -> str:
        n, taken = self.numbers, {w for _, w in entries}
        if len(taken) == 1 and len(entries) == inside:
            return n.ways[taken.pop()]
        return ";".join(f"{n.interactions[i]}:{n.ways[w]}" for i, w in entries)

    def answer(self, asked: Question, entries: Entries) -> Answer:
        """Return an option as the answer of all customers."""
        ways = dict(entries)
        return {i: ways.get(i, -1) for i in asked.interactions}

    def allowed(self, asked: Question, entries: Entries, group: Customers) -> Flags:
        """Return (n,) which customers may take an option."""
        s, ways = group.segment, dict(entries)
        fine = np.ones(len(group), dtype=bool)
        if not self.numbers.inbound[asked.interactions[0]]:
            for i, w in entries:
                fine &= self.open_to[:, i, w][s] & group.may_enter(i, w)
            return fine
        met = np.zeros(len(group), dtype=bool)
        for i in asked.interactions:
            here = self.met[s, i]
            met |= here
            if i in ways:
                way = ways[i]
                fine &= ~here | (self.open_to[:, i, way][s] & group.may_enter(i, way))
        return fine & met if entries else ~met

    def idle(self, asked: Question, group: Customers) -> Flags:
        """Return (n,) customers for whom there is nothing to decide."""
        busy = np.zeros(len(group), dtype=bool)
        for i in asked.interactions:
            busy |= group.taken[:, i] > 0
        return ~busy


def planned_shares(
    n: Numbers, plan: Written, t: int, asked: Question, options: dict[str, Entries]
) -> dict[str, Floats] | None:
    """Return by option (S,) the plan's share of it; None where several ways compete at once.

    A customer who is contacted at all is contacted once at least: of a segment with fewer contacts
    only that part can be.
    """
    if len(asked.interactions) > 1 and not n.inbound[asked.interactions[0]]:
        return None
    contacts = n.contacts[..., t]
    made = np.zeros((len(n.segments), len(n.interactions), len(n.ways)))
    for (s, i, w, at), amount in plan.first_contacts.items():
        made[s, i, w] += float(amount) if at == t else 0.0
    if not n.inbound[asked.interactions[0]]:
        made *= np.minimum(contacts_per_customer(n, t), 1.0)[..., None]
    found = {}
    for name, entries in options.items():
        inside = [i for i, _ in entries]
        entered = sum((made[:, i, w] for i, w in entries), np.zeros(len(n.segments)))
        whole = contacts[:, inside].sum(axis=1)
        found[name] = np.divide(entered, whole, out=np.zeros_like(whole), where=whole > 0)
    if not n.inbound[asked.interactions[0]]:
        found[NONE] = 1.0 - sum(found.values(), np.zeros(len(n.segments)))
    return found


def planned(n: Numbers, plan: Written, t: int, questions: tuple[Question, ...]) -> Flags:
    """Return (S, I, W) where the plan has contacts, or has nothing to say of a pair.

    Interactions that enter one way together are planned together.
    """
    found = np.zeros((len(n.segments), len(n.interactions), len(n.ways)), dtype=bool)
    for (s, i, w, at), amount in plan.first_contacts.items():
        found[s, i, w] |= at == t and amount > ZERO
    found |= (n.contacts[..., t] <= 0)[..., None]
    for group in _together(n, questions):
        found[:, group] = found[:, group].any(axis=1, keepdims=True)
    return found


def _together(n: Numbers, questions: tuple[Question, ...]) -> Iterator[list[int]]:
    for asked in questions:
        if n.inbound[asked.interactions[0]] and len(asked.interactions) > 1:
            yield list(asked.interactions)
