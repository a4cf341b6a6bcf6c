"""What variations and `--set` write: changes of values, as yet without a scenario."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from channelopt.errors import InputError, Place, Problems, nearest
from channelopt.scenario.places import Node
from channelopt.scenario.yaml import read_value

Kind = Literal["set", "times", "add"]
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class Change:
    """One path and what happens to its values.

    Attributes:
        path: as written.
        kind: replace the value, multiply it or add to it.
        value: the new value, factor or amount.
        place: where the change was written, as the origin of the new values.
    """

    path: str
    kind: Kind
    value: Node
    place: Place


def variation_changes(name: str, node: Node) -> list[Change]:
    """Return the changes of a variation; what is none was recorded when it was checked."""
    changes = []
    body = node.get("set")
    if body is None or not body.is_mapping:
        return []
    for path, value in body.value.items():
        at = value.place
        place = Place(f"variation {name}: {at.file}", at.line, at.column, at.cell)
        kind, amount = _operation(value)
        changes.append(Change(str(path), kind, _at(amount, place), place))
    return changes


def _at(node: Node, place: Place) -> Node:
    """Return a value whose places all say which variation wrote it."""

    def label(node: Node) -> Place:
        at = node.place
        return Place(f"{place.file.partition(': ')[0]}: {at.file}", at.line, at.column, at.cell)

    if isinstance(node.value, dict):
        return Node({key: _at(child, place) for key, child in node.value.items()}, label(node))
    if isinstance(node.value, list):
        return Node([_at(child, place) for child in node.value], label(node))
    return Node(node.value, label(node))


def _operation(value: Node) -> tuple[Kind, Node]:
    """Return what a written value does: `{times: 2}` and `{add: 1}` are operations."""
    if value.is_mapping and len(value.value) == 1:
        if "times" in value.value:
            return "times", value.value["times"]
        if "add" in value.value:
            return "add", value.value["add"]
    return "set", value


def check_variations(node: Node | None, problems: Problems) -> dict[str, str]:
    """Return the title of each variation by name, recording what is no variation."""
    titles: dict[str, str] = {}
    if node is None or node.value is None:
        return titles
    if not node.is_mapping:
        problems.add("E156", "variations are a mapping of names", node.place)
        return titles
    for name, variation in node.value.items():
        if not isinstance(name, str) or _ID.fullmatch(name) is None:
            message = f"a variation's name is a word of a-z, 0-9 and _, found '{name}'"
            problems.add("E156", message, variation.place)
        titles[str(name)] = _check_variation(str(name), variation, problems)
    return titles


def _check_variation(name: str, variation: Node, problems: Problems) -> str:
    body = variation.get("set")
    if body is None or not body.is_mapping or not body.value:
        message = f"the variation '{name}' needs 'set', a mapping from paths to values"
        problems.add("E156", message, variation.place)
    for key in variation.value if variation.is_mapping else ():
        if key not in ("title", "set"):
            hint = nearest(str(key), ("title", "set"))
            place = variation.value[key].place
            problems.add("E156", f"a variation has no '{key}'", place, hint)
    title = variation.get("title")
    if title is None:
        return name
    if not isinstance(title.value, str) or not title.value:
        problems.add("E156", "the title of a variation is text", title.place)
    return str(title.value)


def assignment(text: str, problems: Problems) -> Change | None:
    """Return what `path=value`, `path*=factor` or `path+=amount` says, None after recording."""
    outside = re.sub(r"\[[^\]]*\]", lambda match: "_" * len(match.group()), text)
    position = outside.find("=")
    if position <= 0:
        message = f"expected PATH=VALUE, found '{text}'"
        hint = "for example channels.phone.unit_cost=6.2"
        problems.add("E150", message, Place(f"--set {text}"), hint)
        return None
    path, value, kind = text[:position], text[position + 1 :], "set"
    if path[-1] in "*+-/" and not path.endswith(".*"):
        path, mark = path[:-1], path[-1]
        if mark in "-/":
            hint = "use += with a negative amount, or *= with a factor"
            problems.add("E150", f"there is no operation {mark}=", Place(f"--set {path}"), hint)
            return None
        kind = "times" if mark == "*" else "add"
    place = Place(f"--set {path.strip()}")
    if not value.strip():
        problems.add("E150", "the value is missing", place, "write null to remove the value")
        return None
    found = Problems()
    node = _value(value, place, found)
    problems.errors.extend(found.errors)
    if node is None:
        return None
    if kind == "set":
        operation, node = _operation(node)
        return Change(path.strip(), operation, node, place)
    return Change(path.strip(), "times" if kind == "times" else "add", node, place)


def _value(text: str, place: Place, problems: Problems) -> Node | None:
    try:
        return read_value(text.strip(), place, problems)
    except InputError:
        return None
