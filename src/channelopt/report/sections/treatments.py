"""Outbound bundles and metrics."""

from __future__ import annotations

from collections.abc import Mapping

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Chart, Column, Grid, Paragraph, Section
from channelopt.report.figures import ABSENT, count, headed, percent
from channelopt.report.shapes import Axis, Bars, Series
from channelopt.report.speech import _, plural_of
from channelopt.report.views import way_title

MOST = 40
"""Segments in one picture."""
MOST_BUNDLES = 6
"""Bundles that can be told apart in one picture."""

Treated = Mapping[tuple[str, str, str], float]
"""Customers by bundle, interaction and segment."""


def bundles(plan: Plan) -> Section | None:
    """Return how many customers of each segment are treated with each bundle."""
    if not plan.names.bundles:
        return None
    used = _treated(plan)
    if not used:
        text = _("No customer is treated with a bundle.")
        return Section(_("Bundles"), (Paragraph(text),))
    columns = (
        *(Column(title, "left") for title in (_("Bundle"), _("Interaction"), _("Segment"))),
        Column(_("Customers treated")),
    )
    names = plan.names
    rows = tuple(
        (
            names.bundles[bundle],
            names.interactions.get(interaction, interaction),
            names.segments.get(segment, segment),
            values.count(customers),
        )
        for (bundle, interaction, segment), customers in used.items()
    )
    note = _("In the channels that a bundle uses its customers are handled, not first contacts.")
    grid = Grid(columns, rows, source="allocation.csv")
    return Section(_("Bundles"), (_chart(plan, used), grid, Paragraph(note)))


def _treated(plan: Plan) -> Treated:
    found: dict[tuple[str, str, str], float] = {}
    for record in plan.table("allocation").records():
        key = (str(record["channel"]), str(record["interaction"]), str(record["segment"]))
        if key[0] in plan.names.bundles:
            found[key] = found.get(key, 0.0) + as_number(record["first_contacts"])
    return {key: customers for key, customers in sorted(found.items()) if customers > 0}


def _sums(used: Treated, axis: int) -> dict[str, float]:
    """Return customers by bundle (0) or by segment (2), most first."""
    found: dict[str, float] = {}
    for key, customers in used.items():
        found[key[axis]] = found.get(key[axis], 0.0) + customers
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _chart(plan: Plan, used: Treated) -> Chart:
    by_bundle, by_segment = _sums(used, 0), _sums(used, 2)
    segments, shown = list(by_segment)[:MOST], list(by_bundle)[:MOST_BUNDLES]
    series = [
        Series(plan.names.bundles[bundle], [_of(used, bundle, one) for one in segments])
        for bundle in shown
    ]
    title = _("Customers treated with bundles")
    if len(shown) < len(by_bundle):
        text = _("Customers treated with bundles: the {n} largest bundles")
        title = text.format(n=count(len(shown)))
    alt = plural_of(
        "Customers treated with bundles, for {n} segment.",
        "Customers treated with bundles, by segment, for {n} segments.",
        len(segments),
    )
    return Chart(
        name="bundles",
        title=title,
        insight=_insight(plan, by_bundle, by_segment),
        alt=alt.format(n=count(len(segments))),
        shape=Bars(
            [plan.names.segments.get(one, one) for one in segments],
            series,
            Axis(_("Customers treated")),
            stacked=True,
        ),
        source="allocation.csv",
    )


def _insight(plan: Plan, by_bundle: Mapping[str, float], by_segment: Mapping[str, float]) -> str:
    """Say which bundle is used most, and for whom; both are sorted."""
    total = sum(by_bundle.values())
    bundle, segment = next(iter(by_bundle)), next(iter(by_segment))
    text = _(
        "Customers are treated with bundles {customers} times, {share} of them with {bundle}; "
        "{segment} get {most} of all treatments."
    )
    if len(by_bundle) == 1:
        text = _(
            "Customers are treated with {bundle} {customers} times; {segment} get {most} of all "
            "treatments."
        )
    return text.format(
        customers=count(total),
        bundle=plan.names.bundles[bundle],
        share=percent(by_bundle[bundle] / total),
        segment=plan.names.segments.get(segment, segment),
        most=percent(by_segment[segment] / total),
    )


def _of(used: Treated, bundle: str, segment: str) -> float:
    return sum(n for (one, _what, other), n in used.items() if (one, other) == (bundle, segment))


def metrics(plan: Plan) -> Section | None:
    """Return the amount of each metric, in all, per first contact and by channel."""
    if not plan.names.metrics:
        return None
    amounts: dict[str, dict[str, float]] = {}
    for record in plan.table("metrics").records():
        of = amounts.setdefault(str(record["metric"]), {})
        way = str(record["channel"])
        of[way] = of.get(way, 0.0) + as_number(record["amount"])
    today = plan.baseline.kpis if plan.baseline is not None else {}
    columns = (
        Column(_("Metric"), "left"),
        Column(_("Total")),
        Column(_("Per first contact")),
        *((Column(_("Per first contact today")),) if today else ()),
        Column(_("Mostly from"), "left"),
    )
    rows = tuple(
        (
            headed(title, plan.names.units.get(metric) or None),
            values.count(plan.kpis.get(f"metric.{metric}")),
            values.ratio(plan.kpis.get(f"metric.{metric}.mean")),
            *((values.ratio(today.get(f"metric.{metric}.mean")),) if today else ()),
            _largest(plan, amounts.get(metric, {})),
        )
        for metric, title in plan.names.metrics.items()
    )
    return Section(_("Metrics"), (Grid(columns, rows, source="metrics.csv, plan.json"),))


def _largest(plan: Plan, amounts: Mapping[str, float], most: int = 3) -> str:
    """Return the channels and bundles from which most comes, `Letter 1,025, Phone 290`."""
    ordered = sorted((way for way in amounts if amounts[way]), key=lambda w: (-abs(amounts[w]), w))
    named = [f"{way_title(plan, way)} {count(amounts[way])}" for way in ordered[:most]]
    return ", ".join(named) if named else ABSENT
