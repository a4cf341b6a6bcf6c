"""Flows: inbound contacts from where they enter to where they are handled, as expressions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.algebra.expr import Expr, Matrix, Param, Relation
from channelopt.algebra.index import Index, Sets
from channelopt.algebra.program import Program
from channelopt.terms.closed_form import Routes
from channelopt.terms.lanes import Lanes
from channelopt.terms.numbers import Flags, Floats, Numbers

CELL = ("segment", "interaction", "channel", "period")
ENTRY = ("segment", "interaction", "channel", "variant", "period")
PAIR = ("segment", "interaction", "period")


@dataclass(frozen=True)
class Passing:
    """Inbound contacts that are passed on (variables marked *).

    `accepted` and `turned_away` together are the inflow of an undecided channel; a channel that
    cannot close turns nothing away.
    """

    inflow: Expr  # contacts meant for an undecided channel, on CELL rows
    most: Param  # its largest value, same rows
    accepted: Expr  # * what the channel takes, on ENTRY rows
    turned_away: Expr  # * what gives up because the channel is closed, on CELL rows
    handled: Expr  # inbound contacts handled, first and passed on, on ENTRY rows


def entries_of(sets: Sets, lanes: Lanes, cells: Flags) -> Index:
    """Return the ENTRY rows of cells: each in every variant that exists.

    Args:
        sets: labels of every dimension.
        lanes: channels with their variants.
        cells: (S, I, C, T).
    """
    s, i, lane, t = np.nonzero(cells[:, :, lanes.channel] & lanes.exists[None, None])
    codes = (s, i, lanes.channel[lane], lanes.variant[lane], t)
    order = np.lexsort(codes[::-1])
    axes = tuple(np.asarray(axis[order], dtype=np.int64) for axis in codes)
    return Index(sets, ENTRY, axes, len(order))


def lane_of(lanes: Lanes, rows: Index) -> NDArray[np.int64]:
    """Return the lane of each row that has a channel and a variant."""
    found: NDArray[np.int64] = lanes.position[rows.code("channel"), rows.code("variant")]
    return found


def of_lane(lanes: Lanes, values: Floats, rows: Index) -> Floats:
    """Return the value of each ENTRY row from an array (S, I, L, T)."""
    s, i, _, _, t = rows.codes
    picked: Floats = values[s, i, lane_of(lanes, rows), t]
    return picked


def hours_per_contact(lanes: Lanes, rows: Index) -> Floats:
    """Return the agents' hours for one handled contact on each ENTRY row."""
    minutes = of_lane(lanes, lanes.handle_minutes, rows)
    hours: Floats = minutes / (60.0 * lanes.concurrency[lane_of(lanes, rows), rows.code("period")])
    return hours


def pass_on(
    program: Program, names: tuple[str, str], scene: tuple[Numbers, Lanes, Routes], entered: Expr
) -> Passing:
    """Add the columns of passed-on contacts, and express handled contacts.

    Args:
        program: gets the columns.
        names: of the columns for accepted contacts and for those turned away.
        scene: all numbers, lanes and routes; the routes stand on `inbound_pairs`.
        entered: inbound first contacts on ENTRY rows.
    """
    n, lanes, way = scene
    pairs = inbound_pairs(program.sets, n)
    accepting = _rows(program.sets, pairs, way.most > 0, n)
    most = way.most[_pair(pairs, accepting), accepting.code("channel")]
    dense = np.zeros(n.shape, dtype=bool)
    dense[accepting.codes] = True
    taking = entries_of(program.sets, lanes, dense)
    at = accepting.positions(taking.keys_of(CELL), of="a channel")
    accepted = program.variable(names[0], taking, upper=most[at])
    closing = ~n.always_open[accepting.code("channel")]
    turned_away = program.variable(names[1], accepting.only(closing), upper=most[closing])
    inflow = Expr.zero(accepting)
    parts = [entered, accepted]
    for part in parts:
        inflow = inflow + _onto(part, way.inflow, (pairs, lanes), accepting, None)
    flow = _reached(program.sets, (n, lanes, way), pairs, parts)
    handled = Expr.zero(flow)
    for part in parts:
        handled = handled + _onto(part, way.handled, (pairs, lanes), flow, lane_of(lanes, flow))
    return Passing(inflow, Param(accepting, most), accepted, turned_away, handled)


