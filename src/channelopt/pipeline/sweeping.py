"""Sweeps from what was asked to what was found: read, check, solve, halve, write."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from channelopt.analysis.sweeping.axes import (
    MOST,
    VARIATION,
    Step,
    axes,
    check_count,
    count,
    crossed,
    is_axis,
    step,
)
from channelopt.analysis.sweeping.point import Axis, Grid, Point, Solved
from channelopt.analysis.sweeping.rows import read_rows
from channelopt.analysis.sweeping.structure import Spot, halved, is_numeric
from channelopt.analysis.sweeping.tables import Sweep
from channelopt.errors import InputError, Problem, Problems, UsageError
from channelopt.instance.canonical import digest
from channelopt.instance.instance import Instance
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.sweep import run as engine
from channelopt.pipeline.sweep.journal import Journal
from channelopt.pipeline.sweep.run import News, Subject, SweepWays
from channelopt.plan import results_folder
from channelopt.plan.results_folder import Results
from channelopt.plan.staging import in_words
from channelopt.scenario import compose

PROBED = 50
"""Values of an axis without order that are read before anything is solved."""
NOTHING = (
    "there is nothing to sweep over; give --vary path=from:to:steps or path=v1,v2, "
    "--variations, or --rows FILE.csv"
)


@dataclass(frozen=True)
class Wanted:
    """What is to be swept over.

    Attributes:
        vary: axes as `path=from:to:steps`, `path=v1,v2`, `path*=...` or `path+=...`; several are
            crossed, the last one runs fastest.
        variations: sweep over the base and all variations of the scenario, too.
        rows: a CSV file with one point in each row, instead of axes.
        refine: halve intervals in which the plan changes until they are narrower than this share
            of the axis; None: do not.
        most: points.
    """

    vary: tuple[str, ...] = ()
    variations: bool = False
    rows: Path | None = None
    refine: float | None = None
    most: int = MOST


def sweep(
    scenario: Path | str | Instance,
    vary: Sequence[str] = (),
    *,
    wanted: Wanted | None = None,
    options: SolveOptions | None = None,
    steps: Sequence[Step] = (),
    ways: SweepWays | None = None,
) -> Sweep:
    """Solve a scenario with many values.

    Args:
        scenario: its path, or an instance from `channelopt.load` (whose variations are gone).
        vary: axes such as `channels.phone.unit_cost=4:8:5`; a name applies a variation to all.
        wanted: variations, rows, refinement; its own axes come before those of `vary`.
        options: how each point is solved.
        steps: variations and overrides of all points.
        ways: workers, time, who listens.

    Returns:
        Points, neighbours between which the plan changes, and tables of them.

    Raises:
        InputError: an axis cannot be read, with every problem that could be found.
        UsageError: there is nothing to sweep over.
    """
    wanted = wanted or Wanted()
    given = tuple(text for text in vary if is_axis(text))
    named: tuple[Step, ...] = tuple(("vary", text) for text in vary if not is_axis(text))
    source = scenario.resolved if isinstance(scenario, Instance) else Path(scenario)
    subject = Subject(source, None, (*steps, *named), options or SolveOptions())
    task = prepare(subject, replace(wanted, vary=(*wanted.vary, *given)))
    return solve(task, ways or SweepWays())


@dataclass(frozen=True)
class Task:
    """A sweep that is read and checked.

    Attributes:
        subject: what is swept.
        wanted: over what.
        base: the scenario without the values of any axis.
        grid: its points.
    """

    subject: Subject
    wanted: Wanted
    base: Instance
    grid: Grid

    def manifest(self) -> dict[str, Any]:
        """Return what decides the results, as plain JSON data; no path, no time."""
        rows = None if self.wanted.rows is None else _hash([p.steps for p in self.grid.points])
        return {
            "digest": digest(self.base.resolved),
            "steps": [list(one) for one in self.subject.steps],
            "vary": list(self.wanted.vary),
            "variations": self.wanted.variations,
            "rows": rows,
            "refine": self.wanted.refine,
            "solver": self.subject.options.solver,
            "options": self.subject.options.as_data(),
            "seed": self.subject.options.limits.seed,
        }


def name_of(subject: Subject, wanted: Wanted) -> str:
    """Return eight digits that tell this sweep of a scenario from its others."""
    rows = None if wanted.rows is None else str(wanted.rows)
    return _hash([subject.steps, wanted.vary, wanted.variations, rows, wanted.refine])[:8]


def _hash(data: Any) -> str:
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()


def prepare(subject: Subject, wanted: Wanted) -> Task:
    """Read what is to be swept, and try every axis, before anything is solved.

    Raises:
        InputError: with every problem of the scenario and of the axes that could be found.
        UsageError: there is nothing to sweep over, or two ways to say it.
    """
    _check(wanted)
    base = subject.load(Point(0, (), ()))
    problems = Problems()
    if wanted.rows is not None:
        grid = read_rows(wanted.rows, problems, wanted.most)
    else:
        grid = _crossed(subject, wanted, problems)
    found = [*problems.errors, *_unreadable(subject, grid, more=bool(problems.errors))]
    if found:
        raise InputError(dict.fromkeys(found))
    return Task(subject, wanted, base, grid)


def _check(wanted: Wanted) -> None:
    if wanted.rows is not None and (wanted.vary or wanted.variations):
        raise UsageError("--rows lists the points; it cannot be crossed with axes or variations")
    if wanted.rows is None and not wanted.vary and not wanted.variations:
        raise UsageError(NOTHING)
    if wanted.refine is not None and wanted.rows is not None:
        raise UsageError("--refine needs axes; the points of --rows have no neighbours")


def _crossed(subject: Subject, wanted: Wanted, problems: Problems) -> Grid:
    """Return the grid; one without points where it is too large."""
    given = axes(wanted.vary, problems, wanted.most)
    if wanted.variations:
        given = (_variations(subject, problems), *given)
    check_count(count(given), wanted.most, problems)
    return crossed(given) if count(given) <= wanted.most else Grid(given, ())


def _variations(subject: Subject, problems: Problems) -> Axis:
    """Return the base and every variation by name, as an axis."""
    if isinstance(subject.source, Path):
        known = compose.read(subject.source, root=subject.root, steps=subject.steps).variations
    else:
        known = compose.from_data(subject.source, steps=subject.steps).variations
    if not known:
        problems.add("E154", "--variations: the scenario defines no variations")
    return Axis(VARIATION, (None, *sorted(known)))


def _unreadable(subject: Subject, grid: Grid, *, more: bool) -> list[Problem]:
    """Return what is wrong with points at the ends of each axis.

    Args:
        subject: what is swept.
        grid: its points.
        more: whether something else is wrong; then, too, each axis is tried on its own, because
            the problem of one path hides those of others.
    """
    found = _tried(subject, _probes(grid))
    if grid.crossed and (found or more):
        found += _tried(subject, _alone(grid))
    return found


def _tried(subject: Subject, points: Sequence[Point]) -> list[Problem]:
    found: list[Problem] = []
    for point in points:
        try:
            subject.load(point)
        except InputError as error:
            found += error.problems
    return found


def _probes(grid: Grid) -> list[Point]:
    """Return points that together hold both ends of each axis, or its first values."""
    chosen: dict[int, Point] = {}
    for position, axis in enumerate(grid.axes):
        wanted = {(isinstance(value, bool), value) for value in _ends(axis)}
        for point in grid.points:
            value = point.values[position]
            if (isinstance(value, bool), value) in wanted:
                wanted.remove((isinstance(value, bool), value))
                chosen[point.number] = point
            if not wanted:
                break
    return [chosen[number] for number in sorted(chosen)]


def _alone(grid: Grid) -> list[Point]:
    """Return the ends of each axis, all others left alone."""
    pairs = [(axis.name, value) for axis in grid.axes for value in _ends(axis)]
    return [Point(0, (), (step(name, value),)) for name, value in pairs]


def _ends(axis: Axis) -> list[Any]:
    """Return the values of an axis by which it is tried."""
    if axis.values and is_numeric(axis):
        numbers: Sequence[Any] = axis.values
        return [min(numbers), max(numbers)]
    return [value for value in axis.values if value is not None][:PROBED]


def solve(task: Task, ways: SweepWays) -> Sweep:
    """Solve every point of a sweep, and the middles of intervals in which the plan changes.

    Points that nobody came to for lack of time, or because the user asked to stop, stay open.

    Raises:
        UsageError: the journal is in use, the solver is unknown, or the cluster does not answer.
        NoPlanError: the solver or Dask is not installed here.
    """
    began, numbers = time.monotonic(), task.base.numbers
    found = Sweep(task.base.names, numbers.periods, task.subject.steps, task.grid, ())
    found = _with(found, task.grid, engine.sweep(task.subject, task.grid, ways), {})
    while task.wanted.refine is not None and len(found.spots) == len(found.grid.points):
        more = _middles(task, found)
        if not more:
            break
        grid = replace(found.grid, points=tuple(point for point, _ in more))
        left = _after(ways, len(found.grid.points), time.monotonic() - began)
        solved = engine.sweep(task.subject, grid, left)
        found = _with(found, grid, solved, {point.number: axis for point, axis in more})
    return found


def _after(ways: SweepWays, points: int, seconds: float) -> SweepWays:
    """Return the ways of a refinement: less time, and points are counted after those before."""
    left = None if ways.seconds is None else max(0.0, ways.seconds - seconds)
    listen = ways.listen
    if listen is None:
        return replace(ways, seconds=left)

    def heard(news: News) -> None:
        listen(replace(news, done=points + news.done, points=points + news.points))

    return replace(ways, seconds=left, listen=heard)


def _middles(task: Task, found: Sweep) -> list[tuple[Point, int]]:
    """Return new points within the limit whose scenarios can be read."""
    before = {point.values for point in found.grid.points}
    more = halved(found.grid, found.pairs, task.wanted.refine or 0.0)
    room = task.wanted.most - len(found.grid.points)
    kept: list[tuple[Point, int]] = []
    for point, axis in more:
        if point.values in before or len(kept) >= room or not _is_readable(task.subject, point):
            continue
        before.add(point.values)
        number = len(found.grid.points) + len(kept) + 1
        kept.append((replace(point, number=number), axis))
    return kept


def _is_readable(subject: Subject, point: Point) -> bool:
    try:
        subject.load(point)
    except InputError:
        return False
    return True


def _with(found: Sweep, grid: Grid, solved: Sequence[Solved], along: Mapping[int, int]) -> Sweep:
    """Return a sweep with further points; those of its own grid are there already."""
    by_number = {one.number: one for one in solved}
    spots = [
        Spot(point, replace(by_number[point.number], choice=None))
        for point in grid.points
        if point.number in by_number
    ]
    points = found.grid.points if grid is found.grid else (*found.grid.points, *grid.points)
    return Sweep(
        found.names,
        found.periods,
        found.steps,
        replace(found.grid, points=points),
        (*found.spots, *spots),
        {**found.along, **along},
    )


KIND = "sweep"
"""What the folder of a sweep says it is."""
PARQUET = "sweep.parquet"


def journal_of(folder: Path) -> Path:
    """Return the file beside a folder of results that keeps what is solved."""
    return folder.with_name(f"{folder.name}.points")


def check_free(task: Task, folder: Path, *, force: bool, resume: bool) -> None:
    """Say early whether a sweep may be written to a folder; a new one begins without a journal.

    Raises:
        UsageError: there is a sweep, finished or not, and neither `force` nor `resume`; or
            another one is at work there.
        OutputError: the disk refuses.
    """
    target = folder.absolute()
    if target.name in {"", ".."}:
        raise UsageError(f"'{folder}' is not a name for a new folder")
    results_folder.check_free(folder, KIND, force=force or resume)
    journal = journal_of(target)
    if not journal.exists():
        return
    if not (force or resume):
        raise UsageError(
            f"{journal_of(folder)} keeps an earlier sweep; --resume goes on with what it knows, "
            "--force begins anew"
        )
    with Journal(journal, task.subject.options):  # says that it is in use
        pass
    if not resume:
        with in_words(journal):
            journal.unlink()


def write(task: Task, found: Sweep, folder: Path, *, parquet: bool = False) -> Path:
    """Write what was found, whole or not at all, in the place of an earlier sweep.

    Raises:
        UsageError: pyarrow is not installed.
        OutputError: the disk refused; an earlier sweep is as it was.
    """
    from channelopt.report import sweep as report

    documents: dict[str, str | bytes] = {"sweep.xlsx": report.book(found)}
    if parquet:
        documents[PARQUET] = report.parquet(found.tables[0])
    about = {**task.manifest(), "names": report.names_of(found)}
    results = Results(KIND, found.tables, report.summary(found), about, documents=documents)
    return results_folder.write(folder, results)
