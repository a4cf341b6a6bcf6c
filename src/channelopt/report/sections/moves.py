"""From today's channels to the plan's: which contacts go where."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from channelopt.analysis.comparing.results_flows import GONE, NEW, NOTHING, Pair, flows
from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Block, Cell, Chart, Column, Grid, Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, enumerate_words, percent
from channelopt.report.shapes import Axis, Flow, Flows
from channelopt.report.speech import _, later
from channelopt.report.views import segments, way_title, ways

MOST_CHANNELS = 12
"""Channels of a chart on either side; of more, the smallest are joined."""
TOLD = 3
"""Moves that are named in a sentence."""
SMALLEST = 0.5
"""Fewer contacts are not told in a sentence."""
SOURCE = "allocation.csv"
OUTSIDE = {NEW: later("Not made today"), GONE: later("Not made any more")}
"""Where contacts come from or go that only one side has."""

Way = tuple[str, str]
"""Channels or bundles, today's and the plan's; NEW and GONE stand for none."""


@dataclass(frozen=True)
class Moves:
    """First contacts of all periods by where they are today and in the plan.

    Attributes:
        contacts: by today's and the plan's channel; what stays is there as well.
        customers: as many as their share of their segment's contacts in the plan is of its
            customers; none for what the plan does not make.
        unknown: first contacts of the plan that have no allocation of today.
    """

    contacts: Mapping[Way, float]
    customers: Mapping[Way, float]
    unknown: float

    @property
    def whole(self) -> float:
        """All contacts of either side."""
        return math.fsum(self.contacts.values())

    @property
    def moved(self) -> dict[Way, float]:
        """Contacts that both sides make, in another channel; the largest first."""
        found = {w: n for w, n in self.contacts.items() if w[0] != w[1] and not set(w) & {*OUTSIDE}}
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    @property
    def today(self) -> float:
        """All contacts that are made today."""
        return self.whole - self.outside(NEW)

    def outside(self, where: str) -> float:
        """Return the contacts that come from NEW, or that go to GONE."""
        return math.fsum(n for way, n in self.contacts.items() if where in way)


def moves(evidence: Evidence) -> Section | None:
    """Return what changes channel; None where no contact has an allocation of today."""
    plan = evidence.plan
    found = moves_of(plan)
    if plan.baseline is None or not found.whole:
        return None
    about = _(
        "The fewest moves that lead from today's channels to the plan's, within each segment, "
        "interaction and period, then added up."
    )
    text = " ".join((about, *_left_out(plan, found)))
    blocks: list[Block] = [Paragraph(text)]
    changes = any(way[0] != way[1] for way in found.contacts)
    if changes:
        blocks.append(_chart(plan, found))
    else:
        blocks += [Paragraph(insight(plan, found)), _table(plan, found)]
    return Section(_("From today's channels to the plan's"), tuple(blocks))


def moves_of(plan: Plan) -> Moves:
    """Return where contacts go, with what stays where it is."""
    customers = {view.segment: (view.customers, view.first_contacts) for view in segments(plan)}
    contacts: dict[Way, list[float]] = defaultdict(list)
    people: dict[Way, list[float]] = defaultdict(list)
    unknown = 0.0
    for pair, (before, after) in _pairs(plan).items():
        if not before:
            unknown += math.fsum(after.values())
            continue
        clients, made = customers.get(pair[1], (0.0, 0.0))
        for way, amount in _with_stays(before, after).items():
            contacts[way].append(amount)
            if GONE not in way:
                people[way].append(amount / made * clients)
    return Moves(_sums(contacts), _sums(people), unknown)


def _sums(amounts: Mapping[Way, Sequence[float]]) -> dict[Way, float]:
    return {way: math.fsum(parts) for way, parts in amounts.items()}


def _with_stays(before: Mapping[str, float], after: Mapping[str, float]) -> dict[Way, float]:
    found = flows(before, after)
    left = dict(before)
    for (origin, _to), amount in found.items():
        if origin in left:
            left[origin] -= amount
    stays = {(way, way): n for way, n in left.items() if n > NOTHING * max(1.0, before[way])}
    return {**found, **stays}


def _pairs(plan: Plan) -> dict[Pair, tuple[dict[str, float], dict[str, float]]]:
    """Return first contacts by channel, today's and the plan's, of each pair.

    How many contacts a pair has follows from its rows: they carry first contacts and shares of
    the same total.
    """
    rows: dict[Pair, list[tuple[str, float, float, float | None]]] = defaultdict(list)
    for period, segment, interaction, way, first, share, now in plan.table("allocation").rows:
        today = None if now is None else as_number(now)
        row = (str(way), as_number(first), as_number(share), today)
        rows[str(period), str(segment), str(interaction)].append(row)
    found = {}
    for pair, cells in rows.items():
        share = math.fsum(cell[2] for cell in cells)
        whole = math.fsum(cell[1] for cell in cells) / share if share else 0.0
        before = {way: now * whole for way, _first, _share, now in cells if now}
        after = {way: first for way, first, _share, _now in cells if first}
        found[pair] = (before, after)
    return found


def _place(plan: Plan, way: str) -> str:
    return _(OUTSIDE[way]) if way in OUTSIDE else way_title(plan, way)


def _in_order(plan: Plan, found: Moves) -> list[Way]:
    """Return the flows from high to low touch, by today's channel, then by the plan's."""
    order = {way: k for k, way in enumerate([*ways(plan), NEW, GONE])}
    last = len(order)
    return sorted(found.contacts, key=lambda way: [order.get(one, last) for one in way])


def _chart(plan: Plan, found: Moves) -> Chart:
    largest = sorted(found.contacts, key=lambda way: (-found.contacts[way], way))
    return Chart(
        name="channel-flows",
        title=_("First contacts by channel, today and in the plan"),
        insight=insight(plan, found),
        alt=_("Flow diagram from today's channels (left) to the plan's (right): {flows}.").format(
            flows=enumerate_words(_words(plan, found.contacts, largest))
        ),
        shape=Flows(
            ribbons(plan, found),
            left=_("Today"),
            right=_("Plan"),
            axis=Axis(_("First contacts"), "number"),
        ),
        source=SOURCE,
        table=_table(plan, found),
    )


def ribbons(plan: Plan, found: Moves) -> list[Flow]:
    """Return the flows as they are drawn: what small channels have, of too many, is joined.

    For every channel, what is drawn adds up to its contacts.
    """
    size: dict[str, float] = defaultdict(float)
    for way, amount in found.contacts.items():
        for channel in {*way} - {*OUTSIDE}:
            size[channel] += amount
    small = sorted(size, key=lambda channel: (-size[channel], channel))
    small = small[MOST_CHANNELS - 1 :] if len(small) > MOST_CHANNELS else []
    other = _("{n} other channels").format(n=count(len(small)))
    joined: dict[tuple[str, str], list[float]] = defaultdict(list)
    for way in _in_order(plan, found):
        origin, to = (other if one in small else _place(plan, one) for one in way)
        joined[origin, to].append(found.contacts[way])
    return [Flow(*way, math.fsum(amounts)) for way, amounts in joined.items()]


def _words(plan: Plan, contacts: Mapping[Way, float], told: Sequence[Way]) -> list[str]:
    return [
        _wording(way).format(
            n=count(contacts[way]), origin=_place(plan, way[0]), channel=_place(plan, way[1])
        )
        for way in told
    ]


def _wording(way: Way) -> str:
    if way[0] == NEW:
        return _("{n} in {channel} that are not made today")
    if way[1] == GONE:
        return _("{n} in {origin} that are not made any more")
    return _("{n} stay in {channel}") if way[0] == way[1] else _("{n} from {origin} to {channel}")


def _left_out(plan: Plan, found: Moves) -> Iterator[str]:
    """Yield what else a reader must know: what only one side makes, what is not known."""
    texts = (
        (found.outside(NEW), _("{n} first contacts of the plan are not made today.")),
        (found.outside(GONE), _("{n} first contacts of today are not made any more.")),
        (found.unknown, _("{n} first contacts have no allocation of today and are left out.")),
        (
            _without_row(plan, found),
            _(
                "{n} first contacts of today are left out: they are of kinds that the plan does "
                "not make at all."
            ),
        ),
    )
    yield from (text.format(n=count(number)) for number, text in texts if number >= SMALLEST)


def _without_row(plan: Plan, found: Moves) -> float:
    """Return how many of today's contacts are in no row with contacts."""
    made = plan.baseline.kpis.get("first_contacts") if plan.baseline is not None else None
    return 0.0 if made is None else made - found.today


