"""One point of a sweep: load, solve, check. The same function in every process, here and far."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.analysis.sweeping.point import Solved
from channelopt.backends.base import Limits, Listener, Outcome, Stop
from channelopt.errors import ChannelOptError, CheckFailedError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.planning import STATUS, checked, outages
from channelopt.pipeline.solving import Engines, find
from channelopt.pipeline.sweep.idle import settled
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.plan import Plan
from channelopt.plan.repair import clean
from channelopt.terms.choice import Choice

PATIENCE = 600.0
SHORT = 60.0
"""Limits up to SHORT seconds that a step of a solve sets itself are stretched to PATIENCE, so that
a busy machine does not change a plan."""
SHOWN = 5
NOISE = 1e-9
ROOM = 1e-5
"""Relative room between the worth of a plan and the bound of a looser point."""
WHY = "no plan obeys all rules; `channelopt explain` with the steps of this point says why"


@dataclass(frozen=True)
class Task:
    """What a process needs to solve a point; plain data.

    Attributes:
        number: of the point.
        digest: of its scenario.
        scenario: in canonical form.
        options: how it is solved.
        starts: decisions of its parents, the nearest first.
        ceiling: proven bound of a scenario with looser limits.
        looser: decisions of the best plan under looser limits; where they obey these limits too,
            nothing better exists.
    """

    number: int
    digest: str
    scenario: dict[str, Any]
    options: SolveOptions
    starts: tuple[Choice, ...] = ()
    ceiling: float | None = None
    looser: Choice | None = None


class Patient(Engine):
    """An engine whose answers do not depend on the clock, unless the user limits the time."""

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        """Solve a problem; see `Engine`."""
        if limits.time_limit is not None and limits.time_limit <= SHORT:
            limits = replace(limits, time_limit=PATIENCE)
        return super().solve(problem, limits, start, listen)


def solve_point(task: Task) -> Solved:
    """Solve a point and check its plan; whatever goes wrong is said in its words."""
    try:
        return _solved(task)
    except (ChannelOptError, ArithmeticError, LookupError, RuntimeError, TypeError) as error:
        return failed(task, _words(error))
    except (OSError, ValueError) as error:
        return failed(task, _words(error))


def failed(task: Task, words: str) -> Solved:
    """Return a point without an answer."""
    return Solved(task.number, task.digest, "failed", words=words)


def _words(error: Exception) -> str:
    known = isinstance(error, ChannelOptError)
    return str(error) if known else f"internal error: {type(error).__name__}: {error}"


def _solved(task: Task) -> Solved:
    instance = from_data(task.scenario)
    engines = _engines(task.options)
    if task.looser is not None and task.ceiling is not None:
        plan = _plan(instance, task.looser, Origin("optimal", task.ceiling), engines)
        if _is_sound(plan):
            return _told(task, plan, task.looser)
    unsettled = replace(task.options, ties=False)
    found = find(instance, unsettled, engines, None, task.starts)
    if found.choice is None:
        return _without(task, found.outcome)
    choice = found.choice
    if task.options.ties and found.x is not None:
        x = settled(found.model, found.x, engines, task.options.limits)
        choice = clean(instance.numbers, found.model.choice(x))
    bound = found.outcome.bound if task.ceiling is None else min(found.outcome.bound, task.ceiling)
    status = STATUS[found.outcome.termination.reason]
    plan = _plan(instance, choice, Origin(status, bound), engines)
    return _told(task, _honest(plan, task.options), choice)


def _engines(options: SolveOptions) -> Engines:
    engines = Engines.start(options)
    if options.limits.time_limit is not None:
        return engines
    return Engines(Patient(engines.main.backend), Patient(engines.prices.backend))


def _plan(instance: Instance, choice: Choice, origin: Origin, engines: Engines) -> Plan:
    """Return decisions as a checked plan; what it would mean if a channel failed only if asked."""
    asked = any(policy.slug == "outage" for policy in instance.policies)
    more = outages(instance, choice, engines) if asked else {}
    return checked(instance, assemble(instance, choice, origin, None, more), choice)


def _is_sound(plan: Plan) -> bool:
    return plan.verification is not None and plan.verification.ok


def _honest(plan: Plan, options: SolveOptions) -> Plan:
    """Call a plan optimal where its own figures prove the requested gap, and only there."""
    if plan.objective is None or plan.bound is None:
        return plan.with_(status="feasible")
    if plan.objective > plan.bound + ROOM * max(1.0, abs(plan.objective)):
        raise CheckFailedError(
            f"the plan is worth {plan.objective:.12g}, yet {plan.bound:.12g} was proven to be the "
            "most that is possible; try another solver"
        )
    plan = plan.with_(bound=max(plan.bound, plan.objective))
    proven = (plan.gap or 0.0) <= options.limits.gap * 1.01 + NOISE
    return plan.with_(status="optimal" if proven else "feasible")


def _without(task: Task, outcome: Outcome) -> Solved:
    """Say that there is no plan, or that none was found."""
    said = outcome.termination
    if said.stop is Stop.LIE:
        words = f"solver '{task.options.solver}' cannot be trusted here: {said.detail}"
        return failed(task, words)
    status = STATUS[said.reason]
    words = {"infeasible": WHY, "unbounded": "profit grows without limit"}.get(status, said.detail)
    bound = outcome.bound if status == "no_solution" else None
    if task.ceiling is not None and bound is not None:
        bound = min(bound, task.ceiling)
    known = bound is not None and math.isfinite(bound)
    return Solved(task.number, task.digest, status, bound=bound if known else None, words=words)


def _told(task: Task, plan: Plan, choice: Choice) -> Solved:
    """Return what a sweep keeps of a plan; one that fails its check is none."""
    if not _is_sound(plan):
        return failed(task, f"the independent check rejects the plan: {_faults(plan)}")
    return Solved(
        number=task.number,
        digest=task.digest,
        status=plan.status,
        objective=plan.objective,
        bound=plan.bound,
        kpis=dict(plan.kpis),
        open=_pairs(plan, "channels", "channel", "open"),
        owned=_pairs(plan, "upgrades", "upgrade", "owned"),
        fte=_amounts(plan, "staff", "group", "fte"),
        first_contacts=_amounts(plan, "channels", "channel", "first_contacts"),
        choice=choice,
    )


def _faults(plan: Plan) -> str:
    proof = plan.verification
    rules = () if proof is None else proof.rules
    found = [f"{rule.rule}: {breach}" for rule in rules for breach in rule.breaches]
    found += [] if proof is None else proof.mismatches
    return "; ".join(found[:SHOWN]) + (f"; and {len(found) - SHOWN} more" * (len(found) > SHOWN))


def _pairs(plan: Plan, table: str, name: str, flag: str) -> tuple[tuple[str, str], ...]:
    """Return period and name of each row that a flag is set in."""
    rows = plan.table(table).records()
    return tuple(sorted((str(row["period"]), str(row[name])) for row in rows if row[flag]))


def _amounts(plan: Plan, table: str, name: str, column: str) -> dict[tuple[str, str], float]:
    """Return a column by period and name."""
    rows = plan.table(table).records()
    return {(str(row["period"]), str(row[name])): float(row[column] or 0.0) for row in rows}
