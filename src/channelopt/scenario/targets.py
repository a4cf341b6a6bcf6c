"""Paths of overrides: what they name in a scenario, and the nearest names otherwise."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from channelopt.errors import Place, Problems
from channelopt.scenario.known import (
    attributes,
    ids,
    periods,
    policies_by_name,
    table_keys,
    table_names,
)
from channelopt.scenario.places import Key, Node
from channelopt.scenario.source import Path

_BRACKETS = re.compile(r"(?P<path>.*?)\[(?P<inside>[^\[\]]*)\]", re.DOTALL)
CLOSED = ("extends", "variations")
"""Keys that no override may touch."""
SHOWN = 6


@dataclass(frozen=True)
class Target:
    """A value that a path names.

    Attributes:
        parent: the mapping or list that holds the value.
        key: its key or position in there.
        path: from the root.
        index: position of the period in a value over time, None for the whole value.
        default: the value where none is written; `...` where there is no default.
    """

    parent: Node
    key: Key
    path: Path
    index: int | None
    default: Any = None

    @property
    def node(self) -> Node | None:
        """The value as it stands, None where it is absent."""
        if isinstance(self.parent.value, list):
            return self.parent.value[int(self.key)]  # type: ignore[no-any-return]
        return self.parent.get(self.key)

    @property
    def touched(self) -> tuple[str | int, ...]:
        """What the path touches, for comparing with others."""
        return self.path if self.index is None else (*self.path, self.index)


@dataclass(frozen=True)
class Cells:
    """The cells of a table that a path names.

    Attributes:
        table: name of the table.
        keys: id by key; keys that are absent mean all.
        whole: the path has no brackets, so that it can name the table itself.
    """

    table: str
    keys: dict[str, str]
    whole: bool


@dataclass
class Finder:
    """Finds what one path names; `missed` counts what a wildcard passed over.

    Attributes:
        root: the scenario.
        text: the path as written.
        place: where it was written.
        problems: receives paths that name nothing.
    """

    root: Node
    text: str
    place: Place
    problems: Problems
    missed: int = field(default=0, init=False)

    def find(self) -> list[Target] | Cells | None:
        """Return what the path names, None after recording that it names nothing."""
        if self.text.startswith("tables."):
            return self._cells(self.text[len("tables.") :])
        text, index = self.text, None
        match = _BRACKETS.fullmatch(self.text)
        if match is not None:
            text, label = match["path"], match["inside"].strip()
            labels = periods(self.root)
            if label not in labels:
                self._refuse(f"there is no period '{label}'", _list(label, labels))
                return None
            index = labels.index(label)
        parts = self._split(text)
        if parts[0] in (*CLOSED, "tables"):
            self.problems.add("E155", f"'{parts[0]}' cannot be changed by a path", self.place)
            return None
        targets = self._walk(parts, index)
        if targets == []:
            what = f"nothing that '{self.text}' reaches has a value '{parts[-1]}'"
            self._refuse(what, "name one exactly to set it")
            return None
        return targets

    def _refuse(self, message: str, hint: str) -> None:
        self.problems.add("E151", f"'{self.text}' matches nothing: {message}", self.place, hint)

    def _split(self, text: str) -> list[str]:
        """Return the parts of a path; names of policies may hold dots."""
        head, dot, rest = text.partition(".")
        if head != "policies" or not dot:
            return text.split(".")
        names = sorted(policies_by_name(self.root), key=len, reverse=True)
        for name in names:
            if rest == name:
                return [head, name]
            if rest.startswith(f"{name}."):
                return [head, name, *rest[len(name) + 1 :].split(".")]
        return text.split(".")

    def _walk(self, parts: list[str], index: int | None) -> list[Target] | None:
        wild = "*" in parts
        found: list[tuple[Node, Path]] = [(self.root, ())]
        for depth, part in enumerate(parts[:-1]):
            entered = [
                (self._enter(node, path, part, wild=wild), node, path) for node, path in found
            ]
            inner = [child for children, _, _ in entered for child in children or ()]
            unknown = [(node, path) for children, node, path in entered if children is None]
            if unknown and not inner and not self.missed:
                self._miss(*unknown[0], parts, depth)
                return None
            found = inner
        reached = [
            (self._last(node, path, parts[-1], index, wild=wild), node, path)
            for node, path in found
        ]
        targets = [target for here, _, _ in reached for target in here or ()]
        unknown = [(node, path) for here, node, path in reached if here is None]
        if unknown and not targets and not self.missed:
            self._miss(*unknown[0], parts, len(parts) - 1)
            return None
        return targets

    def _enter(
        self, node: Node, path: Path, part: str, *, wild: bool
    ) -> list[tuple[Node, Path]] | None:
        children = self._children(node, path)
        if part == "*":
            return [(child, (*path, key)) for _, key, child in children]
        for name, key, child in children:
            if name == part:
                return [(child, (*path, key))]
        if part not in attributes(self.root, path):
            return None
        if wild:
            self.missed += 1
            return []
        created = Node({}, self.place)
        if attributes(self.root, (*path, part)) and node.is_mapping:
            node.value[part] = created
            return [(created, (*path, part))]
        return None

    def _last(
        self, node: Node, path: Path, part: str, index: int | None, *, wild: bool
    ) -> list[Target] | None:
        children = self._children(node, path)
        known = attributes(self.root, path)
        if part == "*":
            return [Target(node, key, (*path, key), index) for _, key, _ in children]
        for name, key, child in children:
            if name == part and not (wild and child.value is None):
                default = known.get(part)
                return [Target(node, key, (*path, key), index, default)]
        if part not in known:
            return None
        if wild:
            self.missed += 1
            return []
        return [Target(node, part, (*path, part), index, known[part])]

    def _children(self, node: Node, path: Path) -> list[tuple[str, Any, Node]]:
        """Return name, key and node of everything inside a value."""
        if path == ("policies",) and isinstance(node.value, list):
            names = policies_by_name(self.root)
            return [(name, position, node.value[position]) for name, position in names.items()]
        if node.is_mapping and path[-1:] != ("retention",):
            return [(str(key), key, child) for key, child in node.value.items()]
        return []

    def _miss(self, node: Node, path: Path, parts: list[str], depth: int) -> None:
        names = {name for name, _, _ in self._children(node, path)} | set(
            attributes(self.root, path)
        )
        if path == ():
            names -= {*CLOSED, "tables"}
        before, after = parts[:depth], parts[depth + 1 :]
        near = difflib.get_close_matches(parts[depth], sorted(names), n=3, cutoff=0.5)
        if depth == 0 and parts[0] in names:
            self._refuse(f"the scenario sets no '{parts[0]}'", "")
            return
        shown = [".".join([*before, name, *after]) for name in near or sorted(names)[:SHOWN]]
        where = f"in '{'.'.join(before)}'" if before else "in a scenario"
        hint = f"nearest: {', '.join(shown)}" if shown else ""
        if "retention" in before:
            hint = f"{'.'.join(before)} replaces the whole curve"
        self._refuse(f"there is no '{parts[depth]}' {where}", hint)

    def _cells(self, text: str) -> Cells | None:
        match = _BRACKETS.fullmatch(text)
        table = match["path"] if match else text
        axes = table_keys(table, self.root)
        if axes is None:
            self._refuse(f"there is no table '{table}'", _list(table, table_names(self.root)))
            return None
        keys: dict[str, str] = {}
        for pair in match["inside"].split(",") if match else ():
            axis, equals, name = (part.strip() for part in pair.partition("="))
            if not equals or axis not in axes or axis in keys:
                hint = f"write tables.{table}[{axes[0]}=...]; its keys are {', '.join(axes)}"
                self._refuse(f"'{pair.strip()}' is no key of the table", hint)
                return None
            known = ids(self.root, axis)
            if name != "*" and name not in known:
                self._refuse(f"there is no {axis} '{name}'", _list(name, known))
                return None
            if name != "*":
                keys[axis] = name
        return Cells(table, keys, match is None)


def _list(name: str, known: Iterable[str]) -> str:
    options = sorted(known)
    near = difflib.get_close_matches(name, options, n=3, cutoff=0.5) or options[:SHOWN]
    return f"nearest: {', '.join(near)}" if near else ""
