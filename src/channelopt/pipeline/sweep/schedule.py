"""Schedule: which point can be begun now, and what follows for others from one that is solved."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from channelopt.analysis.sweeping.point import Grid, Point, Solved
from channelopt.errors import InputError
from channelopt.instance.canonical import digest
from channelopt.instance.instance import Instance
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.sweep.journal import Journal
from channelopt.pipeline.sweep.order import Place, ordered
from channelopt.pipeline.sweep.room import Room, room
from channelopt.pipeline.sweep.task import WHY, Task

MOST_WAITING = 200
"""Scenarios that are kept in memory while their parents are solved."""
MOST_STARTS = 4
THUS = f"none does under looser limits either: {WHY}"


@dataclass(frozen=True)
class _Read:
    """A point whose scenario is read and waits for its parents."""

    place: Place
    point: Point
    digest: str
    room: Room
    scenario: dict[str, Any]


class Schedule:
    """The points of a sweep, from the first to be read to the last to be solved.

    Scenarios are read in the order of the grid's places, so that of equal ones it is always the
    same that is solved.

    Args:
        grid: the points.
        load: reads the scenario of a point.
        options: how points are solved.
        journal: what is known already; is told what is found.
    """

    def __init__(
        self,
        grid: Grid,
        load: Callable[[Point], Instance],
        options: SolveOptions,
        journal: Journal,
    ) -> None:
        self._points = grid.points
        self._load = load
        self._options = options
        self._journal = journal
        self._places = ordered(grid)
        self._rank = {place.at: rank for rank, place in enumerate(self._places)}
        self._read = 0
        self._waiting: dict[int, _Read] = {}
        self._rooms: dict[str, Room] = {}
        self._known: dict[int, Solved] = {}
        self._first: dict[str, int] = {}
        self._same: dict[int, int] = {}
        self._twins: dict[int, list[int]] = {}
        self._heirs: dict[int, list[int]] = {}
        self._ready: list[tuple[int, int]] = []
        self._by_number = {point.number: at for at, point in enumerate(grid.points)}
        self.ended: deque[Solved] = deque()

    @property
    def count(self) -> int:
        """Number of points."""
        return len(self._points)

    @property
    def is_done(self) -> bool:
        """Whether all points are known."""
        return len(self._known) == len(self._points)

    @property
    def is_idle(self) -> bool:
        """Whether nothing can be begun until another point is solved."""
        return not self._ready and not self._can_read

    @property
    def found(self) -> tuple[Solved, ...]:
        """What is known of points, in the order of the grid."""
        return tuple(self._known[at] for at in sorted(self._known))

    def next_task(self) -> Task | None:
        """Return a point to be solved now, or None after a small step on the way to one."""
        if not self._ready:
            if self._can_read:
                self._read_next()
            return None
        at = heapq.heappop(self._ready)[1]
        read = self._waiting.pop(at)
        parents = self._parents(read)
        looser = [one for one in parents if self._rooms[one.digest].holds(read.room)]
        if any(one.status == "infeasible" for one in looser):
            self.take(Solved(read.point.number, read.digest, "infeasible", words=THUS))
            return None
        return self._task(read, parents, looser)

    def take(self, solved: Solved) -> None:
        """Take in what is known of a point; equal ones are known with it."""
        if solved.digest:
            self._journal.keep(solved)
        at = self._by_number[solved.number]
        for twin in (at, *self._twins.pop(at, ())):
            known = replace(solved, number=self._points[twin].number)
            self._known[twin] = known
            self.ended.append(known)
            for heir in self._heirs.pop(twin, ()):
                self._maybe_ready(heir)

    @property
    def _can_read(self) -> bool:
        return self._read < len(self._places) and len(self._waiting) < MOST_WAITING

    def _read_next(self) -> None:
        place = self._places[self._read]
        self._read += 1
        point = self._points[place.at]
        try:
            instance = self._load(point)
        except InputError as error:
            words = "; ".join(str(problem) for problem in error.problems)
            self.take(Solved(point.number, "", "invalid", words=words))
            return
        found = digest(instance.resolved)
        first = self._first.setdefault(found, place.at)
        if first != place.at:
            self._is_twin(place.at, first)
            return
        self._rooms[found] = room(instance.resolved)
        known = self._journal.find(found, point.number)
        if known is not None:
            self.take(known)
            return
        scenario = dict(instance.resolved)
        self._waiting[place.at] = _Read(place, point, found, self._rooms[found], scenario)
        for parent in place.parents:
            if parent not in self._known:
                self._heirs.setdefault(parent, []).append(place.at)
        self._maybe_ready(place.at)

    def _is_twin(self, at: int, first: int) -> None:
        self._same[at] = first
        if first in self._known:
            known = replace(self._known[first], number=self._points[at].number)
            self._known[at] = known
            self.ended.append(known)
        else:
            self._twins.setdefault(first, []).append(at)

    def _maybe_ready(self, at: int) -> None:
        read = self._waiting.get(at)
        if read is not None and all(parent in self._known for parent in read.place.parents):
            heapq.heappush(self._ready, (self._rank[at], at))

    def _parents(self, read: _Read) -> list[Solved]:
        """Return what is known of the parents, equal ones once, the nearest first."""
        found = [self._known[parent] for parent in read.place.parents]
        return list({one.digest: one for one in found if one.digest}.values())

    def _task(self, read: _Read, parents: list[Solved], looser: list[Solved]) -> Task:
        proven = [one for one in looser if one.bound is not None]
        closest = min(proven, key=lambda one: one.bound or 0.0, default=None)
        is_best = closest is not None and closest.status == "optimal"
        starts = [one.choice for one in parents if one.choice is not None]
        return Task(
            number=read.point.number,
            digest=read.digest,
            scenario=read.scenario,
            options=self._options,
            starts=tuple(starts[:MOST_STARTS]),
            ceiling=None if closest is None else closest.bound,
            looser=closest.choice if closest is not None and is_best else None,
        )
