"""Exact arithmetic for checking: decimals as written, never binary rounding."""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from operator import itemgetter
from typing import Any

Key = tuple[int, ...]
"""Index positions of one cell; the period always comes last."""

Amounts = Mapping[Key, Decimal]
"""Sparse amounts by cell; an absent cell is zero."""

ZERO = Decimal(0)
ONE = Decimal(1)

DIGITS = 50
"""Significant digits kept: products of two written numbers and sums of them are exact."""


def exact_arithmetic() -> AbstractContextManager[decimal.Context]:
    """Return a context in which decimals keep DIGITS significant digits."""
    return decimal.localcontext(decimal.Context(prec=DIGITS, rounding=decimal.ROUND_HALF_EVEN))


class ExactNumbers(dict[float, Decimal]):
    """Looks up the decimal that a float is written as; remembers those it has seen."""

    def __missing__(self, number: float) -> Decimal:
        value = Decimal(repr(float(number)))
        self[number] = value
        return value


def exact(number: float) -> Decimal:
    """Return the shortest decimal that reads back as the float: 0.57 is 0.57."""
    return Decimal(repr(float(number)))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum, zero where there is nothing."""
    return sum(amounts, ZERO)


def sum_by(amounts: Amounts | Iterable[tuple[Key, Decimal]], *axes: int) -> dict[Key, Decimal]:
    """Sum amounts over every key position that is not named.

    Args:
        amounts: amounts by key, or pairs of key and amount.
        axes: positions of the key to keep, in the order of the result's key; -1 is the period.
    """
    pairs = amounts.items() if isinstance(amounts, Mapping) else amounts
    kept = itemgetter(*axes)
    sums: dict[Any, Decimal] = {}
    for key, amount in pairs:
        place = kept(key)
        sums[place] = sums[place] + amount if place in sums else amount
    return sums if len(axes) > 1 else {(place,): amount for place, amount in sums.items()}
