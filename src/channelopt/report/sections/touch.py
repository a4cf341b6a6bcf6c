"""Who gets a live person: touch by segment against profit per customer, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from channelopt.analysis.reasons.per_contact import TERMS
from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell as Raw
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Block, Cell, Chart, Column, Grid, Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import (
    ABSENT,
    cents,
    count,
    enumerate_words,
    headed,
)
from channelopt.report.shapes import Axis, Bars, Point, Points, Series, Tone
from channelopt.report.speech import _, later
from channelopt.report.views import SegmentView, segments, touch_of, way_title

MOST_SEGMENTS = 40
"""Segments of a chart."""
ALIKE = 0.005
"""Shares that are closer than this are told as one."""
NOTHING = 1e-9
"""Smaller shares are rounding."""
FEWEST_POINTS = 3
SOURCE = "segments.csv, allocation.csv"
LEVELS: Mapping[Tone, str] = {
    "high": later("High touch"),
    "medium": later("Medium touch"),
    "low": later("Low touch"),
    "none": later("Without a level"),
}

Record = Mapping[str, Raw]


def touch(evidence: Evidence) -> Section:
    """Return the segments by profit per customer: touch, satisfaction and why they are there."""
    plan = evidence.plan
    views = segments(plan)
    served = [view for view in views if view.first_contacts > 0]
    has_touch = any(sum(view.touch) for view in served)
    blocks: list[Block] = []
    if has_touch:
        blocks.append(_bars(plan, served))
        blocks += _points(plan, served)
    text = _(
        "What customers bring in by the margin that they keep and by their contacts, less the cost "
        "to serve them, is their profit."
    )
    blocks += [_table(plan, views, has_touch=has_touch), Paragraph(text), *_why(evidence, views)]
    title = _("Who gets a live person, and why") if has_touch else _("Segments")
    return Section(title, tuple(blocks))


def levels(view: SegmentView) -> tuple[float, float, float, float]:
    """Return the shares of high, medium, low and no touch; together they are 1."""
    return (*view.touch, max(0.0, 1.0 - sum(view.touch)))


def _drawn(views: Sequence[SegmentView]) -> list[SegmentView]:
    """Return the segments with most first contacts in the order that they have."""
    largest = sorted(range(len(views)), key=lambda k: (-views[k].first_contacts, k))
    return [views[k] for k in sorted(largest[:MOST_SEGMENTS])]


def _of_most(views: Sequence[SegmentView], title: str) -> str:
    if len(views) <= MOST_SEGMENTS:
        return title
    return _("{title}: the {n} segments with most first contacts").format(
        title=title, n=count(MOST_SEGMENTS)
    )


def _level(plan: Plan, tone: Tone) -> str:
    """Return what a touch level is called; what has none is often bundles alone."""
    channels_have = set(plan.names.channels) <= set(touch_of(plan))
    if tone == "none" and plan.names.bundles and channels_have:
        return _("Bundles")
    return _(LEVELS[tone])


def _bars(plan: Plan, views: Sequence[SegmentView]) -> Chart:
    drawn = _drawn(views)
    columns = zip(*(levels(view) for view in drawn), strict=True)
    series = [
        Series(_level(plan, tone), shares, tone)
        for tone, shares in zip(LEVELS, map(tuple, columns), strict=True)
        if tone in _tones(views)
    ]
    return Chart(
        name="touch-by-segment",
        title=_of_most(views, _("Touch by segment, the most profitable customers first")),
        insight=insight(views),
        alt=_("Stacked bars, one for each segment: high touch takes {shares}.").format(
            shares=enumerate_words(_share(view) for view in views)
        ),
        shape=Bars(
            categories=[view.title for view in drawn],
            series=series,
            axis=Axis(_("Share of the segment's first contacts"), "share"),
            stacked=True,
        ),
        source=SOURCE,
        table=_touch_table(plan, views),
    )


def _share(view: SegmentView) -> str:
    return _("{segment} ({share})").format(segment=view.title, share=_shown([view]))


def _shown(views: Sequence[SegmentView], level: int = 0) -> str:
    """Return the share of a touch level as the table has it, where all levels are 100 %."""
    return values.percents([_mean(views, position) for position in range(len(LEVELS))])[level].text


def _touch_table(plan: Plan, views: Sequence[SegmentView]) -> Grid:
    titles = [_level(plan, tone) for tone in _tones(views)]
    columns = (
        Column(_("Segment"), "left"),
        Column(_("First contacts")),
        *(Column(title) for title in titles),
    )
    rows = tuple(_touch_cells(view.title, [view], len(titles)) for view in views)
    foot = _touch_cells(_("All"), views, len(titles)) if len(views) > 1 else ()
    return Grid(columns, rows, source=SOURCE, foot=foot)


def _touch_cells(title: str, views: Sequence[SegmentView], many: int) -> tuple[Cell, ...]:
    whole = sum(view.first_contacts for view in views)
    parts = [_mean(views, level) for level in range(len(LEVELS))]
    return (title, values.count(whole), *values.percents(parts)[:many])


def _tones(views: Sequence[SegmentView]) -> list[Tone]:
    """Return the touch levels; the last, no level, only where some contacts have none."""
    has_none = any(levels(view)[-1] > NOTHING for view in views)
    return list(LEVELS) if has_none else list(LEVELS)[:-1]


def _mean(views: Sequence[SegmentView], level: int = 0) -> float:
    """Return the share of a touch level in all first contacts of some segments."""
    whole = sum(view.first_contacts for view in views)
    return sum(view.first_contacts * levels(view)[level] for view in views) / whole


def thirds(views: Sequence[SegmentView]) -> tuple[Sequence[SegmentView], Sequence[SegmentView]]:
    """Return the most and the least profitable third of the segments; one each of two."""
    size = max(len(views) // 3, 1)
    return views[:size], views[-size:]


def insight(views: Sequence[SegmentView]) -> str:
    """Return how much high touch the most and the least profitable customers meet."""
    shares = [view.touch[0] for view in views]
    top, bottom = thirds(views)
    if not any(shares):
        text = _("No first contact is in a high-touch channel; {low} are in low-touch ones.")
    elif len(views) == 1:
        text = _("{first} meets high touch in {top} of its first contacts.")
    elif max(shares) - min(shares) < ALIKE:
        text = _("Every segment meets high touch in about {all} of its first contacts.")
    elif len(top) == 1:
        text = _(
            "{first}, the segment with the highest profit per customer, meets high touch in {top} "
            "of its first contacts, {last}, that with the lowest, in {bottom}."
        )
    else:
        text = _(
            "The most profitable third of the segments meets high touch in {top} of its first "
            "contacts, the least profitable third in {bottom}."
        )
    return text.format(
        low=_shown(views, 2),
        all=_shown(views),
        first=views[0].title,
        last=views[-1].title,
        top=_shown(top),
        bottom=_shown(bottom),
    )


def _points(plan: Plan, views: Sequence[SegmentView]) -> tuple[Block, ...]:
    shares = [view.touch[0] for view in views]
    if len(views) < FEWEST_POINTS or max(shares) - min(shares) < ALIKE:
        return ()
    currency = plan.names.currency
    most, least = (pick(views, key=lambda view: view.touch[0]) for pick in (max, min))
    chart = Chart(
        name="touch-and-profit",
        title=_of_most(views, _("Profit per customer and high touch")),
        insight=exceptions(views),
        alt=_(
            "Points, one for each segment: profit per customer by share of high touch, from {least}"
            " to {most}; the size is the number of customers."
        ).format(least=_share(least), most=_share(most)),
        shape=Points(
            [
                Point(view.title, view.touch[0], view.profit_per_customer, view.customers)
                for view in _drawn(views)
            ],
            x=Axis(_("Share of first contacts with high touch"), "share"),
            y=Axis(headed(_("Profit per customer and period"), currency), "money"),
        ),
        source=SOURCE,
    )
    return (chart,)


def exceptions(views: Sequence[SegmentView]) -> str:
    """Return who meets more or less high touch than the profit per customer suggests."""
    top, bottom = thirds(views)
    mean = _mean(views)
    clear = [view for view in views if _shown([view]) != _shown(views)]
    few = [view for view in top if view.touch[0] < mean - ALIKE and view in clear]
    many = [view for view in bottom if view.touch[0] > mean + ALIKE and view in clear]
    if few and many:
        text = _(
            "Profit alone does not decide: {few} are among the most profitable third but meet high "
            "touch less often than the average of {mean}, {many} are among the least profitable "
            "third but meet it more often."
        )
    elif few:
        text = _(
            "Among the most profitable third, these meet high touch less often than the average of "
            "{mean}: {few}; in the least profitable third nobody meets it clearly more often."
        )
    elif many:
        text = _(
            "Among the least profitable third, these meet high touch more often than the average "
            "of {mean}: {many}; in the most profitable third nobody meets it clearly less often."
        )
    else:
        text = _(
            "High touch follows profit: in the most profitable third nobody meets it clearly less "
            "often than the average of {mean}, in the least profitable third nobody clearly more "
            "often."
        )
    return text.format(
        mean=_shown(views),
        few=enumerate_words(_share(view) for view in few),
        many=enumerate_words(_share(view) for view in many),
    )


def _table(plan: Plan, views: Sequence[SegmentView], *, has_touch: bool) -> Grid:
    titles = (_("Brought in"), _("Cost to serve"), _("Profit"), _("Satisfaction"))
    columns = (
        Column(_("Segment"), "left"),
        Column(_("Customers")),
        *(Column(title) for title in titles),
        *((Column(_("High touch")),) if has_touch else ()),
    )
    amounts = [_per_customer(view) for view in views]
    digits = cents(amount for row in amounts for amount in row)
    rows = tuple(
        (
            view.title,
            values.count(view.customers),
            *(values.money(amount, digits) for amount in row),
            values.ratio(view.satisfaction),
            *((_high(view),) if has_touch else ()),
        )
        for view, row in zip(views, amounts, strict=True)
    )
    title = _("Segments in the order of profit; amounts per customer and period")
    return Grid(columns, rows, headed(title, plan.names.currency), SOURCE)


def _per_customer(view: SegmentView) -> tuple[float, float, float]:
    return view.gained_per_customer, view.service_per_customer, view.profit_per_customer


def _high(view: SegmentView) -> Cell:
    return values.percents(levels(view))[0] if view.first_contacts else ABSENT


def _why(evidence: Evidence, views: Sequence[SegmentView]) -> tuple[Block, ...]:
    """Return what the second-best channel would cost, for the interaction where that is most."""
    plan, found = evidence.plan, reasons(evidence)
    if not found:
        return ()
    records = [(view.title, found[view.segment]) for view in views if view.segment in found]
    terms = {record["segment"]: _worst(evidence, record) for _title, record in records}
    columns = (
        *(Column(title, "left") for title in (_("Segment"), _("Interaction"), _("Mostly in"))),
        Column(_("Next best"), "left"),
        Column(headed(_("Would cost"), plan.names.currency)),
        Column(_("Known"), "left"),
        *((Column(_("Above all"), "left"),) if any(terms.values()) else ()),
    )
    digits = cents(as_number(record["regret"]) for _title, record in records)
    rows = tuple(
        (
            title,
            plan.names.interactions.get(str(record["interaction"]), str(record["interaction"])),
            way_title(plan, str(record["channel"])),
            way_title(plan, str(record["runner_up"])),
            values.money(as_number(record["regret"]), digits),
            _("exactly") if record["known"] == "re-solved" else _("at most"),
            *((terms[record["segment"]] or ABSENT,) if any(terms.values()) else ()),
        )
        for title, record in records
    )
    title = _("What the next best channel would cost, for the interaction where it is most")
    source = "sensitivity/why.csv, sensitivity/why_terms.csv"
    return (Grid(columns, rows, title, source),)


def reasons(evidence: Evidence) -> dict[str, Record]:
    """Return for each segment the row of why.csv with the largest regret.

    Returns:
        By segment; empty where the reasons of the plan were not analysed.
    """
    table = evidence.analysis("why")
    found: dict[str, Record] = {}
    for record in table.records() if table is not None else ():
        name, regret = str(record["segment"]), record["regret"]
        known = regret is not None and record["runner_up"]
        if known and (name not in found or as_number(found[name]["regret"]) < as_number(regret)):
            found[name] = record
    return found


def _worst(evidence: Evidence, record: Record) -> str:
    """Return the money term that loses most per contact; empty where none is known to lose."""
    table = evidence.analysis("why_terms")
    key = ("segment", "interaction", "period", "channel", "runner_up")
    terms = [
        (as_number(one["difference"]), str(one["term"]))
        for one in (table.records() if table is not None else ())
        if all(one[name] == record[name] for name in key) and one["difference"] is not None
    ]
    difference, name = min(terms, default=(0.0, ""))
    return _(TERMS[name]) if difference < 0 and name in TERMS and name != "rest" else ""
