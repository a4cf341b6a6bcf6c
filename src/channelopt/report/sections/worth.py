"""The money of a plan, term by term."""

from __future__ import annotations

from channelopt.plan.plan import Plan
from channelopt.report.document import Column, Grid, Paragraph, Section
from channelopt.report.figures import money
from channelopt.report.sections.decision import MOST_PERIODS
from channelopt.terms.money import LEDGER


def money_terms(plan: Plan) -> Section:
    """Return every money term with its sign; terms that are nothing are left out."""
    periods = plan.periods if 1 < len(plan.periods) <= MOST_PERIODS else ()
    is_discounted = bool(plan.discount_rate) and len(plan.periods) > 1
    rows: list[tuple[float, ...]] = []
    labels: list[str] = []
    for entry in LEDGER:
        amounts = plan.money[entry.name]
        if not any(amounts.by_period.values()):
            continue
        values = [*(amounts.by_period[period] for period in periods), amounts.total]
        values += [amounts.discounted] if is_discounted else []
        labels.append(entry.label)
        rows.append(tuple(entry.sign * value for value in values))
    width = len(periods) + 1 + is_discounted
    sums = tuple(sum(row[k] for row in rows) for k in range(width))
    columns = (
        Column(f"In {plan.names.currency}" if plan.names.currency else "", "left"),
        *(Column(period) for period in periods),
        Column("Total"),
        *((Column("Discounted"),) if is_discounted else ()),
    )
    cells = tuple(
        (label, *(money(value) for value in row))
        for label, row in zip([*labels, "Satisfaction-weighted profit"], [*rows, sums], strict=True)
    )
    note = "What channels lose by closing is lost value, not a cost; budgets do not count it."
    has_loss = any(plan.money["closure_loss"].by_period.values())
    blocks = (Grid(columns, cells), *((Paragraph(note),) if has_loss else ()))
    return Section("Where the money comes from and goes", blocks)
