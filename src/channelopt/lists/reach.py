"""Reach: customers whose own consent leaves them no channel that the plan offers; bad rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from channelopt.customers.faults import Fault
from channelopt.customers.people import People
from channelopt.instance.instance import Instance
from channelopt.lists.restate import planned_numbers
from channelopt.lists.stage import usual
from channelopt.lists.tally import Basis
from channelopt.priced.units import Flags
from channelopt.terms.choice import Choice

KIND = "no channel"


@dataclass(frozen=True)
class Reach:
    """Finds customers with inbound contacts and no channel for them; can be pickled.

    Segments that the plan offers nothing are left for `served`: no row is to blame for that.

    Attributes:
        interactions: ids.
        basis: what the scenario says of a customer.
        enters: (S, I, C) channels that the plan offers.
        together: inbound interactions are served by one channel.
    """

    interactions: tuple[str, ...]
    basis: Basis
    enters: Flags
    together: bool

    @staticmethod
    def of(instance: Instance, choice: Choice, period: int, *, together: bool) -> Reach:
        """Return it for one period of a plan."""
        n = planned_numbers(instance, choice, period)
        channels = len(n.channels)
        enters = n.eligible[:, :, :channels, 0] & n.available[:, 0]
        return Reach(n.interactions, usual(n), enters, together)

    def __call__(self, people: People) -> Sequence[Fault]:
        """Return the customers that cannot be served; positions count in the people given."""
        own = [way for way in people.eligible if way < self.enters.shape[2]]
        return list(self._faults(people)) if own and len(people) else []

    def _faults(self, people: People) -> Iterator[Fault]:
        inbound = np.flatnonzero(self.basis.inbound).tolist()
        for group in [inbound] if self.together else [[i] for i in inbound]:
            offered, allowed = self._open(people, group)
            at = np.flatnonzero(offered & ~allowed).astype(np.int64)
            if len(at):
                names = " and ".join(f"'{self.interactions[i]}'" for i in group)
                expected = f"expected a channel for {names} that the plan offers and the row allows"
                yield Fault(KIND, "", at, [None] * len(at), expected)

    def _open(self, people: People, group: list[int]) -> tuple[Flags, Flags]:
        """Return (n,) who has contacts and is offered a channel, and who may enter one of them."""
        size, channels = len(people), self.enters.shape[2]
        busy = np.zeros(size, dtype=bool)
        offered = np.ones((size, channels), dtype=bool)
        for i in group:
            here = self.basis.contacts_of(people, i) > 0
            busy |= here
            offered &= self.enters[:, i].take(people.segment, axis=0) | ~here[:, None]
        allowed = offered.copy()
        for way, own in people.eligible.items():
            if way < channels:
                allowed[:, way] &= own
        return busy & offered.any(axis=1), np.asarray(allowed.any(axis=1))
