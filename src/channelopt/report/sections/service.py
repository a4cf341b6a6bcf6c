"""Who is served where: segments, interactions, channels and staff."""

from __future__ import annotations

from collections.abc import Mapping

from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell, as_number
from channelopt.report.document import Block, Column, Grid, Paragraph, Section
from channelopt.report.figures import (
    ABSENT,
    cents,
    count,
    enumerate_words,
    headed,
    money,
    percent,
    percents,
    ratio,
)
from channelopt.report.views import Mix, SegmentView, mix_by, segments, today_by_channel, way_title

MOST_ROWS = 40
"""Longer tables are cut; the CSV files hold everything."""

MAIN = 3
"""Channels that are named for a segment."""


def main_channels(plan: Plan, mix: Mix) -> str:
    """Return the largest channels of a mix with their shares, `App 55 %, ATM 23 %`."""
    total = sum(mix.values())
    if not total:
        return ABSENT
    ordered = sorted((channel for channel in mix if mix[channel] > 0), key=lambda c: (-mix[c], c))
    shares = percents([mix[channel] / total for channel in ordered])
    named = [
        f"{way_title(plan, channel)} {share}"
        for channel, share in zip(ordered, shares, strict=True)
    ]
    rest = len(named) - MAIN
    return ", ".join(named[:MAIN]) + (f" and {rest} more" if rest > 0 else "")


def allocation(plan: Plan) -> Section:
    """Return who is served where: touch mix against profitability, and the main channels."""
    views = segments(plan)
    has_touch = any(sum(view.touch) for view in views)
    columns = [
        Column("Segment", "left"),
        Column("Customers"),
        Column(headed("Profit per customer", plan.names.currency)),
        Column("Satisfaction"),
        *((Column("High"), Column("Medium"), Column("Low")) if has_touch else ()),
        Column("Main channels", "left"),
    ]
    digits = cents(view.profit_per_customer for view in views)
    rows = tuple(
        (
            view.title,
            count(view.customers),
            money(view.profit_per_customer, digits=digits),
            ratio(view.satisfaction),
            *(_touch(view) if has_touch else ()),
            main_channels(plan, view.mix),
        )
        for view in views[:MOST_ROWS]
    )
    text = "Segments in the order of profit per customer and period"
    text += "; high, medium and low are shares of first contacts by touch." if has_touch else "."
    blocks: list[Block] = [Paragraph(text), Grid(tuple(columns), rows)]
    if len(views) > MOST_ROWS:
        blocks.append(Paragraph(f"{len(views) - MOST_ROWS} more segments are in segments.csv."))
    blocks.append(_interactions(plan))
    return Section("Who is served where", tuple(blocks))


def _touch(view: SegmentView) -> tuple[str, ...]:
    """Return the shares of high, medium and low touch; with those of no level they are 100 %."""
    if not view.first_contacts:
        return (ABSENT,) * 3
    return tuple(percents([*view.touch, max(0.0, 1.0 - sum(view.touch))])[:3])


def _interactions(plan: Plan) -> Grid:
    mixes = mix_by(plan, "interaction")
    rows = tuple(
        (
            plan.names.interactions.get(interaction, interaction),
            count(sum(mix.values())),
            main_channels(plan, mix),
        )
        for interaction, mix in sorted(mixes.items())
    )
    columns = (
        Column("Interaction", "left"),
        Column("First contacts"),
        Column("Main channels", "left"),
    )
    return Grid(columns, rows)


