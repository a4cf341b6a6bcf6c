"""Compiled loops over units: what options are worth at prices, which are open, sums of measures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from channelopt.errors import UsageError

try:
    from numba import njit
except ModuleNotFoundError as missing:
    raise UsageError(
        "lists of customers need numba: pip install 'channelopt[customers]'"
    ) from missing

LIMB = 2.0**31
"""A measure is a whole number of quanta below this, and a rest in quanta as much finer."""
CLIP = 2.0**32
"""Weights count up to this where a sample is compared with the whole."""
SLACK = 1e-6
"""A choice counts as open a little beyond the box of prices, so that rounding closes none."""


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function over arrays; without a place to keep it, for this process only."""
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither the package's folder nor the user's can be written
        return njit(nogil=True)(function)


@compiled
def worth(n: int, u: int, weights: Any, each: Any, table: Any, value: Any) -> None:
    """Add to `value` (O,) what every option is worth to unit u of class n.

    `weights` are (K, n), `each` (D, n, O), `table` (N, M, O).
    """
    count = weights.shape[0]
    for k in range(count):
        w = weights[k, u]
        for o in range(value.shape[0]):
            value[o] += w * table[n, k, o]
    for d in range(each.shape[0]):
        for o in range(value.shape[0]):
            value[o] += each[d, u, o] * table[n, count + d, o]


@compiled
def allow(n: int, u: int, base: Any, barred: Any, value: Any) -> None:
    """Put into `value` 0, or -inf where the class or the unit itself is barred."""
    for o in range(value.shape[0]):
        value[o] = base[n, o]
    if barred.shape[0] > 0:
        for o in range(value.shape[0]):
            if barred[u, o]:
                value[o] = -np.inf


@compiled
def two_best(value: Any) -> Any:
    """Return the best and the second-best option, -1 where there is none; the first of equals."""
    first = -1
    second = -1
    top = -np.inf
    next_top = -np.inf
    for o in range(value.shape[0]):
        v = value[o]
        best = v > top
        good = v > next_top
        # selections, not branches: which option is best cannot be foretold
        second = first if best else (o if good else second)
        next_top = top if best else (v if good else next_top)
        first = o if best else first
        top = v if best else top
    return first, second


@compiled
def decide(units: Any, table: Any, base: Any, decided: Any) -> None:
    """Put the best option of every unit, the second-best, and by how much that is worse.

    `units` are kind (n,), weights, each, barred (n, O) or empty; `base` (N, O) is 0 or -inf.
    """
    kind, weights, each, barred = units
    option, other, worse = decided
    value = np.empty(table.shape[2])
    for u in range(option.shape[0]):
        allow(kind[u], u, base, barred, value)
        worth(kind[u], u, weights, each, table, value)
        first, second = two_best(value)
        option[u] = first
        other[u] = second
        worse[u] = value[first] - value[second] if second >= 0 else np.nan


@compiled
def evaluate(units: Any, table: Any, base: Any, values: Any) -> None:
    """Put into `values` (n, O) what every option is worth to every unit."""
    kind, weights, each, barred = units
    for u in range(values.shape[0]):
        allow(kind[u], u, base, barred, values[u])
        worth(kind[u], u, weights, each, table, values[u])


@compiled
def reach(n: int, u: int, weights: Any, each: Any, radius: Any, value: Any) -> None:
    """Put into `value` (O,) how much the worth of every option may change within the box."""
    count = weights.shape[0]
    for o in range(value.shape[0]):
        total = 0.0
        for k in range(count):
            total += abs(weights[k, u]) * radius[n, k, o]
        for d in range(each.shape[0]):
            total += abs(each[d, u, o]) * radius[n, count + d, o]
        value[o] = total


@compiled
def is_open(value: Any, around: Any, first: int, rest: float) -> Any:
    """Say whether another option than the first may be better within what each may change."""
    for o in range(value.shape[0]):
        if o == first or value[o] == -np.inf:
            continue
        if value[first] - value[o] <= (around[first] + around[o]) * (1.0 + SLACK) + rest:
            return True
    return False


