"""Moves: who goes from where to where in which period, and what each move is worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channelopt.analysis.roadmap.moving import Flow, flows, moved, weights
from channelopt.analysis.roadmap.route import Route
from channelopt.analysis.roadmap.shape import Moving
from channelopt.analysis.study import Answer, Question, Study

Pair = tuple[int, int, int]
"""Positions of segment, interaction and period."""

TOGETHER = 8
"""So many exact solves share their time."""
MOST_PARTS = 4
"""They have at least this part of the time that is left."""
TIME_FOR_ESTIMATES = 0.4
"""Share of the time for the linear estimates of what was not solved exactly."""


@dataclass(frozen=True)
class Value:
    """What the plan loses if the customers of a pair stay where they were in one period.

    Everything else is decided anew: the limit is used for others, and the pair may move later.

    Attributes:
        objective: of the best plan without these moves; None where there is none or it is not
            known.
        value: by how much that is less.
        known: `re-solved`, `at least` (about the objective: the value is at most this),
            `infeasible` (the rules need the moves), `estimate` (difference of two linear
            relaxations), `not solved`.
    """

    objective: float | None
    value: float | None
    known: str


@dataclass(frozen=True)
class Move:
    """Contacts of a pair that change channel, with the value of all moves of the pair."""

    flow: Flow
    customers: float
    pair_customers: float
    value: Value

    @property
    def per_customer(self) -> float | None:
        """Value by customer moved."""
        if self.value.value is None or self.pair_customers <= 0:
            return None
        return self.value.value / self.pair_customers


def moves(study: Study, route: Route) -> tuple[Move, ...]:
    """Return the moves of a route in their order: by period, the most valuable first.

    In a period, moves that the rules need come first, then those worth most by customer.
    """
    n, first = route.instance.numbers, route.choice.first_contacts
    found = list(flows(n, first))
    customers, weight = moved(n, first), weights(n)
    pairs = sorted({flow.pair for flow in found}, key=lambda pair: (-customers[pair], pair))
    values = _values(study, route, pairs)
    made = [
        Move(flow, flow.share * weight[flow.pair], customers[flow.pair], values[flow.pair])
        for flow in found
    ]
    return tuple(sorted(made, key=_place))


def _place(move: Move) -> tuple[int, float, Pair, float, tuple[int, int]]:
    flow, worth = move.flow, move.per_customer
    value = -math.inf if move.value.known == "infeasible" else -(worth or 0.0)
    return flow.pair[2], value, flow.pair, -move.customers, flow.channels


def _values(study: Study, route: Route, pairs: Sequence[Pair]) -> dict[Pair, Value]:
    """Value every pair, exactly as long as there is time, the rest by linear estimates.

    What is decided now comes first: the moves of the first period.
    """
    ordered = sorted(pairs, key=lambda pair: pair[2] > 0)
    found: dict[Pair, Value] = {}
    with study.within(study.left() * (1 - TIME_FOR_ESTIMATES)):
        for start in range(0, len(ordered), TOGETHER):
            some = ordered[start : start + TOGETHER]
            rounds = math.ceil((len(ordered) - start) / TOGETHER)
            with study.within(study.left() / min(rounds, MOST_PARTS)):
                answers = study.ask([_question(route, pair) for pair in some])
            found |= _exact(route, dict(zip(some, answers, strict=True)))
            if not any(answer.proven or answer.infeasible for answer in answers):
                break  # too large to go on like this
    missing = [pair for pair in ordered if pair not in found]
    return found | _estimates(study, route, missing)


def _estimates(study: Study, route: Route, pairs: Sequence[Pair]) -> dict[Pair, Value]:
    """Return differences of linear relaxations, which need no search."""
    if not pairs:
        return {}
    asked = [None, *pairs]
    base, *others = study.ask([_question(route, pair, relaxed=True) for pair in asked])
    return {pair: _estimate(base, answer) for pair, answer in zip(pairs, others, strict=True)}


def _question(route: Route, pair: Pair | None, *, relaxed: bool = False) -> Question:
    shape = Moving(limit=route.limit, held=pair, relaxed=relaxed)
    return Question(route.instance, shape)


def _estimate(base: Answer, answer: Answer) -> Value:
    if answer.infeasible:
        return Value(None, None, "infeasible")
    if base.objective is None or answer.objective is None:
        return Value(None, None, "not solved")
    return Value(None, max(base.objective - answer.objective, 0.0), "estimate")


def _exact(route: Route, answers: Mapping[Pair, Answer]) -> dict[Pair, Value]:
    """Return what exact solves say; what was not solved keeps its estimate."""
    worth = route.plan.objective or 0.0
    found = {}
    for pair, answer in answers.items():
        if answer.infeasible:
            found[pair] = Value(None, None, "infeasible")
        elif answer.objective is not None:
            value = max(worth - answer.objective, 0.0)
            found[pair] = Value(answer.objective, value, answer.known)
    return found
