"""Tally: what must be known of all customers together before any of them is decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.people import Partition, People
from channelopt.lists.sums import Exact, as_float, as_floats, exact_sums
from channelopt.priced.units import Flags, Floats

OF_ALL = -1
"""Key of the current way that serves all inbound interactions of a customer."""

Codes = NDArray[np.int64]

Traits = Codes
"""(n, D) segment, then as asked for: preferred channel, current ways; -1 for none."""


@dataclass(frozen=True)
class Basis:
    """What the scenario says of a customer about whom the file does not.

    Attributes:
        contacts: (S, I) contacts per customer.
        margin: (S,) currency.
        weight: (I,) importance of inbound interactions, 0 of others.
        inbound: (I,).
        preferred: whether preferred channels make a difference.
        current: interactions whose way of today makes a difference; OF_ALL for all inbound ones
            that are not named.
    """

    contacts: Floats
    margin: Floats
    weight: Floats
    inbound: Flags
    preferred: bool = False
    current: tuple[int, ...] = ()

    def contacts_of(self, people: People, interaction: int) -> Floats:
        """Return (n,) contacts of an interaction, the file's own where it has them."""
        usual = self.contacts[:, interaction].take(people.segment)
        return _own_or(people.contacts.get(interaction), usual)

    def treated(self, people: People, interaction: int) -> Floats:
        """Return (n,) contacts that a customer takes if the interaction enters some way.

        Inbound contacts are those that there are. A customer who is contacted at all is contacted
        once at least, where only the mean of the segment is known.
        """
        usual = self.usually_treated()[:, interaction].take(people.segment)
        return _own_or(people.contacts.get(interaction), usual)

    def usually_treated(self) -> Floats:
        """Return (S, I) contacts of a customer about whom the file says nothing."""
        once = np.where(self.contacts > 0, np.maximum(self.contacts, 1.0), 0.0)
        return np.where(self.inbound[None], self.contacts, once)

    def margin_of(self, people: People) -> Floats:
        """Return (n,) margin per customer."""
        return _own_or(people.margin, self.margin.take(people.segment))

    def weight_of(self, people: People) -> Floats:
        """Return (n,) importance times inbound contacts."""
        total = np.zeros(len(people))
        for i in np.flatnonzero(self.weight > 0).tolist():
            total += self.weight[i] * self.contacts_of(people, i)
        return total

    def traits_of(self, people: People) -> Traits:
        """Return (n, D) what tells classes of customers apart."""
        columns = [people.segment]
        nobody = np.full(len(people), -1, dtype=np.int16)
        if self.preferred:
            columns.append(nobody if people.preferred is None else people.preferred)
        everywhere = people.current.get(OF_ALL, nobody)
        for key in self.current:
            own = people.current.get(key, everywhere)
            columns.append(np.where(own < 0, everywhere, own))
        return np.stack(columns, axis=1).astype(np.int64)


def _own_or(own: Floats | None, usual: Floats) -> Floats:
    return usual if own is None else np.where(np.isnan(own), usual, own)


@dataclass(frozen=True)
class Tally:
    """Sums over customers; exact, so that neither order nor partitions change a digit.

    Attributes:
        traits: (Z, D) traits that occur, sorted.
        count: (Z,) customers with these traits.
        sums: (Z, I) exact sums of contacts.
        least: (S, I) least contacts of a customer who takes any; inf where there are none.
        most: (S, I) most contacts of one customer; 0 where there are none.
        lost: exact sum of negative margins.
        untouched: exact sum of positive margins of customers without inbound contacts that matter.
    """

    traits: Traits
    count: NDArray[np.int64]
    sums: Exact
    least: Floats
    most: Floats
    lost: int
    untouched: int

    @property
    def customers(self) -> NDArray[np.int64]:
        """(S,) customers."""
        return np.bincount(self.traits[:, 0], self.count, len(self.least)).astype(np.int64)

    @property
    def contacts(self) -> Floats:
        """(S, I) contacts."""
        total = np.zeros(self.least.shape, dtype=object)
        np.add.at(total, self.traits[:, 0], self.sums)
        return as_floats(total)

    @property
    def fixed_margin(self) -> float:
        """Margins that no option changes."""
        return as_float(self.lost + self.untouched)

    def contacts_where(self, rows: Flags) -> Floats:
        """Return (S, I) contacts of customers with some of the traits (Z,)."""
        total = np.zeros(self.least.shape, dtype=object)
        np.add.at(total, self.traits[rows, 0], self.sums[rows])
        return as_floats(total)


