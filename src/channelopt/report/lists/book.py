"""The workbook of a list: its tables, titles beside ids, and what its customers say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from channelopt.instance.instance import Names
from channelopt.plan.table import Cell as Raw
from channelopt.plan.table import Table
from channelopt.report.book.cells import Cell
from channelopt.report.book.money import draw_bridge
from channelopt.report.book.paper import Column, Page, Paper
from channelopt.report.book.summary_page import ALL, WIDTHS, write_contents
from channelopt.report.book.tables import Heading, write_table
from channelopt.report.document import Cell as Shown
from channelopt.report.document import Grid, Section, Value
from channelopt.report.figures import enumerate_words
from channelopt.report.lists import changed, gist, ladder, made, moves, pays, sure, words
from channelopt.report.lists.document import source_of
from channelopt.report.lists.folder import FIGURES, NONE, Listed
from channelopt.report.speech import _, later
from channelopt.report.waterfall_chart import Waterfall

TITLES: Mapping[str, tuple[str, str]] = {
    "contacts": (later("Contacts"), "number"),
    "share": (later("Share"), "share"),
    "plan_share": (later("Share in the plan"), "share"),
    "value": (later("Value"), "money"),
    "cost": (later("Contact cost"), "money"),
    "words": (later("Limit"), "text"),
    "limit": (later("Name"), "text"),
    "kind": (later("Kind"), "text"),
    "owner": (later("Policy or rule"), "text"),
    "unit": (later("Unit"), "text"),
    "at_least": (later("At least"), "number"),
    "at_most": (later("At most"), "number"),
    "used": (later("Used"), "number"),
    "room": (later("Room"), "number"),
    "price": (later("Price of one unit"), "points"),
    "binding": (later("Binds"), "text"),
    "compared_with": (later("Against"), "text"),
    "from": (later("From"), "text"),
    "to": (later("To"), "text"),
    "customers": (later("Customers"), "whole"),
    "status": (later("State"), "text"),
    "bound": (later("Bound"), "money"),
    "gap": (later("Gap"), "factor"),
    "moved": (later("Decisions changed"), "whole"),
    "at": (later("Set at"), "number"),
    "name": (later("Name"), "text"),
    "change": (later("Changed limits"), "text"),
    "costly": (later("Costs most"), "text"),
    "conflict": (later("Why there is no list"), "text"),
    "difference": (later("Difference"), "coins"),
}
"""Title and kind of the columns of a list's tables."""
DECIDED = {
    **TITLES,
    "interaction": (later("Decision"), "text"),
    "channel": (later("Option"), "text"),
}
"""The same for tables of decisions, in which a channel may be any option."""
SMALL = (1e-9, 0.005)
"""Amounts between these are shown with all their digits."""


def workbook_of_list(listed: Listed, folder: Path) -> bytes:
    """Return the workbook (.xlsx) of a list in the language of now.

    Args:
        listed: the list.
        folder: where it lies.

    Returns:
        The content of the file; equal lists in one language give equal bytes.
    """
    paper = Paper(listed.names.scenario, made.closing(listed))
    first = paper.page(_("Summary"))
    _ladder_page(paper, listed)
    _table_pages(paper, listed)
    file = source_of(folder)
    _grid_pages(paper, pays.pays(listed, file), _("Amounts at the prices of the limits."))
    _grid_pages(paper, sure.sure(listed, file), _("By how much the next best option is worse."))
    _more_pages(paper, listed)
    _grid_pages(paper, made.made(listed), _("What it takes to make the list again."))
    _summary(first, paper, listed)
    return paper.closed()


def _summary(page: Page, paper: Paper, listed: Listed) -> None:
    for column, width in enumerate(WIDTHS):
        page.width(column, width)
    page.head(listed.names.scenario, _("The list in figures; the other sheets hold all the rest."))
    row = 3
    edited = _("Files were changed after the list was written: {files}.")
    said = [edited.format(files=enumerate_words(listed.edited))] if listed.edited else []
    for sentence in [*said, *gist.sentences(listed)]:
        page.paragraph(row, sentence, ALL)
        row += 1
    row += 1
    page.block([Column(_("Key figure")), Column(_("List"), "coins")], [], top=row)
    for tile in gist.figures(listed).items:
        row += 1
        page.put(row, 0, tile.label)
        page.put(row, 1, tile.value.number, _kind([tile.value]))
    write_contents(page, row + 2, paper)


def _ladder_page(paper: Paper, listed: Listed) -> None:
    title = _("From the plan to the list")
    about = _("Satisfaction-weighted profit of this period, not discounted.")
    page = _grid_page(paper, Heading(title, about, FIGURES), ladder.table(listed))
    chart = Waterfall(title, ladder.bars(listed), listed.currency or "")
    draw_bridge(paper, page, chart)


