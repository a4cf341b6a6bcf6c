"""Tables of a run as pages: titles beside ids, every number as the file has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from channelopt.instance.instance import Names
from channelopt.plan.columns import COLUMNS
from channelopt.plan.table import Cell as Raw
from channelopt.plan.table import Table, neutral
from channelopt.report.book.cells import Cell
from channelopt.report.book.paper import HEAD, Column, Page, Paper
from channelopt.report.book.titles import IDS, PLAN, titled
from channelopt.report.figures import cents, headed
from channelopt.report.speech import _
from channelopt.report.stored import said
from channelopt.report.workbook import MOST_ROWS, numbers_of

MONEY = frozenset({"money", "coins"})
NOT_MONEY = frozenset({"fte", "hired", "released", "load", "agents"})
"""Columns with two decimals that are no money."""
PERCENT_BARS = frozenset({"share", "utilisation", "occupancy", "service_level"})
STORED = frozenset(
    {"title", "note", "stopped_by", "known", "unit", "verdict", "binding", "then", "change"}
    | {"low_ends", "high_ends", "low_known", "high_known", "less_known", "more_known"}
    | {"known_low", "known_high", "flip_known", "event", "what", "direction", "statistic"}
    | {"futures", "plan", "term"}
)
"""Columns with texts that runs store in English."""


class Heading(NamedTuple):
    """Title of a page, one sentence on what it holds, and the files that it comes from."""

    title: str
    about: str
    source: str


MOST_WITH_IDS = 20_000
"""Rows up to which ids stand beside titles; longer tables leave them to the file."""


@dataclass(frozen=True)
class Written:
    """A table on a page.

    Attributes:
        page: where it stands.
        first: its first row below the header, counted from 0.
        rows: how many it has.
        places: column of each column of the file; of ids the title's column, and `<name> id`.
    """

    page: Page
    first: int
    rows: int
    places: Mapping[str, int]

    @property
    def last(self) -> int:
        """Return its last row; its first where it has none."""
        return self.first + max(self.rows, 1) - 1


def names_by_column(names: Names) -> dict[str, Mapping[str, str]]:
    """Return titles by id for every column that holds ids."""
    ways = {**names.channels, **names.bundles}
    return {
        "segment": names.segments,
        "interaction": names.interactions,
        "channel": ways,
        "runner_up": ways,
        "alternative": ways,
        "group": names.groups,
        "upgrade": names.upgrades,
        "metric": names.metrics,
    }


def write_table(
    paper: Paper,
    names: Names,
    table: Table,
    heading: Heading,
    *,
    frozen: int = 2,
    own: Mapping[str, tuple[str, str]] = PLAN,
) -> Written:
    """Write a table as a page of its own.

    Args:
        paper: the workbook.
        names: titles of ids.
        table: what is written; rows beyond what a sheet holds are left to the file.
        heading: of the page.
        frozen: columns at the left that stay in sight.
        own: titles and kinds of columns that go before the usual ones.
    """
    page = paper.page(*heading)
    columns: list[Column] = []
    cells: list[Sequence[Cell]] = []
    places: dict[str, int] = {}
    known, told = names_by_column(names), titles_of(names)
    for name in table.columns:
        raw = table.column(name)[: MOST_ROWS - HEAD]
        places[name] = len(columns)
        called, kind = titled(name, own)
        if name in known and (table.name in COLUMNS or known[name].keys() & {*raw}):
            columns.append(Column(called, widest=42))
            cells.append([told[name].get(str(one), one) if one else None for one in raw])
            if len(raw) <= MOST_WITH_IDS:
                places[f"{name} id"] = len(columns)
                columns.append(Column(_(IDS[name]), "text", "id"))
                cells.append(raw)
            continue
        column, values = _column(name, called, kind, raw, names)
        columns.append(column)
        cells.append(values)
    rows = list(zip(*cells, strict=True))
    first = page.table(columns, rows, frozen=min(frozen, len(columns) - 1))
    written = Written(page, first, len(rows), places)
    for name in PERCENT_BARS & set(table.columns):
        bars(written, name)
    return written


def _column(
    name: str, heading: str, kind: str, raw: Sequence[Raw], names: Names
) -> tuple[Column, Sequence[Cell]]:
    numbers = numbers_of(raw)
    if kind in MONEY and name not in NOT_MONEY:
        kind = money_kind(numbers) if kind == "money" else kind
        heading = headed(heading, names.currency)
    if kind == "number" and all(value.is_integer() for value in numbers):
        kind = "whole"
    if kind == "text":
        return Column(heading, widest=50), [_said(name, one) for one in raw]
    return Column(heading, kind), [_plain(one) for one in raw]


def money_kind(amounts: Sequence[float]) -> str:
    """Return the kind of a column of money: with cents where all amounts are small."""
    return "coins" if cents(amounts) else "money"


def _said(name: str, cell: Raw) -> Cell:
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, str):
        return said(cell) if name in STORED else cell
    return neutral(cell) if cell is not None else None


def _plain(cell: Raw) -> Cell:
    return cell if isinstance(cell, str | bool) or cell is None else neutral(cell)


def bars(written: Written, name: str) -> None:
    """Show the shares of a column as bars, full at 100 %."""
    column = written.places[name]
    place = (written.first, column, written.last, column)
    written.page.sheet.conditional_format(
        *place,
        {
            "type": "data_bar",
            "bar_color": "#9DC3E6",
            "bar_solid": True,
            "min_type": "num",
            "max_type": "num",
            "min_value": 0,
            "max_value": 1,
        },
    )


def titles_of(names: Names) -> dict[str, Mapping[str, str]]:
    """Return titles by id and axis; where two have one title, the id tells them apart."""
    return {axis: _told_apart(titles) for axis, titles in names_by_column(names).items()}


def _told_apart(titles: Mapping[str, str]) -> dict[str, str]:
    often = Counter(titles.values())
    return {
        key: title if often[title] == 1 else f"{title} ({key})" for key, title in titles.items()
    }
