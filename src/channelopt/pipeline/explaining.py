"""Explain: why a scenario has no plan, or what is decided where it has one."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from channelopt.analysis.conflicts.explanation import Explanation
from channelopt.analysis.conflicts.loosening import whole
from channelopt.backends.base import Listener
from channelopt.backends.isolated import Isolated
from channelopt.errors import UsageError, nearest
from channelopt.instance.instance import Instance
from channelopt.pipeline.conflict import Clock, Oracle, formulated
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.planning import solve
from channelopt.pipeline.reasoning import explained
from channelopt.pipeline.solving import Engines
from channelopt.report.summary import summary

SECONDS = 60.0
"""Time for an explanation where nobody says."""
TOLD = 3
"""So many sentences tell of a plan."""
MORE = (
    "Ask why a channel was chosen with --segment and --interaction; `channelopt sensitivity` "
    "says what would change the plan."
)


def explain(
    instance: Instance,
    options: SolveOptions | None = None,
    *,
    seconds: float = SECONDS,
    listen: Listener | None = None,
    pair: tuple[str, str] | None = None,
) -> Explanation:
    """Say why a scenario has no plan and what would give it one; else tell of its plan.

    Args:
        instance: the scenario, from `channelopt.load`.
        options: solver, gap, threads, seed.
        seconds: time for everything.
        listen: returning True ends the search; what is known until then is returned.
        pair: segment and interaction whose channel is explained where there is a plan.

    Returns:
        The explanation; its status is `feasible` where there is a plan.

    Raises:
        UsageError: the solver is unknown or refuses the program; no such segment or interaction.
        NoPlanError: the solver is not installed here.
    """
    _known(instance, pair)
    options = options or SolveOptions()
    clock = Clock.of(seconds, listen)
    engine = Engines.start(options).main
    with contextlib.ExitStack() as stack:
        if isinstance(engine.backend, Isolated):
            stack.callback(engine.backend.close)
        refused = engine.backend.refuses(formulated(whole(instance)).problem)
        if refused is not None:
            raise UsageError(refused)
        known = Oracle(instance, engine, clock).of(whole(instance))
        if known is False:
            return explained(instance, engine, options.limits, clock)
    if known is None or clock.left() <= 0:
        return Explanation("unknown" if known is None else "feasible")
    left = replace(options.limits, time_limit=clock.left())
    return _of_a_plan(instance, replace(options, limits=left, sensitivity_seconds=0), listen, pair)


def _known(instance: Instance, pair: tuple[str, str] | None) -> None:
    """Refuse a segment or interaction that there is not, before anything is solved."""
    n = instance.numbers
    named = zip(pair or (), ("segment", "interaction"), (n.segments, n.interactions), strict=False)
    for label, kind, labels in named:
        if label not in labels:
            hint = nearest(label, labels) or f"there are: {', '.join(labels)}"
            msg = f"there is no {kind} '{label}'; {hint}"
            raise UsageError(msg)


def _of_a_plan(
    instance: Instance,
    options: SolveOptions,
    listen: Listener | None,
    pair: tuple[str, str] | None,
) -> Explanation:
    """Tell of the plan in a few sentences, or why a pair has its channel."""
    if pair is not None:
        return Explanation("feasible", _why(instance, options, listen, pair))
    plan = solve(instance, options, listen)
    if plan.status == "infeasible":  # service levels in pieces had one
        return Explanation("infeasible", plan.warnings)
    return Explanation("feasible", (*summary(plan)[:TOLD], MORE))


def _why(
    instance: Instance,
    options: SolveOptions,
    listen: Listener | None,
    pair: tuple[str, str],
) -> tuple[str, ...]:
    from channelopt.analysis.reasons.why import explained as why_explained
    from channelopt.analysis.study import Wishes
    from channelopt.pipeline.study import Ways, studied

    ways = Ways(seconds=options.limits.time_limit, listen=listen)
    with studied(instance, options, ways) as study:
        return why_explained(study, Wishes(), *pair)
