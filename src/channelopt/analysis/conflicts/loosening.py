"""Loosening: everything that may leave a scenario without a plan, in atoms that can be taken away.

An atom is the smallest part of a rule or of the data that can be set aside on its own: one side of
a policy in one period (for one segment where the policy speaks of each), the capacity of a channel
in a period, the contacts of a segment and interaction in a period. Taking atoms away only ever
allows more plans; a search for a contradiction rests on that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.rules.base import Policy
from channelopt.terms.numbers import Flags, Numbers

Atom = tuple[Any, ...]
"""Kind and place: ("capacity", c, t), ("policy", position, side, s, t); -1 where it has no such."""

Rule = tuple[Any, ...]
"""What atoms are grouped by: ("capacity", c), ("policy", position, side), ("demand",)."""

SIDES = ("at_least", "at_most", "recover")
PER_SEGMENT = frozenset({"choice", "contact_limit", "preferred_channel", "migration"})
"""Policies that speak of each segment on its own; `satisfaction` and `share` by their scope."""
ORDER = (
    "demand",
    "whole_contacts",
    "assignment",
    "steering",
    "max_share",
    "min_share",
    "service_level",
    "min_fte",
    "always_open",
    "min_volume",
    "max_fte",
    "capacity",
    "policy",
)
"""The order in which a search tries to do without them; what is tried last is kept most often."""


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario as a search varies it; `unserved` (S, I, T) contacts need not be served."""

    numbers: Numbers
    policies: tuple[Policy, ...]
    unserved: Flags = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=bool))


def whole(instance: Instance) -> Case:
    """Return the case with nothing taken away."""
    n = instance.numbers
    none = np.zeros(n.contacts.shape, dtype=bool)
    return Case(n, instance.policies, none)


def rule_of(atom: Atom) -> Rule:
    """Return the rule that an atom is a part of."""
    if atom[0] == "policy":
        return atom[:3]
    return atom[:2] if atom[0] in OF_ONE else atom[:1]


OF_ONE = frozenset({"capacity", "min_volume", "always_open", "max_fte", "min_fte", "service_level"})
"""Kinds whose second part is the channel or group that they belong to."""


def atoms(instance: Instance) -> tuple[Atom, ...]:
    """Return every atom of a scenario: the data first, then policies, the negotiable ones last."""
    n = instance.numbers
    found = [*_of_tables(n), *_of_channels(n), *_of_staff(n)]
    if not _count_on_service(instance):
        found += _of_contacts(n)
    found += [a for k, policy in enumerate(instance.policies) for a in _of_policy(k, policy, n)]
    return tuple(sorted(found, key=lambda atom: _rank(atom, instance)))


def _rank(atom: Atom, instance: Instance) -> tuple[Any, ...]:
    """Sort key; contacts go period by period, so that whole periods fall away at once."""
    if atom[0] == "policy":
        return (ORDER.index("policy"), instance.policies[atom[1]].negotiable, atom[1:])
    place = (atom[3], *atom[1:3]) if atom[0] == "demand" else atom[1:]
    return (ORDER.index(atom[0]), False, place)


def asks_for_returns(policies: Iterable[Policy]) -> bool:
    """Whether a policy asks for the margin that is kept."""
    return any(policy.slug == "return_on_cost" for policy in policies)


def _count_on_service(instance: Instance) -> bool:
    """Whether rows of a policy count on all contacts being served; then they always are."""
    if any(policy.slug == "outage" for policy in instance.policies):
        return True
    return bool(instance.numbers.curves) and asks_for_returns(instance.policies)


def _of_contacts(n: Numbers) -> Iterator[Atom]:
    for s, i, t in np.argwhere((n.contacts > 0) & n.inbound[None, :, None]).tolist():
        yield ("demand", s, i, t)


def _of_tables(n: Numbers) -> Iterator[Atom]:
    some = n.contacts > 0
    for kind, binding in (("min_share", n.min_share > 0), ("max_share", n.max_share < 1)):
        for place in np.argwhere(binding & some[:, :, None, :]).tolist():
            yield (kind, *place)
    preferred = (n.preference > 0).any(axis=(1, 2))
    for s in np.flatnonzero((n.steering < 1) & preferred).tolist():
        yield ("steering", s)
    if n.assignment != "split":
        yield ("assignment",)
    if n.whole_contacts:
        yield ("whole_contacts",)


def _of_channels(n: Numbers) -> Iterator[Atom]:
    plans = (
        ("capacity", np.isfinite(n.capacity) & n.available),
        ("min_volume", (n.min_volume > 0) & n.available),
    )
    for kind, binding in plans:
        for c, t in np.argwhere(binding).tolist():
            yield (kind, c, t)
    for c in np.flatnonzero(n.always_open).tolist():
        yield ("always_open", c)