def tally_of(people: People, basis: Basis) -> Tally:
    """Count one partition."""
    traits, group = _distinct(basis.traits_of(people))
    count = np.bincount(group, minlength=len(traits)).astype(np.int64)
    segments, interactions = basis.contacts.shape
    sums = np.zeros((len(traits), interactions), dtype=object)
    least = np.full((segments, interactions), np.inf)
    most = np.zeros((segments, interactions))
    here = np.unique(traits[:, 0])
    for i in range(interactions):
        if i in people.contacts:
            sums[:, i] = exact_sums(group, basis.contacts_of(people, i), len(traits))
            who, taken = people.segment.astype(np.int64), basis.treated(people, i)
        else:
            sums[:, i] = _times(basis.contacts[traits[:, 0], i], count)
            who, taken = here, basis.usually_treated()[here, i]
        np.maximum.at(most[:, i], who, taken)
        np.minimum.at(least[:, i], who[taken > 0], taken[taken > 0])
    lost, untouched = _margins(people, basis, traits[:, 0], count)
    return Tally(traits, count, sums, least, most, lost, untouched)


def _margins(people: People, basis: Basis, segment: Codes, count: Codes) -> tuple[int, int]:
    """Return exact sums of negative margins, and of positive ones that no contact touches.

    Args:
        people: a partition.
        basis: what the scenario says of them.
        segment: (Z,) of their traits.
        count: (Z,) customers with these traits.
    """
    if people.margin is None and not people.contacts:
        margin, weight = basis.margin[segment], basis.contacts[segment] @ basis.weight
        lost, free = np.minimum(margin, 0.0), np.where(weight > 0, 0.0, np.maximum(margin, 0.0))
        return int(_times(lost, count).sum()), int(_times(free, count).sum())
    margin, weight = basis.margin_of(people), basis.weight_of(people)
    free = np.where(weight > 0, 0.0, np.maximum(margin, 0.0))
    return _total(np.minimum(margin, 0.0)), _total(free)


def _times(values: Floats, count: Codes) -> Exact:
    """Return (Z,) exact products."""
    each = exact_sums(np.arange(len(values), dtype=np.int64), values, len(values))
    return np.asarray(each * count.astype(object), dtype=object)


@dataclass(frozen=True)
class Count:
    """Counts partitions, here or on other machines.

    Attributes:
        basis: what the scenario says of a customer.
    """

    basis: Basis

    def __call__(self, partition: Partition) -> Tally:
        """Load a partition and count it."""
        return tally_of(partition.load(), self.basis)


def merged(parts: Iterable[Tally]) -> Tally:
    """Add tallies up; there is one at least."""
    every = list(parts)
    traits, group = _distinct(np.concatenate([part.traits for part in every]))
    count = np.zeros(len(traits), dtype=np.int64)
    np.add.at(count, group, np.concatenate([part.count for part in every]))
    sums = np.zeros((len(traits), every[0].sums.shape[1]), dtype=object)
    np.add.at(sums, group, np.concatenate([part.sums for part in every]))
    return Tally(
        traits=traits,
        count=count,
        sums=sums,
        least=np.min([part.least for part in every], axis=0),
        most=np.max([part.most for part in every], axis=0),
        lost=sum(part.lost for part in every),
        untouched=sum(part.untouched for part in every),
    )


def _total(values: Floats) -> int:
    if not len(values):
        return 0
    return int(exact_sums(np.zeros(len(values), dtype=np.int64), values, 1)[0])


def _distinct(traits: Traits) -> tuple[Traits, NDArray[np.int64]]:
    """Return the distinct rows, sorted, and the place of each row among them."""
    if not len(traits):
        return traits, np.zeros(0, dtype=np.int64)
    if traits.shape[1] == 1:
        known = np.flatnonzero(np.bincount(traits[:, 0]))
        place = np.zeros(known[-1] + 1, dtype=np.int64)
        place[known] = np.arange(len(known))
        return known[:, None].astype(np.int64), place[traits[:, 0]]
    low = traits.min(axis=0)
    sizes = traits.max(axis=0) - low + 1
    code = np.zeros(len(traits), dtype=np.int64)
    for column, size in enumerate(sizes.tolist()):
        code = code * size + (traits[:, column] - low[column])
    _, first, group = np.unique(code, return_index=True, return_inverse=True)
    return traits[first], group.reshape(-1).astype(np.int64)
