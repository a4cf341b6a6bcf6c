"""A resolved scenario value by value: what stands where, which ids there are, what names what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from channelopt.instance.instance import Instance
from channelopt.instance.sentences import ENTRIES, ID_LISTS
from channelopt.rules import POLICIES
from channelopt.scenario.sections import ServiceLevel
from channelopt.terms.fields import Section

Path = tuple[str, ...]
"""Keys from the root of a scenario; policies by name: ("policies", "service budget", "at_most")."""
Label = tuple[str, str]
"""Kind and id of something that others name: ("way", "phone")."""

SECTIONS = ("segments", "interactions", "channels", "staff", "upgrades", "bundles", "metrics")
"""Sections that hold entries by id and that a plan depends on."""
NESTED = frozenset({"service_level", "effects", "values"})
"""Attributes whose own parts are values."""
KINDS: Mapping[str, str] = {
    "segments": "segment",
    "interactions": "interaction",
    "channels": "way",
    "bundles": "way",
    "upgrades": "upgrade",
    "metrics": "metric",
    "periods": "period",
}
"""What an entry of a section is when others name it; channels and bundles share their names."""
AXES: Mapping[str, str] = {
    "segment": "segment",
    "interaction": "interaction",
    "channel": "way",
    "period": "period",
}
"""Kind of the labels of each key of a table."""

_UNSPOKEN = frozenset({"title", "unit", "name", "negotiable"})
"""Attributes that no plan depends on."""
_NAMING: Mapping[str, str] = {
    "serves": "way",
    "channel": "way",
    "channels": "way",
    "needs": "way",
    "unresolved": "way",
    "uses": "way",
    "requires": "upgrade",
    "interactions": "interaction",
    "segments": "segment",
    "metric": "metric",
    "periods": "period",
    "available_from": "period",
    "available_until": "period",
}
"""Attributes whose values are ids, and of what."""


@dataclass(frozen=True)
class Written:
    """One resolved scenario, without its tables.

    Attributes:
        leaves: value by path; titles, currency and uncertainty are left out.
        periods: labels in order.
        entries: section and id of every entry; policies by name.
        rows: long rows by table.
    """

    leaves: Mapping[Path, Any]
    periods: tuple[str, ...]
    entries: frozenset[Label]
    rows: Mapping[str, list[dict[str, Any]]]

    @property
    def labels(self) -> frozenset[Label]:
        """Kind and id of everything that others may name."""
        named = ((KINDS[section], name) for section, name in self.entries if section in KINDS)
        return frozenset([*named, *(("period", label) for label in self.periods)])


def written(instance: Instance) -> Written:
    """Take the resolved form of a scenario apart.

    Args:
        instance: the scenario.
    """
    data = instance.resolved
    leaves: dict[Path, Any] = {
        ("objective", name): value for name, value in data["objective"].items()
    }
    for name in ("assignment", "whole_contacts", "steering"):
        leaves[(name,)] = data[name]
    entries: set[Label] = set()
    for section in SECTIONS:
        for name, entry in data[section].items():
            entries.add((section, name))
            leaves.update(_of_entry((section, name), entry))
    for policy in data["policies"]:
        entries.add(("policies", policy["name"]))
        leaves.update(_of_entry(("policies", policy["name"]), policy))
    return Written(leaves, tuple(data["periods"]), frozenset(entries), data["tables"])


def _of_entry(path: Path, entry: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for name, value in entry.items():
        if name in NESTED:
            yield from (((*path, name, part), inner) for part, inner in value.items())
        elif name not in _UNSPOKEN:
            yield (*path, name), value


def named(path: Path, value: Any) -> frozenset[Label]:
    """Return what a value names.

    Args:
        path: where it stands.
        value: an id, a list of ids, or a mapping by id; None names nothing.
    """
    if path[-2:-1] == ("values",):
        return frozenset({("way", path[-1])})
    kind = _NAMING.get(path[-1])
    if kind is None or value is None or path == ("steering",):
        return frozenset()
    ids = value if isinstance(value, list | dict) else [value]
    return frozenset((kind, str(one)) for one in ids)


def _holds_list_of_numbers(annotation: Any) -> bool:
    if get_origin(annotation) is list:
        return any(_holds_number(inner) for inner in get_args(annotation))
    return any(_holds_list_of_numbers(inner) for inner in get_args(annotation))


def _holds_number(annotation: Any) -> bool:
    return annotation is float or any(map(_holds_number, get_args(annotation)))


def _models() -> dict[str, type[Section]]:
    models: dict[str, type[Section]] = {
        **{section: ENTRIES[section] for section in SECTIONS},
        "service_level": ServiceLevel,
        **{policy.slug: policy for policy in POLICIES},
    }
    return models


_MODELS = _models()
_OVER_TIME = frozenset(
    (kind, name)
    for kind, model in _MODELS.items()
    for name, field in model.model_fields.items()
    if _holds_list_of_numbers(field.annotation)
)


def is_over_time(path: Path, leaves: Mapping[Path, Any]) -> bool:
    """Whether a value may differ from period to period.

    Args:
        path: where it stands.
        leaves: the scenario, which tells the type of a policy.
    """
    return (_kind(path, leaves), path[-1]) in _OVER_TIME


def is_default(path: Path, value: Any, leaves: Mapping[Path, Any]) -> bool:
    """Whether a value says what would hold without it.

    Args:
        path: where it stands.
        value: what stands there, as the resolved form writes it.
        leaves: the scenario, which tells the type of a policy.
    """
    model = _MODELS.get(_kind(path, leaves))
    fields = {} if model is None else model.model_fields
    if path[-1] not in fields or fields[path[-1]].is_required():
        return False
    default = fields[path[-1]].get_default(call_default_factory=True)
    if path[-1] in ID_LISTS and isinstance(default, list):
        return bool(sorted(default) == value)  # the resolved form sorts them
    return bool(default == value)


def _kind(path: Path, leaves: Mapping[Path, Any]) -> str:
    if path[0] == "policies":
        return str(leaves.get((*path[:2], "type")))
    return "service_level" if path[2:3] == ("service_level",) else path[0]


def in_period(value: Any, at: int) -> Any:
    """Return a value over time in one period.

    Args:
        value: a number for all periods, or a list of one per period; None where there is none.
        at: position of the period.
    """
    return value[at] if isinstance(value, list) else value
