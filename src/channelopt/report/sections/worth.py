"""The money of a plan, term by term."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channelopt.plan.ledger import Amounts
from channelopt.plan.plan import Plan
from channelopt.report import adding, values
from channelopt.report.document import Block, Cell, Chart, Column, Grid, Paragraph, Section
from channelopt.report.figures import cents, enumerate_words, headed, percent
from channelopt.report.sections.decision import MOST_PERIODS
from channelopt.report.shapes import Axis, Bridge
from channelopt.report.speech import _
from channelopt.report.waterfall_chart import Bar
from channelopt.terms.money import LEDGER

SOURCE = "plan.json"


@dataclass(frozen=True)
class Flow:
    """A money term with its sign over all periods, discounted."""

    label: str
    amount: float


def money_terms(plan: Plan) -> Section:
    """Return every money term with its sign; terms that are nothing are left out."""
    found = flows(plan)
    blocks: list[Block] = [_chart(plan, found)] if found else []
    blocks.append(_table(plan))
    if any(plan.money["closure_loss"].by_period.values()):
        blocks.append(
            Paragraph(_("What is lost by closing channels is no cost; budgets do not count it."))
        )
    return Section(_("Where the money comes from and goes"), tuple(blocks))


def flows(plan: Plan) -> list[Flow]:
    """Return the terms of the plan, the largest gain first and the smallest loss last.

    They add up to its profit; those that are nothing when rounded are left out.
    """
    amounts = {entry.label: entry.sign * plan.money[entry.name].discounted for entry in LEDGER}
    digits = cents(amounts.values())
    found = [Flow(_(label), amount) for label, amount in amounts.items() if round(amount, digits)]
    return sorted(found, key=lambda flow: (flow.amount < 0, -abs(flow.amount)))


def bars_of(found: Sequence[Flow], digits: int) -> tuple[Bar, ...]:
    """Return the bars: what comes in, what goes out and what is left."""
    amounts = [flow.amount for flow in found]
    levels = adding.steps(amounts, (0.0, math.fsum(amounts)), digits)
    steps = zip(found, levels, levels[1:], strict=False)
    return (
        *(Bar(flow.label, start, end) for flow, start, end in steps),
        Bar(_("Satisfaction-weighted profit"), 0.0, levels[-1], is_total=True),
    )


def _chart(plan: Plan, found: Sequence[Flow]) -> Chart:
    currency, digits = plan.names.currency, cents(flow.amount for flow in found)
    title = _("What comes in, what goes out and what is left")
    if _is_discounted(plan):
        title = _("What comes in, what goes out and what is left, discounted")
    named = sorted(found, key=lambda flow: -abs(flow.amount))
    return Chart(
        name="money",
        title=title,
        insight=insight(plan, found),
        alt=_("Waterfall from nothing over {terms} to the profit.").format(
            terms=enumerate_words(
                (_named(flow, digits, currency) for flow in named), most=len(named)
            )
        ),
        shape=Bridge(
            bars_of(found, digits),
            Axis(headed(_("Money"), currency), "money"),
        ),
        source=SOURCE,
    )


def _named(flow: Flow, digits: int, currency: str | None) -> str:
    amount = adding.worth(flow.amount, digits, currency)
    return _("{term} ({amount})").format(term=flow.label, amount=amount)


def insight(plan: Plan, found: Sequence[Flow]) -> str:
    """Return where most of the money comes from and where most of it goes."""
    digits, currency = cents(flow.amount for flow in found), plan.names.currency
    gains = [flow for flow in found if flow.amount > 0]
    losses = [flow for flow in found if flow.amount < 0]
    if gains and losses:
        text = _(
            "The largest source is {gain} with {in_share} of {brought}, the largest expense {loss} "
            "with {out_share} of {spent}."
        )
    elif gains:
        text = _("Nothing is spent; the largest source is {gain} with {in_share} of {brought}.")
    else:
        text = _("Nothing comes in; the largest expense is {loss} with {out_share} of {spent}.")
    gain, in_share, brought = _most(gains)
    loss, out_share, spent = _most(losses)
    return text.format(
        gain=gain,
        in_share=in_share,
        brought=adding.worth(brought, digits, currency),
        loss=loss,
        out_share=out_share,
        spent=adding.worth(spent, digits, currency),
    )


def _most(found: Sequence[Flow]) -> tuple[str, str, float]:
    """Return the largest of some terms, its share, and all of them together."""
    if not found:
        return "", "", 0.0
    largest = max(found, key=lambda flow: abs(flow.amount))
    whole = sum(abs(flow.amount) for flow in found)
    return largest.label, percent(abs(largest.amount) / whole), whole


def _table(plan: Plan) -> Grid:
    labels, rows = [], []
    for entry in LEDGER:
        row = tuple(entry.sign * value for value in _values(plan, entry.name))
        if any(row):
            labels.append(_(entry.label))
            rows.append(row)
    digits, width = cents(value for row in rows for value in row), len(_columns(plan)) - 1
    sums = tuple(math.fsum(row[k] for row in rows) for k in range(width))
    labels.append(_("Satisfaction-weighted profit"))
    cells: list[tuple[Cell, ...]] = [
        (label, *(values.money(amount, digits) for amount in row))
        for label, row in zip(labels, [*rows, sums], strict=True)
    ]
    return Grid(_columns(plan), tuple(cells[:-1]), source=SOURCE, foot=cells[-1])


def _columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column(headed(_("Money term"), plan.names.currency), "left"),
        *(Column(period) for period in _periods(plan)),
        Column(_("Total")),
        *((Column(_("Discounted")),) if _is_discounted(plan) else ()),
        *((Column(_("Today")),) if _today(plan) else ()),
    )


def _values(plan: Plan, term: str) -> list[float]:
    amounts, today = plan.money[term], _today(plan)
    found = [*(amounts.by_period[period] for period in _periods(plan)), amounts.total]
    found += [amounts.discounted] if _is_discounted(plan) else []
    found += [today[term].total if term in today else 0.0] if today else []
    return found


def _periods(plan: Plan) -> tuple[str, ...]:
    return plan.periods if 1 < len(plan.periods) <= MOST_PERIODS else ()


def _is_discounted(plan: Plan) -> bool:
    return bool(plan.discount_rate) and len(plan.periods) > 1


def _today(plan: Plan) -> Mapping[str, Amounts]:
    return plan.baseline.money if plan.baseline is not None else {}