def _names(listed: Listed) -> Names:
    """Return titles; what no option is called where all decisions are of one kind."""
    none = {words.option(listed, decision, NONE) for decision in listed.decisions}
    said = none.pop() if len(none) == 1 else _("No contact")
    return replace(listed.names, bundles={**listed.names.bundles, NONE: said})


def _table_pages(paper: Paper, listed: Listed) -> None:
    names = _names(listed)
    tables = (
        (
            listed.found.tables["totals"],
            Heading(_("Who goes where"), _("Every segment and option, beside the plan."), ""),
        ),
        (
            _limits(listed),
            Heading(_("Limits"), _("Use, room, and what one unit more is worth."), ""),
        ),
        (
            listed.found.tables["hours"],
            Heading(_("Hours of staff groups"), _("Who works how long where."), ""),
        ),
    )
    for table, heading in tables:
        if table.rows:
            named = heading._replace(source=f"{table.name}.csv")
            own = DECIDED if table.name == "totals" else TITLES
            write_table(paper, names, table, named, own=own)


def _limits(listed: Listed) -> Table:
    """Return the limits with what they are called in words, dear ones first."""
    table = listed.found.tables["limits"]
    columns = ("words", *table.columns)
    rows = []
    for row in listed.rows("limits"):
        said = {"kind": words.kind(row), "unit": words.unit(listed, row)}
        rows.append((words.limit(listed, row), *({**row, **said}[name] for name in table.columns)))
    return Table("limits", columns, tuple(rows))


def _more_pages(paper: Paper, listed: Listed) -> None:
    texts = {
        "curve": (_("Curve of a limit"), _("Profit against one limit.")),
        "what_ifs": (_("What if"), _("What the list would be worth at changed limits.")),
    }
    found = _moves(listed)
    if found.rows:
        heading = Heading(_("Who changes"), _("From what to what, by decision."), FIGURES)
        write_table(paper, listed.names, found, heading, own=DECIDED)
    for name, (title, about) in texts.items():
        table = listed.found.tables.get(name)
        if table is not None and table.rows:
            heading = Heading(title, about, f"{name}.csv")
            write_table(paper, listed.names, _states(table), heading, own=TITLES)


def _moves(listed: Listed) -> Table:
    columns = ("compared_with", "interaction", "from", "to", "customers")
    rows = [
        (
            _(moves.LEFT[basis]),
            str(row["decision"]),
            *(words.option(listed, str(row["decision"]), str(row[k])) for k in ("from", "to")),
            row["customers"],
        )
        for basis in moves.BASES
        for row in moves.moves_of(listed, basis)
    ]
    return Table("moves", columns, tuple(rows))


def _states(table: Table) -> Table:
    """Return a table with its column of states in words."""

    def said(name: str, cell: Raw) -> Raw:
        known = name == "status" and cell in changed.STATES
        return _(changed.STATES[str(cell)]) if known else cell

    rows = (
        tuple(said(name, cell) for name, cell in zip(table.columns, row, strict=True))
        for row in table.rows
    )
    return Table(table.name, table.columns, tuple(rows))


def _grid_pages(paper: Paper, section: Section | None, about: str) -> None:
    """Write the tables of a section, one page each, with numbers that are numbers."""
    for block in section.blocks if section is not None else ():
        grid: Any = getattr(block, "table", block)
        if section is not None and isinstance(grid, Grid):
            _grid_page(paper, Heading(grid.title or section.title, about, grid.source), grid)


def _grid_page(paper: Paper, heading: Heading, grid: Grid) -> Page:
    page = paper.page(*heading)
    cells = [[row[place] for row in grid.rows] for place in range(len(grid.columns))]
    columns = [
        Column(one.title, _kind(found), widest=60)
        for one, found in zip(grid.columns, cells, strict=True)
    ]
    rows = [[_plain(cell) for cell in row] for row in grid.rows]
    page.table(columns, rows, frozen=1, filtered=len(rows) > 1)
    if grid.foot:
        page.line(page.end, columns, [_plain(cell) for cell in grid.foot])
    return page


def _plain(cell: Shown) -> Cell:
    return cell.number if isinstance(cell, Value) else cell or None


def _kind(cells: Sequence[Shown]) -> str:
    """Return how the numbers of a column read."""
    found = [cell for cell in cells if isinstance(cell, Value)]
    numbers = [cell.number for cell in found if cell.number is not None]
    if not found:
        return "text"
    if any("%" in cell.text for cell in found):
        return "share"
    if all(float(number).is_integer() for number in numbers):
        return "whole"
    return "plain" if any(SMALL[0] < abs(number) < SMALL[1] for number in numbers) else "coins"
