"""Where contacts and customers go when one plan takes the place of another.

A pair is a segment with a kind of interaction in a period. As many contacts as both plans serve
are *moved*: the shares of channels that shrink go to the channels that grow, to each in proportion
to how much its share grows. What the second plan serves more comes from `(new)` and is spread as
it spreads its contacts; what it serves less goes to `(gone)` as the first one spread them. So for
every channel first contacts before, plus what comes, minus what goes, are first contacts after.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from channelopt.analysis.comparing.records import Side
from channelopt.analysis.comparing.results_figures import Row, merged
from channelopt.plan.table import as_number

FLOW_COLUMNS = ("run", "period", "segment", "interaction", "from", "to", "contacts", "customers")
SEGMENT_FLOW_COLUMNS = ("run", "segment", "from", "to", "contacts", "share", "customers")
NEW = "(new)"
GONE = "(gone)"
NOTHING = 1e-9
"""A smaller flow, relative to max(1, contacts of the pair), is rounding."""

Pair = tuple[str, str, str]
"""Period, segment, interaction."""
Flows = dict[tuple[str, str], float]
"""Amount by channel of origin and channel of destination."""


@dataclass(frozen=True)
class Spread:
    """How a plan spreads a pair over channels and bundles.

    Attributes:
        contacts: first contacts by channel.
        per_customer: contacts per customer of the segment; 0 where there are none.
    """

    contacts: Mapping[str, float]
    per_customer: float

    @property
    def customers(self) -> dict[str, float]:
        """Customers by channel, as many as make these contacts."""
        if not self.per_customer:
            return {}
        return {channel: first / self.per_customer for channel, first in self.contacts.items()}


NOBODY = Spread({}, 0.0)


def flows(before: Mapping[str, float], after: Mapping[str, float]) -> Flows:
    """Return what moves when amounts by channel change; see the module.

    Args:
        before: amount by channel, ≥ 0.
        after: the same in the second plan.

    Returns:
        Amounts that move, by origin and destination; what stays where it is is left out.
    """
    was, will = math.fsum(before.values()), math.fsum(after.values())
    common = min(was, will)
    kept = _scaled(before, common, was)
    given = _scaled(after, common, will)
    found: Flows = {}
    for channel in sorted({*before, *after}):
        found[channel, GONE] = before.get(channel, 0.0) - kept.get(channel, 0.0)
        found[NEW, channel] = after.get(channel, 0.0) - given.get(channel, 0.0)
    change = {c: given.get(c, 0.0) - kept.get(c, 0.0) for c in sorted({*before, *after})}
    grown = math.fsum(amount for amount in change.values() if amount > 0)
    for origin, lost in change.items():
        for channel, gained in change.items():
            if lost < 0 < gained:
                found[origin, channel] = -lost * gained / grown
    least = NOTHING * max(1.0, was, will)
    return {way: amount for way, amount in found.items() if amount > least}


def _scaled(amounts: Mapping[str, float], part: float, whole: float) -> dict[str, float]:
    """Return amounts made smaller in proportion; exactly as they are where nothing is left out."""
    if part == whole:
        return dict(amounts)
    return {channel: amount * (part / whole) for channel, amount in amounts.items()}


def spreads(side: Side) -> dict[Pair, Spread]:
    """Return how a plan spreads every pair."""
    contacts: dict[Pair, dict[str, float]] = {}
    table = side.plan.table("allocation")
    for period, segment, interaction, channel, first, *_ in table.rows:
        cells = contacts.setdefault((str(period), str(segment), str(interaction)), {})
        cells[str(channel)] = cells.get(str(channel), 0.0) + as_number(first)
    rates = per_customer(side)
    return {pair: Spread(cells, rates.get(pair, 0.0)) for pair, cells in contacts.items()}


def per_customer(side: Side) -> dict[Pair, float]:
    """Return contacts per customer of every pair of a scenario."""
    n = side.instance.numbers
    rates = n.contacts / n.customers[:, None, :]
    return {
        (period, segment, interaction): float(rates[s, i, t])
        for s, segment in enumerate(n.segments)
        for i, interaction in enumerate(n.interactions)
        for t, period in enumerate(n.periods)
    }


def pairs(a: Mapping[Pair, Spread], b: Mapping[Pair, Spread]) -> list[Pair]:
    """Return the pairs of both plans: by period as scenarios have them, then sorted."""
    order = merged(list(dict.fromkeys(p for p, *_ in a)), list(dict.fromkeys(p for p, *_ in b)))
    place = {period: k for k, period in enumerate(order)}
    return sorted({*a, *b}, key=lambda pair: (place[pair[0]], pair))


def flow_rows(a: Side, b: Side) -> Iterator[Row]:
    """Yield every flow of contacts and customers from one plan to the other."""
    before, after = spreads(a), spreads(b)
    for pair in pairs(before, after):
        was, will = before.get(pair, NOBODY), after.get(pair, NOBODY)
        contacts = flows(was.contacts, will.contacts)
        customers = flows(was.customers, will.customers)
        for origin, to in sorted({*contacts, *customers}):
            amounts = contacts.get((origin, to), 0.0), customers.get((origin, to), 0.0)
            yield (b.name, *pair, origin, to, *amounts)


def segment_flow_rows(a: Side, b: Side, rows: tuple[Row, ...]) -> Iterator[Row]:
    """Yield the flows of each segment over all interactions and periods, the largest first.

    `share` is that of the segment's first contacts in the plan they come from (of the second plan
    for `(new)`); `customers` as many as that share is of the segment's customers (mean over the
    periods).
    """
    totals: dict[tuple[str, str, str], list[float]] = {}
    for _, _, segment, _, origin, to, contacts, _ in rows:
        key = (str(segment), str(origin), str(to))
        totals.setdefault(key, []).append(as_number(contacts))
    made = {side.name: _by_segment(side) for side in (a, b)}
    summed = {key: math.fsum(amounts) for key, amounts in totals.items()}
    for key, contacts in sorted(summed.items(), key=lambda one: (one[0][0], -one[1], one[0])):
        segment, origin, _ = key
        side = b if origin == NEW else a
        whole = made[side.name].get(segment, 0.0)
        share = contacts / whole if whole else 0.0
        yield (b.name, *key, contacts, share, share * _customers(side, segment))


def _by_segment(side: Side) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for _, segment, _, _, first, *_ in side.plan.table("allocation").rows:
        found.setdefault(str(segment), []).append(as_number(first))
    return {segment: math.fsum(amounts) for segment, amounts in found.items()}


def _customers(side: Side, segment: str) -> float:
    """Return the customers of a segment, mean over the periods."""
    n = side.instance.numbers
    if segment not in n.segments:
        return 0.0
    return float(n.customers[n.segments.index(segment)].mean())
