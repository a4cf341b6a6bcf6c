"""Tables of the report of a sweep, every row of the folder."""

from __future__ import annotations

from channelopt.report import values
from channelopt.report.document import Cell, Column, Grid, Value
from channelopt.report.figures import headed
from channelopt.report.speech import _, later
from channelopt.report.stored import said as stored
from channelopt.report.sweep_folder import HAVE_PLAN, Points, listed, value

SHOWN = ("profit", "cost", "satisfaction", "fte", "channels_open")
"""Key figures in the table of all points; the file has the others."""
STATES = {
    "optimal": later("optimal"),
    "feasible": later("not proven"),
    "infeasible": later("no plan, proven"),
    "unbounded": later("no limit of profit"),
    "no_solution": later("no plan in time"),
    "invalid": later("cannot be read"),
    "failed": later("failed"),
    "open": later("not solved"),
}


def points(sweep: Points) -> Grid:
    """Return all points with their main figures."""
    shown = [figure for figure in sweep.figures if figure.name in SHOWN]
    columns = (
        Column(_("Point")),
        *(Column(axis, "left") for axis in sweep.axes),
        Column(_("State"), "left"),
        *(Column(_title(one.label, one.unit, sweep.currency)) for one in shown),
        Column(_("Plan"), "left"),
    )
    rows = tuple(
        (
            values.count(row["point"]),
            *(_cell(row[axis]) for axis in sweep.axes),
            _(STATES.get(row["status"], row["status"])),
            *(values.figure(row[one.name], one.unit) for one in shown),
            row["plan"] or "",
        )
        for row in sweep.rows
    )
    return Grid(columns, rows, source="sweep.csv")


def _title(label: str, unit: str, currency: str | None) -> str:
    return headed(label, currency) if unit == "money" else label


def _cell(cell: object) -> Cell:
    shown = value(cell)
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return Value(shown, float(cell)) if is_number else shown  # type: ignore[arg-type]


def structures(sweep: Points) -> Grid:
    """Return which channels are open and which upgrades owned, where plans differ in that."""
    records = sweep.records("structures")
    columns = (
        *(Column(_("Plan"), "left"), Column(_("Period"), "left")),
        *(Column(_("Open channels"), "left"), Column(_("Upgrades"), "left")),
        *(Column(_("First point")), Column(_("Points"))),
    )
    rows = tuple(
        (
            *(row["plan"], row["period"], listed(sweep, row["open_channels"])),
            listed(sweep, row["upgrades"], are_upgrades=True),
            *(values.count(row["first_point"]), values.count(row["points"])),
        )
        for row in records
    )
    return Grid(columns, rows, source="structures.csv")


def changes(sweep: Points) -> Grid:
    """Return the neighbours between which the plan changes, and how."""
    profit = headed(_("Profit"), sweep.currency)
    columns = (
        *(Column(_("Varied"), "left"), Column(_("Others"), "left")),
        *(Column(_("From"), "left"), Column(_("To"), "left")),
        *(Column(_("Opens"), "left"), Column(_("Closes"), "left")),
        *(Column(_("Buys"), "left"), Column(_("Drops"), "left")),
        *(Column(_("{title}, before").format(title=profit)),),
        *(Column(_("{title}, after").format(title=profit)), Column(_("Known"), "left")),
    )
    rows = tuple(
        (
            *(row["axis"], row["at"] or "", _cell(_as_number(row["from"]))),
            _cell(_as_number(row["to"])),
            *(listed(sweep, row["opens"]), listed(sweep, row["closes"])),
            listed(sweep, row["buys"], are_upgrades=True),
            listed(sweep, row["drops"], are_upgrades=True),
            *(values.money(row["from_profit"]), values.money(row["to_profit"])),
            stored(row["known"] or ""),
        )
        for row in sweep.records("changes")
    )
    return Grid(columns, rows, source="changes.csv")


def _as_number(cell: object) -> object:
    """Return what stands in a column of texts as the number that it is, if it is one."""
    try:
        return float(str(cell))
    except ValueError:
        return cell


def slopes(sweep: Points) -> Grid:
    """Return what one unit more is worth between neighbours."""
    columns = (
        *(Column(_("Varied"), "left"), Column(_("Others"), "left")),
        *(Column(_("From")), Column(_("To"))),
        Column(headed(_("Worth of one unit more"), sweep.currency)),
        *(Column(headed(_("Off by at most"), sweep.currency)), Column(_("Known"), "left")),
    )
    rows = tuple(
        (
            *(row["axis"], row["at"] or "", _cell(row["low"]), _cell(row["high"])),
            *(values.money(row["slope"]), values.money(row["doubt"])),
            stored(row["known"] or ""),
        )
        for row in sweep.records("slopes")
    )
    return Grid(columns, rows, source="slopes.csv")


def without(sweep: Points) -> Grid:
    """Return the points that have no plan, and why."""
    columns = (
        Column(_("Point")),
        *(Column(axis, "left") for axis in sweep.axes),
        *(Column(_("State"), "left"), Column(_("Why"), "left")),
    )
    rows = tuple(
        (
            values.count(row["point"]),
            *(_cell(row[axis]) for axis in sweep.axes),
            *(_(STATES.get(row["status"], row["status"])), stored(row["words"] or "")),
        )
        for row in sweep.rows
        if row["status"] not in HAVE_PLAN
    )
    return Grid(columns, rows, source="sweep.csv")
