"""Declare every variable of a scenario and the expressions that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index, Sets
from channelopt.algebra.program import Program
from channelopt.model.contacts import CELL, Contacts, declare_contacts, inflow
from channelopt.model.value import kept_margin, rate
from channelopt.terms.decisions import Decisions
from channelopt.terms.numbers import Flags, Floats, Numbers


def sets_of(n: Numbers) -> Sets:
    """Return the labels of every dimension."""
    return Sets(
        {
            "segment": n.segments,
            "interaction": n.interactions,
            "channel": n.channels,
            "group": n.groups,
            "period": n.periods,
        }
    )


def declare(n: Numbers, offers_decided: Flags, largest_shares: Floats) -> Decisions:
    """Add all columns, in sorted order, and name what follows from them.

    Args:
        n: all numbers.
        offers_decided: (S, C, T) where the offer of a channel to a segment is a decision, because
            steering or a policy depends on it; elsewhere every open channel counts as offered.
        largest_shares: (S, I, C, T) shares of n that no plan exceeds, to tighten links.
    """
    sets = sets_of(n)
    program = Program(sets)
    contacts = declare_contacts(program, n, largest_shares)
    timeline = _timeline(program, n)
    offers = Index.where(sets, ("segment", "channel", "period"), offers_decided)
    offered = program.variable("offered", offers, upper=1.0, integer=True)
    chosen = _chosen(program, n, contacts.cells)
    staffing = _staffing(program, n)
    rating = rate(n, contacts)
    kept = kept_margin(program, n, contacts, rating, sets.all("segment", "period"))
    return Decisions(
        program=program,
        sets=sets,
        **_parts(contacts, timeline, staffing, rating),
        inflow=inflow(n, contacts),
        offers=offers,
        offered=offered,
        chosen=chosen,
        money={
            "kept_margin": kept,
            "satisfaction_value": rating.points * n.satisfaction_price,
            **_money_of_contacts(n, contacts),
            **_money_of_channels(n, timeline),
            **_money_of_staff(n, staffing),
        },
    )


def _parts(*parts: Any) -> dict[str, Any]:
    """Gather the fields of parts under their own names."""
    return {item.name: getattr(part, item.name) for part in parts for item in fields(part)}


@dataclass(frozen=True)
class _Timeline:
    """Open channels over time; see Decisions for each field."""

    openable: Index
    channel_periods: Index
    open: Expr
    before_open: Expr
    switching: Index
    opens: Expr
    closes: Expr


@dataclass(frozen=True)
class _Staffing:
    """Staff groups over time; see Decisions for each field."""

    group_periods: Index
    serving: Index
    hours: Expr
    fte: Expr
    moving: Index
    hired: Expr
    released: Expr


def _money_of_contacts(n: Numbers, contacts: Contacts) -> dict[str, Expr]:
    worth = Param.pick(contacts.cells, n.contact_value, *CELL)
    cost = Param.pick(contacts.flow, n.unit_cost, *CELL)
    return {"contact_value": contacts.first * worth, "contact_cost": contacts.handled * cost}


def _money_of_channels(n: Numbers, timeline: _Timeline) -> dict[str, Expr]:
    fixed = Param.pick(timeline.channel_periods, n.fixed_cost, "channel", "period")
    opening = Param.pick(timeline.switching, n.opening_cost, "channel")
    closing = Param.pick(timeline.switching, n.closing_cost, "channel")
    return {
        "closure_loss": _closure_loss(n, timeline.open),
        "fixed_cost": timeline.open * fixed,
        "opening_cost": timeline.opens * opening,
        "closing_cost": timeline.closes * closing,
    }


def _money_of_staff(n: Numbers, staffing: _Staffing) -> dict[str, Expr]:
    per_fte = Param.pick(staffing.group_periods, n.fte_cost, "group", "period")
    hiring = Param.pick(staffing.moving, n.hiring_cost, "group")
    release = Param.pick(staffing.moving, n.release_cost, "group")
    return {
        "staff_cost": staffing.fte * per_fte,
        "hiring_cost": staffing.hired * hiring,
        "release_cost": staffing.released * release,
    }


def _timeline(program: Program, n: Numbers) -> _Timeline:
    everywhere = program.sets.all("channel", "period")
    openable = Index.where(program.sets, ("channel", "period"), n.available)
    flags = program.variable("open", openable, upper=1.0, integer=True)
    open_ = flags.sum_to(everywhere)
    first = Param.pick(everywhere, n.initially_open, "channel")
    before = open_.before("period", first)
    # one column says that a channel opens; that it closes follows
    costs = (n.opening_cost != 0) | (n.closing_cost != 0)
    switching = everywhere.only(costs[everywhere.code("channel")])
    opens = program.variable("opens", switching, upper=1.0)
    closes = opens - open_.on(switching) + before.on(switching)
    return _Timeline(openable, everywhere, open_, before, switching, opens, closes)


def _chosen(program: Program, n: Numbers, cells: Index) -> Expr | None:
    """The one channel of a pair or of a segment, where the assignment allows only one."""
    if n.assignment == "split":
        return None
    served = cells.only(n.inbound[cells.code("interaction")])
    if n.assignment == "one_channel_per_interaction":
        return program.variable("chosen", served, upper=1.0, integer=True)
    exists = np.zeros((len(n.segments), len(n.channels), len(n.periods)), dtype=bool)
    exists[served.code("segment"), served.code("channel"), served.code("period")] = True
    index = Index.where(program.sets, ("segment", "channel", "period"), exists)
    return program.variable("chosen", index, upper=1.0, integer=True)


def _staffing(program: Program, n: Numbers) -> _Staffing:
    group_periods = program.sets.all("group", "period")
    g, t = group_periods.codes
    whole = n.whole_fte[g]
    lower, upper = n.min_fte[g, t], n.max_fte[g, t]
    fte = program.variable("fte", group_periods, lower=lower, upper=upper, integer=whole)
    exists = n.serves[:, :, None] & n.available[None, :, :]
    serving = Index.where(program.sets, ("group", "channel", "period"), exists)
    hours = program.variable("hours", serving)
    # one column counts the FTE hired; those released follow
    costs = (n.hiring_cost > 0) | (n.release_cost > 0)
    moving = group_periods.only(costs[g])
    before = fte.before("period", Param.pick(group_periods, n.initial_fte, "group"))
    hired = program.variable("hired", moving)
    released = hired - fte.on(moving) + before.on(moving)
    return _Staffing(group_periods, serving, hours, fte, moving, hired, released)


def _closure_loss(n: Numbers, open_: Expr) -> Expr:
    """Loss while an initially open channel is closed, on `channel period`."""
    per_period = np.einsum("sct,st->ct", n.closure_loss, n.customers)
    per_period = per_period * n.initially_open[:, None]
    loss = Param.pick(open_.index, per_period, "channel", "period")
    return Expr.of(loss) - open_ * loss
