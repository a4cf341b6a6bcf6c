"""What the tables of service levels, upgrades and metrics must say, recomputed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_FLOOR, Decimal
from functools import cache

from channelopt.rules.base import TOLERANCE
from channelopt.rules.checks import busy_hour_load
from channelopt.terms.exact import ONE, ZERO, Key, exact, sum_by
from channelopt.terms.facts import Facts
from channelopt.terms.numbers import Numbers, ServiceLevel
from channelopt.terms.waiting import agents_needed, figures, level
from channelopt.verify.layout import KEYS, axis, labels
from channelopt.verify.read import Grid

Figure = Callable[[Key], Decimal | None]
"""The right content of one column at a key; None: the cell must be empty."""


def extra_figures(n: Numbers, f: Facts) -> dict[str, dict[str, Figure]]:
    """Return the right content of the tables that only some scenarios have."""
    return {
        "service_levels": service_levels(n, f),
        "upgrades": _upgrades(n, f),
        "metrics": _metrics(f),
    }


def service_levels(n: Numbers, f: Facts) -> dict[str, Figure]:
    """Return the right content of service_levels.csv."""

    @cache
    def waiting(key: Key) -> dict[str, Decimal | None]:
        g, _ = key
        target, busy = n.service_levels[g], busy_hour_load(n, f, key)
        return {
            "load": busy,
            "agents": Decimal(_agents(n, f, key)),
            "target": exact(target.share),
            **_waiting(target, _agents(n, f, key), float(busy)),
        }

    def column(name: str) -> Figure:
        return lambda key: waiting(key)[name] if key[0] in n.service_levels else None

    names = ("load", "agents", "agents_needed", "target", "service_level", "mean_wait_seconds")
    more = ("occupancy", "abandonment", "one_less", "one_more")
    return {name: column(name) for name in (*names, *more)}


def _agents(n: Numbers, f: Facts, key: Key) -> int:
    """Return how many agents the paid hours put in the busy hour, within the rules' tolerance."""
    target = n.service_levels[key[0]]
    paid = exact(n.hours_per_fte[key]) * f.written.fte.get(key, ZERO)
    there = paid * exact(target.peak_factor) / exact(target.open_hours[key[1]])
    return int((there + TOLERANCE * max(ONE, there)).to_integral_value(ROUND_FLOOR))


def _waiting(target: ServiceLevel, agents: int, busy: float) -> dict[str, Decimal | None]:
    found = figures(target, agents, busy)
    return {
        "agents_needed": Decimal(agents_needed(target, busy)),
        "service_level": exact(found.level),
        "mean_wait_seconds": _finite(found.mean_wait_seconds),
        "occupancy": exact(found.occupancy),
        "abandonment": exact(found.abandonment),
        "one_less": exact(level(target, max(agents - 1, 0), busy)),
        "one_more": exact(level(target, agents + 1, busy)),
    }


def _finite(number: float) -> Decimal | None:
    amount = exact(number)
    return amount if amount.is_finite() else None


def _upgrades(n: Numbers, f: Facts) -> dict[str, Figure]:
    owned = f.written.owned
    new = {(k, t) for k, t in owned if (k, t - 1) not in owned}

    def invested(key: Key) -> Decimal:
        return exact(n.upgrades.investment[key[0]]) if key in new else ZERO

    def running(key: Key) -> Decimal:
        return exact(n.upgrades.running_cost[key]) if key in owned else ZERO

    return {
        "owned": lambda key: Decimal(key in owned),
        "bought": lambda key: Decimal(key in new),
        "investment_cost": invested,
        "running_cost": running,
    }


def _metrics(f: Facts) -> dict[str, Figure]:
    first = sum_by(f.first_contacts, 0, 2, 3)
    return {
        "first_contacts": lambda key: first.get(key[1:], ZERO),
        "amount": lambda key: f.metrics[key[0]].get(key[1:], ZERO),
    }


def missing_rows(n: Numbers, f: Facts, grids: Mapping[str, Grid]) -> Iterator[str]:
    """Yield the rows of service_levels.csv and metrics.csv that are left out, in words."""
    groups = {(g, t) for g in n.service_levels for t in range(len(n.periods))}
    first = {key for key, x in sum_by(f.first_contacts, 0, 2, 3).items() if x}
    amounts = {
        (m, *key)
        for m, metric in enumerate(f.metrics)
        for key in first | {key for key, x in metric.items() if x}
    }
    for name, expected in (("service_levels", groups), ("metrics", amounts)):
        ids = labels(n)
        axes = [ids[axis(name, column)] for column in KEYS[name]]
        for key in sorted(expected - set(grids[name].figures)) if name in grids else ():
            where = ", ".join(ids[k] for ids, k in zip(axes, key, strict=True))
            yield f"{name}.csv: no row for {where}"
