"""Every policy as plain rows over the decisions that brute force leaves to a linear program."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

Rows = list[np.ndarray]


def over(value: Any, t: int) -> float | None:
    """The bound in period t; None where there is none."""
    return value[t] if isinstance(value, list) else value


def reach(case: Any, p: Any) -> tuple[list[int], list[int], list[int], list[int]]:
    """Segments, interactions, channels and periods that a policy speaks of."""
    n = case.n
    out = []
    for labels, field in (
        (n.segments, "segments"),
        (n.interactions, "interactions"),
        (n.ways, "channels"),
        (n.periods, "periods"),
    ):
        wanted = getattr(p, field, None)
        out.append([k for k, name in enumerate(labels) if wanted is None or name in wanted])
    touch = getattr(p, "touch", None)
    if touch is not None:
        levels = [touch] if isinstance(touch, str) else touch
        out[2] = [c for c in range(case.nC) if n.touch[c] in levels]
    return out[0], out[1], out[2], out[3]


def rows_of(case: Any, p: Any) -> Rows | None:
    """Rows that must be <= 0; None where the open channels alone break the policy.

    `choice`, `preferred_channel` and `return_on_cost` are handled where they are enumerated.
    """
    if p.type == "requires":
        return _requires(case, p)
    return BUILDERS[p.type](case, p) if p.type in BUILDERS else []


def _between(case: Any, p: Any, t: int, amount: np.ndarray, of: np.ndarray) -> Rows:
    least, most = over(p.at_least, t), over(p.at_most, t)
    rows = []
    if least is not None:
        rows.append(least * of - amount)
    if most is not None:
        rows.append(amount - most * of)
    return rows


def _entering(case: Any, t: int, *axes: Sequence[int]) -> np.ndarray:
    rows = (case.row("e", s, i, c, t) for s, i, c in product(*axes))
    return sum(rows, case.number(0.0))


def _means(case: Any, p: Any, t: int) -> dict[int, np.ndarray]:
    segments, interactions, _, _ = reach(case, p)
    found = {s: case.points(s, t, interactions) for s in segments}
    return {s: total / weight for s, (total, weight) in found.items() if weight > 0}


def _volume(case: Any, p: Any) -> Rows:
    *axes, periods = reach(case, p)
    rows = []
    for t in periods:
        amount = _entering(case, t, *axes)
        if p.measure == "handled":
            flows = (case.handled[s, i, c, t] for s, i, c in product(*axes) if c < case.nC)
            amount = sum(flows, case.number(0.0))
        rows += _between(case, p, t, amount, case.number(1.0))
    return rows


def _share(case: Any, p: Any) -> Rows:
    segments, interactions, channels, periods = reach(case, p)
    groups = [segments] if p.scope == "total" else [[s] for s in segments]
    rows = []
    for t, group in product(periods, groups):
        made = _entering(case, t, group, interactions, range(case.nW))
        rows += _between(case, p, t, _entering(case, t, group, interactions, channels), made)
    return rows


def _satisfaction(case: Any, p: Any) -> Rows:
    rows = []
    for t in reach(case, p)[3]:
        floor, found = over(p.at_least, t), _means(case, p, t)
        if floor is None or not found:
            continue
        if p.scope == "total":
            people = sum(case.n.customers[s, t] for s in found)
            found = {0: sum(case.n.customers[s, t] / people * row for s, row in found.items())}
        rows += [case.number(floor) - mean for mean in found.values()]
    return rows


def _fairness(case: Any, p: Any) -> Rows:
    rows = []
    for t in reach(case, p)[3]:
        most, found = over(p.at_most, t), _means(case, p, t)
        for one, other in product(found, found):
            if most is not None and one != other:
                rows.append(found[one] - found[other] - case.number(most))
    return rows


def _budget(case: Any, p: Any) -> Rows:
    *axes, periods = reach(case, p)
    axes[2] = [c for c in axes[2] if c < case.nC]
    narrow = p.channels is not None or p.touch is not None
    kinds = [k for k in p.counts if not (narrow and k in ("staff", "hiring", "release"))]
    spent = {t: sum((case.costs(k, t, *axes) for k in kinds), case.number(0.0)) for t in periods}
    if p.scope == "total":
        return [sum(spent.values()) - case.number(p.at_most)]
    limits = {t: over(p.at_most, t) for t in spent}
    return [row - case.number(limits[t]) for t, row in spent.items() if limits[t] is not None]


def _migration(case: Any, p: Any) -> Rows:
    segments, interactions, channels, periods = reach(case, p)
    rows = []
    for t, s, i, c in product(periods, segments, interactions, channels):
        most, now, before = over(p.at_most, t), _share_of(case, s, i, c, t), None
        if t > 0:
            before = _share_of(case, s, i, c, t - 1)
        elif not math.isnan(case.n.baseline_share[s, i, c]):
            before = case.number(case.n.baseline_share[s, i, c])
        if most is not None and now is not None and before is not None:
            rows += [now - before - case.number(most), before - now - case.number(most)]
    return rows


def _share_of(case: Any, s: int, i: int, c: int, t: int) -> np.ndarray | None:
    need = case.need[s, i, t]
    return None if need == 0 else case.row("e", s, i, c, t) / need


def _contact_limit(case: Any, p: Any) -> Rows:
    segments, interactions, channels, periods = reach(case, p)
    outbound = [i for i in interactions if not case.n.inbound[i]]
    rows = []
    for t, s in product(periods, segments):
        most = over(p.at_most, t)
        if most is not None:
            limit = case.number(most * case.n.customers[s, t])
            rows.append(_entering(case, t, [s], outbound, channels) - limit)
    return rows


def _open_channels(case: Any, p: Any) -> Rows:
    _, _, channels, periods = reach(case, p)
    channels = [c for c in channels if c < case.nC]
    rows = []
    for t in periods:
        count = case.number(float(case.o[channels, t].sum()))
        rows += _between(case, p, t, count, case.number(1.0))
    return rows


def _requires(case: Any, p: Any) -> Rows | None:
    k = case.n.channels.index(p.channel)
    needs = [p.needs] if isinstance(p.needs, str) else p.needs
    for need, t in product(needs, reach(case, p)[3]):
        if case.o[k, t] and not case.o[case.n.channels.index(need), t]:
            return None
    return []


def _metric(case: Any, p: Any) -> Rows:
    metric = {found.id: found for found in case.n.metrics}[p.metric]
    *axes, periods = reach(case, p)
    rows = []
    for t in periods:
        amount = case.number(0.0)
        for s, i, w in product(*axes):
            if not metric.per_handled:
                amount = amount + metric.values[s, i, w, t] * case.row("e", s, i, w, t)
            elif w < case.nC:
                amount = amount + metric.values[s, i, w, t] * case.handled[s, i, w, t]
        of = _entering(case, t, *axes) if p.scope == "mean" else case.number(1.0)
        rows += _between(case, p, t, amount, of)
    return rows


# ---- outages


def emergency_names(case: Any, number: int, p: Any, names: list[Any]) -> list[Any]:
    """Further unknowns of one outage policy: contacts placed elsewhere, hours, each period."""
    k, n = case.n.channels.index(p.channel), case.n
    found = []
    for t in reach(case, p)[3]:
        for _, s, i, c, at in [name for name in names if name[0] == "e"]:
            if at == t and n.inbound[i] and c != k:
                found.append(("moved", number, s, i, c, t))
        found += [
            ("duty", number, g, c, t)
            for g, c in np.ndindex(case.nG, case.nC)
            if n.serves[g, c] and case.o[c, t] and c != k
        ]
    return found


def outage_rows(case: Any, number: int, p: Any) -> tuple[Rows, Rows]:
    """Rows that must be <= 0 and rows that must be 0."""
    below: Rows = []
    equal: Rows = []
    segments, interactions, _, periods = reach(case, p)
    k = case.n.channels.index(p.channel)
    for t in periods:
        asked = case.number(0.0)
        load: dict[tuple[int, int, int], np.ndarray] = {}
        for s, i in np.ndindex(case.nS, case.nI):
            first = [case.row("e", s, i, c, t) for c in range(case.nW)]
            moved = [case.row("moved", number, s, i, c, t) for c in range(case.nC)]
            if case.n.inbound[i]:
                below.append(sum(moved) - first[k])
                if s in segments and i in interactions:
                    asked = asked + p.recover * first[k] - sum(moved)
            for c, flow in enumerate(_emergency_flow(case, k, (s, i, t), first, moved)):
                load[s, i, c] = flow
        below.append(asked)
        more, hours = _emergency_limits(case, number, k, t, load, 1 + p.surge)
        below += more
        equal += hours
    return below, equal


def _emergency_flow(
    case: Any, k: int, cell: tuple[int, int, int], first: Rows, moved: Rows
) -> np.ndarray:
    """Handled contacts by channel when k is down."""
    (s, i, t), n = cell, case.n
    here = case.o[:, t].astype(float)
    here[k] = 0.0
    entering = np.array([first[c] + moved[c] for c in range(case.nC)]) * here[:, None]
    if not n.inbound[i]:
        for b in range(case.nB):
            if n.uses[b, k] == 0:
                entering = entering + np.outer(n.uses[b], first[case.nC + b])
        return entering
    fails = 1 - n.resolution[s, i, :, t]
    moves = (fails[:, None] * n.unresolved) * here[:, None] * here[None, :]
    found: np.ndarray = np.linalg.solve(np.eye(case.nC) - moves.T, entering)
    return found


def _emergency_limits(
    case: Any, number: int, k: int, t: int, load: dict[Any, np.ndarray], more: float
) -> tuple[Rows, Rows]:
    n = case.n
    below: Rows = []
    equal: Rows = []
    for c in range(case.nC):
        if c == k or not case.o[c, t]:
            continue
        flows = {(s, i): flow for (s, i, a), flow in load.items() if a == c}
        if math.isfinite(n.capacity[c, t]):
            below.append(sum(flows.values()) - case.number(more * n.capacity[c, t]))
        if n.serves[:, c].any():
            hours = case.number(0.0)
            for (s, i), flow in flows.items():
                if case.need[s, i, t] > 0:
                    hours = hours + n.handle_minutes[s, i, c, t] / 60 / n.concurrency[c, t] * flow
            given = (case.row("duty", number, g, c, t) for g in range(case.nG))
            equal.append(hours - sum(given, case.number(0.0)))
    for g in range(case.nG):
        duty = (case.row("duty", number, g, c, t) for c in range(case.nC))
        paid = more * n.hours_per_fte[g, t] * case.row("a", g, t)
        below.append(sum(duty, case.number(0.0)) - paid)
    return below, equal


BUILDERS: dict[str, Callable[[Any, Any], Rows]] = {
    "volume": _volume,
    "share": _share,
    "satisfaction": _satisfaction,
    "fairness": _fairness,
    "budget": _budget,
    "migration": _migration,
    "contact_limit": _contact_limit,
    "open_channels": _open_channels,
    "metric": _metric,
}
