"""From an instance to a checked plan, with today's plan beside it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from channelopt.backends.base import Listener, Outcome, Reason, Stop
from channelopt.backends.isolated import Isolated
from channelopt.errors import CheckFailedError
from channelopt.instance.instance import Instance
from channelopt.pipeline.emergencies import emergencies
from channelopt.pipeline.given import complete, today
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.reasoning import after_solve
from channelopt.pipeline.returns import returns
from channelopt.pipeline.solving import Engines, Solved, find
from channelopt.pipeline.values import analysis_seconds, sensitivity
from channelopt.plan.accounts import account
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.binding import binding
from channelopt.plan.kpis import kpis, kpis_by_period
from channelopt.plan.ledger import ledger
from channelopt.plan.manifest import manifest
from channelopt.plan.outages import outage_tables
from channelopt.plan.plan import Baseline, Plan
from channelopt.plan.records import Proof, RuleProof, SolverRun, Status
from channelopt.plan.table import Table
from channelopt.plan.tables import tables
from channelopt.terms.choice import Choice
from channelopt.verify.check import verify
from channelopt.verify.result import Verification

STATUS: Mapping[Reason, Status] = {
    Reason.OPTIMAL: "optimal",
    Reason.FEASIBLE: "feasible",
    Reason.INFEASIBLE: "infeasible",
    Reason.UNBOUNDED: "unbounded",
    Reason.NO_SOLUTION: "no_solution",
    Reason.FAILED: "no_solution",
}
TINY = 1e-6
"""Seconds: time is over, but was asked for."""
NO_TODAY = (
    "today's plan is not shown: the table baseline_share lacks inbound segments and interactions "
    "with contacts, or no staff could serve it"
)


def solve(
    instance: Instance,
    options: SolveOptions | None = None,
    listen: Listener | None = None,
    ready: Isolated | None = None,
) -> Plan:
    """Solve an instance and check the plan.

    Args:
        instance: the scenario, from `channelopt.load`.
        options: solver, limits, ties, sensitivity.
        listen: hears progress; returning True stops with the best plan so far.
        ready: the solver of the options in a process that is started already.

    Returns:
        The plan; `status` says what is proven, `verification` what the independent check found.

    Raises:
        UsageError: the solver is unknown or refuses the program.
        NoPlanError: the solver is not installed here.
        CheckFailedError: what the solver said contradicts itself or the scenario.
    """
    options = options or SolveOptions()
    engines = Engines.start(options, ready)
    plan, solved = planned(instance, options, engines, listen)
    if plan.verification is not None and plan.verification.ok:
        plan = valued(instance, solved, plan, options, (engines, listen))
    return plan


def planned(
    instance: Instance,
    options: SolveOptions,
    engines: Engines,
    listen: Listener | None = None,
    starts: Sequence[Choice] = (),
) -> tuple[Plan, Solved]:
    """Solve an instance and check the plan; nothing is valued.

    Args:
        instance: the scenario.
        options: solver, limits, ties.
        engines: solvers.
        listen: hears progress; returning True stops with the best plan so far.
        starts: plans of similar scenarios, near which the search begins; see `starting`.

    Raises:
        UsageError: the solver refuses the program.
        CheckFailedError: what the solver said contradicts itself or the scenario.
    """
    solved = find(instance, options, engines, listen, starts)
    run = _solver_run(options, engines, solved.outcome)
    if solved.choice is None:
        _refuse_lies(options.solver, solved.outcome)
        why: tuple[str, ...] = ()
        if solved.outcome.termination.reason is Reason.INFEASIBLE:
            why = after_solve(instance, engines.main, options.limits, listen)
        return _without_answer(instance, solved, run, why), solved
    origin = Origin(
        status=STATUS[solved.outcome.termination.reason],
        bound=solved.outcome.bound,
        solver=run,
        ties=solved.ties,
        timings=solved.seconds,
    )
    now = baseline(instance, engines)
    plan = assemble(instance, solved.choice, origin, now, outages(instance, solved.choice, engines))
    more = (*solved.warnings, *_no_today(instance, now))
    plan = _honest(plan.with_(warnings=(*plan.warnings, *more)), options)
    return checked(instance, plan, solved.choice), solved


def valued(
    instance: Instance,
    solved: Solved,
    plan: Plan,
    options: SolveOptions,
    how: tuple[Engines, Listener | None],
) -> Plan:
    """Add what upgrades return and what limits are worth, within the time of the options."""
    began = time.monotonic()
    seconds = analysis_seconds(solved, options)
    more = returns(instance, solved, options, how, seconds / 2)
    left = seconds and max(seconds - (time.monotonic() - began), TINY)
    shifts = sensitivity(instance, solved, plan, options, (*how, left))
    return plan.with_(tables={**plan.tables, **more}, shifts=shifts)


def checked(instance: Instance, plan: Plan, choice: Choice) -> Plan:
    """Run the independent check on a plan's own tables and figures."""
    found = proof(verify(instance, plan.tables, plan.as_data()))
    accounts = account(instance.numbers, choice)
    limits = binding(instance, choice, accounts, found.rules)
    return plan.with_(verification=found, binding=limits)


