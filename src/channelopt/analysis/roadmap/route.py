"""The route: the most profitable way from today's shares under a limit per period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from channelopt.analysis.roadmap.curve import neighbours, on_grid
from channelopt.analysis.roadmap.moving import moved_share
from channelopt.analysis.roadmap.shape import Moving
from channelopt.analysis.study import Answer, Question, Study
from channelopt.errors import InfeasibleError, NoPlanError
from channelopt.instance.instance import Instance
from channelopt.plan.plan import Plan
from channelopt.plan.records import Known
from channelopt.terms.choice import Choice

TIME_FOR_PROFIT = 0.6
"""Share of the time left for the most profit under the limit, and a little less and more of it."""
AS_GOOD = 1e-9
"""A plan may lose so much of max(1, |profit|) to one that moves fewer customers."""


@dataclass(frozen=True)
class Reached:
    """What the best plan under another limit is worth.

    Attributes:
        limit: largest share of all customers that may move in a period, None for any.
        objective: discounted profit; None where there is no plan or none was found.
        known: how that is known.
    """

    limit: float | None
    objective: float | None
    known: Known


@dataclass(frozen=True)
class Route:
    """A plan from period to period, none of which moves more than the limit.

    Attributes:
        instance: its scenario; one period may have been repeated.
        limit: largest share of all customers that may move in a period.
        plan: independently checked.
        choice: its decisions: the most profitable ones; with these channels and this staff no
            plan as good moves fewer customers.
        known: whether the profit is proven to be the best.
        bound: no plan under the limit is worth more.
        slower: the same with a limit one percentage point lower.
        faster: the same with a limit one percentage point higher.
        unlimited: the same with no limit.
    """

    instance: Instance
    limit: float
    plan: Plan
    choice: Choice
    known: Known
    bound: float | None
    slower: Reached
    faster: Reached
    unlimited: Reached


def route(study: Study, instance: Instance, limit: float) -> Route:
    """Find the best plan under a limit, and what a little less and more of it is worth.

    Args:
        study: answers; of this scenario, or of its only period.
        instance: a scenario with today's shares.
        limit: largest share of all customers that may move in a period.

    Raises:
        InfeasibleError: every plan that obeys the rules moves more; says how much is needed.
        NoPlanError: none was found in time.
    """
    lower, upper = neighbours(limit)
    shapes = [Moving(limit=limit), Moving(limit=lower), Moving(limit=upper)]
    is_known = instance is study.instance
    with study.within(study.left() * TIME_FOR_PROFIT):
        found, less, more, *rest = _asked(study, instance, [*shapes, *([] if is_known else [None])])
    free = rest[0] if rest else study.best
    if found.infeasible:
        raise InfeasibleError(_too_tight(study, instance, limit))
    if found.choice is None and less.choice is not None:  # a plan of the narrower limit will do
        found = replace(less, bound=found.bound, proven=False)
    if found.objective is None or found.choice is None:
        raise NoPlanError("no plan under the limit was found in the time given; give more seconds")
    choice = _fewest(study, instance, limit, found) or found.choice
    plan = study.planned(instance, choice)
    worth = plan.objective or found.objective
    return Route(
        instance=instance,
        limit=limit,
        plan=plan,
        choice=choice,
        known=found.known,
        bound=found.bound,
        slower=Reached(lower, less.objective, less.known),
        faster=Reached(upper, _at_least(more.objective, worth), _known(more)),
        unlimited=Reached(None, _at_least(free.objective, worth), _known(free)),
    )


def _asked(study: Study, instance: Instance, shapes: Sequence[Moving | None]) -> list[Answer]:
    return study.ask([Question(instance, shape, wants_choice=True) for shape in shapes])


def _fewest(study: Study, instance: Instance, limit: float, found: Answer) -> Choice | None:
    """Return a plan as good, with the same channels and staff, that moves as few as it can."""
    if found.objective is None:
        return None
    floor = found.objective - AS_GOOD * max(1.0, abs(found.objective))
    (answer,) = _asked(study, instance, [Moving("fewest moves", limit, floor, pinned=found.choice)])
    return answer.choice


def _at_least(objective: float | None, worth: float) -> float:
    """Return the profit of a wider limit: what obeys the narrower one is allowed as well."""
    return worth if objective is None else max(objective, worth)


def _known(answer: Answer) -> Known:
    return "re-solved" if answer.proven else "at least"


def _too_tight(study: Study, instance: Instance, limit: float) -> str:
    (least,) = _asked(study, instance, [Moving("least limit")])
    said = f"no plan that obeys all rules moves at most {shown(limit)} of customers in each period"
    if least.choice is None:
        return f"{said}; the rules themselves force more moves"
    share = on_grid(float(moved_share(instance.numbers, least.choice.first_contacts).max()))
    proof = "the least limit that works is" if least.proven else "a limit that works is"
    return f"{said}: the rules force more moves; {proof} {shown(share)} (--limit {share:.6f})"


def shown(share: float) -> str:
    """Return a share with all its digits: 5 %, 0.9872 %."""
    return f"{round(100 * share, 4):.10g} %"
