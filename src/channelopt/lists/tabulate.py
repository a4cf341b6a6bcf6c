"""Tables of a list: totals, limits with their prices, hours, and the coefficients of the bound."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

import numpy as np

from channelopt.lists.compiled import Compiled
from channelopt.lists.moves import Basis
from channelopt.lists.result import Listing
from channelopt.lists.shares import Planned, plan_shares
from channelopt.lists.sums import as_floats
from channelopt.lists.totals import SUMS, Totals
from channelopt.plan.table import Cell, Table
from channelopt.priced.units import Floats

COLUMNS: dict[str, tuple[str, ...]] = {
    "totals": (
        *("segment", "interaction", "channel", "customers", "contacts"),
        *("share", "plan_share", "value", "cost", "satisfaction"),
    ),
    "limits": (
        *("limit", "kind", "owner", "unit", "channel", "group", "segment", "interaction"),
        *("at_least", "at_most", "used", "room", "price", "binding"),
    ),
    "hours": ("group", "channel", "hours"),
    "moves": ("compared_with", "decision", "from", "to", "customers"),
    "curve": ("limit", "at", "status", "value", "bound", "gap", "price", "used", "moved"),
    "what_ifs": (
        *("name", "change", "status", "value", "difference", "bound", "gap"),
        *("moved", "costly", "conflict"),
    ),
}
"""Columns of the tables."""

NEARLY = 1e-6
"""A limit has no room where less than this share of it is left."""


def totals_table(listing: Listing, totals: Totals) -> Table:
    """Return customers, contacts and money by segment, decision and option.

    Shares are of the contacts of the segment and decision where customers contact the company, and
    of its customers where they are contacted, or where nobody has contacts. Options that nobody
    takes are listed where the plan uses them.
    """
    compiled, n = listing.compiled, listing.instance.numbers
    planned = Planned(n, listing.choice, listing.period)
    sums = {name: as_floats(getattr(totals, name)) for name in SUMS}
    rows: list[tuple[Cell, ...]] = []
    for q, question in enumerate(compiled.questions):
        plans = plan_shares(planned, question, compiled.tables.shape[2], whole=False)
        inbound = bool(n.inbound[list(question.interactions)].all())
        for s, segment in enumerate(n.segments):
            shares = _shares(sums["contacts"][q, s] * inbound, totals.customers[q, s])
            for o, option in enumerate(question.options):
                at = (q, s, o)
                if not totals.customers[at] and not plans[s, o]:
                    continue
                rated = sums["rated"][at]
                rows.append(
                    (
                        *(segment, question.name, option.name, int(totals.customers[at])),
                        *(float(sums["contacts"][at]), float(shares[o]), float(plans[s, o])),
                        *(float(sums["value"][at]), float(sums["cost"][at])),
                        float(sums["points"][at] / rated) if rated > 0 else None,
                    )
                )
    return Table("totals", COLUMNS["totals"], tuple(rows))


def _shares(contacts: Floats, customers: Floats) -> Floats:
    amounts = contacts if contacts.sum() > 0 else customers.astype(np.float64)
    total = float(amounts.sum())
    return amounts / total if total > 0 else amounts


def limits_table(listing: Listing) -> Table:
    """Return every limit: its sides, what the list uses, and the price of one unit."""
    answer, rows = listing.answer, listing.compiled.rows
    figures = zip(listing.compiled.limits, rows.lower, rows.upper, strict=True)
    lines: list[tuple[Cell, ...]] = []
    for row, (limit, lower, upper) in enumerate(figures):
        used, price = float(answer.used[row]), float(answer.prices[row])
        room = min(float(upper) - used, used - float(lower))
        side = float(upper) if float(upper) - used <= used - float(lower) else float(lower)
        tight = room <= NEARLY * max(1.0, abs(side))
        lines.append(
            (
                *(limit.name, limit.kind, limit.owner, limit.unit),
                *(limit.channel, limit.group, limit.segment, limit.interaction),
                *(_side(float(lower)), _side(float(upper)), used, _side(room), price),
                bool(price != 0.0 or tight),
            )
        )
    return Table("limits", COLUMNS["limits"], tuple(lines))


def _side(value: float) -> float | None:
    return value if math.isfinite(value) else None


def hours_table(listing: Listing, totals: Totals) -> Table:
    """Return the hours of staff groups on channels.

    Where just one group serves a channel, it does all its work; else the plan's hours are split as
    the answer says.
    """
    n = listing.instance.numbers
    work = as_floats(totals.work)
    alone = n.serves.sum(axis=0) == 1
    rows = [
        (n.groups[g], n.channels[c], float(work[c]))
        for g, c in np.argwhere(n.serves & alone).tolist()
        if work[c] > 0
    ]
    pairs = zip(listing.compiled.others, listing.answer.others.tolist(), strict=True)
    known = {(group, channel) for group, channel, _ in rows}
    split = ((*pair, hours) for pair, hours in pairs if pair[0] and pair not in known)
    return Table("hours", COLUMNS["hours"], tuple(sorted([*rows, *split])))


def moves_table(listing: Listing, totals: Totals) -> Table:
    """Return how many customers changed from what to what, the most frequent first."""
    count = totals.moves.count
    ordered = sorted(count, key=lambda move: (move[0], -count[move], move[1:]))
    rows = []
    for basis, q, before, now in ordered:
        question = listing.compiled.questions[q]
        options = [option.name for option in question.options]
        was = options[before] if basis == "earlier list" else listing.instance.numbers.ways[before]
        rows.append((basis, question.name, was, options[now], count[basis, q, before, now]))
    return Table("moves", COLUMNS["moves"], tuple(rows))


def moved(totals: Totals) -> dict[Basis, tuple[int, int]]:
    """Return by basis how many customers moved, and of how many it is known."""
    moves = totals.moves
    return {basis: (moves.moved[basis], known) for basis, known in sorted(moves.compared.items())}


def coefficients(compiled: Compiled) -> bytes:
    """Return as Parquet what options gain and use: nonzero numbers, one a row.

    Columns are row, measure, class, option and value. `row` is a limit, or `(gain)` for what an
    option gains, `(allowed)` for options of a class. Columns that belong to no customer have
    measure and class -1 and their position as option; `(lower)` and `(upper)` are their bounds.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    records = list(_coefficients(compiled))
    names = ("row", "measure", "class", "option", "value")
    types = (pa.string(), pa.int32(), pa.int32(), pa.int32(), pa.float64())
    columns = {
        name: pa.array([record[k] for record in records], type=kind)
        for k, (name, kind) in enumerate(zip(names, types, strict=True))
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


def _coefficients(compiled: Compiled) -> Iterator[tuple[str, int, int, int, float]]:
    tables, rows = compiled.tables, compiled.rows
    for kind, option in np.argwhere(tables.allowed).tolist():
        yield ("(allowed)", -1, kind, option, 1.0)
    for measure, kind, option in np.argwhere(tables.gain != 0.0).tolist():
        value = float(tables.gain[measure, kind, option])
        yield ("(gain)", measure, kind, option, value)
    uses, others = rows.uses.tocoo(), rows.others.tocoo()
    places = np.stack(np.unravel_index(uses.coords[1], tables.shape), axis=1).tolist()
    for k, (measure, kind, option) in enumerate(places):
        row = rows.names[uses.coords[0][k]]
        yield (row, measure, kind, option, float(uses.data[k]))
    for k, column in enumerate(others.coords[1].tolist()):
        yield (rows.names[others.coords[0][k]], -1, -1, column, float(others.data[k]))
    yield from _bounds("(gain)", rows.others_gain)
    yield from _bounds("(lower)", rows.others_lower)
    yield from _bounds("(upper)", rows.others_upper)


def _bounds(name: str, values: Floats) -> Iterator[tuple[str, int, int, int, float]]:
    for column, value in enumerate(values.tolist()):
        yield (name, -1, -1, column, value)
