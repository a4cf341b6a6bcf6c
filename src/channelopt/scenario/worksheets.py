"""A scenario as the sheets of a planner's workbook: what `sheets.py` reads, made easy to edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from channelopt.scenario.known import TABLES
from channelopt.scenario.sheet_columns import (
    Column,
    policy_columns,
    scenario_columns,
    section_columns,
)
from channelopt.scenario.sheets import PARTS, SECTIONS
from channelopt.scenario.source import KEYS, RawTable, Source

ROWS = 500
"""Rows that drop-downs and formats reach."""
_INK, _PAPER = "FFFFFF", "1F4E79"
_LISTS = {
    "segment": "segments",
    "interaction": "interactions",
    "channel": "channels",
    "period": "periods",
}
_ABOUT = (
    ("channelopt scenario", ""),
    ("", "Change the numbers, save, then run: channelopt solve THIS_FILE.xlsx"),
    ("", "Hold the mouse over a column's name to read what it means."),
    ("scenario", "One key and value per row. Dotted keys such as objective.discount_rate."),
    ("periods", "The periods in order of time."),
    ("segments, interactions, channels, staff", "One row per id. Ids: a-z, 0-9 and _."),
    ("policies", "One rule per row; fill the columns that its type uses."),
    ("variations", "One change per row: path, operation (set, times, add) and value."),
    ("every other sheet", "A table: key columns, then 'value', or one column per channel."),
    ("lists", "Separate by ; as in branch; phone. Pairs: branch: 0.5; phone: 0.35."),
    ("over time", "One number for all periods, or 600; 650, or columns capacity[2027], ..."),
    ("blank cells", "The default. A sheet that is not needed may be deleted."),
    ("columns that begin with #", "Your own notes; they are not read. Nor is this sheet."),
)


@dataclass(frozen=True)
class Sheet:
    """One sheet to write.

    Attributes:
        name: of the sheet.
        columns: headers with their notes.
        rows: plain cells.
        choices: what may stand in the second column, by row of the sheet.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    choices: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def build(source: Source, file: Path) -> Any:
    """Return an openpyxl workbook of a scenario.

    Args:
        source: the scenario, without operations on tables.
        file: its YAML file, for the variations.
    """
    from openpyxl import Workbook

    book = Workbook()
    _write_about(book.active)
    for sheet in _sheets(source, file):
        _write(book.create_sheet(sheet.name), sheet)
    return book


def _sheets(source: Source, file: Path) -> Iterator[Sheet]:
    tree = source.tree
    yield _scenario(tree)
    label = Column("period", "The label of a period, in order of time.")
    yield Sheet("periods", [label], [[period] for period in tree.get("periods", ["plan"])])
    for name in SECTIONS:
        columns = section_columns(name)
        if name in PARTS and not tree.get(name):
            continue
        entries = tree.get(name, {})
        rows = [_row({"id": key, **entry}, columns) for key, entry in entries.items()]
        yield Sheet(name, columns, rows)
    if tree.get("customers"):
        pair = [Column("key", "Keys with a dot belong to a part."), Column("value", "")]
        yield Sheet("customers", pair, [list(row) for row in _pairs("", tree["customers"])])
    columns = policy_columns()
    yield Sheet("policies", columns, [_row(policy, columns) for policy in tree.get("policies", [])])
    yield _variations(file)
    for name, table in source.tables.items():
        yield _table(name, table)


def _scenario(tree: Mapping[str, Any]) -> Sheet:
    columns = [
        Column("key", "What is set; keys with a dot belong to a part, as objective.discount_rate."),
        Column("value", "Its value; blank is the default."),
        Column("#what it means", "Not read."),
    ]
    keys = scenario_columns()
    rows = [[key.name, cell_of(_at(tree, key.name)), key.note] for key in keys]
    cells = {row: key.choices for row, key in enumerate(keys, start=2) if key.choices}
    return Sheet("scenario", columns, rows, cells)


