"""Outbound bundles and metrics."""

from __future__ import annotations

from collections.abc import Mapping

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report.document import Block, Column, Grid, Paragraph, Section
from channelopt.report.figures import ABSENT, count, headed, ratio
from channelopt.report.views import way_title

MOST_ROWS = 40
"""Longer tables are cut; the CSV files hold everything."""


def bundles(plan: Plan) -> Section | None:
    """Return how many customers of each segment are treated with each bundle."""
    if not plan.names.bundles:
        return None
    treated: dict[tuple[str, str, str], float] = {}
    for record in plan.table("allocation").records():
        key = (str(record["channel"]), str(record["interaction"]), str(record["segment"]))
        if key[0] in plan.names.bundles:
            treated[key] = treated.get(key, 0.0) + as_number(record["first_contacts"])
    used = {key: customers for key, customers in sorted(treated.items()) if customers > 0}
    if not used:
        return Section("Bundles", (Paragraph("No customer is treated with a bundle."),))
    columns = (
        *(Column(title, "left") for title in ("Bundle", "Interaction", "Segment")),
        Column("Customers treated"),
    )
    names = plan.names
    rows = tuple(
        (
            names.bundles[bundle],
            names.interactions.get(interaction, interaction),
            names.segments.get(segment, segment),
            count(customers),
        )
        for (bundle, interaction, segment), customers in list(used.items())[:MOST_ROWS]
    )
    blocks: list[Block] = [Grid(columns, rows)]
    if len(used) > MOST_ROWS:
        blocks.append(Paragraph("The rest is in allocation.csv."))
    text = "In the channels that a bundle uses its customers are handled, not first contacts."
    return Section("Bundles", (*blocks, Paragraph(text)))


def metrics(plan: Plan) -> Section | None:
    """Return the amount of each metric, in all, per first contact and by channel."""
    if not plan.names.metrics:
        return None
    amounts: dict[str, dict[str, float]] = {}
    for record in plan.table("metrics").records():
        of = amounts.setdefault(str(record["metric"]), {})
        way = str(record["channel"])
        of[way] = of.get(way, 0.0) + as_number(record["amount"])
    columns = (
        Column("Metric", "left"),
        *(Column(title) for title in ("Total", "Per first contact")),
        Column("Mostly from", "left"),
    )
    rows = tuple(
        (
            headed(title, plan.names.units.get(metric) or None),
            count(plan.kpis.get(f"metric.{metric}")),
            ratio(plan.kpis.get(f"metric.{metric}.mean")),
            _largest(plan, amounts.get(metric, {})),
        )
        for metric, title in plan.names.metrics.items()
    )
    return Section("Metrics", (Grid(columns, rows),))


def _largest(plan: Plan, amounts: Mapping[str, float], most: int = 3) -> str:
    """Return the channels and bundles from which most comes, `Letter 1,025, Phone 290`."""
    ordered = sorted((way for way in amounts if amounts[way]), key=lambda w: (-abs(amounts[w]), w))
    named = [f"{way_title(plan, way)} {count(amounts[way])}" for way in ordered[:most]]
    return ", ".join(named) if named else ABSENT
