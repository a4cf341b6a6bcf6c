"""The formulation of a restated scenario, taken apart: what of it a list still decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from channelopt.algebra.program import Block
from channelopt.lists.cells import FIRST, positions
from channelopt.lists.lines import Hours
from channelopt.lists.restate import Restated
from channelopt.model.formulate import Model, formulate
from channelopt.priced.units import Floats
from channelopt.rules.base import Policy
from channelopt.terms.numbers import Numbers

Matrix = scipy.sparse.csr_array[Any, tuple[int, int]]

HELD = (
    *("routing", "opening", "bundles", "single_channel", "whole_contacts", "service_level"),
    *("timeline", "upgrades"),
)
"""Rules of the model that hold in the plan already, whatever the customers do."""

_DECIDED = frozenset({"open", "offered"})
"""Columns that the plan decides; what is left of them is yes."""


@dataclass(frozen=True)
class Parts:
    """Rows of a program with the columns that a list decides; all others are given.

    Attributes:
        blocks: rows by name.
        owners: rule or policy of each block of rows.
        cells: (rows, S * I * W) what one first contact uses.
        hours: (rows, Z) what hours of staff groups on channels use.
        serving: (Z,) staff group and channel of these hours.
        lowest: (rows, L) what lowest means of policies use.
        lowest_of: (L,) names of these policies.
        lower: (rows,) what is given moved to this side.
        upper: (rows,) likewise.
    """

    blocks: tuple[Block, ...]
    owners: dict[str, str]
    cells: Matrix
    hours: Matrix
    serving: tuple[Hours, ...]
    lowest: Matrix
    lowest_of: tuple[str, ...]
    lower: Floats
    upper: Floats


def parts_of(restated: Restated) -> Parts:
    """Formulate a restated scenario and take its rows apart."""
    model = formulate(restated.numbers, restated.policies, without=HELD)
    matrix = model.problem.A
    given = matrix @ _given(model, restated.policies)
    hours = _block(model, "hours")
    lowest = [(p.name, _block(model, f"{p.name} lowest")) for p in restated.policies]
    means = [(name, k) for name, block in lowest if block for k in range(block.start, block.stop)]
    return Parts(
        blocks=model.labels.rows,
        owners=model.owners,
        cells=_by_cell(model, matrix),
        hours=matrix[:, hours.where] if hours else matrix[:, :0],
        serving=_serving(hours),
        lowest=matrix[:, [k for _, k in means]],
        lowest_of=tuple(name for name, _ in means),
        lower=model.problem.row_lower - given,
        upper=model.problem.row_upper - given,
    )


def felt_by_cell(restated: Restated) -> Matrix:
    """Return (rows, S * I * W) what one satisfaction point more of a first contact uses.

    Rows are affine in the satisfaction of the cells, so the difference of two programs tells it.
    """
    found = []
    for level in (1.0, 0.0):
        satisfaction = np.full_like(restated.numbers.satisfaction, level)
        n = restated.numbers.with_(satisfaction=satisfaction)
        model = formulate(n, restated.policies, without=HELD)
        found.append(_by_cell(model, model.problem.A))
    difference: Matrix = found[0] - found[1]
    largest = np.abs(found[0].data).max(initial=0.0)
    difference.data[np.abs(difference.data) < 1e-13 * largest] = 0.0
    difference.eliminate_zeros()
    return difference


def _block(model: Model, name: str) -> Block | None:
    return next((block for block in model.labels.columns if block.name == name), None)


def _serving(hours: Block | None) -> tuple[Hours, ...]:
    if hours is None:
        return ()
    codes = (hours.index.code(dim).tolist() for dim in ("group", "channel"))
    return tuple(zip(*codes, strict=True))


def _by_cell(model: Model, matrix: Matrix) -> Matrix:
    """Return (rows, cells): columns of first contacts by their cell."""
    at = positions(model)
    columns = np.flatnonzero(at >= 0)
    size = _size(model.numbers)
    picks: Matrix = scipy.sparse.csr_array(
        (np.ones(len(columns)), (columns, at[columns])), shape=(len(at), size)
    )
    cells: Matrix = scipy.sparse.csr_array(matrix @ picks)
    return cells


def _size(n: Numbers) -> int:
    return int(np.prod(n.shape_of_ways[:3]))


def _given(model: Model, policies: tuple[Policy, ...]) -> Floats:
    """Return (columns,) what the plan decides, 0 where a list does."""
    problem = model.problem
    found = np.zeros(problem.num_columns)
    free = {*FIRST, "hours", *(f"{policy.name} lowest" for policy in policies)}
    for block in model.labels.columns:
        if block.name in free:
            continue
        lower, upper = problem.lower[block.where], problem.upper[block.where]
        if block.name not in _DECIDED and (lower != upper).any():
            msg = f"a list cannot tell what the columns '{block.name}' are"
            raise ValueError(msg)
        found[block.where] = upper
    return found
