"""How wrong an input may be before another plan is best, and before channels open or close."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import ABSENT, count
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.shapes import Axis, Bars, Series
from channelopt.report.speech import _, later, plural_of
from channelopt.report.stored import said

ENDS = ("low", "high")
CAUSES = {
    "another plan is better": later("another plan is better"),
    "no plan is left": later("no plan is left"),
    "no change as far as was looked": later("no change as far as was looked"),
}
"""Why a range ends."""
BREAKS = "the plan breaks "
TIMES = "times today"
"""Unit of inputs that stand for several numbers."""
EVENTS = {"opens": later("opens"), "is used": later("is used"), "closes": later("closes")}
NEEDED = "there is no plan without the channel"
NEAREST = {
    "opens": later("The nearest change: {channel} opens where '{input}' moves by {change}."),
    "is used": later("The nearest change: {channel} is used where '{input}' moves by {change}."),
    "closes": later("The nearest change: {channel} closes where '{input}' moves by {change}."),
}
"""What happens to channels where an input moves."""


@dataclass(frozen=True)
class Room:
    """The nearest proven change of an input: how far it is, relative to today's value."""

    title: str
    change: float
    record: cells.Record
    at: float
    today: float


def ranges(evidence: Evidence) -> Section | None:
    """Return how far each input may move before the plan changes."""
    found, events = (cells.records(evidence, name) for name in ("ranges", "openings"))
    if not found and not events:
        return None
    plan = evidence.plan
    open_, total = cells.count_open(found, "low_known", "high_known")
    more, further = cells.count_open(events, "known")
    blocks: list[Block] = [
        *(_chart(plan, found) if found else ()),
        *cells.unproven(open_ + more, total + further, marked=False),
        *_grid(plan, found),
        *_openings(plan, events),
    ]
    return Section(_("How wrong inputs may be before the plan changes"), tuple(blocks))


def rooms(found: list[cells.Record]) -> list[Room]:
    """Return the nearest proven change of each input, the nearest of all first."""
    result = []
    for record in found:
        today = cells.number(record, "value")
        beyond = [cells.number(record, f"{end}_beyond") for end in ENDS]
        ends = [(at / today - 1.0, at) for at in beyond if at is not None and today]
        if today and ends:
            change, at = min(ends, key=lambda one: abs(one[0]))
            result.append(Room(said(cells.text(record, "title")), change, record, at, today))
    return sorted(result, key=lambda room: (abs(room.change), room.title))


# ---- chart


def _chart(plan: Plan, found: list[cells.Record]) -> Iterator[Block]:
    near = rooms(found)
    if not near:
        yield Paragraph(_nothing(found))
        return
    shown = near[: cells.MOST]
    axis = Axis(_("Change of the input until another plan is best, in %"))
    changes = [100.0 * abs(room.change) for room in shown]
    series = [Series(_("Change until another plan is best"), changes)]
    chart = Chart(
        name="room-of-inputs",
        title=_("How far each input is from its nearest proven break-even point"),
        insight=_insight(plan, near, len(found)),
        alt=_alt(near),
        shape=Bars([room.title for room in shown], series, axis),
        source=cells.source("ranges"),
    )
    yield cells.drawn(chart, len(shown))
    yield Paragraph(
        _(
            "A narrow range is no mistake: where staff are whole, a good plan fills them exactly, "
            "and slightly other shares are best with a little more or less work. The tornado says "
            "how much money is at stake."
        )
    )


def _nothing(found: list[cells.Record]) -> str:
    known = {cells.text(one, f"{end}_known") for one in found for end in ENDS}
    if known <= {"re-solved"}:
        return plural_of(
            "The only input that was looked at does not change the plan, as far as was looked.",
            "None of the {n} inputs that were looked at changes the plan, as far as was looked.",
            len(found),
        ).format(n=count(len(found)))
    return _("No input is known to change the plan.")


def _insight(plan: Plan, near: list[Room], total: int) -> str:
    first = near[0]
    unit = cells.text(first.record, "unit")
    today, at = cells.levels([first.today, first.at], unit)
    tenth = sum(abs(room.change) <= 0.1 for room in near)
    if unit == TIMES:
        text = plural_of(
            "The plan hangs most on '{input}': another plan is best already when it moves by "
            "{change}; {near} of {n} input is known to change the plan within 10 %.",
            "The plan hangs most on '{input}': another plan is best already when it moves by "
            "{change}; {near} of {n} inputs are known to change the plan within 10 %.",
            total,
        )
    else:
        text = plural_of(
            "The plan hangs most on '{input}': another plan is best at {at} already instead of "
            "{today} ({change}); {near} of {n} input is known to change the plan within 10 %.",
            "The plan hangs most on '{input}': another plan is best at {at} already instead of "
            "{today} ({change}); {near} of {n} inputs are known to change the plan within 10 %.",
            total,
        )
    return text.format(
        input=first.title,
        at=cells.with_unit(plan, at, unit),
        today=cells.with_unit(plan, today, unit),
        change=cells.relative(first.change),
        near=count(tenth),
        n=count(total),
    )


