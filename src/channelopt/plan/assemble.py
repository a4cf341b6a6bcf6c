"""Put a plan together from what was chosen and how it came about."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.plan.accounts import account
from channelopt.plan.binding import binding
from channelopt.plan.kpis import kpis, kpis_by_period
from channelopt.plan.ledger import ledger
from channelopt.plan.manifest import manifest
from channelopt.plan.plan import Baseline, Plan
from channelopt.plan.records import Change, SolverRun, Status
from channelopt.plan.table import Table
from channelopt.plan.tables import tables
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers

NOTHING_MORE: Mapping[str, Table] = {}


@dataclass(frozen=True)
class Origin:
    """How a plan came about.

    Attributes:
        status: what was proven about it.
        bound: no plan can be worth more; None where nothing is proven.
        solver: who made it; None for a plan that was given.
        ties: how far ties were broken, in words.
        timings: seconds by phase.
    """

    status: Status
    bound: float | None = None
    solver: SolverRun | None = None
    ties: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)


def assemble(
    instance: Instance,
    choice: Choice,
    origin: Origin,
    today: Baseline | None = None,
    extra: Mapping[str, Table] = NOTHING_MORE,
) -> Plan:
    """Put a plan together; verification and sensitivity are added by `Plan.with_`.

    Args:
        instance: the scenario.
        choice: what the plan decides, clean.
        origin: how it came about.
        today: the baseline, where there is one.
        extra: further tables by name, such as outages and returns.

    Returns:
        The plan. Its objective is that of its accounts, not the solver's own number.
    """
    numbers = instance.numbers
    accounts = account(numbers, choice)
    return Plan(
        status=origin.status,
        objective=accounts.objective,
        bound=origin.bound if origin.bound is not None and math.isfinite(origin.bound) else None,
        names=instance.names,
        periods=numbers.periods,
        solver=origin.solver,
        tables={**tables(instance, choice, accounts), **extra},
        money=ledger(numbers, accounts),
        kpis=kpis(numbers, choice, accounts),
        kpis_by_period=kpis_by_period(numbers, choice, accounts),
        baseline=today,
        changes=_changes(instance.numbers, choice),
        binding=binding(instance, choice, accounts),
        warnings=tuple(str(problem) for problem in instance.warnings),
        ties=origin.ties,
        discount_rate=numbers.discount_rate,
        manifest=manifest(instance, origin.solver, origin.timings),
    )


def _changes(numbers: Numbers, choice: Choice) -> tuple[Change, ...]:
    now = choice.open
    before = np.hstack([numbers.initially_open[:, None], now[:, :-1]])
    return tuple(
        Change(numbers.periods[t], numbers.channels[c], bool(now[c, t]))
        for t, c in np.argwhere((now != before).T).tolist()
    )
