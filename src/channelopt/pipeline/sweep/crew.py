"""Crews: who solves the points of a sweep."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from channelopt.analysis.sweeping.point import Solved
from channelopt.pipeline.sweep.task import Task, solve_point


class Crew(Protocol):
    """Takes points to solve, and leaves nobody behind when it is closed."""

    @property
    def places(self) -> int:
        """How many points it takes at a time."""

    def begin(self, task: Task) -> Future[Solved]:
        """Begin to solve a point. A worker that is lost costs its points once more.

        The future raises only what ends the whole sweep.
        """

    def look(self) -> None:
        """Raise what ends the whole sweep; called now and then."""

    def close(self) -> None:
        """End everybody at once; what is under way is given up."""


class Alone:
    """This very process, one point after the other."""

    places = 1

    def begin(self, task: Task) -> Future[Solved]:
        """Solve a point now."""
        future: Future[Solved] = Future()
        future.set_result(solve_point(task))
        return future

    def look(self) -> None:
        """Nothing can happen."""

    def close(self) -> None:
        """Nobody is left."""
