"""The decision in a few sentences, written from the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from channelopt.plan.plan import Plan
from channelopt.report.figures import enumerate_words, percent, plural, worth
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


def _without_plan(plan: Plan) -> str:
    return {
        "infeasible": "There is no plan: the rules contradict each other.",
        "unbounded": "There is no best plan: profit has no limit, some value has no cap.",
    }.get(plan.status, "No plan was found in the time given; nothing is known about the best one.")


def _value(plan: Plan) -> Iterator[str]:
    objective, currency = plan.objective or 0.0, plan.names.currency
    horizon = f" over {plural(len(plan.periods), 'period')}" if len(plan.periods) > 1 else ""
    how = "satisfaction-weighted profit"
    if plan.discount_rate and len(plan.periods) > 1:
        how += f", discounted at {100 * plan.discount_rate:g} % per period"
    yield f"The plan is worth {worth(objective, currency)}{horizon} ({how})."
    today = plan.baseline.kpis.get("profit") if plan.baseline is not None else None
    if today is None:
        return
    gain = objective - today
    share = f" ({percent(abs(gain) / abs(today))})" if today else ""
    if abs(gain) <= 1e-9 * max(1.0, abs(objective)):
        yield "Today's allocation is worth the same."
        return
    word = "more" if gain > 0 else "less"
    yield f"That is {worth(abs(gain), currency)}{share} {word} than today's allocation."


def _named(views: Sequence[SegmentView], level: int) -> str:
    ordered = sorted(views, key=lambda view: (-view.touch[level], view.segment))
    return enumerate_words(f"{view.title} ({percent(view.touch[level], 0)})" for view in ordered)


def _live_person(views: Sequence[SegmentView]) -> Iterator[str]:
    served = [view for view in views if view.first_contacts > 0]
    if not any(sum(view.touch) for view in served):
        return
    personal = [view for view in served if view.touch[0] >= MOSTLY]
    digital = [view for view in served if view.touch[2] >= MOSTLY]
    if personal:
        yield f"High-touch channels take most first contacts of {_named(personal, 0)}."
    elif any(view.touch[0] > 0 for view in served):
        best = max(served, key=lambda view: view.touch[0])
        yield (
            "No segment meets a high-touch channel first in most of its contacts; "
            f"the largest share has {best.title} ({percent(best.touch[0], 0)})."
        )
    if digital:
        yield f"Low-touch channels take most first contacts of {_named(digital, 2)}."


def _by_profit(views: Sequence[SegmentView]) -> Iterator[str]:
    """Compare the touch of the most and the least profitable third, by profit per customer."""
    served = [view for view in views if view.first_contacts > 0]
    size = len(served) // 3
    if not size or not any(view.touch[0] for view in served):
        return
    top, bottom = (_high_share(part) for part in (served[:size], served[-size:]))
    most, least = ("The most profitable third of the segments", "the least profitable third")
    if size == 1:
        most = f"The segment with the highest profit per customer, {served[0].title},"
        least = f"the one with the lowest, {served[-1].title},"
    yield (
        f"{most} meets high touch in {percent(top, 0)} of its first contacts, {least} in "
        f"{percent(bottom, 0)}."
    )


def _high_share(views: Sequence[SegmentView]) -> float:
    total = sum(view.first_contacts for view in views)
    return sum(view.first_contacts * view.touch[0] for view in views) / total


def _channels(plan: Plan) -> Iterator[str]:
    for opens, word in ((True, "Opens"), (False, "Closes")):
        changed = [change for change in plan.changes if change.opens is opens]
        names = (
            plan.names.channels.get(change.channel, change.channel)
            + (f" (in {change.period})" if len(plan.periods) > 1 else "")
            for change in changed
        )
        if changed:
            yield f"{word}: {enumerate_words(names, most=8)}."


def _upgrades(plan: Plan) -> Iterator[str]:
    bought = [record for record in plan.table("upgrades").records() if record["bought"]]
    names = (
        plan.names.upgrades.get(str(record["upgrade"]), str(record["upgrade"]))
        + (f" (in {record['period']})" if len(plan.periods) > 1 else "")
        for record in bought
    )
    if bought:
        yield f"Buys: {enumerate_words(names, most=8)}."


def _certainty(plan: Plan) -> str:
    currency = plan.names.currency
    if plan.status == "evaluated":
        return "The allocation was given, not sought; nothing is claimed about better ones."
    if plan.bound is None or plan.gap is None:
        return "No bound is proven: how much better a plan could be is not known."
    missing = max(plan.bound - (plan.objective or 0.0), 0.0)
    amount = worth(missing, currency)
    if plan.status == "optimal" and missing < HALF_A_CENT:
        return "It is proven optimal: no plan is worth more."
    if plan.status == "optimal":
        return f"It is proven optimal: no plan is worth over {amount} more ({_small(plan.gap)})."
    return (
        f"It is the best plan found, not proven optimal: the search was stopped, and up to "
        f"{amount} ({percent(plan.gap, 2)}) may be missing."
    )


def _small(gap: float) -> str:
    """Return a gap as a percentage, never as nothing."""
    return percent(gap, 4) if gap >= SMALLEST_GAP else "less than 0.0001 %"


def _check(plan: Plan) -> Iterator[str]:
    proof = plan.verification
    if proof is None:
        yield "It has not been checked independently."
        return
    rows = sum(rule.rows for rule in proof.rules)
    if proof.ok:
        yield (
            f"An independent check recomputed every figure and found "
            f"{plural(len(proof.rules), 'rule')} kept in {plural(rows, 'place')}."
        )
        return
    broken = [rule_in_words(rule.rule) for rule in proof.rules if rule.breaches]
    what = f"rules broken: {enumerate_words(broken)}" if broken else "figures are wrong"
    yield f"IT FAILED THE INDEPENDENT CHECK and must not be used ({what})."
