"""Shapes: another objective for a program, and floors and ceilings on what it can express."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy
from scipy import sparse

from channelopt.algebra.expr import Expr, Relation, same_width
from channelopt.algebra.index import Index
from channelopt.algebra.program import Program
from channelopt.model.formulate import Model

OWNER = "analysis"
"""Who asked for the rows that a shape adds."""


@dataclass(frozen=True)
class Measure:
    """A number that is linear in the decisions.

    Attributes:
        key: text that tells it from every other measure of the same scenario.
        express: writes it on a program, as an expression on one row.
    """

    key: str
    express: Callable[[Model], Expr]


@dataclass(frozen=True)
class Limit:
    """A measure is kept between two numbers; -inf and inf are none."""

    measure: Measure
    lower: float = -math.inf
    upper: float = math.inf

    @property
    def key(self) -> str:
        """Text that tells this limit from every other one."""
        return f"{self.lower!r} <= {self.measure.key} <= {self.upper!r}"


@dataclass(frozen=True)
class Reshaped:
    """A program with another goal, or with further limits.

    Attributes:
        goal: what is maximised; None: profit as ever.
        sign: -1 to minimise the goal; the objective of answers is then its negative.
        limits: that hold besides the rules.
    """

    goal: Measure | None = None
    sign: int = 1
    limits: tuple[Limit, ...] = ()

    @property
    def key(self) -> str:
        """Text that tells this change from every other one."""
        goal = "profit" if self.goal is None else f"{self.sign} {self.goal.key}"
        return "; ".join([f"maximise {goal}", *(limit.key for limit in self.limits)])

    def apply(self, model: Model) -> Model:
        """Return the model with this goal and these limits."""

        def build(program: Program) -> Expr | None:
            for number, limit in enumerate(self.limits, start=1):
                _require(program, f"limit {number}", limit, limit.measure.express(model))
            return None if self.goal is None else self.goal.express(model) * self.sign

        return grown(model, build)


def _require(program: Program, name: str, limit: Limit, amount: Expr) -> None:
    if math.isfinite(limit.lower) or math.isfinite(limit.upper):
        program.require(name, Relation(amount, limit.lower, limit.upper))


def grown(model: Model, build: Callable[[Program], Expr | None]) -> Model:
    """Return a model with further columns and rows, and perhaps another objective.

    Args:
        model: stays as it is.
        build: adds columns and rows to a program that goes on where the model ends, and returns
            what is maximised instead; None to keep the objective.
    """
    old = model.problem
    program = Program(model.decisions.sets, [*model.labels.columns], [*model.labels.rows])
    goal = build(program)
    if goal is not None:
        program.earn("goal", goal)
    new, labels = program.compile()  # arrays of the new columns and rows only, `c` of all columns
    upper, lower = same_width(old.A, new.A)
    more = np.zeros(new.num_columns - old.num_columns)
    problem = old.with_(
        c=np.concatenate([old.c, more]) if goal is None else new.c,
        offset=old.offset if goal is None else new.offset,
        A=sparse.csr_array(sparse.vstack([upper, lower], format="csr")),
        row_lower=np.concatenate([old.row_lower, new.row_lower]),
        row_upper=np.concatenate([old.row_upper, new.row_upper]),
        lower=np.concatenate([old.lower, new.lower]),
        upper=np.concatenate([old.upper, new.upper]),
        integer=np.concatenate([old.integer, new.integer]),
    )
    owners = model.owners | {block.name: OWNER for block in labels.rows[len(model.labels.rows) :]}
    return Model(model.numbers, model.decisions, problem, labels, owners)


def _profit(model: Model) -> Expr:
    """Today's objective as an expression."""
    costs = scipy.sparse.csr_array(model.problem.c[None, :])
    total = Index.total(model.decisions.sets)
    return Expr(total, costs, np.array([model.problem.offset]))


PROFIT = Measure("profit", _profit)
"""Satisfaction-weighted profit, discounted."""