def decided_moves(passing: Passing, open_: Expr, running: Expr) -> Iterator[tuple[str, Relation]]:
    """Yield the rows by which an open channel takes its whole inflow, in the variant that runs.

    Args:
        passing: passed-on contacts.
        open_: whether a channel is open, on rows with channel and period.
        running: whether it runs in a variant, on rows with channel, variant and period.
    """
    accepting, taking = passing.inflow.index, passing.accepted.index
    taken = passing.accepted.sum_to(accepting) + passing.turned_away.sum_to(accepting)
    yield "passing on", taken.equals(passing.inflow)
    yield "passed on to open", passing.accepted <= running.on(taking) * passing.most.on(taking)
    closing = passing.turned_away.index
    most = passing.most.on(closing)
    yield "turned away by closed", passing.turned_away <= most - open_.on(closing) * most


def inbound_pairs(sets: Sets, n: Numbers) -> Index:
    """Return the inbound (segment, interaction, period) with contacts."""
    return Index.where(sets, PAIR, (n.contacts > 0) & n.inbound[None, :, None])


def _rows(sets: Sets, pairs: Index, keep: Flags, n: Numbers) -> Index:
    """Index of (pair, channel) rows from flags (P, C)."""
    s, i, t = pairs.codes
    exists = np.zeros(n.shape_of_ways, dtype=bool)
    exists[s, i, : len(n.channels), t] = keep
    return Index.where(sets, CELL, exists)


def _pair(pairs: Index, rows: Index) -> NDArray[np.int64]:
    return pairs.positions(rows.keys_of(PAIR), of="a pair")


def _reached(
    sets: Sets, scene: tuple[Numbers, Lanes, Routes], pairs: Index, parts: list[Expr]
) -> Index:
    """Return the ENTRY rows in which some contact may be handled."""
    n, lanes, way = scene
    reached = np.zeros((pairs.num_rows, len(lanes.channel)), dtype=bool)
    for part in parts:
        rows = part.index
        to = way.handled[_pair(pairs, rows), lane_of(lanes, rows)] > 0
        np.logical_or.at(reached, _pair(pairs, rows), to)
    s, i, t = pairs.codes
    exists = np.zeros((*n.shape_of_ways[:3], len(lanes.variants), len(n.periods)), dtype=bool)
    pair, lane = np.nonzero(reached)
    exists[s[pair], i[pair], lanes.channel[lane], lanes.variant[lane], t[pair]] = True
    return Index.where(sets, ENTRY, exists)


def _onto(
    part: Expr,
    weights: Floats,
    where: tuple[Index, Lanes],
    target: Index,
    lane: NDArray[np.int64] | None,
) -> Expr:
    """Send entering contacts to the rows that they reach.

    Args:
        part: contacts on ENTRY rows.
        weights: (P, L, lanes or channels) share of each entering contact.
        where: the pairs P, and the lanes L.
        target: rows that get them.
        lane: (target rows) the lane of each row; None: its channel counts.
    """
    pairs, lanes = where
    goal = target.code("channel") if lane is None else lane
    table = np.full((pairs.num_rows, weights.shape[2]), -1, dtype=np.int64)
    table[_pair(pairs, target), goal] = np.arange(target.num_rows)
    pair, entry = _pair(pairs, part.index), lane_of(lanes, part.index)
    shares = np.where(table[pair] >= 0, weights[pair, entry], 0.0)
    column, reached = np.nonzero(shares)
    matrix: Matrix = scipy.sparse.csr_array(
        (shares[column, reached], (table[pair[column], reached], column)),
        shape=(target.num_rows, part.index.num_rows),
    )
    return part.through(target, matrix)
