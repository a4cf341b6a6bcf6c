"""What another limit would be worth: the list at other values of one limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from channelopt.report import values
from channelopt.report.document import Cell, Chart, Column, Grid, Paragraph, Section
from channelopt.report.figures import count, headed, money
from channelopt.report.lists import words
from channelopt.report.lists.folder import Listed, Row
from channelopt.report.shapes import Axis, Curve
from channelopt.report.speech import _, later

MONEY = frozenset({"value", "bound", "difference", "price", "loss"})
TITLES: Mapping[str, str] = {
    "name": later("Name"),
    "limit": later("Limit"),
    "change": later("Changed limits"),
    "at": later("Set at"),
    "status": later("State"),
    "value": later("Value"),
    "bound": later("Bound"),
    "gap": later("Gap"),
    "difference": later("Difference"),
    "price": later("Price of one unit"),
    "used": later("Used"),
    "moved": later("Decisions changed"),
    "costly": later("Costs most"),
}
"""Columns of both tables; others keep their names."""
STATES = {
    "optimal": later("optimal"),
    "feasible": later("not proven"),
    "infeasible": later("no list, proven"),
    "unbounded": later("no limit of profit"),
    "no_solution": later("no list in time"),
}


def curve(listed: Listed) -> Section | None:
    """Return profit against one limit; None where nobody asked for it."""
    rows = listed.rows("curve")
    if not rows:
        return None
    name = words.named(listed, str(rows[0]["limit"]))
    chart = _chart(listed, rows, name)
    table = grid(listed, "curve", listed.found.tables["curve"].columns, rows)
    title = _("What another limit would be worth: {limit}").format(limit=name)
    return Section(title, (*beside(listed), *([] if chart is None else [chart]), table))


def beside(listed: Listed) -> Iterator[Paragraph]:
    """Say what lists within other limits are held against, where an earlier one was kept."""
    if listed.moved("earlier") is not None:
        yield Paragraph(
            _("They are held against the best list, before customers stay where they were.")
        )


def _chart(listed: Listed, rows: Sequence[Row], name: str) -> Chart | None:
    points = sorted((float(row["at"]), row["value"]) for row in rows if row["at"] is not None)
    solved = [(at, value) for at, value in points if value is not None]
    if len(solved) < 2:
        return None
    text = _("From {low} at {low_at} to {high} at {high_at}.")
    (low_at, low), (high_at, high) = solved[0], solved[-1]
    insight = text.format(
        low=money(low, listed.currency),
        low_at=count(low_at),
        high=money(high, listed.currency),
        high_at=count(high_at),
    )
    profit = headed(_("Satisfaction-weighted profit"), listed.currency)
    line = (_("List"), points)
    return Chart(
        "curve",
        _("Profit against {limit}").format(limit=name),
        insight,
        _("One line of profit over the value of the limit; holes are values without a list."),
        Curve([line], Axis(name), Axis(profit, "money")),
        "curve.csv",
    )


def grid(listed: Listed, table: str, shown: Sequence[str], rows: Sequence[Row]) -> Grid:
    """Return a table with its columns in words.

    Args:
        listed: the list.
        table: its name.
        shown: columns, from left to right.
        rows: of the table.
    """
    columns = tuple(_column(listed, name, [row[name] for row in rows]) for name in shown)
    cells = tuple(tuple(_cell(name, row[name]) for name in shown) for row in rows)
    return Grid(columns, cells, source=f"{table}.csv")


def _column(listed: Listed, name: str, cells: Sequence[Any]) -> Column:
    title = _(TITLES[name]) if name in TITLES else name
    is_number = any(_is_number(cell) for cell in cells)
    shown = headed(title, listed.currency) if name in MONEY and is_number else title
    return Column(shown, "right" if is_number else "left")


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _cell(name: str, cell: Any) -> Cell:
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, str):
        return _(STATES[cell]) if name == "status" and cell in STATES else cell
    if name == "price":
        return words.price(cell)
    if name == "gap":
        return values.percent(cell, 4)
    return values.money(cell) if name in MONEY else values.count(cell)
