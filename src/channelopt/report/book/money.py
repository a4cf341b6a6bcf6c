"""Pages on money: every term by period, and what the plan changes against today."""

from __future__ import annotations

import math
from collections.abc import Sequence

from channelopt.plan.plan import Plan
from channelopt.report.book.cells import Cell, Formula
from channelopt.report.book.paper import HEAD, Column, Page, Paper
from channelopt.report.book.recalculation.sheets import at
from channelopt.report.book.tables import titles_of
from channelopt.report.figures import headed
from channelopt.report.sections.today import bars_of, way_of
from channelopt.report.speech import _
from channelopt.report.views import today_by_channel
from channelopt.report.waterfall_chart import HEADERS, Bar, Waterfall, drawn, write_numbers
from channelopt.report.workbook import plain_text
from channelopt.terms.money import LEDGER

SIZE = (980, 460)
"""Of a chart, in pixels."""
HIGH = 26
"""Rows that it takes."""


def money_page(paper: Paper, plan: Plan) -> None:
    """Write every money term by period, with totals, and how they make the profit."""
    page = paper.page(
        _("Money"),
        _("Every term of the profit with its sign, by period, not discounted but in one column."),
        "plan.json",
    )
    columns = [
        Column(headed(_("Term"), plan.names.currency)),
        *(Column(period, "coins") for period in plan.periods),
        Column(_("Total"), "coins"),
        Column(_("Discounted"), "coins"),
    ]
    rows = [_term(plan, k) for k in range(len(LEDGER))]
    page.table(columns, rows, frozen=1, filtered=False)
    row = HEAD + 1 + len(LEDGER)
    page.line(row, columns, _sum(plan))
    page.widen(0, columns[0], [_("Satisfaction-weighted profit"), *(row[0] for row in rows)])
    bars = _steps(plan)
    if len(bars) > 1:
        title = _("From the margin kept to the profit, discounted")
        draw_bridge(paper, page, Waterfall(title, bars, plan.names.currency or ""))


def _term(plan: Plan, k: int) -> list[Cell]:
    entry = LEDGER[k]
    amounts, row = plan.money[entry.name], HEAD + 1 + k
    by_period = [entry.sign * amounts.by_period[period] for period in plan.periods]
    total = Formula(f"SUM({at(row, 1)}:{at(row, len(by_period))})", entry.sign * amounts.total)
    return [_(entry.label), *by_period, total, entry.sign * amounts.discounted]


def _sum(plan: Plan) -> list[Cell]:
    rows = [
        [
            *(entry.sign * plan.money[entry.name].by_period[period] for period in plan.periods),
            entry.sign * plan.money[entry.name].total,
            entry.sign * plan.money[entry.name].discounted,
        ]
        for entry in LEDGER
    ]
    sums = [math.fsum(column) for column in zip(*rows, strict=True)]
    cells = (
        Formula(f"SUM({at(HEAD + 1, k)}:{at(HEAD + len(LEDGER), k)})", value)
        for k, value in enumerate(sums, start=1)
    )
    return [_("Satisfaction-weighted profit"), *cells]


def _steps(plan: Plan) -> list[Bar]:
    """Return the bars from nothing to the profit; terms that are nothing are left out."""
    bars, level = [], 0.0
    for entry in LEDGER:
        step = entry.sign * plan.money[entry.name].discounted
        if step:
            bars.append(Bar(_(entry.label), level, level + step))
            level += step
    return [*bars, Bar(_("Profit"), 0.0, level, is_total=True)]


def draw_bridge(paper: Paper, page: Page, chart: Waterfall) -> None:
    """Draw a waterfall below what a page holds, its numbers below it."""
    for column in range(1, len(HEADERS)):
        page.widen(column, Column("", "coins"), [1e12])
    below = page.end + HIGH
    page.chart(page.end + 1, drawn(paper.file, page.name, chart, below + 1), SIZE)
    bold = paper.format("text", "total")
    page.sheet.write_string(below, 0, plain_text(_("Numbers of the chart")), bold)
    write_numbers(paper.file, page.sheet, chart, below + 1)  # not printed


