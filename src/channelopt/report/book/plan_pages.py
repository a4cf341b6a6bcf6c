"""Pages on the plan: its tables, the mix of channels, use of capacity, staff over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from channelopt.plan.plan import Plan
from channelopt.plan.table import Table, as_number
from channelopt.report.book.cells import Cell, Formula, quoted
from channelopt.report.book.matrix import Matrix, write_matrix
from channelopt.report.book.paper import Paper
from channelopt.report.book.recalculation.sheets import at
from channelopt.report.book.tables import Heading, Written, titles_of, write_table
from channelopt.report.speech import _, later
from channelopt.report.views import segments

PAGES: Mapping[str, tuple[str, str]] = {
    "channels": (
        later("Channels"),
        later("Use and cost of each channel in each period; money is not discounted."),
    ),
    "segments": (
        later("Segments"),
        later("Satisfaction, margin, profit and touch of each segment; money is not discounted."),
    ),
    "staff": (later("Staff"), later("FTE, hours and cost of each staff group in each period.")),
    "hours": (later("Hours"), later("Which staff group works how long in which channel.")),
    "service_levels": (
        later("Service levels"),
        later("How many agents the busy hour takes, and how long callers wait."),
    ),
    "upgrades": (later("Upgrades"), later("Which upgrades are owned and bought, and their cost.")),
    "returns": (later("Worth of upgrades"), later("What each upgrade that is bought brings.")),
    "metrics": (later("Metrics"), later("Further amounts per contact.")),
    "outages": (
        later("Outages"),
        later("If a channel fails for a whole period: how many of its contacts can go elsewhere."),
    ),
    "emergencies": (later("Emergencies"), later("Where the contacts of a failed channel go.")),
    "emergency_hours": (
        later("Emergency hours"),
        later("Who works where while a channel has failed."),
    ),
    "offers": (later("Offers"), later("Which channels are offered to which segment.")),
}
"""Title and meaning of pages of tables, in their order."""


def plan_pages(paper: Paper, plan: Plan) -> None:
    """Write all pages on the plan."""
    _write_mix(paper, plan, _write_allocation(paper, plan))
    for name, (title, about) in PAGES.items():
        table = plan.table(name)
        if not table.rows:
            continue
        heading = Heading(_(title), _(about), f"{name}.csv")
        write_table(paper, plan.names, table, heading)
        if name == "channels":
            _write_use(paper, plan)
        if name == "staff":
            _write_fte(paper, plan)


def _write_allocation(paper: Paper, plan: Plan) -> Written:
    heading = Heading(
        _("Allocation"),
        _("First contacts by period, segment, interaction and channel, and their share today."),
        "allocation.csv",
    )
    return write_table(paper, plan.names, plan.table("allocation"), heading, frozen=1)


def _write_mix(paper: Paper, plan: Plan, allocation: Written) -> None:
    """Write the share of each channel in the first contacts of each segment."""
    views = [view for view in segments(plan) if view.first_contacts > 0]
    ways = sorted({way for view in views for way, amount in view.mix.items() if amount > 0})
    if not ways:
        return
    titles = titles_of(plan.names)
    ids = (*ways, *(view.segment for view in views))
    live = "channel id" in allocation.places and all(one.isidentifier() for one in ids)
    values = []
    for view in views:
        shares = [view.mix.get(way, 0.0) / view.first_contacts for way in ways]
        made: Sequence[Cell] = shares
        if live:
            made = [
                Formula(_share_of(allocation, view.segment, way), share)
                for way, share in zip(ways, shares, strict=True)
            ]
        values.append(made)
    write_matrix(
        paper,
        Matrix(
            Heading(
                _("Channel mix"),
                _("Share of each channel in the first contacts of a segment, over all periods."),
                "allocation.csv",
            ),
            _("Segment"),
            [titles["segment"].get(view.segment, view.title) for view in views],
            [titles["channel"].get(way, way) for way in ways],
            values,
            "share",
            _("First contacts by channel, most profitable customers first"),
            "stacked",
            _("Share of first contacts"),
            coloured=True,
        ),
    )


def _share_of(allocation: Written, segment: str, way: str) -> str:
    page = quoted(allocation.page.name)

    def cells(column: str) -> str:
        place = allocation.places[column]
        return f"{page}!{at(allocation.first, place)}:{at(allocation.last, place)}"

    amounts, ids = cells("first_contacts"), cells("segment id")
    part = f'SUMIFS({amounts},{ids},"{segment}",{cells("channel id")},"{way}")'
    return f'{part}/SUMIF({ids},"{segment}",{amounts})'


def _by_period(plan: Plan, table: Table, key: str, column: str) -> Iterator[tuple[str, list[Cell]]]:
    """Yield ids with a number for each period; those that never have one are left out."""
    found: dict[str, dict[str, Cell]] = {}
    for record in table.records():
        found.setdefault(str(record[key]), {})[str(record["period"])] = record[column]
    for label, by_period in found.items():
        row = [by_period.get(period) for period in plan.periods]
        if any(cell is not None for cell in row):
            yield label, row


def _write_use(paper: Paper, plan: Plan) -> None:
    rows = dict(_by_period(plan, plan.table("channels"), "channel", "utilisation"))
    if not rows:
        return
    titles = titles_of(plan.names)["channel"]
    order = sorted(
        rows, key=lambda one: (-max(as_number(x) for x in rows[one] if x is not None), one)
    )
    write_matrix(
        paper,
        Matrix(
            Heading(
                _("Use of capacity"),
                _("Handled contacts as a share of capacity, for channels that have one."),
                "channels.csv",
            ),
            _("Channel"),
            [titles.get(one, one) for one in order],
            list(plan.periods),
            [rows[one] for one in order],
            "share",
            _("Use of capacity by channel"),
            "bars",
            _("Share of capacity"),
            coloured=True,
        ),
    )


def _write_fte(paper: Paper, plan: Plan) -> None:
    rows = dict(_by_period(plan, plan.table("staff"), "group", "fte"))
    titles = titles_of(plan.names)["group"]
    matrix = Matrix(
        Heading(_("Staff over time"), _("FTE of each staff group in each period."), "staff.csv"),
        _("Staff group"),
        [titles.get(one, one) for one in rows],
        list(plan.periods),
        list(rows.values()),
        "number",
        _("FTE by staff group"),
        "columns",
        _("FTE"),
    )
    if len(plan.periods) == 1:
        matrix = replace(matrix, drawn="bars")
    write_matrix(paper, matrix)
