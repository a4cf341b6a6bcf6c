"""Variables of contacts: first contacts, customers treated by bundles, passed-on contacts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from channelopt.algebra.expr import Expr, Matrix, Param
from channelopt.algebra.index import Index
from channelopt.algebra.program import Program
from channelopt.terms.closed_form import Routes, routes
from channelopt.terms.flows import CELL, ENTRY, PAIR, Passing, entries_of, inbound_pairs, pass_on
from channelopt.terms.lanes import Lanes
from channelopt.terms.numbers import Flags, Floats, Numbers


@dataclass(frozen=True)
class Contacts:
    """What `declare` needs of the contact variables; see Decisions for each field."""

    inbound: Index
    outbound: Index
    cells: Index
    first: Expr
    largest: Param
    entered: Expr
    treated: Expr
    used: Expr
    routes: Routes
    passing: Passing
    lane_flow: Index
    handled_by_lane: Expr
    flow: Index
    handled: Expr


def declare_contacts(
    program: Program, n: Numbers, lanes: Lanes, largest_shares: Floats
) -> Contacts:
    """Add the columns of first and passed-on contacts, and express handled contacts by them."""
    sets = program.sets
    some = n.contacts > 0
    inbound = inbound_pairs(sets, n)
    outbound = Index.where(sets, PAIR, some & ~n.inbound[None, :, None])
    enters = n.eligible & some[:, :, None, :] & n.way_available[None, None]
    cells = Index.where(sets, CELL, enters)
    largest = _largest(n, lanes, cells, largest_shares)
    entered, treated = _first(program, n, lanes, (cells, largest), enters)
    first = entered.sum_to(cells) + treated.sum_to(cells)
    used = _used(program, n, lanes, treated)
    way = routes(n, lanes, inbound)
    served = n.inbound[entered.index.code("interaction")]
    scene = (n, lanes, way)
    passing = pass_on(program, ("passed_on", "turned_away"), scene, entered.only(served))
    lane_flow, handled = _together(passing.handled, entered.only(~served), used)
    flow = _channels_of(lane_flow)
    return Contacts(
        inbound=inbound,
        outbound=outbound,
        cells=cells,
        first=first,
        largest=largest,
        entered=entered,
        treated=treated,
        used=used,
        routes=way,
        passing=passing,
        lane_flow=lane_flow,
        handled_by_lane=handled,
        flow=flow,
        handled=handled.sum_to(flow),
    )


def _first(
    program: Program, n: Numbers, lanes: Lanes, given: tuple[Index, Param], enters: Flags
) -> tuple[Expr, Expr]:
    """Add first contacts by channel and variant, and customers treated by bundles."""
    cells, largest = given
    channels = len(n.channels)
    entries = entries_of(program.sets, lanes, enters[:, :, :channels])
    at = cells.positions(entries.keys_of(CELL), of="a cell")
    lane = lanes.position[entries.code("channel"), entries.code("variant")]
    most = np.minimum(largest.values[at], lanes.capacity[lane, entries.code("period")])
    whole = _whole(n, cells)
    most = np.where(whole[at], np.floor(most + 1e-6), most)
    entered = program.variable("first_contacts", entries, upper=most, integer=whole[at])
    bundled = cells.code("channel") >= channels
    by_bundle = cells.only(bundled)
    upper, integer = largest.values[bundled], whole[bundled]
    return entered, program.variable("treated", by_bundle, upper=upper, integer=integer)


def _largest(n: Numbers, lanes: Lanes, cells: Index, largest_shares: Floats) -> Param:
    """Tightest simple bound of first contacts: their share of n, what the channels can handle."""
    s, i, c, t = cells.codes
    share = largest_shares[s, i, c, t] * n.contacts[s, i, t]
    bound = np.minimum(share, _room(n, lanes)[c, t])
    return Param(cells, np.where(_whole(n, cells), np.floor(bound + 1e-6), bound))


def _room(n: Numbers, lanes: Lanes) -> Floats:
    """Return (W, T) how many first contacts the capacity of a channel or bundle can take."""
    room = lanes.extreme("capacity", largest=True)
    if not n.bundles:
        return room
    per_customer = np.where(n.uses > 0, n.uses, np.nan)[:, :, None]
    treated = np.nanmin(np.where(n.uses[:, :, None] > 0, room[None] / per_customer, np.inf), axis=1)
    return np.concatenate([room, treated])


def _whole(n: Numbers, cells: Index) -> Flags:
    """Where first contacts are whole: asked for, or all of a whole number in one channel."""
    if n.whole_contacts:
        return np.ones(cells.num_rows, dtype=bool)
    s, i, _, t = cells.codes
    contacts = n.contacts[s, i, t]
    single = n.inbound[i] & (n.assignment != "split")
    whole: Flags = single & (contacts == np.round(contacts))
    return whole


def _used(program: Program, n: Numbers, lanes: Lanes, treated: Expr) -> Expr:
    """Express how bundles use channels, by variant; a column only where variants differ.

    Bundles of one (segment, interaction) share the columns of a channel: what a contact costs there
    does not depend on the bundle.
    """
    rows = treated.index
    exists = np.zeros(n.shape, dtype=bool)
    bundle = rows.code("channel") - len(n.channels)
    which, channel = np.nonzero(n.uses[bundle] > 0)
    s, i, t = (rows.code(dim)[which] for dim in PAIR)
    exists[s, i, channel, t] = True
    total = Index.where(program.sets, CELL, _wide(n, exists))
    table = np.full(n.shape, -1, dtype=np.int64)
    table[total.codes] = np.arange(total.num_rows)
    amounts: Matrix = scipy.sparse.csr_array(
        (n.uses[bundle[which], channel], (table[s, i, channel, t], which)),
        shape=(total.num_rows, rows.num_rows),
    )
    asked = treated.through(total, amounts)
    entries = entries_of(program.sets, lanes, exists)
    shared = lanes.shared[entries.code("channel"), entries.code("period")]
    split = program.variable("used", entries.only(shared))
    plain = entries.only(~shared)
    return asked.on(plain).sum_to(entries) + split.sum_to(entries)


def _wide(n: Numbers, cells: Flags) -> Flags:
    """Extend flags of channels (S, I, C, T) by bundles, where nothing is."""
    wide = np.zeros(n.shape_of_ways, dtype=bool)
    wide[:, :, : len(n.channels)] = cells
    return wide


def _together(*parts: Expr) -> tuple[Index, Expr]:
    """Add up expressions on ENTRY rows over all rows that any of them has."""
    sets = parts[0].index.sets
    keys = np.unique(np.concatenate([part.index.keys for part in parts]))
    codes = np.unravel_index(keys, tuple(sets.size(dim) for dim in ENTRY))
    rows = Index(sets, ENTRY, tuple(np.asarray(c, dtype=np.int64) for c in codes), len(keys))
    total = Expr.zero(rows)
    for part in parts:
        total = total + part.sum_to(rows)
    return rows, total


def _channels_of(rows: Index) -> Index:
    """Return the (segment, interaction, channel, period) of ENTRY rows."""
    sets = rows.sets
    keys = np.unique(rows.keys_of(CELL))
    codes = np.unravel_index(keys, tuple(sets.size(dim) for dim in CELL))
    return Index(sets, CELL, tuple(np.asarray(c, dtype=np.int64) for c in codes), len(keys))
