"""Channels: how full they are, how their contacts develop, what they cost."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Block, Cell, Chart, Column, Grid, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import count, enumerate_words, percent
from channelopt.report.given import Record, grouped
from channelopt.report.sections.service import channel_table
from channelopt.report.shapes import Axis, Gauge, Gauges, OverTime, Series
from channelopt.report.speech import _, plural_of
from channelopt.report.views import way_title, ways

FULL = 0.9995
"""A channel is full where it is shown to use 100.0 % of its capacity."""
MOST_CHANNELS = 40
MOST_LINES = 8
"""Lines that can be told apart in one picture."""
MOST_PERIODS = 6
"""More periods than these do not fit across a page."""
STEADY = 0.005
"""A smaller change, relative to all first contacts, is not told."""
_OVERFULL = re.compile(r"capacity: (?P<channel>.+), (?P<period>[^,]+): (?P<used>\S+) is not <= \S+")


@dataclass(frozen=True)
class Load:
    """A channel's use of its capacity in one period.

    Attributes:
        channel: id.
        period: label.
        handled: contacts.
        capacity: as many as it can handle, > 0.
    """

    channel: str
    period: str
    handled: float
    capacity: float

    @property
    def used(self) -> float:
        """Share of the capacity."""
        return self.handled / self.capacity


def channels(evidence: Evidence) -> Section:
    """Return channels: use against capacity, contacts over time, cost."""
    plan = evidence.plan
    blocks: tuple[Block, ...] = (*_gauges(plan), *_over_time(plan), *channel_table(plan))
    return Section(_("Channels"), blocks)


def loads(plan: Plan) -> dict[str, list[Load]]:
    """Return the use of channels with a capacity, in every period in which they have one.

    Channels that are closed throughout are left out; the fullest come first.
    """
    found: dict[str, list[Load]] = {}
    for channel, records in grouped(plan, "channels", "channel").items():
        if not any(record["open"] or record["handled"] for record in records):
            continue
        limited = [record for record in records if as_number(record["capacity"] or 0.0) > 0]
        if limited:
            found[channel] = [_load(record) for record in limited]
    worst = {channel: max(load.used for load in found[channel]) for channel in found}
    return {channel: found[channel] for channel in sorted(found, key=lambda c: (-worst[c], c))}


def _load(record: Record) -> Load:
    amounts = as_number(record["handled"]), as_number(record["capacity"])
    return Load(str(record["channel"]), str(record["period"]), *amounts)


def _worst(uses: Sequence[Load]) -> Load:
    return max(uses, key=lambda load: load.used)


def today_overfull(plan: Plan) -> dict[str, dict[str, float]]:
    """Return what channels would handle today by period, where that is above their capacity.

    Only these are known: today's breaches of the rule of capacity name them.
    """
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for breach in plan.baseline.breaches if plan.baseline is not None else ():
        told = _OVERFULL.fullmatch(breach)
        if told is not None and told["channel"] in plan.names.channels:
            found[told["channel"]][told["period"]] = float(told["used"])
    return found


def _gauges(plan: Plan) -> tuple[Block, ...]:
    found = loads(plan)
    if not found:
        return ()
    shown = list(found)[:MOST_CHANNELS]
    title = _("Channel use against capacity, in the fullest period")
    if len(shown) < len(found):
        title = _("{title}: the {n} fullest of {all} channels").format(
            title=title, n=count(len(shown)), all=count(len(found))
        )
    worst = {channel: _worst(uses) for channel, uses in found.items()}
    chart = Chart(
        name="channel-use",
        title=title,
        insight=insight(plan, found),
        alt=_("Gauges, the fullest channel first: {channels}.").format(
            channels=enumerate_words(_used(plan, load) for load in worst.values())
        ),
        shape=Gauges(
            [_gauge(plan, worst[channel]) for channel in shown],
            Axis(_("Contacts handled, share of capacity"), "number"),
        ),
        source="channels.csv",
        table=_use_table(plan, found),
    )
    return (chart,)


def _gauge(plan: Plan, load: Load) -> Gauge:
    label = way_title(plan, load.channel)
    if len(plan.periods) > 1:
        label = _("{channel}, {period}").format(channel=label, period=load.period)
    today = today_overfull(plan).get(load.channel, {}).get(load.period)
    return Gauge(label, load.handled, load.capacity, today)


def _used(plan: Plan, load: Load) -> str:
    return _("{channel} ({share})").format(
        channel=way_title(plan, load.channel), share=percent(load.used)
    )


def insight(plan: Plan, found: Mapping[str, Sequence[Load]]) -> str:
    """Return which channels are full, when, and which is the next.

    Args:
        plan: whose.
        found: use by channel, the fullest first; not empty.
    """
    over = [channel for channel, uses in found.items() if _worst(uses).used > 2 - FULL]
    full = [channel for channel, uses in found.items() if _worst(uses).used >= FULL]
    rest = [_worst(uses) for channel, uses in found.items() if channel not in full]
    if over:
        text = plural_of(
            "This channel would have to handle more than it can: {channels}.",
            "These channels would have to handle more than they can: {channels}.",
            len(over),
        )
        return text.format(channels=enumerate_words(_used(plan, _worst(found[c])) for c in over))
    if not full:
        return _nothing_full(plan, rest[0])
    return _full(plan, {channel: found[channel] for channel in full}, rest)


def _nothing_full(plan: Plan, fullest: Load) -> str:
    text = _("No channel is full; the fullest is {channel} with {share} of {capacity} contacts.")
    if len(plan.periods) > 1:
        text = _(
            "No channel is ever full; the fullest is {channel} in {period} with {share} of "
            "{capacity} contacts."
        )
    return text.format(
        channel=way_title(plan, fullest.channel),
        period=fullest.period,
        share=percent(fullest.used),
        capacity=count(fullest.capacity),
    )


def _full(plan: Plan, full: Mapping[str, Sequence[Load]], rest: Sequence[Load]) -> str:
    if rest:
        text = plural_of(
            "{channels} is full; the next is {other} with {share} of its capacity.",
            "{channels} are full; the next is {other} with {share} of its capacity.",
            len(full),
        )
    else:
        text = plural_of(
            "{channels} is full; no other channel has a limit.",
            "{channels} are full; no other channel has a limit.",
            len(full),
        )
    return text.format(
        channels=enumerate_words(_full_when(plan, uses) for uses in full.values()),
        other=way_title(plan, rest[0].channel) if rest else "",
        share=percent(rest[0].used) if rest else "",
    )


def _full_when(plan: Plan, uses: Sequence[Load]) -> str:
    title, worst = way_title(plan, uses[0].channel), _worst(uses)
    periods = [load.period for load in uses if load.used >= FULL]
    if len(plan.periods) == 1:
        text = _("{channel} (all of {capacity} contacts)")
    elif len(periods) == len(plan.periods):
        text = _("{channel} (always)")
    else:
        text = _("{channel} (in {periods})")
    return text.format(
        channel=title, capacity=count(worst.capacity), periods=enumerate_words(periods)
    )


def _use_table(plan: Plan, found: Mapping[str, Sequence[Load]]) -> Grid:
    many, today = len(plan.periods) > 1, today_overfull(plan)
    across = plan.periods if 1 < len(plan.periods) <= MOST_PERIODS else ()
    columns = (
        Column(_("Channel"), "left"),
        *((Column(_("Fullest in"), "left"),) if many else ()),
        *(Column(title) for title in (_("Handled"), _("Capacity"), _("Used"))),
        *(Column(_("Used in {period}").format(period=period)) for period in across),
        *((Column(_("Today, where above capacity")),) if today else ()),
    )
    rows = []
    for channel, uses in found.items():
        worst, by_period = _worst(uses), {load.period: load.used for load in uses}
        now = today.get(channel, {})
        shares = [now[load.period] / load.capacity for load in uses if load.period in now]
        cells: tuple[Cell, ...] = (
            way_title(plan, channel),
            *((worst.period,) if many else ()),
            values.count(worst.handled),
            values.count(worst.capacity),
            values.percent(worst.used),
            *(values.percent(by_period.get(period)) for period in across),
            *((values.percent(max(shares, default=None)),) if today else ()),
        )
        rows.append(cells)
    return Grid(columns, tuple(rows), source="channels.csv")


def by_period(plan: Plan) -> dict[str, list[float]]:
    """Return first contacts of channels and bundles by period, from high to low touch."""
    place = {period: position for position, period in enumerate(plan.periods)}
    found = {way: [0.0] * len(place) for way in ways(plan)}
    for period, _segment, _interaction, way, first, *_rest in plan.table("allocation").rows:
        found[str(way)][place[str(period)]] += as_number(first)
    return {way: amounts for way, amounts in found.items() if any(amounts)}


def _over_time(plan: Plan) -> tuple[Block, ...]:
    found = by_period(plan)
    if len(plan.periods) < 2 or not found:
        return ()
    chart = Chart(
        name="contacts-over-time",
        title=_("First contacts by channel over time"),
        insight=changes(plan, found),
        alt=_("Lines over {first} to {last}: {channels}.").format(
            first=plan.periods[0],
            last=plan.periods[-1],
            channels=enumerate_words(_change(plan, way, found[way]) for way in _by_size(found)),
        ),
        shape=OverTime(plan.periods, _series(plan, found), Axis(_("First contacts"), "number")),
        source="allocation.csv",
        table=_contacts_table(plan, found),
    )
    return (chart,)


def _by_size(found: Mapping[str, Sequence[float]]) -> list[str]:
    return sorted(found, key=lambda way: -sum(found[way]))


def _series(plan: Plan, found: Mapping[str, Sequence[float]]) -> list[Series]:
    """Return a line for each channel; of many, the largest, and one for all others."""
    large = _by_size(found)
    if len(large) > MOST_LINES:
        large = large[: MOST_LINES - 1]
    lines = [Series(way_title(plan, way), found[way]) for way in found if way in large]
    others = [found[way] for way in found if way not in large]
    if others:
        name = _("{n} other channels").format(n=count(len(others)))
        lines.append(Series(name, [sum(parts) for parts in zip(*others, strict=True)], "muted"))
    return lines


def _change(plan: Plan, way: str, amounts: Sequence[float]) -> str:
    return _("{channel} (from {before} to {after})").format(
        channel=way_title(plan, way), before=count(amounts[0]), after=count(amounts[-1])
    )


def changes(plan: Plan, found: Mapping[str, Sequence[float]]) -> str:
    """Return which channels gain and lose most first contacts from the first period to the last."""
    whole = max(sum(parts) for parts in zip(*found.values(), strict=True))
    change = {way: amounts[-1] - amounts[0] for way, amounts in found.items()}
    most, least = max(change, key=lambda way: change[way]), min(change, key=lambda way: change[way])
    gains, loses = change[most] > STEADY * whole, change[least] < -STEADY * whole
    if gains and loses:
        text = _(
            "From {first} to {last} the largest gain of first contacts is that of {most}, the "
            "largest loss that of {least}."
        )
    elif gains:
        text = _(
            "From {first} to {last} the largest gain of first contacts is that of {most}; no "
            "channel loses many."
        )
    elif loses:
        text = _(
            "From {first} to {last} the largest loss of first contacts is that of {least}; no "
            "channel gains many."
        )
    else:
        text = _("From {first} to {last} the first contacts of every channel stay nearly the same.")
    return text.format(
        first=plan.periods[0],
        last=plan.periods[-1],
        most=_change(plan, most, found[most]),
        least=_change(plan, least, found[least]),
    )


def _contacts_table(plan: Plan, found: Mapping[str, Sequence[float]]) -> Grid:
    if len(plan.periods) > MOST_PERIODS:
        return _long_table(plan, found)
    columns = (
        Column(_("Channel"), "left"),
        *(Column(period) for period in plan.periods),
        Column(_("Total")),
    )
    rows = tuple(
        (way_title(plan, way), *_counts(amounts), values.count(sum(amounts)))
        for way, amounts in found.items()
    )
    sums = [sum(parts) for parts in zip(*found.values(), strict=True)]
    foot = (_("All"), *_counts(sums), values.count(sum(sums)))
    return Grid(columns, rows, source="allocation.csv", foot=foot)


def _counts(amounts: Sequence[float]) -> Iterator[Cell]:
    yield from (values.count(amount) for amount in amounts)


def _long_table(plan: Plan, found: Mapping[str, Sequence[float]]) -> Grid:
    columns = (
        Column(_("Channel"), "left"),
        Column(_("Period"), "left"),
        Column(_("First contacts")),
    )
    rows = tuple(
        (way_title(plan, way), period, values.count(amount))
        for way, amounts in found.items()
        for period, amount in zip(plan.periods, amounts, strict=True)
    )
    return Grid(columns, rows, source="allocation.csv")