def _alt(near: list[Room]) -> str:
    text = plural_of(
        "A bar for {n} input: {first} with {least}.",
        "Bars for {n} inputs, from {first} with {least} to {last} with {most}.",
        len(near),
    )
    return text.format(
        n=count(len(near)),
        first=near[0].title,
        least=cells.relative(near[0].change),
        last=near[-1].title,
        most=cells.relative(near[-1].change),
    )


# ---- tables


def _grid(plan: Plan, found: list[cells.Record]) -> Iterator[Block]:
    if not found:
        return
    columns = (
        Column(_("Input"), "left"),
        Column(_("Today")),
        *(Column(title) for title in (_("Best from"), _("Best to"))),
        *(Column(title, "left") for title in (_("Below"), _("Above"))),
    )
    rows = tuple(_row(plan, one) for one in cells.known_first(found, "low_known", "high_known"))
    title = _("Values of each input for which the plan stays the best")
    yield Grid(columns, rows, title, cells.source("ranges"))


def _row(plan: Plan, record: cells.Record) -> cells.Row:
    unit = cells.text(record, "unit")
    known = [cells.text(record, f"{end}_known") for end in ENDS]
    numbers = [cells.number(record, name) for name in ("value", *ENDS)]
    today, *ends = cells.levels(numbers, unit)
    shown = [
        Value(ABSENT, None) if how == "not solved" else end
        for how, end in zip(known, ends, strict=True)
    ]
    causes = [_cause(record, end) for end in ENDS]
    title = said(cells.text(record, "title"))
    return (title, cells.counted(plan, today, unit), *shown, *causes)


def _cause(record: cells.Record, end: str) -> str:
    """Return why a range ends, and how sure that is."""
    known, cause = cells.text(record, f"{end}_known"), cells.text(record, f"{end}_ends")
    if known == "not solved" or not cause:
        return _("not computed") if known == "not solved" else _("not known")
    words = _(CAUSES.get(cause, cause))
    if cause.startswith(BREAKS):
        words = _("the plan breaks {rules}").format(rules=cells.rules(cause.removeprefix(BREAKS)))
    if known != "at least":
        return words
    beyond = cells.number(record, f"{end}_beyond")
    at = cells.levels([cells.number(record, end), beyond], cells.text(record, "unit"))[1]
    return _("{cause}, from {at} on at the latest").format(cause=words, at=at)


def _openings(plan: Plan, events: list[cells.Record]) -> Iterator[Block]:
    if not events:
        return
    dated = [(cells.number(one, "change"), one) for one in events]
    near = min(
        ((abs(change), one) for change, one in dated if change is not None),
        key=lambda pair: pair[0],
        default=None,
    )
    if near is not None:
        yield Paragraph(_nearest(plan, near[1]))
    columns = (
        *(Column(title, "left") for title in (_("Channel"), _("Input"))),
        Column(_("Today")),
        Column(_("Changes at")),
        Column(_("Change")),
        Column(_("What happens"), "left"),
    )
    rows = tuple(_event(plan, one) for one in cells.known_first(events, "known"))
    title = _("Where channels would open or close")
    yield Grid(columns, rows, title, cells.source("openings"))


def _nearest(plan: Plan, record: cells.Record) -> str:
    return _(NEAREST.get(cells.text(record, "event"), NEAREST["is used"])).format(
        channel=cells.channel(plan, cells.text(record, "channel")),
        input=said(cells.text(record, "title")),
        change=cells.relative(cells.number(record, "change") or 0.0),
    )


def _event(plan: Plan, record: cells.Record) -> cells.Row:
    unit, change = cells.text(record, "unit"), cells.number(record, "change")
    today, at = cells.levels([cells.number(record, n) for n in ("value", "at")], unit)
    return (
        cells.channel(plan, cells.text(record, "channel")),
        said(cells.text(record, "title")),
        cells.counted(plan, today, unit),
        at,
        Value(ABSENT if change is None else cells.relative(change), change),
        _happens(record),
    )


def _happens(record: cells.Record) -> str:
    """Return what happens to the channel, or why nothing does."""
    event, note = cells.text(record, "event"), cells.text(record, "note")
    known = cells.text(record, "known")
    if cells.number(record, "at") is not None:
        words = _(EVENTS.get(event, event))
        return (
            _("{event} there at the latest").format(event=words) if known != "re-solved" else words
        )
    if note == NEEDED:
        return _("there is no plan without the channel")
    if known != "re-solved":
        return _("not computed") if known == "not solved" else _("not known")
    far = note.rpartition(" ")[2]
    try:
        shown = cells.levels([float(far)], cells.text(record, "unit"))[0]
    except ValueError:
        return said(note)
    if event == "closes":
        return _("stays open as far as {at}").format(at=shown)
    return _("stays unused as far as {at}").format(at=shown)
