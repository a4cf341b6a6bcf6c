"""Paper: a workbook that is being written: its pages, its formats, what can be printed."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from channelopt.report import below
from channelopt.report.book.cells import Cell, Formula, Link, shown_width
from channelopt.report.book.printed import code, lines_of
from channelopt.report.speech import _
from channelopt.report.workbook import (
    FORMATS,
    MADE,
    WIDTHS,
    Exact,
    plain_text,
    sheet_title,
)

Role = Literal["plain", "input", "decision", "value", "head", "total", "id"]
"""What a cell is: of the scenario, decided by the plan, taken from it; or how it looks."""

KINDS: Mapping[str, str] = {
    **FORMATS,
    "text": "@",
    "coins": "#,##0.00",
    "money": "#,##0",
    "points": "#,##0.0000",
    "factor": "0.000000",
    "flag": "0",
}
"""Number formats by kind; Excel shows them as the reader's country writes numbers."""

LOOKS: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "input": {"bg_color": "#FFF7DB", "font_color": "#1F3FBF"},
    "decision": {"bg_color": "#E2F3E5", "font_color": "#14532D", "bold": True},
    "value": {"bg_color": "#EDEFF2"},
    "head": {
        "bold": True,
        "bottom": 1,
        "bg_color": "#DCE6F1",
        "text_wrap": True,
        "valign": "bottom",
    },
    "total": {"bold": True, "top": 1},
    "id": {"font_color": "#6B7280"},
}

A3, A4 = 8, 9
"""Sizes of paper as Excel counts them."""
WIDE = 210
"""Characters across from which a page is printed on A3."""
ONE_PAGE = 90
"""Rows that a page with a chart may have to be printed on one."""
LINE = 15.0
"""Height of a line of text, in points."""
MOST_LINES = 20
"""Of a paragraph."""
USUAL_WIDTH = 8.43
"""Of a column that nobody has set, in characters."""
HEAD = 4
"""Row of the headers of a page, counted from 0; above it stands what the page is."""
SAMPLE = 400
"""Rows that are looked at for the width of a column."""
RIGHT = frozenset({*KINDS} - {"text"})
"""Kinds of columns whose headers stand at the right."""


@dataclass(frozen=True)
class Column:
    """A column of a page.

    Attributes:
        title: its header.
        kind: of its numbers, see `KINDS`.
        role: what its cells are.
        widest: width in characters that it may take; longer texts are wrapped.
    """

    title: str
    kind: str = "text"
    role: Role = "plain"
    widest: int = WIDTHS[1]


@dataclass(frozen=True)
class Listed:
    """A page in the list of the first one."""

    title: str
    page: str
    about: str
    source: str


@dataclass
class Paper:
    """A workbook that is being written.

    Attributes:
        scenario: title, for headers of printed pages.
        closing: said at the foot of printed pages.
        listed: pages so far, in their order.
    """

    scenario: str
    closing: str
    listed: list[Listed] = field(default_factory=list)
    file: Any = field(init=False)
    _written: io.BytesIO = field(default_factory=io.BytesIO)
    _formats: dict[tuple[str, str, bool, bool], Any] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin the file."""
        import xlsxwriter

        self.file = xlsxwriter.Workbook(self._written, {"in_memory": True})
        title = plain_text(self.scenario)[:255]
        self.file.set_properties({"title": title, "created": MADE, "author": "channelopt"})
        self.file.set_calc_mode("auto")

    def page(self, title: str, about: str = "", source: str = "") -> Page:
        """Begin a page.

        Args:
            title: of the page and of its sheet.
            about: one sentence on what it holds.
            source: files that its numbers come from.
        """
        name = sheet_title(title, self._taken)
        self.listed.append(Listed(title, name, about, source))
        return Page(self, self.file.add_worksheet(name), title, about, source)

    def format(
        self, kind: str = "text", role: str = "plain", *, wrap: bool = False, apart: bool = False
    ) -> Any:
        """Return a format; each is made once.

        Args:
            kind: of numbers, or `text`.
            role: what the cell is.
            wrap: whether a long text takes several lines.
            apart: whether a text keeps away from the number at its left.
        """
        key = kind, role, wrap, apart
        if key not in self._formats:
            look: dict[str, Any] = {"num_format": KINDS[kind], **LOOKS[role]}
            if kind == "text":
                look["num_format"] = "General"
            if wrap:
                look |= {"text_wrap": True, "valign": "top"}
            if role == "head":
                look["align"] = "right" if kind in RIGHT else "left"
            if apart:
                look |= {"align": "left", "indent": 1}
            self._formats[key] = self.file.add_format(look)
        return self._formats[key]

    @property
    def link(self) -> Any:
        """Return the format of links."""
        return self.special("link", font_color="#1F4E9E", underline=1, valign="top")

    def special(self, name: str, **look: Any) -> Any:
        """Return a format for a page's own use; each is made once."""
        key = name, "special", False, False
        if key not in self._formats:
            self._formats[key] = self.file.add_format(look)
        return self._formats[key]

    def closed(self) -> bytes:
        """Return the file."""
        self.file.close()
        return self._written.getvalue()


