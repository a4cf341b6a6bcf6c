"""The last slide: how sure the plan is, what may go wrong, what is to be decided."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pptx.enum.text import MSO_ANCHOR

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report.document import Chart, Document
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, percent
from channelopt.report.slides import look
from channelopt.report.slides.deck import GAP, Deck, Line, shortened
from channelopt.report.slides.look import Box
from channelopt.report.speech import _, plural_of
from channelopt.report.stored import said
from channelopt.report.summary import summary

MOST = 6
"""Risks, and decisions, that a slide has room for."""
SIZES = (14, 13, 12, 11, 10)
"""Of letters, the best first."""
LETTERS = 640
"""Letters in a line of the table, times their size in points."""
LONGEST = 260
"""Letters of a risk; more are in the notes."""
SURE = 0.95
"""A rule that holds in a smaller share of the futures is a risk."""


@dataclass(frozen=True)
class Risk:
    """What may go wrong: its topic, a sentence with numbers, and the file they come from."""

    topic: str
    text: str
    source: str


def risks(deck: Deck, evidence: Evidence, document: Document) -> None:
    """Add risks and next steps to a deck."""
    found = list(_risks(evidence, document))
    steps = list(_steps(evidence))
    deck.open(_("Risks and next steps"), found[0].text)
    body = look.BODY
    shown, rest = found[:MOST], found[MOST:]
    size = next((size for size in SIZES if _height(shown, size) <= body.height - 0.5), SIZES[-1])
    head = [_head(_("Risk")), _head(_("What the numbers say")), _head(_("Source"))]
    rows = [head]
    for risk in shown:
        text = Line(shortened(risk.text, LONGEST), size)
        source = Line(shortened(risk.source, 60), 9, look.MUTED)
        rows.append([Line(risk.topic, size, is_bold=True), text, source])
    width = 8.2
    deck.table(
        Box(body.left, body.top, width, (0.62 if len(rows) < 7 else 0.5) * len(rows)),
        rows,
        (0.2, 0.6, 0.2),
    )
    left = body.left + width + 0.35
    place = Box(left, body.top, body.left + body.width - left, body.height - 0.1)
    deck.tile(place, _decisions(steps, place), MSO_ANCHOR.TOP)
    for risk in (*shown, *rest):
        deck.note(
            _("{topic}: {text} Source: {source}").format(
                topic=risk.topic, text=risk.text, source=risk.source
            )
        )
    for step in steps:
        deck.note(step)


def _decisions(steps: Sequence[str], place: Box) -> list[Line]:
    """Return what is to be decided, in letters so large that all of it stands in its place."""
    texts = [shortened(step, 170) for step in steps[:MOST]]
    sizes = (size for size in (16, *SIZES) if _tall(texts, place.width, size) <= place.height)
    size = next(sizes, SIZES[-1])
    head = Line(_("To decide"), size, look.ACCENT, is_bold=True, is_head=True)
    return [head, *(Line(text, size, is_item=True) for text in texts)]


def _tall(texts: Sequence[str], width: float, size: float) -> float:
    """Return how many inches a head and items need in a tile so wide, at a size of letters."""
    letters = max(1, int((width - 0.5) * 72 / (size * 0.55)))
    lines = 1 + sum(len(textwrap.wrap(text, letters)) for text in texts)
    return (lines * 1.2 + (len(texts) + 1) * GAP) * size / 72 + 0.2


def _height(shown: Sequence[Risk], size: float) -> float:
    """Return how many inches the rows of risks need at a size of letters, in points."""
    letters = LETTERS / size
    lines = sum(math.ceil(min(len(risk.text), LONGEST) / letters) for risk in shown)
    return lines * size / 60 + 0.1 * len(shown)


def _head(text: str) -> Line:
    return Line(text, 12, look.ACCENT, is_bold=True)


def _risks(evidence: Evidence, document: Document) -> Iterator[Risk]:
    plan = evidence.plan
    charts = {chart.name: chart for chart in document.charts()}
    yield from _told(charts, "profit-in-futures", _("Uncertainty"))
    yield from _rules(evidence)
    yield from _told(charts, "tornado-carried-on", _("Inputs"))
    yield from _told(charts, "outages", _("Outages")) if "outages" in charts else _outage(plan)
    yield from _told(charts, "closest-choices", _("Closest call"))
    yield Risk(_("Proof"), _certainty(plan), "plan.json")
    yield from _unproven(evidence)
    if plan.warnings:
        n = len(plan.warnings)
        text = plural_of(
            "{n} warning about the scenario is in the report.",
            "{n} warnings about the scenario are in the report.",
            n,
        ).format(n=count(n))
        yield Risk(_("Warnings"), text, "plan.json")


def _told(charts: Mapping[str, Chart], name: str, topic: str) -> Iterator[Risk]:
    """Yield what a chart of the report tells, if there is one of that name."""
    if name in charts:
        yield Risk(topic, charts[name].insight, charts[name].source)


def _rules(evidence: Evidence) -> Iterator[Risk]:
    """Yield the rule that the plan, carried on, keeps in the fewest futures."""
    odds = evidence.analysis("rule_odds")
    rows = [one for one in odds.records() if one["probability"] is not None] if odds else []
    if not rows:
        return
    least = min(rows, key=lambda one: as_number(one["probability"]))
    share = as_number(least["probability"])
    if share < SURE:
        text = _(
            "If the plan is carried on, '{rule}' holds in only {share} of {n} futures."
        ).format(
            rule=said(str(least["title"])),
            share=percent(share, 0),
            n=count(as_number(least["samples"])),
        )
        yield Risk(_("Rules"), text, "sensitivity/rule_odds.csv")


def _outage(plan: Plan) -> Iterator[Risk]:
    """Yield the channel whose failure leaves most customers without another one."""
    rows = [
        record
        for record in plan.table("outages").records()
        if record["share"] is not None and as_number(record["first_contacts"]) > 0
    ]
    lost = [(as_number(one["first_contacts"]) - as_number(one["placeable"]), one) for one in rows]
    if not lost:
        return
    worst, record = max(lost, key=lambda pair: pair[0])
    if worst < 0.5:
        text = _("Whichever channel fails, the others can take all its first contacts.")
        yield Risk(_("Outages"), text, "outages.csv")
        return
    channel = plan.names.channels.get(str(record["channel"]), str(record["channel"]))
    text = _(
        "If the channel {channel} fails, {share} of its {contacts} first contacts can enter "
        "elsewhere; {lost} cannot."
    )
    if len(plan.periods) > 1:
        text = _(
            "If the channel {channel} fails in {period}, {share} of its {contacts} first contacts "
            "can enter elsewhere; {lost} cannot."
        )
    words = text.format(
        channel=channel,
        period=record["period"],
        share=percent(as_number(record["share"]), 0),
        contacts=count(as_number(record["first_contacts"])),
        lost=count(worst),
    )
    yield Risk(_("Outages"), words, "outages.csv")


def _unproven(evidence: Evidence) -> Iterator[Risk]:
    number = evidence.asked.get("unproven")
    if isinstance(number, int) and number > 0:
        text = plural_of(
            "{n} figure of the sensitivity analysis is not proven: time ended before.",
            "{n} figures of the sensitivity analysis are not proven: time ended before.",
            number,
        ).format(n=count(number))
        yield Risk(_("Not proven"), text, "sensitivity/manifest.json")
    if not evidence.analyses:
        text = _("What happens if inputs are wrong was not analysed: channelopt sensitivity.")
        yield Risk(_("Not analysed"), text, "plan.json")


def _certainty(plan: Plan) -> str:
    """Return how sure it is that no plan is better, and what was checked: the last sentences."""
    sentences = summary(plan)
    return " ".join(sentences[-2:])


def _steps(evidence: Evidence) -> Iterator[str]:
    """Yield what a steering meeting has to decide."""
    plan = evidence.plan
    if not plan.has_answer:
        yield _("Change the rules that contradict each other, and solve again.")
        return
    many = len(plan.periods) > 1
    for change in plan.changes:
        channel = plan.names.channels.get(change.channel, change.channel)
        yield _change(opens=change.opens, many=many).format(channel=channel, period=change.period)
    for record in plan.table("upgrades").records():
        if record["bought"]:
            upgrade = plan.names.upgrades.get(str(record["upgrade"]), str(record["upgrade"]))
            text = _("Buy {upgrade} in {period}?") if many else _("Buy {upgrade}?")
            yield text.format(upgrade=upgrade, period=record["period"])
    yield from _staff(plan)
    if not plan.changes and plan.baseline is not None:
        yield _("Keep the channels that are open today?")
    yield _("Serve the segments as the plan says, from which date?")


def _change(*, opens: bool, many: bool) -> str:
    if many:
        return _("Open {channel} in {period}?") if opens else _("Close {channel} in {period}?")
    return _("Open {channel}?") if opens else _("Close {channel}?")


def _staff(plan: Plan) -> Iterator[str]:
    """Yield how many FTE the plan has instead of today's."""
    now = plan.baseline.kpis.get("fte") if plan.baseline is not None else None
    planned = plan.kpis.get("fte")
    if now is not None and planned is not None and count(now) != count(planned):
        yield _("Staff of {n} FTE on average, {today} today?").format(
            n=count(planned), today=count(now)
        )
