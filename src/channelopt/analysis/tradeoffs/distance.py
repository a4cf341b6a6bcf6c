"""Distance: in how much two plans differ, as a number and as a part of a program.

It is the number of channels and upgrades that differ, on average over the periods, plus the share
of first contacts that enter elsewhere (or, outbound, are made at all): 2.3 is two channels and
30 % of the contacts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index
from channelopt.algebra.program import Program
from channelopt.analysis.tradeoffs.shapes import Reshaped, grown
from channelopt.model.formulate import Model
from channelopt.plan.investments import owned
from channelopt.terms.choice import Choice
from channelopt.terms.flows import PAIR
from channelopt.terms.numbers import Floats, Numbers

DUST = 1e-9
"""Smaller shares of a pair's contacts are nothing."""


def distance(n: Numbers, one: Choice, other: Choice) -> float:
    """Return the distance of two plans, 0 where they differ in FTE, hours or offers only."""
    flags = int((one.open != other.open).sum() + (owned(n, one) != owned(n, other)).sum())
    contacts = float(n.contacts.sum())
    share = moved(n, one, other) / contacts if contacts > 0 else 0.0
    return flags / len(n.periods) + share


def moved(n: Numbers, one: Choice, other: Choice) -> float:
    """Return how many first contacts enter elsewhere, or are made in one of the plans only."""
    return float(np.maximum(_with_none(n, one) - _with_none(n, other), 0.0).sum())


def _with_none(n: Numbers, choice: Choice) -> Floats:
    """(S, I, W + 1, T) first contacts, last those that are not made."""
    first = choice.first_contacts
    none = np.maximum(n.contacts - first.sum(axis=2), 0.0)
    none = np.where(n.inbound[None, :, None], 0.0, none)
    return np.concatenate([first, none[:, :, None]], axis=2)


@dataclass(frozen=True)
class Apart:
    """A program whose plan is far from given ones.

    Attributes:
        plans: the given ones.
        base: further limits; and the goal where `least` is given.
        least: least distance to each of them; None: the least one is maximised.
    """

    plans: tuple[Choice, ...]
    base: Reshaped
    least: float | None = None

    @property
    def key(self) -> str:
        """Text that tells this change from every other one."""
        found = hashlib.sha256()
        for plan in self.plans:
            for part in (plan.open, plan.owned, plan.first_contacts):
                found.update(repr(part.shape).encode() + np.ascontiguousarray(part).tobytes())
        return f"{self.base.key}; apart {self.least!r} from {found.hexdigest()}"

    def apply(self, model: Model) -> Model:
        """Return the model with columns and rows that measure the distance to each plan."""

        def build(program: Program) -> Expr | None:
            row = Index.total(model.decisions.sets)
            away = [
                _away(program, model, plan, (row, number))
                for number, plan in enumerate(self.plans, start=1)
            ]
            if self.least is not None:
                for number, expr in enumerate(away, start=1):
                    program.require(f"apart {number}", expr >= self.least)
                return None
            nearest = program.variable("nearest", row)
            for number, expr in enumerate(away, start=1):
                program.require(f"apart {number}", nearest <= expr)
            return nearest

        return grown(self.base.apply(model), build)


def _away(program: Program, model: Model, plan: Choice, place: tuple[Index, int]) -> Expr:
    """Express the distance to a plan on the row of `place`."""
    row, number = place
    n, d = model.numbers, model.decisions
    is_open = _wide(plan.open, len(n.bundles))[d.channel_periods.codes]
    is_owned = owned(n, plan)[d.upgrade_periods.codes]
    flags = _differ(d.open, is_open, row) + _differ(d.owned, is_owned, row)
    away = flags * (1.0 / len(n.periods))
    contacts = float(n.contacts.sum())
    if contacts <= 0:
        return away
    left = _left(program, model, plan, number).sum_to(row)
    fewer = _not_made(program, model, plan, number).sum_to(row)
    return away + (left + fewer) * (1.0 / contacts)


def _wide(flags: np.ndarray, bundles: int) -> np.ndarray:
    return np.pad(flags, ((0, bundles), (0, 0)))


def _differ(now: Expr, was: np.ndarray, row: Index) -> Expr:
    """Count the flags that are not what they were."""
    signs = Param(now.index, np.where(was, -1.0, 1.0))
    return (now * signs).sum_to(row) + float(np.count_nonzero(was))


def _left(program: Program, model: Model, plan: Choice, number: int) -> Expr:
    """Express by how much the plan's first contacts fall, by cell that has some."""
    d = model.decisions
    before = plan.first_contacts[d.cells.codes]
    s, i, _, t = d.cells.codes
    some = before > DUST * model.numbers.contacts[s, i, t]
    return _fall(
        program, f"moved {number}", d.first.only(some), (before[some], d.largest.values[some])
    )


def _not_made(program: Program, model: Model, plan: Choice, number: int) -> Expr:
    """Express by how much the outbound contacts fall that the plan does not make."""
    n, d = model.numbers, model.decisions
    pairs = d.outbound
    most = Param.pick(pairs, n.contacts, *PAIR)
    outbound = d.first.only(~n.inbound[d.cells.code("interaction")])
    idle = Expr.of(most) - outbound.sum_to(pairs)
    before = most.values - plan.first_contacts.sum(axis=2)[pairs.codes]
    some = before > DUST * most.values
    return _fall(program, f"made {number}", idle.only(some), (before[some], most.values[some]))


def _fall(program: Program, name: str, now: Expr, sizes: tuple[Floats, Floats]) -> Expr:
    """Express max(0, before - now), exact where it is maximised.

    Where `before` is as much as possible, that is `before - now`. Elsewhere a column z with
    z <= before * b and z <= before - now + (most - before) * (1 - b), b whole.

    Args:
        program: gets the columns and rows.
        name: of them.
        now: the amounts.
        sizes: `before`, and the most that `now` can be.
    """
    before, most = sizes
    full = before >= most * (1.0 - DUST)
    sure = now.only(full)
    falls = (Expr.of(Param(sure.index, before[full])) - sure).sum_to(now.index)
    part = now.only(~full)
    if not part.index.num_rows:
        return falls
    was = Param(part.index, before[~full])
    room = Param(part.index, np.maximum(most[~full] - before[~full], 0.0))
    amount = program.variable(name, part.index, upper=was.values)
    less = program.variable(f"{name} less", part.index, upper=1.0, integer=True)
    program.require(f"{name} where less", amount <= less * was)
    fallen = Expr.of(was) - part + Expr.of(room) - less * room
    program.require(f"{name} by how much", amount <= fallen)
    return falls + amount.sum_to(now.index)
