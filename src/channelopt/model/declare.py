"""Declare every variable of a scenario and the expressions that follow from them."""

from __future__ import annotations

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index, Sets
from channelopt.algebra.program import Program
from channelopt.model.contacts import CELL, declare_contacts, inflow
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
    openable, open_, before = _open(program, n)
    switching, opens, closes = _switching(program, n, open_, before)
    offers = Index.where(sets, ("segment", "channel", "period"), offers_decided)
    offered = program.variable("offered", offers, upper=1.0, integer=True)
    chosen = _chosen(program, n, contacts.cells)
    serving, hours, fte = _staff(program, n)
    moving, hired, released = _moving(program, n, fte)
    rating = rate(n, contacts)
    shape = sets.all("segment", "period")
    money = {
        "kept_margin": kept_margin(program, n, contacts, rating, shape),
        "contact_value": contacts.first * Param.pick(contacts.cells, n.contact_value, *CELL),
        "satisfaction_value": rating.points * n.satisfaction_price,
        "closure_loss": _closure_loss(n, open_),
        "contact_cost": contacts.handled * Param.pick(contacts.flow, n.unit_cost, *CELL),
        "staff_cost": fte * Param.pick(fte.index, n.fte_cost, "group", "period"),
        "fixed_cost": open_ * Param.pick(open_.index, n.fixed_cost, "channel", "period"),
        "opening_cost": opens * Param.pick(switching, n.opening_cost, "channel"),
        "closing_cost": closes * Param.pick(switching, n.closing_cost, "channel"),
        "hiring_cost": hired * Param.pick(moving, n.hiring_cost, "group"),
        "release_cost": released * Param.pick(moving, n.release_cost, "group"),
    }
    return Decisions(
        program=program,
        sets=sets,
        inbound=contacts.inbound,
        outbound=contacts.outbound,
        cells=contacts.cells,
        first=contacts.first,
        largest=contacts.largest,
        routes=contacts.routes,
        accepted=contacts.accepted,
        turned_away=contacts.turned_away,
        inflow=inflow(n, contacts),
        flow=contacts.flow,
        handled=contacts.handled,
        channel_periods=open_.index,
        openable=openable,
        open=open_,
        before_open=before,
        switching=switching,
        opens=opens,
        closes=closes,
        offers=offers,
        offered=offered,
        chosen=chosen,
        group_periods=fte.index,
        fte=fte,
        serving=serving,
        hours=hours,
        moving=moving,
        hired=hired,
        released=released,
        points=rating.points,
        weight=rating.weight,
        rated=rating.rated,
        satisfaction=rating.satisfaction,
        money=money,
    )


def _open(program: Program, n: Numbers) -> tuple[Index, Expr, Expr]:
    everywhere = program.sets.all("channel", "period")
    openable = Index.where(program.sets, ("channel", "period"), n.available)
    flags = program.variable("open", openable, upper=1.0, integer=True)
    open_ = flags.sum_to(everywhere)
    first = Param.pick(everywhere, n.initially_open, "channel")
    return openable, open_, open_.before("period", first)


def _switching(program: Program, n: Numbers, open_: Expr, before: Expr) -> tuple[Index, Expr, Expr]:
    """One column says that a channel opens; that it closes follows."""
    costs = (n.opening_cost != 0) | (n.closing_cost != 0)
    keep = costs[open_.index.code("channel")]
    index = open_.index.only(keep)
    opens = program.variable("opens", index, upper=1.0)
    return index, opens, opens - open_.on(index) + before.on(index)


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


def _staff(program: Program, n: Numbers) -> tuple[Index, Expr, Expr]:
    group_periods = program.sets.all("group", "period")
    g, t = group_periods.codes
    whole = n.whole_fte[g]
    lower, upper = n.min_fte[g, t], n.max_fte[g, t]
    fte = program.variable("fte", group_periods, lower=lower, upper=upper, integer=whole)
    exists = n.serves[:, :, None] & n.available[None, :, :]
    serving = Index.where(program.sets, ("group", "channel", "period"), exists)
    return serving, program.variable("hours", serving), fte


def _moving(program: Program, n: Numbers, fte: Expr) -> tuple[Index, Expr, Expr]:
    """One column counts the FTE hired; those released follow."""
    costs = (n.hiring_cost > 0) | (n.release_cost > 0)
    index = fte.index.only(costs[fte.index.code("group")])
    before = fte.before("period", Param.pick(fte.index, n.initial_fte, "group"))
    hired = program.variable("hired", index)
    return index, hired, hired - fte.on(index) + before.on(index)


def _closure_loss(n: Numbers, open_: Expr) -> Expr:
    """Loss while an initially open channel is closed, on `channel period`."""
    per_period = np.einsum("sct,st->ct", n.closure_loss, n.customers)
    per_period = per_period * n.initially_open[:, None]
    loss = Param.pick(open_.index, per_period, "channel", "period")
    return Expr.of(loss) - open_ * loss
