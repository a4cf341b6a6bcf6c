"""Limits on customers by what is known of each: the channel they prefer, the way they take now."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from channelopt.lists.compiled import Limit
from channelopt.lists.kinds import Kinds
from channelopt.lists.lines import Line
from channelopt.lists.naming import limit_of
from channelopt.lists.restate import Restated
from channelopt.lists.tally import OF_ALL, Basis, Tally
from channelopt.priced.units import Flags
from channelopt.rules.base import bound
from channelopt.rules.migration import Migration


def steering(restated: Restated, tally: Tally, kinds: Kinds, enters: Flags) -> Iterator[Line]:
    """Yield how many of those who prefer an offered channel must be served there.

    Of customers about whom nobody knows what they prefer, the scenario's shares do.
    """
    n = restated.numbers
    unknown = tally.contacts_where(tally.traits[:, 1] < 0)
    for c in range(len(n.channels)):
        prefer = tally.contacts_where(tally.traits[:, 1] == c)
        among = (kinds.preferred == c) | (kinds.preferred < 0)
        for s, i in np.argwhere(enters[:, :, c] & n.inbound[None]).tolist():
            loyal = prefer[s, i] + n.preference[s, i, c] * unknown[s, i]
            least = float((1.0 - n.steering[s]) * loyal)
            if least > 0:
                cells = np.zeros(n.shape_of_ways[:3])
                cells[s, i, c] = 1.0
                place = (n.segments[s], n.interactions[i], n.channels[c])
                limit = Limit(
                    name=f"steering:{':'.join(place)}",
                    kind="steering",
                    owner="offers",
                    unit="contacts",
                    channel=place[2],
                    segment=place[0],
                    interaction=place[1],
                )
                yield Line(limit, least, np.inf, cells, among=among)


def moved(
    restated: Restated, policy: Migration, basis: Basis, tally: Tally, kinds: Kinds
) -> Iterator[Line]:
    """Yield how many contacts may leave the way that customers take now, and how many may join.

    Customers about whom nobody knows how they are served now may be served anyhow.
    """
    n = restated.numbers
    reach = policy.reach(n)
    most = float(bound(policy.at_most, n)[0])
    if np.isnan(most):
        return
    for i in np.flatnonzero(reach.interactions & n.inbound).tolist():
        for w in np.flatnonzero(reach.channels).tolist():
            now = tally.traits[:, _column(basis, i)]
            here = tally.contacts_where(now == w)
            elsewhere = tally.contacts_where((now != w) & (now >= 0))
            for s in np.flatnonzero(reach.segments).tolist():
                may = most * n.contacts[s, i, 0]
                place = {
                    "segment": n.segments[s],
                    "interaction": n.interactions[i],
                    "channel": n.ways[w],
                }
                cells = np.zeros(n.shape_of_ways[:3])
                cells[s, i, w] = 1.0
                current = kinds.current[:, i]
                if elsewhere[s, i] > may:
                    joining = (current != w) & (current >= 0)
                    limit = limit_of(policy, place, "in")
                    yield Line(limit, -np.inf, may, cells, among=joining)
                if here[s, i] > may:
                    others = np.zeros(n.shape_of_ways[:3])
                    others[s, i] = 1.0
                    limit = limit_of(policy, place, "out")
                    yield Line(limit, -np.inf, may, others - cells, among=current == w)


def _column(basis: Basis, interaction: int) -> int:
    """Return the trait that says which way an inbound interaction takes now."""
    key = interaction if interaction in basis.current else OF_ALL
    return 1 + basis.preferred + basis.current.index(key)


def tells(basis: Basis, interactions: Flags) -> bool:
    """Whether the file says how all these inbound interactions are served now."""
    asked = np.flatnonzero(interactions & basis.inbound).tolist()
    return OF_ALL in basis.current or (bool(asked) and all(i in basis.current for i in asked))
