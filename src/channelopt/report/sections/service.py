"""The table of channels: open or closed, contacts, use and cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Block, Cell, Column, Grid, Paragraph
from channelopt.report.figures import ABSENT, cents, enumerate_words, headed
from channelopt.report.given import Record, grouped
from channelopt.report.speech import _
from channelopt.report.views import today_by_channel

COSTS = (
    *("contact_cost", "fixed_cost", "opening_cost", "closing_cost"),
    *("investment_cost", "running_cost"),
)
COUNTS = ("first_contacts", "passed_on_in", "handled")


def channel_table(plan: Plan) -> tuple[Block, ...]:
    """Return channels opened and closed, their contacts, use and cost over the horizon."""
    found = grouped(plan, "channels", "channel")
    today = today_by_channel(plan) if plan.baseline is not None else {}
    shares = _shares([total(records, "first_contacts") for records in found.values()])
    former = _shares([today.get(channel, 0.0) for channel in found]) if today else None
    amounts = [sum(total(records, name) for name in COSTS) for records in found.values()]
    costs = [values.money(amount, cents(amounts)) for amount in (*amounts, sum(amounts))]
    rows = []
    for k, (channel, records) in enumerate(found.items()):
        first, *others = (values.count(total(records, name)) for name in COUNTS)
        cells: tuple[Cell, ...] = (
            plan.names.channels.get(channel, channel),
            open_words(plan, channel, records),
            first,
            shares[k],
            *((former[k],) if former else ()),
            *others,
            _most_used(records),
            costs[k],
        )
        rows.append(cells)
    foot = (*_sums(found, shares, former), costs[-1])
    source = "channels.csv, allocation.csv" if former else "channels.csv"
    grid = Grid(_columns(plan, has_today=bool(former)), tuple(rows), source=source, foot=foot)
    return (grid, Paragraph(_note(plan)))


def _columns(plan: Plan, *, has_today: bool) -> tuple[Column, ...]:
    return (
        Column(_("Channel"), "left"),
        Column(_("Open"), "left"),
        Column(_("First contacts")),
        Column(_("Share")),
        *((Column(_("Share today")),) if has_today else ()),
        Column(_("Passed on to it")),
        Column(_("Handled")),
        Column(_("Most used")),
        Column(headed(_("Cost"), plan.names.currency)),
    )


def _sums(
    found: Mapping[str, Sequence[Record]], shares: Sequence[Cell], former: Sequence[Cell] | None
) -> tuple[Cell, ...]:
    first, *others = (
        values.count(sum(total(records, name) for records in found.values())) for name in COUNTS
    )
    return (_("All"), "", first, shares[-1], *((former[-1],) if former else ()), *others, "")


def _note(plan: Plan) -> str:
    note = _(
        "Most used: handled contacts over capacity in the fullest period; without a capacity there "
        "is none. Cost is that of contacts and of the channel itself, without staff."
    )
    if not plan.names.bundles:
        return note
    more = _("Customers treated with a bundle enter no channel first; they are below.")
    return f"{note} {more}"


def total(records: Sequence[Record], column: str) -> float:
    """Return the sum of a column."""
    return sum(as_number(record[column]) for record in records)


def _shares(contacts: Sequence[float]) -> list[Cell]:
    """Return the shares of a whole, and their sum behind them."""
    whole = sum(contacts)
    if not whole:
        return [ABSENT] * (len(contacts) + 1)
    return [*values.percents([one / whole for one in contacts]), *values.percents([1.0])]


def open_words(plan: Plan, channel: str, records: Sequence[Record]) -> str:
    """Return whether a channel is open, or when it opens and closes."""
    changes = [change for change in plan.changes if change.channel == channel]
    if not changes:
        return _("yes") if records[0]["open"] else _("no")
    if len(plan.periods) == 1:
        return _("opens") if changes[0].opens else _("closes")
    opens, closes = _("opens in {period}"), _("closes in {period}")
    return enumerate_words(
        (opens if change.opens else closes).format(period=change.period) for change in changes
    )


def _most_used(records: Sequence[Record]) -> Cell:
    used = [as_number(r["utilisation"]) for r in records if r["utilisation"] is not None]
    return values.percent(max(used)) if used else ABSENT
