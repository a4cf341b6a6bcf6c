"""Plans that are best in one figure, then in the next one, and so on, many sought side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from channelopt.analysis.study import Answer, Question, Study
from channelopt.analysis.tradeoffs.figures import Figure
from channelopt.analysis.tradeoffs.shapes import Limit, Reshaped
from channelopt.terms.choice import Choice

SLACK = 1e-7
"""A figure that was maximised may lose so much of max(1, |figure|) to those after it: tolerances
of a solver must not leave it without a plan."""


@dataclass(frozen=True)
class Best:
    """The best plan found.

    Attributes:
        values: of the figures in order as far as it went, each the more the better.
        choice: its decisions, None where there is no plan.
        proven: every step optimal within the gap.
        infeasible: proven to have no plan.
    """

    values: tuple[float, ...] = ()
    choice: Choice | None = None
    proven: bool = True
    infeasible: bool = False


NOTHING = Best()


@dataclass(frozen=True)
class Wanted:
    """What is sought.

    Attributes:
        order: figures in the order in which they count.
        limits: that hold besides the rules.
        gaps: proven gap to stop at by figure of the order; None: that of the study.
        known: the steps that are known already.
    """

    order: tuple[Figure, ...]
    limits: tuple[Limit, ...] = ()
    gaps: tuple[float | None, ...] = (None, None, None)
    known: Best = NOTHING


def best_of(study: Study, wanted: Sequence[Wanted]) -> list[Best]:
    """Find the best plan for each wish; equal steps are solved side by side, in equal time."""
    found = [one.known for one in wanted]
    steps = max((len(one.order) for one in wanted), default=0)
    for step in range(steps):
        going = [k for k, one in enumerate(wanted) if _goes_on(one, found[k], step)]
        with study.within(study.left() / (steps - step)):
            answers = study.ask([_question(study, wanted[k], found[k], step) for k in going])
        for k, answer in zip(going, answers, strict=True):
            found[k] = _with(found[k], answer, step)
    return found


def at_least(figure: Figure, value: float) -> Limit:
    """Return the limit that a figure is at least so good; `value` the more the better."""
    if figure.sign > 0:
        return Limit(figure.measure, lower=value)
    return Limit(figure.measure, upper=-value + 0.0)


def loosened(value: float) -> float:
    """Return a value less a hair, for a floor that must leave the plan that reached it."""
    return value - SLACK * max(1.0, abs(value))


def _goes_on(one: Wanted, found: Best, step: int) -> bool:
    return step < len(one.order) and len(found.values) == step and not found.infeasible


def _question(study: Study, one: Wanted, found: Best, step: int) -> Question:
    figure = one.order[step]
    kept = (at_least(f, loosened(v)) for f, v in zip(one.order, found.values, strict=False))
    shape = Reshaped(figure.measure, figure.sign, (*one.limits, *kept))
    return Question(study.instance, shape, wants_choice=True, gap=one.gaps[step])


def _with(found: Best, answer: Answer, step: int) -> Best:
    """Take up the answer of a step; without one the plan of the step before stands, unproven."""
    if answer.objective is None or not math.isfinite(answer.objective) or answer.choice is None:
        nothing = answer.infeasible and step == 0
        return replace(found, proven=nothing, infeasible=nothing)
    values = (*found.values, answer.objective)
    return Best(values, answer.choice, found.proven and answer.proven)
