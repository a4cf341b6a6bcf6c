"""What each customer pays, at the prices of the list, for what all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from channelopt.lists.compiled import Compiled
from channelopt.priced.units import Block, Floats

OTHER = "paid_other"


@dataclass(frozen=True)
class Paid:
    """Columns of prices paid.

    Attributes:
        names: of the columns, unique; the last is `paid_other`.
        rates: by column, (M, N, O) currency per unit of each measure.
    """

    names: tuple[str, ...]
    rates: tuple[Floats, ...]

    def of(self, block: Block, option: NDArray[np.int16]) -> list[Floats]:
        """Return for each column (n,) what the options cost the units of a block."""
        return [_paid(rates, block, option) for rates in self.rates]


def paid(compiled: Compiled, prices: Floats) -> Paid:
    """Return what options pay: one column by scarce row with a price, one for all the others.

    Args:
        compiled: the rows, and who they are.
        prices: (R,) of the rows.
    """
    uses, shape = compiled.rows.uses, compiled.tables.shape
    used = np.asarray(abs(uses).sum(axis=1)).ravel() > 0  # other rows are not used by customers
    scarce = [
        row
        for row, limit in enumerate(compiled.limits)
        if limit.scarce and used[row] and prices[row] != 0.0
    ]
    rest = np.array(prices, dtype=np.float64)
    rest[scarce] = 0.0
    rates = [(prices[row] * uses[[row], :]).toarray().reshape(shape) for row in scarce]
    rates.append(np.asarray(rest @ uses).reshape(shape))
    return Paid(_columns([compiled.limits[row].name for row in scarce]), tuple(rates))


def _columns(limits: Sequence[str]) -> tuple[str, ...]:
    """Return names of columns; two limits that would be called the same are numbered."""
    names: list[str] = []
    for limit in limits:
        name = plain = f"paid_{limit.replace(':', '_')}"
        number = 2
        while name in (*names, OTHER):
            name, number = f"{plain}_{number}", number + 1
        names.append(name)
    return (*names, OTHER)


def _paid(rates: Floats, block: Block, option: NDArray[np.int16]) -> Floats:
    amount = np.zeros(len(block))
    weights = len(block.weights)
    units = np.arange(len(block))
    for measure in np.flatnonzero(rates.any(axis=(1, 2))).tolist():
        rate = rates[measure][block.kind, option]
        if measure < weights:
            amount += rate * block.weights[measure]
        else:
            amount += rate * block.each[measure - weights, units, option]
    return amount
