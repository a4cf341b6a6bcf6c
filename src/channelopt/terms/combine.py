"""Products and sums as the decimal text says them, so that 0.1 + 0.2 is 0.3."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import numpy as np

from channelopt.terms.numbers import Floats

_WHOLE = 2.0**53


def combine(kind: Literal["times", "add"], left: Floats, right: Floats) -> Floats:
    """Multiply or add two arrays in exact decimal arithmetic, rounded once to a float.

    Args:
        kind: the operation.
        left: numbers; nan stays nan.
        right: numbers that broadcast against `left`.

    Returns:
        The result on the broadcast shape.
    """
    result: Floats = np.asarray(left * right if kind == "times" else left + right)
    a, b = np.broadcast_arrays(left, right)
    whole = (a == np.rint(a)) & (b == np.rint(b)) & (np.abs(result) < _WHOLE)
    rough = ~whole & np.isfinite(result)
    pairs = np.stack([a[rough], b[rough]], axis=-1)
    unique, back = np.unique(pairs, axis=0, return_inverse=True)
    exact = [
        float(Decimal(x) * Decimal(y) if kind == "times" else Decimal(x) + Decimal(y))
        for x, y in ((repr(p), repr(q)) for p, q in unique.tolist())
    ]
    result[rough] = np.array(exact, dtype=np.float64)[back.reshape(-1)]
    return result