def today_page(paper: Paper, plan: Plan) -> None:
    """Write what the plan changes against today; no page where today is not known."""
    way = way_of(plan)
    if way is None or plan.baseline is None:
        return
    page = paper.page(
        _("Today against plan"),
        _("What makes the difference in profit, over all periods, discounted."),
        "plan.json, allocation.csv, channels.csv",
    )
    columns = [
        Column(headed(_("Term"), plan.names.currency)),
        Column(_("Today"), "coins"),
        Column(_("Plan"), "coins"),
        Column(_("Difference"), "coins"),
    ]
    rows = [_change(HEAD + 1 + k, *terms) for k, terms in enumerate(_terms(plan))]
    page.table(columns, rows, frozen=1, filtered=False)
    last = HEAD + len(rows)
    sums = [math.fsum(float(row[k]) for row in _terms(plan)) for k in (1, 2)]
    cells: Sequence[Cell] = [
        Formula(f"SUM({at(HEAD + 1, k)}:{at(last, k)})", value)
        for k, value in enumerate([*sums, sums[1] - sums[0]], start=1)
    ]
    page.line(last + 1, columns, [_("Satisfaction-weighted profit"), *cells])
    _write_changes(page, plan)
    _write_channels(page, plan)
    page.widen(0, Column("", widest=48), [_("Satisfaction-weighted profit"), *(r[0] for r in rows)])
    if any(cause.step for cause in way.causes):
        title = _("From today's profit to the plan's")
        draw_bridge(paper, page, Waterfall(title, bars_of(way), plan.names.currency or ""))


def _terms(plan: Plan) -> list[tuple[str, float, float]]:
    """Return label, today's amount and the plan's of every term that is something."""
    today = plan.baseline.money if plan.baseline is not None else {}
    found = []
    for entry in LEDGER:
        if entry.name in today:
            now, then = today[entry.name].discounted, plan.money[entry.name].discounted
            if now or then:
                found.append((_(entry.label), entry.sign * now, entry.sign * then))
    return found


def _change(row: int, label: str, today: float, then: float) -> list[Cell]:
    return [label, today, then, Formula(f"{at(row, 2)}-{at(row, 1)}", then - today)]


def _write_changes(page: Page, plan: Plan) -> None:
    """Write the channels that open and close."""
    if not plan.changes:
        return
    titles = titles_of(plan.names)["channel"]
    rows = [
        (titles.get(one.channel, one.channel), one.period, _("opens") if one.opens else _("closes"))
        for one in plan.changes
    ]
    columns = [Column(_("Channel")), Column(_("Period")), Column(_("Change"))]
    page.block(columns, rows, top=page.end + 1)


def _write_channels(page: Page, plan: Plan) -> None:
    """Write first contacts by channel, today and in the plan."""
    today, titles = today_by_channel(plan), titles_of(plan.names)["channel"]
    table = plan.table("allocation")
    made: dict[str, float] = {}
    places = [table.columns.index(name) for name in ("channel", "first_contacts")]
    for row in table.rows:
        way, first = (row[place] for place in places)
        made[str(way)] = made.get(str(way), 0.0) + float(first or 0.0)
    ways = sorted({*today, *made}, key=lambda way: (-made.get(way, 0.0), way))
    columns = [
        Column(_("First contacts")),
        Column(_("Today"), "number"),
        Column(_("Plan"), "number"),
        Column(_("Difference"), "number"),
    ]
    top = page.end + 1
    rows = [
        _change(top + 1 + k, titles.get(way, way), today.get(way, 0.0), made.get(way, 0.0))
        for k, way in enumerate(ways)
    ]
    page.block(columns, rows, top=top)
