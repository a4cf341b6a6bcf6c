"""What customers pay, at the prices of the list, for what all of them share."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.report import values
from channelopt.report.document import Block, Cell, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.figures import ABSENT, headed, worth
from channelopt.report.lists import words
from channelopt.report.lists.customers import OTHERS
from channelopt.report.lists.folder import Listed
from channelopt.report.shapes import Axis, Bars, Series, Tone
from channelopt.report.speech import _

TONES: tuple[Tone, ...] = ("plan", "high", "medium", "low", "today", "muted")
MOST_BARS = 40


def pays(listed: Listed, source: str) -> Section | None:
    """Return what is paid for scarce limits; None where nothing has a price."""
    if not any(listed.told.paying(limit) for limit in listed.told.limits):
        return None
    text = _(
        "Each customer uses something of what all share. At the prices of the limits, this is what "
        "it is worth: what others could do with it. Nobody is charged; a customer who is worth "
        "much and pays much is one to look at. Amounts below 0 help to reach what is required."
    )
    blocks: list[Block] = [Paragraph(text), *_chart(listed, source), _by_limit(listed, source)]
    return Section(
        _("What customers pay for scarce capacity"), (*blocks, _by_segment(listed, source))
    )


def scarce(listed: Listed) -> tuple[str, ...]:
    """Return the scarce limits with a price: capacity, hours, budgets."""
    return tuple(limit for limit in listed.told.limits if limit != OTHERS)


def title(listed: Listed, limit: str) -> str:
    """Return what a limit is called, or all others together."""
    if limit == OTHERS:
        return _("All other limits: quotas, shares, policies")
    return words.named(listed, limit)


def _chart(listed: Listed, source: str) -> Iterator[Block]:
    limits, told = scarce(listed), listed.told
    if not limits:
        yield Paragraph(_("No capacity, no hours and no budget has a price: only other limits do."))
        return
    ordered = sorted(limits, key=lambda limit: (-abs(told.amount(limit)), limit))
    shown = ordered[: len(TONES)]
    segments = sorted(told.segments, key=lambda one: (-_paid(listed, one), one))[:MOST_BARS]
    series = [
        Series(title(listed, limit), [told.amount(limit, one) for one in segments], tone)
        for limit, tone in zip(shown, TONES, strict=False)
    ]
    insight = _("{amount} in all for scarce limits, most of it for {limit}.").format(
        amount=worth(sum(map(told.amount, limits)), listed.currency),
        limit=title(listed, ordered[0]),
    )
    yield Chart(
        "paid-by-segment",
        _("What segments pay for scarce limits"),
        insight,
        _("Bars of what is paid, one for each segment, stacked by limit."),
        Bars(
            [words.segment(listed, one) for one in segments],
            series,
            Axis(headed(_("Paid"), listed.currency), "money"),
            stacked=True,
        ),
        source,
    )


def _paid(listed: Listed, segment: str) -> float:
    return sum(listed.told.amount(limit, segment) for limit in scarce(listed))


def _by_limit(listed: Listed, source: str) -> Grid:
    told, currency = listed.told, listed.currency
    prices = {row["limit"]: row["price"] for row in listed.rows("limits")}
    columns = (
        *(Column(_("Limit"), "left"), Column(headed(_("Price of one unit"), currency))),
        *(Column(headed(_("Paid"), currency)), Column(_("Customers who pay"))),
        Column(headed(_("Paid by each of them"), currency)),
    )
    rows = []
    for limit in told.limits:
        paid, payers = told.amount(limit), told.paying(limit)
        price = words.price(prices[limit]) if limit in prices else Value(ABSENT, None)
        each = values.money(paid / payers if payers else None)
        rows.append((title(listed, limit), price, values.money(paid), values.count(payers), each))
    return Grid(columns, tuple(rows), _("What is paid, by limit"), f"{source}, limits.csv")


def _by_segment(listed: Listed, source: str) -> Grid:
    told, currency = listed.told, listed.currency
    columns = (
        *(Column(_("Segment"), "left"), Column(headed(_("Value"), currency))),
        *(Column(headed(_("Paid for scarce limits"), currency)),),
        *(Column(headed(_("Paid for other limits"), currency)),),
        Column(headed(_("Value less all that is paid"), currency)),
    )
    rows: list[tuple[Cell, ...]] = []
    for segment in told.segments:
        amounts = (told.worth(segment), _paid(listed, segment), told.amount(OTHERS, segment))
        left = amounts[0] - amounts[1] - amounts[2]
        cells = (values.money(amount) for amount in (*amounts, left))
        rows.append((words.segment(listed, segment), *cells))
    return Grid(columns, tuple(rows), _("What is paid, by segment"), source)
