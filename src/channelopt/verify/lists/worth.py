"""What one first contact causes in the period of a list: exact, once for each cell of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from channelopt.terms.exact import ONE, ZERO, Key, exact, exact_arithmetic
from channelopt.terms.exact_upgrades import with_upgrades
from channelopt.terms.numbers import Flags, Floats, Numbers
from channelopt.terms.routes import Flow, Routes
from channelopt.terms.written import Written

_Routes = dict[bytes, Routes]


@dataclass(frozen=True)
class Worth:
    """Figures of one first contact by segment, interaction and way (S, I, W).

    Attributes:
        period: position of the list's period.
        may_enter: whether the plan lets a first contact in: eligible, open and, inbound, offered.
        cost: contact cost of all that handle it.
        felt: satisfaction of the channel that it enters; 0 in outbound.
        lost: points that passing on and giving up take; 0 in outbound.
        value: contact value.
        handled: (S, I, W, C) contacts that each channel handles.
    """

    period: int
    may_enter: Flags
    cost: Floats
    felt: Floats
    lost: Floats
    value: Floats
    handled: Floats


def worth(n: Numbers, plan: Written, period: int) -> Worth:
    """Follow one contact from every way that the plan has to its end.

    Args:
        n: the scenario, without upgrades.
        plan: what is open, offered and owned.
        period: position of the period.

    Raises:
        CheckFailedError: contacts run in a loop in which nothing ends.
    """
    upgraded = with_upgrades(n, plan.owned)
    enters = _may_enter(upgraded, plan, period)
    tracker = _Tracker(upgraded, plan, period)
    places = [tuple(place) for place in np.argwhere(enters).tolist()]
    figures = np.zeros((*enters.shape, 3 + len(n.channels)))
    with exact_arithmetic():
        for place in places:
            figures[place] = [float(x) for x in tracker.follow(place)]
    value = upgraded.contact_value[..., period]
    return Worth(
        period,
        enters,
        cost=figures[..., 0],
        felt=figures[..., 1],
        lost=figures[..., 2],
        value=np.where(enters, value, 0.0),
        handled=figures[..., 3:],
    )


def _may_enter(n: Numbers, plan: Written, t: int) -> Flags:
    """Return (S, I, W) where the plan lets first contacts in."""
    channels = len(n.channels)
    is_open = np.array([(c, t) in plan.open for c in range(channels)], dtype=bool)
    offered = np.zeros((len(n.segments), channels), dtype=bool)
    for s, c, at in plan.offered:
        offered[s, c] |= at == t
    way_open = np.concatenate([is_open, ~((n.uses > 0) & ~is_open).any(axis=1)])
    enters = n.eligible[..., t] & (way_open & n.way_available[:, t])
    inside = np.zeros(enters.shape, dtype=bool)
    inside[..., :channels] = offered[:, None, :] & _only_channel(n, plan, t)
    allowed: Flags = enters & (inside | ~n.inbound[None, :, None])
    return allowed


def _only_channel(n: Numbers, plan: Written, t: int) -> Flags:
    """Return (S, I, C), or what fits it: the plan's channel where one carries all contacts."""
    made = np.zeros((len(n.segments), len(n.interactions), len(n.channels)))
    if n.assignment == "split":
        return np.ones((1, 1, 1), dtype=bool)
    for (s, i, w, at), amount in plan.first_contacts.items():
        if at == t and n.inbound[i]:
            made[s, i, w] = float(amount)
    if n.assignment == "one_channel_per_segment":
        made[:] = made.sum(axis=1, keepdims=True)
    main: Flags = made.argmax(axis=2)[..., None] == np.arange(len(n.channels))
    return main


class _Tracker:
    """Follows single contacts; remembers the routes of equal resolutions."""

    def __init__(self, n: Numbers, plan: Written, t: int) -> None:
        self._n = n
        self._t = t
        self._open = {c for c in range(len(n.channels)) if (c, t) in plan.open}
        self._routes: _Routes = {}

    def follow(self, place: Key) -> list[Decimal]:
        """Return cost, satisfaction, points lost, and contacts handled by each channel."""
        s, i, w = place
        n, t = self._n, self._t
        entering = self._entering(w)
        handled = self._routes_of(s, i).handled(entering) if n.inbound[i] else entering
        costs = n.unit_cost[s, i, :, t].tolist()
        cost = sum((exact(costs[c]) * x for c, x in handled.items()), ZERO)
        amounts = [handled.get(c, ZERO) for c in range(len(n.channels))]
        if not n.inbound[i]:
            return [cost, ZERO, ZERO, *amounts]
        passed = sum(handled.values(), ZERO) - ONE
        ends = n.resolution[s, i, :, t].tolist()
        unresolved = sum(((ONE - exact(ends[c])) * x for c, x in handled.items()), ZERO)
        lost = exact(n.transfer_penalty) * passed
        lost += exact(n.give_up_penalty) * (unresolved - passed)
        return [cost, exact(n.satisfaction[s, i, w, t]), lost, *amounts]

    def _entering(self, way: int) -> dict[int, Decimal]:
        channels = len(self._n.channels)
        if way < channels:
            return {way: ONE}
        uses = self._n.uses[way - channels].tolist()
        return {c: exact(times) for c, times in enumerate(uses) if times}

    def _routes_of(self, s: int, i: int) -> Routes:
        resolution = self._n.resolution[s, i, :, self._t]
        key = resolution.tobytes()
        if key not in self._routes:
            self._routes[key] = Routes(self._flow(resolution))
        return self._routes[key]

    def _flow(self, resolution: Floats) -> Flow:
        return [
            {
                target: (ONE - exact(ends)) * exact(share)
                for target, share in enumerate(shares)
                if share > 0 and ends < 1 and target in self._open
            }
            for ends, shares in zip(resolution.tolist(), self._n.unresolved.tolist(), strict=True)
        ]


def share_kept(n: Numbers, segment: np.ndarray, mean: Floats) -> Floats:
    """Return the share of a positive margin that customers keep at their satisfaction.

    Args:
        n: the scenario.
        segment: (n,) positions of segments.
        mean: (n,) mean satisfaction.
    """
    # without a weight there are curves, or no inbound contacts and so nothing to keep
    kept: Floats = 1.0 - np.nan_to_num(n.satisfaction_weight) * (1.0 - mean)
    for s, curve in n.curves.items():
        own = segment == s
        if own.any():
            kept[own] = np.interp(mean[own], curve.at, curve.keeps)
    return kept
