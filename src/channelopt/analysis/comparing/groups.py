"""Groups of inputs: what a planner changes in one go, in the order of the scenario format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from channelopt.analysis.comparing.records import Group, InputChange
from channelopt.analysis.comparing.written import Path

TITLES: Mapping[str, str] = {
    "periods": "Periods",
    "objective": "Weights, penalties and discount rate",
    "assignment": "How contacts may be split",
    "preferences": "Preferences and steering",
    "segments": "Segments added or removed",
    "customers": "Customers and margins",
    "interactions": "Types of contact",
    "channels": "Channels added or removed",
    "touch": "Touch levels",
    "unit_cost": "Unit costs",
    "fixed_cost": "Fixed, opening and closing costs",
    "availability": "Availability, eligibility and share limits",
    "capacity": "Capacity and least volumes",
    "handling": "Handle times",
    "resolution": "Resolution and passing on",
    "satisfaction": "Satisfaction",
    "staff": "Staff",
    "service_levels": "Service levels",
    "upgrades": "Upgrades",
    "bundles": "Bundles",
    "metrics": "Metrics",
    "volumes": "Contacts per customer",
    "contact_value": "Value of contacts",
    "baseline": "Today's shares",
    "policies": "Policies",
}
"""Title by group, in the order of the scenario format; a policy `policies.NAME` is its own."""

_OF_FIELD: Mapping[Path, str] = {
    ("whole_contacts",): "assignment",
    ("steering",): "preferences",
    ("segments", "steering"): "preferences",
    ("segments", "customers"): "customers",
    ("segments", "margin"): "customers",
    ("segments", "retention"): "customers",
    ("interactions", "importance"): "satisfaction",
    ("channels", "touch"): "touch",
    ("channels", "unit_cost"): "unit_cost",
    ("channels", "fixed_cost"): "fixed_cost",
    ("channels", "opening_cost"): "fixed_cost",
    ("channels", "closing_cost"): "fixed_cost",
    ("channels", "initially_open"): "availability",
    ("channels", "always_open"): "availability",
    ("channels", "available_from"): "availability",
    ("channels", "available_until"): "availability",
    ("channels", "capacity"): "capacity",
    ("channels", "min_volume"): "capacity",
    ("channels", "handle_minutes"): "handling",
    ("channels", "concurrency"): "handling",
    ("channels", "resolution"): "resolution",
    ("channels", "unresolved"): "resolution",
    ("channels", "satisfaction"): "satisfaction",
    ("staff", "service_level"): "service_levels",
}
"""Group by section and attribute where it is not the section's own."""

_OF_TABLE: Mapping[str, str] = {
    "contacts_per_customer": "volumes",
    "satisfaction": "satisfaction",
    "satisfaction_shift": "satisfaction",
    "unit_cost": "unit_cost",
    "handle_minutes": "handling",
    "resolution": "resolution",
    "contact_value": "contact_value",
    "closure_loss": "fixed_cost",
    "preference": "preferences",
    "baseline_share": "baseline",
    "min_share": "availability",
    "max_share": "availability",
    "eligible": "availability",
}


def of_value(path: Path) -> str:
    """Return the group of a value of the sections.

    Args:
        path: where it stands.
    """
    if path[0] == "policies":
        return of_entry(path[0], path[1])
    known = _OF_FIELD.get(path[:1]) or _OF_FIELD.get((path[0], *path[2:3]))
    return known or path[0]


def of_entry(section: str, name: str) -> str:
    """Return the group of an entry that only one of two scenarios has."""
    return f"policies.{name}" if section == "policies" else section


def of_table(name: str) -> str:
    """Return the group of a table."""
    return _OF_TABLE.get(name, "metrics")


def title_of(group: str) -> str:
    """Return the title of a group.

    Args:
        group: its id.
    """
    name = group.removeprefix("policies.")
    return f"Policy: {name}" if name != group else TITLES[group]


_PLACE = {name: at for at, name in enumerate(TITLES)}


def rank(group: str) -> tuple[int, str]:
    """Return what sorts groups in the order of the scenario format."""
    head = group if group in _PLACE else "policies"
    return _PLACE[head], group


def joined(members: Iterable[str], count: Mapping[str, int], most: int = 4) -> Group:
    """Return several groups as one.

    Args:
        members: their ids.
        count: how many values differ, by id.
        most: so many titles are named, then the others are counted.
    """
    names = sorted(members, key=rank)
    titles = [title_of(name) for name in names]
    if len(names) > 1 and all(name.startswith("policies.") for name in names):
        titles = [TITLES["policies"]]
    more = [f"{len(titles) - most + 1} more"] if len(titles) > most else []
    shown = titles[: most - 1] + more if more else titles
    changes = sum(count.get(name, 0) for name in names)
    return Group("+".join(names), " + ".join(shown), changes, tuple(names))


def groups(changes: Sequence[InputChange]) -> tuple[Group, ...]:
    """Return the groups of inputs that differ, in the order of the scenario format.

    Args:
        changes: what differs.
    """
    count = Counter(change.group for change in changes)
    return tuple(joined([name], count) for name in sorted(count, key=rank))
