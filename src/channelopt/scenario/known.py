"""Which attributes a scenario may have, asked from its schema."""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin

from channelopt.scenario.merge import policy_name
from channelopt.scenario.places import Node

TABLES = {
    "contacts_per_customer": ("segment", "interaction", "period"),
    "satisfaction": ("segment", "interaction", "channel", "period"),
    "satisfaction_shift": ("segment", "interaction", "channel", "period"),
    "unit_cost": ("segment", "interaction", "channel", "period"),
    "handle_minutes": ("segment", "interaction", "channel", "period"),
    "resolution": ("segment", "interaction", "channel", "period"),
    "contact_value": ("segment", "interaction", "channel", "period"),
    "closure_loss": ("segment", "channel", "period"),
    "preference": ("segment", "interaction", "channel"),
    "baseline_share": ("segment", "interaction", "channel"),
    "min_share": ("segment", "interaction", "channel", "period"),
    "max_share": ("segment", "interaction", "channel", "period"),
    "eligible": ("segment", "interaction", "channel", "period"),
}
"""Keys of every table; `metric.<id>` tables have those of `satisfaction`."""


def table_keys(table: str, root: Node) -> tuple[str, ...] | None:
    """Return the keys of a table, None where the scenario can have no such table."""
    metrics = root.get("metrics")
    if table.startswith("metric.") and metrics is not None and metrics.get(table[7:]) is not None:
        return TABLES["satisfaction"]
    return TABLES.get(table)


def table_names(root: Node) -> list[str]:
    """Return the name of every table the scenario can have."""
    metrics = root.get("metrics")
    ids = metrics.value if metrics is not None and metrics.is_mapping else {}
    return sorted([*TABLES, *(f"metric.{key}" for key in ids)])


def ids(root: Node, axis: str) -> list[str]:
    """Return the ids along a key of the tables: segments, interactions, channels or periods."""
    if axis == "period":
        return periods(root)
    sections = {"channel": ("channels", "bundles")}.get(axis, (f"{axis}s",))
    found: list[str] = []
    for name in sections:
        section = root.get(name)
        if section is not None and section.is_mapping:
            found.extend(str(key) for key in section.value)
    return found


def periods(root: Node) -> list[str]:
    """Return the labels of the periods as text."""
    node = root.get("periods")
    if node is None or not isinstance(node.value, list):
        return ["plan"]
    return [str(label.value) for label in node.value]


def attributes(root: Node, path: tuple[str | int, ...]) -> dict[str, Any]:
    """Return default by name of the attributes that a value at a path may have.

    Args:
        root: the scenario, which tells the type of each policy.
        path: from the root, policies by position.

    Returns:
        For a section's model its fields; for a mapping by channel the channels and bundles, for
        one by group the groups, with default None; otherwise nothing. A field without default has
        `...`.
    """
    from channelopt.rules import POLICIES
    from channelopt.scenario.schema import Scenario

    annotation: Any = Scenario
    if len(path) > 1 and path[0] == "policies":
        kinds = {policy.slug: policy for policy in POLICIES}
        annotation = kinds.get(_policy_type(root, path[1]))
        path = path[2:]
    for part in path:
        annotation = _child(annotation, str(part))
    annotation = container(annotation)
    fields = getattr(annotation, "model_fields", None)
    if fields is not None:
        return {name: _default(field) for name, field in fields.items()}
    if get_origin(annotation) is dict and container(get_args(annotation)[1]) is None and path:
        return _by_id(path, root)
    return {}


def _by_id(path: tuple[str | int, ...], root: Node) -> dict[str, Any]:
    """Return what a mapping by id may hold; curves are keyed by numbers."""
    if path[-1] == "retention":
        return {}
    groups = root.get("uncertainty") if path[-1] == "correlation" else None
    names = ids(root, "channel") if groups is None else [str(key) for key in groups.value]
    return dict.fromkeys(names)


def _policy_type(root: Node, position: str | int) -> str:
    policies = root.get("policies")
    if policies is None or not isinstance(position, int):
        return ""
    kind = policies.value[position].get("type")
    return "" if kind is None else str(kind.value)


def _default(field: Any) -> Any:
    return ... if field.is_required() else field.get_default(call_default_factory=True)


def _child(annotation: Any, part: str) -> Any:
    """Return the type of the value at `part` inside a value of this type, None if unknown."""
    annotation = container(annotation)
    fields = getattr(annotation, "model_fields", None)
    if fields is not None:
        return fields[part].annotation if part in fields else None
    return get_args(annotation)[1] if get_origin(annotation) is dict else None


def container(annotation: Any) -> Any:
    """Return the model or mapping inside a type such as `Annotated[Model | None, ...]`, or None."""
    if get_origin(annotation) is Annotated:
        return container(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        found = map(container, get_args(annotation))
        return next((inner for inner in found if inner is not None), None)
    if get_origin(annotation) is dict or hasattr(annotation, "model_fields"):
        return annotation
    return None


def policies_by_name(root: Node) -> dict[str, int]:
    """Return the position of each policy by its name."""
    node = root.get("policies")
    if node is None or not isinstance(node.value, list):
        return {}
    names = [(policy_name(policy), position) for position, policy in enumerate(node.value)]
    return {name: position for name, position in names if name is not None}
