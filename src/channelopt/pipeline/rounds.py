"""Optimal to the step function itself: service levels refined in rounds where there are many steps.

Few steps are put into the program one by one. Many steps are first taken together in pieces, each
under a line above all its steps: a relaxation, whose bound holds for the true problem. Around its
answer a second program with single steps only looks for a plan that is true to the stairs. Where
the two are further apart than the gap asked for, the pieces around both answers are cut, and so on:
in the end every piece is a single step, and the bound is that of the problem itself.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from channelopt.algebra.problem import Floats
from channelopt.analysis.study import Shape
from channelopt.backends.base import Can, Limits, Listener, Outcome, Reason, Termination
from channelopt.errors import UsageError
from channelopt.model.formulate import Model, formulate
from channelopt.pipeline.by_period import bound, cut
from channelopt.pipeline.dive import LARGE, Descent, dive, held, land
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.pieces import carried_over, finer, near
from channelopt.rules.base import Policy
from channelopt.terms.closed_form import most_handled
from channelopt.terms.lanes import lanes
from channelopt.terms.numbers import Numbers
from channelopt.terms.stairs import Group, Stairs, Steps, all_steps, coarse, whole

AT_ONCE = 1000
"""So many steps are put into the program one by one."""
RATIO = 1.3
"""FTE at the end of a first piece over those at its beginning."""
FIRST_GAP = 5e-4
"""Gap of the first relaxation: it only shows where to look."""
SHARE_OF_GAP = 0.6
"""Share of the gap asked for that the first relaxation may use up."""
SHARE_OF_DIVE = 0.5
"""Share of the time that a dive for a first plan may take."""
MOST_STAFFING = 120.0
SHARE_OF_STAFFING = 0.25
"""Seconds, and share of the time left, for better FTE around what a dive opens and buys."""
SHARE_OF_TIME = 0.6
"""Share of the time left that a relaxation may take."""


@dataclass(frozen=True)
class Scenario:
    """What is solved: numbers and policies, and perhaps a change of the program itself."""

    numbers: Numbers
    policies: tuple[Policy, ...]
    shape: Shape | None = None

    def stairs(self) -> dict[Group, Steps]:
        """Return the stairs of its service levels."""
        n = self.numbers
        if not n.service_levels:
            return {}
        ways = lanes(n)
        return all_steps(n, ways, most_handled(n, ways))

    def model(self, stairs: Stairs) -> Model:
        """Formulate it with these stairs."""
        model = formulate(self.numbers, self.policies, stairs=stairs)
        return model if self.shape is None else self.shape.apply(model)

    def outline(self) -> Model:
        """Formulate it with few pieces of stairs: exact where there are few steps, else relaxed."""
        return self.model(few_pieces(self.stairs()))


def few_pieces(steps: Mapping[Group, Steps]) -> Stairs:
    """Return stairs in single steps where there are few, else in pieces."""
    exact = whole(steps)
    few = sum(len(cut) for cut in exact.pieces.values()) <= AT_ONCE
    return exact if few else coarse(steps, RATIO)


@dataclass(frozen=True)
class Found:
    """An answer true to the stairs, the program that it is a point of, rounds, seconds building."""

    model: Model
    outcome: Outcome
    rounds: int
    building: float


def optimum(
    scenario: Scenario,
    engine: Engine,
    limits: Limits,
    hint: tuple[Model, Floats] | None = None,
    listen: Listener | None = None,
    at_once: int = AT_ONCE,
) -> Found:
    """Solve a scenario; the bound of the outcome holds for the true step functions.

    Args:
        scenario: numbers and policies.
        engine: solves integer programs.
        limits: of all rounds together.
        hint: a point to begin with, and the program it belongs to.
        listen: hears progress.
        at_once: most steps that are put into the program one by one.

    Raises:
        UsageError: the solver refuses the program; says who could take it.
    """
    began = time.monotonic()
    steps = scenario.stairs()
    stairs = whole(steps)
    if sum(len(cut) for cut in stairs.pieces.values()) > at_once:
        return _Search(scenario, engine, limits, listen).run(coarse(steps, RATIO), hint)
    model = scenario.model(stairs)
    _accepted(engine, model)
    if hint is None and scenario.shape is None and _is_large(model, engine):
        return _Search(scenario, engine, limits, listen).run(stairs, hint)
    building = time.monotonic() - began
    start = None if hint is None else carried_over(hint, model)
    return Found(model, engine.solve(model.problem, limits, start, listen), 0, building)


def _is_large(model: Model, engine: Engine) -> bool:
    """Whether a plan and a bound of our own are worth their linear programs."""
    can = engine.backend.can
    suits = Can.CONTINUOUS in can and Can.DUALS in can and bool(model.problem.integer.any())
    return suits and model.problem.num_columns >= LARGE


def _accepted(engine: Engine, model: Model) -> None:
    refused = engine.backend.refuses(model.problem)
    if refused is not None:
        raise UsageError(refused)


class _Search:
    """The rounds of one scenario: relax, look around the answer, cut, again."""

    def __init__(
        self, scenario: Scenario, engine: Engine, limits: Limits, listen: Listener | None
    ) -> None:
        self.scenario = scenario
        self.engine = engine
        self.limits = limits
        self.listen = listen
        self.began = time.monotonic()
        self.bound = np.inf
        self.building = 0.0
        self.best: tuple[Model, Outcome] | None = None

    def run(self, stairs: Stairs, hint: tuple[Model, Floats] | None) -> Found:
        rounds, gap = 0, max(self.limits.gap * SHARE_OF_GAP, FIRST_GAP)
        if stairs.exact:
            gap = self.limits.gap
        while True:
            rounds += 1
            relaxed = self._formulated(stairs)
            plain = self.scenario.shape is None
            if hint is None and self.best is None and plain and _is_large(relaxed, self.engine):
                self._look_down(relaxed, stairs)
                hint = self._answer()
            if self._done() or self._out_of_time():
                return self._result(rounds, relaxed)
            outcome = self._solve(relaxed, gap, hint, 1.0 if stairs.exact else SHARE_OF_TIME)
            if outcome.x is None:
                return self._without(relaxed, outcome, rounds)
            self.bound = min(self.bound, outcome.bound)
            self._be_true(stairs, (relaxed, outcome), gap)
            ended = outcome.termination.reason is not Reason.OPTIMAL
            if self._done() or stairs.exact or ended or self._out_of_time():
                return self._result(rounds, relaxed)
            smaller, hint = finer(stairs, [(relaxed, outcome.x)], self._answer()), self._answer()
            sharper = max(self.limits.gap / 4, min(gap, self._gap()) / 4)
            if smaller.pieces == stairs.pieces and sharper == gap:
                return self._result(rounds, relaxed)
            stairs, gap = smaller, sharper

    def _be_true(self, stairs: Stairs, answer: tuple[Model, Outcome], gap: float) -> None:
        """Look around an answer for a plan that is true to the single steps."""
        relaxed, outcome = answer
        if stairs.exact or outcome.x is None:
            self._keep(relaxed, outcome)
            return
        around = near(stairs, [(relaxed, outcome.x)], self._answer())
        model = self._formulated(around)
        exact = max(self.limits.gap, gap) / 4
        begin = self._answer() or (relaxed, outcome.x)
        self._keep(model, self._solve(model, exact, begin, 1.0))

    def _look_down(self, relaxed: Model, stairs: Stairs) -> None:
        """Dive for a plan, and bound the program period by period."""
        left = self._left()
        half = None if left is None else left * SHARE_OF_DIVE
        found = dive(relaxed, self.engine, half)
        if found is None:
            return
        self.bound = min(self.bound, found.relaxed.bound)
        model = relaxed
        if not stairs.exact:
            model = self._formulated(near(stairs, [(relaxed, found.point)], None))
        point = carried_over((relaxed, found.point), model)
        plan = None if point is None else land(model, self.engine, point, self._left())
        if plan is None or plan.x is None:
            return
        self._keep(model, plan)
        plan = self._staffed_better(model, plan)
        if plan.x is not None:
            self._bound_by_periods(relaxed, found, (model, plan.x))

    def _staffed_better(self, model: Model, plan: Outcome) -> Outcome:
        """Improve on FTE that were rounded up, with what is open and owned as it is."""
        left = self._left()
        seconds = MOST_STAFFING
        if left is not None:
            seconds = min(seconds, max(1.0, left * SHARE_OF_STAFFING))
        limits = replace(self.limits, gap=self.limits.gap / 5, time_limit=seconds)
        if plan.x is None:
            return plan
        found = self.engine.solve(held(model, plan.x), limits, plan.x, self.listen)
        if found.x is None:
            return plan
        better = replace(plan, x=found.x, objective=found.objective)
        self._keep(model, better)
        return better

    def _bound_by_periods(self, relaxed: Model, found: Descent, plan: tuple[Model, Floats]) -> None:
        periods, start = cut(relaxed), carried_over(plan, relaxed)
        if periods is None or start is None or found.relaxed.row_duals is None or self._done():
            return
        left = self._left()
        seconds = None if left is None else max(1.0, left * SHARE_OF_TIME)
        limits = replace(self.limits, time_limit=seconds)
        duals = found.relaxed.row_duals
        self.bound = min(self.bound, bound(periods, self.engine, duals, start, limits, self.listen))

    def _formulated(self, stairs: Stairs) -> Model:
        began = time.monotonic()
        model = self.scenario.model(stairs)
        _accepted(self.engine, model)
        self.building += time.monotonic() - began
        return model

    def _answer(self) -> tuple[Model, Floats] | None:
        if self.best is None or self.best[1].x is None:
            return None
        return self.best[0], self.best[1].x

    def _gap(self) -> float:
        if self.best is None or self.best[1].objective is None:
            return np.inf
        value = self.best[1].objective
        return abs(self.bound - value) / max(1.0, abs(value))

    def _done(self) -> bool:
        return self._gap() <= self.limits.gap

    def _left(self) -> float | None:
        if self.limits.time_limit is None:
            return None
        return self.limits.time_limit - (time.monotonic() - self.began)

    def _out_of_time(self) -> bool:
        left = self._left()
        return left is not None and left < 0.5

    def _solve(
        self, model: Model, gap: float, hint: tuple[Model, Floats] | None, share: float
    ) -> Outcome:
        left = self._left()
        seconds = None if left is None else max(1.0, share * left)
        limits = replace(self.limits, gap=gap, time_limit=seconds)
        start = None if hint is None else carried_over(hint, model)
        return self.engine.solve(model.problem, limits, start, self.listen)

    def _keep(self, model: Model, found: Outcome) -> None:
        if found.x is None or found.objective is None:
            return
        known = self.best[1].objective if self.best is not None else None
        if known is None or found.objective >= known:
            self.best = (model, found)

    def _without(self, model: Model, outcome: Outcome, rounds: int) -> Found:
        """A relaxation without an answer: what is infeasible there is infeasible."""
        if self.best is None or outcome.termination.reason is Reason.INFEASIBLE:
            return Found(model, outcome, rounds, self.building)
        return self._result(rounds, model)

    def _result(self, rounds: int, relaxed: Model) -> Found:
        seconds = time.monotonic() - self.began
        if self.best is None:
            nothing = Termination(Reason.NO_SOLUTION)
            outcome = Outcome(nothing, bound=self.bound, seconds=seconds)
            return Found(relaxed, outcome, rounds, self.building)
        model, outcome = self.best
        reason = Reason.OPTIMAL if self._done() else Reason.FEASIBLE
        stop = None if self._done() else outcome.termination.stop
        proven = Termination(reason, stop, outcome.termination.detail)
        bound = max(self.bound, outcome.objective or -np.inf)
        outcome = replace(outcome, termination=proven, bound=bound, seconds=seconds)
        return Found(model, outcome, rounds, self.building)
