"""Upgrades: what is bought when, what it costs and what it brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell as Raw
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Block, Cell, Chart, Column, Grid, Paragraph, Section
from channelopt.report.figures import cents, count, headed, worth
from channelopt.report.given import Record, grouped
from channelopt.report.shapes import Axis, Bars, Series
from channelopt.report.speech import _, later, plural_of

UNKNOWN: Mapping[str, str] = {
    "at least": later("gain at most so much"),
    "infeasible": later("no plan without it"),
    "not solved": later("not computed"),
}
"""Words for how the value of an upgrade is known, where it is not known exactly.

`at least` is said of the best plan without it: a better one may exist.
"""
MOST = 40
"""Upgrades in one picture."""


def upgrades(plan: Plan) -> Section | None:
    """Return the upgrades that the plan buys, those it leaves, and the return of each purchase."""
    found = grouped(plan, "upgrades", "upgrade")
    if not found:
        return None
    return Section(_("Upgrades"), (*_costs(plan, found), *_returns(plan)))


def _costs(plan: Plan, found: Mapping[str, Sequence[Record]]) -> Iterator[Block]:
    bought = [label for label, records in found.items() if any(r["bought"] for r in records)]
    text = plural_of(
        "{n} of {all} upgrades is bought.", "{n} of {all} upgrades are bought.", len(bought)
    )
    yield Paragraph(text.format(n=count(len(bought)), all=count(len(found))))
    costs = {
        label: (_total(records, "investment_cost"), _total(records, "running_cost"))
        for label, records in found.items()
    }
    digits = cents(amount for pair in costs.values() for amount in pair)
    currency = plan.names.currency
    columns = (
        *(Column(title, "left") for title in (_("Upgrade"), _("Channel"), _("Bought"))),
        Column(headed(_("Investment"), currency)),
        Column(headed(_("Running cost"), currency)),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            plan.names.upgrades.get(label, label),
            _channel(plan, records[0]),
            _bought(plan, records),
            *(values.money(amount, digits) for amount in costs[label]),
        )
        for label, records in found.items()
    )
    yield Grid(columns, rows, source="upgrades.csv")


def _total(records: Sequence[Record], column: str) -> float:
    return sum(as_number(record[column]) for record in records)


def _channel(plan: Plan, record: Record) -> str:
    channel = str(record["channel"])
    return plan.names.channels.get(channel, channel)


def _bought(plan: Plan, records: Sequence[Record]) -> str:
    for record in records:
        if record["bought"]:
            many = len(plan.periods) > 1
            return _("in {period}").format(period=record["period"]) if many else _("yes")
    return _("no")


def _returns(plan: Plan) -> Iterator[Block]:
    """Yield what each purchase brings, by the best plan without it."""
    records = list(plan.table("returns").records())
    if not records:
        return
    known = [record for record in records if record["value"] is not None]
    if known:
        yield _chart(plan, known)
    columns = (
        Column(_("Upgrade"), "left"),
        Column(headed(_("Cost, discounted"), plan.names.currency)),
        *(
            Column(title)
            for title in (_("Best plan without it"), _("Gain"), _("Return"), _("Payback"))
        ),
        Column(_("How it is known"), "left"),
    )
    names = ("cost", "objective_without", "value")
    digits = cents(as_number(r[name]) for r in records for name in names if r[name] is not None)
    yield Grid(
        columns,
        tuple(_return_row(plan, record, digits) for record in records),
        _("What each purchase brings"),
        "returns.csv",
    )
    yield Paragraph(
        _(
            "Each upgrade was forbidden, with those that need it, and the scenario solved again. "
            "Gain is what the plan is worth more than the best one without it, the cost of the "
            "upgrade already taken off; return is gain over cost; payback says after how many "
            "periods from the purchase on the plan is ahead and stays so."
        )
    )


def _title(plan: Plan, record: Record) -> str:
    upgrade = str(record["upgrade"])
    return plan.names.upgrades.get(upgrade, upgrade)


def _chart(plan: Plan, known: Sequence[Record]) -> Chart:
    """Return cost and gain of the purchases whose gain is known."""
    ranked = sorted(known, key=lambda record: -as_number(record["value"]))
    shown = ranked[:MOST]
    best = ranked[0]
    words = {
        "upgrade": _title(plan, best),
        "gain": worth(as_number(best["value"]), plan.names.currency),
        "cost": worth(as_number(best["cost"]), plan.names.currency),
        "periods": count(_or_none(best["payback"])),
    }
    return Chart(
        name="returns",
        title=_("What bought upgrades cost and bring"),
        insight=_best(best).format(**words),
        alt=_("Cost and gain of each bought upgrade; the largest gain is {gain}.").format(**words),
        shape=Bars(
            [_title(plan, record) for record in shown],
            [
                Series(_("Cost"), [as_number(record["cost"]) for record in shown], "loss"),
                Series(_("Gain"), [as_number(record["value"]) for record in shown], "gain"),
            ],
            Axis(headed(_("Discounted amount"), plan.names.currency), "money"),
        ),
        source="returns.csv",
    )


def _best(record: Record) -> str:
    payback = _or_none(record["payback"])
    if record["known"] != "re-solved":
        return _("{upgrade} brings most: up to {gain} beyond its cost of {cost}.")
    if payback is None:
        return _("{upgrade} brings most: {gain} beyond its cost of {cost}.")
    return plural_of(
        "{upgrade} brings most: {gain} beyond its cost of {cost}, ahead after {periods} period.",
        "{upgrade} brings most: {gain} beyond its cost of {cost}, ahead after {periods} periods.",
        1 if payback == 1 else 2,
    )


def _return_row(plan: Plan, record: Record, digits: int) -> tuple[Cell, ...]:
    payback = _or_none(record["payback"])
    known = UNKNOWN.get(str(record["known"]))
    names = ("cost", "objective_without", "value")
    return (
        _title(plan, record),
        *(values.money(_or_none(record[name]), digits) for name in names),
        values.percent(_or_none(record["return"])),
        values.count(payback),
        _(known) if known is not None else _("exactly"),
    )


def _or_none(cell: Raw) -> float | None:
    return None if cell is None else as_number(cell)
