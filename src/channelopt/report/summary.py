"""The decision in a few sentences, written from the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell
from channelopt.report.figures import count, enumerate_words, percent, percents, rate, worth
from channelopt.report.speech import _, later, plural_of
from channelopt.report.views import SegmentView, segments
from channelopt.report.wording import rule_in_words

MOSTLY = 0.5
"""A segment is served mostly in a way that takes this share of its first contacts."""

HALF_A_CENT = 0.005
SMALLEST_GAP = 1e-6
"""A smaller gap has no figure that a reader could use."""


def summary(plan: Plan) -> tuple[str, ...]:
    """Return what a planner must know about a plan, one thought per sentence.

    For a terminal, and for the head of a report.
    """
    if not plan.has_answer:
        return (_without_plan(plan),)
    views = segments(plan)
    return (
        *_value(plan),
        *_live_person(views),
        *_by_profit(views),
        *_channels(plan),
        *_upgrades(plan),
        _certainty(plan),
        *_check(plan),
    )


NO_PLAN = {
    "infeasible": later("There is no plan: the rules contradict each other."),
    "unbounded": later("There is no best plan: profit has no limit, some value has no cap."),
    "": later("No plan was found in the time given; nothing is known about the best one."),
}
"""Why there is no plan, by status; any other status comes last."""


def _without_plan(plan: Plan) -> str:
    return _(NO_PLAN.get(plan.status, NO_PLAN[""]))


def _value(plan: Plan) -> Iterator[str]:
    yield _plan_is_worth(plan)
    today = plan.baseline.kpis.get("profit") if plan.baseline is not None else None
    if today is not None:
        yield _against_today(plan, today)


def _plan_is_worth(plan: Plan) -> str:
    profit, periods = worth(plan.objective or 0.0, plan.names.currency), len(plan.periods)
    if periods == 1:
        text = _("The plan is worth {profit} (satisfaction-weighted profit).")
    elif not plan.discount_rate:
        text = plural_of(
            "The plan is worth {profit} over {n} period (satisfaction-weighted profit).",
            "The plan is worth {profit} over {n} periods (satisfaction-weighted profit).",
            periods,
        )
    else:
        text = plural_of(
            "The plan is worth {profit} over {n} period (satisfaction-weighted profit, "
            "discounted at {rate} per period).",
            "The plan is worth {profit} over {n} periods (satisfaction-weighted profit, "
            "discounted at {rate} per period).",
            periods,
        )
    return text.format(profit=profit, n=count(periods), rate=rate(plan.discount_rate))


def _against_today(plan: Plan, today: float) -> str:
    objective = plan.objective or 0.0
    gain = objective - today
    if abs(gain) <= 1e-9 * max(1.0, abs(objective)):
        return _("Today's allocation is worth the same.")
    amount = worth(abs(gain), plan.names.currency)
    if not today:
        more = _("That is {amount} more than today's allocation.")
        less = _("That is {amount} less than today's allocation.")
        return (more if gain > 0 else less).format(amount=amount)
    more = _("That is {amount} ({share}) more than today's allocation.")
    less = _("That is {amount} ({share}) less than today's allocation.")
    share = percent(abs(gain) / abs(today))
    return (more if gain > 0 else less).format(amount=amount, share=share)


def _named(views: Sequence[SegmentView], level: int) -> str:
    ordered = sorted(views, key=lambda view: (-view.touch[level], view.segment))
    return enumerate_words(f"{view.title} ({_touch([view], level)})" for view in ordered)


def _live_person(views: Sequence[SegmentView]) -> Iterator[str]:
    served = [view for view in views if view.first_contacts > 0]
    if not any(sum(view.touch) for view in served):
        return
    personal = [view for view in served if view.touch[0] >= MOSTLY]
    digital = [view for view in served if view.touch[2] >= MOSTLY]
    if personal:
        text = _("High-touch channels take most first contacts of {segments}.")
        yield text.format(segments=_named(personal, 0))
    elif any(view.touch[0] > 0 for view in served):
        best = max(served, key=lambda view: view.touch[0])
        text = _(
            "No segment meets a high-touch channel first in most of its contacts; "
            "the largest share has {segment} ({share})."
        )
        yield text.format(segment=best.title, share=_touch([best]))
    if digital:
        text = _("Low-touch channels take most first contacts of {segments}.")
        yield text.format(segments=_named(digital, 2))


def _by_profit(views: Sequence[SegmentView]) -> Iterator[str]:
    """Compare the touch of the most and the least profitable third, by profit per customer."""
    served = [view for view in views if view.first_contacts > 0]
    size = len(served) // 3
    if not size or not any(view.touch[0] for view in served):
        return
    top, bottom = (_touch(part) for part in (served[:size], served[-size:]))
    if size == 1:
        text = _(
            "The segment with the highest profit per customer, {most}, meets high touch in {top} "
            "of its first contacts, the one with the lowest, {least}, in {bottom}."
        )
    else:
        text = _(
            "The most profitable third of the segments meets high touch in {top} of its first "
            "contacts, the least profitable third in {bottom}."
        )
    yield text.format(most=served[0].title, least=served[-1].title, top=top, bottom=bottom)


def _touch(views: Sequence[SegmentView], level: int = 0) -> str:
    """Return the share of a touch level as the table has it, where all levels are 100 %."""
    total = sum(view.first_contacts for view in views)
    shares = [sum(view.first_contacts * view.touch[k] for view in views) / total for k in range(3)]
    return percents([*shares, max(0.0, 1.0 - sum(shares))])[level]


def _channels(plan: Plan) -> Iterator[str]:
    for opens, text in ((True, _("Opens: {names}.")), (False, _("Closes: {names}."))):
        names = [
            _when(plan, plan.names.channels.get(change.channel, change.channel), change.period)
            for change in plan.changes
            if change.opens is opens
        ]
        if names:
            yield text.format(names=enumerate_words(names, most=8))


def _upgrades(plan: Plan) -> Iterator[str]:
    titles = plan.names.upgrades
    names = [
        _when(plan, titles.get(str(record["upgrade"]), str(record["upgrade"])), record["period"])
        for record in plan.table("upgrades").records()
        if record["bought"]
    ]
    if names:
        yield _("Buys: {names}.").format(names=enumerate_words(names, most=8))


def _when(plan: Plan, name: str, period: Cell) -> str:
    """Return a name with its period, which goes without saying where there is only one."""
    text = _("{name} (in {period})") if len(plan.periods) > 1 else "{name}"
    return text.format(name=name, period=period)


def _certainty(plan: Plan) -> str:
    if plan.status == "evaluated":
        return _("The allocation was given, not sought; nothing is claimed about better ones.")
    if plan.bound is None or plan.gap is None:
        return _("No bound is proven: how much better a plan could be is not known.")
    missing = max(plan.bound - (plan.objective or 0.0), 0.0)
    amount = worth(missing, plan.names.currency)
    if plan.status == "optimal" and missing < HALF_A_CENT:
        return _("It is proven optimal: no plan is worth more.")
    if plan.status == "optimal":
        text = _("It is proven optimal: no plan is worth over {amount} more ({gap}).")
        return text.format(amount=amount, gap=_small(plan.gap))
    text = _(
        "It is the best plan found, not proven optimal: the search was stopped, and up to "
        "{amount} ({gap}) may be missing."
    )
    return text.format(amount=amount, gap=percent(plan.gap, 2))


def _small(gap: float) -> str:
    """Return a gap as a percentage, never as nothing."""
    if gap >= SMALLEST_GAP:
        return percent(gap, 4)
    return _("less than {share}").format(share=percent(SMALLEST_GAP, 4))


def _check(plan: Plan) -> Iterator[str]:
    proof = plan.verification
    if proof is None:
        yield _("It has not been checked independently.")
        return
    rows, rules = sum(rule.rows for rule in proof.rules), len(proof.rules)
    if proof.ok:
        text = plural_of(
            "An independent check recomputed every figure and found {rules} kept in {n} place.",
            "An independent check recomputed every figure and found {rules} kept in {n} places.",
            rows,
        )
        yield text.format(rules=number_of_rules(rules), n=count(rows))
        return
    broken = [rule_in_words(rule.rule) for rule in proof.rules if rule.breaches]
    if broken:
        text = _("IT FAILED THE INDEPENDENT CHECK and must not be used (rules broken: {rules}).")
    else:
        text = _("IT FAILED THE INDEPENDENT CHECK and must not be used (figures are wrong).")
    yield text.format(rules=enumerate_words(broken))


def number_of_rules(number: int) -> str:
    """Return `1 rule`, `3 rules`, as the object of a sentence."""
    return plural_of("{n} rule", "{n} rules", number).format(n=count(number))
