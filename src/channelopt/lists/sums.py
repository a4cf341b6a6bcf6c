"""Exact sums of floats by group: the same whatever the order, the partitions and the machines."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.priced.units import Floats

Exact = NDArray[Any]
"""Python integers, multiples of 2**-1126: no float is finer, so sums lose nothing."""

_FINEST = 1126
_AT_ONCE = 1 << 22
"""So many numbers are added at once: few enough that sums of their halves are exact floats."""


def exact_sums(groups: NDArray[np.int64], values: Floats, count: int) -> Exact:
    """Add up numbers by group without rounding.

    Every number is split into two whole numbers of at most 27 bits times a power of two. Sums of
    those with an equal power are exact in floats; the powers are put together in whole numbers.

    Args:
        groups: (n,) from 0 to count - 1.
        values: (n,) finite numbers.
        count: of groups.

    Returns:
        (count,) exact sums; they may be added up again.
    """
    sums = np.zeros(count, dtype=object)
    for start in range(0, len(values), _AT_ONCE):
        stretch = slice(start, start + _AT_ONCE)
        _add(sums, groups[stretch], values[stretch])
    return sums


def _add(sums: Exact, groups: NDArray[np.int64], values: Floats) -> None:
    part, power = np.frexp(values)
    lowest = int(power.min())
    powers = int(power.max()) - lowest + 1
    part *= 2.0**27
    high = np.trunc(part)
    part -= high
    part *= 2.0**26
    place = groups * powers + (power - lowest)
    size = len(sums) * powers
    highs = np.bincount(place, high, size)
    lows = np.bincount(place, part, size)
    for at in np.flatnonzero((highs != 0) | (lows != 0)).tolist():
        group, step = divmod(at, powers)
        whole = (int(highs[at]) << 26) + int(lows[at])
        sums[group] += whole << (lowest + step - 53 + _FINEST)


def as_float(exact: int) -> float:
    """Return the float nearest to an exact sum."""
    return float(Fraction(exact, 1 << _FINEST))


def as_floats(exact: Exact) -> Floats:
    """Return the floats nearest to exact sums, of any shape."""
    flat = [as_float(one) for one in exact.ravel().tolist()]
    return np.array(flat, dtype=np.float64).reshape(exact.shape)
