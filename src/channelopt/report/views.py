"""Sums over the tables of a plan that several sections of a report need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell, as_number
from channelopt.plan.tables import TOUCHES
from channelopt.report.remembered import once

Mix = Mapping[str, float]
"""First contacts by channel or bundle."""


@dataclass(frozen=True)
class SegmentView:
    """A segment over the whole horizon.

    Attributes:
        segment: id.
        title: for reports.
        customers: mean over the periods.
        profit: after service cost, total.
        profit_per_customer: per period.
        gained_per_customer: what they bring before the cost to serve them, per period.
        service_per_customer: cost to serve them, per period.
        satisfaction: mean by customers; None where the segment has none.
        first_contacts: total.
        touch: share of first contacts with high, medium and low touch; the rest has no level.
        mix: first contacts by channel.
    """

    segment: str
    title: str
    customers: float
    profit: float
    profit_per_customer: float
    gained_per_customer: float
    service_per_customer: float
    satisfaction: float | None
    first_contacts: float
    touch: tuple[float, float, float]
    mix: Mix


@once
def segments(plan: Plan) -> tuple[SegmentView, ...]:
    """Return the segments, the most profitable customers first."""
    mixes = mix_by(plan, "segment")
    rows: dict[str, list[dict[str, Cell]]] = {}
    for record in plan.table("segments").records():
        rows.setdefault(str(record["segment"]), []).append(record)
    contacts = _contacts(plan)
    views = [
        _segment(plan, name, records, mixes.get(name, {}), contacts)
        for name, records in rows.items()
    ]
    return tuple(sorted(views, key=lambda view: (-view.profit_per_customer, view.segment)))


def _contacts(plan: Plan) -> dict[tuple[Cell, Cell], float]:
    """Return first contacts by period and segment."""
    made: dict[tuple[Cell, Cell], float] = defaultdict(float)
    for period, segment, _, _, first, *_ in plan.table("allocation").rows:
        made[period, segment] += as_number(first)
    return made


def _segment(
    plan: Plan,
    name: str,
    records: list[dict[str, Cell]],
    mix: Mix,
    contacts: Mapping[tuple[Cell, Cell], float],
) -> SegmentView:
    customers = sum(as_number(record["customers"]) for record in records)
    profit = sum(as_number(record["profit"]) for record in records)
    service = sum(as_number(record["service_cost"]) for record in records)
    rated = [record for record in records if record["satisfaction"] is not None]
    weight = sum(as_number(record["customers"]) for record in rated)
    points = sum(
        as_number(record["customers"]) * as_number(record["satisfaction"]) for record in rated
    )
    total = sum(mix.values())
    touched = [
        sum(
            as_number(record[f"share_{level}"]) * contacts.get((record["period"], name), 0.0)
            for record in records
            if record[f"share_{level}"] is not None
        )
        for level in TOUCHES
    ]
    high, medium, low = (part / total if total else 0.0 for part in touched)
    return SegmentView(
        segment=name,
        title=plan.names.segments.get(name, name),
        customers=customers / len(records),
        profit=profit,
        profit_per_customer=profit / customers,
        gained_per_customer=(profit + service) / customers,
        service_per_customer=service / customers,
        satisfaction=points / weight if weight else None,
        first_contacts=total,
        touch=(high, medium, low),
        mix=mix,
    )


def way_title(plan: Plan, way: str) -> str:
    """Return what a channel or bundle is called."""
    return plan.names.channels.get(way) or plan.names.bundles.get(way, way)


def touch_of(plan: Plan) -> Mapping[str, str]:
    """Return the touch level of channels that have one, as far as the scenario is known."""
    found = plan.manifest.get("scenario", {}).get("channels", {})
    levels = {channel: entry.get("touch") for channel, entry in found.items()}
    return {channel: level for channel, level in levels.items() if level in TOUCHES}


def ways(plan: Plan) -> list[str]:
    """Return channels from high to low touch, then those of no level, then bundles."""
    touch = touch_of(plan)
    order = {level: position for position, level in enumerate(TOUCHES)}
    channels = sorted(plan.names.channels, key=lambda c: order.get(touch.get(c, ""), len(order)))
    return [*channels, *plan.names.bundles]


def mix_by(plan: Plan, key: str) -> dict[str, dict[str, float]]:
    """Return first contacts by channel or bundle for every value of a column of the allocation."""
    table = plan.table("allocation")
    position = table.columns.index(key)
    mixes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in table.rows:
        mixes[str(row[position])][str(row[3])] += as_number(row[4])
    return {name: dict(mix) for name, mix in mixes.items()}


def today_by_channel(plan: Plan) -> dict[str, float]:
    """Return today's first contacts by channel, as the baseline shares give them.

    A pair's contacts follow from its rows: they carry first contacts and shares of the same total.
    """
    rows = plan.table("allocation").rows
    made: dict[tuple[Cell, ...], float] = defaultdict(float)
    shares: dict[tuple[Cell, ...], float] = defaultdict(float)
    for *pair, _, first, share, _ in rows:
        made[tuple(pair)] += as_number(first)
        shares[tuple(pair)] += as_number(share)
    today: dict[str, float] = defaultdict(float)
    for *pair, channel, _, _, now in rows:
        share = shares[tuple(pair)]
        if now is not None and share > 0:
            today[str(channel)] += as_number(now) * made[tuple(pair)] / share
    return dict(today)
