"""Staff over time: FTE by group, hired and released, hours needed against hours paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Block, Cell, Chart, Column, Grid, Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import cents, count, headed, percent
from channelopt.report.given import Record, grouped
from channelopt.report.shapes import Axis, Bars, Gauge, Gauges, Heatmap, OverTime, Series, Shape
from channelopt.report.speech import _, plural_of

MOST_LINES = 8
"""Lines that can be told apart in one picture."""
MOST_BARS = 40
ALIKE = 0.0005
"""Shares that differ by less are shown alike."""
SOURCE = "staff.csv"

Records = Mapping[str, Sequence[Record]]


@dataclass(frozen=True)
class Group:
    """A staff group over the horizon.

    Attributes:
        name: id.
        title: for reports.
        before: FTE before the first period: what is there without hiring and releasing.
        fte: one for each period.
        busy: hours needed over hours paid by period, None where none are paid.
    """

    name: str
    title: str
    before: float
    fte: tuple[float, ...]
    busy: tuple[float | None, ...]


def staff(evidence: Evidence) -> Section | None:
    """Return how staff grows and shrinks, and how busy it is."""
    plan = evidence.plan
    found = grouped(plan, "staff", "group")
    if not found:
        return None
    groups = [_group(plan, name, records) for name, records in found.items()]
    blocks: tuple[Block, ...] = (
        _fte(plan, groups),
        *_hours(plan, groups, found),
        _grid(plan, found),
        Paragraph(_note(plan)),
    )
    return Section(_("Staff over time"), blocks)


def _group(plan: Plan, name: str, records: Sequence[Record]) -> Group:
    first = records[0]
    before = as_number(first["fte"]) - as_number(first["hired"]) + as_number(first["released"])
    return Group(
        name=name,
        title=plan.names.groups.get(name, name),
        before=round(before, 9) + 0.0,
        fte=tuple(as_number(record["fte"]) for record in records),
        busy=tuple(_busy(record) for record in records),
    )


def _busy(record: Record) -> float | None:
    paid = as_number(record["hours_paid"])
    return as_number(record["hours_needed"]) / paid if paid > 0 else None


def _fte(plan: Plan, groups: Sequence[Group]) -> Block:
    """Return the FTE as a picture; a single number is said in words."""
    most = MOST_LINES if len(plan.periods) > 1 else MOST_BARS
    shown = sorted(groups, key=lambda one: -max(one.before, *one.fte))[:most]
    if len(groups) == len(plan.periods) == 1 and not _knows_today(groups):
        return Paragraph(_insight(plan, groups))
    title = _("FTE by staff group")
    if len(shown) < len(groups):
        title = _("FTE of the {n} largest staff groups").format(n=count(len(shown)))
    alt = plural_of(
        "FTE of {n} staff group by period, from {low} to {high}.",
        "FTE of {n} staff groups by period, from {low} to {high}.",
        len(shown),
    )
    low, high = min(min(one.fte) for one in shown), max(max(one.fte) for one in shown)
    return Chart(
        name="staff-fte",
        title=title,
        insight=_insight(plan, groups),
        alt=alt.format(n=count(len(shown)), low=count(low), high=count(high)),
        shape=_fte_shape(plan, shown),
        source=SOURCE,
    )


def _knows_today(groups: Sequence[Group]) -> bool:
    return any(group.before > 0 for group in groups)


def _fte_shape(plan: Plan, groups: Sequence[Group]) -> Shape:
    axis = Axis(_("FTE"))
    has_today = _knows_today(groups)
    if len(plan.periods) == 1:
        today = Series(_("Today"), [group.before for group in groups], "today")
        planned = Series(_("Plan"), [group.fte[0] for group in groups], "plan")
        series = [today, planned] if has_today else [planned]
        return Bars([group.title for group in groups], series, axis)
    if not has_today:
        return OverTime(plan.periods, [Series(g.title, g.fte) for g in groups], axis, steps=True)
    series = [Series(group.title, (group.before, *group.fte)) for group in groups]
    return OverTime((_("Today"), *plan.periods), series, axis, steps=True)


def _insight(plan: Plan, groups: Sequence[Group]) -> str:
    """Say which group grows and which shrinks most, from today or the first period on."""
    if _knows_today(groups):
        start, before = _("today"), [group.before for group in groups]
    elif len(plan.periods) > 1:
        start, before = plan.periods[0], [group.fte[0] for group in groups]
    else:
        return _largest(groups)
    changes = [
        (group.fte[-1] - then, group.title) for group, then in zip(groups, before, strict=True)
    ]
    (growth, grower), (shrink, shrinker) = max(changes), min(changes)
    return _change_sentence(growth > 1e-6, shrink < -1e-6).format(
        start=start,
        end=plan.periods[-1] if len(plan.periods) > 1 else _("plan"),
        before=count(sum(before)),
        after=count(sum(group.fte[-1] for group in groups)),
        grower=grower,
        growth=count(growth),
        shrinker=shrinker,
        shrink=count(-shrink),
    )


def _change_sentence(grows: bool, shrinks: bool) -> str:
    if grows and shrinks:
        return _(
            "FTE go from {before} ({start}) to {after} ({end}); the largest increase is in "
            "{grower} ({growth}), the largest decrease in {shrinker} ({shrink})."
        )
    if grows:
        return _(
            "FTE grow from {before} ({start}) to {after} ({end}), most in {grower} (by {growth})."
        )
    if shrinks:
        return _(
            "FTE shrink from {before} ({start}) to {after} ({end}), most in {shrinker} "
            "(by {shrink})."
        )
    return _("Every group has as many FTE at the end as at the start, {after} in all ({end}).")


def _largest(groups: Sequence[Group]) -> str:
    total = sum(group.fte[0] for group in groups)
    if not total:
        return _("The plan needs no staff.")
    largest = max(groups, key=lambda one: one.fte[0])
    if len(groups) == 1:
        return _("The plan needs {fte} FTE in {group}.").format(
            fte=count(total), group=largest.title
        )
    return _("The plan needs {fte} FTE, {share} of them in {group}.").format(
        fte=count(total), share=percent(largest.fte[0] / total, 0), group=largest.title
    )


def _hours(plan: Plan, groups: Sequence[Group], found: Records) -> Iterator[Block]:
    """Yield how busy groups are, as a picture where they differ."""
    shares = [share for group in groups for share in group.busy if share is not None]
    if not shares:
        return
    if max(shares) - min(shares) < ALIKE:
        text = _("In every group and period {share} of the paid hours are needed.")
        yield Paragraph(text.format(share=percent(max(shares))))
        return
    ranked = sorted(groups, key=lambda one: -max(share or 0.0 for share in one.busy))
    alt = _("Hours that work needs as a share of those that are paid: {low} to {high}.")
    yield Chart(
        name="staff-hours",
        title=_("Hours needed against hours paid"),
        insight=_busy_insight(plan, groups),
        alt=alt.format(low=percent(min(shares)), high=percent(max(shares))),
        shape=_hours_shape(plan, ranked[:MOST_BARS], found),
        source=SOURCE,
    )


def _hours_shape(plan: Plan, groups: Sequence[Group], found: Records) -> Shape:
    if len(plan.periods) > 1:
        axis = Axis(_("Hours needed over hours paid"), "share")
        cells = [group.busy for group in groups]
        return Heatmap([group.title for group in groups], plan.periods, cells, axis)
    gauges = [_gauge(group.title, found[group.name][0]) for group in groups]
    return Gauges(gauges, Axis(_("Hours needed against hours paid")))


def _gauge(title: str, record: Record) -> Gauge:
    return Gauge(title, as_number(record["hours_needed"]), as_number(record["hours_paid"]))


def _busy_insight(plan: Plan, groups: Sequence[Group]) -> str:
    """Say where all paid hours are needed, and where most are spare."""
    cells = [
        (share, group.title, period)
        for group in groups
        for share, period in zip(group.busy, plan.periods, strict=True)
        if share is not None
    ]
    (high, most, when), (low, least, then) = max(cells), min(cells)
    full = sum(share > 1.0 - ALIKE for share, *_where in cells)
    one = len(plan.periods) == 1
    if full and one:
        text = plural_of(
            "{n} of {all} groups needs all its paid hours; {least} needs only {low} of them.",
            "{n} of {all} groups need all their paid hours; {least} needs only {low} of them.",
            full,
        )
    elif full:
        text = plural_of(
            "In {n} of {all} groups and periods all paid hours are needed; in {least} ({then}) "
            "only {low} of them are.",
            "In {n} of {all} groups and periods all paid hours are needed; in {least} ({then}) "
            "only {low} of them are.",
            full,
        )
    elif one:
        text = _("{most} is busiest, {high} of its paid hours are needed; {least} least, {low}.")
    else:
        text = _(
            "{most} is busiest in {when}, {high} of its paid hours are needed; {least} least in "
            "{then}, {low}."
        )
    numbers = {"n": count(full), "all": count(len(cells))}
    shares = {"high": percent(high), "low": percent(low)}
    return text.format(most=most, least=least, when=when, then=then, **numbers, **shares)


def _grid(plan: Plan, found: Records) -> Grid:
    many = len(plan.periods) > 1
    titles = (_("FTE"), _("Hired"), _("Released"), _("Hours needed"), _("Hours paid"), _("Busy"))
    columns = (
        Column(_("Group"), "left"),
        *((Column(_("Period"), "left"),) if many else ()),
        *(Column(title) for title in titles),
        Column(headed(_("Cost"), plan.names.currency)),
    )
    records = [(name, record) for name, rows in found.items() for record in rows]
    digits = cents(_cost(record) for _name, record in records)
    rows = tuple(
        (
            plan.names.groups.get(name, name),
            *((str(record["period"]),) if many else ()),
            *_cells(record),
            values.money(_cost(record), digits),
        )
        for name, record in records
    )
    return Grid(columns, rows, source=SOURCE)


def _cells(record: Record) -> tuple[Cell, ...]:
    names = ("fte", "hired", "released", "hours_needed", "hours_paid")
    return (
        *(values.count(as_number(record[name])) for name in names),
        values.percent(_busy(record)),
    )


def _cost(record: Record) -> float:
    return sum(as_number(record[name]) for name in ("staff_cost", "hiring_cost", "release_cost"))


def _note(plan: Plan) -> str:
    text = _("Busy is hours needed over hours paid. Cost is pay, hiring and release together.")
    if "service_levels" not in plan.tables:
        return text
    waiting = _("With a service level the rest of the hours is waiting for contacts.")
    return f"{text} {waiting}"
