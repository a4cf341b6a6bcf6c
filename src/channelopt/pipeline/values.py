"""Hand the first sensitivity what it needs: re-solves, prices, and how much of a limit is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from channelopt.algebra.problem import MatrixProblem
from channelopt.analysis.levers import Lever
from channelopt.analysis.sensitivity import Solvers, first_sensitivity
from channelopt.analysis.study import Answer, Relaxed
from channelopt.backends.base import Limits, Listener, Progress, Reason
from channelopt.instance.instance import Instance
from channelopt.model.formulate import Model
from channelopt.pipeline.engine import holding
from channelopt.pipeline.lexical import fixed
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.rounds import Scenario, optimum
from channelopt.pipeline.solving import Engines, Solved
from channelopt.plan.accounts import account
from channelopt.plan.plan import Plan
from channelopt.plan.records import Shift
from channelopt.terms.choice import Choice

LEAST_SECONDS = 10.0
"""Time for the first sensitivity, or as long as the solve took if that is longer."""

COUNTED = frozenset({"budget", "volume", "choice", "open_channels"})
"""Policies whose rows are in the unit of their bound, so that the slack tells what is used."""


def sensitivity(
    instance: Instance,
    solved: Solved,
    plan: Plan,
    options: SolveOptions,
    how: tuple[Engines, Listener | None, float],
) -> tuple[Shift, ...]:
    """Value each limit of a checked plan by exact re-solves.

    Args:
        instance: the scenario.
        solved: its answer.
        plan: the checked plan.
        options: solver and limits.
        how: solvers, who may interrupt, and seconds.
    """
    engines, listen, seconds = how[0], holding(how[1], solved.outcome), how[2]
    if seconds <= 0 or solved.choice is None:
        return ()
    solvers = Solvers(
        resolve=_resolver(solved, options, engines, listen),
        stopped=lambda: listen is not None and listen(Progress(0.0, None, None, None)),
        hold=holder(solved, engines),
        formulate=lambda changed: alike(solved.model, changed),
        relaxed=relaxed(solved.model, options, engines),
        used=_used(instance, plan, solved.choice),
    )
    return first_sensitivity(instance, Answer(plan.objective, plan.bound), solvers, seconds)


def analysis_seconds(solved: Solved, options: SolveOptions) -> float:
    """Return the time for what comes after a plan: as asked, else as long as the solve took."""
    if options.sensitivity_seconds is not None:
        return options.sensitivity_seconds
    return max(LEAST_SECONDS, solved.seconds["solve"])


def _resolver(
    solved: Solved, options: SolveOptions, engines: Engines, listen: Listener | None
) -> Callable[[Instance, float], Answer]:
    def resolve(changed: Instance, seconds: float) -> Answer:
        limits = replace(options.limits, time_limit=seconds)
        hint = None if solved.x is None else (solved.model, solved.x)
        scenario = Scenario(changed.numbers, changed.policies)
        outcome = optimum(scenario, engines.main, limits, hint, listen).outcome
        if outcome.termination.reason is Reason.INFEASIBLE:
            return Answer(None, None, infeasible=True)
        proven = outcome.termination.reason is Reason.OPTIMAL
        return Answer(outcome.objective, outcome.bound, proven=proven)

    return resolve


def holder(solved: Solved, engines: Engines) -> Callable[[Instance], float | None]:
    """Return what values a changed scenario with the whole decisions of a plan held."""

    def hold(changed: Instance) -> float | None:
        problem = alike(solved.model, changed)
        if problem is None or solved.x is None or len(solved.x) != problem.num_columns:
            return None
        return engines.prices.solve(fixed(problem, solved.x), Limits(time_limit=10.0)).objective

    return hold


def alike(model: Model, changed: Instance) -> MatrixProblem | None:
    """Formulate a changed scenario with the same pieces of stairs; None where they do not fit."""
    scenario = Scenario(changed.numbers, changed.policies)
    stairs = replace(model.decisions.stairs, steps=scenario.stairs())
    fits = all(cut[-1][1] < len(stairs.steps[key].fte) for key, cut in stairs.pieces.items())
    return scenario.model(stairs).problem if fits else None


def relaxed(model: Model, options: SolveOptions, engines: Engines) -> Relaxed | None:
    """Solve the linear relaxation; None where it has no prices."""
    problem: MatrixProblem = model.problem.with_(integer=np.zeros_like(model.problem.integer))
    limits = Limits(time_limit=60.0, threads=options.limits.threads, seed=options.limits.seed)
    outcome = engines.prices.solve(problem, limits)
    if outcome.x is None or outcome.row_duals is None or outcome.reduced_costs is None:
        return None
    return Relaxed(problem, outcome.x, outcome.row_duals, outcome.reduced_costs)


def _used(instance: Instance, plan: Plan, choice: Choice) -> Callable[[Lever], float | None]:
    handled = account(instance.numbers, choice).handled.sum(axis=(0, 1))
    rules = plan.verification.rules if plan.verification is not None else ()
    slack = {rule.rule: rule.slack for rule in rules}

    def used(lever: Lever) -> float | None:
        kind, where = lever.target
        if kind in {"capacity", "min_volume"}:
            if kind == "min_volume" and not choice.open[where]:
                return None
            return float(handled[where])
        if kind in {"max_fte", "min_fte"}:
            return float(choice.fte[where])
        policy = instance.policies[where[0]]
        sides = (getattr(policy, "at_least", None), getattr(policy, "at_most", None))
        room = slack.get(policy.name)
        if policy.slug not in COUNTED or room is None or None not in sides or where[2] is not None:
            return None
        return lever.value + lever.tightens * room * max(1.0, abs(lever.value))

    return used