def _of_staff(n: Numbers) -> Iterator[Atom]:
    for kind, binding in (("max_fte", np.isfinite(n.max_fte)), ("min_fte", n.min_fte > 0)):
        for g, t in np.argwhere(binding).tolist():
            yield (kind, g, t)
    for g in sorted(n.service_levels):
        yield ("service_level", g)


def sides_of(policy: Policy) -> tuple[str, ...]:
    """Return the bounds that a policy has; '' stands for a policy without a number."""
    return tuple(side for side in SIDES if getattr(policy, side, None) is not None) or ("",)


def by_segment(policy: Policy) -> bool:
    """Whether a policy speaks of each segment on its own."""
    each = getattr(policy, "scope", None) == "each" and policy.slug in {"satisfaction", "share"}
    return each or policy.slug in PER_SEGMENT


def by_period(policy: Policy) -> bool:
    """Whether a policy speaks of each period on its own."""
    total = policy.slug == "budget" and getattr(policy, "scope", "each") == "total"
    return not total and policy.slug != "return_on_cost"


def _of_policy(k: int, policy: Policy, n: Numbers) -> Iterator[Atom]:
    reach = policy.reach(n)
    segments = np.flatnonzero(reach.segments).tolist() if by_segment(policy) else [-1]
    periods = np.flatnonzero(reach.periods).tolist() if by_period(policy) else [-1]
    for side in sides_of(policy):
        given = getattr(policy, side, None)
        for t in periods:
            if isinstance(given, list) and t >= 0 and given[t] is None:
                continue
            for s in segments:
                yield ("policy", k, side, s, t)


def without(instance: Instance, gone: Iterable[Atom]) -> Case:
    """Return the case without some atoms; every plan of the scenario is one of the case."""
    taken = frozenset(gone)
    unserved = np.zeros(instance.numbers.contacts.shape, dtype=bool)
    for atom in taken:
        if atom[0] == "demand":
            unserved[atom[1:]] = True
    policies = [
        part
        for k, policy in enumerate(instance.policies)
        for part in _kept(
            policy, instance.numbers, {a[2:] for a in taken if a[:2] == ("policy", k)}
        )
    ]
    return Case(_numbers(instance.numbers, taken), tuple(policies), unserved)


_NONE: dict[str, Any] = {
    "min_share": 0.0,
    "max_share": 1.0,
    "steering": 1.0,
    "capacity": np.inf,
    "min_volume": 0.0,
    "always_open": False,
    "max_fte": np.inf,
    "min_fte": 0.0,
}
"""What stands for no limit, by the array of the numbers that holds it."""


def _numbers(n: Numbers, gone: frozenset[Atom]) -> Numbers:
    changes: dict[str, Any] = {}
    for kind, value in _NONE.items():
        places = [atom[1:] for atom in gone if atom[0] == kind]
        if places:
            values = np.array(getattr(n, kind))
            values[tuple(np.array(places).T)] = value
            changes[kind] = values
    if ("assignment",) in gone:
        changes["assignment"] = "split"
    if ("whole_contacts",) in gone:
        changes["whole_contacts"] = False
    levels = {g: level for g, level in n.service_levels.items() if ("service_level", g) not in gone}
    if len(levels) < len(n.service_levels):
        changes["service_levels"] = levels
    return n.with_(**changes) if changes else n


def _kept(policy: Policy, n: Numbers, gone: set[tuple[Any, ...]]) -> list[Policy]:
    """Return what is left of a policy: copies for segments that lost different parts."""
    if not gone:
        return [policy]
    segments = np.flatnonzero(policy.reach(n).segments).tolist() if by_segment(policy) else [-1]
    groups: dict[frozenset[tuple[str, int]], list[int]] = {}
    for s in segments:
        lost = frozenset((side, t) for side, of, t in gone if of == s)
        groups.setdefault(lost, []).append(s)
    parts = []
    for lost, members in groups.items():
        part = _trimmed(policy, n, lost)
        if part is not None and members != [-1]:
            part = part.model_copy(update={"segments": [n.segments[s] for s in members]})
        if part is not None:
            parts.append(part)
    return parts


def _trimmed(policy: Policy, n: Numbers, lost: frozenset[tuple[str, int]]) -> Policy | None:
    """Return a policy without some sides in some periods, None where nothing is left."""
    periods = np.flatnonzero(policy.reach(n).periods).tolist()
    changes: dict[str, Any] = {}
    left = 0
    for side in sides_of(policy):
        missing = {t for of, t in lost if of == side}
        stays = [] if -1 in missing else [t for t in periods if t not in missing]
        given = getattr(policy, side, None)
        stays = [t for t in stays if not (isinstance(given, list) and given[t] is None)]
        left += bool(stays)
        if not missing:
            continue
        if side in {"", "recover"}:
            changes["periods"] = [n.periods[t] for t in stays]
        elif not stays:
            changes[side] = None
        else:
            values = given if isinstance(given, list) else [given] * len(n.periods)
            changes[side] = [v if t in stays else None for t, v in enumerate(values)]
    return policy.model_copy(update=changes) if left else None
