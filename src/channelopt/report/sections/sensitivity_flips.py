"""What would flip a choice of channel, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from channelopt.plan.plan import Plan
from channelopt.report.document import Value
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.speech import _, later

INPUTS: Mapping[str, tuple[str, str]] = {
    "unit_cost": (
        later("a contact by {channel} costs {to} instead of {now} ({change})"),
        "currency",
    ),
    "handle_minutes": (
        later("a contact by {channel} takes {to} instead of {now} minutes ({change})"),
        "minutes",
    ),
    "resolution": (
        later("{channel} settles {to} instead of {now} of these contacts ({change})"),
        "share",
    ),
    "satisfaction": (
        later("satisfaction with {channel} is {to} instead of {now} ({change})"),
        "satisfaction",
    ),
    "contact_value": (
        later("a contact by {channel} brings {to} instead of {now} ({change})"),
        "currency",
    ),
}
"""What a changed number says, and what it counts."""
CHANGES: Mapping[str, str] = {
    "unit_cost": later("the cost of a contact by {channel} changes by {change}"),
    "handle_minutes": later("the handle time of a contact by {channel} changes by {change}"),
    "resolution": later("the share that {channel} settles changes by {change}"),
    "satisfaction": later("satisfaction with {channel} changes by {change}"),
    "contact_value": later("what a contact by {channel} brings changes by {change}"),
}
"""The same where the number differs by period, so that it has no single value."""
_CHANNEL = re.compile(r"channels?[=.](?P<id>[a-z][a-z0-9_]*)")


def flip_in_words(plan: Plan, record: cells.Record) -> str:
    """Return what must change so that half of the contacts move to the runner-up."""
    path = cells.text(record, "flip_parameter").split(" ")[0]
    change = cells.relative(cells.number(record, "flip_change") or 0.0)
    found, kind = _CHANNEL.search(path), _kind(path)
    now, to = _ends(record, kind)
    if found is None or kind not in INPUTS:
        text = _("the limit {path} is {to} instead of {now} ({change})")
        if now.number is None:
            text = _("the limit {path} changes by {change}")
        return text.format(path=path, to=to, now=now, change=change)
    text = _(INPUTS[kind][0]) if now.number is not None else _(CHANGES[kind])
    channel = cells.channel(plan, found["id"])
    return text.format(channel=channel, to=to, now=now, change=change)


def _kind(path: str) -> str:
    """Return what is changed: the table, or the last part of a path of attributes."""
    if path.startswith("tables."):
        return path.removeprefix("tables.").partition("[")[0]
    return path.partition("[")[0].rpartition(".")[2]


def _ends(record: cells.Record, kind: str) -> list[Value]:
    unit = INPUTS[kind][1] if kind in INPUTS else ""
    return cells.levels([cells.number(record, n) for n in ("flip_from", "flip_to")], unit)
