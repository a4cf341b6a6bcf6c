"""What two plans open, staff and buy: only what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from channelopt.analysis.comparing.records import Side
from channelopt.analysis.comparing.results_figures import Row, less, merged
from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number

CHANNEL_COLUMNS = (
    *("run", "period", "channel", "title", "event", "open_before", "open_after"),
    *("first_contacts_before", "first_contacts_after", "handled_before", "handled_after"),
    *("utilisation_before", "utilisation_after", "cost_before", "cost_after"),
)
STAFF_COLUMNS = (
    *("run", "period", "group", "title", "fte_before", "fte_after", "fte_difference"),
    *("cost_before", "cost_after", "cost_difference"),
)
UPGRADE_COLUMNS = ("run", "upgrade", "title", "channel", "bought_before", "bought_after")

CHANNEL_COSTS = (
    *("contact_cost", "fixed_cost", "opening_cost", "closing_cost"),
    *("investment_cost", "running_cost"),
)
STAFF_COSTS = ("staff_cost", "hiring_cost", "release_cost")
SMALLEST = 1e-6
"""A smaller relative difference of a figure is none."""

Records = Mapping[tuple[str, str], Mapping[str, Any]]
"""Rows of a table by period and id."""


def channel_rows(a: Side, b: Side) -> Iterator[Row]:
    """Yield every channel that differs in a period, undiscounted; absent ones have no figures."""
    titles = {**a.plan.names.channels, **b.plan.names.channels}
    before, after = _by_period(a.plan, "channels", 1), _by_period(b.plan, "channels", 1)
    for period, channel in _keys(a.plan, b.plan, before, after):
        was, will = before.get((period, channel), {}), after.get((period, channel), {})
        is_open = was.get("open"), will.get("open")
        pairs = [
            (was.get(name), will.get(name)) for name in ("first_contacts", "handled", "utilisation")
        ]
        pairs.append((_sum(was, CHANNEL_COSTS), _sum(will, CHANNEL_COSTS)))
        if is_open[0] is not is_open[1] or any(differ(*pair) for pair in pairs):
            figures = (figure for pair in pairs for figure in pair)
            event = _event(*is_open)
            yield b.name, period, channel, titles.get(channel, channel), event, *is_open, *figures


def _event(before: bool | None, after: bool | None) -> str:
    """Return what becomes of a channel: opened, closed, or nothing."""
    if bool(before) == bool(after):
        return ""
    return "opened" if after else "closed"


def staff_rows(a: Side, b: Side) -> Iterator[Row]:
    """Yield every staff group that differs in a period; cost with hiring and release."""
    titles = {**a.plan.names.groups, **b.plan.names.groups}
    before, after = _by_period(a.plan, "staff", 1), _by_period(b.plan, "staff", 1)
    for period, group in _keys(a.plan, b.plan, before, after):
        was, will = before.get((period, group), {}), after.get((period, group), {})
        fte = was.get("fte"), will.get("fte")
        cost = _sum(was, STAFF_COSTS), _sum(will, STAFF_COSTS)
        if differ(*fte) or differ(*cost):
            figures = (*fte, less(fte[1], fte[0]), *cost, less(cost[1], cost[0]))
            yield b.name, period, group, titles.get(group, group), *figures


def upgrade_rows(a: Side, b: Side) -> Iterator[Row]:
    """Yield every upgrade that is bought in one plan only, or in another period."""
    titles = {**a.plan.names.upgrades, **b.plan.names.upgrades}
    before, after = _purchases(a.plan), _purchases(b.plan)
    for upgrade in sorted({*before, *after}):
        was, will = before.get(upgrade), after.get(upgrade)
        when = None if was is None else was[1], None if will is None else will[1]
        if when[0] != when[1]:
            channel = (will or was or ("",))[0]
            yield b.name, upgrade, titles.get(upgrade, upgrade), channel, *when


def differ(before: float | None, after: float | None) -> bool:
    """Whether two figures differ by more than rounding."""
    if before is None or after is None:
        return before is not after
    return abs(after - before) > SMALLEST * max(1.0, abs(before), abs(after))


def _by_period(plan: Plan, name: str, key: int) -> dict[tuple[str, str], dict[str, Any]]:
    table = plan.table(name)
    return {
        (str(row[0]), str(row[key])): dict(zip(table.columns, row, strict=True))
        for row in table.rows
    }


def _keys(a: Plan, b: Plan, before: Records, after: Records) -> list[tuple[str, str]]:
    periods = merged(a.periods, b.periods)
    found = [key for key in {*before, *after} if key[0] in periods]
    return sorted(found, key=lambda key: (periods.index(key[0]), key[1]))


def _sum(record: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    return sum(as_number(record[name]) for name in names) if record else None


def _purchases(plan: Plan) -> dict[str, tuple[str, str]]:
    """Return channel and period of every upgrade that is bought."""
    return {
        str(record["upgrade"]): (str(record["channel"]), str(record["period"]))
        for record in plan.table("upgrades").records()
        if record["bought"]
    }
