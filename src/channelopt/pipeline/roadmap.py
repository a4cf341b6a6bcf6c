"""The migration roadmap: from today's shares to the best plan, and the folder it is written to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from channelopt.analysis.roadmap.curve import curve
from channelopt.analysis.roadmap.moves import moves
from channelopt.analysis.roadmap.pace import Pace, check_pace, steps_needed
from channelopt.analysis.roadmap.repeated import repeated
from channelopt.analysis.roadmap.roadmap import Roadmap
from channelopt.analysis.roadmap.route import route
from channelopt.errors import CheckFailedError
from channelopt.instance.instance import Instance
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.study import Ways, studied
from channelopt.plan.results_folder import Results, check_free, write
from channelopt.report.roadmap import summary

KIND = "roadmap"
TIME_FOR_CURVE = 0.3
"""Share of the time for the curve."""
TIME_FOR_ROUTE = 0.7
"""Share of the time left after it for the plan from period to period."""


def _quiet(_what: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Work:
    """How a roadmap is made.

    Attributes:
        options: how each program is solved.
        ways: workers, time, who listens.
        news: hears what begins.
    """

    options: SolveOptions = field(default_factory=SolveOptions)
    ways: Ways = field(default_factory=Ways)
    news: Callable[[str], None] = _quiet


def roadmap(
    instance: Instance,
    limit: float = 0.05,
    *,
    steps: int | None = None,
    points: int = 12,
    options: SolveOptions | None = None,
    ways: Ways | None = None,
) -> Roadmap:
    """Find the best order of moves from today's shares under a limit on customers moved.

    Args:
        instance: the scenario, from `channelopt.load`, with the table baseline_share.
        limit: largest share of all customers that may move from one period to the next.
        steps: how often the period of a scenario with only one is repeated; None: as often as the
            limit needs, at most 12 times.
        points: most points of the curve.
        options: how each program is solved.
        ways: workers and seconds.

    Returns:
        Curve, plan by period and moves.

    Raises:
        InputError: today's shares are not known.
        InfeasibleError: every plan that obeys the rules moves more customers.
        NoPlanError: there is no plan, or none was found in time.
    """
    return made(
        instance,
        Pace(limit, steps, points),
        Work(options or SolveOptions(), ways or Ways()),
    )


def made(instance: Instance, pace: Pace, work: Work) -> Roadmap:
    """Return the roadmap of a scenario; see `roadmap`."""
    check_pace(instance, pace)
    with studied(instance, work.options, work.ways) as study:
        work.news("curve: profit by customers moved")
        with study.within(study.left() * TIME_FOR_CURVE):
            found = curve(study, pace.limit, pace.points)
        whole = _periods(instance, pace, found.points[-1].limit)
        work.news(f"plan over {len(whole.numbers.periods)} periods")
        with study.within(study.left() * TIME_FOR_ROUTE):
            way = route(study, whole, pace.limit)
        work.news("value of each move")
        made_ = Roadmap(instance, found, way, moves(study, way), study.plan.baseline)
        return _accepted(made_)


def _periods(instance: Instance, pace: Pace, end: float) -> Instance:
    """Return the scenario of the route: a single period is repeated."""
    if len(instance.numbers.periods) > 1:
        return instance
    return repeated(instance, steps_needed(pace, end))


def _accepted(found: Roadmap) -> Roadmap:
    """Refuse a roadmap with a plan that the independent check rejects."""
    for plan in (found.route.plan, *found.curve.plans):
        proof = plan.verification
        if proof is not None and not proof.ok:
            broken = [str(breach) for rule in proof.rules for breach in rule.breaches]
            faults = "; ".join([*broken, *proof.mismatches][:3])
            raise CheckFailedError(
                f"the independent check rejects a plan of the roadmap, nothing is written: {faults}"
            )
    return found


def write_roadmap(found: Roadmap, folder: Path) -> Path:
    """Write a roadmap whole or not at all, in the place of an earlier one; see `check_free`.

    Args:
        found: the roadmap.
        folder: where.

    Raises:
        OutputError: the disk refused.
    """
    plan = found.route.plan
    data = {"roadmap": found.as_data(), "plan": plan.as_data()}
    asked = {"limit": found.route.limit, "steps": found.steps, "points": len(found.curve.points)}
    about = {**plan.manifest, "asked": asked}
    return write(folder, Results(KIND, found.tables, summary(found), about, data))


def check_folder(folder: Path, *, force: bool) -> None:
    """Say early whether a roadmap may be written to a folder.

    Raises:
        UsageError: it is not free.
    """
    check_free(folder, KIND, force=force)
