"""Comparing plans: read or solve each side, then say what differs and why."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from channelopt.analysis.comparing.attribution import attribute
from channelopt.analysis.comparing.records import Attribution, Side
from channelopt.analysis.comparing.results import Comparison, Difference, difference
from channelopt.analysis.study import Answer, Question
from channelopt.errors import (
    ChannelOptError,
    CheckFailedError,
    InfeasibleError,
    NoPlanError,
    UnboundedError,
    UsageError,
)
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.planning import solve
from channelopt.pipeline.reasoning import MORE
from channelopt.pipeline.sides import STORE, Read, read, targets, unique
from channelopt.pipeline.study import Asking, NoAnswerError, Ways, studied
from channelopt.plan import folder
from channelopt.plan.plan import Plan

Comparable = str | Path | Instance | Plan
"""What can be compared: a run, scenario or variation by name, a scenario, a plan."""


@dataclass(frozen=True)
class CompareOptions:
    """How plans are compared.

    Attributes:
        solve: how scenarios are solved, and those between two of them.
        why: attribute the difference in profit to groups of inputs.
        seconds: for all solves of the attribution, None for no limit.
        workers: solver processes side by side.
        store: folder of runs: found there by name, and not solved again; None for no store.
        ways: who listens, and whether the user asked to stop.
        news: hears what is done.
    """

    solve: SolveOptions = field(default_factory=SolveOptions)
    why: bool = True
    seconds: float | None = None
    workers: int = 1
    store: Path | None = STORE
    ways: Ways = field(default_factory=Ways)
    news: Callable[[str], None] | None = None

    def say(self, text: str) -> None:
        """Tell what is done."""
        if self.news is not None:
            self.news(text)


def compare(
    first: Comparable,
    second: Comparable,
    *more: Comparable,
    options: CompareOptions | None = None,
) -> Comparison:
    """Compare plans with the first of them: inputs, results, and why the profit differs.

    Args:
        first: a plan, a scenario (`channelopt.load`), or as text a run, a scenario or a variation
            (`scenarios/b2b@strike`; `@strike` is one of the first target's scenario).
        second: the same.
        more: further ones.
        options: how.

    Returns:
        Tables, and the attribution of the difference in profit.

    Raises:
        InputError: a side cannot be read.
        InfeasibleError: a side has no plan.
        UnboundedError: the profit of a side has no limit.
        NoPlanError: no plan of a side was found in time.
        CheckFailedError: a plan fails the independent check.
    """
    options = options or CompareOptions()
    return compared(_read_all((first, second, *more), options), options)


def _read_all(given: Sequence[Comparable], options: CompareOptions) -> tuple[Read, ...]:
    texts = [str(one) for one in given if isinstance(one, str | Path)]
    named = iter(read(targets(texts, options.store or STORE)) if texts else ())
    sides = [next(named) if isinstance(one, str | Path) else _given(one) for one in given]
    told_apart = unique([(side.name, side.name) for side in sides])
    return tuple(replace(side, name=name) for side, name in zip(sides, told_apart, strict=True))


def _given(one: Instance | Plan) -> Read:
    if isinstance(one, Instance):
        return Read(one.names.scenario, one)
    return Read(one.names.scenario, from_data(one.manifest["scenario"]), one)


def compared(reads: Sequence[Read], options: CompareOptions) -> Comparison:
    """Compare what was read; see `compare`.

    Args:
        reads: two or more, names unique.
        options: how.
    """
    if len(reads) < 2:
        raise UsageError("a comparison needs two plans or more")
    with contextlib.ExitStack() as stack:
        study, plans = _plans(reads, options, stack)
        check(reads, plans)
        sides = [Side(one.name, one.instance, plan) for one, plan in zip(reads, plans, strict=True)]
        found = [difference(sides[0], side) for side in sides[1:]]
        notes = [note for one in reads for note in one.notes]
        if options.why and any(one.changes for one in found):
            try:
                study = study or stack.enter_context(_study(reads[0].instance, options))
                found = [_explained(one, study, options, len(found)) for one in found]
            except NoAnswerError:
                notes.append("Why they differ is not known: there was no time to solve again.")
        elif options.why:
            found = [replace(one, attribution=_unasked(one)) for one in found]
        return Comparison(tuple(found), tuple(notes))


def _plans(
    reads: Sequence[Read], options: CompareOptions, stack: contextlib.ExitStack
) -> tuple[Asking | None, list[Plan]]:
    """Return the plan of every side: as written, as found in the store, or solved now."""
    known = [one.plan or _stored(one.instance, options) for one in reads]
    missing = [k for k, plan in enumerate(known) if plan is None]
    if not missing:
        return None, [plan for plan in known if plan is not None]
    options.say(f"solving {len(missing)} of {len(known)} plans")
    first, *later = missing
    with ThreadPoolExecutor(max(1, options.workers - 1)) as pool:

        def submit() -> dict[int, Future[Plan]]:
            return {k: pool.submit(_solved, reads[k].instance, options) for k in later}

        waiting = submit() if options.workers > 1 else {}
        study, known[first] = _studied(reads[first].instance, options, stack)
        for k, future in (waiting or submit()).items():
            known[k] = future.result()
    return study, [plan for plan in known if plan is not None]


def _studied(
    instance: Instance, options: CompareOptions, stack: contextlib.ExitStack
) -> tuple[Asking | None, Plan]:
    """Solve a side and keep its solvers at hand."""
    try:
        study = stack.enter_context(_study(instance, options))
    except NoAnswerError as error:
        return None, error.plan
    return study, study.plan


def _study(
    instance: Instance, options: CompareOptions
) -> contextlib.AbstractContextManager[Asking]:
    ways = replace(options.ways, workers=options.workers, seconds=None)
    return studied(instance, _plain(options), ways)


def _solved(instance: Instance, options: CompareOptions) -> Plan:
    return solve(instance, _plain(options), options.ways.listen)


def _plain(options: CompareOptions) -> SolveOptions:
    return replace(options.solve, sensitivity_seconds=0.0)


def _stored(instance: Instance, options: CompareOptions) -> Plan | None:
    """Return the plan of an equal scenario that was solved before, None where there is none."""
    if options.store is None or not options.store.is_dir():
        return None
    from channelopt.pipeline.reuse import solved_already

    run = solved_already(options.store, instance, _plain(options))
    if run is None:
        return None
    options.say(f"found in {run}")
    return folder.read(run)


def _explained(one: Difference, study: Asking, options: CompareOptions, count: int) -> Difference:
    """Return a difference with its attribution, in its part of the time."""

    def ask(instances: Sequence[Instance]) -> list[Answer]:
        options.say(f"solving {len(instances)} scenarios between {one.a.name} and {one.b.name}")
        return study.ask([Question(instance) for instance in instances])

    with contextlib.ExitStack() as stack:
        if options.seconds is not None:
            stack.enter_context(study.within(options.seconds / count))
        return replace(one, attribution=attribute(ask, one.a, one.b))


def _unasked(one: Difference) -> Attribution:
    """Return the attribution where no input differs: nothing is to be solved."""
    return attribute(lambda _: [], one.a, one.b)


ENDS: dict[str, type[ChannelOptError]] = {
    "infeasible": InfeasibleError,
    "unbounded": UnboundedError,
    "no_solution": NoPlanError,
}
WORDS = {
    "infeasible": "has no plan, because its rules contradict each other",
    "unbounded": "has no best plan, because its profit has no limit",
    "no_solution": "has no plan yet, none was found in time",
}


def check(reads: Sequence[Read], plans: Sequence[Plan]) -> None:
    """Make sure that every side has a plan; nothing is half-compared.

    Raises:
        InfeasibleError: a side has no plan; so do UnboundedError and NoPlanError.
        CheckFailedError: a plan that was solved now fails the independent check.
    """
    for one, plan in zip(reads, plans, strict=True):
        if one.plan is None and plan.verification is not None and not plan.verification.ok:
            raise CheckFailedError(f"{one.name}: the independent check rejects the plan")
    without = [(one, plan) for one, plan in zip(reads, plans, strict=True) if not plan.has_answer]
    if not without:
        return
    said = [f"{one.name} {WORDS.get(plan.status, 'holds no plan')}." for one, plan in without]
    known = {MORE, *(str(problem) for one, _ in without for problem in one.instance.warnings)}
    why = [text for _, plan in without for text in plan.warnings if text not in known]
    error = ENDS.get(without[0][1].status, NoPlanError)
    raise error("\n".join((*said, *why, "Nothing is compared.")))
