"""How a scenario takes over what its parent says."""

from __future__ import annotations

from channelopt.errors import Problems
from channelopt.scenario.places import Key, Node, copy

WHOLE = frozenset({"retention", "unresolved", "uses"})
"""Mappings that are replaced as a whole."""


def merge(parent: Node, child: Node, problems: Problems) -> Node:
    """Return the parent with the child's values; neither is changed.

    Mappings merge key by key, null deletes, policies merge by name (a child may also write them as
    a mapping from name to changes or null), everything else replaces.

    Args:
        parent: the scenario that is extended.
        child: the scenario that extends it.
        problems: receives policies that share a name.
    """
    return _merge(parent, child, (), problems)


def _replaces(path: tuple[Key, ...]) -> bool:
    """Whether what is written at the path replaces what the parent says as a whole."""
    if not path:
        return False
    is_table = len(path) == 2 and path[0] == "tables"
    is_change = len(path) == 4 and path[0] == "variations" and path[2] == "set"
    is_effect = len(path) >= 2 and path[-2] == "effects"
    return path[-1] in WHOLE or is_table or is_change or is_effect


def _merge(parent: Node, child: Node, path: tuple[Key, ...], problems: Problems) -> Node:
    if path == ("policies",) and isinstance(parent.value, list):
        changes = _listed(child) if child.is_mapping else child
        if isinstance(changes.value, list):
            return _merge_policies(parent, changes, problems)
    if not (parent.is_mapping and child.is_mapping) or _replaces(path):
        return copy(child)
    merged: dict[Key, Node] = {key: copy(node) for key, node in parent.value.items()}
    in_changes = len(path) == 3 and path[0] == "variations" and path[2] == "set"
    for key, node in child.value.items():
        if node.value is None and not in_changes:
            merged.pop(key, None)
        elif key in merged:
            merged[key] = _merge(merged[key], node, (*path, key), problems)
        else:
            merged[key] = copy(node)
    return Node(merged, child.place)


def policy_name(node: Node) -> str | None:
    """Return the name of a policy, None where it has none."""
    name = node.get("name")
    return None if name is None else str(name.value)


def _listed(policies: Node) -> Node:
    """Return changes of policies that are written by name, `{cap: {at_most: 5}}`, as a list."""
    entries = []
    for name, node in policies.value.items():
        changes = node.value if node.is_mapping else {"type": Node(node.value, node.place)}
        entries.append(Node({"name": Node(name, node.place), **changes}, node.place))
    return Node(entries, policies.place)


def _merge_policies(parent: Node, child: Node, problems: Problems) -> Node:
    own = _by_name(child, problems)
    merged = []
    for node in parent.value:
        name = policy_name(node)
        match = own.pop(name, None) if name is not None else None
        if match is None:
            merged.append(copy(node))
        elif not _deletes(match):
            merged.append(_merge_policy(node, match, problems))
    unnamed = [node for node in child.value if policy_name(node) is None]
    merged.extend(copy(node) for node in (*own.values(), *unnamed))
    return Node(merged, child.place)


def _deletes(policy: Node) -> bool:
    """Whether a policy is written as `{name: ..., type: null}`."""
    kind = policy.get("type")
    return kind is not None and kind.value is None


def _merge_policy(parent: Node, child: Node, problems: Problems) -> Node:
    kinds = parent.get("type"), child.get("type")
    if kinds[1] is not None and (kinds[0] is None or kinds[0].value != kinds[1].value):
        return copy(child)
    return _merge(parent, child, ("policies", 0), problems)


def _by_name(policies: Node, problems: Problems) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for node in policies.value:
        name = policy_name(node)
        if name in found:
            message = f"two policies are named '{name}', first at {found[name].place}"
            problems.add("E160", message, node.place, "give each policy its own name")
        elif name is not None:
            found[name] = node
    return found
