"""Every rule of a scenario: how to drop it, how to relax it, and whether a plan keeps it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from channelopt.analysis.worth.kept import Kept
from channelopt.analysis.worth.limit_lines import scaled
from channelopt.analysis.worth.limit_list import Bound, Cells, OfPolicy, bounds
from channelopt.instance.instance import Instance
from channelopt.terms.choice import Choice

RELAXED = 0.1
"""Share of its value by which a rule is relaxed."""
NEAR = 1e-4
"""A rule binds where it could not be tighter by this share of its value."""

Change = Callable[[Instance], Instance]
Test = Callable[[Kept, Choice], bool]


@dataclass(frozen=True)
class Rule:
    """A rule that can be dropped.

    Attributes:
        name: the rule as a path.
        title: in words.
        drop: returns an instance without it.
        relax: returns an instance with it relaxed by 10 %; None where that has no meaning.
        keeps: whether a plan certainly obeys it.
        has_room: whether a plan would obey it if it were a little tighter.
    """

    name: str
    title: str
    drop: Change
    relax: Change | None
    keeps: Test
    has_room: Test


def rules(instance: Instance) -> list[Rule]:
    """Return every rule in a fixed order: policies, channels, staff, tables, the whole scenario."""
    movable = [bound for bound in bounds(instance) if _is_whole(bound, instance)]
    ruled = [_of_bound(bound, instance) for bound in movable]
    return [
        *(rule for rule in ruled if rule.name.startswith("policies.")),
        *_without_number(instance, {rule.name for rule in ruled}),
        *(rule for rule in ruled if not rule.name.startswith("policies.")),
        *_always_open(instance),
        *_of_tables(instance),
        *_of_everything(instance),
    ]


def _is_whole(bound: Bound, instance: Instance) -> bool:
    """Whether a bound stands for a whole rule: all its periods, not a block of a table."""
    target = bound.target
    if isinstance(target, OfPolicy):
        given = getattr(instance.policies[target.position], target.side)
        periods = sum(v is not None for v in given) if isinstance(given, list) else 1
        return target.side != "surge" and (target.period is None or periods == 1)
    if isinstance(target, Cells):
        limited = getattr(instance.numbers, target.field)[target.mask.any(axis=1)]
        finite = np.isfinite(limited) & ((bound.tightens < 0) | (limited > 0))
        return len(bound.levels) == int(finite.sum()) or not bound.path.endswith("]")
    return not bound.path.startswith("tables.")


# ---- rules with a number


def _of_bound(bound: Bound, instance: Instance) -> Rule:
    levels = scaled(bound.levels, -bound.tightens * RELAXED)
    within = tuple(min(max(v, bound.lowest), bound.highest) for v in levels)
    tight = tuple(v + bound.tightens * NEAR * max(1e-6, abs(v)) for v in bound.levels)
    return Rule(
        name=bound.path.partition("[")[0] if bound.path.endswith("]") else bound.path,
        title=bound.title,
        drop=_dropping(bound, instance),
        relax=None if within == bound.levels else lambda other: bound.at(other, within),
        keeps=lambda kept, _: kept.obeys(bound, bound.levels),
        has_room=lambda kept, _: kept.obeys(bound, tight),
    )


def _dropping(bound: Bound, instance: Instance) -> Change:
    target = bound.target
    if isinstance(target, OfPolicy):
        policy = instance.policies[target.position]
        sides = [
            side for side in ("at_least", "at_most") if getattr(policy, side, None) is not None
        ]
        return _without_side(policy.name, target.side if len(sides) > 1 else None)
    if isinstance(target, Cells):
        free = math.inf if bound.tightens < 0 else 0.0
        return lambda other: target.write(other, (free,) * len(bound.levels))
    return lambda other: _without_service(other, bound.path.split(".")[1])


def _without_side(name: str, side: str | None) -> Change:
    """Return what takes away a policy, or (where another side stays) one side of it."""

    def changed(other: Instance) -> Instance:
        kept = []
        for policy in other.policies:
            if policy.name != name:
                kept.append(policy)
            elif side is not None and getattr(policy, _opposite(side), None) is not None:
                kept.append(policy.model_copy(update={side: None}))
        return other.with_(policies=tuple(kept))

    return changed


def _opposite(side: str) -> str:
    return "at_most" if side == "at_least" else "at_least"


def _without_service(other: Instance, group: str) -> Instance:
    n = other.numbers
    left = {g: level for g, level in n.service_levels.items() if n.groups[g] != group}
    return other.with_(numbers=n.with_(service_levels=left))


# ---- rules without


def _without_number(instance: Instance, named: set[str]) -> Iterator[Rule]:
    for policy in instance.policies:
        path = f"policies.{policy.name}"
        if any(name.startswith(f"{path}.") for name in named):
            continue
        yield Rule(path, policy.name, _without_side(policy.name, None), None, _never, _never)


def _never(_kept: Kept, _choice: Choice) -> bool:
    return False


def _always_open(instance: Instance) -> Iterator[Rule]:
    n = instance.numbers
    for c in np.flatnonzero(n.always_open).tolist():
        title = instance.names.channels.get(n.channels[c], n.channels[c])
        yield Rule(
            name=f"channels.{n.channels[c]}.always_open",
            title=f"Always open: {title}",
            drop=_with_entry("always_open", c, value=False),
            relax=None,
            keeps=_is_open(c, instance),
            has_room=_never,
        )


def _is_open(c: int, instance: Instance) -> Test:
    return lambda _, choice: bool(choice.open[c][instance.numbers.available[c]].all())


def _with_entry(field: str, position: int, *, value: Any) -> Change:
    def changed(other: Instance) -> Instance:
        values = np.array(getattr(other.numbers, field))
        values[position] = value
        return other.with_(numbers=other.numbers.with_(**{field: values}))

    return changed


def _of_tables(instance: Instance) -> Iterator[Rule]:
    n = instance.numbers
    if (n.min_share > 0).any():
        yield _plain(
            "tables.min_share",
            "Smallest shares (table)",
            {"min_share": np.zeros(n.shape_of_ways)},
            {"min_share": n.min_share * (1 - RELAXED)},
        )
    if (n.max_share < 1).any():
        yield _plain(
            "tables.max_share",
            "Largest shares (table)",
            {"max_share": np.ones(n.shape_of_ways)},
            {"max_share": np.minimum(1.0, n.max_share * (1 + RELAXED))},
        )
    if (n.steering < 1).any() and (n.preference > 0).any():
        yield _plain(
            "steering",
            "Customers who cannot be led away from a channel they prefer",
            {"steering": np.ones_like(n.steering)},
            {"steering": 1 - (1 - RELAXED) * (1 - n.steering)},
        )


def _of_everything(instance: Instance) -> Iterator[Rule]:
    n = instance.numbers
    if n.assignment != "split":
        words = n.assignment.replace("_", " ")
        yield _plain("assignment", f"Assignment: {words}", {"assignment": "split"}, None)
    if n.whole_contacts:
        yield _plain("whole_contacts", "Whole contacts", {"whole_contacts": False}, None)


def _plain(name: str, title: str, drop: dict[str, Any], relax: dict[str, Any] | None) -> Rule:
    return Rule(name, title, _with(drop), None if relax is None else _with(relax), _never, _never)


def _with(change: dict[str, Any]) -> Change:
    return lambda other: replace(other, numbers=other.numbers.with_(**change))
