"""Study: a solved scenario whose changes are solved side by side, each of them once."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.analysis.study import Answer, Question, Relaxed
from channelopt.backends.base import Limits, Listener, Outcome, Progress, Reason
from channelopt.backends.isolated import Isolated
from channelopt.errors import NoPlanError
from channelopt.instance.instance import Instance
from channelopt.model.formulate import Model
from channelopt.pipeline.digest import digest
from channelopt.pipeline.journal import Journal
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.planning import checked, outages, planned
from channelopt.pipeline.rounds import Scenario, optimum
from channelopt.pipeline.solving import Engines, Solved
from channelopt.pipeline.starting import head_start
from channelopt.pipeline.ties import MANY
from channelopt.pipeline.values import alike, holder, relaxed
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.plan import Plan
from channelopt.plan.repair import clean
from channelopt.terms.choice import Choice

PAUSE = 0.2
"""Seconds between two looks at the clock and at Ctrl-C while answers are awaited."""
LEAST = 0.05
"""With less time than this left nothing is asked any more."""


@dataclass(frozen=True)
class Ways:
    """How a study works.

    Attributes:
        workers: solver processes side by side.
        seconds: for everything after the first plan, None for no limit.
        listen: hears of the first plan's solve; returning True ends it with the best plan so far.
        is_asked: whether the user asked to stop; ends what is being asked.
        journal: answers of an earlier, interrupted study.
    """

    workers: int = 1
    seconds: float | None = None
    listen: Listener | None = None
    is_asked: Callable[[], bool] | None = None
    journal: Journal | None = None


class Asking:
    """See `analysis.study.Study`; a context that ends its solvers."""

    def __init__(
        self, instance: Instance, options: SolveOptions, crew: Sequence[Engines], ways: Ways
    ) -> None:
        self.instance = instance
        self._options = options
        self._crew = crew
        self._journal = Journal() if ways.journal is None else ways.journal
        self.plan, solved = planned(instance, options, crew[0], ways.listen)
        if solved.choice is None:
            raise NoAnswerError(self.plan)
        self._solved: Solved = solved
        self.choice: Choice = solved.choice
        self.best = Answer(
            self.plan.objective, self.plan.bound, proven=self.plan.status == "optimal"
        )
        self.relaxed: Relaxed | None = relaxed(solved.model, options, crew[0])
        self._hold = holder(solved, crew[0])
        self._ends = [time.monotonic() + (float("inf") if ways.seconds is None else ways.seconds)]
        self._free: queue.SimpleQueue[Engines] = queue.SimpleQueue()
        for engines in crew:
            self._free.put(engines)
        self._pool = ThreadPoolExecutor(len(crew), thread_name_prefix="question")
        self._is_asked = ways.is_asked
        self._stopped = False

    def close(self) -> None:
        """End the solvers; questions under way get no answer."""
        self._stopped = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        for engines in self._crew:
            for engine in (engines.main, engines.prices):
                if isinstance(engine.backend, Isolated):
                    engine.backend.close()

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """Solve questions side by side and return their answers in order."""
        keys = [self._key(question) for question in questions]
        found: dict[str, Answer] = {}
        open_: dict[str, Question] = {}
        for key, question in zip(keys, questions, strict=True):
            known = self._journal.find(key, wants_choice=question.wants_choice)
            if known is not None:
                found[key] = known
            elif key not in open_ or question.wants_choice:
                open_[key] = question
        asked = {self._pool.submit(self._solve, question): key for key, question in open_.items()}
        waiting = set(asked)
        while waiting:
            done, waiting = wait(waiting, timeout=PAUSE, return_when=FIRST_COMPLETED)
            self._is_stopped()
            for future in done:
                found[asked[future]] = future.result()
                self._journal.keep(asked[future], found[asked[future]])
        return [found[key] for key in keys]

    def hold(self, instance: Instance) -> float | None:
        """Objective with channels, offers and FTE as in the plan, allocation re-optimised."""
        return self._hold(instance) if self.left() > 0 else None

    def formulate(self, instance: Instance) -> MatrixProblem | None:
        """Return the program of a changed scenario, alike in shape to that of `relaxed` or None."""
        return alike(self._solved.model, instance)

    def optimise(self, problem: MatrixProblem, start: Floats | None = None) -> Outcome:
        """Solve a program of the analysis' own making in the time left."""
        return self._crew[0].main.solve(problem, self._limits(None), start, self._beat)

    def planned(self, instance: Instance, choice: Choice) -> Plan:
        """Return decisions as a whole, checked plan of a scenario."""
        more = outages(instance, choice, self._crew[0])
        plan = assemble(instance, choice, Origin("evaluated"), None, more)
        return checked(instance, plan, choice)

    def left(self) -> float:
        """Seconds that are left, 0 where the user asked to stop."""
        if self._is_stopped():
            return 0.0
        return max(0.0, min(self._ends) - time.monotonic())

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Leave only so many seconds to what is asked inside (less if fewer are left)."""
        self._ends.append(time.monotonic() + seconds)
        try:
            yield
        finally:
            self._ends.pop()

    def _key(self, question: Question) -> str:
        return digest(question, self._options.solver, self._options.limits)

    def _is_stopped(self) -> bool:
        if not self._stopped and self._is_asked is not None:
            self._stopped = self._is_asked()
        return self._stopped

    def _beat(self, _progress: Progress) -> bool:
        return self._stopped

    def _limits(self, gap: float | None) -> Limits:
        asked, left = self._options.limits, self.left()
        longest = left if asked.time_limit is None else min(left, asked.time_limit)
        seconds = None if longest == float("inf") else max(longest, LEAST)
        wanted = asked.gap if gap is None else gap
        return replace(asked, time_limit=seconds, gap=wanted, restarts=False)

    def _solve(self, question: Question) -> Answer:
        """Solve one question with the next engine that is free; runs in a thread of the pool."""
        if self._stopped or min(self._ends) - time.monotonic() < LEAST:
            return Answer(None, None)
        engines = self._free.get()
        try:
            return self._answered(question, engines)
        finally:
            self._free.put(engines)

    def _answered(self, question: Question, engines: Engines) -> Answer:
        n = question.instance.numbers
        scenario = Scenario(n, question.instance.policies, question.shape)
        start, limits = self._begin(scenario, engines, self._limits(question.gap))
        found = optimum(scenario, engines.main, limits, start, self._beat)
        outcome = found.outcome
        if outcome.termination.reason is Reason.INFEASIBLE:
            return Answer(None, None, infeasible=True)
        bound = outcome.bound if abs(outcome.bound) < float("inf") else None
        if outcome.x is None:
            return Answer(None, bound)
        choice = clean(n, found.model.choice(outcome.x)) if question.wants_choice else None
        proven = outcome.termination.reason is Reason.OPTIMAL
        return Answer(outcome.objective, bound, proven=proven, choice=choice)

    def _begin(
        self, scenario: Scenario, engines: Engines, limits: Limits
    ) -> tuple[tuple[Model, Floats] | None, Limits]:
        """Return where to begin: at the plan, or in a large program at the best plan around it."""
        if scenario.shape is None and self._solved.model.problem.integer.sum() > MANY:
            near = head_start(scenario, (self.choice,), engines.main, limits, self._beat)
            if near is not None:
                return near, replace(limits, heuristics=False)
        x = self._solved.x
        return (None if x is None else (self._solved.model, x)), limits


class NoAnswerError(NoPlanError):
    """The scenario has no plan that could be studied; `plan` says why."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(f"there is no plan to analyse: {plan.status}")
        self.plan = plan


@contextlib.contextmanager
def studied(
    instance: Instance, options: SolveOptions | None = None, ways: Ways | None = None
) -> Iterator[Asking]:
    """Solve a scenario and keep its solvers at hand for questions.

    Args:
        instance: the scenario.
        options: solver and limits; without `isolate` there is one worker.
        ways: workers, time, who listens, what is known already.

    Raises:
        NoAnswerError: the scenario has no plan, or none was found in time.
    """
    options, ways = options or SolveOptions(), ways or Ways()
    workers = max(1, ways.workers) if options.isolate else 1
    crew = [Engines.start(options) for _ in range(workers)]
    with contextlib.ExitStack() as stack:
        for engines in crew:
            for engine in (engines.main, engines.prices):
                if isinstance(engine.backend, Isolated):
                    stack.callback(engine.backend.close)
        study = Asking(instance, options, crew, ways)
        stack.callback(study.close)
        yield study