def channels(plan: Plan) -> Section:
    """Return channels opened and closed, and their use against capacity."""
    records: dict[str, list[dict[str, Cell]]] = {}
    for record in plan.table("channels").records():
        records.setdefault(str(record["channel"]), []).append(record)
    today = today_by_channel(plan) if plan.baseline is not None else {}
    shares = _shares({c: _total(rows, "first_contacts") for c, rows in records.items()})
    former = _shares({c: today.get(c, 0.0) for c in records}) if today else None
    columns = [
        Column("Channel", "left"),
        Column("Open", "left"),
        Column("First contacts"),
        Column("Share"),
        *((Column("Share today"),) if former else ()),
        Column("Passed on to it"),
        Column("Handled"),
        Column("Most used"),
        Column(headed("Cost", plan.names.currency)),
    ]
    costs = {c: sum(_total(rows, name) for name in COSTS) for c, rows in records.items()}
    digits = cents(costs.values())
    rows = tuple(
        (
            plan.names.channels.get(channel, channel),
            _open_words(plan, channel, found),
            count(_total(found, "first_contacts")),
            shares[channel],
            *((former[channel],) if former else ()),
            count(_total(found, "passed_on_in")),
            count(_total(found, "handled")),
            _most_used(found),
            money(costs[channel], digits=digits),
        )
        for channel, found in records.items()
    )
    note = (
        "Most used: handled contacts over capacity in the fullest period; without a capacity there "
        "is none. Cost is that of contacts and of the channel itself, without staff."
    )
    if plan.names.bundles:
        note += " Customers treated with a bundle enter no channel first; they are below."
    return Section("Channels", (Grid(tuple(columns), rows), Paragraph(note)))


COSTS = (
    *("contact_cost", "fixed_cost", "opening_cost", "closing_cost"),
    *("investment_cost", "running_cost"),
)


def _total(records: list[dict[str, Cell]], column: str) -> float:
    return sum(as_number(record[column]) for record in records)


def _shares(contacts: Mapping[str, float]) -> dict[str, str]:
    total = sum(contacts.values())
    if not total:
        return dict.fromkeys(contacts, ABSENT)
    return dict(zip(contacts, percents([x / total for x in contacts.values()]), strict=True))


def _open_words(plan: Plan, channel: str, records: list[dict[str, Cell]]) -> str:
    changes = [change for change in plan.changes if change.channel == channel]
    if not changes:
        return "yes" if records[0]["open"] else "no"
    if len(plan.periods) == 1:
        return "opens" if changes[0].opens else "closes"
    return enumerate_words(
        f"{'opens' if change.opens else 'closes'} in {change.period}" for change in changes
    )


def _most_used(records: list[dict[str, Cell]]) -> str:
    used = [as_number(r["utilisation"]) for r in records if r["utilisation"] is not None]
    return percent(max(used)) if used else ABSENT


def staff(plan: Plan) -> Section | None:
    """Return staff groups: FTE, hiring, release and how busy they are."""
    records = list(plan.table("staff").records())
    if not records:
        return None
    many = len(plan.periods) > 1
    columns = (
        Column("Group", "left"),
        *((Column("Period", "left"),) if many else ()),
        *(Column(title) for title in ("FTE", "Hired", "Released", "Hours paid", "Busy")),
        Column(headed("Cost", plan.names.currency)),
    )
    records.sort(key=lambda r: (str(r["group"]), plan.periods.index(str(r["period"]))))
    digits = cents(_staff_cost(record) for record in records)
    rows = tuple(
        (*_staff_row(plan, record, many=many), money(_staff_cost(record), digits=digits))
        for record in records[:MOST_ROWS]
    )
    blocks: list[Block] = [Grid(columns, rows)]
    if len(records) > MOST_ROWS:
        blocks.append(Paragraph("The rest is in staff.csv."))
    return Section("Staff", tuple(blocks))


def _staff_row(plan: Plan, record: Mapping[str, Cell], *, many: bool) -> tuple[str, ...]:
    group, paid = str(record["group"]), as_number(record["hours_paid"])
    busy = as_number(record["hours_needed"]) / paid if paid else None
    return (
        plan.names.groups.get(group, group),
        *((str(record["period"]),) if many else ()),
        *(count(as_number(record[name])) for name in ("fte", "hired", "released", "hours_paid")),
        percent(busy),
    )


def _staff_cost(record: Mapping[str, Cell]) -> float:
    return sum(as_number(record[name]) for name in ("staff_cost", "hiring_cost", "release_cost"))
