"""Names of limits: what a row of the formulation is called in lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from channelopt.algebra.index import Index
from channelopt.lists.compiled import Limit
from channelopt.rules.base import Policy


@dataclass(frozen=True)
class _Kind:
    name: str
    kind: str
    owner: str
    unit: str
    scarce: bool = False


_CORE: Mapping[str, _Kind] = {
    "capacity": _Kind("capacity", "capacity", "capacity", "contacts", scarce=True),
    "minimum volume": _Kind("minimum volume", "minimum volume", "capacity", "contacts"),
    "hours needed": _Kind("work", "hours", "staff", "hours", scarce=True),
    "hours of a group": _Kind("hours", "hours", "staff", "hours", scarce=True),
    "minimum share": _Kind("minimum share", "share", "shares", "contacts"),
    "maximum share": _Kind("maximum share", "share", "shares", "contacts"),
    "most outbound contacts": _Kind("contacts", "demand", "demand", "contacts"),
    "preference": _Kind("steering", "steering", "offers", "contacts"),
}
"""Rows of the rules of the model, by the name of their block."""

_UNITS: Mapping[str, str] = {
    "budget": "currency",
    "return_on_cost": "currency",
    "satisfaction": "points",
    "fairness": "points",
}
"""Units of policies; contacts where nothing else is said."""

_PLACES = ("segment", "interaction", "channel", "group")


def core_limit(block: str, index: Index, row: int) -> Limit:
    """Return who a row of a rule of the model is."""
    about = _CORE[block]
    places = _places(index, row)
    return Limit(
        name=":".join([about.name, *places.values()]),
        kind=about.kind,
        owner=about.owner,
        unit=about.unit,
        scarce=about.scarce,
        **places,
    )


def policy_limit(policy: Policy, index: Index, row: int) -> Limit:
    """Return who a row of a policy is."""
    return limit_of(policy, _places(index, row))


def limit_of(policy: Policy, places: Mapping[str, str], part: str = "") -> Limit:
    """Return who a limit of a policy is.

    Args:
        policy: whose.
        places: segment, interaction, channel or group, where it speaks of one.
        part: which of several limits in this place, as in `out`.
    """
    unit = getattr(policy, "metric", None) or _UNITS.get(policy.slug, "contacts")
    return Limit(
        name=":".join([policy.slug, policy.name, *places.values(), *([part] if part else [])]),
        kind="migration" if policy.slug == "migration" else "policy",
        owner=policy.name,
        unit=unit,
        scarce=policy.slug == "budget",
        **places,
    )


def part_of(policy: Policy | None, block: str) -> str:
    """Return which part of a policy a block of rows is, as in `at least`."""
    return "" if policy is None else block.removeprefix(policy.name).strip()


def _places(index: Index, row: int) -> dict[str, str]:
    labels = dict(zip(index.dims, index.label(row), strict=True))
    return {place: labels[place] for place in _PLACES if place in labels}
