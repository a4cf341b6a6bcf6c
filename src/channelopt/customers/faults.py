"""Faults: cells of a customer file that cannot be used, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.errors import nearest

SHOWN = 20
"""Bad cells that are quoted."""
_LONG = 60


@dataclass(frozen=True)
class Fault:
    """One kind of fault in one column.

    Attributes:
        kind: what it is called where faults are counted.
        column: name in the file, empty where it is the whole row.
        at: (k,) positions of the rows, rising.
        found: (k,) what stands there, as text; None where nothing does.
        expected: what was expected, a sentence's end.
        known: names that may be meant.
    """

    kind: str
    column: str
    at: NDArray[np.int64]
    found: Sequence[Any]
    expected: str
    known: tuple[str, ...] = ()

    def moved(self, by: int) -> Fault:
        """Return it with other positions."""
        return Fault(self.kind, self.column, self.at + by, self.found, self.expected, self.known)


@dataclass(frozen=True)
class BadCell:
    """A cell that cannot be used.

    Attributes:
        row: of the file, from 1 as a person counts customers (a header is none).
        customer: id as text, empty where there is none.
        kind: what it is called where faults are counted.
        column: name in the file, empty where it is the whole row.
        found: what stands there.
        expected: what was expected.
        hint: the nearest name, or empty.
    """

    row: int
    customer: str
    kind: str
    column: str
    found: str
    expected: str
    hint: str

    def __str__(self) -> str:
        column = f"{self.column}: " if self.column else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{column}{self.expected}, found {self.found}{hint}"


def cells(fault: Fault, row: NDArray[np.int64], ids: Any, most: int | None) -> Iterator[BadCell]:
    """Yield the bad cells of a fault.

    Args:
        fault: the fault.
        row: (n,) position in the source of each row of the partition, from 0.
        ids: (n,) pyarrow array of their ids.
        most: how many are wanted; None for all.
    """
    for at, value in zip(fault.at[:most].tolist(), fault.found[:most], strict=True):
        text = shown(value)
        hint = _nearest(str(value), fault.known) if fault.known and value is not None else ""
        customer = ids[at].as_py()
        yield BadCell(
            row=int(row[at]) + 1,
            customer="" if customer is None else str(customer),
            kind=fault.kind,
            column=fault.column,
            found=text,
            expected=fault.expected,
            hint=hint,
        )


def shown(value: Any) -> str:
    """Describe a value that was found."""
    if value is None:
        return "nothing"
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value)[:400])
    return f"'{text if len(text) <= _LONG else text[:_LONG] + '...'}'"


@lru_cache(maxsize=1000)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    return nearest(name[:100], known)
