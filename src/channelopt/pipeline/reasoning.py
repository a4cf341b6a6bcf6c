"""Reasons why a scenario has no plan, and the cheapest ways to give it one."""

from __future__ import annotations

from collections.abc import Sequence

from channelopt.analysis.conflicts.causes import (
    Reach,
    alone,
    cause,
    contradiction,
    grouped,
    members,
    repair_words,
)
from channelopt.analysis.conflicts.explanation import Explanation
from channelopt.analysis.conflicts.knobs import Knob, knobs
from channelopt.analysis.conflicts.loosening import Atom, Rule, without
from channelopt.backends.base import Limits, Listener
from channelopt.instance.instance import Instance
from channelopt.pipeline.conflict import Clock, Conflict, Oracle, conflict
from channelopt.pipeline.elastic import least_alone
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.repairs import Workshop, rounded

AFTER_SOLVE = 20.0
"""Time for one after a solve that found no plan."""
SHARE_OF_CONFLICT = 0.5
SHARE_OF_REACH = 0.3
MOST_REACHES = 12
"""Shares of the time left, and for how many rules the best reachable value is sought."""


def after_solve(
    instance: Instance, engine: Engine, limits: Limits, listen: Listener | None = None
) -> tuple[str, ...]:
    """Return why a scenario that was just found infeasible has no plan, in sentences.

    A short time limit of the solve also shortens this.
    """
    asked = limits.time_limit
    seconds = AFTER_SOLVE if asked is None else min(AFTER_SOLVE, max(2.0, asked))
    found = explained(instance, engine, limits, Clock.of(seconds, listen))
    return (*found.sentences, MORE) if found.sentences else ()


MORE = "`channelopt explain` with the same arguments says more."


def explained(instance: Instance, engine: Engine, limits: Limits, clock: Clock) -> Explanation:
    """Explain a scenario that is known to have no plan."""
    found = conflict(instance, engine, clock.part(SHARE_OF_CONFLICT))
    reaches = _reaches(instance, found, engine, clock.part(SHARE_OF_REACH))
    parties = members(instance, found.atoms, reaches)
    repairs = Workshop(instance, engine, limits, clock).repairs(found)
    currency = instance.names.currency
    sentences = (
        cause(instance, found.atoms, reaches, alone(repairs)) if found.sure or reaches else "",
        contradiction(instance, found.atoms, irreducible=found.sure),
        *(repair_words(repair, currency) for repair in repairs),
    )
    told = tuple(text for text in sentences if text)
    return Explanation("infeasible", told, parties, found.sure, repairs)


def _reaches(
    instance: Instance, found: Conflict, engine: Engine, clock: Clock
) -> dict[Rule, Sequence[Reach]]:
    """Find the best value that each limit could have under the other members."""
    kept = frozenset(found.atoms)
    case = without(instance, [atom for atom in found.everything if atom not in kept])
    oracle = Oracle(instance, engine, clock)
    result: dict[Rule, Sequence[Reach]] = {}
    for rule, own in list(reversed(grouped(found.atoms).items()))[:MOST_REACHES]:
        if clock.left() <= 0:
            break
        of_rule = _concerned(knobs(instance, tuple(own)), own)
        moved = least_alone(case, of_rule, oracle) if of_rule else None
        if moved is not None and moved.least:
            result[rule] = tuple(
                Reach(knob, rounded(knob, amount, inwards=True))
                for knob, amount in zip(of_rule, moved.amounts, strict=True)
                if amount > 0
            )
    return result


def _concerned(found: Sequence[Knob], own: Sequence[Atom]) -> tuple[Knob, ...]:
    """Keep the knobs of a list over time that speak of a period of the contradiction."""
    periods = {atom[-1] for atom in own}
    return tuple(
        knob
        for knob in found
        if not knob.is_policy or dict(knob.at).get("period", -1) in {-1, *periods}
    )
