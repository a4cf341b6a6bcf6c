"""The linear program of one emergency: place what a failed channel leaves, the plan fixed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Outcome, Reason
from channelopt.pipeline.engine import Engine
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags, Floats, Numbers

SECONDS = 60.0
"""Most time for one emergency; they take milliseconds."""

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Failure:
    """A plan in a period in which a channel fails.

    Pairs (P) are the (segment, interaction) with inbound first contacts in the failed channel.
    """

    numbers: Numbers
    period: int
    others: Flags  # (C,) open channels that are left
    load: Floats  # (C,) what they handle of all other contacts
    hours: Floats  # (C,) hours of work on these, in channels that some group serves
    planned: Floats  # (G, C) hours that the plan's division of work gives them
    paid: Floats  # (G,) hours that the FTE of the plan can work
    segment: Codes  # (P,)
    interaction: Codes  # (P,)
    stranded: Floats  # (P,) first contacts of the failed channel
    options: Flags  # (P, C) channels that may take them
    spread: Floats  # (P, C, C) contacts that c handles for each one that enters at a
    agent_hours: Floats  # (P, C) hours per handled contact, where some group serves

    def of(self, chosen: Flags) -> Failure:
        """Return the same failure where only some pairs (P,) look for another channel."""
        names = ("segment", "interaction", "stranded", "options", "spread", "agent_hours")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})


@dataclass(frozen=True)
class Stop:
    """A limit that keeps contacts from being placed."""

    kind: str  # "capacity" or "hours"
    position: int  # of the channel or of the group
    limit: float  # in the emergency
    weight: float  # contacts more, were the limit twice as high and nothing else in the way


@dataclass(frozen=True)
class Placed:
    """The best that can be done: where contacts of each pair go, hours, and what stops more."""

    contacts: Floats  # (P, C)
    hours: Floats  # (G, C)
    stops: tuple[Stop, ...] = ()  # most limiting first
    known: bool = True  # whether nothing better exists


def failure(n: Numbers, choice: Choice, channel: int, period: int) -> Failure:
    """Work out what is left when a channel fails.

    Args:
        n: numbers under the upgrades that the plan owns.
        choice: the plan.
        channel: which one fails.
        period: when.
    """
    first = choice.first_contacts[..., period]
    others = choice.open[:, period].copy()
    others[channel] = False
    channels = len(n.channels)
    entering = first[:, :, :channels] * n.inbound[None, :, None]
    s, i = np.nonzero(entering.sum(axis=2) > 0)
    spread = _spread(n, n.resolution[s, i, :, period], others)
    per_agent = 60.0 * n.concurrency[:, period]
    staffed = n.serves.any(axis=0) & others
    minutes = np.nan_to_num(n.handle_minutes[..., period])
    agent_hours = np.where(staffed, minutes / per_agent, 0.0)
    staying = entering[s, i].copy()
    staying[:, channel] = 0.0
    handled = np.einsum("pa,pac->pc", staying, spread)
    outbound = _outbound(n, first, channel)
    load = handled.sum(axis=0) + outbound.sum(axis=(0, 1))
    hours = (handled * agent_hours[s, i]).sum(axis=0) + (outbound * agent_hours).sum(axis=(0, 1))
    left = entering[s, i, channel]
    stranded = left > 0
    options = n.eligible[s, i, :channels, period] & others & n.available[:, period]
    return Failure(
        numbers=n,
        period=period,
        others=others,
        load=load,
        hours=hours,
        planned=_planned(n, choice.hours[..., period], hours),
        paid=n.hours_per_fte[:, period] * choice.fte[:, period],
        segment=s[stranded],
        interaction=i[stranded],
        stranded=left[stranded],
        options=options[stranded],
        spread=spread[stranded],
        agent_hours=agent_hours[s, i][stranded],
    )


def _spread(n: Numbers, resolution: Floats, others: Flags) -> Floats:
    """(P, C, C) contacts handled by c for each one entering at a; only `others` are passed on to.

    Handled = (I - M)^-1 with M[a, c] = (1 - resolution[a]) * unresolved[a, c].
    """
    kinds, kind_of = np.unique(resolution, axis=0, return_inverse=True)
    passing = (1.0 - kinds)[:, :, None] * n.unresolved * others[:, None] * others
    handled = np.linalg.inv(np.eye(len(others)) - passing).astype(np.float64)
    return np.maximum(handled, 0.0)[kind_of.reshape(-1)]


def _outbound(n: Numbers, first: Floats, channel: int) -> Floats:
    """(S, I, C) outbound work that stays: without the channel and the bundles that use it."""
    made = np.where(n.inbound[None, :, None], 0.0, first)
    made[:, :, channel] = 0.0
    for b in np.flatnonzero(n.uses[:, channel] > 0) if n.bundles else ():
        made[:, :, len(n.channels) + b] = 0.0
    return n.by_channel(made[..., None])[..., 0]


def _planned(n: Numbers, worked: Floats, needed: Floats) -> Floats:
    """(G, C) divide the hours that are needed as the plan divides its own."""
    divided: Floats = _shared(np.where(n.serves, worked, 0.0), n.serves) * needed
    return divided


def _shared(weights: Floats, serves: Flags) -> Floats:
    """(G, C) each group's share of a channel by weight; all to the first where none has any."""
    total = weights.sum(axis=0)
    shares = np.where(serves & (np.cumsum(serves, axis=0) == 1), 1.0, 0.0)
    divided: Floats = np.divide(weights, total, out=shares, where=total > 0)
    return divided


