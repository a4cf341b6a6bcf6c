"""Sweep: solve every point of a grid, each of them once, also across interruptions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from channelopt.analysis.sweeping.point import Grid, Point, Solved
from channelopt.instance.instance import Instance
from channelopt.instance.load import Step, from_data, load
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.solving import Engines
from channelopt.pipeline.sweep.crew import Alone, Crew
from channelopt.pipeline.sweep.journal import Journal
from channelopt.pipeline.sweep.local import Local
from channelopt.pipeline.sweep.schedule import Schedule

PAUSE = 0.2
"""Seconds between two looks at the clock and at Ctrl-C while points are solved."""


@dataclass(frozen=True)
class Subject:
    """What is swept.

    Attributes:
        source: path of a scenario, or the resolved data of an instance.
        root: folder that the files of a scenario must stay inside, as for `load`.
        steps: variations and overrides of the whole sweep, before those of a point.
        options: how every point is solved; the time limit is that of a point.
    """

    source: Path | Mapping[str, Any]
    root: Path | None = None
    steps: tuple[Step, ...] = ()
    options: SolveOptions = field(default_factory=SolveOptions)

    def load(self, point: Point) -> Instance:
        """Return the scenario of a point.

        Raises:
            InputError: with every problem that could be found.
        """
        steps = (*self.steps, *point.steps)
        if isinstance(self.source, Path):
            return load(self.source, root=self.root, steps=steps)
        return from_data(self.source, steps=steps)


@dataclass(frozen=True)
class News:
    """What a listener hears whenever a point is done: points done, points in all, and the point."""

    done: int
    points: int
    solved: Solved


@dataclass(frozen=True)
class SweepWays:
    """How a sweep works; nothing of it changes a result.

    Attributes:
        workers: processes that solve side by side.
        seconds: for the whole sweep, None for no limit; points not begun then stay open.
        listen: hears of every point that is done.
        is_asked: whether the user asked to stop; what is being solved then is given up.
        journal: file that keeps what is solved, read now and added to; None: nothing is kept.
        dask: address of a Dask scheduler that solves instead of processes of our own.
    """

    workers: int = 1
    seconds: float | None = None
    listen: Callable[[News], None] | None = None
    is_asked: Callable[[], bool] | None = None
    journal: Path | None = None
    dask: str | None = None


def sweep(subject: Subject, grid: Grid, ways: SweepWays | None = None) -> tuple[Solved, ...]:
    """Solve every point of a grid.

    Equal scenarios are solved once. Without time limits the answer depends on subject and grid
    alone: not on workers, interruptions or the order in which points end.

    Args:
        subject: what is swept.
        grid: its points.
        ways: workers, time, who listens, what is known already.

    Returns:
        What is known of each point, in the order of the grid. Points that were not solved because
        the user asked to stop, or time was over, are left out.

    Raises:
        UsageError: the journal is in use by another sweep, the solver is unknown, or the Dask
            address does not answer.
        NoPlanError: the solver or Dask is not installed here.
    """
    ways = ways or SweepWays()
    options = replace(subject.options, isolate=False, sensitivity_seconds=0)
    Engines.start(options)  # says in words that there is no such solver
    with Journal(ways.journal, options) as journal:
        schedule = Schedule(grid, subject.load, options, journal)
        with _Sweeping(schedule, subject, ways) as sweeping:
            sweeping.run()
        return schedule.found


class _Sweeping:
    """A sweep at work; a context that ends whoever works for it."""

    def __init__(self, schedule: Schedule, subject: Subject, ways: SweepWays) -> None:
        self._schedule = schedule
        self._alone = not subject.options.isolate
        self._ways = ways
        self._crew: Crew | None = None
        self._flying: set[Future[Solved]] = set()
        self._told = 0
        self._until = inf if ways.seconds is None else time.monotonic() + ways.seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._crew is not None:
            self._crew.close()

    def run(self) -> None:
        """Solve all points, or as many as there is time for."""
        schedule = self._schedule
        while not schedule.is_done and not self._is_over():
            if self._crew is None or len(self._flying) < self._crew.places:
                task = schedule.next_task()
                if task is not None:
                    self._flying.add(self._hands().begin(task))
            self._land()
            self._tell()

    def _land(self) -> None:
        """Take in what is solved; wait for it where there is nothing else to do."""
        full = self._crew is not None and len(self._flying) >= self._crew.places
        pause = PAUSE if full or self._schedule.is_idle else 0.0
        done, self._flying = wait(self._flying, timeout=pause, return_when=FIRST_COMPLETED)
        for future in done:
            self._schedule.take(future.result())
        if self._crew is not None:
            self._crew.look()

    def _tell(self) -> None:
        while self._schedule.ended:
            solved = self._schedule.ended.popleft()
            self._told += 1
            if self._ways.listen is not None:
                self._ways.listen(News(self._told, self._schedule.count, solved))

    def _is_over(self) -> bool:
        asked = self._ways.is_asked is not None and self._ways.is_asked()
        return asked or time.monotonic() > self._until

    def _hands(self) -> Crew:
        """Return who solves; nobody is hired before there is something to do."""
        if self._crew is None:
            self._crew = self._hired()
        return self._crew

    def _hired(self) -> Crew:
        if self._ways.dask is not None:
            from channelopt.pipeline.sweep.dask import Dask

            return Dask(self._ways.dask)
        if self._alone:
            return Alone()
        return Local(max(1, min(self._ways.workers, self._schedule.count)))
