"""Returns: what each purchased upgrade brings, against the best plan that must do without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelopt.plan.accounts import Accounts
from channelopt.plan.investments import bought, owned
from channelopt.plan.records import Known
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Floats, Numbers


@dataclass(frozen=True)
class Without:
    """The best plan found without an upgrade, None where there is none, and how it is known."""

    accounts: Accounts | None
    known: Known


@dataclass(frozen=True)
class Return:
    """What one purchase brings.

    Attributes:
        upgrade: its index.
        period: index of the period in which it is bought.
        cost: investment and running cost, discounted.
        objective_without: of the best plan without it, None where not known.
        known: how that is known; `at least`: better plans without it may exist, so that the
            upgrade is worth no more than said.
        value: what the plan is worth more than that one, the upgrade's cost taken off.
        benefit: value before that cost.
        rate: value over cost, None where the upgrade costs nothing.
        payback: periods from the purchase on after which the plan is ahead, undiscounted; None
            where it is not within the horizon.
    """

    upgrade: int
    period: int
    cost: float
    objective_without: float | None
    known: Known
    value: float | None
    benefit: float | None
    rate: float | None
    payback: int | None


def purchases(n: Numbers, choice: Choice) -> tuple[tuple[int, int], ...]:
    """Return every (upgrade, period) in which something is bought, in the order of upgrades."""
    return tuple((k, t) for k, t in np.argwhere(bought(n, choice)).tolist())


def returned(
    n: Numbers, choice: Choice, accounts: Accounts, purchase: tuple[int, int], other: Without
) -> Return:
    """Compare a plan with the best one without an upgrade.

    Args:
        n: the scenario.
        choice: the plan.
        accounts: what follows from it.
        purchase: the upgrade and its period of purchase.
        other: the best plan without it.
    """
    k, t = purchase
    spent = np.where(owned(n, choice)[k], n.upgrades.running_cost[k], 0.0)
    spent[t] += n.upgrades.investment[k]
    cost = float((spent * n.discount).sum())
    if other.accounts is None:
        return Return(k, t, cost, None, other.known, None, None, None, None)
    value = accounts.objective - other.accounts.objective
    ahead = accounts.profit_by_period - other.accounts.profit_by_period
    return Return(
        upgrade=k,
        period=t,
        cost=cost,
        objective_without=other.accounts.objective,
        known=other.known,
        value=value,
        benefit=value + cost,
        rate=value / cost if cost > 0 else None,
        payback=_payback(ahead, t),
    )


def _payback(ahead: Floats, bought_in: int) -> int | None:
    """Return the periods after which the plan is ahead and stays so.

    Args:
        ahead: (T,) profit of the plan less that of the other.
        bought_in: index of the period of purchase.
    """
    behind = np.flatnonzero(np.cumsum(ahead)[bought_in:] < 0)
    periods = 1 if not len(behind) else int(behind[-1]) + 2
    return periods if bought_in + periods <= len(ahead) else None
