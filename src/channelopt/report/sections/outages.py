"""Outages: what would happen to the contacts of each channel if it failed."""

from __future__ import annotations

import re

from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell, as_number
from channelopt.report.document import Block, Column, Grid, Paragraph, Section
from channelopt.report.figures import ABSENT, count, percent

MOST_ROWS = 40
"""Longer tables are cut; outages.csv holds everything."""

Record = dict[str, Cell]


def outages(plan: Plan) -> Section | None:
    """Return, for each channel and policy, the period in which an outage would be worst."""
    worst: dict[tuple[str, str], Record] = {}
    for record in plan.table("outages").records():
        key = (str(record["channel"]), str(record["policy"] or ""))
        if record["first_contacts"] and (key not in worst or _rank(record) < _rank(worst[key])):
            worst[key] = record
    if not worst:
        return None
    many = len(plan.periods) > 1
    asked = any(record["policy"] for record in worst.values())
    columns = (
        Column("Channel", "left"),
        *((Column("Worst in", "left"),) if many else ()),
        *((Column("Policy", "left"),) if asked else ()),
        *(Column(title) for title in ("First contacts", "Placed elsewhere")),
        *((Column("Required"),) if asked else ()),
        Column("What stops the rest", "left"),
    )
    rows = tuple(
        _row(plan, record, many=many, asked=asked) for record in list(worst.values())[:MOST_ROWS]
    )
    text = (
        "If a channel fails for a whole period: the share of its inbound first contacts that the "
        "other channels could take, staffed and open as planned."
    )
    blocks: list[Block] = [Paragraph(text), Grid(columns, rows)]
    if many or len(worst) > MOST_ROWS:
        blocks.append(Paragraph("Every period is in outages.csv."))
    return Section("If a channel fails", tuple(blocks))


def _rank(record: Record) -> float:
    """Return the share that can be placed; one that is not known is worst of all."""
    return -1.0 if record["share"] is None else as_number(record["share"])


def _row(plan: Plan, record: Record, *, many: bool, asked: bool) -> tuple[str, ...]:
    channel, required = str(record["channel"]), record["required"]
    return (
        plan.names.channels.get(channel, channel),
        *((str(record["period"]),) if many else ()),
        *((str(record["policy"] or ABSENT),) if asked else ()),
        count(as_number(record["first_contacts"])),
        ABSENT if record["share"] is None else percent(as_number(record["share"])),
        *((ABSENT if required is None else percent(as_number(required)),) if asked else ()),
        _in_titles(plan, str(record["stopped_by"] or ABSENT)),
    )


def _in_titles(plan: Plan, words: str) -> str:
    """Say what stops the rest in titles instead of ids, and amounts as in the other columns."""

    def title(found: re.Match[str]) -> str:
        names = plan.names.groups if found[1] == "hours" else plan.names.channels
        return f"{found[1]} of {names.get(found[2], found[2])}"

    named = re.sub(r"\b(hours|capacity) of ([a-z][a-z0-9_]*)", title, words)
    return re.sub(r"(?<![^ ])\d+(?=: )", lambda found: count(float(found[0])), named)
