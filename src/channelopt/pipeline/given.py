"""Plans that are given, not sought: today's shares, or an allocation that a planner edited."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from channelopt.algebra.expr import same_width
from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Reason
from channelopt.instance.instance import Instance
from channelopt.model.formulate import Model, formulate, offerable
from channelopt.pipeline.lexical import fixed
from channelopt.pipeline.pieces import near
from channelopt.pipeline.rounds import Scenario, few_pieces
from channelopt.pipeline.solving import Engines
from channelopt.plan.repair import clean
from channelopt.rules.base import Policy
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags, Floats, Numbers

LIMITS_DROPPED = frozenset({"demand", "capacity", "shares", "offers", "single_channel", "opening"})
"""Core rules that a given plan may break; what it breaks is reported, not repaired."""


@dataclass(frozen=True)
class Given:
    """First contacts that are given (S, I, W, T), and the channels that are open (C, T)."""

    first_contacts: Floats
    open: Flags


def today(n: Numbers) -> Given | None:
    """Return today's plan: baseline shares of n in channels as `initially_open`.

    Returns:
        None where an inbound pair with contacts has no baseline.
    """
    served = (n.contacts > 0) & n.inbound[None, :, None]
    known = ~np.asarray(np.isnan(n.baseline_share).any(axis=2))
    if (served & ~known[:, :, None]).any() or not known.any():
        return None
    shares = np.nan_to_num(n.baseline_share)[..., None]
    first = shares * n.contacts[:, :, None, :] * n.way_available[None, None]
    used = n.by_channel(first).sum(axis=(0, 1)) > 0
    open_ = (n.initially_open[:, None] | used | n.always_open[:, None]) & n.available
    return Given(first, open_)


def complete(instance: Instance, given: Given, engines: Engines) -> Choice | None:
    """Add what a given allocation needs: staff as needed, everything open offered, no upgrades.

    Args:
        instance: the scenario; limits on channels and staff and its policies are set aside.
        given: what stands.
        engines: solvers.

    Returns:
        The decisions, or None where not even unlimited staff makes it work.
    """
    n = _without_limits(instance.numbers, given)
    return _solve_around(n, (), given, engines)


def best_around(instance: Instance, given: Given, engines: Engines) -> Choice | None:
    """Choose channels, offers and staff in the best way that obeys every rule, contacts given.

    Returns:
        None where the given contacts and the rules contradict each other.
    """
    missing = given.first_contacts > 0
    n = instance.numbers
    missing &= ~(n.eligible & n.way_available[None, None] & (n.contacts > 0)[:, :, None, :])
    if missing.any():
        return None
    everywhere = replace(given, open=n.available)
    return _solve_around(n, instance.policies, everywhere, engines, free=True)


def _without_limits(n: Numbers, given: Given) -> Numbers:
    return n.with_(
        eligible=n.eligible | (given.first_contacts > 0),
        satisfaction=np.nan_to_num(n.satisfaction),
        max_share=np.ones(n.shape_of_ways),
        capacity=np.full_like(n.capacity, np.inf),
        max_fte=np.full_like(n.max_fte, np.inf),
        assignment="split",
        whole_contacts=False,
        steering=np.ones_like(n.steering),
    )


def _solve_around(
    n: Numbers,
    policies: tuple[Policy, ...],
    given: Given,
    engines: Engines,
    *,
    free: bool = False,
) -> Choice | None:
    """Solve with first contacts fixed, and open channels too unless they are free.

    Where service levels have many steps, once with pieces of them to see where each group stands,
    then with the single steps around that.
    """
    without = frozenset() if free else LIMITS_DROPPED
    stairs = few_pieces(Scenario(n, ()).stairs())
    while True:
        model = formulate(n, policies, without, stairs)
        x = _answer(model, given, engines, free=free)
        if x is None or stairs.exact:
            break
        stairs = near(stairs, [(model, x)], None)
    if x is None:
        return None
    choice = model.choice(x)
    if free:
        return clean(model.numbers, choice)
    offered: Flags = offerable(model.numbers) & choice.open[None]
    return clean(model.numbers, replace(choice, offered=offered))


def _answer(model: Model, given: Given, engines: Engines, *, free: bool) -> Floats | None:
    d = model.decisions
    problem = _entering(model, given.first_contacts[d.cells.codes])
    lower, upper = problem.lower.copy(), problem.upper.copy()
    if not free:
        flags = d.open.on(d.openable).matrix.indices
        lower[flags] = upper[flags] = given.open[d.openable.codes]
        upper[d.owned.matrix.indices] = 0.0
    held = problem.with_(lower=lower, upper=upper)
    outcome = engines.prices.solve(held, Limits(time_limit=60.0, gap=1e-9))
    if outcome.termination.reason not in (Reason.OPTIMAL, Reason.FEASIBLE) or outcome.x is None:
        return None
    exact = engines.prices.solve(fixed(held, outcome.x), Limits(time_limit=60.0))
    return outcome.x if exact.x is None else np.where(problem.integer, np.round(outcome.x), exact.x)


def _entering(model: Model, first: Floats) -> MatrixProblem:
    """Return the program with the first contacts of every cell (cells,) given.

    A cell has one column, or one for each variant of its channel.
    """
    problem, entered = model.problem, same_width(model.problem.A, model.decisions.first.matrix)[1]
    single = np.diff(entered.indptr) == 1
    lower, upper = problem.lower.copy(), problem.upper.copy()
    column = entered.indices[entered.indptr[:-1][single]]
    lower[column] = upper[column] = first[single]
    several = entered[~single]
    return problem.with_(
        A=sparse.csr_array(sparse.vstack([problem.A, several], format="csr")),
        row_lower=np.concatenate([problem.row_lower, first[~single]]),
        row_upper=np.concatenate([problem.row_upper, first[~single]]),
        lower=lower,
        upper=upper,
    )
