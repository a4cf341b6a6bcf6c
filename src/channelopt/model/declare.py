"""Declare every variable of a scenario and the expressions that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index, Sets
from channelopt.algebra.program import Program
from channelopt.model.contacts import Contacts, declare_contacts
from channelopt.model.value import kept_margin, rate
from channelopt.terms.closed_form import most_handled
from channelopt.terms.decisions import Decisions
from channelopt.terms.flows import CELL, of_lane
from channelopt.terms.lanes import Lanes, lanes
from channelopt.terms.numbers import Flags, Floats, Numbers
from channelopt.terms.stairs import Stairs, all_steps, whole


def sets_of(n: Numbers, ways: Lanes) -> Sets:
    """Return the labels of every dimension; bundles stand after the channels."""
    return Sets(
        {
            "segment": n.segments,
            "interaction": n.interactions,
            "channel": n.ways,
            "variant": ways.variants,
            "bundle": n.bundles,
            "upgrade": n.upgrades.ids,
            "group": n.groups,
            "period": n.periods,
        }
    )


def declare(
    n: Numbers, offers_decided: Flags, largest_shares: Floats, stairs: Stairs | None = None
) -> Decisions:
    """Add all columns, in sorted order, and name what follows from them.

    Args:
        n: all numbers.
        offers_decided: (S, C, T) where the offer of a channel to a segment is a decision, because
            steering or a policy depends on it; elsewhere every open channel counts as offered.
        largest_shares: (S, I, W, T) shares of n that no plan exceeds, to tighten links.
        stairs: of the service levels; default exact, every single step.
    """
    ways = lanes(n)
    sets = sets_of(n, ways)
    program = Program(sets)
    contacts = declare_contacts(program, n, ways, largest_shares)
    timeline = _timeline(program, n)
    investing = _investing(program, n)
    running = _running(program, n, ways, timeline)
    offers = Index.where(sets, ("segment", "channel", "period"), _wide(n, offers_decided, 1))
    offered = program.variable("offered", offers, upper=1.0, integer=True)
    chosen = _chosen(program, n, contacts.cells)
    staffing = _staffing(program, n)
    rating = rate(n, ways, contacts)
    kept = kept_margin(program, n, (ways, contacts, rating), sets.all("segment", "period"))
    return Decisions(
        program=program,
        sets=sets,
        lanes=ways,
        **_parts(contacts, timeline, staffing, rating, investing),
        running=running,
        stairs=stairs or whole(all_steps(n, ways, most_handled(n, ways))),
        offers=offers,
        offered=offered,
        chosen=chosen,
        money={
            "kept_margin": kept,
            "satisfaction_value": rating.points * n.satisfaction_price,
            **_money_of_contacts(n, ways, contacts),
            **_money_of_channels(n, timeline),
            **_money_of_upgrades(n, investing),
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


@dataclass(frozen=True)
class _Investing:
    """Upgrades over time; see Decisions for each field."""

    upgrade_periods: Index
    owned: Expr
    bought: Expr


def _wide(n: Numbers, flags: Flags, axis: int) -> Flags:
    """Extend flags by bundles along the axis of channels, where nothing is."""
    if not n.bundles:
        return flags
    room = [(0, 0)] * flags.ndim
    room[axis] = (0, len(n.bundles))
    return np.pad(flags, room)


def _money_of_contacts(n: Numbers, ways: Lanes, contacts: Contacts) -> dict[str, Expr]:
    worth = Param.pick(contacts.cells, n.contact_value, *CELL)
    cost = Param(contacts.lane_flow, of_lane(ways, ways.unit_cost, contacts.lane_flow))
    return {
        "contact_value": contacts.first * worth,
        "contact_cost": contacts.handled_by_lane * cost,
    }


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


def _money_of_upgrades(n: Numbers, investing: _Investing) -> dict[str, Expr]:
    """Investment and running cost on `channel upgrade period`, so that filters find the channel."""
    sets = investing.upgrade_periods.sets
    exists = np.zeros((len(n.ways), len(n.upgrades.ids), len(n.periods)), dtype=bool)
    exists[n.upgrades.channel, np.arange(len(n.upgrades.ids))] = True
    rows = Index.where(sets, ("channel", "upgrade", "period"), exists)
    investment = Param.pick(rows, n.upgrades.investment, "upgrade")
    running = Param.pick(rows, n.upgrades.running_cost, "upgrade", "period")
    return {
        "investment_cost": investing.bought.on(rows) * investment,
        "running_cost": investing.owned.on(rows) * running,
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
    real = _wide(n, np.ones_like(n.available), 0)
    everywhere = Index.where(program.sets, ("channel", "period"), real)
    openable = Index.where(program.sets, ("channel", "period"), _wide(n, n.available, 0))
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


def _investing(program: Program, n: Numbers) -> _Investing:
    everywhere = program.sets.all("upgrade", "period")
    possible = Index.where(program.sets, ("upgrade", "period"), n.upgrades.available)
    owned = program.variable("owned", possible, upper=1.0, integer=True).sum_to(everywhere)
    before = owned.before("period", Param(everywhere, np.zeros(everywhere.num_rows)))
    return _Investing(everywhere, owned, owned - before)


def _running(program: Program, n: Numbers, ways: Lanes, timeline: _Timeline) -> Expr:
    """The variant a channel runs with; a column only where there is more than one.

    Whole without being declared whole: what is owned leaves exactly one variant.
    """
    exists = np.zeros((len(n.ways), len(ways.variants), len(n.periods)), dtype=bool)
    lane, t = np.nonzero(ways.exists)
    exists[ways.channel[lane], ways.variant[lane], t] = True
    rows = Index.where(program.sets, ("channel", "variant", "period"), exists)
    shared = ways.shared[rows.code("channel"), rows.code("period")]
    several = program.variable("running", rows.only(shared), upper=1.0)
    return timeline.open.on(rows.only(~shared)).sum_to(rows) + several.sum_to(rows)


def _chosen(program: Program, n: Numbers, cells: Index) -> Expr | None:
    """The one channel of a pair or of a segment, where the assignment allows only one."""
    if n.assignment == "split":
        return None
    served = cells.only(n.inbound[cells.code("interaction")])
    if n.assignment == "one_channel_per_interaction":
        return program.variable("chosen", served, upper=1.0, integer=True)
    exists = np.zeros((len(n.segments), len(n.ways), len(n.periods)), dtype=bool)
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
    serving = Index.where(program.sets, ("group", "channel", "period"), _wide(n, exists, 1))
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
