"""Kept: a program in which a part of the decisions stands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.algebra.expr import Expr
from channelopt.model.formulate import Model
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers

NEAR = 1e-6
"""FTE within this share of max(1, FTE) of a limit obey it, as for the independent check."""


@dataclass(frozen=True)
class Kept:
    """Open channels, upgrades and offers stand, and FTE too if `staff`; the rest is chosen anew.

    Attributes:
        choice: what stands.
        staff: whether FTE stand.
    """

    choice: Choice
    staff: bool

    @property
    def key(self) -> str:
        """Text that tells this change from every other one."""
        found = hashlib.sha256()
        parts = [self.choice.open, self.choice.owned, self.choice.offered]
        for part in (*parts, *([self.choice.fte] if self.staff else [])):
            found.update(repr(part.shape).encode() + np.ascontiguousarray(part).tobytes())
        return f"kept {'with' if self.staff else 'without'} staff {found.hexdigest()}"

    def apply(self, model: Model) -> Model:
        """Return the model with the columns of what stands fixed."""
        d = model.decisions
        lower, upper = model.problem.lower.copy(), model.problem.upper.copy()
        values: list[tuple[Expr, NDArray[Any]]] = [
            (d.open.on(d.openable), self.choice.open[d.openable.codes]),
            (d.offered, self.choice.offered[d.offers.codes]),
            (d.owned, self.choice.owned[d.upgrade_periods.codes]),
        ]
        if self.staff:
            values.append((d.fte, self.choice.fte[d.group_periods.codes]))
        for expression, fixed in values:
            columns, rows = _columns(expression)
            lower[columns] = upper[columns] = fixed[rows]
        return replace(model, problem=model.problem.with_(lower=lower, upper=upper))


def _columns(expression: Expr) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the column of each row that has one, and these rows."""
    rows = np.flatnonzero(np.diff(expression.matrix.indptr) == 1)
    return expression.matrix.indices[expression.matrix.indptr[rows]], rows


def has_room(n: Numbers, choice: Choice) -> bool:
    """Whether the FTE that stand obey their own limits, so that a program can hold them."""
    fte = choice.fte
    room = NEAR * np.maximum(1.0, fte)
    whole = ~n.whole_fte[:, None] | (np.abs(fte - np.round(fte)) <= room)
    inside = (fte >= n.min_fte - room) & (fte <= n.max_fte + room)
    return bool((whole & inside).all())
