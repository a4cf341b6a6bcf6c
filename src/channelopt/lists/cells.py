"""Cells: what one first contact is worth and costs, read off the formulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.model.formulate import Model, formulate
from channelopt.terms.flows import CELL, hours_per_contact
from channelopt.terms.numbers import Flags, Floats, Numbers

FIRST = ("first_contacts", "treated")
"""Columns of first contacts, in channels and in bundles."""


@dataclass(frozen=True)
class Cells:
    """Figures of one first contact by segment, interaction and way, all (S, I, W); 0 elsewhere.

    Attributes:
        enters: where a first contact may enter.
        value: contact value.
        cost: contact cost of everybody who handles it, passing on included.
        points: satisfaction points less penalties, importance left out; 0 in outbound.
        satisfaction: of the channel that it enters, as the scenario says.
        work: (C, S, I, W) hours of staffed work in each channel.
    """

    enters: Flags
    value: Floats
    cost: Floats
    points: Floats
    satisfaction: Floats
    work: Floats


def positions(model: Model) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return (columns,) the cell of each column of first contacts, in C order; -1 of others."""
    shape = model.numbers.shape_of_ways[:3]
    found = np.full(model.problem.num_columns, -1, dtype=np.int64)
    for block in model.labels.columns:
        if block.name in FIRST:
            s, i, c = (block.index.code(dim) for dim in CELL[:3])
            found[block.where] = np.ravel_multi_index((s, i, c), shape)
    return found


def cells_of(n: Numbers) -> Cells:
    """Return the figures of one first contact.

    Args:
        n: one period, restated.
    """
    model = formulate(n.with_(importance=np.ones_like(n.importance)))
    shape = n.shape_of_ways[:3]
    channels = len(n.channels)
    satisfaction = np.zeros(shape)
    satisfaction[:, :, :channels] = np.nan_to_num(n.satisfaction[..., 0])
    d = model.decisions
    enters = np.zeros(shape, dtype=bool)
    enters[d.cells.codes[:3]] = True
    return Cells(
        enters=enters,
        value=_per_contact(model, d.money["contact_value"]),
        cost=_per_contact(model, d.money["contact_cost"]),
        points=_per_contact(model, d.points),
        satisfaction=satisfaction,
        work=_work(model),
    )


def _work(model: Model) -> Floats:
    """Return (C, S, I, W) hours that one first contact causes in channels with staff."""
    n = model.numbers
    found = np.zeros((len(n.channels), *n.shape_of_ways[:3]))
    flow = model.decisions.handled_by_lane
    hours = hours_per_contact(model.decisions.lanes, flow.index)
    staffed = n.serves.any(axis=0)
    for c in np.flatnonzero(staffed).tolist():
        here = flow.only(flow.index.code("channel") == c)
        factors = Param(here.index, hours[flow.index.code("channel") == c])
        found[c] = _per_contact(model, here * factors)
    return found


def _per_contact(model: Model, amount: Expr) -> Floats:
    """Return (S, I, W) what one first contact adds to the sum of an amount."""
    at = positions(model)
    total = np.zeros(model.problem.num_columns)
    sums = np.asarray(amount.matrix.sum(axis=0)).reshape(-1)
    total[: len(sums)] = sums
    shape = model.numbers.shape_of_ways[:3]
    found = np.zeros(int(np.prod(shape)))
    found[at[at >= 0]] = total[at >= 0]
    return found.reshape(shape)
