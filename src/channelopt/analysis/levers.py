"""Levers: every limit of a scenario that can be moved by a step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.rules.base import Policy, bound
from channelopt.terms.numbers import Floats


@dataclass(frozen=True)
class Lever:
    """One limit: its path as `--set` takes it, words, unit, value, natural step, and what tightens.

    `tightens` is -1 where less is tighter (a ceiling), +1 where more is tighter (a floor).
    `target` says what to replace: a field of the numbers with a position, or a policy's field
    with a period (None: every period).
    """

    path: str
    title: str
    unit: str
    value: float
    step: float
    tightens: int
    target: tuple[str, Any]
    lowest: float = 0.0
    highest: float = math.inf

    def moved(self, instance: Instance, change: float) -> Instance | None:
        """Return the instance with the limit moved by `change`; None where that has no meaning."""
        value = self.value + change
        if value < self.lowest - 1e-12 or value > self.highest + 1e-12:
            return None
        kind, where = self.target
        if kind == "policy":
            return _with_policy(instance, where, value)
        numbers = instance.numbers
        array: Floats = np.array(getattr(numbers, kind))
        array[where] = value
        return instance.with_(numbers=numbers.with_(**{kind: array}))


def natural_step(value: float, unit: str) -> float:
    """Return a step that a planner would try: one piece, or about 1 % as a round number."""
    if unit in {"share", "satisfaction", "return", "share points"}:
        return 0.01
    if unit == OF_METRIC and value:
        return float(10.0 ** math.floor(math.log10(abs(value) / 50)))
    if unit in {"FTE", "channels", "per customer"} or abs(value) <= 100:
        return 1.0
    return float(10.0 ** math.floor(math.log10(abs(value) / 50)))


def levers(instance: Instance) -> list[Lever]:
    """Return every limit of channels, staff groups and policies, in a fixed order."""
    return [*_channels(instance), *_staff(instance), *_policies(instance)]


def _cells(
    instance: Instance, kind: str, ids: tuple[str, ...], section: str, exists: np.ndarray
) -> Iterator[tuple[str, str, int, int, float]]:
    array: Floats = getattr(instance.numbers, kind)
    periods = instance.numbers.periods
    titles = instance.names.channels if section == "channels" else instance.names.groups
    for k, t in np.argwhere(exists & np.isfinite(array)).tolist():
        period = f"[{periods[t]}]" if len(periods) > 1 else ""
        when = f", {periods[t]}" if len(periods) > 1 else ""
        path = f"{section}.{ids[k]}.{kind}{period}"
        yield path, f"{titles.get(ids[k], ids[k])}{when}", k, t, float(array[k, t])


def _channels(instance: Instance) -> Iterator[Lever]:
    n = instance.numbers
    plans = (
        ("capacity", "Capacity", n.available, -1),
        ("min_volume", "Minimum volume", n.min_volume > 0, 1),
    )
    for kind, word, exists, tightens in plans:
        for path, title, c, t, value in _cells(instance, kind, n.channels, "channels", exists):
            step = natural_step(value, "contacts")
            yield Lever(path, f"{word}: {title}", "contacts", value, step, tightens, (kind, (c, t)))


def _staff(instance: Instance) -> Iterator[Lever]:
    n = instance.numbers
    plans = (
        ("max_fte", "Most FTE", n.max_fte >= 0, -1),
        ("min_fte", "Fewest FTE", n.min_fte > 0, 1),
    )
    for kind, word, exists, tightens in plans:
        for path, title, g, t, value in _cells(instance, kind, n.groups, "staff", exists):
            yield Lever(path, f"{word}: {title}", "FTE", value, 1.0, tightens, (kind, (g, t)))


OF_METRIC = "of the metric"
UNITS = {
    "volume": "contacts",
    "share": "share",
    "satisfaction": "satisfaction",
    "fairness": "satisfaction",
    "budget": "currency",
    "return_on_cost": "return",
    "choice": "channels",
    "migration": "share points",
    "open_channels": "channels",
    "contact_limit": "per customer",
    "preferred_channel": "share",
    "metric": OF_METRIC,
    "outage": "share",
}
"""What the bound of each type of policy counts."""

HIGHEST = {"share": 1.0, "migration": 1.0, "preferred_channel": 1.0, "outage": 1.0}
SIGNED = frozenset({"satisfaction", "return_on_cost", "budget", "metric"})
"""Policies whose bound may be negative."""
SIDES = (("at_least", 1), ("at_most", -1), ("recover", 1))


def _policies(instance: Instance) -> Iterator[Lever]:
    periods = instance.numbers.periods
    for k, policy in enumerate(instance.policies):
        for side, tightens in SIDES:
            given = getattr(policy, side, None)
            if given is None:
                continue
            over_time = isinstance(given, list)
            values = bound(given, instance.numbers)
            for t in range(len(periods)) if over_time else range(1):
                if not np.isfinite(values[t]):
                    continue
                yield _lever(
                    policy, (k, side, t if over_time else None), periods, float(values[t]), tightens
                )


def _lever(
    policy: Policy,
    where: tuple[int, str, int | None],
    periods: tuple[str, ...],
    value: float,
    tightens: int,
) -> Lever:
    _, side, t = where
    unit = UNITS[policy.slug]
    index = f"[{periods[t]}]" if t is not None else ""
    when = f", {periods[t]}" if t is not None else ""
    return Lever(
        path=f"policies.{policy.name}.{side}{index}",
        title=f"{policy.name} ({side.replace('_', ' ')}{when})",
        unit=unit,
        value=value,
        step=natural_step(value, unit),
        tightens=tightens,
        target=("policy", where),
        lowest=-math.inf if policy.slug in SIGNED else 0.0,
        highest=HIGHEST.get(policy.slug, math.inf),
    )


def _with_policy(instance: Instance, where: tuple[int, str, int | None], value: float) -> Instance:
    k, side, t = where
    policy = instance.policies[k]
    given = getattr(policy, side)
    if t is None:
        changed: Any = value
    else:
        changed = list(given)
        changed[t] = value
    policies = list(instance.policies)
    policies[k] = policy.model_copy(update={side: changed})
    return instance.with_(policies=tuple(policies))
