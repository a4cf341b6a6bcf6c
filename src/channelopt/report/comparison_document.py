"""A comparison as a document for a planner, and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from channelopt.analysis.comparing.results import Comparison, Difference
from channelopt.analysis.comparing.results_figures import figures_of, merged
from channelopt.plan.kpis import KPIS
from channelopt.plan.results_folder import Results
from channelopt.report.comparison import (
    CENT,
    currency,
    flow_in_words,
    gist,
    largest_flows,
    reservations,
    signed,
)
from channelopt.report.document import Block, Bullets, Column, Document, Grid, Paragraph, Section
from channelopt.report.figures import (
    ABSENT,
    cents,
    count,
    difference,
    figure,
    headed,
    money,
    percent,
)
from channelopt.report.markdown import render
from channelopt.report.waterfall_chart import Bar, Waterfall
from channelopt.report.workbook import Book, Kind, Sheet, workbook

MAIN = frozenset({"profit", "cost", "satisfaction", "fte"})
"""Key figures where there is little room."""
MOST_BESIDE = 6
"""So many plans fit beside each other on a page."""
MOST = 30
"""Rows of a table in a report; the files hold all of them."""
LONGEST = 60
"""Characters of a value in a report; the files hold all of them."""
ENDS = frozenset({"start", "end"})
"""Kinds of steps of a waterfall that are whole plans."""
METHODS = {
    "shapley": "Each part is the mean effect of its inputs over all orders in which the groups can "
    "change (Shapley value), every step solved anew.",
    "ordered": "Each part is the mean of two orders, one the reverse of the other, every step "
    "solved anew.",
    "none": "No input differs.",
}
KINDS: Mapping[str, Mapping[str, Kind]] = {
    "money": dict.fromkeys(
        ("before", "after", "difference", "before_undiscounted", "after_undiscounted"), "money"
    ),
    "waterfall": dict.fromkeys(("effect", "before", "after", "doubt"), "money"),
    "flows": dict.fromkeys(("contacts", "customers"), "number"),
    "flows_by_segment": {"contacts": "number", "customers": "number", "share": "share"},
    "channels": {
        **dict.fromkeys(("cost_before", "cost_after"), "money"),
        **dict.fromkeys(("utilisation_before", "utilisation_after"), "share"),
        **dict.fromkeys(("first_contacts_before", "first_contacts_after"), "number"),
        **dict.fromkeys(("handled_before", "handled_after"), "number"),
    },
    "staff": {
        **dict.fromkeys(("cost_before", "cost_after", "cost_difference"), "money"),
        **dict.fromkeys(("fte_before", "fte_after", "fte_difference"), "number"),
    },
    "kpis": {"ratio": "ratio"},
}


def title(comparison: Comparison) -> str:
    """Return what is compared."""
    first, *others = (side.name for side in comparison.sides)
    return f"{first} compared with {', '.join(others)}"


def markdown(comparison: Comparison) -> str:
    """Return a comparison as Markdown; text from users stays text."""
    return render(document(comparison))


def document(comparison: Comparison) -> Document:
    """Return a comparison as a document."""
    blocks: list[Block] = [Bullets(gist(comparison))]
    if comparison.notes:
        blocks.append(Bullets(comparison.notes))
    figures = Section("Key figures", (key_figures(comparison),))
    parts = [Section("The gist", tuple(blocks)), figures]
    for one in comparison.differences:
        parts += [section for section in sections(one) if section.blocks]
    return Document(title(comparison), tuple(parts))


def results(comparison: Comparison) -> Results:
    """Return a comparison as a folder of results."""
    data = comparison.as_data()
    return Results(
        kind="comparison",
        tables=tuple(comparison.tables.values()),
        summary=markdown(comparison),
        manifest={"sides": data["sides"]},
        data={"comparison": data},
        documents={"comparison.xlsx": book(comparison)},
    )


def key_figures(comparison: Comparison, most: int = MOST_BESIDE) -> Grid:
    """Return the key figures over the horizon, plans beside each other.

    Where there are more than `most` plans, each is a row with its main figures.
    """
    if len(comparison.sides) > most:
        return _one_row_each(comparison)
    sides, first = comparison.sides, comparison.differences[0]
    figures = figures_of(first.a, first.b)
    for one in comparison.differences[1:]:
        figures = merged(figures, figures_of(one.a, one.b))
    is_pair = len(sides) == 2
    columns = [Column(headed("Over the horizon", currency(first)), "left")]
    columns += [Column(side.name) for side in sides] + [Column("Change")] * is_pair
    rows = []
    for kpi in figures:
        values = [side.plan.kpis.get(kpi.name) for side in sides]
        if any(value is not None for value in values):
            cells = [kpi.label, *(figure(value, kpi.unit) for value in values)]
            change = [difference(values[1], values[0], kpi.unit)] if is_pair else []
            rows.append(tuple(cells + change))
    return Grid(tuple(columns), tuple(rows))


def _one_row_each(comparison: Comparison) -> Grid:
    """Return the main key figures, one plan in each row."""
    sides = comparison.sides
    shown = [kpi for kpi in KPIS if kpi.name in MAIN]
    columns = (Column("Plan", "left"), *(Column(kpi.label) for kpi in shown))
    rows = [
        (side.name, *(figure(side.plan.kpis.get(kpi.name), kpi.unit) for kpi in shown))
        for side in sides
    ]
    return Grid(columns, tuple(rows))


def sections(one: Difference) -> Iterator[Section]:
    """Yield what differs between a plan and the first: why, inputs, money, structure, flows."""
    of = f": {one.b.name}"
    yield Section(f"Why{of}", tuple(why(one)))
    yield Section(f"Inputs that differ{of}", _some(inputs(one), "inputs"))
    yield Section(f"Money{of}", _some(money_terms(one), "money"))
    yield Section(f"Channels that differ{of}", _some(channels(one), "channels"))
    yield Section(f"Staff that differs{of}", _some(staff(one), "staff"))
    yield Section(f"Who moves where{of}", _some(moves(one), "flows_by_segment"))


def why(one: Difference) -> Iterator[Block]:
    """Yield the way from one profit to the other."""
    attribution = one.attribution
    if attribution is None:
        return
    columns = (
        Column(headed("Step", currency(one)), "left"),
        *(Column("Effect"), Column("Profit"), Column("Inputs"), Column("Known", "left")),
    )
    rows = one.records("waterfall")
    digits = cents(row["after"] for row in rows)
    yield Grid(columns, tuple(_step(row, digits) for row in rows))
    yield Paragraph(METHODS[attribution.method])
    if reservations(one):
        yield Bullets(reservations(one))


def _step(row: Mapping[str, Any], digits: int) -> tuple[str, ...]:
    effect = "" if row["kind"] in ENDS else signed(row["effect"], digits)
    changes = count(row["changes"]) if row["changes"] else ""
    return row["title"], effect, money(row["after"], digits=digits), changes, row["known"] or ""


def inputs(one: Difference) -> Grid:
    """Return the inputs that differ, below the title of their group."""
    columns = (Column("Input", "left"), Column("Before"), Column("After"))
    groups: dict[str, list[tuple[str, ...]]] = {}
    for row in one.records("inputs"):
        cells = (row["path"], _cell(row["old"]), _cell(row["new"]))
        groups.setdefault(row["title"], []).append(cells)
    listed: list[tuple[str, ...]] = []
    for group, cells_of in groups.items():
        listed += [(f"{group} ({len(cells_of)})", "", ""), *cells_of]
    return Grid(columns, tuple(listed))


def _cell(value: Any) -> str:
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{value:,.10g}" if isinstance(value, int | float) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def money_terms(one: Difference) -> Grid:
    """Return the money terms that differ: what each adds to the profit, over the horizon."""
    plans = one.a.plan, one.b.plan
    is_discounted = any(plan.discount_rate and len(plan.periods) > 1 for plan in plans)
    columns = (
        Column(headed("Discounted" if is_discounted else "Money term", currency(one)), "left"),
        *(Column("Before"), Column("After"), Column("Difference")),
    )
    rows = [
        (row["title"], row["before"], row["after"], row["difference"])
        for row in one.records("money")
        if row["period"] is None and abs(row["difference"]) >= CENT
    ]
    if not rows:
        return Grid(columns, ())
    profit = one.a.plan.objective or 0.0, one.b.plan.objective or 0.0, one.total
    rows.append(("Satisfaction-weighted profit", *profit))
    digits = cents(amount for _, *amounts in rows for amount in amounts)
    cells = [
        (title, money(a, digits=digits), money(b, digits=digits), signed(more, digits))
        for title, a, b, more in rows
    ]
    return Grid(columns, tuple(cells))


def channels(one: Difference) -> Grid:
    """Return the channels that differ, by period."""
    columns = (
        *(Column("Period", "left"), Column("Channel", "left"), Column("", "left")),
        *(Column("Handled before"), Column("After"), Column("Cost before"), Column("After")),
    )
    cells = [
        (
            *(row["period"], row["title"], row["event"]),
            *(count(row["handled_before"]), count(row["handled_after"])),
            *(money(row["cost_before"]), money(row["cost_after"])),
        )
        for row in one.records("channels")
    ]
    return Grid(columns, tuple(cells))


def events(one: Difference) -> Grid:
    """Return the channels that open or close, by period."""
    grid = channels(one)
    return Grid(grid.columns, tuple(row for row in grid.rows if row[2]))


def staff(one: Difference) -> Grid:
    """Return the staff groups that differ, by period."""
    columns = (
        *(Column("Period", "left"), Column("Group", "left")),
        *(Column("FTE before"), Column("After"), Column("Cost before"), Column("After")),
    )
    cells = [
        (
            *(row["period"], row["title"], count(row["fte_before"]), count(row["fte_after"])),
            *(money(row["cost_before"]), money(row["cost_after"])),
        )
        for row in one.records("staff")
    ]
    return Grid(columns, tuple(cells))


def moves(one: Difference) -> Grid:
    """Return the flows of segments, the largest first."""
    columns = (
        Column("Who moves", "left"),
        *(Column("Contacts"), Column("Share of theirs"), Column("Customers")),
    )
    cells = [
        (
            flow_in_words(one, row),
            *(_whole(row["contacts"]), percent(row["share"]), _whole(row["customers"])),
        )
        for row in largest_flows(one)
    ]
    return Grid(columns, tuple(cells))


def _whole(number: float) -> str:
    """Return a number of people or contacts, whole from ten on."""
    return count(round(number) if number >= 10 else round(number, 1))


def _some(grid: Grid, name: str) -> tuple[Block, ...]:
    """Return a table cut to what a reader looks at, nothing where it is empty."""
    if not grid.rows:
        return ()
    more = len(grid.rows) - MOST
    cut = Grid(grid.columns, grid.rows[:MOST])
    return (cut, Paragraph(f"And {more} more, in {name}.csv.")) if more > 0 else (cut,)


def book(comparison: Comparison) -> bytes:
    """Return a comparison as a workbook: the gist, a waterfall for each pair, every table."""
    sheets = [Sheet(name, table, KINDS.get(name, {})) for name, table in comparison.tables.items()]
    charts = [waterfall_of(one) for one in comparison.differences if one.attribution is not None]
    said = (*gist(comparison), *comparison.notes)
    return workbook(Book(title(comparison), sheets, said, charts))


def waterfall_of(one: Difference) -> Waterfall:
    """Return the way from one profit to the other as bars."""
    bars = []
    for row in one.records("waterfall"):
        is_total = row["kind"] in ENDS
        start = 0.0 if is_total else row["before"]
        bars.append(Bar(row["title"], start, row["after"], is_total))
    return Waterfall(f"Waterfall {one.b.name}", bars, currency(one) or "")
