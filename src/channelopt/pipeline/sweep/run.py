"""Sweep: solve every point of a grid, each of them once, also across interruptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from channelopt.analysis.sweeping.point import Grid, Point, Solved
from channelopt.errors import InputError
from channelopt.instance.canonical import digest
from channelopt.instance.instance import Instance
from channelopt.instance.load import Step, from_data, load
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.planning import planned
from channelopt.pipeline.solving import Engines


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
class Ways:
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


def sweep(subject: Subject, grid: Grid, ways: Ways | None = None) -> tuple[Solved, ...]:
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
    ways = ways or Ways()
    found: list[Solved] = []
    for point in grid.points:
        if ways.is_asked is not None and ways.is_asked():
            break
        found.append(_solved(subject, point))
        if ways.listen is not None:
            ways.listen(News(len(found), len(grid.points), found[-1]))
    return tuple(found)


def _solved(subject: Subject, point: Point) -> Solved:
    try:
        instance = subject.load(point)
    except InputError as error:
        return Solved(point.number, "", "invalid", words=str(error))
    options = replace(subject.options, isolate=False, sensitivity_seconds=0)
    plan, solved = planned(instance, options, Engines.start(options))
    return Solved(
        point.number,
        digest(instance.resolved),
        plan.status,
        plan.objective,
        plan.bound,
        plan.kpis,
        choice=solved.choice,
    )
