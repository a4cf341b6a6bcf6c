"""The decision and the key figures."""

from __future__ import annotations

from channelopt.plan.key_figures import KPIS, Kpi, Kpis
from channelopt.plan.kpis import key_figures_of
from channelopt.plan.plan import Plan
from channelopt.plan.records import Proof
from channelopt.report import values
from channelopt.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Figure,
    Figures,
    Grid,
    Note,
    Paragraph,
    Section,
    Value,
)
from channelopt.report.figures import difference
from channelopt.report.speech import _, later
from channelopt.report.stored import said
from channelopt.report.summary import summary
from channelopt.report.vocabulary import label
from channelopt.report.wording import by_rule

MOST_PERIODS = 6
"""More periods than these do not fit across a page."""
MOST_FAULTS = 20
SOURCE = "plan.json"

TILES: dict[str, int] = {
    "profit": 1,
    "cost": -1,
    "satisfaction": 1,
    "margin_kept": 1,
    "share_high": 0,
    "contacts_per_case": -1,
}
"""Key figures that stand large on page one, and whether more of them is better (1), worse (-1) or
neither (0)."""
LEAST_CHANGE = 5e-4
"""A smaller relative change is neither better nor worse."""
AS_ENTERED = later("Money as entered.")


def decision(plan: Plan) -> Section:
    """Return the decision in a few sentences, and whether it can be trusted."""
    blocks: list[Block] = [Bullets(summary(plan))]
    if plan.has_answer:
        blocks.append(tiles(plan))
    if plan.verification is not None and not plan.verification.ok:
        text = _("This plan failed the independent check and must not be used.")
        blocks = [Note(text), *blocks, _faults(plan, plan.verification)]
    return Section(_("The decision"), tuple(blocks))


def _faults(plan: Plan, proof: Proof) -> Bullets:
    """Return what the independent check found, rule by rule."""
    found = [f"{rule.rule}: {breach}" for rule in proof.rules for breach in rule.breaches]
    faults = [f"{rule}: {line}" for rule, lines in by_rule(plan, found).items() for line in lines]
    wrong = [said(text) for text in proof.mismatches]
    return Bullets((*faults, *wrong)[:MOST_FAULTS])


def tiles(plan: Plan) -> Figures:
    """Return the key figures that matter most, with today and whether the plan is better."""
    shown = [kpi for kpi in KPIS if kpi.name in TILES and plan.kpis.get(kpi.name) is not None]
    return Figures(tuple(_tile(plan, kpi) for kpi in shown), source=SOURCE)


def _tile(plan: Plan, kpi: Kpi) -> Figure:
    planned, now = plan.kpis.get(kpi.name), _today(plan).get(kpi.name)
    currency = plan.names.currency
    value = values.figure(planned, kpi.unit, currency)
    if planned is None or now is None:
        return Figure(label(plan.names, kpi), value)
    better, change = TILES[kpi.name], planned - now
    moved = abs(change) > LEAST_CHANGE * max(abs(planned), abs(now))
    return Figure(
        label(plan.names, kpi),
        value,
        today=values.figure(now, kpi.unit, currency),
        change=difference(planned, now, kpi.unit),
        is_better=change * better > 0 if better and moved else None,
    )


def _today(plan: Plan) -> Kpis:
    return plan.baseline.kpis if plan.baseline is not None else {}


def key_figures(plan: Plan) -> Section:
    """Return the key figures, today beside the plan."""
    today = _today(plan)
    columns = [Column("", "left"), Column(_("Plan"))]
    if today:
        columns += [Column(_("Today")), Column(_("Change"))]
    rows = []
    for kpi in key_figures_of(plan.names):
        planned, now = plan.kpis.get(kpi.name), today.get(kpi.name)
        if planned is None and now is None:
            continue
        row: list[Cell] = [label(plan.names, kpi), values.figure(planned, kpi.unit)]
        if today:
            row += [values.figure(now, kpi.unit), _change(planned, now, kpi.unit)]
        rows.append(tuple(row))
    blocks: list[Block] = [Grid(tuple(columns), tuple(rows), source=SOURCE)]
    blocks.append(Paragraph(_units(plan)))
    if len(plan.periods) > 1:
        blocks += _by_period(plan)
    return Section(_("Key figures"), tuple(blocks))


def _change(planned: float | None, now: float | None, unit: str) -> Value:
    change = None if planned is None or now is None else planned - now
    return Value(difference(planned, now, unit), change)


def _units(plan: Plan) -> str:
    sentences = []
    if len(plan.periods) > 1:
        sentences.append(
            _("Profit is discounted; cost and contacts are totals, FTE and channels are means.")
        )
    if plan.names.currency:
        sentences.append(_("Money in {currency}.").format(currency=plan.names.currency))
    return " ".join(sentences) or _(AS_ENTERED)


def _by_period(plan: Plan) -> list[Block]:
    periods = plan.periods
    if len(periods) > MOST_PERIODS:
        return [Paragraph(_("Every period is in plan.json under kpis_by_period."))]
    rows: list[tuple[Cell, ...]] = []
    for kpi in key_figures_of(plan.names):
        found = [plan.kpis_by_period[period].get(kpi.name) for period in periods]
        if any(value is not None for value in found):
            cells = (values.figure(value, kpi.unit) for value in found)
            rows.append((label(plan.names, kpi), *cells))
    columns = (Column(_("By period"), "left"), *(Column(period) for period in periods))
    note = _("Profit by period is not discounted.")
    return [Grid(columns, tuple(rows), source=SOURCE), Paragraph(note)]
