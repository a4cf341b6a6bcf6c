"""Tables of the report of a comparison, every row of the folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from channelopt.report import figures, values
from channelopt.report.comparison import CENT, signed
from channelopt.report.comparison_folder import Pair
from channelopt.report.document import Cell, Column, Grid, Value
from channelopt.report.speech import _
from channelopt.report.stored import said as stored

ENDS = frozenset({"start", "end"})
"""Kinds of steps of a waterfall that are whole plans."""


def key_figures(pairs: Sequence[Pair]) -> Grid:
    """Return the key figures over the horizon, plans beside each other."""
    first = pairs[0]
    columns = [
        Column(figures.headed(_("Over the horizon"), first.currency), "left"),
        Column(first.a["name"]),
    ]
    by_pair = []
    for pair in pairs:
        columns += [Column(pair.b["name"]), Column(_("Change"))]
        rows = [row for row in pair.records("kpis") if not row["period"]]
        by_pair.append({row["figure"]: row for row in rows})
    known = {name: row for rows in by_pair for name, row in rows.items()}
    cells = []
    for name, row in known.items():
        line: list[Cell] = [stored(row["title"]), values.figure(row["before"], row["unit"])]
        for one in by_pair:
            line += _changed(one.get(name), row["unit"])
        cells.append(tuple(line))
    return Grid(tuple(columns), tuple(cells), source="kpis.csv")


def _changed(row: dict[str, Any] | None, unit: str) -> list[Cell]:
    if row is None:
        return [Value(figures.ABSENT, None)] * 2
    change = figures.difference(row["after"], row["before"], unit)
    return [values.figure(row["after"], unit), Value(change, row["difference"])]


def waterfall(pair: Pair) -> Grid:
    """Return the way from one profit to the other, step by step."""
    columns = (
        Column(figures.headed(_("Step"), pair.currency), "left"),
        *(Column(_("Effect")), Column(_("Profit")), Column(_("Inputs"))),
        Column(_("Known"), "left"),
    )
    rows = pair.records("waterfall")
    digits = figures.cents(row["after"] or 0.0 for row in rows)
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        is_end = row["kind"] in ENDS
        effect: Cell = "" if is_end else _signed(row["effect"], digits)
        changes: Cell = values.count(row["changes"]) if row["changes"] else ""
        title = row["title"] if is_end else stored(row["title"])
        known = _(row["known"] or "")
        cells.append((title, effect, values.money(row["after"], digits), changes, known))
    return Grid(columns, tuple(cells), source="waterfall.csv")


def _signed(amount: float | None, digits: int | None) -> Value:
    return Value(signed(amount, digits), amount)


def money(pair: Pair) -> Grid:
    """Return the money terms that differ: what each adds to the profit, over the horizon."""
    columns = (
        Column(figures.headed(_("Money term"), pair.currency), "left"),
        *(Column(pair.a["name"]), Column(pair.b["name"]), Column(_("Difference"))),
    )
    rows = money_rows(pair)
    ends = pair.a["objective"] or 0.0, pair.b["objective"] or 0.0
    digits = figures.cents([*ends, *(row["before"] for row in rows)])
    cells = tuple(
        (
            stored(row["title"]),
            values.money(row["before"], digits),
            values.money(row["after"], digits),
            _signed(row["difference"], digits),
        )
        for row in rows
    )
    foot: tuple[Cell, ...] = (
        _("Satisfaction-weighted profit"),
        values.money(ends[0], digits),
        values.money(ends[1], digits),
        _signed(pair.total, digits),
    )
    return Grid(columns, cells, source="money.csv", foot=foot if cells else ())


def money_rows(pair: Pair) -> list[dict[str, Any]]:
    """Return the money terms of the horizon that differ."""
    rows = [row for row in pair.records("money") if not row["period"]]
    return [row for row in rows if abs(row["difference"] or 0.0) >= CENT]


def inputs(pair: Pair) -> Grid:
    """Return the inputs that differ with their groups."""
    columns = (
        *(Column(_("Group"), "left"), Column(_("Input"), "left")),
        *(Column(pair.a["name"]), Column(pair.b["name"])),
    )
    cells = tuple(
        (stored(row["title"]), row["path"], _cell(row["old"]), _cell(row["new"]))
        for row in pair.records("inputs")
    )
    return Grid(columns, cells, source="inputs.csv")


def _cell(value: Any) -> Cell:
    if value is None:
        return figures.ABSENT
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = str(value)
    if text in {"true", "false"}:
        return _("yes") if text == "true" else _("no")
    number = _number(text)
    return text if number is None else Value(figures.plain(number), number)


def _number(text: str) -> float | None:
    """Return the number that a cell of a column of texts holds, None where it is none."""
    try:
        return float(text) if text.strip()[:1] in set("+-.0123456789") else None
    except ValueError:
        return None


def channels(pair: Pair) -> Grid:
    """Return the channels that differ, by period."""
    cost = figures.headed(_("Cost"), pair.currency)
    columns = (
        *(Column(_("Period"), "left"), Column(_("Channel"), "left"), Column(_("Event"), "left")),
        *_beside(pair, (_("Handled contacts"), cost)),
    )
    cells = tuple(
        (
            *(row["period"], row["title"], _(row["event"] or "")),
            *(values.count(row["handled_before"]), values.count(row["handled_after"])),
            *(values.money(row["cost_before"]), values.money(row["cost_after"])),
        )
        for row in pair.records("channels")
    )
    return Grid(columns, cells, source="channels.csv")


def staff(pair: Pair) -> Grid:
    """Return the staff groups that differ, by period."""
    cost = figures.headed(_("Cost"), pair.currency)
    columns = (
        *(Column(_("Period"), "left"), Column(_("Staff group"), "left")),
        *_beside(pair, (_("FTE"), cost)),
    )
    cells = tuple(
        (
            *(row["period"], row["title"]),
            *(values.count(row["fte_before"]), values.count(row["fte_after"])),
            *(values.money(row["cost_before"]), values.money(row["cost_after"])),
        )
        for row in pair.records("staff")
    )
    return Grid(columns, cells, source="staff.csv")


def _beside(pair: Pair, titles: Sequence[str]) -> list[Column]:
    """Return a column for each plan of each title."""
    text = _("{title}: {plan}")
    return [
        Column(text.format(title=title, plan=side["name"]))
        for title in titles
        for side in (pair.a, pair.b)
    ]


def upgrades(pair: Pair) -> Grid:
    """Return the upgrades that are bought in one plan only, or at another time."""
    columns = (
        *(Column(_("Upgrade"), "left"), Column(_("Channel"), "left")),
        *(Column(pair.a["name"], "left"), Column(pair.b["name"], "left")),
    )
    cells = tuple(
        (
            *(row["title"], pair.channel(str(row["channel"]))),
            *(_bought(row["bought_before"]), _bought(row["bought_after"])),
        )
        for row in pair.records("upgrades")
    )
    return Grid(columns, cells, source="upgrades.csv")


def _bought(period: str | None) -> str:
    return str(period) if period else figures.ABSENT


def moves(pair: Pair) -> Grid:
    """Return who moves where, the largest first."""
    columns = (
        *(Column(_("Segment"), "left"), Column(_("From"), "left"), Column(_("To"), "left")),
        *(Column(_("Contacts")), Column(_("Share of theirs")), Column(_("Customers"))),
    )
    rows = sorted(pair.records("flows_by_segment"), key=lambda row: -(row["contacts"] or 0.0))
    cells = tuple(
        (
            *(pair.segment(str(row["segment"])),),
            *(pair.channel(str(row["from"])), pair.channel(str(row["to"]))),
            *(values.count(row["contacts"]), values.percent(row["share"])),
            values.count(row["customers"]),
        )
        for row in rows
    )
    return Grid(columns, cells, source="flows_by_segment.csv")
