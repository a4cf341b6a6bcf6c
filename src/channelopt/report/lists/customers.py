"""What the rows of all customers say together: how sure decisions are, what is paid for limits.

The rows are read in stretches and never kept, and no customer's id is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.sources.base import need_arrow
from channelopt.errors import InputError, Place, Problem
from channelopt.lists.folder import assignment_files
from channelopt.lists.sums import as_float, exact_sums
from channelopt.report.lists.stretches import Floats, Stretch, stretches

EDGES = (-1e-6, 0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6)
"""Currency: between these lie the bands of how much worse the runner-up is; the first is nothing,
but for rounding."""
BANDS = len(EDGES) + 1
"""The first lies below 0, the last reaches on for ever."""
OTHERS = "paid_other"
K = TypeVar("K")
Counts = NDArray[np.int64]


@dataclass
class Told:
    """Sums over customers.

    Attributes:
        customers: how many there are.
        bands: by decision and segment, (BANDS,) customers by how much worse their runner-up is.
        settled: by decision and segment, customers without a runner-up.
        anyhow: (BANDS,) customers by the least of their decisions; those without any runner-up
            are in none.
        limits: names of the scarce limits that are paid for, in the order of the columns.
        paid: by limit (`paid_other` for all others) and segment, currency.
        payers: by limit and segment, customers who pay or are paid.
        value: by segment, currency.
    """

    customers: int = 0
    bands: dict[tuple[str, str], Counts] = field(default_factory=dict)
    settled: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    anyhow: Counts = field(default_factory=lambda: np.zeros(BANDS, dtype=np.int64))
    limits: tuple[str, ...] = ()
    paid: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    payers: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    value: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def sure(self, decision: str = "") -> Counts:
        """Return (BANDS,) customers by band; of one decision, or by their least sure one."""
        if not decision:
            return self.anyhow
        found = [bands for (one, _), bands in self.bands.items() if one == decision]
        nothing: Counts = np.zeros(BANDS, dtype=np.int64)
        return reduce(add, found, nothing)

    def amount(self, limit: str, segment: str = "") -> float:
        """Return what is paid for a limit, by one segment or by all."""
        return as_float(_sum(self.paid, limit, segment))

    def paying(self, limit: str, segment: str = "") -> int:
        """Return how many customers pay for a limit."""
        return _sum(self.payers, limit, segment)

    def worth(self, segment: str) -> float:
        """Return the value of a segment's decisions."""
        return as_float(self.value.get(segment, 0))

    @property
    def segments(self) -> tuple[str, ...]:
        """Return the segments that have customers."""
        return tuple(sorted(self.value))


def _sum(amounts: Mapping[tuple[str, str], int], limit: str, segment: str) -> int:
    if segment:
        return amounts.get((limit, segment), 0)
    return sum(amount for (one, _), amount in amounts.items() if one == limit)


def told(folder: Path, decisions: tuple[str, ...], priced: Sequence[str]) -> Told:
    """Go through the customers of a list.

    Args:
        folder: of the list.
        decisions: how many rows each customer has, one for each of these.
        priced: names of the limits that have a price, in their order.

    Raises:
        InputError: there are no rows, or they are damaged.
        UsageError: pyarrow is not installed.
    """
    need_arrow()
    import pyarrow as pa

    found = Told()
    for file in assignment_files(folder):
        try:
            for stretch in stretches(file, decisions):
                _add(found, stretch, priced)
        except (OSError, pa.ArrowException, KeyError, ValueError) as error:
            message = f"damaged: {' '.join(str(error).split())[:200]}"
            raise InputError([Problem("E908", message, Place(str(file)))]) from error
    return found


def _add(found: Told, stretch: Stretch, priced: Sequence[str]) -> None:
    segment, names = stretch.segments()
    worse = stretch.figures("worse_by")
    found.customers += len(segment)
    for place, decision in enumerate(stretch.decisions):
        _add_bands(found, decision, names, (segment, worse[:, place]))
    least = np.fmin.reduce(worse, axis=1)
    found.anyhow = found.anyhow + np.bincount(_bands(least[~np.isnan(least)]), minlength=BANDS)
    _gather(found.value, names, _sums(segment, stretch.figures("value"), len(names)))
    found.limits = tuple(_limits(stretch.paid, priced).values())
    for column, limit in _limits(stretch.paid, priced).items():
        amounts = np.nan_to_num(stretch.figures(column))
        keys = [(limit, name) for name in names]
        _gather(found.paid, keys, _sums(segment, amounts, len(names)))
        payers = np.bincount(segment[(amounts != 0.0).any(axis=1)], minlength=len(names))
        _gather(found.payers, keys, payers.tolist())


def _add_bands(
    found: Told, decision: str, names: Sequence[str], of: tuple[NDArray[np.int64], Floats]
) -> None:
    segment, worse = of
    known = ~np.isnan(worse)
    cells = segment[known] * BANDS + _bands(worse[known])
    counts = np.bincount(cells, minlength=len(names) * BANDS).reshape(-1, BANDS)
    settled = np.bincount(segment[~known], minlength=len(names))
    for place, name in enumerate(names):
        before = found.bands.get((decision, name))
        found.bands[decision, name] = counts[place] + (0 if before is None else before)
    _gather(found.settled, [(decision, name) for name in names], settled.tolist())


def _bands(worse: Floats) -> NDArray[np.int64]:
    return np.searchsorted(EDGES, worse, side="right").astype(np.int64)


def _sums(segment: NDArray[np.int64], amounts: Floats, segments: int) -> list[int]:
    groups = np.repeat(segment, amounts.shape[1])
    found: list[int] = exact_sums(groups, np.ravel(amounts), segments).tolist()
    return found


def _gather(onto: dict[K, int], keys: Sequence[K], amounts: Sequence[int]) -> None:
    for key, amount in zip(keys, amounts, strict=True):
        onto[key] += amount


def _limits(columns: Sequence[str], priced: Sequence[str]) -> dict[str, str]:
    """Return the limit that each column of prices speaks of.

    Columns stand in the order of limits, `:` is written as `_` in them, and where two would be
    called the same, a number follows.
    """
    found, waiting = {}, list(priced)
    for column in columns:
        found[column] = column
        for place, limit in enumerate(waiting):
            plain = f"paid_{limit.replace(':', '_')}"
            numbered = column.removeprefix(f"{plain}_")
            if column != OTHERS and (column == plain or numbered.isdecimal()):
                found[column] = limit
                del waiting[: place + 1]
                break
    return found
