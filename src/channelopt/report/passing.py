"""Contacts that follow from contacts: from which channel to which, recomputed from a run's files.

The tables of a run say how many contacts are passed on to a channel, not where they come from.
That follows from its scenario: in every cell (segment, interaction, channel, period) the share of
handled contacts that ends no case is 1 - resolution, and `unresolved` says where they go.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from channelopt.errors import InputError
from channelopt.instance.load import from_data
from channelopt.plan.accounts import Accounts, account
from channelopt.plan.plan import Plan
from channelopt.plan.recall import choice_of
from channelopt.plan.table import as_number
from channelopt.report.given import grouped, scenario
from channelopt.terms.numbers import Flags

EQUAL = 1e-6
"""Relative difference up to which a recomputed number is that of the file."""


@dataclass(frozen=True)
class Passing:
    """Inbound contacts that did not end their case, over all periods.

    Attributes:
        to: contacts by the channel that could not solve the case and the one that gets it next;
            equal where it is repeated; larger than 0.
        given_up: customers who give up, by the channel after which they do; larger than 0.
    """

    to: Mapping[tuple[str, str], float]
    given_up: Mapping[str, float]


def passing(plan: Plan) -> Passing | None:
    """Return where contacts go that do not end their case.

    Returns:
        None where the run does not carry its scenario, or its tables are not what follows from it:
        a plan whose files were edited.
    """
    try:
        instance = from_data(scenario(plan))
        choice = choice_of(instance, plan.tables)
    except (InputError, KeyError):
        return None
    accounts = account(instance.numbers, choice)
    found = _passing(accounts, choice.open)
    return found if _is_in_the_tables(plan, found) else None


def _passing(accounts: Accounts, is_open: Flags) -> Passing:
    n = accounts.numbers
    ending = np.where(n.inbound[None, :, None, None], 1.0 - n.resolution, 0.0)
    leaving = (ending * accounts.handled).sum(axis=(0, 1))  # (C, T)
    moved = np.einsum("ct,cd,dt->cd", leaving, n.unresolved, is_open.astype(np.float64))
    lost = leaving.sum(axis=1) - moved.sum(axis=1)
    least = 1e-9 * max(1.0, float(leaving.sum()))
    return Passing(
        {
            (one, other): float(moved[c, d])
            for c, one in enumerate(n.channels)
            for d, other in enumerate(n.channels)
            if moved[c, d] > least
        },
        {one: float(lost[c]) for c, one in enumerate(n.channels) if lost[c] > least},
    )


def _is_in_the_tables(plan: Plan, found: Passing) -> bool:
    arriving: dict[str, float] = {}
    for (_from, channel), contacts in found.to.items():
        arriving[channel] = arriving.get(channel, 0.0) + contacts
    return all(
        math.isclose(
            sum(as_number(record["passed_on_in"]) for record in records),
            arriving.get(channel, 0.0),
            rel_tol=EQUAL,
            abs_tol=EQUAL,
        )
        for channel, records in grouped(plan, "channels", "channel").items()
    )
