"""Write a scenario as a program: declare the quantities, let every rule add its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from channelopt.algebra.expr import Param
from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.algebra.program import Block, Labels
from channelopt.model.declare import declare
from channelopt.rules import CORE
from channelopt.rules.base import Policy
from channelopt.terms.choice import Choice
from channelopt.terms.decisions import Decisions
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Flags, Numbers
from channelopt.terms.stairs import Stairs


@dataclass(frozen=True)
class Model:
    """A formulated scenario: arrays for a solver, names for people.

    Attributes:
        numbers: what was formulated.
        decisions: every variable and expression by its name in the model.
        problem: the program as arrays.
        labels: who each column and row is.
        owners: the rule or policy that asked for each block of rows, by block name.
    """

    numbers: Numbers
    decisions: Decisions
    problem: MatrixProblem
    labels: Labels
    owners: dict[str, str]

    def choice(self, x: Floats) -> Choice:
        """Read the decisions out of a point (columns,); whole columns are rounded."""
        d = self.decisions
        open_ = d.open.index.dense(d.open.value(x)) > 0.5
        channels = len(self.numbers.channels)
        return Choice(
            first_contacts=d.cells.dense(d.first.value(x)),
            open=open_[:channels],
            offered=_offered(self.numbers, d, x, open_[:channels]),
            fte=d.group_periods.dense(d.fte.value(x)),
            hours=d.serving.dense(d.hours.value(x))[:, :channels],
            owned=d.upgrade_periods.dense(d.owned.value(x)) > 0.5,
        )

    def rows_of(self, owner: str) -> list[Block]:
        """Return the blocks of rows that a rule or policy asked for."""
        return [block for block in self.labels.rows if self.owners[block.name] == owner]


def formulate(
    n: Numbers,
    policies: Iterable[Policy] = (),
    without: Collection[str] = (),
    stairs: Stairs | None = None,
) -> Model:
    """Formulate a scenario.

    Args:
        n: all numbers.
        policies: the planner's rules.
        without: core rules (by slug) or policies (by name) whose rows are left out, for given plans
            and for tests of the rules.
        stairs: of the service levels; default exact. In coarser pieces the program is a relaxation.
    """
    policies = tuple(policy for policy in policies if policy.name not in without)
    d = declare(n, decided_offers(n, policies), largest_shares(n, policies), stairs)
    owners: dict[str, str] = {}
    for rule in CORE:
        if rule.slug in without:
            continue
        for name, relation in rule.rows(n, d):
            d.program.require(name, relation)
            owners[name] = rule.slug
    for policy in policies:
        for part, relation in policy.rows(n, d):
            name = f"{policy.name} {part}".strip()
            d.program.require(name, relation)
            owners[name] = policy.name
    for term in LEDGER:
        amount = d.money[term.name]
        factors = Param.pick(amount.index, term.sign * n.discount, "period")
        d.program.earn(term.name, amount * factors)
    problem, labels = d.program.compile()
    return Model(n, d, problem, labels, owners)


def offerable(n: Numbers) -> Flags:
    """Return (S, C, T) where a channel can be offered: available, eligible for inbound contacts."""
    served = n.inbound[None, :, None] & (n.contacts > 0)
    may_enter = n.eligible[:, :, : len(n.channels)]
    enters: Flags = (may_enter & served[:, :, None, :]).any(axis=1) & n.available[None]
    return enters


def decided_offers(n: Numbers, policies: Iterable[Policy]) -> Flags:
    """Return (S, C, T) where an offer is a decision: steering is limited or a policy counts it."""
    served = n.inbound[None, :, None] & (n.contacts > 0).any(axis=2, keepdims=True)
    preferred = ((n.preference > 0) & served).any(axis=(1, 2))
    decided = np.broadcast_to(
        ((n.steering < 1) & preferred)[:, None], (len(n.segments), len(n.periods))
    ).copy()
    for policy in policies:
        decided |= policy.decided_offers(n)
    flags: Flags = offerable(n) & decided[:, None, :]
    return flags


def largest_shares(n: Numbers, policies: Iterable[Policy]) -> Floats:
    """Return (S, I, W, T) the largest share of n that the tables and the policies allow."""
    largest = np.minimum(n.max_share, 1.0)
    for policy in policies:
        allowed = policy.largest_shares(n)
        if allowed is not None:
            largest = np.minimum(largest, allowed)
    return largest


def _offered(n: Numbers, d: Decisions, x: Floats, open_: Flags) -> Flags:
    """Offers as decided; elsewhere every open channel that can be offered is."""
    offered: Flags = offerable(n) & open_[None]
    offered[d.offers.codes] = d.offered.value(x) > 0.5
    return offered