def place(fails: Failure, surge: float, engine: Engine) -> Placed:
    """Place as many stranded contacts as possible.

    Where the plan itself exceeds a limit (a plan that was given), nothing more goes there.

    Args:
        fails: the emergency.
        surge: extra capacity and hours, 0.2 = 20 % more.
        engine: solves linear programs with prices.
    """
    nothing = Placed(np.zeros(fails.options.shape), fails.planned)
    if not fails.options.any():
        return nothing
    simple = _simply(fails, surge)
    if simple is not None:
        return simple
    form = _form(fails, surge)
    outcome = engine.solve(form.problem, Limits(time_limit=SECONDS))
    if outcome.termination.reason is Reason.INFEASIBLE:
        form = _form(fails, surge, at_least=fails.planned.sum(axis=1))
        outcome = engine.solve(form.problem, Limits(time_limit=SECONDS))
    if outcome.x is None:
        return replace(nothing, known=False)
    known = outcome.termination.reason is Reason.OPTIMAL
    placed = form.placed(outcome.x)
    hours = form.hours(outcome.x, placed)
    return Placed(placed, hours, form.stops(outcome), known)


def _simply(fails: Failure, surge: float) -> Placed | None:
    """Divide contacts by the room that channels have; None where they do not fit like that."""
    n, t = fails.numbers, fails.period
    capacity = (1.0 + surge) * n.capacity[:, t]
    paid = (1.0 + surge) * fails.paid
    spare = np.maximum(paid - fails.planned.sum(axis=1), 0.0)  # (G,)
    each = fails.agent_hours.mean(axis=0)
    staffed = each > 0
    room = np.where(staffed, 0.0, np.inf)
    room[staffed] = (n.serves * spare[:, None]).sum(axis=0)[staffed] / each[staffed]
    room = np.minimum(np.maximum(capacity - fails.load, 0.0), room)
    endless = fails.options & np.isinf(room)
    spread_out = np.asarray(endless.any(axis=1))[:, None]
    weights = np.where(spread_out, endless, fails.options * _finite(room))
    total = weights.sum(axis=1)
    if (total <= 0).any():
        return None
    contacts = weights / total[:, None] * fails.stranded[:, None]
    handled = np.einsum("pa,pac->pc", contacts, fails.spread)
    more = (handled * fails.agent_hours).sum(axis=0)
    hours = fails.planned + _shared(n.serves * spare[:, None], n.serves) * more
    fits = (handled.sum(axis=0) + fails.load <= capacity).all() and (
        hours.sum(axis=1) <= paid
    ).all()
    return Placed(contacts, hours) if fits else None


def _finite(room: Floats) -> Floats:
    return np.where(np.isfinite(room), room, 0.0)


