"""Waiting times of staff groups with a service level."""

from __future__ import annotations

from collections.abc import Mapping

from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell, as_number
from channelopt.report.document import Block, Column, Grid, Paragraph, Section
from channelopt.report.figures import ABSENT, count, percent, seconds

MOST_ROWS = 40
"""Longer tables are cut; service_levels.csv holds everything."""


def waiting(plan: Plan) -> Section | None:
    """Return load, agents and waiting times, and what one agent less or more does."""
    records = list(plan.table("service_levels").records())
    if not records:
        return None
    records.sort(key=lambda r: (str(r["group"]), plan.periods.index(str(r["period"]))))
    many = len(plan.periods) > 1
    hangs_up = any(record["abandonment"] for record in records)
    columns = (
        Column("Group", "left"),
        *((Column("Period", "left"),) if many else ()),
        *(Column(title) for title in ("Load", "Agents", "Needed", "In time", "Target")),
        *(Column(title) for title in ("One less", "One more", "Mean wait", "Busy")),
        *((Column("Hang up"),) if hangs_up else ()),
    )
    rows = tuple(_row(plan, record, many=many, hangs_up=hangs_up) for record in records[:MOST_ROWS])
    text = (
        "Load is that of the busy hour in erlangs, agents are those that the paid hours put in "
        "that hour. In time is the share of contacts answered within the target's time, one less "
        "and one more what it is with one agent less and more."
    )
    blocks: list[Block] = [Grid(columns, rows), Paragraph(text)]
    if len(records) > MOST_ROWS:
        blocks.append(Paragraph("The rest is in service_levels.csv."))
    return Section("Waiting times", tuple(blocks))


def _row(plan: Plan, record: Mapping[str, Cell], *, many: bool, hangs_up: bool) -> tuple[str, ...]:
    group, wait = str(record["group"]), record["mean_wait_seconds"]
    return (
        plan.names.groups.get(group, group),
        *((str(record["period"]),) if many else ()),
        *(count(as_number(record[name])) for name in ("load", "agents", "agents_needed")),
        percent(as_number(record["service_level"])),
        percent(as_number(record["target"])),
        *(percent(as_number(record[name])) for name in ("one_less", "one_more")),
        "grows" if wait is None else seconds(as_number(wait)),
        percent(as_number(record["occupancy"])),
        *((_share(record["abandonment"]),) if hangs_up else ()),
    )


def _share(cell: Cell) -> str:
    return ABSENT if cell is None else percent(as_number(cell))
