"""Solve an instance: formulate, solve, settle ties, account, check."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from channelopt.algebra.problem import Floats
from channelopt.algebra.scaling import WIDEST, scale, spread
from channelopt.backends import registry
from channelopt.backends.base import Backend, Can, Listener, Outcome, Reason, Stop, Termination
from channelopt.backends.isolated import Isolated
from channelopt.errors import NoPlanError
from channelopt.instance.instance import Instance
from channelopt.model.formulate import Model
from channelopt.pipeline.engine import Engine, holding
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.rounds import Scenario, optimum
from channelopt.pipeline.starting import head_start
from channelopt.pipeline.ties import settle
from channelopt.plan.repair import clean
from channelopt.terms.choice import Choice

FINER = 1e-9
"""Tolerance of a second proof, where the first one's was too coarse for the gap."""
FINER_SECONDS = 10.0
"""Least time for it; otherwise as long as the first solve took."""
FALLBACK = "highs"
"""Solves the linear programs that need prices, whichever solver makes the plan."""


@dataclass(frozen=True)
class Engines:
    """Solvers at work for one run: for the program itself, and for linear programs with prices."""

    main: Engine
    prices: Engine

    @staticmethod
    def start(options: SolveOptions, ready: Isolated | None = None) -> Engines:
        """Make the engines.

        Args:
            options: which solver.
            ready: that solver in a process that is started already.

        Raises:
            UsageError: the solver is unknown.
            NoPlanError: the solver is not installed.
        """
        main = ready or _backend(options.solver, isolate=options.isolate)
        if Can.DUALS in main.can and Can.INTEGER in main.can and Can.CONTINUOUS in main.can:
            return Engines(Engine(main), Engine(main))
        prices = _backend(FALLBACK, isolate=options.isolate)
        return Engines(Engine(main), Engine(prices))


@dataclass(frozen=True)
class Solved:
    """What came of solving an instance.

    Attributes:
        model: the formulated scenario.
        outcome: what the solver said first.
        choice: the settled, clean decisions; None where there is no plan.
        x: (columns,) the settled point.
        ties: what of the tie-break is not proven, in words.
        warnings: findings on the way.
        seconds: by phase.
    """

    model: Model
    outcome: Outcome
    choice: Choice | None
    x: Floats | None
    ties: tuple[str, ...]
    warnings: tuple[str, ...]
    seconds: dict[str, float]


def _backend(name: str, *, isolate: bool) -> Backend:
    backend = registry.get(name)
    missing = backend.unavailable()
    if missing is not None:
        msg = f"solver '{name}' cannot be used here: {missing}"
        raise NoPlanError(msg)
    return Isolated(backend) if isolate else backend


def find(
    instance: Instance,
    options: SolveOptions,
    engines: Engines,
    listen: Listener | None = None,
    starts: Sequence[Choice] = (),
) -> Solved:
    """Solve an instance.

    Args:
        instance: the scenario.
        options: solver, limits, ties.
        engines: solvers.
        listen: hears progress.
        starts: plans of similar scenarios; what they have in common is where the search begins.

    Raises:
        UsageError: the solver refuses the program; says who could take it.
    """
    began = time.monotonic()
    scenario, limits = Scenario(instance.numbers, instance.policies), options.limits
    start = head_start(scenario, starts, engines.main, limits, listen)
    if start is not None:
        limits = replace(limits, restarts=False, heuristics=False)
    found = optimum(scenario, engines.main, limits, start, listen)
    model, outcome = found.model, found.outcome
    solved = time.monotonic()
    warnings = _warnings(model)
    seconds = {"formulate": found.building, "solve": solved - began - found.building}
    if outcome.x is None:
        return Solved(model, outcome, None, None, (), warnings, seconds)
    pair = (engines.main, engines.prices)
    held = holding(listen, outcome)
    settled = settle(model, pair, outcome, options.limits, held, stages=options.ties)
    seconds["settle"] = time.monotonic() - solved
    if settled is None:
        detail = "the answer does not survive rounding its whole numbers"
        lost = replace(outcome, termination=Termination(Reason.FAILED, Stop.LIE, detail))
        return Solved(model, lost, None, None, (), warnings, seconds)
    choice = clean(instance.numbers, model.choice(settled.x))
    outcome = _proven_again(model, outcome, settled.x, options, engines)
    return Solved(model, outcome, choice, settled.x, settled.notes, warnings, seconds)


def _proven_again(
    model: Model, first: Outcome, x: Floats, options: SolveOptions, engines: Engines
) -> Outcome:
    """Where rounding cost more than the gap, prove the bound once more with finer tolerances.

    A solver's bound may count on rows and whole columns being off by its tolerance; the exact plan
    cannot, so the gap between the two may be wider than asked for.
    """
    value = model.problem.objective(x)
    gap = abs(first.bound - value) / max(1.0, abs(value))
    if first.termination.reason is not Reason.OPTIMAL or gap <= options.limits.gap:
        return first
    if not model.decisions.stairs.complete:
        return first
    seconds = max(FINER_SECONDS, first.seconds)
    finer = replace(
        options.limits, tolerance=FINER, gap=options.limits.gap / 10, time_limit=seconds
    )
    again = engines.main.solve(model.problem, finer, x)
    if again.termination.reason is not Reason.OPTIMAL:
        return first
    return replace(first, bound=max(min(first.bound, again.bound), value))


def _warnings(model: Model) -> tuple[str, ...]:
    """Warn where no scaling brings the coefficients of the program together."""
    wide = spread(scale(model.problem)[0])
    if wide <= WIDEST:
        return ()
    text = (
        f"W401  the numbers of this scenario differ by a factor of {wide:.1e} even after scaling; "
        "solvers are exact only up to about 1e6, look for tiny or huge volumes and prices"
    )
    return (text,)
