"""Decide for every customer of a register: compile, run the engine, say why there is no list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Outcome
from channelopt.customers.register import Registered
from channelopt.errors import AbortedError, InfeasibleError, NoPlanError, UnboundedError
from channelopt.instance.instance import Instance
from channelopt.lists.compile import compile_list
from channelopt.lists.listed import List
from channelopt.lists.parts import Part
from channelopt.lists.previous import Previous
from channelopt.lists.result import CustomerList
from channelopt.lists.ways import ListWays
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.placing import Place
from channelopt.pipeline.solving import Engines
from channelopt.priced.aims import Aims, Solve
from channelopt.priced.answer import Answer
from channelopt.priced.engine import assign
from channelopt.priced.keeping import Kept, keep
from channelopt.priced.units import Block, Floats, Source, T, Task
from channelopt.terms.choice import Choice


class Watch(Protocol):
    """Hears what is done, and says whether to stop."""

    def say(self, text: str) -> None:
        """Hear what is done now."""

    def is_asked(self) -> bool:
        """Whether to stop."""


class Unwatched:
    """Nobody listens."""

    def say(self, text: str) -> None:
        """Hear what is done now."""

    def is_asked(self) -> bool:
        """Whether to stop."""
        return False


@dataclass(frozen=True)
class Watched:
    """A source that stops between two blocks when it is asked to."""

    source: Source
    watch: Watch

    @property
    def units(self) -> int:
        """Number of units in all blocks."""
        return self.source.units

    def map(self, work: Callable[[Block], T]) -> Iterator[T]:
        """Apply `work` to every block and yield what comes back in their order.

        Raises:
            AbortedError: it was asked to stop.
        """
        for result in self.source.map(work):
            if self.watch.is_asked():
                raise AbortedError("stopped; nothing was written")
            yield result


@dataclass(frozen=True)
class Desk:
    """Where lists are decided.

    Attributes:
        instance: the scenario.
        choice: its plan.
        period: position of the period.
        register: the customers.
        solve: for small programs.
        aims: how good the list is to be.
        watch: who listens.
        place: this machine, or a cluster.
    """

    instance: Instance
    choice: Choice
    period: int
    register: Registered
    solve: Solve
    aims: Aims
    watch: Watch
    place: Place

    def compiled(self, ways: ListWays) -> List:
        """Return the limits and values of a list that is decided in this way."""
        over = self.place.over(self.register)
        return compile_list(self.instance, self.choice, self.period, self.register, ways, over)

    def task(self, compiled: List) -> Task:
        """Return the task for the engine."""
        parts = [Part(compiled, partition) for partition in self.register.partitions]
        units = self.register.customers * len(compiled.questions)
        source = self.place.units(parts, units)
        return Task(compiled.tables, compiled.rows, Watched(source, self.watch))

    def answer(self, task: Task, start: Floats | None = None) -> Answer:
        """Return what the engine finds."""
        return assign(task, self.solve, self.aims, start)


def solver_of(options: SolveOptions) -> Solve:
    """Return what solves the engine's small programs.

    Raises:
        UsageError: the solver is unknown.
        NoPlanError: it is not installed.
    """
    engines = Engines.start(options)

    def solve(problem: MatrixProblem, limits: Limits) -> Outcome:
        engine = engines.main if problem.integer.any() else engines.prices
        return engine.solve(problem, limits)

    return solve


def aims_of(options: SolveOptions) -> Aims:
    """Return the aims of the engine."""
    limits = options.limits
    return Aims(gap=limits.gap, time_limit=limits.time_limit, seed=limits.seed)


def prices_from(earlier: CustomerList, compiled: List) -> Floats:
    """Return (R,) the prices of an earlier list by the names of limits; 0 where it has none."""
    table = earlier.tables["limits"]
    known = dict(zip(table.column("limit"), table.column("price"), strict=True))
    return np.array([float(known.get(limit.name) or 0.0) for limit in compiled.limits])


def kept(
    desk: Desk, compiled: List, task: Task, answer: Answer, earlier: tuple[Previous, float]
) -> Kept:
    """Return the list that moves fewest customers, within a share of the best value.

    Args:
        desk: where it is decided.
        compiled: the list.
        task: for the engine.
        answer: the best list.
        earlier: what customers had, and the share of the value that may be given up.
    """
    before, tolerance = earlier
    of_blocks = before.of_blocks(compiled.kinds.question)
    return keep(task, answer, of_blocks, desk.solve, desk.aims, tolerance)


def refuse(answer: Answer) -> None:
    """Say why there is no list, where there is none.

    Raises:
        InfeasibleError: limits conflict, and it is not known which.
        UnboundedError: the value has no limit.
        NoPlanError: none was found in time.
    """
    if answer.rule is not None:
        return
    if answer.status == "unbounded":
        raise UnboundedError("the value of a list has no limit")
    if answer.status == "infeasible":
        raise InfeasibleError("no list satisfies all limits")
    raise NoPlanError(
        "no list was found in time that satisfies all limits; give more with --time-limit, or let "
        "the list leave the plan's quotas a little (customers: quota_tolerance, or --joint)"
    )
