"""The sheets of a workbook as the sections of a scenario; see docs/scenario-excel.md."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from channelopt.errors import Place, Problems, nearest
from channelopt.scenario import cell_parts, known
from channelopt.scenario.columns import is_blank, show
from channelopt.scenario.decimals import Decimals
from channelopt.scenario.known import TABLES
from channelopt.scenario.places import Key, Node, fail
from channelopt.scenario.source import RawTable
from channelopt.scenario.text import number_hint
from channelopt.scenario.workbook import Grid, body, header, header_row, read_grids, read_tables

PAIRS = ("scenario", "objective", "customers")
"""Sheets of keys and values."""
_ALWAYS = ("segments", "interactions", "channels", "staff")
PARTS = ("upgrades", "bundles", "metrics", "uncertainty")
"""Sections that many scenarios do without."""
SECTIONS = (*_ALWAYS, *PARTS)
"""Sheets with one row per id."""
SINGULAR = {name: name.removesuffix("s") for name in SECTIONS}
SINGULAR |= {"staff": "group", "uncertainty": "group"}
"""Other names of the column of ids."""
LISTS = frozenset(
    {"serves", "segments", "interactions", "channels", "requires", "counts", "periods"}
)
PATHS = frozenset({"inputs"})
"""Lists whose entries may hold commas."""
MAPPINGS = frozenset({"unresolved", "retention", "uses", "values", "correlation"})
TEXTS = frozenset({"title", "description", "name", "unit", "currency", "extends", "file", "table"})
LABELS = frozenset({"available_from", "available_until", "period", "periods"})
NAMED = "columns."
"""Keys that begin so name columns of a customer file, whatever the text looks like."""
TRUTHS = frozenset({"initially_open", "always_open", "whole_fte", "negotiable", "whole_contacts"})
_TRUTH = {"yes": True, "true": True, "no": False, "false": False}
_INDEXED = re.compile(r"(?P<attribute>[^\[\]]+)\[(?P<period>[^\[\]]+)\]")


def read_workbook(
    content: bytes, label: str, problems: Problems
) -> tuple[Node, dict[str, RawTable]]:
    """Read a workbook into the sections it writes and its tables.

    Args:
        content: the file.
        label: its name in messages.
        problems: receives what is wrong with single cells.

    Raises:
        InputError: the file is no workbook that can be read.
    """
    grids = {grid.name: grid for grid in read_grids(content, label, problems)}
    if not grids:
        fail(problems, "E111", "the workbook is empty", Place(label), _START)
    reader = _Sheets(problems)
    root: dict[Key, Node] = {}
    if "scenario" in grids:
        root |= reader.pairs(grids["scenario"])
    for name in PAIRS[1:]:
        if name in grids:
            root[name] = Node(reader.pairs(grids[name]), grids[name].place(0, 0))
    if "periods" in grids:
        root["periods"] = reader.periods(grids["periods"])
    reader.labels = _labels(root.get("periods"))
    readers = dict.fromkeys(SECTIONS, reader.section)
    readers |= {"policies": reader.policies, "variations": reader.variations}
    root |= {name: read(grids[name]) for name, read in readers.items() if name in grids}
    named = {*PAIRS, *SECTIONS, "periods", "policies", "variations"}
    others = [grid for name, grid in grids.items() if name not in named]
    tables = read_tables([grid for grid in others if _is_table(grid, named, problems)], problems)
    return Node(root, Place(label)), tables


def _is_table(grid: Grid, named: Collection[str], problems: Problems) -> bool:
    """Whether a sheet is named like a table; record it where it is named like nothing known."""
    if grid.name in TABLES or grid.name.startswith("metric."):
        return True
    message = f"the sheet '{grid.sheet.strip()}' is neither a section nor a table"
    hint = nearest(grid.name, [*named, *TABLES])
    hint = hint or "begin the name of a sheet that is only for people with _ or #"
    problems.add("E136", message, grid.place(0, 0), hint)
    return False


_START = "'channelopt init --excel' writes a workbook to start from"


def _labels(periods: Node | None) -> tuple[str, ...]:
    if periods is None or not isinstance(periods.value, list):
        return ()
    return tuple(str(period.value) for period in periods.value)


class _Sheets:
    """Turns grids into nodes.

    Attributes:
        labels: the periods in order of time; empty where the workbook does not name them.
    """

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.labels: tuple[str, ...] = ()

    def pairs(self, grid: Grid) -> dict[Key, Node]:
        """Return a sheet of keys and values, below each other or two rows; keys may be dotted."""
        wide = self._two_rows(grid)
        if wide is not None:
            return wide
        rows = [header_row(grid), *(row for row, _ in body(grid))]
        if str(grid.cells[rows[0]][0]).strip().casefold() in ("key", "name"):
            rows = rows[1:]
        root: dict[Key, Node] = {}
        for row in rows:
            cells = grid.cells[row]
            key = "" if is_blank(cells[0]) else str(cells[0]).strip()
            if key.startswith("#"):
                continue
            value = cells[1] if len(cells) > 1 else None
            if not key and not is_blank(value):
                self.problems.add("E136", "a value without a key", grid.place(row, 0))
            elif key and not is_blank(value):
                self._put(root, key, value, grid.place(row, 1))
        return root

    def _two_rows(self, grid: Grid) -> dict[Key, Node] | None:
        """Return a sheet with a row of keys and one row of values, None where it is not one."""
        rows = list(body(grid))
        keys = [str(cell).strip() for cell in grid.cells[header_row(grid)] if not is_blank(cell)]
        inside = (grid.name,) if grid.name in PAIRS[1:] else ()
        allowed = known.attributes(Node({}, grid.place(0, 0)), inside)
        if len(rows) != 1 or len(keys) < 2 or any(k.partition(".")[0] not in allowed for k in keys):
            return None
        return self._attributes(grid, rows[0][0], header(grid, self.problems), plain=False)

    def periods(self, grid: Grid) -> Node:
        """Return the labels in the first column of a sheet."""
        rows = [(row, cells[0]) for row, cells in body(grid) if not is_blank(cells[0])]
        nodes = [Node(_label(cell), grid.place(row, 0)) for row, cell in rows]
        return Node(nodes, grid.place(header_row(grid), 0))

    def section(self, grid: Grid) -> Node:
        """Return a sheet with one row per id."""
        entries: dict[Key, Node] = {}
        for key, place, attributes in self._rows(grid, "id", SINGULAR.get(grid.name, "id")):
            if key in entries:
                message = f"the id '{key}' is written twice, first in {entries[key].place.cell}"
                self.problems.add("E105", message, place, "keep one of them")
                continue
            entries[key] = Node(attributes, place)
        return Node(entries, grid.place(header_row(grid), 0))

    def policies(self, grid: Grid) -> Node:
        """Return a sheet with one row per policy."""
        nodes = [
            Node({"name": Node(key, place), **attributes}, place)
            for key, place, attributes in self._rows(grid, "name")
        ]
        return Node(nodes, grid.place(header_row(grid), 0))

    def variations(self, grid: Grid) -> Node:
        """Return a sheet with one row per change: variation, title, path, operation, value."""
        entries: dict[Key, Node] = {}
        for key, place, attributes in self._rows(grid, "variation", plain=True):
            entry = entries.setdefault(key, Node({"set": Node({}, place)}, place))
            title = attributes.get("title")
            if title is not None:
                entry.value.setdefault("title", Node(str(title.value), title.place))
            change = self._change(attributes, place)
            if change is not None:
                path, value = change
                if path in entry.value["set"].value:
                    self.problems.add("E105", f"the path '{path}' is written twice", place)
                entry.value["set"].value[path] = value
        return Node(entries, grid.place(header_row(grid), 0))

    def _change(self, row: Mapping[Key, Node], place: Place) -> tuple[str, Node] | None:
        unknown = set(row) - {"title", "path", "operation", "value"}
        path, value = row.get("path"), row.get("value")
        if unknown or path is None or value is None:
            message = "a variation has the columns variation, title, path, operation and value"
            self.problems.add("E136", message, place)
            return None
        attribute = str(path.value).partition("[")[0].rpartition(".")[2]
        node = self._cell(attribute, value.value, value.place)
        operation = row.get("operation", Node("set", place))
        if operation.value in ("times", "add"):
            node = Node({operation.value: node}, node.place)
        elif operation.value != "set":
            message = f"expected set, times or add, found {show(operation.value)}"
            self.problems.add("E136", message, operation.place)
        return str(path.value).strip(), node

    def _rows(
        self, grid: Grid, first: str, other: str = "name", *, plain: bool = False
    ) -> list[tuple[str, Place, dict[Key, Node]]]:
        """Return id, its place and the attributes of each row."""
        columns = header(grid, self.problems)
        names = {name: position for position, name in reversed(columns)}
        key = next((names[name] for name in (first, "id", other, "name") if name in names), None)
        if key is None:
            message = f"the sheet has no column '{first}'"
            like = next((name for name in names if name.lower() in (first, "id", other)), None)
            hint = "" if like is None else f"write '{like.lower()}' for '{like}'"
            self.problems.add("E136", message, grid.place(header_row(grid), 0), hint)
            return []
        rows = []
        others = [(position, name) for position, name in columns if position != key]
        for row, cells in body(grid):
            place = grid.place(row, key)
            if is_blank(cells[key]):
                self.problems.add("E136", f"the row has no {first}", place)
                continue
            attributes = self._attributes(grid, row, others, plain=plain)
            rows.append((str(cells[key]).strip(), place, attributes))
        return rows

    def _attributes(
        self, grid: Grid, row: int, columns: Sequence[tuple[int, str]], *, plain: bool
    ) -> dict[Key, Node]:
        root: dict[Key, Node] = {}
        over_time: dict[str, dict[str, Node]] = {}
        for position, name in columns:
            cell, place = grid.cells[row][position], grid.place(row, position)
            indexed = _INDEXED.fullmatch(name)
            if is_blank(cell):
                continue
            if plain:
                root[name] = Node(cell, place)
            elif indexed is None:
                self._put(root, name, cell, place)
            else:
                values = over_time.setdefault(indexed["attribute"].strip(), {})
                values[indexed["period"].strip()] = self._cell(indexed["attribute"], cell, place)
        written = [
            match["period"].strip() for _, name in columns if (match := _INDEXED.fullmatch(name))
        ]
        for attribute, values in over_time.items():
            self._put_over_time(root, attribute, values, written)
        return root

    def _put_over_time(
        self, root: dict[Key, Node], attribute: str, values: dict[str, Node], written: list[str]
    ) -> None:
        first = next(iter(values.values()))
        labels = self.labels or tuple(dict.fromkeys(written))
        for label, value in values.items():
            if label not in labels:
                message = f"the column '{attribute}[{label}]' names no period"
                hint = f"periods are {', '.join(labels)}"
                self.problems.add("E136", message, value.place, hint)
        if attribute in root:
            message = f"'{attribute}' is given for all periods and for single ones"
            self.problems.add("E136", message, first.place, "keep one of them")
            return
        nodes = [values.get(label, Node(None, first.place)) for label in labels]
        _place(root, attribute, Node(nodes, first.place), self.problems)

    def _put(self, root: dict[Key, Node], key: str, cell: Any, place: Place) -> None:
        attribute = "retention" if key.startswith("effects.") else key.rpartition(".")[2]
        attribute = "name" if key.startswith(NAMED) else attribute
        _place(root, key, self._cell(attribute, cell, place), self.problems)

    def _cell(self, attribute: str, cell: Any, place: Place) -> Node:
        """Return what a cell means for an attribute: text may be a list or a mapping."""
        if attribute in TEXTS:
            return Node(cell if isinstance(cell, str) else str(cell), place)
        if not isinstance(cell, str):
            return self._typed(attribute, cell, place)
        text = cell.strip()
        if text.casefold() == "null":
            return Node(None, place)
        if attribute in TRUTHS and text.casefold() in _TRUTH:
            return Node(_TRUTH[text.casefold()], place)
        return self._parts(attribute, text, place)

    def _parts(self, attribute: str, text: str, place: Place) -> Node:
        if attribute in MAPPINGS:
            return self._mapping(text, place)
        if attribute in PATHS:
            return self._list(attribute, [part.strip() for part in text.split(";")], place)
        if attribute in LISTS or (attribute in ("touch", "needs") and re.search("[;,]", text)):
            return self._list(attribute, self._names(attribute, text), place)
        if ";" in text:
            return self._list(attribute, [part.strip() for part in text.split(";")], place)
        return Node(self._word(attribute, text, place, alone=True), place)

    def _typed(self, attribute: str, cell: Any, place: Place) -> Node:
        if attribute in TRUTHS and cell in (0, 1):
            return Node(bool(cell), place)
        node = Node(cell, place)
        return Node([node], place) if attribute in LISTS else node

    def _names(self, attribute: str, text: str) -> list[str]:
        return cell_parts.labels(text, self.labels) if attribute in LABELS else cell_parts.ids(text)

    def _list(self, attribute: str, parts: Sequence[str], place: Place) -> Node:
        return Node([Node(self._word(attribute, part, place), place) for part in parts], place)

    def _mapping(self, text: str, place: Place) -> Node:
        children: dict[Key, Node] = {}
        for part in cell_parts.pairs(text):
            name, colon, amount = part.partition(":")
            if not colon:
                message = f"expected pairs such as 'branch: 0.5; phone: 0.35', found {show(part)}"
                self.problems.add("E136", message, place)
                continue
            key = self._word("", name.strip(), place)
            if key in children:
                self.problems.add("E105", f"the key '{key}' is written twice", place)
            children["" if key is None else key] = Node(
                self._word("", amount.strip(), place), place
            )
        return Node(children, place)

    def _word(self, attribute: str, text: str, place: Place, *, alone: bool = False) -> Any:
        """Return one word of a cell: a number where it is one, None where it is blank."""
        if not text:
            return None
        if attribute in LABELS:
            return _label(text)
        if text[0] not in "+-.0123456789":
            return text
        if alone:
            number, found = Decimals().lone(text)
        else:
            number, found = Decimals().number(cell_parts.with_point(text))
        if number is not None:
            if alone:
                message = f"the number {number:g} is stored as text; it is read as a number"
                self.problems.add("W131", message, place)
            return int(number) if number.is_integer() else number
        if found is not None and (number_hint(text) or found.code != "E125"):
            self.problems.add(found.code, found.message, place, found.hint)
            return None
        return text


def _label(cell: Any) -> Any:
    """Return the label of a period: whole numbers as numbers, anything else as text."""
    if isinstance(cell, str):
        text = cell.strip()
        return int(text) if text.isascii() and text.isdigit() and text[0] != "0" else text
    return cell


def _place(root: dict[Key, Node], key: str, node: Node, problems: Problems) -> None:
    """Put a node under a dotted key."""
    *parents, last = key.split(".")
    for name in parents:
        child = root.setdefault(name, Node({}, node.place))
        if not isinstance(child.value, dict):
            problems.add("E136", f"'{name}' is given as a value and in parts", node.place)
            return
        root = child.value
    if last in root:
        problems.add("E105", f"the key '{key}' is written twice", node.place, "keep one of them")
        return
    root[last] = node
