"""What the customers of one partition bring, the scenario's numbers where they bring none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.people import People
from channelopt.terms.numbers import Flags, Floats, Numbers
from channelopt.verify.lists.worth import Worth, share_kept

Places = NDArray[np.intp]
Scalar = TypeVar("Scalar", bound=np.generic)

Way = Places | int
"""(n,) the way that the contacts of each customer enter, or one for all of them; -1 for none."""

Answer = Mapping[int, Way]
"""Way by interaction that a question settles."""


@dataclass(frozen=True)
class Experience:
    """What one answer of each customer causes.

    Attributes:
        contacts: (n,) first contacts.
        value: (n,) contact value, satisfaction value and positive margin kept less contact cost.
        cost: (n,) contact cost.
        satisfaction: (n,) mean points per inbound contact, by importance; nan without any.
        kept: (n,) positive margin kept, a part of the value.
        earned: (n,) contact value, a part of the value.
    """

    contacts: Floats
    value: Floats
    cost: Floats
    satisfaction: Floats
    kept: Floats
    earned: Floats


class Customers:
    """The customers of one partition in numbers.

    Attributes:
        segment: (n,) positions.
        contacts: (n, I) per period.
        taken: (n, I) first contacts if they enter a way; who is contacted at all is contacted
            once at least, where only the mean of an outbound interaction is known.
        margin: (n,) per period.
        weight: (n,) inbound importance times contacts.
    """

    def __init__(self, n: Numbers, cells: Worth, people: People) -> None:
        """Fill in what the file does not say.

        Args:
            n: the scenario.
            cells: figures of one contact.
            people: a partition.
        """
        self._n = n
        self._cells = cells
        self._people = people
        t = cells.period
        self.segment: Places = people.segment.astype(np.intp)
        usual = contacts_per_customer(n, t)
        once = np.where(~n.inbound & (usual > 0), np.maximum(usual, 1.0), usual)
        self.contacts: Floats = usual[self.segment]
        self.taken: Floats = once[self.segment]
        for i, own in people.contacts.items():
            known = ~np.isnan(own)
            self.contacts[known, i] = own[known]
            self.taken[known, i] = own[known]
        self.margin: Floats = n.margin[self.segment, t]
        if people.margin is not None:
            self.margin = np.where(np.isnan(people.margin), self.margin, people.margin)
        self.weight: Floats = self.contacts @ np.where(n.inbound, n.importance, 0.0)

    def __len__(self) -> int:
        """Return the number of customers."""
        return len(self.segment)

    def of(self, table: NDArray[Scalar], interaction: int, way: Way) -> NDArray[Scalar]:
        """Return (n,) what a table (S, I, W) says of each customer."""
        if isinstance(way, int):
            return table[:, interaction, way][self.segment]
        found: NDArray[Scalar] = table[self.segment, interaction, way]
        return found

    def made(self, interaction: int, way: Way) -> Floats:
        """Return (n,) first contacts that enter a way."""
        taken = self.taken[:, interaction]
        if isinstance(way, int):
            return taken if way >= 0 else np.zeros(len(taken))
        return np.where(way >= 0, taken, 0.0)

    def may_enter(self, interaction: int, way: Way) -> Flags:
        """Return (n,) whether each customer's contacts may enter a way; -1 is no way.

        Who does not allow a channel does not allow the bundles that use it.
        """
        allowed = self.of(self._cells.may_enter, interaction, way) & (np.asarray(way) >= 0)
        channels = len(self._n.channels)
        for w, own in self._people.eligible.items():
            concerned = np.asarray(way) == w
            if w < channels and len(self._n.bundles):
                using = np.concatenate([np.zeros(channels, dtype=bool), self._n.uses[:, w] > 0])
                concerned = concerned | using[way]
            if concerned.any():
                allowed &= own | ~concerned
        return allowed

    def satisfaction(self, interaction: int, way: Way) -> Floats:
        """Return (n,) satisfaction of the channel that each enters, inbound."""
        felt = self.of(self._cells.felt, interaction, way)
        return self._own(self._people.satisfaction, interaction, way, felt)

    def contact_value(self, interaction: int, way: Way) -> Floats:
        """Return (n,) value of a first contact."""
        value = self.of(self._cells.value, interaction, way)
        return self._own(self._people.contact_value, interaction, way, value)

    def _own(
        self, known: Mapping[tuple[int, int], Floats], interaction: int, way: Way, usual: Floats
    ) -> Floats:
        for (i, w), own in known.items():
            if i == interaction:
                takes = np.asarray(way) == w
                if takes.any():
                    usual = np.where(takes & ~np.isnan(own), own, usual)
        return usual

    def experience(self, answer: Answer) -> Experience:
        """Return what an answer of each customer causes."""
        n, count = self._n, len(self)
        contacts, gains, cost, points, felt, weight = (np.zeros(count) for _ in range(6))
        evenly = not any(n.inbound[i] and n.importance[i] > 0 for i in answer)
        for i, way in answer.items():
            made = self.made(i, way)
            contacts += made
            cost += made * self.of(self._cells.cost, i, way)
            gains += made * self.contact_value(i, way)
            if n.inbound[i]:
                mean = self.satisfaction(i, way) - self.of(self._cells.lost, i, way)
                points += n.importance[i] * made * mean
                part = made if evenly else n.importance[i] * made
                felt += part * mean
                weight += part
        mean = np.divide(felt, weight, out=np.full(count, np.nan), where=weight > 0)
        kept = self._kept(answer, mean)
        value = gains + n.satisfaction_price * points - cost + kept
        return Experience(contacts, value, cost, mean, kept, gains)

    def _kept(self, answer: Answer, mean: Floats) -> Floats:
        """Return the positive margin that a question keeps: its share of the customer's, by weight.

        What it settles keeps its share at the satisfaction that it leaves.
        """
        n = self._n
        weight = np.zeros(len(self))
        for i in answer:
            if n.inbound[i]:
                weight += n.importance[i] * self.contacts[:, i]
        part = np.divide(weight, self.weight, out=np.zeros(len(self)), where=weight > 0)
        kept: Floats = part * np.maximum(self.margin, 0.0)
        return kept * share_kept(n, self.segment, np.nan_to_num(mean))

    def kept_anyway(self) -> Floats:
        """Return (n,) margins that no answer changes.

        They are those that are negative, and those of customers without inbound contacts.
        """
        alone: Floats = np.where((self.weight > 0) & (self.margin > 0), 0.0, self.margin)
        return alone


def contacts_per_customer(n: Numbers, period: int) -> Floats:
    """Return (S, I) contacts of one customer as the scenario says."""
    customers = n.customers[:, period][:, None]
    usual = np.zeros(n.contacts.shape[:2])
    np.divide(n.contacts[..., period], customers, out=usual, where=customers > 0)
    return usual
