"""What limits the plan: the limits and policies that leave no room."""

from __future__ import annotations

from channelopt.plan.plan import Plan
from channelopt.plan.records import Binding
from channelopt.report.document import Column, Grid, Paragraph, Section, Value
from channelopt.report.figures import ABSENT, count, enumerate_words
from channelopt.report.speech import _, later
from channelopt.report.stored import said
from channelopt.report.wording import place_in_words

RULES = {
    "capacity": later("Capacity"),
    "min_volume": later("Minimum volume"),
    "max_fte": later("Most FTE"),
    "min_fte": later("Fewest FTE"),
    "staff_hours": later("All paid hours are worked"),
    "service_level": later("Agents needed to answer in time"),
}
"""Words for limits of the model; a policy has its own name."""


def binding(plan: Plan) -> Section:
    """Return the limits that leave no room."""
    title = _("What limits the plan")
    if not plan.binding:
        text = _(
            "No capacity, staff limit or policy binds: the plan is limited by its costs alone."
        )
        return Section(title, (Paragraph(text),))
    columns = (Column(_("Limit"), "left"), Column(_("Where"), "left"), Column(_("At")))
    grid = Grid(columns, _merged(plan), _("Limits that leave no room"), "plan.json")
    return Section(title, (Paragraph(_("These limits leave no room:")), grid))


def _merged(plan: Plan) -> tuple[tuple[str | Value, ...], ...]:
    """Return one row per limit, the periods in which it binds together."""
    groups: dict[tuple[str, str], list[Binding]] = {}
    for limit in plan.binding:
        key = (limit.rule, limit.where if limit.is_policy else limit.what)
        groups.setdefault(key, []).append(limit)
    return tuple(_row(plan, limits) for limits in groups.values())


def _row(plan: Plan, limits: list[Binding]) -> tuple[str | Value, ...]:
    first = limits[0]
    if first.is_policy:
        policy = _("Policy {name}").format(name=first.rule)
        return policy, place_in_words(plan, first.where), Value(ABSENT, None)
    where = said(first.what)
    if len(plan.periods) > 1:
        is_always = len(limits) == len(plan.periods)
        when = enumerate_words((limit.period for limit in limits), most=6)
        periods = _("every period") if is_always else when
        where = _("{where}, {periods}").format(where=where, periods=periods)
    levels = list(dict.fromkeys(count(limit.limit) for limit in limits))
    at = _("{levels} {unit}").format(levels=enumerate_words(levels, most=6), unit=said(first.unit))
    rule = _(RULES.get(first.rule, first.rule))
    return rule, where, Value(at.strip(), first.limit)
