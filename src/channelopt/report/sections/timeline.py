"""Channels opened, closed and upgraded, on a timeline, with what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import cents, count, enumerate_words, headed, worth
from channelopt.report.given import Record, grouped
from channelopt.report.shapes import Lane, Span, Timeline, Tone
from channelopt.report.speech import _, later, plural_of

MOST = 40
"""Lanes of one picture."""
ONCE = ("opening_cost", "closing_cost", "investment_cost")
"""Columns of costs that are paid once."""
OPENS, CLOSES, BOUGHT = later("opens"), later("closes"), later("is bought")
IN_PERIOD = {
    OPENS: later("{what} opens in {period}"),
    CLOSES: later("{what} closes in {period}"),
    BOUGHT: later("{what} is bought in {period}"),
}
AT_ONCE = {
    OPENS: later("{what} opens"),
    CLOSES: later("{what} closes"),
    BOUGHT: later("{what} is bought"),
}


@dataclass(frozen=True)
class Event:
    """Something that changes in a period.

    Attributes:
        at: position of the period.
        channel: id.
        what: what changes, in words.
        short: the same where its channel goes without saying.
        verb: one of OPENS, CLOSES and BOUGHT.
        cost: paid once for it, undiscounted.
    """

    at: int
    channel: str
    what: str
    short: str
    verb: str
    cost: float


def timeline(evidence: Evidence) -> Section | None:
    """Return when channels open and close and upgrades are bought; in words if nothing does."""
    plan = evidence.plan
    channels = grouped(plan, "channels", "channel")
    if not channels:
        return None
    title = _("Channels over time")
    events = _events(plan, channels)
    if not events:
        return Section(title, (Paragraph(_nothing(channels)),))
    blocks: tuple[Block, ...] = (
        _chart(plan, channels, events),
        _grid(plan, events),
        Paragraph(_note(channels)),
    )
    return Section(title, blocks)


def _events(plan: Plan, channels: dict[str, list[Record]]) -> list[Event]:
    """Return every change, by period, channels before upgrades."""
    found = []
    for change in plan.changes:
        at = plan.periods.index(change.period)
        record = channels[change.channel][at]
        cost = as_number(record["opening_cost" if change.opens else "closing_cost"])
        title = plan.names.channels.get(change.channel, change.channel)
        verb = OPENS if change.opens else CLOSES
        found.append(Event(at, change.channel, title, title, verb, cost))
    for record in plan.table("upgrades").records():
        if record["bought"]:
            upgrade, channel = str(record["upgrade"]), str(record["channel"])
            short = plan.names.upgrades.get(upgrade, upgrade)
            what = _("{channel}: {upgrade}").format(
                channel=plan.names.channels.get(channel, channel), upgrade=short
            )
            at = plan.periods.index(str(record["period"]))
            cost = as_number(record["investment_cost"])
            found.append(Event(at, channel, what, short, BOUGHT, cost))
    return sorted(found, key=lambda event: event.at)


def _nothing(channels: dict[str, list[Record]]) -> str:
    opened = sum(bool(records[0]["open"]) for records in channels.values())
    text = plural_of(
        "Nothing opens, closes or is upgraded: {n} of {all} channels is open, as today.",
        "Nothing opens, closes or is upgraded: {n} of {all} channels are open, as today.",
        opened,
    )
    return text.format(n=count(opened), all=count(len(channels)))


def _chart(plan: Plan, channels: dict[str, list[Record]], events: Sequence[Event]) -> Chart:
    lanes = _lanes(plan, channels, events)
    title = _("What is open and owned when")
    if len(lanes) > MOST:
        title = _("What is open and owned when: the first {n} lines").format(n=count(MOST))
    alt = plural_of(
        "A line for each channel and upgrade from today on; {n} change.",
        "A line for each channel and upgrade from today on; {n} changes.",
        len(events),
    )
    return Chart(
        name="timeline",
        title=title,
        insight=_insight(plan, events),
        alt=alt.format(n=count(len(events))),
        shape=Timeline((_("Today"), *plan.periods), lanes[:MOST]),
        source="channels.csv, upgrades.csv" if "upgrades" in plan.tables else "channels.csv",
    )


def _lanes(plan: Plan, channels: dict[str, list[Record]], events: Sequence[Event]) -> list[Lane]:
    """Return what changes first, then the channels that stay as they are."""
    moving = list(dict.fromkeys(event.channel for event in events if event.verb != BOUGHT))
    upgrades = [event for event in events if event.verb == BOUGHT]
    rest = [channel for channel in channels if channel not in moving]
    return [
        *(_channel_lane(plan, one, channels[one], events) for one in moving),
        *(_upgrade_lane(plan, event) for event in upgrades),
        *(_channel_lane(plan, one, channels[one], ()) for one in rest),
    ]


def _channel_lane(
    plan: Plan, channel: str, records: Sequence[Record], events: Sequence[Event]
) -> Lane:
    own = [event for event in events if event.channel == channel and event.verb != BOUGHT]
    first = bool(records[0]["open"])
    at_start = any(event.at == 0 for event in own)
    states = [first != at_start, *(bool(record["open"]) for record in records)]
    spans: list[Span] = []
    for at, is_open in enumerate(states):
        if at and states[at - 1] == is_open:
            spans[-1] = Span(spans[-1].first, at, spans[-1].state, spans[-1].tone)
        else:
            spans.append(Span(at, at, *_state(is_open)))
    return Lane(
        plan.names.channels.get(channel, channel),
        spans,
        [(event.at + 1, _event_text(plan, event)) for event in own],
    )


def _state(is_open: bool) -> tuple[str, Tone]:
    return (_("open"), "plan") if is_open else (_("closed"), "muted")


def _upgrade_lane(plan: Plan, event: Event) -> Lane:
    span = Span(event.at + 1, len(plan.periods), _("owned"), "gain")
    return Lane(event.short, (span,), ((event.at + 1, _event_text(plan, event)),))


def _event_text(plan: Plan, event: Event) -> str:
    """Return what happens, with its cost where there is one."""
    if not event.cost:
        return _(event.verb)
    return _("{event}, {cost}").format(event=_(event.verb), cost=_money(plan, event.cost))


def _money(plan: Plan, amount: float) -> str:
    return worth(amount, plan.names.currency)


def _insight(plan: Plan, events: Sequence[Event]) -> str:
    """Say what opens, closes and is bought, and what it costs together."""
    many = len(plan.periods) > 1
    texts = IN_PERIOD if many else AT_ONCE
    named = [_(texts[e.verb]).format(what=e.what, period=plan.periods[e.at]) for e in events]
    total = sum(event.cost for event in events)
    text = _("{changes}, for {cost} once.") if total else _("{changes}, at no cost.")
    return text.format(changes=enumerate_words(named), cost=_money(plan, total))


def _grid(plan: Plan, events: Sequence[Event]) -> Grid:
    columns = (
        Column(_("Period"), "left"),
        Column(_("What"), "left"),
        Column(_("Change"), "left"),
        Column(headed(_("Cost once"), plan.names.currency)),
    )
    total = sum(event.cost for event in events)
    digits = cents([total, *(event.cost for event in events)])
    rows = tuple(
        (
            plan.periods[event.at],
            event.what,
            _(event.verb),
            values.money(event.cost, digits),
        )
        for event in events
    )
    foot = (_("Total"), "", "", values.money(total, digits))
    return Grid(columns, rows, source="channels.csv, upgrades.csv, plan.json", foot=foot)


def _note(channels: dict[str, list[Record]]) -> str:
    text = _("Costs are paid once, in the period in which it happens, and are not discounted.")
    lost = sum(as_number(r["closure_loss"]) for records in channels.values() for r in records)
    if not lost:
        return text
    more = _("What customers take with them when a channel closes is told among the money terms.")
    return f"{text} {more}"
