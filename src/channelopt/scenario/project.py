"""The files of a scenario: its parents and tables, none of them outside the project folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from channelopt.errors import InputError, Problems, nearest
from channelopt.scenario import archive, tables
from channelopt.scenario.locate import inside, relative, scenario_file
from channelopt.scenario.merge import merge
from channelopt.scenario.places import Node, copy, fail
from channelopt.scenario.rows import read_node
from channelopt.scenario.source import RawTable
from channelopt.scenario.text import decode, read_bytes

LIMIT = 5 * 2**20
"""Largest YAML, JSON or TOML file, in bytes."""
MAX_PARENTS = 20


@dataclass
class Project:
    """The files of one scenario.

    Attributes:
        folder: the scenario's folder.
        root: what no path may lead out of.
        problems: everything found so far.
        hashes: SHA-256 by relative path of each file read.
        folders: folder of each scenario file by its label.
    """

    folder: Path
    root: Path
    problems: Problems
    hashes: dict[str, str] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)

    def chain(self, file: Path) -> Node:
        """Return a scenario file merged over its parents."""
        documents: list[Node] = []
        seen: list[Path] = []
        while True:
            seen.append(file)
            document = self.document(file)
            documents.append(document)
            parent = document.get("extends")
            if parent is None or parent.value is None:
                break
            file = self._parent(parent, file, seen)
        tree = documents.pop()
        while documents:
            tree = merge(tree, documents.pop(), self.problems)
        return copy(tree)

    def _parent(self, written: Node, child: Path, seen: list[Path]) -> Path:
        target = inside(written.value, child.parent, self.root, written.place, self.problems)
        file = scenario_file(target, str(written.value), self.problems, written.place).resolve()
        if not file.is_relative_to(self.root):
            message = f"'{written.value}' leads outside the project folder"
            fail(self.problems, "E140", message, written.place)
        if file in seen:
            chain = " -> ".join(self.label(step) for step in [*seen[seen.index(file) :], file])
            fail(self.problems, "E142", f"'extends' goes in a circle: {chain}", written.place)
        if len(seen) > MAX_PARENTS:
            message = f"more than {MAX_PARENTS} scenarios extend each other"
            fail(self.problems, "E143", message, written.place)
        return file

    def label(self, file: Path) -> str:
        """Return the file's name in messages, relative to the scenario's folder."""
        return relative(file, self.folder)

    def content(self, file: Path, limit: int, problems: Problems) -> bytes:
        """Read a file and note its hash."""
        label = self.label(file)
        content = read_bytes(file, label, limit, problems)
        self.hashes[label] = hashlib.sha256(content).hexdigest()
        return content

    def document(self, file: Path) -> Node:
        """Read one scenario file."""
        label = self.label(file)
        self.folders[label] = file.parent
        if file.suffix.lower() == ".xlsx":
            from channelopt.scenario.sheets import read_workbook

            content = self.content(file, archive.LIMIT, self.problems)
            node, sheets = read_workbook(content, label, self.problems)
            if sheets:
                nodes = {name: Node(table, table.place(-1, "")) for name, table in sheets.items()}
                node.value["tables"] = Node(nodes, node.place)
            return node
        text = decode(self.content(file, LIMIT, self.problems), label, self.problems)
        node = _parse(text, file.suffix.lower(), label, self.problems)
        if not node.is_mapping:
            message = "expected a mapping of sections such as segments and channels"
            fail(self.problems, "E114", message, node.place)
        return node

    def table(self, name: str, node: Node, problems: Problems) -> RawTable:
        """Read the CSV file that a scenario names for a table.

        Raises:
            InputError: there is no such file, or it is no table.
        """
        folder = self.folders.get(node.place.file.rpartition(": ")[2], self.folder)
        file = inside(node.value, folder, self.root, node.place, problems)
        if not file.exists():
            message = f"there is no file '{node.value}'"
            fail(problems, "E141", message, node.place, _near(file))
        if file.suffix.lower() != ".csv":
            message = f"table files are .csv, found '{node.value}'"
            fail(problems, "E141", message, node.place)
        label = self.label(file)
        text = decode(self.content(file, tables.LIMIT, problems), label, problems)
        return tables.read_csv(text, name, label, problems)


def _near(file: Path) -> str:
    try:
        return nearest(file.name, [entry.name for entry in file.parent.iterdir()])
    except OSError:
        return ""


def _parse(text: str, suffix: str, label: str, problems: Problems) -> Node:
    from channelopt.scenario.toml import read_toml
    from channelopt.scenario.yaml import read_json, read_yaml

    readers = {".json": read_json, ".toml": read_toml}
    return readers.get(suffix, read_yaml)(text, label, problems)


def read_table(
    name: str, node: Node, project: Project | None, problems: Problems
) -> RawTable | None:
    """Return a table from whatever a scenario says of it, None after recording what is wrong.

    Args:
        name: name of the table.
        node: a RawTable, a list of rows or the path of a CSV file.
        project: the files of the scenario, None in memory.
        problems: receives everything that is wrong.
    """
    if isinstance(node.value, RawTable):
        return node.value
    found = Problems()
    table = None
    try:
        if isinstance(node.value, list):
            table = read_node(node, name, found)
        elif isinstance(node.value, str) and project is not None:
            table = project.table(name, node, found)
        else:
            _refuse(name, node, found)
    except InputError as error:
        known = set(map(id, found.errors))
        found.errors.extend(problem for problem in error.problems if id(problem) not in known)
    problems.errors.extend(found.errors)
    problems.warnings.extend(found.warnings)
    return table


def _refuse(name: str, node: Node, problems: Problems) -> NoReturn:
    hint = "rows in place, or the path of a CSV file"
    fail(problems, "E114", f"the table '{name}' is no table", node.place, hint)