def proof(found: Verification) -> Proof:
    """Turn a verification into what a plan carries."""
    return Proof(
        ok=found.ok,
        objective=None if found.objective is None else float(found.objective),
        rules=tuple(
            RuleProof(
                verdict.rule,
                verdict.rows,
                None if verdict.slack is None else float(verdict.slack),
                verdict.tightest,
                tuple(str(breach) for breach in verdict.breaches),
            )
            for verdict in found.rules
        ),
        money={name: float(amount) for name, amount in found.money.items()},
        mismatches=found.mismatches,
    )


def outages(instance: Instance, choice: Choice, engines: Engines) -> dict[str, Table]:
    """Return what becomes of a plan when a channel fails: outages, and the proof of policies."""
    found = emergencies(instance, choice, engines.prices)
    return outage_tables(instance.numbers, found)


def baseline(instance: Instance, engines: Engines) -> Baseline | None:
    """Evaluate today's plan with the same model, and list the rules it breaks."""
    numbers = instance.numbers
    given = today(numbers)
    if given is None:
        return None
    choice = complete(instance, given, engines)
    if choice is None:
        return None
    accounts = account(numbers, choice)
    written = tables(instance, choice, accounts)
    if any(policy.slug == "outage" for policy in instance.policies):
        written = {**written, **outages(instance, choice, engines)}
    found = verify(instance, written, {})
    breaches = tuple(
        f"{verdict.rule}: {breach}" for verdict in found.rules for breach in verdict.breaches
    )
    return Baseline(
        kpis(numbers, choice, accounts),
        kpis_by_period(numbers, choice, accounts),
        ledger(numbers, accounts),
        breaches,
    )


def _no_today(instance: Instance, now: Baseline | None) -> tuple[str, ...]:
    """Say why there is no comparison with today although a part of today is known."""
    is_known = not np.isnan(instance.numbers.baseline_share).all()
    return (NO_TODAY,) if now is None and is_known else ()


def _honest(plan: Plan, options: SolveOptions) -> Plan:
    """Call a plan optimal only if its own figures prove the requested gap."""
    gap = plan.gap
    if plan.status == "optimal" and (gap is None or gap > options.limits.gap * 1.01 + 1e-9):
        return plan.with_(status="feasible")
    return plan


def _refuse_lies(solver: str, outcome: Outcome) -> None:
    if outcome.termination.stop is Stop.LIE:
        why = outcome.termination.detail
        msg = f"solver '{solver}' cannot be trusted here: {why}; nothing is written, try another"
        raise CheckFailedError(msg)


def _solver_run(options: SolveOptions, engines: Engines, outcome: Outcome) -> SolverRun:
    return SolverRun(
        name=options.solver,
        version=engines.main.backend.version(),
        options=options.as_data(),
        seed=options.limits.seed,
        nodes=outcome.nodes,
        iterations=outcome.iterations,
        notes=outcome.notes,
    )


def _without_answer(
    instance: Instance, solved: Solved, run: SolverRun, why: tuple[str, ...]
) -> Plan:
    """Describe a run that found no plan."""
    reason = solved.outcome.termination.reason
    bound = solved.outcome.bound if reason is Reason.NO_SOLUTION else None
    detail = solved.outcome.termination.detail
    known = reason in (Reason.INFEASIBLE, Reason.UNBOUNDED)
    said = (f"the solver said: {detail}",) if detail and not known else ()
    if reason is Reason.UNBOUNDED:
        said = (*said, *_without_limit(solved))
    return Plan(
        status=STATUS[reason],
        objective=None,
        bound=bound if bound is not None and abs(bound) < float("inf") else None,
        names=instance.names,
        periods=instance.numbers.periods,
        solver=run,
        warnings=(*(str(problem) for problem in instance.warnings), *solved.warnings, *why, *said),
        discount_rate=instance.numbers.discount_rate,
        manifest=manifest(instance, run, solved.seconds),
    )


def _without_limit(solved: Solved) -> tuple[str, ...]:
    """Name what can grow for ever, the most growing first."""
    ray = solved.outcome.ray
    if ray is None:
        return ()
    names = solved.model.labels.column_names()
    growing = [int(k) for k in np.argsort(-np.abs(ray), kind="stable")[:5] if abs(ray[k]) > 0]
    shown = ", ".join(names[k] for k in growing)
    return (f"profit grows without limit with {shown}; give a limit or check its cost",)
