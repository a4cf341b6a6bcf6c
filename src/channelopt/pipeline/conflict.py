"""The smallest set of rules and data that leaves a scenario without a plan (a deletion filter).

Valid for integer programs, since it only asks whether a plan exists: whatever can be taken away
without a plan appearing is taken away, in ever smaller groups. In the end nothing more can be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from channelopt.algebra.problem import MatrixProblem
from channelopt.analysis.conflicts.loosening import (
    Atom,
    Case,
    Rule,
    asks_for_returns,
    atoms,
    rule_of,
    without,
)
from channelopt.backends.base import Limits, Listener, Progress, Reason, Stop
from channelopt.instance.instance import Instance
from channelopt.model.formulate import Model
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.rounds import Scenario
from channelopt.terms.numbers import Numbers
from channelopt.terms.stairs import Stairs

T = TypeVar("T")


@dataclass
class Clock:
    """Time for a search, and whether it was cut short.

    Attributes:
        ends: on the monotonic clock.
        listen: returning True ends the search.
    """

    ends: float
    listen: Listener | None = None
    interrupted: bool = False

    @staticmethod
    def of(seconds: float, listen: Listener | None = None) -> Clock:
        """Start a clock."""
        return Clock(time.monotonic() + seconds, listen)

    def left(self) -> float:
        """Return the seconds left, 0 where the user asked to stop."""
        if not self.interrupted and self.listen is not None:
            self.interrupted = self.listen(Progress(0.0, None, None, None))
        return 0.0 if self.interrupted else max(0.0, self.ends - time.monotonic())

    def part(self, share: float) -> Clock:
        """Return a clock for a share of what is left."""
        return replace(self, ends=time.monotonic() + share * self.left())


@dataclass(frozen=True)
class Conflict:
    """Atoms that leave no plan together.

    Attributes:
        atoms: in the order of the search; empty where not even the scenario was proven to have no
            plan in time.
        everything: every atom of the scenario.
        sure: proven that a plan appears when any one of them is taken away.
        relaxed: service levels were taken in pieces, so that `sure` cannot be said.
    """

    atoms: tuple[Atom, ...]
    everything: tuple[Atom, ...]
    sure: bool
    relaxed: bool = False


def formulated(case: Case, stairs: Stairs | None = None) -> Model:
    """Formulate a case; contacts that need not be served may stay away.

    Retention curves are left out where no rule asks for what is kept: they decide nothing about
    whether there is a plan, and know only means of contacts that are all served.
    """
    scenario = Scenario(_without_curves(case), case.policies)
    return _waiting(scenario.outline() if stairs is None else scenario.model(stairs), case)


def _waiting(model: Model, case: Case) -> Model:
    """Let the contacts that need not be served stay away."""
    if not case.unserved.any():
        return model
    lower = model.problem.row_lower.copy()
    for block in model.labels.rows:
        if block.name in {"demand", "all in one channel"}:
            place = tuple(block.index.code(dim) for dim in ("segment", "interaction", "period"))
            lower[block.where][case.unserved[place]] = -np.inf
    return replace(model, problem=model.problem.with_(row_lower=lower))


def _without_curves(case: Case) -> Numbers:
    if asks_for_returns(case.policies):
        return case.numbers
    return case.numbers.with_(curves={}, satisfaction_weight=0.0)


def only_feasible(problem: MatrixProblem) -> MatrixProblem:
    """Return a program that asks for any plan."""
    return problem.with_(c=np.zeros_like(problem.c), offset=0.0)


@dataclass
class Oracle:
    """Says whether what is left of a scenario has a plan.

    Attributes:
        instance: the scenario.
        engine: solves integer programs.
        clock: no answer after its end.
        linear: whole numbers need not be whole; quick, and what has no plan then has none.
        relaxed: whether a program took service levels in pieces.
    """

    instance: Instance
    engine: Engine
    clock: Clock
    linear: bool = False
    relaxed: bool = False
    infeasible: list[frozenset[Atom]] = field(default_factory=list)
    _feasible: list[frozenset[Atom]] = field(default_factory=list)
    _last: tuple[frozenset[Atom], Model] | None = None

    def has_plan(self, kept: Collection[Atom], everything: Sequence[Atom]) -> bool | None:
        """Whether there is a plan that obeys some atoms; None where it is not known in time."""
        stays = frozenset(kept)
        if any(known <= stays for known in self.infeasible):
            return False
        if any(stays <= known for known in self._feasible):
            return True
        if self.clock.left() <= 0:
            return None
        found = self.solves(self._without([a for a in everything if a not in stays]).problem)
        if found is not None:
            (self._feasible if found else self.infeasible).append(stays)
        return found

    def _without(self, gone: Sequence[Atom]) -> Model:
        """Formulate without some atoms; contacts that may stay away need no other program."""
        key = frozenset(atom for atom in gone if atom[0] != "demand")
        if self._last is None or self._last[0] != key:
            self._last = (key, formulated(without(self.instance, key)))
        model = self._last[1]
        self.relaxed |= not model.decisions.stairs.exact
        return _waiting(model, without(self.instance, gone))

    def of(self, case: Case) -> bool | None:
        """Whether a case has a plan; None where it is not known in time."""
        model = formulated(case)
        self.relaxed |= not model.decisions.stairs.exact
        return self.solves(model.problem)

    def solves(self, problem: MatrixProblem) -> bool | None:
        """Whether a program has a point; None where it is not known in time."""
        left = self.clock.left()
        if left <= 0:
            return None
        limits, asked = Limits(time_limit=left, gap=1.0), only_feasible(problem)
        if self.linear:
            asked = asked.with_(integer=np.zeros_like(problem.integer))
        outcome = self.engine.solve(asked, limits, None, self.clock.listen)
        if outcome.termination.stop is Stop.INTERRUPT:
            self.clock.interrupted = True
        if outcome.x is not None:
            return True
        return False if outcome.termination.reason is Reason.INFEASIBLE else None


def conflict(instance: Instance, engine: Engine, clock: Clock) -> Conflict:
    """Find a smallest set of atoms that leaves no plan.

    Where there is no plan even if nothing has to be whole, that is narrowed down first, since it
    is quick; then whatever is left, with whole numbers.

    Args:
        instance: a scenario that was found infeasible.
        engine: a solver of integer programs.
        clock: time; what is found until its end is true, only not as small.
    """
    every = atoms(instance)
    linear = Oracle(instance, engine, clock, linear=True)
    exact = Oracle(instance, engine, clock, infeasible=linear.infeasible)
    if linear.has_plan(every, every) is False:
        first, _ = _narrowed(every, linear, every)
        kept, sure = narrow(first, lambda some: exact.has_plan(some, every), size=1)
    else:
        kept, sure = _narrowed(every, exact, every)
    relaxed = exact.relaxed or linear.relaxed
    return Conflict(kept, every, sure and not relaxed, relaxed)


def _narrowed(
    found: Sequence[Atom], oracle: Oracle, every: Sequence[Atom]
) -> tuple[tuple[Atom, ...], bool]:
    """Take away rules, each as a whole; then periods, segments and cells of those that stay."""
    members: dict[Rule, list[Atom]] = {}
    for atom in found:
        members.setdefault(rule_of(atom), []).append(atom)
    rules, _ = narrow(
        tuple(members),
        lambda some: oracle.has_plan([a for rule in some for a in members[rule]], every),
    )
    parts = tuple(atom for atom in found if rule_of(atom) in set(rules))
    return narrow(parts, lambda some: oracle.has_plan(some, every))


def narrow(
    found: Sequence[T], has_plan: Callable[[Sequence[T]], bool | None], size: int = 0
) -> tuple[tuple[T, ...], bool]:
    """Take away what is not needed for there to be no plan.

    Args:
        found: leaves no plan.
        has_plan: whether some of it leaves one, None where that is not known.
        size: of the first groups; default half of it.

    Returns:
        What stays, in its order, and whether a plan appears when any one of it is taken away.
    """
    kept, size = list(found), size or max(1, len(found) // 2)
    while True:
        position, sure = 0, True
        while position < len(kept):
            rest = kept[:position] + kept[position + size :]
            known = has_plan(rest)
            sure &= known is not None
            if known is False:
                kept = rest
            else:
                position += size
        if size == 1:
            return tuple(kept), sure
        size = max(1, size // 2)
