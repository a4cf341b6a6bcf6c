"""Sums over the tables of a plan that several sections of a report need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell, as_number
from channelopt.plan.tables import TOUCHES

Mix = Mapping[str, float]
"""First contacts by channel."""


@dataclass(frozen=True)
class SegmentView:
    """A segment over the whole horizon.

    Attributes:
        segment: id.
        title: for reports.
        customers: mean over the periods.
        profit: after service cost, total.
        profit_per_customer: per period.
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
    satisfaction: float | None
    first_contacts: float
    touch: tuple[float, float, float]
    mix: Mix


def segments(plan: Plan) -> list[SegmentView]:
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
    return sorted(views, key=lambda view: (-view.profit_per_customer, view.segment))


def _contacts(plan: Plan) -> dict[tuple[str, str], float]:
    made: dict[tuple[str, str], float] = {}
    for record in plan.table("allocation").records():
        key = str(record["period"]), str(record["segment"])
        made[key] = made.get(key, 0.0) + as_number(record["first_contacts"])
    return made


def _segment(
    plan: Plan,
    name: str,
    records: list[dict[str, Cell]],
    mix: Mix,
    contacts: Mapping[tuple[str, str], float],
) -> SegmentView:
    customers = sum(as_number(record["customers"]) for record in records)
    profit = sum(as_number(record["profit"]) for record in records)
    rated = [record for record in records if record["satisfaction"] is not None]
    weight = sum(as_number(record["customers"]) for record in rated)
    points = sum(
        as_number(record["customers"]) * as_number(record["satisfaction"]) for record in rated
    )
    total = sum(mix.values())
    touched = [
        sum(
            as_number(record[f"share_{level}"]) * contacts.get((str(record["period"]), name), 0.0)
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
        satisfaction=points / weight if weight else None,
        first_contacts=total,
        touch=(high, medium, low),
        mix=mix,
    )


def mix_by(plan: Plan, key: str) -> dict[str, dict[str, float]]:
    """Return first contacts by channel for every value of a key column of the allocation."""
    mixes: dict[str, dict[str, float]] = {}
    for record in plan.table("allocation").records():
        mix = mixes.setdefault(str(record[key]), {})
        channel = str(record["channel"])
        mix[channel] = mix.get(channel, 0.0) + as_number(record["first_contacts"])
    return mixes


def today_by_channel(plan: Plan) -> dict[str, float]:
    """Return today's first contacts by channel, as the baseline shares give them.

    A pair's contacts follow from its rows: they carry first contacts and shares of the same total.
    """
    pairs: dict[tuple[Cell, ...], list[dict[str, Cell]]] = {}
    for record in plan.table("allocation").records():
        key = record["period"], record["segment"], record["interaction"]
        pairs.setdefault(key, []).append(record)
    today: dict[str, float] = {}
    for records in pairs.values():
        share = sum(as_number(record["share"]) for record in records)
        made = sum(as_number(record["first_contacts"]) for record in records)
        for record in records:
            if share > 0 and record["baseline_share"] is not None:
                channel = str(record["channel"])
                contacts = as_number(record["baseline_share"]) * made / share
                today[channel] = today.get(channel, 0.0) + contacts
    return today
