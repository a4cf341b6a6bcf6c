"""Every policy in plain loops over the variables of the reference model."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import pulp

from tests.reference import outage

KINDS = (
    "contact",
    "staff",
    "fixed",
    "opening",
    "closing",
    "investment",
    "running",
    "hiring",
    "release",
)
OF_STAFF = ("staff", "hiring", "release")


def add(m: Any, policy: Any) -> None:
    """Add the rows of one policy to the reference model."""
    RULES[policy.type](m, policy)


# ---- filters and bounds


def _chosen(labels: tuple[str, ...], wanted: list[Any] | None) -> list[int]:
    if wanted is None:
        return list(range(len(labels)))
    return [k for k, label in enumerate(labels) if label in {str(w) for w in wanted}]


def _segments(m: Any, p: Any) -> list[int]:
    return _chosen(m.n.segments, getattr(p, "segments", None))


def _interactions(m: Any, p: Any) -> list[int]:
    return _chosen(m.n.interactions, getattr(p, "interactions", None))


def _ways(m: Any, p: Any) -> list[int]:
    """Channels and bundles."""
    touch = getattr(p, "touch", None)
    if touch is None:
        return _chosen(m.n.ways, getattr(p, "channels", None))
    levels = [touch] if isinstance(touch, str) else touch
    return [c for c in m.C if m.n.touch[c] in levels]


def _channels(m: Any, p: Any) -> list[int]:
    return [c for c in _ways(m, p) if c in m.C]


def _periods(m: Any, p: Any) -> list[int]:
    return _chosen(m.n.periods, p.periods)


def _at(value: Any, t: int) -> float | None:
    """The bound in period t; None where there is none."""
    if isinstance(value, list):
        value = value[t]
    return None if value is None else float(value)


def _bounds(m: Any, amount: Any, of: Any, p: Any, t: int) -> None:
    """Bounds times `of`, so that a rule on nothing holds."""
    least = _at(getattr(p, "at_least", None), t)
    most = _at(getattr(p, "at_most", None), t)
    if least is not None:
        m.require(amount, ">=", least * of)
    if most is not None:
        m.require(amount, "<=", most * of)


def _entering(m: Any, t: int, segments: Any, interactions: Any, channels: Any) -> Any:
    return pulp.lpSum(
        m.e.get((s, i, c, t), 0) for s in segments for i in interactions for c in channels
    )


# ---- the types


def _volume(m: Any, p: Any) -> None:
    for t in _periods(m, p):
        cells = [
            (s, i, c, t) for s in _segments(m, p) for i in _interactions(m, p) for c in _ways(m, p)
        ]
        if p.measure == "handled":
            amount = pulp.lpSum(m.handled(*cell) for cell in cells if cell[2] in m.C)
        else:
            amount = pulp.lpSum(m.e.get(cell, 0) for cell in cells)
        _bounds(m, amount, 1.0, p, t)


def _share(m: Any, p: Any) -> None:
    segments = _segments(m, p)
    for t in _periods(m, p):
        for together in [segments] if p.scope == "total" else [[s] for s in segments]:
            made = _entering(m, t, together, _interactions(m, p), m.W)
            there = _entering(m, t, together, _interactions(m, p), _ways(m, p))
            _bounds(m, there, made, p, t)


def _satisfaction(m: Any, p: Any) -> None:
    for t in _periods(m, p):
        floor = _at(p.at_least, t)
        means = {s: m.mean(s, t, _interactions(m, p)) for s in _segments(m, p)}
        means = {s: mean for s, mean in means.items() if mean is not None}
        if floor is None or not means:
            continue
        if p.scope == "each":
            for mean in means.values():
                m.require(mean, ">=", floor)
            continue
        customers = {s: float(m.n.customers[s, t]) for s in means}
        m.require(
            pulp.lpSum(customers[s] * mean for s, mean in means.items()),
            ">=",
            floor * sum(customers.values()),
        )


def _fairness(m: Any, p: Any) -> None:
    for t in _periods(m, p):
        most = _at(p.at_most, t)
        means = [m.mean(s, t, _interactions(m, p)) for s in _segments(m, p)]
        for one, other in permutations([mean for mean in means if mean is not None], 2):
            if most is not None:
                m.require(one - other, "<=", most)


def _budget(m: Any, p: Any) -> None:
    by_channel = p.channels is not None or p.touch is not None
    kinds = [kind for kind in p.counts if not (by_channel and kind in OF_STAFF)]
    reach = (set(_segments(m, p)), set(_interactions(m, p)), set(_channels(m, p)))
    spent = {t: pulp.lpSum(m.cost(kind, t, *reach) for kind in kinds) for t in _periods(m, p)}
    if p.scope == "total":
        m.require(pulp.lpSum(spent.values()), "<=", float(p.at_most))
        return
    for t, amount in spent.items():
        most = _at(p.at_most, t)
        if most is not None:
            m.require(amount, "<=", most)


def _return_on_cost(m: Any, p: Any) -> None:
    gained, spent = [], []
    for t in _periods(m, p):
        factor = (1 + m.n.discount_rate) ** -t
        gained += [factor * m.money[term][t] for term in ("kept_margin", "contact_value")]
        spent += [factor * m.money[f"{kind}_cost"][t] for kind in KINDS]
    m.require(pulp.lpSum(gained), ">=", (1 + float(p.at_least)) * pulp.lpSum(spent))


def _choice(m: Any, p: Any) -> None:
    for t in _periods(m, p):
        for s in _segments(m, p):
            if m.inbound_cells(s, t):
                offered = pulp.lpSum(m.z.get((s, c, t), 0) for c in _channels(m, p))
                _bounds(m, offered, 1.0, p, t)


def _preferred_channel(m: Any, p: Any) -> None:
    n = m.n
    for t in _periods(m, p):
        for s in _segments(m, p):
            for c in _channels(m, p):
                liked = [
                    i
                    for i in m.inbound_cells(s, t)
                    if i in _interactions(m, p)
                    and (s, i, c, t) in m.e
                    and n.preference[s, i, c] >= p.threshold
                ]
                if liked:
                    m.require(m.z[s, c, t], "=", 1.0)


def _migration(m: Any, p: Any) -> None:
    n = m.n
    for t in _periods(m, p):
        most = _at(p.at_most, t)
        if most is None:
            continue
        for s in _segments(m, p):
            for i in _interactions(m, p):
                for c in _ways(m, p):
                    now = _share_of(m, s, i, c, t)
                    if t > 0:
                        before = _share_of(m, s, i, c, t - 1)
                    else:
                        baseline = float(n.baseline_share[s, i, c])
                        before = None if math.isnan(baseline) else baseline
                    if now is None or before is None:
                        continue
                    m.require(now - before, "<=", most)
                    m.require(now - before, ">=", -most)


def _share_of(m: Any, s: int, i: int, c: int, t: int) -> Any | None:
    contacts = m.contacts[s, i, t]
    return None if contacts == 0 else (1.0 / contacts) * m.e.get((s, i, c, t), 0)


def _open_channels(m: Any, p: Any) -> None:
    for t in _periods(m, p):
        _bounds(m, pulp.lpSum(m.o[c, t] for c in _channels(m, p)), 1.0, p, t)


def _requires(m: Any, p: Any) -> None:
    needs = [p.needs] if isinstance(p.needs, str) else p.needs
    channel = m.n.channels.index(p.channel)
    for t in _periods(m, p):
        for need in needs:
            m.require(m.o[channel, t], "<=", m.o[m.n.channels.index(need), t])


def _contact_limit(m: Any, p: Any) -> None:
    outbound = [i for i in _interactions(m, p) if not m.n.inbound[i]]
    for t in _periods(m, p):
        most = _at(p.at_most, t)
        for s in _segments(m, p):
            if most is not None:
                made = _entering(m, t, [s], outbound, _ways(m, p))
                m.require(made, "<=", most * float(m.n.customers[s, t]))


def _metric(m: Any, p: Any) -> None:
    metric = next(found for found in m.n.metrics if found.id == p.metric)
    for t in _periods(m, p):
        amounts = []
        for s in _segments(m, p):
            for i in _interactions(m, p):
                for w in _ways(m, p):
                    value = float(metric.values[s, i, w, t])
                    if not metric.per_handled:
                        amounts.append(value * m.e.get((s, i, w, t), 0))
                    elif w in m.C:
                        amounts.append(value * m.handled(s, i, w, t))
        made = _entering(m, t, _segments(m, p), _interactions(m, p), _ways(m, p))
        _bounds(m, pulp.lpSum(amounts), made if p.scope == "mean" else 1.0, p, t)


def _outage(m: Any, p: Any) -> None:
    for t in _periods(m, p):
        outage.add(m, p, t, _segments(m, p), _interactions(m, p))


RULES = {
    "volume": _volume,
    "share": _share,
    "satisfaction": _satisfaction,
    "fairness": _fairness,
    "budget": _budget,
    "return_on_cost": _return_on_cost,
    "choice": _choice,
    "preferred_channel": _preferred_channel,
    "migration": _migration,
    "open_channels": _open_channels,
    "requires": _requires,
    "contact_limit": _contact_limit,
    "metric": _metric,
    "outage": _outage,
}
