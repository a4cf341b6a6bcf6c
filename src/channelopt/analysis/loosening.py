"""Loosening: every limit that may leave a scenario without a plan, and how to give it room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from channelopt.instance.instance import Instance, Names
from channelopt.rules.base import Policy
from channelopt.terms.numbers import Floats, Numbers

FAR = 10.0
"""A limit is moved by at most this many times what could ever be needed of it, or its own size."""

SHARES = frozenset({"share", "fairness", "migration"})
"""Policies whose upper bound is a share: beyond 1 it says nothing."""

COUNTS = frozenset({"choice", "open_channels"})
"""Policies that count channels."""


@dataclass(frozen=True)
class Case:
    """A scenario as the search varies it."""

    numbers: Numbers
    policies: tuple[Policy, ...]


@dataclass(frozen=True)
class Move:
    """How a limit can be moved.

    Attributes:
        now: the limit; None where it differs by period.
        sign: 1 where it is loosened upwards, -1 downwards.
        far: the furthest that it is moved, > 0.
        by: returns the case with the limit moved by an amount, >= 0.
    """

    now: float | None
    sign: int
    far: float
    by: Callable[[Case, float], Case]


@dataclass(frozen=True)
class Limit:
    """A limit that can be taken away, and perhaps moved.

    Attributes:
        words: what it is, for a sentence.
        without: returns the case without it.
        move: how to move it, None where it has no number.
    """

    words: str
    without: Callable[[Case], Case]
    move: Move | None = None


def limits(instance: Instance) -> tuple[Limit, ...]:
    """Return every limit of a scenario: policies first, then channels, staff and the tables."""
    n = instance.numbers
    return (
        *(limit for policy in instance.policies for limit in _of_policy(policy, n)),
        *_of_channels(n, instance.names),
        *_of_staff(n, instance.names),
        *_of_tables(n),
    )


def _of_policy(policy: Policy, n: Numbers) -> Iterator[Limit]:
    name = policy.name
    sides = [side for side in ("at_least", "at_most") if getattr(policy, side, None) is not None]
    if not sides:
        yield Limit(f"policy '{name}'", _changing(name, None))
    for side in sides:
        change: dict[str, Any] | None = {side: None} if len(sides) > 1 else None
        value = getattr(policy, side)
        yield Limit(
            f"policy '{name}', {side}" + ("" if isinstance(value, list) else f" {value:g}"),
            _changing(name, change),
            _move_of(policy, side, n) if policy.negotiable else None,
        )


def _changing(name: str, change: dict[str, Any] | None) -> Callable[[Case], Case]:
    return lambda case: _replaced(case, name, change)


def _replaced(case: Case, name: str, change: dict[str, Any] | None) -> Case:
    """Return the case with a policy changed, or without it."""
    kept: list[Policy] = []
    for policy in case.policies:
        if policy.name != name:
            kept.append(policy)
        elif change is not None:
            kept.append(policy.model_copy(update=change))
    return Case(case.numbers, tuple(kept))


def _move_of(policy: Policy, side: str, n: Numbers) -> Move:
    value = getattr(policy, side)
    now = None if isinstance(value, list) else float(value)
    numbers = [v for v in (value if isinstance(value, list) else [value]) if v is not None]
    size = max((abs(v) for v in numbers), default=1.0)
    sign = -1 if side == "at_least" else 1
    far = _far(policy, size, n) if sign > 0 else size or 1.0

    def by(case: Case, amount: float) -> Case:
        def moved(v: float | None) -> float | None:
            return None if v is None else v + sign * amount

        change = [moved(v) for v in value] if isinstance(value, list) else moved(value)
        return _replaced(case, policy.name, {side: change})

    return Move(now, sign, far, by)


def _far(policy: Policy, size: float, n: Numbers) -> float:
    """Return how far an upper bound of a policy is moved at most."""
    if policy.slug in SHARES:
        return 1.0
    if policy.slug in COUNTS:
        return float(len(n.channels))
    return FAR * max(size, float(n.contacts.sum(axis=(0, 1)).max()), 1.0)


def _of_channels(n: Numbers, names: Names) -> Iterator[Limit]:
    far = FAR * max(float(n.contacts.sum(axis=(0, 1)).max()), 1.0)
    for c, channel in enumerate(n.channels):
        title = names.channels.get(channel, channel)
        if np.isfinite(n.capacity[c]).any():
            yield _upper("capacity", c, f"the capacity of {title}", n.capacity, far)
        if (n.min_volume[c] > 0).any():
            yield Limit(f"the minimum volume of {title}", _set_row("min_volume", c, 0.0))
        if n.always_open[c]:
            yield Limit(f"{title} is always open", _set_row("always_open", c, value=False))


def _of_staff(n: Numbers, names: Names) -> Iterator[Limit]:
    minutes = np.nan_to_num(n.handle_minutes).max(initial=0.0)
    hours = float(n.contacts.sum(axis=(0, 1)).max()) * minutes / 60.0
    for g, group in enumerate(n.groups):
        if np.isfinite(n.max_fte[g]).any():
            title = names.groups.get(group, group)
            least = max(float(n.hours_per_fte[g].min()), 1e-9)
            far = FAR * max(hours / least, 1.0)
            yield _upper("max_fte", g, f"the most FTE of {title}", n.max_fte, far)


def _upper(field: str, row: int, words: str, values: Floats, far: float) -> Limit:
    """Return an upper limit that is a row of an array over periods; inf is none."""
    levels = values[row]
    now = float(levels[0]) if bool((levels == levels[0]).all()) else None
    text = words if now is None else f"{words} ({now:,.6g})"

    def by(case: Case, amount: float) -> Case:
        return _set_row(field, row, levels + amount)(case)

    return Limit(text, _set_row(field, row, np.inf), Move(now, 1, far, by))


def _set_row(field: str, row: int, value: Any) -> Callable[[Case], Case]:
    def changed(case: Case) -> Case:
        values = np.array(getattr(case.numbers, field))
        values[row] = value
        return Case(case.numbers.with_(**{field: values}), case.policies)

    return changed


def _of_tables(n: Numbers) -> Iterator[Limit]:
    plain: list[tuple[bool, str, dict[str, Any]]] = [
        (
            bool((n.min_share > 0).any()),
            "the table min_share",
            {"min_share": np.zeros(n.shape_of_ways)},
        ),
        (
            bool((n.max_share < 1).any()),
            "the table max_share",
            {"max_share": np.ones(n.shape_of_ways)},
        ),
        (
            bool((n.steering < 1).any() and (n.preference > 0).any()),
            "steering (customers who cannot be led away from a channel they prefer)",
            {"steering": np.ones_like(n.steering)},
        ),
        (n.assignment != "split", f"assignment: {n.assignment}", {"assignment": "split"}),
        (n.whole_contacts, "whole_contacts: true", {"whole_contacts": False}),
    ]
    for exists, words, change in plain:
        if exists:
            yield Limit(words, _with(change))


def _with(change: dict[str, Any]) -> Callable[[Case], Case]:
    return lambda case: Case(case.numbers.with_(**change), case.policies)
