"""Who goes where: segments by channel, the list beside the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from channelopt.report import values
from channelopt.report.document import Block, Cell, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.figures import ABSENT, count, difference, headed, percent
from channelopt.report.lists import words
from channelopt.report.lists.folder import NONE, Listed, Row, records
from channelopt.report.shapes import Axis, Bars, Heatmap, Series
from channelopt.report.speech import _, plural_of

SOURCE = "totals.csv"
MOST_MAPS = 6
"""Decisions with a map of their own."""
MOST_ROWS = 40
MOST_COLUMNS = 16
Sums = dict[str, float]
Keys = tuple[str, ...]
GROUP = ("segment", "interaction")
SUMMED = ("customers", "contacts", "value", "cost")


def shares(listed: Listed) -> Section:
    """Return what the customers of each segment take."""
    rows = listed.rows("totals")
    text = _(
        "Shares are of the contacts of a segment where customers contact the company, and of its "
        "customers where they are contacted. The plan's share is that of the plan of segments."
    )
    blocks: list[Block] = [Paragraph(text), *_against_plan(listed, rows), *_maps(listed, rows)]
    blocks += [_by_option(listed, rows), _by_segment(listed, rows), _all(listed, rows)]
    return Section(_("Who goes where"), tuple(blocks))


def basis(listed: Listed, row: Row) -> str:
    """Return what shares are of: contacts or customers."""
    return "contacts" if listed.is_inbound(str(row["interaction"])) else "customers"


def gathered(rows: Sequence[Row], *keys: str) -> dict[Keys, Sums]:
    """Return customers, contacts and money by the values of some columns."""
    found: dict[Keys, Sums] = {}
    for row in rows:
        onto = found.setdefault(tuple(str(row[key]) for key in keys), dict.fromkeys(SUMMED, 0.0))
        for name in SUMMED:
            onto[name] += row[name]
    return found


def _group(row: Row) -> Keys:
    return tuple(str(row[key]) for key in GROUP)


def planned(listed: Listed, row: Row, whole: Sums) -> float:
    """Return how many contacts or customers would take an option at the plan's share."""
    return float(row["plan_share"] * whole[basis(listed, row)])


def _against_plan(listed: Listed, rows: Sequence[Row]) -> Iterator[Chart]:
    """Yield what the list has by option, beside the plan: contacts, then customers contacted."""
    texts = (
        ("contacts", _("First contacts by channel, in the list and by the plan"), _("Contacts")),
        ("customers", _("Customers by treatment, in the list and by the plan"), _("Customers")),
    )
    for unit, title, axis in texts:
        found = [row for row in rows if basis(listed, row) == unit]
        groups = gathered(found, *GROUP)
        listing: Sums = {}
        plan: Sums = {}
        for row in found:
            name = words.option(listed, str(row["interaction"]), str(row["channel"]))
            if unit == "contacts" and row["channel"] == NONE:
                continue
            listing[name] = listing.get(name, 0.0) + row[unit]
            plan[name] = plan.get(name, 0.0) + planned(listed, row, groups[_group(row)])
        if sum(listing.values()) > 0:
            yield _pairs(f"list-and-plan-{unit}", (title, axis), listing, plan)


def _pairs(name: str, titles: tuple[str, str], listing: Sums, plan: Sums) -> Chart:
    order = sorted(listing, key=lambda one: (-max(listing[one], plan[one]), one))[:MOST_ROWS]
    most = max(order, key=lambda one: abs(listing[one] - plan[one]))
    text = _("The list keeps to the shares of the plan.")
    if abs(listing[most] - plan[most]) >= 0.5:
        text = _("The largest difference: {option} with {list} in the list and {plan} by the plan.")
    insight = text.format(option=most, list=count(listing[most]), plan=count(plan[most]))
    series = (
        Series(_("List"), [listing[one] for one in order], "plan"),
        Series(_("Plan"), [plan[one] for one in order], "today"),
    )
    columns = (
        *(Column(_("Option"), "left"), Column(_("List")), Column(_("Plan"))),
        Column(_("Difference")),
    )
    table = tuple(
        (one, values.count(listing[one]), values.count(plan[one]), _more(listing[one], plan[one]))
        for one in order
    )
    alt = _("Bars of the list and of the plan, one pair for each option, the largest first.")
    grid = Grid(columns, table, source=SOURCE)
    return Chart(name, titles[0], insight, alt, Bars(order, series, Axis(titles[1])), SOURCE, grid)


def _more(one: float, other: float) -> Value:
    return Value(difference(one, other, "number"), one - other)


def _maps(listed: Listed, rows: Sequence[Row]) -> Iterator[Block]:
    """Yield for the largest decisions the share of each option by segment."""
    sizes = {
        name: sum(row["contacts"] for row in records(rows, interaction=name))
        for name in listed.decisions
    }
    order = sorted(listed.decisions, key=lambda name: (-sizes[name], name))
    for place, name in enumerate(order[:MOST_MAPS], start=1):
        yield from _map(listed, records(rows, interaction=name), place)
    left = len(order) - MOST_MAPS
    if left > 0:
        text = plural_of(
            "{n} more decision is in the table below.",
            "{n} more decisions are in the table below.",
            left,
        )
        yield Paragraph(text.format(n=count(left)))


