"""Hours of staff groups on channels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from channelopt.report import values
from channelopt.report.document import Chart, Column, Grid, Section
from channelopt.report.figures import count
from channelopt.report.lists.folder import Listed, Row, records
from channelopt.report.shapes import Axis, Bars, Series, Tone
from channelopt.report.speech import _

SOURCE = "hours.csv"
TONES: tuple[Tone, ...] = ("plan", "high", "medium", "low", "today", "muted")
"""As many channels can be told apart in bars."""
MOST_BARS = 40


def hours(listed: Listed) -> Section | None:
    """Return who works how long where; None where nobody does."""
    rows = listed.rows("hours")
    if not rows:
        return None
    return Section(_("Hours of staff groups"), (*_chart(listed, rows), _table(listed, rows)))


def _title(listed: Listed, row: Row) -> tuple[str, str]:
    names = listed.names
    group, channel = str(row["group"]), str(row["channel"])
    return names.groups.get(group, group), names.channels.get(channel, channel)


def _chart(listed: Listed, rows: Sequence[Row]) -> Iterator[Chart]:
    channels = sorted({_title(listed, row)[1] for row in rows})
    shape = _stacked(listed, rows, channels)
    if len(channels) > len(TONES):
        shape = _one_by_one(listed, rows)
    most = max(rows, key=lambda row: row["hours"])
    group, channel = _title(listed, most)
    insight = _("Most hours: {group} in {channel}, {n}.").format(
        group=group, channel=channel, n=count(most["hours"])
    )
    yield Chart(
        "hours",
        _("Hours by staff group and channel"),
        insight,
        _("Bars of hours by staff group and channel."),
        shape,
        SOURCE,
    )


def _stacked(listed: Listed, rows: Sequence[Row], channels: Sequence[str]) -> Bars:
    groups = list(dict.fromkeys(_title(listed, row)[0] for row in rows))[:MOST_BARS]
    cells = {_title(listed, row): float(row["hours"]) for row in rows}
    series = [
        Series(channel, [cells.get((group, channel)) for group in groups], tone)
        for channel, tone in zip(channels, TONES, strict=False)
    ]
    return Bars(groups, series, Axis(_("Hours")), stacked=True)


def _one_by_one(listed: Listed, rows: Sequence[Row]) -> Bars:
    """Return a bar for each group and channel, where there are too many channels for colours."""
    shown = sorted(rows, key=lambda row: -row["hours"])[:MOST_BARS]
    text = _("{group}: {channel}")
    titles = (_title(listed, row) for row in shown)
    names = [text.format(group=group, channel=channel) for group, channel in titles]
    series = Series(_("Hours"), [float(row["hours"]) for row in shown], "plan")
    return Bars(names, [series], Axis(_("Hours")))


def _table(listed: Listed, rows: Sequence[Row]) -> Grid:
    columns = (
        *(Column(_("Staff group"), "left"), Column(_("Channel"), "left")),
        *(Column(_("Hours")), Column(_("Share of the group"))),
    )
    lines = []
    for row in rows:
        whole = sum(one["hours"] for one in records(rows, group=row["group"]))
        share = values.percent(row["hours"] / whole if whole else None)
        lines.append((*_title(listed, row), values.count(row["hours"]), share))
    foot = (_("All"), "", values.count(sum(row["hours"] for row in rows)), "")
    return Grid(columns, tuple(lines), source=SOURCE, foot=foot)
