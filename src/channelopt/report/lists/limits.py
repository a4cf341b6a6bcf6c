"""What customers share: limits, how full they are, and what one more unit is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from channelopt.lists.dear import dearest
from channelopt.report import values
from channelopt.report.document import Block, Cell, Chart, Column, Grid, Paragraph, Section
from channelopt.report.figures import count, headed, money, percent
from channelopt.report.lists import words
from channelopt.report.lists.folder import Listed, Row
from channelopt.report.shapes import Axis, Bars, Gauge, Gauges, Series
from channelopt.report.speech import _, plural_of

SOURCE = "limits.csv"
MOST_BARS = 30
MOST_PRICES = 12
TOLD = 3
MOST_ROWS = 1000
FULL = 0.9995
"""From this share of a limit on, it is used up."""


def limits(listed: Listed) -> Section | None:
    """Return all limits; None where the list has none."""
    rows = listed.rows("limits")
    if not rows:
        return None
    own = [row for row in rows if row["kind"] != "quota"]
    quotas = [row for row in rows if row["kind"] == "quota"]
    blocks: list[Block] = [Paragraph(told(listed)), *_gauges(listed, own)]
    if own:
        blocks.append(_table(listed, own, _("Limits of the scenario")))
    if quotas:
        blocks.append(_table(listed, quotas, _("Quotas of the plan")))
    return Section(_("Limits"), tuple(blocks))


def prices(listed: Listed) -> Section | None:
    """Return what one more unit of each limit is worth; None where no limit costs anything."""
    dear = _dear(listed)
    if not dear:
        return None
    text = _(
        "Prices hold for small changes. Where a limit says at least, its price is below 0: what "
        "each unit more that is asked for costs. Limits of nothing are left out: their prices say "
        "only that they forbid."
    )
    return Section(_("What one more unit is worth"), (Paragraph(text), _price_chart(listed, dear)))


def priced(listed: Listed) -> int:
    """Return how many limits have a price."""
    return sum(bool(row["price"]) for row in listed.rows("limits"))


def told(listed: Listed) -> str:
    """Say how many limits bind, and which cost most."""
    rows, dear = listed.rows("limits"), _dear(listed)
    if not dear:
        return _("No limit costs anything: every customer has the best of the options allowed.")
    text = plural_of(
        "{n} of {all} limits costs something. The dearest: {limits}.",
        "{n} of {all} limits cost something. The dearest: {limits}.",
        priced(listed),
    )
    shown = "; ".join(_said(listed, *one) for one in dear[:TOLD])
    return text.format(n=count(priced(listed)), all=count(len(rows)), limits=shown)


def _said(listed: Listed, row: Row, price: float) -> str:
    text = (
        _("{limit} (at most {at}, {price})") if price > 0 else _("{limit} (at least {at}, {price})")
    )
    return text.format(
        limit=words.limit(listed, row),
        at=words.quantity(side(row), row),
        price=words.price_in_words(listed, price, row),
    )


def _dear(listed: Listed) -> list[tuple[dict[str, Any], float]]:
    """Return the limits with a price, those first whose last percent costs most."""
    rows = {row["limit"]: row for row in listed.rows("limits")}
    return [(rows[one.limit.name], one.price) for one in dearest(listed.found, MOST_ROWS)]


def side(row: Row) -> float:
    """Return the side of a limit that its price speaks of."""
    return float(row["at_most"] if row["price"] > 0 else row["at_least"])


def _price_chart(listed: Listed, dear: Sequence[tuple[Row, float]]) -> Chart:
    amounts = [abs(price * side(row)) / 100 for row, price in dear]
    names = [words.limit(listed, row) for row, _price in dear]
    insight = _("1 % of this limit is worth most: {limit}, {amount}.").format(
        limit=names[0], amount=money(amounts[0], listed.currency)
    )
    title = _("What one percent of each limit is worth")
    axis = Axis(headed(_("Worth of 1 %"), listed.currency), "money")
    return Chart(
        "prices-of-limits",
        title,
        insight,
        _("Bars of what one percent of a limit is worth, the dearest first."),
        Bars(names[:MOST_PRICES], [Series(title, amounts[:MOST_PRICES], "limit")], axis),
        SOURCE,
        _price_table(listed, dear),
    )


def _price_table(listed: Listed, dear: Sequence[tuple[Row, float]]) -> Grid:
    columns = (
        *(Column(_("Limit"), "left"), Column(_("Side"), "left"), Column(_("Set at"))),
        *(Column(_("Unit"), "left"), Column(headed(_("Price of one unit"), listed.currency))),
        *(Column(headed(_("Worth of 1 %"), listed.currency)), Column(_("Name"), "left")),
    )
    rows = tuple(
        (
            words.limit(listed, row),
            _("at most") if price > 0 else _("at least"),
            words.quantity(side(row), row),
            words.unit(listed, row),
            words.price(price),
            words.price(abs(price * side(row)) / 100),
            str(row["limit"]),
        )
        for row, price in dear
    )
    return Grid(columns, rows, source=SOURCE)


def _gauges(listed: Listed, rows: Sequence[Row]) -> Iterator[Chart]:
    """Yield how full the limits are that say at most, of those that all segments share."""
    shared = [row for row in rows if not row["segment"]]
    full = [row for row in shared if (row["at_most"] or 0.0) > 0 and row["used"] >= 0]
    full = sorted(full, key=lambda row: -row["used"] / row["at_most"])
    if not full:
        return
    shown = full[:MOST_BARS]
    gauges = [
        Gauge(words.limit(listed, row), float(row["used"]), float(row["at_most"])) for row in shown
    ]
    tight = [row for row in full if row["used"] / row["at_most"] >= FULL]
    insight = _("Used up: {n} of {all}. The fullest: {limit}, {share}.").format(
        n=count(len(tight)),
        all=count(len(full)),
        limit=words.limit(listed, shown[0]),
        share=percent(shown[0]["used"] / shown[0]["at_most"]),
    )
    yield Chart(
        "limits-used",
        _("How full the limits of all segments are"),
        insight,
        _("Bars of use, each on the scale of its own limit, the fullest first."),
        Gauges(gauges, Axis(_("Use of the limit"))),
        SOURCE,
    )


def _table(listed: Listed, rows: Sequence[Row], title: str) -> Grid:
    columns = (
        *(Column(_("Limit"), "left"), Column(_("At least")), Column(_("At most"))),
        *(Column(_("Used")), Column(_("Room")), Column(_("Unit"), "left")),
        *(Column(headed(_("Price of one unit"), listed.currency)), Column(_("Binds"), "left")),
        Column(_("Name"), "left"),
    )
    ordered = sorted(rows, key=lambda row: (not row["binding"], -abs(row["price"])))
    return Grid(columns, tuple(_row(listed, row) for row in ordered), title, SOURCE)


def _row(listed: Listed, row: Row) -> tuple[Cell, ...]:
    is_quota = row["kind"] == "quota"
    return (
        words.where(listed, row) if is_quota else words.limit(listed, row),
        *(words.quantity(row[name], row) for name in ("at_least", "at_most", "used", "room")),
        words.unit(listed, row),
        words.price(row["price"]) if row["price"] else values.count(0.0),
        _("yes") if row["binding"] else _("no"),
        str(row["limit"]),
    )
