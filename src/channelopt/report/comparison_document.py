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
    ways,
)
from channelopt.report.document import Block, Bullets, Column, Document, Grid, Paragraph, Section
from channelopt.report.figures import (
    ABSENT,
    cents,
    count,
    difference,
    enumerate_words,
    figure,
    headed,
    money,
    percent,
    plain,
)
from channelopt.report.markdown import render
from channelopt.report.speech import _, later, plural_of
from channelopt.report.stored import said as stored
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
    "shapley": later(
        "Each part is the mean effect of its inputs over all orders in which the groups can "
        "change (Shapley value), every step solved anew."
    ),
    "ordered": later(
        "Each part is the mean of two orders, one the reverse of the other, every step solved anew."
    ),
    "none": later("No input differs."),
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
    text = _("{first} compared with {others}")
    return text.format(first=first, others=enumerate_words(others, len(others)))


def markdown(comparison: Comparison) -> str:
    """Return a comparison as Markdown; text from users stays text."""
    return render(document(comparison))


def document(comparison: Comparison) -> Document:
    """Return a comparison as a document."""
    blocks: list[Block] = [Bullets(gist(comparison))]
    if comparison.notes:
        blocks.append(Bullets(tuple(stored(note) for note in comparison.notes)))
    figures = Section(_("Key figures"), (key_figures(comparison),))
    parts = [Section(_("The gist"), tuple(blocks)), figures]
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
        manifest={"sides": data["sides"], "titles": _titles(comparison)},
        data={"comparison": data},
        documents={"comparison.xlsx": book(comparison)},
    )


def _titles(comparison: Comparison) -> dict[str, dict[str, str]]:
    """Return the titles of all ids in the tables, so that the folder can be reported later."""
    segments: dict[str, str] = {}
    channels: dict[str, str] = {}
    for one in comparison.differences:
        for side in (one.a, one.b):
            segments |= side.plan.names.segments
        channels |= ways(one)
    return {"segments": segments, "channels": channels}


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
    columns = [Column(headed(_("Over the horizon"), currency(first)), "left")]
    columns += [Column(side.name) for side in sides] + [Column(_("Change"))] * is_pair
    rows = []
    for kpi in figures:
        values = [side.plan.kpis.get(kpi.name) for side in sides]
        if any(value is not None for value in values):
            cells = [stored(kpi.label), *(figure(value, kpi.unit) for value in values)]
            change = [difference(values[1], values[0], kpi.unit)] if is_pair else []
            rows.append(tuple(cells + change))
    return Grid(tuple(columns), tuple(rows))


def _one_row_each(comparison: Comparison) -> Grid:
    """Return the main key figures, one plan in each row."""
    sides = comparison.sides
    shown = [kpi for kpi in KPIS if kpi.name in MAIN]
    columns = (Column(_("Plan"), "left"), *(Column(_(kpi.label)) for kpi in shown))
    rows = [
        (side.name, *(figure(side.plan.kpis.get(kpi.name), kpi.unit) for kpi in shown))
        for side in sides
    ]
    return Grid(columns, tuple(rows))


def sections(one: Difference) -> Iterator[Section]:
    """Yield what differs between a plan and the first: why, inputs, money, structure, flows."""
    plan = one.b.name
    parts = (
        (_("Why: {plan}"), tuple(why(one))),
        (_("Inputs that differ: {plan}"), _some(inputs(one), "inputs")),
        (_("Money: {plan}"), _some(money_terms(one), "money")),
        (_("Channels that differ: {plan}"), _some(channels(one), "channels")),
        (_("Staff that differs: {plan}"), _some(staff(one), "staff")),
        (_("Who moves where: {plan}"), _some(moves(one), "flows_by_segment")),
    )
    for text, blocks in parts:
        yield Section(text.format(plan=plan), blocks)


def why(one: Difference) -> Iterator[Block]:
    """Yield the way from one profit to the other."""
    attribution = one.attribution
    if attribution is None:
        return
    columns = (
        Column(headed(_("Step"), currency(one)), "left"),
        *(
            Column(_("Effect")),
            Column(_("Profit")),
            Column(_("Inputs")),
            Column(_("Known"), "left"),
        ),
    )
    rows = one.records("waterfall")
    digits = cents(row["after"] for row in rows)
    yield Grid(columns, tuple(_step(row, digits) for row in rows))
    yield Paragraph(_(METHODS[attribution.method]))
    if reservations(one):
        yield Bullets(reservations(one))


