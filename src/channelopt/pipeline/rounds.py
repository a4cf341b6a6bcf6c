"""Optimal to the step function itself: service levels refined in rounds where there are many steps.

Few steps are put into the program one by one. Many steps are first taken together in pieces, each
under a line above all its steps: a relaxation, whose bound holds for the true problem. Around its
answer a second program with single steps only looks for a plan that is true to the stairs. Where
the two are further apart than the gap asked for, the pieces around both answers are cut, and so on:
in the end every piece is a single step, and the bound is that of the problem itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from channelopt.algebra.problem import Floats
from channelopt.backends.base import Can, Limits, Listener, Outcome, Reason, Termination
from channelopt.errors import UsageError
from channelopt.model.formulate import Model, formulate
from channelopt.pipeline.dive import LARGE, dive, take_steps
from channelopt.pipeline.engine import Engine
from channelopt.rules.base import Policy
from channelopt.terms.closed_form import most_handled
from channelopt.terms.lanes import lanes
from channelopt.terms.numbers import Numbers
from channelopt.terms.stairs import Group, Piece, Stairs, Steps, all_steps, coarse, whole

AT_ONCE = 1000
"""So many steps are put into the program one by one."""
RATIO = 1.3
"""FTE at the end of a first piece over those at its beginning."""
AROUND = 4
"""Single steps on either side of an answer."""
FIRST_GAP = 5e-4
"""Gap of the first relaxation: it only shows where to look."""
SHARE_OF_GAP = 0.6
"""Share of the gap asked for that the first relaxation may use up."""
SHARE_OF_DIVE = 0.5
"""Share of the time that a dive for a first plan may take."""
SHARE_OF_TIME = 0.6
"""Share of the time left that a relaxation may take."""


@dataclass(frozen=True)
class Scenario:
    """What is solved: numbers and policies."""

    numbers: Numbers
    policies: tuple[Policy, ...]

    def stairs(self) -> dict[Group, Steps]:
        """Return the stairs of its service levels."""
        n = self.numbers
        if not n.service_levels:
            return {}
        ways = lanes(n)
        return all_steps(n, ways, most_handled(n, ways))

    def model(self, stairs: Stairs) -> Model:
        """Formulate it with these stairs."""
        return formulate(self.numbers, self.policies, stairs=stairs)


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
    if sum(len(cut) for cut in stairs.pieces.values()) <= at_once:
        model = scenario.model(stairs)
        _accepted(engine, model)
        building = time.monotonic() - began
        start, limits = _start(model, engine, limits, hint)
        return Found(model, engine.solve(model.problem, limits, start, listen), 0, building)
    return _Search(scenario, engine, limits, listen).run(coarse(steps, RATIO), hint)


def _start(
    model: Model, engine: Engine, limits: Limits, hint: tuple[Model, Floats] | None
) -> tuple[Floats | None, Limits]:
    """Return a point to begin with, and what is left of the limits.

    It is what is known, or for a large program what a dive finds.
    """
    if hint is not None:
        return carried_over(hint, model), limits
    whole = bool(model.problem.integer.any()) and Can.CONTINUOUS in engine.backend.can
    if model.problem.num_columns < LARGE or not whole:
        return None, limits
    began = time.monotonic()
    if limits.time_limit is None:
        return dive(model, engine, None), limits
    start = dive(model, engine, limits.time_limit * SHARE_OF_DIVE)
    left = max(1.0, limits.time_limit - (time.monotonic() - began))
    return start, replace(limits, time_limit=left)


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
        while True:
            rounds += 1
            relaxed = self._formulated(stairs)
            outcome = self._solve(relaxed, gap, hint, SHARE_OF_TIME)
            if outcome.x is None:
                return self._without(relaxed, outcome, rounds)
            self.bound = min(self.bound, outcome.bound)
            near = _near(stairs, [(relaxed, outcome.x)], self._answer())
            model = self._formulated(near)
            exact = max(self.limits.gap / 4, gap / 4)
            found = self._solve(model, exact, self._answer() or (relaxed, outcome.x), 1.0)
            self._keep(model, found)
            if self._done() or (stairs.exact and outcome.termination.reason is Reason.OPTIMAL):
                return self._result(rounds, relaxed)
            if self._out_of_time() or outcome.termination.reason is not Reason.OPTIMAL:
                return self._result(rounds, relaxed)
            finer, hint = _finer(stairs, [(relaxed, outcome.x)], self._answer()), self._answer()
            sharper = max(self.limits.gap / 4, min(gap, self._gap()) / 4)
            if finer.pieces == stairs.pieces and sharper == gap:
                return self._result(rounds, relaxed)
            stairs, gap = finer, sharper

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
        start, limits = _start(model, self.engine, limits, hint)
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


def _steps_at(stairs: Stairs, answer: tuple[Model, Floats]) -> dict[Group, int]:
    """Return the step that each group's work needs in an answer."""
    model, x = answer
    d = model.decisions
    worked = d.group_periods.dense(d.hours.sum_to(d.group_periods).value(x))
    return {key: steps.step_for(float(worked[key])) for key, steps in stairs.steps.items()}


def _windows(
    stairs: Stairs, answers: list[tuple[Model, Floats]], more: tuple[Model, Floats] | None
) -> dict[Group, set[int]]:
    """Return the steps around the answers, by group."""
    found: dict[Group, set[int]] = {key: set() for key in stairs.steps}
    for answer in (*answers, *([more] if more is not None else [])):
        for key, at in _steps_at(stairs, answer).items():
            most = len(stairs.steps[key].fte)
            found[key].update(range(max(0, at - AROUND), min(most, at + AROUND + 1)))
    return found


def _near(
    stairs: Stairs, answers: list[tuple[Model, Floats]], more: tuple[Model, Floats] | None
) -> Stairs:
    """Return only the single steps around the answers; what is found there is true."""
    windows = _windows(stairs, answers, more)
    single = {key: tuple((k, k) for k in sorted(steps)) for key, steps in windows.items()}
    return Stairs(stairs.steps, single, complete=False)


def _finer(
    stairs: Stairs, answers: list[tuple[Model, Floats]], more: tuple[Model, Floats] | None
) -> Stairs:
    """Cut the pieces around the answers into single steps, and the rest of a touched piece off."""
    windows = _windows(stairs, answers, more)
    return Stairs(
        stairs.steps,
        {key: tuple(_cut(cut, windows[key])) for key, cut in stairs.pieces.items()},
    )


def _cut(pieces: Iterable[Piece], single: set[int]) -> Iterable[Piece]:
    for first, last in pieces:
        start = first
        for k in range(first, last + 1):
            if k in single:
                if start < k:
                    yield start, k - 1
                yield k, k
                start = k + 1
        if start <= last:
            yield start, last


def carried_over(hint: tuple[Model, Floats], model: Model) -> Floats | None:
    """Carry a point over to a program of the same scenario with other stairs.

    Returns:
        None where the programs differ by more than their stairs.
    """
    source, x = hint
    blocks = {block.name: block for block in source.labels.columns}
    point = np.zeros(model.problem.num_columns)
    for block in model.labels.columns:
        known = blocks.get(block.name)
        if block.name.startswith("staffing "):
            continue
        if known is None or known.index.num_rows != block.index.num_rows:
            return None
        point[block.where] = x[known.where]
    take_steps(model, point)
    return point
