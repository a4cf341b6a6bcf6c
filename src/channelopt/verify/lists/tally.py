"""What a list adds up to: sums by cell over all customers, however many there are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.people import People
from channelopt.terms.numbers import Floats, Numbers
from channelopt.verify.lists.customers import Customers, Experience, Places

OPTIONS = 66
"""Options of one question that are told apart, more than a list may have; then one for the rest."""

TOTALS = ("customers", "contacts", "value", "cost", "felt", "rated")
"""What is added up by option: contacts with satisfaction are rated, felt is their sum of it."""


@dataclass
class Sum:
    """A sum of arrays or numbers, with what rounding has taken so far."""

    total: Floats
    lost: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.lost = np.zeros_like(self.total)

    def add(self, more: Floats) -> None:
        """Add an array of the same shape (Neumaier's compensated sum)."""
        total = self.total + more
        larger = np.abs(self.total) >= np.abs(more)
        self.lost += np.where(larger, (self.total - total) + more, (more - total) + self.total)
        self.total = total

    @property
    def value(self) -> Floats:
        """Return the sum so far."""
        return self.total + self.lost


@dataclass(frozen=True)
class Answers:
    """What one question settles for the customers of a partition.

    Attributes:
        question: its position.
        options: (n,) which option of the question's menu.
        ways: by interaction, (n,) way that its contacts enter, -1 for none.
        experience: what that causes.
    """

    question: int
    options: Places
    ways: Mapping[int, Places]
    experience: Experience


class Tally:
    """Adds up a list, partition by partition.

    Attributes:
        customers: (S,) number of customers.
        first: (S, I, W) first contacts.
        felt: (S, I, C) first contacts times satisfaction of the channel they enter.
        earned: (S, I, W) first contacts times contact value.
        contacts: (S, I) contacts of all customers.
        least: (S, I) fewest contacts that one customer takes who takes any, inf for none.
        most: (S, I) most contacts that one customer takes.
        liked: (S, I, C) contacts of those who prefer the channel.
        undecided: (S, I) contacts of those about whom nobody knows what they prefer.
        loyal: (S, I, C) first contacts of both that enter the channel.
        joined: (S, I, W) first contacts that enter the way of those whom another serves now.
        left: (S, I, W) first contacts of those whom the way serves now that do not enter it.
        kept: (S,) margin that the answers keep.
        anyway: (S,) margins that no answer changes.
        value: () value of all answers.
        cost: () contact cost of all answers.
        tells_preferred: whether the file has preferred channels.
        options: by question, (OPTIONS, S, len(TOTALS)) sums of those who take an option.
    """

    def __init__(self, n: Numbers) -> None:
        """Begin with nothing."""
        segments, interactions, channels, _ = n.shape
        ways = len(n.ways)
        self._n = n
        self.shape = segments, interactions, ways
        pairs, cells = (segments, interactions), (segments, interactions, ways)
        by_channel = (segments, interactions, channels)
        self.customers: NDArray[np.int64] = np.zeros(segments, dtype=np.int64)
        self.least: Floats = np.full(pairs, np.inf)
        self.most: Floats = np.zeros(pairs)
        self.first, self.earned, self.joined, self.left = (Sum(np.zeros(cells)) for _ in range(4))
        self.felt, self.liked, self.loyal = (Sum(np.zeros(by_channel)) for _ in range(3))
        self.contacts, self.undecided = Sum(np.zeros(pairs)), Sum(np.zeros(pairs))
        self.kept, self.anyway = Sum(np.zeros(segments)), Sum(np.zeros(segments))
        self.value = Sum(np.zeros(()))
        self.cost = Sum(np.zeros(()))
        self.options: list[Sum] = []
        self.tells_preferred = False

    def meet(self, group: Customers, people: People) -> None:
        """Add customers, whatever the list answers them."""
        s = group.segment
        segments, interactions, _ = self.shape
        self.customers += np.bincount(s, minlength=segments)
        self.anyway.add(_sums(s, group.kept_anyway(), segments))
        sums = np.zeros((segments, interactions))
        for i in range(interactions):
            sums[:, i] = _sums(s, group.contacts[:, i], segments)
            made = group.taken[:, i]
            np.minimum.at(self.least[:, i], s[made > 0], made[made > 0])
            np.maximum.at(self.most[:, i], s, made)
        self.contacts.add(sums)
        if people.preferred is not None:
            self.tells_preferred = True
            for i in range(interactions):
                likes = people.preferred.astype(np.intp)
                self._place(self.liked, i, s, likes, group.contacts[:, i])
            unknown = np.where((people.preferred < 0)[:, None], group.contacts, 0.0)
            by_pair = [_sums(s, unknown[:, i], segments) for i in range(interactions)]
            self.undecided.add(np.stack(by_pair, axis=1))

    def book(self, group: Customers, people: People, answers: Answers) -> None:
        """Add what one question settles."""
        s = group.segment
        for i, way in answers.ways.items():
            made = group.taken[:, i]
            self._place(self.first, i, s, way, made)
            self._place(self.earned, i, s, way, made * group.contact_value(i, way))
            if self._n.inbound[i]:
                self._place(self.felt, i, s, way, made * group.satisfaction(i, way))
            if people.preferred is not None:
                same = (people.preferred == way) | (people.preferred < 0)
                self._place(self.loyal, i, s, np.where(same, way, -1), made)
            now = people.current.get(i, people.current.get(-1))
            if now is not None:
                moves = (now >= 0) & (now != way)
                self._place(self.joined, i, s, np.where(moves, way, -1), made)
                self._place(self.left, i, s, np.where(moves, now, -1).astype(np.intp), made)
        self.kept.add(_sums(s, answers.experience.kept, self.shape[0]))
        self.value.add(np.asarray(math.fsum(answers.experience.value.tolist())))
        self.cost.add(np.asarray(math.fsum(answers.experience.cost.tolist())))

        self._count(s, answers)

    def _count(self, s: Places, answers: Answers) -> None:
        """Add by option what totals.csv says."""
        while len(self.options) <= answers.question:
            self.options.append(Sum(np.zeros((OPTIONS, self.shape[0], len(TOTALS)))))
        made = answers.experience
        rated = np.where(np.isnan(made.satisfaction), 0.0, made.contacts)
        felt = rated * np.nan_to_num(made.satisfaction)
        amounts = (np.ones(len(s)), made.contacts, made.value, made.cost, felt, rated)
        place = np.minimum(answers.options, OPTIONS - 1) * self.shape[0] + s
        sums = [_sums(place, amount, OPTIONS * self.shape[0]) for amount in amounts]
        self.options[answers.question].add(
            np.stack(sums, axis=1).reshape(OPTIONS, self.shape[0], len(TOTALS))
        )

    def _place(self, onto: Sum, i: int, s: Places, way: Places, amount: Floats) -> None:
        """Add amounts of one interaction by segment and way; -1 is none."""
        segments, _, last = onto.total.shape
        there = (way >= 0) & (way < last)
        keys = s[there] * last + way[there]
        sums = _sums(keys, amount[there], segments * last)
        more = np.zeros(onto.total.shape)
        more[:, i] = sums.reshape(segments, last)
        onto.add(more)


def _sums(places: Places, amounts: Floats, count: int) -> Floats:
    """Return (count,) sums of the amounts at each place."""
    sums: Floats = np.bincount(places, amounts, minlength=count).astype(np.float64)
    return sums