def _step(row: Mapping[str, Any], digits: int) -> tuple[str, ...]:
    effect = "" if row["kind"] in ENDS else signed(row["effect"], digits)
    changes = count(row["changes"]) if row["changes"] else ""
    known = _(row["known"] or "")
    return stored(row["title"]), effect, money(row["after"], digits=digits), changes, known


def inputs(one: Difference) -> Grid:
    """Return the inputs that differ, below the title of their group."""
    columns = (Column(_("Input"), "left"), Column(_("Before")), Column(_("After")))
    groups: dict[str, list[tuple[str, ...]]] = {}
    for row in one.records("inputs"):
        cells = (row["path"], _cell(row["old"]), _cell(row["new"]))
        groups.setdefault(row["title"], []).append(cells)
    listed: list[tuple[str, ...]] = []
    for group, cells_of in groups.items():
        listed += [(f"{stored(group)} ({count(len(cells_of))})", "", ""), *cells_of]
    return Grid(columns, tuple(listed))


def _cell(value: Any) -> str:
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = plain(float(value)) if isinstance(value, int | float) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def money_terms(one: Difference) -> Grid:
    """Return the money terms that differ: what each adds to the profit, over the horizon."""
    plans = one.a.plan, one.b.plan
    is_discounted = any(plan.discount_rate and len(plan.periods) > 1 for plan in plans)
    columns = (
        Column(
            headed(_("Discounted") if is_discounted else _("Money term"), currency(one)), "left"
        ),
        *(Column(_("Before")), Column(_("After")), Column(_("Difference"))),
    )
    rows = [
        (_(row["title"]), row["before"], row["after"], row["difference"])
        for row in one.records("money")
        if row["period"] is None and abs(row["difference"]) >= CENT
    ]
    if not rows:
        return Grid(columns, ())
    profit = one.a.plan.objective or 0.0, one.b.plan.objective or 0.0, one.total
    rows.append((_("Satisfaction-weighted profit"), *profit))
    digits = cents(amount for _, *amounts in rows for amount in amounts)
    cells = [
        (title, money(a, digits=digits), money(b, digits=digits), signed(more, digits))
        for title, a, b, more in rows
    ]
    return Grid(columns, tuple(cells))


def channels(one: Difference) -> Grid:
    """Return the channels that differ, by period."""
    columns = (
        *(Column(_("Period"), "left"), Column(_("Channel"), "left"), Column("", "left")),
        *(
            Column(_("Handled before")),
            Column(_("After")),
            Column(_("Cost before")),
            Column(_("After")),
        ),
    )
    cells = [
        (
            *(row["period"], row["title"], _(row["event"] or "")),
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
        *(Column(_("Period"), "left"), Column(_("Group"), "left")),
        *(
            Column(_("FTE before")),
            Column(_("After")),
            Column(_("Cost before")),
            Column(_("After")),
        ),
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
        Column(_("Who moves"), "left"),
        *(Column(_("Contacts")), Column(_("Share of theirs")), Column(_("Customers"))),
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
    if more <= 0:
        return (cut,)
    text = plural_of("And {n} more, in {file}.", "And {n} more, in {file}.", more)
    return (cut, Paragraph(text.format(n=count(more), file=f"{name}.csv")))


def book(comparison: Comparison) -> bytes:
    """Return a comparison as a workbook: the gist, a waterfall for each pair, every table."""
    sheets = [Sheet(name, table, KINDS.get(name, {})) for name, table in comparison.tables.items()]
    charts = [waterfall_of(one) for one in comparison.differences if one.attribution is not None]
    said = (*gist(comparison), *(stored(note) for note in comparison.notes))
    return workbook(Book(title(comparison), sheets, said, charts))


def waterfall_of(one: Difference) -> Waterfall:
    """Return the way from one profit to the other as bars."""
    bars = []
    for row in one.records("waterfall"):
        is_total = row["kind"] in ENDS
        start = 0.0 if is_total else row["before"]
        bars.append(Bar(stored(row["title"]), start, row["after"], is_total))
    name = _("Waterfall {plan}").format(plan=one.b.name)
    return Waterfall(name, bars, currency(one) or "")