@dataclass(frozen=True)
class _Form:
    """The program: a column per class of equal pairs and channel, and per group and channel.

    Pairs with the same options and the same use of everything are one class (K): what a class
    takes is divided in proportion.
    """

    fails: Failure
    problem: MatrixProblem
    class_of: Codes  # (P,)
    amounts: Floats  # (K,)
    column_class: Codes  # (J,)
    column_channel: Codes  # (J,)
    working: tuple[Codes, Codes]  # (H,) group and channel of each column of hours
    limits: tuple[tuple[str, int, float], ...]  # rows at the end: kind, position, limit

    def placed(self, x: Floats) -> Floats:
        """(P, C) contacts of each pair by channel, never more than there are."""
        by_class = np.zeros((len(self.amounts), len(self.fails.others)))
        by_class[self.column_class, self.column_channel] = np.maximum(
            x[: len(self.column_class)], 0.0
        )
        total = by_class.sum(axis=1)
        over = np.maximum(total, self.amounts)
        shares = by_class / over[:, None]
        shared: Floats = shares[self.class_of] * self.fails.stranded[:, None]
        return shared

    def hours(self, x: Floats, placed: Floats) -> Floats:
        """(G, C) hours, exactly what the work needs."""
        found = np.zeros(self.fails.planned.shape)
        found[self.working] = np.maximum(x[len(self.column_class) :], 0.0)
        f = self.fails
        needed = f.hours + np.einsum("pa,pac,pc->c", placed, f.spread, f.agent_hours)
        return _planned(f.numbers, found, needed)

    def stops(self, outcome: Outcome) -> tuple[Stop, ...]:
        """Return the limits with a price, most limiting first."""
        if outcome.row_duals is None:
            return ()
        prices = outcome.row_duals[len(outcome.row_duals) - len(self.limits) :]
        found = [
            Stop(kind, position, limit, float(price) * max(limit, 1.0))
            for (kind, position, limit), price in zip(self.limits, prices, strict=True)
            if price > 1e-9
        ]
        return tuple(sorted(found, key=lambda stop: -round(stop.weight, 6)))


def _form(fails: Failure, surge: float, at_least: Floats | float = 0.0) -> _Form:
    """Write the program; `at_least` (G,) lifts hours that the plan itself exceeds."""
    class_of, members = _classes(fails)
    classes = len(members)
    amounts = np.zeros(classes)
    np.add.at(amounts, class_of, fails.stranded)
    which, channel = np.nonzero(fails.options[members])
    handled = fails.spread[members][which, channel]  # (J, C)
    n, t = fails.numbers, fails.period
    capped = np.flatnonzero(fails.others & np.isfinite(n.capacity[:, t]))
    staffed = np.flatnonzero(fails.others & n.serves.any(axis=0))
    groups = np.flatnonzero(n.serves[:, staffed].any(axis=1))
    on_group, on_channel = np.nonzero(n.serves[np.ix_(groups, staffed)])
    worked = handled * fails.agent_hours[members][which]
    capacity = np.maximum((1.0 + surge) * n.capacity[capped, t], fails.load[capped])
    hours = np.maximum((1.0 + surge) * fails.paid, at_least)[groups]
    matrix: Any = scipy.sparse.block_array(
        [
            [_ones(which, classes), None],
            [scipy.sparse.csr_array(worked[:, staffed].T), -_ones(on_channel, len(staffed))],
            [scipy.sparse.csr_array(handled[:, capped].T), None],
            [None, _ones(on_group, len(groups))],
        ],
        format="csr",
    )
    needed = -fails.hours[staffed]
    sides = np.concatenate([amounts, needed, capacity - fails.load[capped], hours])
    low = np.full(len(sides), -np.inf)
    low[classes : classes + len(staffed)] = needed
    problem = MatrixProblem(
        c=np.concatenate([np.ones(len(which)), np.zeros(len(on_group))]),
        offset=0.0,
        A=matrix,
        row_lower=low,
        row_upper=sides,
        lower=np.zeros(matrix.shape[1]),
        upper=np.concatenate([amounts[which], np.full(len(on_group), np.inf)]),
        integer=np.zeros(matrix.shape[1], dtype=bool),
    )
    limits = (*_named("capacity", capped, capacity), *_named("hours", groups, hours))
    working = (groups[on_group], staffed[on_channel])
    return _Form(fails, problem, class_of, amounts, which, channel, working, limits)


def _named(kind: str, positions: Codes, limits: Floats) -> list[tuple[str, int, float]]:
    return [(kind, int(at), float(x)) for at, x in zip(positions, limits, strict=True)]


def _classes(fails: Failure) -> tuple[Codes, Codes]:
    """Return the class of each pair (P,), and one member of each class (K,)."""
    pairs = len(fails.stranded)
    flat = fails.spread.reshape(pairs, -1)
    alike = np.hstack([fails.options, flat, fails.agent_hours])
    _, members, class_of = np.unique(alike, axis=0, return_index=True, return_inverse=True)
    return class_of.reshape(-1), members


def _ones(rows: Codes, count: int) -> Any:
    """(count, len(rows)) matrix with a one in the row of each column."""
    columns = np.arange(len(rows))
    return scipy.sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(count, len(rows)))