@compiled
def surely(n: int, u: int, weights: Any, most: Any) -> Any:
    """Return a bound of what any difference may change, quick to have; `most` is (N, K)."""
    total = 0.0
    for k in range(weights.shape[0]):
        total += abs(weights[k, u]) * most[n, k]
    return total * (1.0 + SLACK)


@compiled
def measure(u: int, o: int, weights: Any, each: Any, scale: Any, quanta: Any) -> None:
    """Put into `quanta` (M,) the measures of unit u with option o."""
    count = weights.shape[0]
    for m in range(count):
        quanta[m] = weights[m, u] * scale[m]
    for d in range(each.shape[0]):
        quanta[count + d] = each[d, u, o] * scale[count + d]


@compiled
def add(quanta: Any, times: int, n: int, o: int, coarse: Any, fine: Any) -> None:
    """Add measures in fixed point, so that no order matters, to two limbs (M, N, O)."""
    for m in range(quanta.shape[0]):
        whole = np.floor(quanta[m])
        coarse[m, n, o] += np.int64(whole) * times
        fine[m, n, o] += np.int64((quanta[m] - whole) * LIMB) * times


@compiled
def look(units: Any, counts: Any, prices: Any, near: Any, sums: Any) -> None:
    """Mark units whose choice is open within the box; add up the measures of the others.

    `prices` are table, base, the box (radius, most, rest) and scale; `sums` the two limbs.
    """
    kind, weights, each, barred = units
    table, base, radius, most, rest, scale = prices
    coarse, fine = sums
    value = np.empty(table.shape[2])
    around = np.empty(table.shape[2])
    quanta = np.empty(table.shape[1])
    for u in range(near.shape[0]):
        n = kind[u]
        allow(n, u, base, barred, value)
        worth(n, u, weights, each, table, value)
        first, second = two_best(value)
        near[u] = False
        if second >= 0:
            gap = value[first] - value[second]
            if most.shape[0] == 0 or gap <= surely(n, u, weights, most) + rest[n]:
                reach(n, u, weights, each, radius, around)
                near[u] = is_open(value, around, first, rest[n])
        if not near[u]:
            measure(u, first, weights, each, scale, quanta)
            add(quanta, counts[u], n, first, coarse, fine)


@compiled
def extent(units: Any, counts: Any, largest: Any, totals: Any) -> None:
    """Count units by class, and put the largest size of every measure into `largest` (N, M).

    `totals` (N, K, 2) get sums of the weights in whole numbers and parts of 2**31, each weight
    clipped to 2**32: to compare a sample with the whole, in whatever order it comes.
    """
    kind, weights, each, _ = units
    count = weights.shape[0]
    for u in range(kind.shape[0]):
        n = kind[u]
        counts[n] += 1
        for k in range(count):
            largest[n, k] = max(largest[n, k], abs(weights[k, u]))
            amount = min(max(weights[k, u], -CLIP), CLIP)
            whole = np.floor(amount)
            totals[n, k, 0] += np.int64(whole)
            totals[n, k, 1] += np.int64((amount - whole) * LIMB)
        for d in range(each.shape[0]):
            for o in range(each.shape[2]):
                largest[n, count + d] = max(largest[n, count + d], abs(each[d, u, o]))


@compiled
def mix(hashed: Any, word: Any) -> Any:
    """Stir a word into a hash (the finaliser of splitmix64)."""
    x = (hashed ^ word) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@compiled
def stir(units: Any, keys: Any) -> None:
    """Put two hashes of all that describes a unit into `keys` (n, 2); floats come as their bits."""
    kind, weights, each, barred = units
    for u in range(kind.shape[0]):
        # side by side, so that the processor works on both at once
        one = mix(np.uint64(17), np.uint64(kind[u]))
        two = mix(np.uint64(18), np.uint64(kind[u]))
        for k in range(weights.shape[0]):
            one, two = mix(one, weights[k, u]), mix(two, weights[k, u])
        for d in range(each.shape[0]):
            for o in range(each.shape[2]):
                one, two = mix(one, each[d, u, o]), mix(two, each[d, u, o])
        for o in range(barred.shape[1]):
            if barred.shape[0] and barred[u, o]:
                one, two = mix(one, np.uint64(o + 1)), mix(two, np.uint64(o + 1))
        keys[u, 0], keys[u, 1] = one, two