def insight(plan: Plan, found: Moves) -> str:
    """Return how many contacts change channel, and the largest moves."""
    moved = found.moved
    if not moved:
        return _("No first contact of today changes channel.")
    told = _words(plan, moved, list(moved)[:TOLD])
    if len(moved) == 1:
        text = _("{share} of today's first contacts change channel: {moves}.")
    else:
        text = _("{share} of today's first contacts change channel; the largest moves are {moves}.")
    share = math.fsum(moved.values()) / found.today
    return text.format(share=percent(share), moves=enumerate_words(told))


def _table(plan: Plan, found: Moves) -> Grid:
    columns = (
        *(Column(title, "left") for title in (_("Today"), _("Plan"))),
        *(Column(title) for title in (_("First contacts"), _("Share"), _("Customers"))),
    )
    order = sorted(_in_order(plan, found), key=lambda way: -found.contacts[way])
    rows = [(*way, found.contacts[way], found.customers.get(way)) for way in order]
    shares = values.percents([row[2] / found.whole for row in rows])
    cells: list[tuple[Cell, ...]] = [
        (
            _place(plan, origin),
            _("stays") if origin == to else _place(plan, to),
            values.count(contacts),
            share,
            values.count(customers),
        )
        for (origin, to, contacts, customers), share in zip(rows, shares, strict=True)
    ]
    foot = (
        _("All"),
        "",
        values.count(found.whole),
        values.percents([1.0])[0],
        values.count(math.fsum(found.customers.values())),
    )
    title = _("Customers are as many as the share of their segment's contacts is of its customers")
    return Grid(columns, tuple(cells), title, f"{SOURCE}, segments.csv", foot)
