"""Decisions: every variable and derived expression of the program, under the model's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index, Sets
from channelopt.algebra.program import Program
from channelopt.terms.numbers import Floats


@dataclass(frozen=True)
class Routes:
    """How inbound contacts move on, per inbound pair p = (s, i, t) with contacts.

    `handled[p, a, c]` contacts that c handles for each contact that enters at a, by first contact
    or as accepted from another channel; only moves to channels that cannot close, and repeats, are
    followed. `inflow[p, a, c]` what these pass on to a closable c; `most[p, c]` the largest
    inflow that c can meet, all channels open.
    """

    handled: Floats  # (P, C, C)
    inflow: Floats  # (P, C, C)
    most: Floats  # (P, C)


@dataclass(frozen=True)
class Decisions:
    """Variables (marked *) and what follows from them, as labelled expressions."""

    program: Program
    sets: Sets

    inbound: Index  # segment interaction period: inbound pairs with contacts
    outbound: Index  # segment interaction period: outbound pairs with contacts
    cells: Index  # segment interaction channel period: where a first contact may enter
    first: Expr  # * e on cells
    largest: Param  # tightest valid bound of e on cells
    routes: Routes
    accepted: Expr  # * contacts passed on to a closable channel, on its rows
    turned_away: Expr  # * contacts meant for it while it is closed, same rows
    inflow: Expr  # contacts meant for it, same rows
    flow: Index  # segment interaction channel period: where contacts may be handled
    handled: Expr  # f on flow

    channel_periods: Index  # channel period: all
    openable: Index  # channel period: available
    open: Expr  # * o on channel_periods, zero outside the window
    before_open: Expr  # o one period earlier, on channel_periods
    switching: Index  # channel period: where opening or closing costs
    opens: Expr  # * on switching
    closes: Expr  # on switching

    offers: Index  # segment channel period: where the offer is a decision
    offered: Expr  # * z on offers; elsewhere an open channel counts as offered
    chosen: Expr | None  # * the one channel, on cells or on segment channel period

    group_periods: Index  # group period
    fte: Expr  # * a
    serving: Index  # group channel period
    hours: Expr  # * h on serving
    moving: Index  # group period: where hiring or releasing costs
    hired: Expr  # * on moving
    released: Expr  # on moving

    points: Expr  # Q by segment interaction period, on inbound
    weight: Param  # importance times contacts, on inbound
    rated: Index  # segment period with a mean satisfaction
    satisfaction: Expr  # mean satisfaction on rated
    money: Mapping[str, Expr]  # every ledger term on its natural rows, unsigned, undiscounted
