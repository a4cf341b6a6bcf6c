"""The decision and the key figures."""

from __future__ import annotations

from channelopt.plan.kpis import key_figures_of
from channelopt.plan.plan import Plan
from channelopt.report.document import Block, Bullets, Column, Grid, Note, Paragraph, Section
from channelopt.report.figures import difference, figure
from channelopt.report.summary import summary
from channelopt.report.wording import by_rule

MOST_PERIODS = 6
"""More periods than these do not fit across a page."""


def decision(plan: Plan) -> Section:
    """Return the decision in a few sentences, and whether it can be trusted."""
    blocks: list[Block] = [Bullets(summary(plan))]
    if plan.verification is not None and not plan.verification.ok:
        proof = plan.verification
        found = [f"{rule.rule}: {breach}" for rule in proof.rules for breach in rule.breaches]
        faults = [
            f"{rule}: {line}" for rule, lines in by_rule(plan, found).items() for line in lines
        ]
        blocks.insert(0, Note("This plan failed the independent check and must not be used."))
        blocks.append(Bullets((*faults, *proof.mismatches)[:20]))
    return Section("The decision", tuple(blocks))


def key_figures(plan: Plan) -> Section:
    """Return the key figures, today beside the plan."""
    currency = plan.names.currency
    today = plan.baseline.kpis if plan.baseline is not None else {}
    columns = [Column("", "left"), Column("Plan")]
    if today:
        columns += [Column("Today"), Column("Change")]
    rows = []
    for kpi in key_figures_of(plan.names):
        planned, now = plan.kpis.get(kpi.name), today.get(kpi.name)
        if planned is None and now is None:
            continue
        row = [kpi.label, figure(planned, kpi.unit)]
        if today:
            row += [figure(now, kpi.unit), difference(planned, now, kpi.unit)]
        rows.append(tuple(row))
    blocks: list[Block] = [Grid(tuple(columns), tuple(rows))]
    unit = f" Money in {currency}." if currency else ""
    horizon = len(plan.periods) > 1
    text = "Profit is discounted; cost and contacts are totals, FTE and channels are means."
    blocks.append(Paragraph(f"{text if horizon else ''}{unit}".strip() or "Money as entered."))
    if horizon:
        blocks += _by_period(plan)
    return Section("Key figures", tuple(blocks))


def _by_period(plan: Plan) -> list[Block]:
    periods = plan.periods
    if len(periods) > MOST_PERIODS:
        return [Paragraph("Every period is in plan.json under kpis_by_period.")]
    rows = tuple(
        (kpi.label, *(figure(plan.kpis_by_period[t].get(kpi.name), kpi.unit) for t in periods))
        for kpi in key_figures_of(plan.names)
        if any(plan.kpis_by_period[t].get(kpi.name) is not None for t in periods)
    )
    columns = (Column("By period", "left"), *(Column(period) for period in periods))
    return [Grid(columns, rows), Paragraph("Profit by period is not discounted.")]
