"""The money of a plan, term by term."""

from __future__ import annotations

from collections.abc import Mapping

from channelopt.plan.ledger import Amounts
from channelopt.plan.plan import Plan
from channelopt.report.document import Block, Column, Grid, Paragraph, Section
from channelopt.report.figures import cents, money
from channelopt.report.sections.decision import MOST_PERIODS
from channelopt.terms.money import LEDGER


def money_terms(plan: Plan) -> Section:
    """Return every money term with its sign; terms that are nothing are left out."""
    columns = _columns(plan)
    labels, rows = [], []
    for entry in LEDGER:
        values = tuple(entry.sign * value for value in _values(plan, entry.name))
        if any(values):
            labels.append(entry.label)
            rows.append(values)
    sums = [sum(row[k] for row in rows) for k in range(len(columns) - 1)]
    digits = cents(value for row in rows for value in row)
    cells = tuple(
        (label, *(money(value, digits=digits) for value in row))
        for label, row in zip([*labels, "Satisfaction-weighted profit"], [*rows, sums], strict=True)
    )
    blocks: list[Block] = [Grid(columns, cells)]
    if any(plan.money["closure_loss"].by_period.values()):
        text = "What is lost by closing channels is no cost; budgets do not count it."
        blocks.append(Paragraph(text))
    return Section("Where the money comes from and goes", tuple(blocks))


def _columns(plan: Plan) -> tuple[Column, ...]:
    unit = f"In {plan.names.currency}" if plan.names.currency else ""
    return (
        Column(unit, "left"),
        *(Column(period) for period in _periods(plan)),
        Column("Total"),
        *((Column("Discounted"),) if _is_discounted(plan) else ()),
        *((Column("Today"),) if _today(plan) else ()),
    )


def _values(plan: Plan, term: str) -> list[float]:
    amounts, today = plan.money[term], _today(plan).get(term)
    values = [*(amounts.by_period[period] for period in _periods(plan)), amounts.total]
    values += [amounts.discounted] if _is_discounted(plan) else []
    values += [today.total] if today is not None else []
    return values


def _periods(plan: Plan) -> tuple[str, ...]:
    return plan.periods if 1 < len(plan.periods) <= MOST_PERIODS else ()


def _is_discounted(plan: Plan) -> bool:
    return bool(plan.discount_rate) and len(plan.periods) > 1


def _today(plan: Plan) -> Mapping[str, Amounts]:
    return plan.baseline.money if plan.baseline is not None else {}
