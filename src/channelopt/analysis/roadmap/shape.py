"""The program with customers moved in it: limited, or as few as possible."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy

from channelopt.algebra.expr import Expr, Matrix, Param
from channelopt.algebra.index import Codes, Index
from channelopt.algebra.program import Program
from channelopt.analysis.roadmap.moving import (
    everyone,
    period_before,
    shares_of_today,
    weights,
)
from channelopt.analysis.tradeoffs.shapes import PROFIT, grown
from channelopt.model.formulate import Model
from channelopt.terms.choice import Choice

Goal = Literal["profit", "least limit", "fewest moves"]


@dataclass(frozen=True)
class Moving:
    """A program in which few customers move.

    Attributes:
        goal: the most profit; the least limit, that is the least share of all customers moved in
            the period in which it is largest; or the fewest moves, that is the least sum of these
            shares. Answers to the latter two are negative shares.
        limit: largest share of all customers that may move in a period, None for any.
        floor: least discounted profit, None for none.
        held: segment, interaction and period whose contacts stay where they were before.
        pinned: channels, offers, upgrades and FTE are as in this plan, None: free; quick.
        relaxed: nothing has to be whole or a yes or no: quick, and never worth less.
    """

    goal: Goal = "profit"
    limit: float | None = None
    floor: float | None = None
    held: tuple[int, int, int] | None = None
    pinned: Choice | None = None
    relaxed: bool = False

    @property
    def key(self) -> str:
        """Text that tells this change from every other one."""
        parts = f"{self.goal}; moved <= {self.limit!r}; profit >= {self.floor!r}"
        how = f"pinned {_digest(self.pinned)}; relaxed {self.relaxed}"
        return f"{parts}; held {self.held!r}; {how}"

    def apply(self, model: Model) -> Model:
        """Return the model with columns for contacts that move."""

        def build(program: Program) -> Expr | None:
            shares = _moved_shares(program, model, self.held)
            if self.limit is not None:
                program.require("customers moved", shares <= self.limit)
            if self.floor is not None:
                program.require("profit kept", PROFIT.express(model) >= self.floor)
            if self.goal == "fewest moves":
                return -shares.total()
            if self.goal == "least limit":
                most = program.variable("most moved", Index.total(shares.index.sets))
                program.require("most moved", shares <= most.on(shares.index))
                return -most
            return None

        found = grown(model, build)
        if self.pinned is not None:
            found = _pinned(found, self.pinned)
        if not self.relaxed:
            return found
        nothing = np.zeros_like(found.problem.integer)
        return replace(found, problem=found.problem.with_(integer=nothing))


def _moved_shares(program: Program, model: Model, held: tuple[int, int, int] | None) -> Expr:
    """Express the share of all customers that moves in each period.

    One column per cell of an inbound pair says by how much its share rises; what is not limited
    or minimised may be larger than that.
    """
    n, d = model.numbers, model.decisions
    inbound = n.inbound[d.cells.code("interaction")]
    contacts = Param.pick(d.cells, n.contacts, "segment", "interaction", "period")
    share = d.first * Param(d.cells, 1.0 / contacts.values)
    now = share.only(inbound)
    rows = now.index
    s, i, c, t = rows.codes
    earlier = period_before(n)[s, i, t]
    before = share.through(rows, _earlier_cells(d.cells, rows.keys - (t - earlier), earlier >= 0))
    today = Param(rows, np.where(earlier < 0, shares_of_today(n)[s, i, c], 0.0))
    stays = np.zeros(rows.num_rows, dtype=bool)
    if held is not None:
        stays = (s == held[0]) & (i == held[1]) & (t == held[2])
    rise = program.variable("share rises", rows, upper=np.where(stays, 0.0, 1.0))
    program.require("share rises", now - before - today <= rise)
    weight = Param(rows, weights(n)[s, i, t] / everyone(n)[t])
    return (rise * weight).sum_to(d.sets.all("period"))


def _earlier_cells(cells: Index, keys: Codes, wanted: np.ndarray) -> Matrix:
    """(rows, cells) matrix that picks each row's cell of an earlier period, if there is one."""
    found = np.minimum(np.searchsorted(cells.keys, keys), max(cells.num_rows - 1, 0))
    exists = wanted & (cells.keys[found] == keys) if cells.num_rows else np.zeros_like(wanted)
    rows = np.nonzero(exists)[0]
    return scipy.sparse.csr_array(
        (np.ones(len(rows)), (rows, found[exists])), shape=(len(keys), cells.num_rows)
    )


def _pinned(model: Model, choice: Choice) -> Model:
    """Fix channels, offers, upgrades and FTE; contacts and hours stay free."""
    d = model.decisions
    lower, upper = model.problem.lower.copy(), model.problem.upper.copy()
    owned = d.owned.only(np.diff(d.owned.matrix.indptr) > 0)
    parts = [
        (d.open.on(d.openable), choice.open[d.openable.codes]),
        (d.offered, choice.offered[d.offers.codes]),
        (d.fte, choice.fte[d.group_periods.codes]),
    ]
    if owned.index.num_rows:
        parts.append((owned, choice.owned[owned.index.codes]))
    for columns, values in parts:
        lower[columns.matrix.indices] = upper[columns.matrix.indices] = values
    return replace(model, problem=model.problem.with_(lower=lower, upper=upper))


def _digest(choice: Choice | None) -> str:
    if choice is None:
        return "none"
    found = hashlib.sha256()
    for part in (choice.open, choice.offered, choice.fte, choice.owned):
        found.update(repr(part.shape).encode() + np.ascontiguousarray(part).tobytes())
    return found.hexdigest()
