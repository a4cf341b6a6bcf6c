"""What rows of policies share: filters on labelled rows, lower and upper bounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index
from channelopt.rules.base import Policy, Rows, bound
from channelopt.terms.decisions import Decisions
from channelopt.terms.numbers import Flags, Numbers


def let_through(policy: Policy, n: Numbers, index: Index, *dims: str) -> Flags:
    """Return (rows,) flags of the rows that the filters of a policy let through.

    Args:
        policy: whose filters.
        n: all numbers.
        index: rows; only the dimensions that they have are filtered.
        dims: filter by these dimensions only; default all.
    """
    reach = policy.reach(n)
    masks = {
        "segment": reach.segments,
        "interaction": reach.interactions,
        "channel": reach.channels,
        "period": reach.periods,
    }
    keep = np.ones(index.num_rows, dtype=bool)
    for dim in dims or index.dims:
        if dim in masks and dim in index.dims:
            keep &= masks[dim][index.code(dim)]
    return keep


def occurring(index: Index, *dims: str) -> Index:
    """Return the rows that remain when only some dimensions of an index are kept."""
    exists = np.zeros(tuple(index.sets.size(dim) for dim in dims), dtype=bool)
    exists[tuple(index.code(dim) for dim in dims)] = True
    return Index.where(index.sets, dims, exists)


def within(counted: Expr, n: Numbers, policy: Any) -> Rows:
    """Yield `at_least` and `at_most` of a policy on rows that have a period."""
    for name, side in (("at least", policy.at_least), ("at most", policy.at_most)):
        limit = bound(side, n)
        held = counted.only(np.isfinite(limit[counted.index.code("period")]))
        if held.index.num_rows:
            value = Param.pick(held.index, limit, "period")
            yield name, held >= value if name == "at least" else held <= value


def per_period(counted: Expr, policy: Policy, n: Numbers, d: Decisions) -> Expr:
    """Add up to one row for each period in which the policy holds."""
    held = counted.only(policy.reach(n).periods[counted.index.code("period")])
    return held.sum_to(d.sets.all("period").only(policy.reach(n).periods))


def mean_satisfaction(policy: Policy, n: Numbers, d: Decisions) -> Expr:
    """Mean satisfaction over the filtered interactions, by segment and period."""
    keep = let_through(policy, n, d.inbound) & (d.weight.values > 0)
    points = d.points.only(keep)
    weight = Expr.of(Param(points.index, d.weight.values[keep]))
    rows = occurring(points.index, "segment", "period")
    total = weight.sum_to(rows).constant
    return points.sum_to(rows) * Param(rows, 1.0 / total)
