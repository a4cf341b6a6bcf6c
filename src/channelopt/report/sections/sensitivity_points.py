"""How far limits can move before something changes, and where linear prices mislead."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.plan.plan import Plan
from channelopt.report import values
from channelopt.report.document import Block, Column, Grid, Paragraph, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import ABSENT, headed
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.speech import _, later
from channelopt.report.stored import said

THEN = {
    "profit falls": later("profit falls"),
    "profit rises": later("profit rises"),
    "no plan": later("no plan is left"),
    "other channels or upgrades": later("other channels"),
    "nothing": later("no change found"),
}
DIRECTIONS = {"less": later("less"), "more": later("more")}


def points(evidence: Evidence) -> Iterator[Block]:
    """Yield how far each limit can move before profit, and before the channels change."""
    pairs: dict[tuple[str, str], dict[str, cells.Record]] = {}
    for record in cells.records(evidence, "limit_points"):
        key = (cells.text(record, "parameter"), cells.text(record, "direction"))
        pairs.setdefault(key, {})[cells.text(record, "what")] = record
    if not pairs:
        return
    columns = (
        Column(_("Limit"), "left"),
        Column(_("At")),
        Column(_("Moved"), "left"),
        Column(_("Profit the same to")),
        Column(_("Then"), "left"),
        Column(_("Channels the same to")),
        Column(_("Then"), "left"),
    )
    rows = tuple(_point(evidence.plan, of) for of in pairs.values())
    title = _("How far each limit can move before something changes")
    yield Grid(columns, rows, title, cells.source("limit_points"))
    found = [one for of in pairs.values() for one in of.values()]
    if any(cells.text(one, "known") in cells.OPEN for one in found):
        yield Paragraph(
            _("≥ marks how far nothing is known to change; the change itself may come later.")
        )


def _point(plan: Plan, of: dict[str, cells.Record]) -> cells.Row:
    first = next(iter(of.values()))
    unit = cells.text(first, "unit")
    kinds = [of.get("profit", {}), of.get("channels", {})]
    value, *same = cells.levels(
        [cells.number(first, "value"), *(cells.number(one, "same_until") for one in kinds)], unit
    )
    ends = [_end(one, shown) for one, shown in zip(kinds, same, strict=True)]
    direction = cells.text(first, "direction")
    return (
        said(cells.text(first, "title")),
        cells.counted(plan, value, unit),
        _(DIRECTIONS.get(direction, direction)),
        *ends[0],
        *ends[1],
    )


def _end(record: cells.Record, shown: Value) -> tuple[Value, str]:
    """Return how far all is the same, and what comes then."""
    known, then = cells.text(record, "known"), cells.text(record, "then")
    if known in {"not solved", "no meaning", ""} or shown.number is None:
        return Value(ABSENT, None), ""
    is_open = known == "at least" and not cells.text(record, "changed_at")
    if not is_open:
        return shown, _(THEN.get(then, then))
    marked = Value(_("≥ {amount}").format(amount=shown), shown.number)
    return (shown if cells.text(record, "direction") == "less" else marked), _("not known")


def duals(evidence: Evidence) -> Iterator[Block]:
    """Yield the limits for which the price of the linear program tells another story."""
    wrong = [one for one in cells.records(evidence, "limit_duals") if cells.flag(one, "misleads")]
    if not wrong:
        return
    names = ("predicted_less", "effect_less", "predicted_more", "effect_more")
    amounts = [cells.number(one, name) for one in wrong for name in names]
    digits = cells.digits_of(amounts)
    columns = (
        Column(_("Limit"), "left"),
        Column(headed(_("One less, by the dual price"), evidence.plan.names.currency)),
        Column(_("One less, in truth")),
        Column(_("One more, by the dual price")),
        Column(_("One more, in truth")),
    )
    rows: tuple[cells.Row, ...] = tuple(
        (
            said(cells.text(one, "title")),
            values.money(cells.number(one, "predicted_less"), digits),
            cells.amount(cells.number(one, "effect_less"), cells.text(one, "less_known"), digits),
            values.money(cells.number(one, "predicted_more"), digits),
            cells.amount(cells.number(one, "effect_more"), cells.text(one, "more_known"), digits),
        )
        for one in wrong
    )
    title = _("Where the price of the linear program misleads")
    yield Grid(columns, rows, title, cells.source("limit_duals"))
