"""Variables of contacts: first contacts, passed-on contacts, handled contacts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from channelopt.algebra.expr import Expr, Matrix, Param
from channelopt.algebra.index import Index, Sets
from channelopt.algebra.program import Program
from channelopt.model.routing import routes
from channelopt.terms.decisions import Routes
from channelopt.terms.numbers import Flags, Floats, Numbers

CELL = ("segment", "interaction", "channel", "period")
PAIR = ("segment", "interaction", "period")


@dataclass(frozen=True)
class Contacts:
    """What `declare` needs of the contact variables; see Decisions for each field."""

    inbound: Index
    outbound: Index
    cells: Index
    first: Expr
    largest: Param
    routes: Routes
    accepted: Expr
    turned_away: Expr
    flow: Index
    handled: Expr


def declare_contacts(program: Program, n: Numbers, largest_shares: Floats) -> Contacts:
    """Add the columns of first and passed-on contacts, and express handled contacts by them."""
    sets = program.sets
    some = n.contacts > 0
    inbound = Index.where(sets, PAIR, some & n.inbound[None, :, None])
    outbound = Index.where(sets, PAIR, some & ~n.inbound[None, :, None])
    cells = Index.where(sets, CELL, n.eligible & some[:, :, None, :] & n.available[None, None])
    largest = _largest(n, cells, largest_shares)
    integer = _whole(n, cells)
    first = program.variable("first_contacts", cells, upper=largest.values, integer=integer)
    way = routes(n, inbound)
    accepting = _rows(sets, inbound, way.most > 0, n)
    most = way.most[_pair_and_channel(inbound, accepting)]
    accepted = program.variable("passed_on", accepting, upper=most)
    turned_away = program.variable("turned_away", accepting, upper=most)
    flow, handled = _handled(n, (inbound, cells, accepting), (first, accepted), way)
    return Contacts(
        inbound, outbound, cells, first, largest, way, accepted, turned_away, flow, handled
    )


def _largest(n: Numbers, cells: Index, largest_shares: Floats) -> Param:
    """Tightest simple bound of a first-contact column: its share of n, its channel's capacity."""
    s, i, c, t = cells.codes
    share = largest_shares[s, i, c, t] * n.contacts[s, i, t]
    bound = np.minimum(share, n.capacity[c, t])
    return Param(cells, np.where(_whole(n, cells), np.floor(bound + 1e-6), bound))


def _whole(n: Numbers, cells: Index) -> Flags:
    """Where first contacts are whole: asked for, or all of a whole number in one channel."""
    if n.whole_contacts:
        return np.ones(cells.num_rows, dtype=bool)
    s, i, _, t = cells.codes
    contacts = n.contacts[s, i, t]
    single = n.inbound[i] & (n.assignment != "split")
    whole: Flags = single & (contacts == np.round(contacts))
    return whole


def _rows(sets: Sets, pairs: Index, keep: Flags, n: Numbers) -> Index:
    """Index of (pair, channel) rows from flags (P, C)."""
    s, i, t = pairs.codes
    exists = np.zeros(n.shape, dtype=bool)
    exists[s, i, :, t] = keep
    return Index.where(sets, CELL, exists)


def _pair_and_channel(pairs: Index, rows: Index) -> tuple[np.ndarray, np.ndarray]:
    """Positions of each row's pair, and its channel code."""
    return pairs.positions(rows.keys_of(PAIR), of="a pair"), rows.code("channel")


def _handled(
    n: Numbers,
    indices: tuple[Index, Index, Index],
    entering: tuple[Expr, Expr],
    way: Routes,
) -> tuple[Index, Expr]:
    """Express handled contacts by what enters: outbound once, inbound by the closed form."""
    inbound, cells, accepting = indices
    served = n.inbound[cells.code("interaction")]
    sources = [
        _pair_and_channel(inbound, cells.only(served)),
        _pair_and_channel(inbound, accepting),
    ]
    reached = np.zeros((inbound.num_rows, len(n.channels)), dtype=bool)
    for pair, channel in sources:
        np.logical_or.at(reached, pair, way.handled[pair, channel] > 0)
    exists = np.zeros(n.shape, dtype=bool)
    exists[cells.only(~served).codes] = True
    s, i, t = inbound.codes
    exists[s, i, :, t] = reached
    flow = Index.where(cells.sets, CELL, exists)
    positions = np.full(n.shape, -1, dtype=np.int64)
    positions[flow.codes] = np.arange(flow.num_rows)
    at = positions[s, i, :, t]  # (P, C)
    once = Expr.sum_to(entering[0].only(~served), flow)
    columns = (np.nonzero(served)[0], np.arange(accepting.num_rows))
    result = once
    for source, column, expr in zip(sources, columns, entering, strict=True):
        result = result + expr.through(
            flow, _spread(source, way.handled, at, column, (flow.num_rows, expr.index.num_rows))
        )
    return flow, result


def _spread(
    source: tuple[np.ndarray, np.ndarray],
    weights: Floats,
    at: np.ndarray,
    column: np.ndarray,
    shape: tuple[int, int],
) -> Matrix:
    """(rows, columns) matrix that sends each entering column to the rows it reaches."""
    pair, entry = source
    shares = weights[pair, entry]
    which, channel = np.nonzero(shares)
    return scipy.sparse.csr_array(
        (shares[which, channel], (at[pair[which], channel], column[which])), shape=shape
    )


def inflow(n: Numbers, contacts: Contacts) -> Expr:
    """Contacts meant for each closable channel, on the rows of `accepted`."""
    accepting = contacts.accepted.index
    served = n.inbound[contacts.cells.code("interaction")]
    positions = np.full(n.shape, -1, dtype=np.int64)
    positions[accepting.codes] = np.arange(accepting.num_rows)
    s, i, t = contacts.inbound.codes
    at = positions[s, i, :, t]
    weights = np.where((at >= 0)[:, None, :], contacts.routes.inflow, 0.0)
    result = Expr.zero(accepting)
    for expr, rows, column in (
        (contacts.first, contacts.cells.only(served), np.nonzero(served)[0]),
        (contacts.accepted, accepting, np.arange(accepting.num_rows)),
    ):
        source = _pair_and_channel(contacts.inbound, rows)
        shape = (accepting.num_rows, expr.index.num_rows)
        result = result + expr.through(accepting, _spread(source, weights, at, column, shape))
    return result
