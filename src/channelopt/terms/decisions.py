"""Decisions: every variable and derived expression of the program, under the model's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index, Sets
from channelopt.algebra.program import Program
from channelopt.terms.closed_form import Routes
from channelopt.terms.flows import Passing
from channelopt.terms.lanes import Lanes
from channelopt.terms.stairs import Stairs


@dataclass(frozen=True)
class Decisions:
    """Variables (marked *) and what follows from them, as labelled expressions."""

    program: Program
    sets: Sets  # "channel" has the bundles after the channels
    lanes: Lanes

    inbound: Index  # segment interaction period: inbound pairs with contacts
    outbound: Index  # segment interaction period: outbound pairs with contacts
    cells: Index  # segment interaction channel period: where a first contact may enter
    first: Expr  # e on cells, all variants together
    largest: Param  # tightest valid bound of e on cells
    entered: Expr  # * e on segment interaction channel variant period, bundles left out
    treated: Expr  # * e of bundles, on their cells
    used: Expr  # * u: what bundles use of a channel, rows like entered
    routes: Routes
    passing: Passing  # * contacts passed on, and those turned away
    lane_flow: Index  # segment interaction channel variant period: where contacts may be handled
    handled_by_lane: Expr  # f on lane_flow
    flow: Index  # segment interaction channel period
    handled: Expr  # f on flow, all variants together

    channel_periods: Index  # channel period: all, bundles left out
    openable: Index  # channel period: available
    open: Expr  # * o on channel_periods, zero outside the window
    before_open: Expr  # o one period earlier, on channel_periods
    running: Expr  # * y on channel variant period; the open flag where there is one variant
    upgrade_periods: Index  # upgrade period: all
    owned: Expr  # * w on upgrade_periods, zero before they can be bought
    bought: Expr  # w less w one period earlier
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
    stairs: Stairs  # agents that a service level needs at each load
    moving: Index  # group period: where hiring or releasing costs
    hired: Expr  # * on moving
    released: Expr  # on moving

    points: Expr  # Q by segment interaction period, on inbound
    weight: Param  # importance times contacts, on inbound
    rated: Index  # segment period with a mean satisfaction
    satisfaction: Expr  # mean satisfaction on rated
    money: Mapping[str, Expr]  # every ledger term on its natural rows, unsigned, undiscounted