def _map(listed: Listed, rows: Sequence[Row], place: int) -> Iterator[Chart]:
    shown = [row for row in rows if not _is_idle(listed, row)]
    if not any(row["customers"] for row in shown):
        return
    unit = basis(listed, rows[0])
    segments = _largest(shown, "segment", unit, MOST_ROWS)
    options = _largest(shown, "channel", unit, MOST_COLUMNS)
    decision = str(rows[0]["interaction"])
    cells = {(row["segment"], row["channel"]): float(row["share"]) for row in shown}
    yield Chart(
        f"who-goes-where-{place}",
        _("{decision}: share of each option by segment").format(
            decision=words.decision(listed, decision)
        ),
        _insight(listed, shown, unit),
        _("A map of shares: segments down, options across; darker cells have more."),
        Heatmap(
            [words.segment(listed, one) for one in segments],
            [words.option(listed, decision, one) for one in options],
            [[cells.get((one, option), 0.0) for option in options] for one in segments],
            Axis(_("Share"), "share"),
        ),
        SOURCE,
    )


def _is_idle(listed: Listed, row: Row) -> bool:
    """Whether an option is that of those who have nothing to decide."""
    return bool(row["channel"] == NONE and listed.is_inbound(str(row["interaction"])))


def _largest(rows: Sequence[Row], key: str, unit: str, most: int) -> list[str]:
    sums = gathered(rows, key)
    return [one for (one,) in sorted(sums, key=lambda one: (-sums[one][unit], one))[:most]]


def _insight(listed: Listed, rows: Sequence[Row], unit: str) -> str:
    sums = {one: found[unit] for (one,), found in gathered(rows, "channel").items()}
    whole = sum(sums.values())
    first = max(sorted(sums), key=lambda one: sums[one])
    text = _("Most go to {option}: {n} of {all} ({share}).")
    return text.format(
        option=words.option(listed, str(rows[0]["interaction"]), first),
        n=count(sums[first]),
        all=count(whole),
        share=percent(sums[first] / whole if whole else None),
    )


def _money_columns(listed: Listed) -> tuple[Column, Column]:
    value, cost = _("Value"), _("Contact cost")
    return Column(headed(value, listed.currency)), Column(headed(cost, listed.currency))


def _by_option(listed: Listed, rows: Sequence[Row]) -> Grid:
    columns = (
        *(Column(_("Decision"), "left"), Column(_("Option"), "left"), Column(_("Customers"))),
        *(Column(_("Contacts")), *_money_columns(listed)),
    )
    lines: list[tuple[Cell, ...]] = []
    for (decision, option), found in sorted(gathered(rows, "interaction", "channel").items()):
        names = (words.decision(listed, decision), words.option(listed, decision, option))
        lines.append((*names, *_cells(found)))
    whole = _whole(rows)
    foot: tuple[Cell, ...] = (_("All"), "", Value(ABSENT, None), *_cells(whole)[1:])
    return Grid(columns, tuple(lines), _("By option"), SOURCE, foot)


def _by_segment(listed: Listed, rows: Sequence[Row]) -> Grid:
    columns = (
        *(Column(_("Segment"), "left"), Column(_("Customers"))),
        *(Column(_("Contacts")), *_money_columns(listed)),
    )
    decisions = max(len(listed.decisions), 1)
    lines: list[tuple[Cell, ...]] = []
    for (segment,), found in sorted(gathered(rows, "segment").items()):
        customers = found["customers"] / decisions
        cells = _cells({**found, "customers": customers})
        lines.append((words.segment(listed, segment), *cells))
    whole = {**_whole(rows), "customers": listed.found.customers}
    return Grid(columns, tuple(lines), _("By segment"), SOURCE, (_("All"), *_cells(whole)))


def _whole(rows: Sequence[Row]) -> Sums:
    return gathered(rows).get((), dict.fromkeys(SUMMED, 0.0))


def _cells(found: Mapping[str, float]) -> tuple[Value, ...]:
    return (
        *(values.count(found["customers"]), values.count(found["contacts"])),
        *(values.money(found["value"]), values.money(found["cost"])),
    )


def _all(listed: Listed, rows: Sequence[Row]) -> Grid:
    columns = (
        *(Column(_("Segment"), "left"), Column(_("Decision"), "left")),
        *(Column(_("Option"), "left"), Column(_("Customers")), Column(_("Contacts"))),
        *(Column(_("Share")), Column(_("Share in the plan")), Column(_("Difference"))),
        *(*_money_columns(listed), Column(_("Satisfaction"))),
    )
    lines: list[tuple[Cell, ...]] = []
    for row in rows:
        decision = str(row["interaction"])
        share, plan = float(row["share"]), float(row["plan_share"])
        change = Value(difference(share, plan, "share"), share - plan)
        idle = _is_idle(listed, row)
        shown = (values.percent(share), values.percent(plan), change)
        lines.append(
            (
                *(words.segment(listed, str(row["segment"])), words.decision(listed, decision)),
                words.option(listed, decision, str(row["channel"])),
                *(values.count(row["customers"]), values.count(row["contacts"])),
                *((Value(ABSENT, None),) * 3 if idle else shown),
                *(values.money(row["value"]), values.money(row["cost"])),
                values.ratio(row["satisfaction"]),
            )
        )
    return Grid(columns, tuple(lines), _("Every segment and option"), SOURCE)
