"""Waiting times of staff groups with a service level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import (
    Block,
    Cell,
    Chart,
    Column,
    Grid,
    Paragraph,
    Section,
    Value,
)
from channelopt.report.figures import count, percent, seconds
from channelopt.report.given import Record, entries, number
from channelopt.report.shapes import Axis, Bars, Series, Tone
from channelopt.report.speech import _, later, plural_of

MOST = 10
"""Groups and periods in one picture; each has several bars."""
SOURCE = "service_levels.csv"

LEVELS: tuple[tuple[str, str, Tone], ...] = (
    ("one_less", later("One agent less"), "muted"),
    ("service_level", later("As planned"), "plan"),
    ("one_more", later("One agent more"), "muted"),
    ("target", later("Target"), "limit"),
)
"""Columns of a group's share in time, what they are called and how they are drawn."""


def waiting(plan: Plan) -> Section | None:
    """Return load, agents and waiting times, and what one agent less or more does."""
    records = list(plan.table("service_levels").records())
    if not records:
        return None
    records.sort(key=lambda r: (str(r["group"]), plan.periods.index(str(r["period"]))))
    rated = [record for record in records if record["service_level"] is not None]
    targets = _targets(plan, records)
    blocks: tuple[Block, ...] = (
        *((_chart(plan, rated),) if rated else ()),
        *((Paragraph(targets),) if targets else ()),
        _grid(plan, records),
        Paragraph(_note()),
    )
    return Section(_("Waiting times"), blocks)


def _title(plan: Plan, record: Record) -> str:
    group = str(record["group"])
    return plan.names.groups.get(group, group)


def _room(record: Record) -> float:
    """Return how far a group is above its target."""
    return as_number(record["service_level"]) - as_number(record["target"])


def _chart(plan: Plan, records: Sequence[Record]) -> Chart:
    tightest = sorted(records, key=_room)[:MOST]
    shown = [record for record in records if record in tightest]
    many = len(plan.periods) > 1
    label = "{group}, {period}" if many else "{group}"
    series = [
        Series(_(title), [as_number(record[name]) for record in shown], tone)
        for name, title, tone in LEVELS
    ]
    title = _("Contacts answered in time, against the target")
    if len(shown) < len(records):
        text = _("Contacts answered in time: the {n} cases closest to their target")
        title = text.format(n=count(len(shown)))
    reached = [as_number(record["service_level"]) for record in shown]
    alt = _("Shares of contacts answered in time, {low} to {high}, with one agent less and more.")
    return Chart(
        name="service-levels",
        title=title,
        insight=_insight(plan, records),
        alt=alt.format(low=percent(min(reached)), high=percent(max(reached))),
        shape=Bars(
            [label.format(group=_title(plan, r), period=r["period"]) for r in shown],
            series,
            Axis(_("Share of contacts answered in time"), "share"),
        ),
        source=SOURCE,
    )


def _insight(plan: Plan, records: Sequence[Record]) -> str:
    """Say where the target is just met, and what one agent less would do there."""
    tightest = min(records, key=_room)
    text = _tightest(tightest) if len(plan.periods) > 1 else _tightest_of_one(tightest)
    return text.format(
        group=_title(plan, tightest),
        period=str(tightest["period"]),
        level=percent(as_number(tightest["service_level"])),
        target=percent(as_number(tightest["target"])),
        less=percent(_number(tightest, "one_less")),
    )


def _needs_all(record: Record) -> bool:
    """Whether one agent less would miss the target."""
    less = _number(record, "one_less")
    return less is not None and less < as_number(record["target"]) - 1e-9


def _tightest(record: Record) -> str:
    if _room(record) < -1e-6:
        return _("{group} misses its target in {period}: {level} are in time, not {target}.")
    if _needs_all(record):
        return _(
            "{group} just meets its target in {period}: {level} are in time, {target} are asked "
            "for, and one agent less would give {less}."
        )
    return _(
        "{group} is closest to its target in {period}: {level} are in time, {target} are asked "
        "for, and one agent less would give {less}."
    )


def _tightest_of_one(record: Record) -> str:
    if _room(record) < -1e-6:
        return _("{group} misses its target: {level} are in time, not {target}.")
    if _needs_all(record):
        return _(
            "{group} just meets its target: {level} are in time, {target} are asked for, and one "
            "agent less would give {less}."
        )
    return _(
        "{group} is closest to its target: {level} are in time, {target} are asked for, and one "
        "agent less would give {less}."
    )


def _targets(plan: Plan, records: Sequence[Record]) -> str:
    """Say what the targets are, and in how many cases every agent is needed."""
    groups = dict.fromkeys(str(record["group"]) for record in records)
    sentences = [text for group in groups if (text := _target(plan, group))]
    needed = sum(map(_needs_all, records))
    if len(records) > 1:
        text = plural_of(
            "In {n} of {all} groups and periods every agent is needed to reach the target.",
            "In {n} of {all} groups and periods every agent is needed to reach the target.",
            needed,
        )
        sentences.append(text.format(n=count(needed), all=count(len(records))))
    return " ".join(sentences)


def _target(plan: Plan, group: str) -> str:
    asked = entries(plan, "staff").get(group, {}).get("service_level")
    if not isinstance(asked, Mapping):
        return ""
    return _("{group} is to answer {share} of its contacts within {time}.").format(
        group=plan.names.groups.get(group, group),
        share=percent(number(asked.get("share"))),
        time=seconds(number(asked.get("within_seconds")) or 0.0),
    )


def _grid(plan: Plan, records: Sequence[Record]) -> Grid:
    many = len(plan.periods) > 1
    hangs_up = any(record["abandonment"] for record in records)
    titles = (
        *(_("Load"), _("Agents"), _("Needed"), _("In time"), _("Target")),
        *(_("One less"), _("One more"), _("Mean wait"), _("Busy")),
        *((_("Hang up"),) if hangs_up else ()),
    )
    columns = (
        Column(_("Group"), "left"),
        *((Column(_("Period"), "left"),) if many else ()),
        *(Column(title) for title in titles),
    )
    rows = tuple(
        (
            _title(plan, record),
            *((str(record["period"]),) if many else ()),
            *_row(record),
            *((values.percent(_number(record, "abandonment")),) if hangs_up else ()),
        )
        for record in records
    )
    return Grid(columns, rows, source=SOURCE)


def _row(record: Record) -> tuple[Cell, ...]:
    names = ("service_level", "target", "one_less", "one_more")
    return (
        *(values.count(_number(record, name)) for name in ("load", "agents", "agents_needed")),
        *(values.percent(_number(record, name)) for name in names),
        _wait(record),
        values.percent(_number(record, "occupancy")),
    )


def _number(record: Record, name: str) -> float | None:
    return None if record[name] is None else as_number(record[name])


def _wait(record: Record) -> Cell:
    """Return the mean wait; the queue of too few agents only grows."""
    wait = _number(record, "mean_wait_seconds")
    return _("grows") if wait is None else Value(seconds(wait), wait)


def _note() -> str:
    return _(
        "Load is that of the busy hour in erlangs, agents are those that the paid hours put in "
        "that hour. In time is the share of contacts answered within the target's time, one less "
        "and one more what it is with one agent less and more."
    )
