"""The money of a plan, term by term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channelopt.plan.ledger import Amounts
from channelopt.plan.plan import Plan
from channelopt.report import adding
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section
from channelopt.report.figures import cents, enumerate_words, headed, percent
from channelopt.report.sections.decision import MOST_PERIODS
from channelopt.report.shapes import Axis, Bridge
from channelopt.report.speech import _
from channelopt.report.waterfall_chart import Bar
from channelopt.terms.money import LEDGER

SOURCE = "plan.json"


@dataclass(frozen=True)
class Flow:
    """A money term with its sign over all periods, discounted; `units` is as it is shown."""

    label: str
    amount: float
    units: int


def money_terms(plan: Plan) -> Section:
    """Return every money term with its sign; terms that are nothing are left out."""
    found = flows(plan)
    blocks: list[Block] = [_chart(plan, found)] if any(flow.units for flow in found) else []
    blocks.append(_table(plan))
    if any(plan.money["closure_loss"].by_period.values()):
        blocks.append(
            Paragraph(_("What is lost by closing channels is no cost; budgets do not count it."))
        )
    return Section(_("Where the money comes from and goes"), tuple(blocks))


def flows(plan: Plan) -> list[Flow]:
    """Return the terms of the plan in the order of the ledger; they add up to its profit."""
    terms = [
        (_(entry.label), entry.sign * plan.money[entry.name].discounted)
        for entry in LEDGER
        if plan.money[entry.name].discounted
    ]
    amounts = [amount for _label, amount in terms]
    whole = adding.units(amounts, cents(amounts))
    return [Flow(label, amount, units) for (label, amount), units in zip(terms, whole, strict=True)]


def bars_of(found: Sequence[Flow], digits: int) -> tuple[Bar, ...]:
    """Return the bars: what comes in, what goes out, each the largest first, and what is left."""
    scale, level, bars = float(10**digits), 0, []
    for flow in sorted(found, key=lambda flow: (flow.units < 0, -abs(flow.units))):
        if flow.units:
            bars.append(Bar(flow.label, level / scale, (level + flow.units) / scale))
            level += flow.units
    return (*bars, Bar(_("Satisfaction-weighted profit"), 0.0, level / scale, is_total=True))


def _chart(plan: Plan, found: Sequence[Flow]) -> Chart:
    currency, digits = plan.names.currency, cents(flow.amount for flow in found)
    title = _("What comes in, what goes out and what is left")
    if _is_discounted(plan):
        title = _("What comes in, what goes out and what is left, discounted")
    named = sorted((flow for flow in found if flow.units), key=lambda flow: -abs(flow.units))
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
    amount = adding.worth(flow.units, digits, currency)
    return _("{term} ({amount})").format(term=flow.label, amount=amount)


def insight(plan: Plan, found: Sequence[Flow]) -> str:
    """Return where most of the money comes from and where most of it goes."""
    digits, currency = cents(flow.amount for flow in found), plan.names.currency
    gains = [flow for flow in found if flow.units > 0]
    losses = [flow for flow in found if flow.units < 0]
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


def _most(found: Sequence[Flow]) -> tuple[str, str, int]:
    """Return the largest of some terms, its share, and all of them together."""
    if not found:
        return "", "", 0
    largest = max(found, key=lambda flow: abs(flow.units))
    whole = sum(abs(flow.units) for flow in found)
    return largest.label, percent(abs(largest.units) / whole), whole


def _table(plan: Plan) -> Grid:
    labels, rows = [], []
    for entry in LEDGER:
        row = tuple(entry.sign * value for value in _values(plan, entry.name))
        if any(row):
            labels.append(_(entry.label))
            rows.append(row)
    digits = cents(value for row in rows for value in row)
    columns = _columns(plan)
    amounts = [adding.money([row[k] for row in rows], digits) for k in range(len(columns) - 1)]
    labels.append(_("Satisfaction-weighted profit"))
    cells = [(label, *row) for label, *row in zip(labels, *amounts, strict=True)]
    return Grid(columns, tuple(cells[:-1]), source=SOURCE, foot=cells[-1])


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
    values = [*(amounts.by_period[period] for period in _periods(plan)), amounts.total]
    values += [amounts.discounted] if _is_discounted(plan) else []
    values += [today[term].total if term in today else 0.0] if today else []
    return values


def _periods(plan: Plan) -> tuple[str, ...]:
    return plan.periods if 1 < len(plan.periods) <= MOST_PERIODS else ()


def _is_discounted(plan: Plan) -> bool:
    return bool(plan.discount_rate) and len(plan.periods) > 1


def _today(plan: Plan) -> Mapping[str, Amounts]:
    return plan.baseline.money if plan.baseline is not None else {}
