"""What a contact in the runner-up changes, term by term, and all other channels tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from channelopt.plan.plan import Plan
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import headed, worth
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.shapes import Axis, Heatmap
from channelopt.report.speech import _, later

FEWEST = 4
"""Fewer proven costs are no map to look at."""
TERMS: Mapping[str, str] = {
    "first_contact": later("The contact itself"),
    "passed_on": later("Passed on or repeated"),
    "staff": later("Staff hours"),
    "people": later("People employed"),
    "contact_value": later("Value of the contact"),
    "margin_kept": later("Margin kept"),
    "satisfaction_value": later("Satisfaction"),
    "fixed_cost": later("Open channels"),
    "upgrades": later("Upgrades"),
    "closure_loss": later("Channels that close"),
    "rest": later("Limits and fixed decisions"),
}
"""Terms of the difference in the order of columns."""


def terms(evidence: Evidence) -> Iterator[Block]:
    """Yield what each contact changes in the runner-up; the terms add up to the last column."""
    found = cells.records(evidence, "why_terms")
    if not found:
        return
    plan = evidence.plan
    groups: dict[tuple[str, ...], list[cells.Record]] = {}
    for one in found:
        key = tuple(cells.text(one, name) for name in ("segment", "interaction", "period"))
        groups.setdefault(key, []).append(one)
    used = [term for term in TERMS if any(cells.text(one, "term") == term for one in found)]
    columns = (
        Column(_("Contacts"), "left"),
        *(Column(title, "left") for title in (_("Channel"), _("Runner-up"))),
        *(Column(_(TERMS[term])) for term in used),
        Column(headed(_("Sum"), plan.names.currency)),
    )
    rows = tuple(_row(plan, group, used) for group in groups.values())
    yield Paragraph(
        _(
            "A contact moved to the runner-up changes profit as follows; costs are negative, and "
            "limits and fixed decisions are everything else that must make room."
        )
    )
    title = _("Change of profit per contact moved to the runner-up")
    yield Grid(columns, rows, title, cells.source("why_terms"))


def _row(plan: Plan, group: list[cells.Record], used: list[str]) -> cells.Row:
    by_term = {cells.text(one, "term"): cells.number(one, "difference") for one in group}
    first = group[0]
    known = [one for one in by_term.values() if one is not None]
    return (
        cells.pair(plan, first),
        cells.channel(plan, cells.text(first, "channel")),
        cells.channel(plan, cells.text(first, "runner_up")),
        *(values.money(by_term.get(term), 2) for term in used),
        values.money(sum(known), 2),
    )


def others(evidence: Evidence) -> Iterator[Block]:
    """Yield every other channel that was tried for each segment and interaction."""
    found = cells.records(evidence, "why_others")
    if not found:
        return
    plan = evidence.plan
    columns = (
        *(Column(title, "left") for title in (_("Contacts"), _("Channel"), _("Other channel"))),
        *(Column(title) for title in (_("Share now"), _("Share when forced"))),
        Column(headed(_("Would cost"), plan.names.currency)),
        Column(_("Known"), "left"),
    )
    digits = cells.digits_of(cells.number(one, "at_most") for one in found)
    rows = tuple(_other(plan, one, digits) for one in cells.known_first(found, "known"))
    title = _("What every other channel would cost")
    yield Grid(columns, rows, title, cells.source("why_others"))


def elsewhere(evidence: Evidence) -> Iterator[Block]:
    """Yield a heat map of what it costs to send contacts into each other channel, where proven."""
    plan = evidence.plan
    rows: dict[str, dict[str, float]] = {}
    for one in cells.records(evidence, "why_others"):
        cost = cells.number(one, "regret")
        if cost is not None:
            rows.setdefault(cells.pair(plan, one), {})[cells.text(one, "alternative")] = cost
    known = [(cost, who, way) for who, of in rows.items() for way, cost in of.items()]
    ways = [way for way in _ways(plan) if any(way in of for of in rows.values())]
    if len(known) < FEWEST or len(ways) < 2 or len(rows) < 2:
        return
    rows = dict(list(rows.items())[: cells.MOST])
    least, most = min(known), max(known)
    currency = plan.names.currency
    text = _(
        "The dearest move is that of {who} to {way}, which would cost {most}; the cheapest is that "
        "of {other} to {there}, which would cost {least}."
    )
    yield Chart(
        name="costs-elsewhere",
        title=_("What it would cost to send contacts into another channel"),
        insight=text.format(
            who=most[1],
            way=cells.channel(plan, most[2]),
            most=worth(most[0], currency),
            other=least[1],
            there=cells.channel(plan, least[2]),
            least=worth(least[0], currency),
        ),
        alt=_("Costs by contacts and channel, from {least} to {most}.").format(
            least=worth(least[0], currency), most=worth(most[0], currency)
        ),
        shape=Heatmap(
            list(rows),
            [cells.channel(plan, way) for way in ways],
            [[of.get(way) for way in ways] for of in rows.values()],
            Axis(headed(_("Cost"), currency), "money"),
        ),
        source=cells.source("why_others"),
    )


def _ways(plan: Plan) -> list[str]:
    return [*plan.names.channels, *plan.names.bundles]


def _other(plan: Plan, record: cells.Record, digits: int) -> cells.Row:
    exact, most = (cells.number(record, name) for name in ("regret", "at_most"))
    cost = values.money(exact, digits)
    if exact is None and most is not None:
        cost = Value(_("≤ {amount}").format(amount=values.money(most, digits)), most)
    known = cells.known_words(record)
    if cells.text(record, "known") == "infeasible":
        known = _("no room for more")
    return (
        cells.pair(plan, record),
        cells.channel(plan, cells.text(record, "channel")),
        cells.channel(plan, cells.text(record, "alternative")),
        *(values.percent(cells.number(record, name)) for name in ("share", "forced_share")),
        cost,
        known,
    )
