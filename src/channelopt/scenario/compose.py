"""A scenario's files, its parents and its overrides into one Source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from channelopt.errors import InputError, Place, Problems
from channelopt.scenario.changes import check_variations, variation_changes
from channelopt.scenario.locate import scenario_file
from channelopt.scenario.overrides import Overrides, apply_steps
from channelopt.scenario.places import Node, copy, dotted, fail, from_plain, places, plain
from channelopt.scenario.project import Project, read_table
from channelopt.scenario.rows import read_rows
from channelopt.scenario.source import Path as TreePath
from channelopt.scenario.source import RawTable, Source
from channelopt.scenario.uncertain import check_uncertain_inputs

Steps = Sequence[tuple[Literal["vary", "set"], str]]


def read(path: str | Path, *, root: str | Path | None = None, steps: Steps = ()) -> Source:
    """Read a scenario with its parents and tables, and apply overrides.

    Args:
        path: a folder with scenario.yaml (.json, .toml) and tables, a single file of these kinds,
            or an Excel workbook (.xlsx).
        root: the project folder that nothing may lead out of; default the parent of the
            scenario's folder.
        steps: variations (`("vary", "strike")`) and assignments
            (`("set", "channels.phone.unit_cost=6.2")`), applied from left to right.

    Returns:
        The scenario before validation, with the place of every value.

    Raises:
        InputError: something cannot be read or does not fit; carries every problem found.
        UsageError: a step is neither a variation nor an assignment.
    """
    problems = Problems()
    file = scenario_file(Path(path), str(path), problems).resolve()
    top = Path(root).resolve() if root is not None else file.parent.parent
    if not file.is_relative_to(top):
        fail(
            problems, "E140", f"the scenario is outside the project folder {root}", Place(str(path))
        )
    project = Project(file.parent, top, problems)
    tree = project.chain(file)
    name = file.parent.name if file.stem == "scenario" else file.stem
    return _finish(tree, name, project, problems, steps)


def from_data(data: Mapping[str, Any], steps: Steps = ()) -> Source:
    """Compose a scenario that is in memory.

    Args:
        data: the scenario exactly as YAML would give it; each table a list of rows or a RawTable.
        steps: as in `read`.

    Returns:
        The scenario before validation; places are paths, `scenario:segments.private.margin`.

    Raises:
        InputError: something does not fit; carries every problem found.
        UsageError: a step is neither a variation nor an assignment.
    """
    problems = Problems()
    if not isinstance(data, Mapping):
        fail(problems, "E114", "expected a mapping of sections", Place("scenario"))
    given = data.get("tables")
    rest = {key: value for key, value in data.items() if key != "tables"}
    tree = from_plain(rest, _data_place, problems)
    if given is not None:
        tree.value["tables"] = _given_tables(given, problems)
    if tree.get("extends") is not None:
        message = "a scenario in memory has no file, so that it cannot extend another"
        problems.add("E140", message, _data_place(("extends",)))
    return _finish(tree, "scenario", None, problems, steps)


def _data_place(path: TreePath) -> Place:
    return Place("scenario", column=dotted(path) or None)


def _given_tables(given: Any, problems: Problems) -> Node:
    """Return tables in memory; rows are read at once, as nodes of large tables would be slow."""
    if not isinstance(given, Mapping):
        fail(problems, "E114", "tables are a mapping of names", _data_place(("tables",)))
    nodes: dict[Any, Node] = {}
    for name, value in given.items():
        place = _data_place(("tables", str(name)))
        if isinstance(value, list | tuple):
            try:
                table = _rows_in_memory(str(name), value, problems)
            except InputError as error:
                problems.errors.extend(error.problems)
                continue
            nodes[name] = Node(table, place)
        else:
            nodes[name] = Node(value, place)
    return Node(nodes, _data_place(("tables",)))


def _rows_in_memory(name: str, rows: Sequence[Any], problems: Problems) -> RawTable:
    def place(row: int, column: str) -> Place:
        inner: TreePath = ("tables", name) if row < 0 else ("tables", name, row)
        return _data_place((*inner, column) if column else inner)

    return read_rows(rows, name, place, problems, "scenario")


def _finish(
    tree: Node, name: str, project: Project | None, problems: Problems, steps: Steps
) -> Source:
    """Apply the steps, read the tables and take everything apart."""
    titles = check_variations(tree.get("variations"), problems)
    if problems.errors and steps:
        problems.stop()
    _try_variations(tree, {name for kind, name in steps if kind == "vary"}, problems)
    overrides = Overrides(tree, problems)
    apply_steps(overrides, steps)
    check_uncertain_inputs(tree, problems)
    written = tree.value.pop("tables", None)
    for key in ("extends", "variations"):
        tree.value.pop(key, None)
    raw = _tables(written, project, problems)
    _check_keys(tree, (), problems)
    problems.stop()
    return Source(
        tree=plain(tree),
        tables=raw,
        operations=tuple(overrides.operations),
        places=places(tree) | _table_places(written),
        variations=titles,
        applied=tuple(overrides.applied),
        files=dict(sorted(project.hashes.items())) if project else {},
        name=name,
        warnings=tuple(problems.warnings),
    )


def _table_places(written: Node | None) -> dict[TreePath, Place]:
    """Return where each table was written or named."""
    if written is None or not written.is_mapping:
        return {}
    return {("tables", str(name)): node.place for name, node in written.value.items()}


def _try_variations(tree: Node, applied: set[str], problems: Problems) -> None:
    """Warn of variations that are not applied and would not work."""
    node = tree.get("variations")
    for name, variation in node.value.items() if node is not None and node.is_mapping else ():
        if name in applied or problems.errors:
            continue
        found = Problems()
        overrides = Overrides(copy(tree), found)
        overrides.apply(variation_changes(str(name), variation))
        for problem in found.errors:
            message = f"the variation '{name}' cannot be applied: {problem.message}"
            problems.add("W154", message, problem.place, problem.hint)


def _tables(
    written: Node | None, project: Project | None, problems: Problems
) -> dict[str, RawTable]:
    if written is None or written.value is None:
        return {}
    if not written.is_mapping:
        problems.add("E114", "tables are a mapping of names", written.place)
        return {}
    found = {}
    for name, node in written.value.items():
        if node.value is None:
            continue
        table = read_table(str(name), node, project, problems)
        if table is not None:
            found[str(name)] = table
    return found


def _check_keys(node: Node, path: TreePath, problems: Problems) -> None:
    """Record keys that are numbers where names are expected; only curves have number keys."""
    if isinstance(node.value, list):
        for position, child in enumerate(node.value):
            _check_keys(child, (*path, position), problems)
    elif isinstance(node.value, dict) and path[-1:] != ("retention",):
        for key, child in node.value.items():
            if not isinstance(key, str):
                message = f"names begin with a letter, found the number {key}"
                problems.add("E112", message, child.place)
            else:
                _check_keys(child, (*path, key), problems)
