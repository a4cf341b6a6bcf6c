"""The first page: the decision in sentences, key figures, and what the other sheets hold."""

from __future__ import annotations

import textwrap

from channelopt.plan.kpis import key_figures_of
from channelopt.plan.plan import Plan
from channelopt.report.book.cells import Cell, Formula, Link
from channelopt.report.book.paper import LINE, Column, Page, Paper
from channelopt.report.book.recalculation.sheets import at
from channelopt.report.evidence import Evidence
from channelopt.report.figures import enumerate_words, headed
from channelopt.report.speech import _
from channelopt.report.summary import summary
from channelopt.report.workbook import plain_text

WIDTHS = (54, 24, 24, 24, 46)
"""Of the columns, in characters."""
ALL = (0, len(WIDTHS) - 1)
"""The first and the last of them."""
KINDS = {"money": "coins", "share": "share", "number": "number", "ratio": "ratio"}


def summary_page(page: Page, paper: Paper, evidence: Evidence, *, recomputed: bool) -> None:
    """Fill the first page, when all others are known.

    Args:
        page: begun before the others.
        paper: the workbook.
        evidence: the run.
        recomputed: whether there are sheets that recompute the plan.
    """
    plan = evidence.plan
    for column, width in enumerate(WIDTHS):
        page.width(column, width)
    page.head(plan.names.scenario, _("The plan in figures; the other sheets hold all the rest."))
    row = 3
    for sentence in [*_warnings(evidence), *summary(plan)]:
        page.paragraph(row, sentence, ALL)
        row += 1
    row = _write_key_figures(page, row + 1, plan) if plan.has_answer else row + 1
    if plan.has_answer and not recomputed:
        text = _("This run does not keep its scenario, so nothing is recomputed here.")
        page.paragraph(row, text, ALL)
        row += 2
    write_contents(page, row, paper)


def _warnings(evidence: Evidence) -> list[str]:
    if not evidence.edited:
        return []
    files = enumerate_words(evidence.edited)
    return [_("Files were changed after the run was written: {files}.").format(files=files)]


def _write_key_figures(page: Page, row: int, plan: Plan) -> int:
    """Write plan, today and change of every key figure; return the next free row."""
    currency = plan.names.currency
    today = plan.baseline.kpis if plan.baseline is not None else {}
    columns = [Column(_("Key figure")), Column(_("Plan"), "coins")]
    if today:
        columns += [Column(_("Today"), "coins"), Column(_("Change"), "coins")]
    page.block(columns, [], top=row)
    for figure in key_figures_of(plan.names):
        value, now = plan.kpis.get(figure.name), today.get(figure.name)
        if value is None and now is None:
            continue
        row += 1
        is_money = figure.unit == "money"
        label = headed(_(figure.label), currency) if is_money else _(figure.label)
        page.put(row, 0, label)
        cells: list[Cell] = [value]
        if today:
            change = None
            if value is not None and now is not None:
                change = Formula(f"{at(row, 1)}-{at(row, 2)}", value - now)
            cells += [now, change]
        for column, cell in enumerate(cells, start=1):
            page.put(row, column, cell, KINDS[figure.unit])
    return row + 2


def write_contents(page: Page, row: int, paper: Paper) -> None:
    """Write the list of all other pages, each with what it holds and where that comes from."""
    columns = [
        Column(_("Sheet")),
        Column(_("What it holds")),
        Column(""),
        Column(""),
        Column(_("Source")),
    ]
    page.block(columns, [], top=row)
    for listed in paper.listed[1:]:
        row += 1
        page.put(row, 0, Link(listed.title, listed.page))
        lines = page.paragraph(row, listed.about, (1, 3))
        source = page.paper.special("paragraph", text_wrap=True, valign="top")
        page.sheet.write_string(row, 4, plain_text(listed.source), source)
        lines = max(lines, len(textwrap.wrap(listed.source, WIDTHS[4])))
        page.sheet.set_row(row, LINE * lines)