def _pairs(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the dotted keys of a mapping with their values."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _pairs(f"{name}.{key}" if name else str(key), inner)
    else:
        yield name, cell_of(value)


def _variations(file: Path) -> Sheet:
    from channelopt.errors import Problems
    from channelopt.scenario.changes import variation_changes
    from channelopt.scenario.places import plain
    from channelopt.scenario.yaml import read_yaml

    root = read_yaml(file.read_text(encoding="utf-8"), file.name, Problems())
    variations = root.get("variations")
    rows = []
    for name, node in variations.value.items() if variations is not None else ():
        title = node.get("title")
        for change in variation_changes(str(name), node):
            value = cell_of(plain(change.value))
            rows.append([name, title and title.value, change.path, change.kind, value])
    columns = [
        Column("variation", "A word that names the variation; several rows make one variation."),
        Column("title", "Its name in reports."),
        Column("path", "What changes: staff.agents.max_fte, channels.*.unit_cost, ..."),
        Column("operation", "set, times or add.", ("set", "times", "add")),
        Column("value", "The new value, the factor or the amount."),
    ]
    return Sheet("variations", columns, rows)


def _table(name: str, table: RawTable) -> Sheet:
    keys = TABLES.get(name, KEYS)
    notes = {key: f"A {key}; blank, or no such column: all." for key in keys}
    columns = [
        Column(
            column, notes.get(column, "A number; blank is no row."), source=_LISTS.get(column, "")
        )
        for column in table.columns
    ]
    rows = zip(*(table.values[column] for column in table.columns), strict=True)
    return Sheet(name, columns, [list(row) for row in rows])


def _row(entry: Mapping[str, Any], columns: Sequence[Column]) -> list[Any]:
    return [cell_of(_at(entry, column.name)) for column in columns]


def _at(entry: Any, dotted: str) -> Any:
    for part in dotted.split("."):
        entry = entry.get(part) if isinstance(entry, Mapping) else None
    return entry


def cell_of(value: Any) -> Any:
    """Return a value as one cell: lists and mappings become text, truth values yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join("" if item is None else str(item) for item in value)
    return value


def _write_about(sheet: Any) -> None:
    from openpyxl.styles import Font

    sheet.title = "about"
    for row in _ABOUT:
        sheet.append(row)
    for cell in sheet["A"]:
        cell.font = Font(bold=True)
    sheet.column_dimensions["A"].width = 38
    sheet.column_dimensions["B"].width = 80


def _write(page: Any, sheet: Sheet) -> None:
    from openpyxl.utils import get_column_letter

    page.append([column.name for column in sheet.columns])
    for row in sheet.rows:
        page.append(row)
    page.freeze_panes = "B2" if len(sheet.columns) > 3 else "A2"
    for position, column in enumerate(sheet.columns, start=1):
        letter = get_column_letter(position)
        _style_header(page.cell(1, position), column)
        texts = [column.name, *(str(row[position - 1] or "") for row in sheet.rows)]
        longest = max(map(len, texts))
        page.column_dimensions[letter].width = min(max(longest + 4, 11), 60)
        _add_choice(page, letter, column)
        for cell in page[letter][1:]:
            cell.number_format = _number_format(cell.value, column)
    for number, choices in sheet.choices.items():
        _add_list(page, f"B{number}", f'"{",".join(choices)}"', strict=True)


def _style_header(cell: Any, column: Column) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    cell.font = Font(bold=True, color=_INK)
    cell.fill = PatternFill("solid", fgColor=_PAPER)
    cell.alignment = Alignment(vertical="top")
    note = Comment(column.note, "channelopt")
    note.width, note.height = 320, 40 + 18 * (len(column.note) // 45 + 1)
    cell.comment = note


def _number_format(value: Any, column: Column) -> str:
    if isinstance(value, str) or column.is_text:
        return "@"
    return "#,##0" if isinstance(value, int) and abs(value) >= 10_000 else "General"


def _add_choice(page: Any, letter: str, column: Column) -> None:
    """Add the drop-down of a column; where several ids may stand, it only suggests."""
    if column.choices:
        formula = f'"{",".join(column.choices)}"'
    elif column.source:
        formula = f"={column.source}!$A$2:$A${ROWS}"
    else:
        return
    strict = bool(column.choices) and not column.is_list
    _add_list(page, f"{letter}2:{letter}{ROWS}", formula, strict=strict)


def _add_list(page: Any, cells: str, formula: str, *, strict: bool) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    choice = DataValidation(type="list", formula1=formula, allow_blank=True)
    choice.showErrorMessage = strict
    choice.errorTitle, choice.error = "channelopt", "Choose one of the words in the list."
    page.add_data_validation(choice)
    choice.add(cells)
