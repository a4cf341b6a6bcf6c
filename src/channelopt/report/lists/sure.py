"""How sure single decisions are: what it would cost to serve a customer otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from channelopt.report import values
from channelopt.report.document import Cell, Chart, Column, Grid, Paragraph, Section
from channelopt.report.figures import count, money, percent
from channelopt.report.lists import words
from channelopt.report.lists.customers import EDGES
from channelopt.report.lists.folder import Listed
from channelopt.report.shapes import Axis, Bars, Series, Tone
from channelopt.report.speech import _, plural_of

LITTLE = EDGES.index(1.0)
"""A customer who would be moved for less than this edge is as good elsewhere, for a planner."""
MOST_SERIES = 6
TONES: tuple[Tone, ...] = ("plan", "high", "medium", "low", "today", "muted")


def sure(listed: Listed, source: str) -> Section | None:
    """Return how much worse the next best options are; None where nobody has another option."""
    shown = _shown(listed)
    if not shown:
        return None
    text = _(
        "For each customer and decision the list knows the next best option, and by how much it is "
        "worse once both have paid for what they use of the limits. Where that is little, a "
        "customer may as well be served otherwise, if others go the opposite way."
    )
    blocks = (Paragraph(text), _chart(listed, shown, source), _by_segment(listed, source))
    return Section(_("How sure single decisions are"), blocks)


def told(listed: Listed) -> Iterator[str]:
    """Say how many customers would be moved for little."""
    bands = listed.told.sure()
    asked = int(bands.sum())
    if not asked:
        return
    few = int(bands[: LITTLE + 1].sum())
    text = plural_of(
        "{n} of {all} customers with a choice ({share}) is nearly as good in another option: it "
        "would be worse by less than {amount}.",
        "{n} of {all} customers with a choice ({share}) are nearly as good in another option: it "
        "would be worse by less than {amount}.",
        few,
    )
    yield text.format(
        n=count(few),
        all=count(asked),
        share=percent(few / asked),
        amount=money(EDGES[LITTLE], listed.currency, 0),
    )


def band(place: int, listed: Listed) -> str:
    """Return what a band holds, in words."""
    currency = listed.currency
    if place == 0:
        return _("below 0: moved so that whole customers fit")
    if place == len(EDGES):
        return _("{low} and more").format(low=money(EDGES[-1], currency, 0))
    low, high = max(EDGES[place - 1], 0.0), EDGES[place]
    digits = 2 if high <= 1.0 else 0
    text = _("{low} to less than {high}")
    return text.format(low=money(low, currency, digits), high=money(high, currency, digits))


def _shown(listed: Listed) -> list[int]:
    """Return the bands from the first to the last with customers."""
    taken = sum(listed.told.sure(name) for name in listed.decisions)
    filled = [place for place, number in enumerate(taken) if number]  # type: ignore[arg-type]
    if not filled:
        return []
    return list(range(min(filled[0], 1) if filled[0] == 0 else 1, filled[-1] + 1))


def _chart(listed: Listed, shown: Sequence[int], source: str) -> Chart:
    decisions = listed.decisions
    if len(decisions) > MOST_SERIES:
        series = [_series(listed, "", shown, "plan")]
    else:
        pairs = zip(decisions, TONES, strict=False)
        series = [_series(listed, name, shown, tone) for name, tone in pairs]
    axis = _("Customers") if len(series) == 1 else _("Customers, once in each decision")
    return Chart(
        "how-sure",
        _("Customers by how much worse their next best option is"),
        " ".join(told(listed)),
        _("Bars of customers, one for each range of how much worse the next best option is."),
        Bars([band(place, listed) for place in shown], series, Axis(axis), stacked=True),
        source,
        _table(listed, shown, source),
    )


def _series(listed: Listed, decision: str, shown: Sequence[int], tone: Tone) -> Series:
    bands = listed.told.sure(decision)
    title = words.decision(listed, decision) if decision else _("Least sure decision")
    return Series(title, [float(bands[place]) for place in shown], tone)


def _table(listed: Listed, shown: Sequence[int], source: str) -> Grid:
    columns = (
        Column(_("Worse by"), "left"),
        *(Column(words.decision(listed, name)) for name in listed.decisions),
        Column(_("Customers by their least sure decision")),
        Column(_("Up to here")),
    )
    named = [listed.told.sure(name) for name in listed.decisions]
    least = listed.told.sure()
    asked = max(int(least.sum()), 1)
    rows: list[tuple[Cell, ...]] = []
    for place in shown:
        cells = [values.count(int(bands[place])) for bands in (*named, least)]
        reached = values.percent(int(least[: place + 1].sum()) / asked)
        rows.append((band(place, listed), *cells, reached))
    settled = [_settled(listed, name) for name in listed.decisions]
    alone = listed.told.customers - int(least.sum())
    last = _("no other option, or nothing to decide")
    rows.append((last, *map(values.count, settled), values.count(alone), ""))
    everybody = [values.count(listed.told.customers)] * (len(settled) + 1)
    foot: tuple[Cell, ...] = (_("All"), *everybody, "")
    return Grid(columns, tuple(rows), source=source, foot=foot)


def _settled(listed: Listed, decision: str) -> int:
    found = listed.told.settled
    return sum(number for (one, _segment), number in found.items() if one == decision)


def _by_segment(listed: Listed, source: str) -> Grid:
    little = money(EDGES[LITTLE], listed.currency, 0)
    columns = (
        *(Column(_("Decision"), "left"), Column(_("Segment"), "left")),
        *(Column(_("With a choice")), Column(_("Worse by less than {low}").format(low=little))),
        *(Column(_("Share")), Column(_("No other option"))),
    )
    rows = []
    for name in listed.decisions:
        for segment in listed.told.segments:
            bands = listed.told.bands[name, segment]
            asked, few = int(bands.sum()), int(bands[: LITTLE + 1].sum())
            share = few / asked if asked else None
            rows.append(
                (
                    *(words.decision(listed, name), words.segment(listed, segment)),
                    *(values.count(asked), values.count(few), values.percent(share)),
                    values.count(listed.told.settled[name, segment]),
                )
            )
    return Grid(columns, tuple(rows), _("Who is nearly as good elsewhere, by segment"), source)
