"""A comparison as a terminal of 80 columns shows it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from channelopt.cli import console

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from channelopt.analysis.comparing.results import Comparison, Difference
    from channelopt.report.document import Grid
    from channelopt.report.waterfall_chart import Bar

BAR = 22
"""Characters of a bar of the waterfall."""
FEW = 8
"""Rows of a table on the terminal; the files hold all of them."""
MOST_BESIDE = 4
"""So many plans fit beside each other."""


def show(comparison: Comparison) -> None:
    """Write a comparison to stdout."""
    from channelopt.report import comparison_document as report
    from channelopt.report.comparison import about, doubts

    for one in comparison.differences:
        for number, sentence in enumerate(about(one)):
            console.emit(f"  {sentence}" if number else sentence)
    for sentence in doubts(comparison):
        console.emit(sentence)
    for note in comparison.notes:
        console.note(note, style="yellow")
    figures = report.key_figures(comparison, MOST_BESIDE)
    _grid("Key figures", figures, len(figures.rows))
    for one in comparison.differences:
        if not one.is_same:
            _difference(one)


def _difference(one: Difference) -> None:
    from channelopt.report import comparison_document as report

    name = one.b.name
    _waterfall(one)
    money = report.money_terms(one)
    _grid(f"Inputs that differ: {name}", report.inputs(one))
    _grid(f"Money: {name}", money, len(money.rows))
    _grid(f"Channels that open or close: {name}", report.events(one))
    _grid(f"Staff that differs: {name}", report.staff(one))
    _grid(f"Who moves where: {name}", report.moves(one))


def _table(title: str) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    style = box.SIMPLE_HEAD if console.is_unicode(sys.stdout) else box.ASCII
    heading = Text(console.plain(title), style="bold")
    return Table(title=heading, box=style, title_justify="left")


def _grid(title: str, grid: Grid, most: int = FEW) -> None:
    """Write the first rows of a table of the report."""
    from rich.text import Text

    if not grid.rows:
        return
    table = _table(title)
    for column in grid.columns:
        header = console.plain(column.title).replace("@", "\n@").replace("+", "\n+")
        table.add_column(Text(header), justify=column.align, overflow="fold")
    rows = grid.rows[:most] if len(grid.rows) > most + 1 else grid.rows
    for row in rows:
        table.add_row(*(Text(console.plain(cell)) for cell in row))
    console.rich(sys.stdout).print(table)
    if len(grid.rows) > len(rows):
        console.emit(f"  and {len(grid.rows) - len(rows)} more (--out writes them all)")


def _waterfall(one: Difference) -> None:
    """Write the way from one profit to the other, with bars."""
    from rich.text import Text

    from channelopt.report import comparison_document as report
    from channelopt.report.comparison import reservations, signed
    from channelopt.report.figures import cents, money

    records = one.records("waterfall")
    if not records:
        return
    table = _table(f"From {one.a.name} to {one.b.name}")
    table.add_column("Step", overflow="fold")
    table.add_column("Profit", justify="right", no_wrap=True)
    table.add_column("", width=BAR)
    bars = report.waterfall_of(one).bars
    digits = cents(row["after"] for row in records)
    for row, bar in zip(records, bars, strict=True):
        level = money(row["after"], digits=digits)
        amount = level if bar.is_total else signed(row["effect"], digits)
        mark = "" if row["known"] in {None, "re-solved"} else f" ({row['known']})"
        table.add_row(Text(console.plain(row["title"] + mark)), Text(amount), _bar(bars, bar))
    console.rich(sys.stdout).print(table)
    for sentence in reservations(one):
        console.emit(f"  {sentence}")


def _bar(bars: Sequence[Bar], bar: Bar) -> RenderableType:
    """Return a bar between the lowest and the highest level of all."""
    from rich import bar as drawn
    from rich.text import Text

    from channelopt.report.waterfall_chart import axis_start

    ends = [level for one in bars for level in (one.start, one.end)]
    left = axis_start(bars) or min(0.0, *ends)
    size = max(0.0, *ends) - left or 1.0
    low, high = (max(level - left, 0.0) for level in sorted((bar.start, bar.end)))
    colour = "blue" if bar.is_total else "green" if bar.end >= bar.start else "red"
    if console.is_unicode(sys.stdout):
        return drawn.Bar(size, low, high, width=BAR, color=colour)
    begin, end = round(low / size * BAR), round(high / size * BAR)
    return Text(" " * begin + "#" * max(end - begin, 1))