class Page:
    """A sheet with a heading, that prints well.

    Attributes:
        name: of its sheet.
        sheet: as XlsxWriter has it.
        end: row below everything that was written.
    """

    def __init__(self, paper: Paper, sheet: Any, title: str, about: str, source: str) -> None:
        """Write the heading; see `Paper.page`."""
        self.paper = paper
        self.sheet = sheet
        self.name = str(sheet.get_name())
        self.end = 0
        self._right = 0
        self._widths: dict[int, float] = {}
        self.head(title, about, below.source(source))
        sheet.hide_gridlines(2)
        self._print_well(title)

    def head(self, title: str, *lines: str) -> None:
        """Write the heading: a title, and quiet lines below it."""
        heading = self.paper.special("heading", bold=True, font_size=14)
        quiet = self.paper.special("quiet", font_color="#4B5563")
        self.sheet.write_string(0, 0, plain_text(title), heading)
        for row, line in enumerate(lines, start=1):
            self.sheet.write_string(row, 0, plain_text(line), quiet)

    def _print_well(self, title: str) -> None:
        sheet, paper = self.sheet, self.paper
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&L&9{code(paper.scenario, 110)}&R&9{code(title, 90)}")
        numbers = _("Page {page} of {pages}").format(page="&P", pages="&N")
        sheet.set_footer(f"&L&8{code(paper.closing, 150)}&R&8{numbers}")

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        *,
        top: int = HEAD,
        frozen: int = 0,
        filtered: bool = True,
    ) -> int:
        """Write a table whose header stays in sight and on every printed page.

        Args:
            columns: from left to right.
            rows: cells, one for each column.
            top: row of the header.
            frozen: columns at the left that stay in sight.
            filtered: whether rows can be filtered.

        Returns:
            The first row of the table below its header.
        """
        self.block(columns, rows, top=top)
        last = top + max(len(rows), 1)
        self.sheet.freeze_panes(top + 1, frozen)
        self.sheet.repeat_rows(top)
        if filtered and columns:
            self.sheet.autofilter(top, 0, last, len(columns) - 1)
        heights = []
        for position, column in enumerate(columns):
            cells = [row[position] for row in rows[:SAMPLE]]
            width = self.widen(position, column, cells, button=filtered)
            heights.append(lines_of(column.title, width - (3 if filtered else 1)))
        self.sheet.set_row(top, LINE * max(heights, default=1))
        if sum(self._widths.values()) > WIDE:
            self.sheet.set_paper(A3)
        return top + 1

    def block(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        *,
        top: int,
        left: int = 0,
    ) -> int:
        """Write cells with a header somewhere on the page; widths are left as they are.

        Returns:
            The first row below the header.
        """
        for position, column in enumerate(columns):
            is_apart = column.kind == "text" and columns[max(position - 1, 0)].kind in RIGHT
            head = self.paper.format(column.kind, "head", apart=is_apart)
            self.sheet.write_string(top, left + position, plain_text(column.title), head)
            write = self._writer(column, left + position, apart=is_apart)
            for row, cells in enumerate(rows, start=top + 1):
                write(row, cells[position])
        self.reach(top + len(rows), left + len(columns) - 1)
        return top + 1

    def line(self, row: int, columns: Sequence[Column], cells: Sequence[Cell]) -> None:
        """Write one row below a table, for example its totals."""
        for position, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            self.put(row, position, cell, column.kind, "total")
        self.reach(row, len(columns) - 1)

    def put(
        self, row: int, column: int, cell: Cell, kind: str = "text", role: str = "plain"
    ) -> None:
        """Write one cell as what it is; a text is a text, whatever it begins with."""
        self._write(self.paper.format(kind, role), column, row, cell)
        self.reach(row, column)

    def _writer(self, column: Column, position: int, *, apart: bool) -> Callable[[int, Cell], None]:
        wrap = column.widest < WIDTHS[1]
        style = self.paper.format(column.kind, column.role, wrap=wrap, apart=apart)
        return partial(self._write, style, position)

    def _write(self, style: Any, column: int, row: int, cell: Cell) -> None:
        sheet = self.sheet
        if cell is None:
            sheet.write_blank(row, column, None, style)
        elif isinstance(cell, str):
            sheet.write_string(row, column, plain_text(cell), style)
        elif isinstance(cell, bool):
            sheet.write_boolean(row, column, cell, style)
        elif isinstance(cell, Formula):
            sheet.write_formula(row, column, f"={cell.text}", style, cell.cached)
        elif isinstance(cell, Link):
            sheet.write_url(row, column, cell.target, self.paper.link, plain_text(cell.text))
        else:
            sheet.write_number(row, column, Exact(cell), style)

    def widen(
        self, position: int, column: Column, cells: Sequence[Cell], *, button: bool = False
    ) -> float:
        """Make a column as wide as its cells and the longest word of its header.

        Returns:
            Its width in characters.
        """
        words = max(map(len, column.title.split()), default=0) + 2 + (3 if button else 0)
        longest = max((shown_width(cell, KINDS[column.kind]) for cell in cells), default=0)
        width = float(min(max(words, longest + 2, WIDTHS[0]), max(column.widest, words)))
        self.width(position, width)
        return width

    def width(self, column: int, characters: float) -> None:
        """Make a column so wide."""
        self.sheet.set_column(column, column, characters)
        self._widths[column] = characters

    def chart(self, row: int, chart: Any, size: tuple[int, int]) -> int:
        """Put a chart at the left, and print all of it.

        Args:
            row: where its upper edge is.
            chart: as XlsxWriter has it.
            size: width and height in pixels.

        Returns:
            The first row below it.
        """
        chart.set_size({"width": size[0], "height": size[1]})
        self.sheet.insert_chart(row, 0, chart, {"object_position": 3})
        across, column = 0.0, 0
        while across < size[0]:
            across += 7 * self._widths.get(column, USUAL_WIDTH) + 5
            column += 1
        below = row + math.ceil(size[1] / 20) + 1
        self.reach(below, column - 1)
        if below <= ONE_PAGE:  # so that no page break cuts the chart
            self.sheet.fit_to_pages(1, 1)
        return below

    def paragraph(self, row: int, text: str, columns: tuple[int, int]) -> int:
        """Write a text over several columns, in as many lines as it needs.

        Args:
            row: where.
            text: what it says.
            columns: the first and the last, at least two; their widths are known.

        Returns:
            How many lines it needs; the row is as high.
        """
        style = self.paper.special("paragraph", text_wrap=True, valign="top")
        self.sheet.merge_range(row, columns[0], row, columns[1], "", style)
        self.sheet.write_string(row, columns[0], plain_text(text), style)
        room = sum(
            self._widths.get(column, USUAL_WIDTH) for column in range(columns[0], columns[1] + 1)
        )
        lines = min(lines_of(text, 1.1 * room), MOST_LINES)
        self.sheet.set_row(row, LINE * lines)
        self.reach(row, columns[1])
        return lines

    def note(self, row: int, text: str, role: str = "plain") -> None:
        """Write a sentence that runs across the columns."""
        self.sheet.write_string(row, 0, plain_text(text), self.paper.format("text", role))
        self.reach(row, 0)

    def reach(self, row: int, column: int) -> None:
        """Remember how far the page goes, and print all of it."""
        self.end = max(self.end, row + 1)
        self._right = max(self._right, column)
        self.sheet.print_area(0, 0, self.end - 1, self._right)
