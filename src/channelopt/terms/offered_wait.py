"""Integrals over the offered wait of the Erlang A queue, stable for any patience and load.

The offered wait is how long a contact would wait that never hangs up. With n agents, load A and
impatience r (handle time over patience; time in handle times), its density is proportional to
exp(phi(x)), phi(x) = A (1 - exp(-r x)) / r - n x (Mandelbaum and Zeltyn 2007). phi is concave, with
its peak at max(0, ln(A / n) / r), and the same function again when seen from any later time t, with
A exp(-r t) in the place of A. The textbook series for the integral, an incomplete gamma function,
needs as many terms as the queue has states; here it is a Gauss-Legendre sum over the window around
the peak in which exp(phi) is not negligible.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from channelopt.terms.numbers import Floats

Counts = NDArray[np.int64]

_NODES = 48
_LEAST = 1e-200  # erlangs: nothing, but can be divided by
_DROP = 42.0  # exp(-42) = 6e-19 of the peak: where the window ends


def shifted(agents: Counts, load: Floats, rate: float, time: float) -> tuple[Floats, Floats]:
    """Return phi(time) and the load in whose place phi stands after `time`, both (n,)."""
    phi = (load - agents) * time - load / rate * _beyond_linear(np.full(load.shape, rate * time))
    return phi, np.maximum(load * np.exp(-rate * time), _LEAST)


def moments(agents: Counts, load: Floats, rate: float, stop: float) -> tuple[Floats, Floats]:
    """Return top and the integrals of q(x)^m exp(phi(x) - top) over [0, stop], m = 0, 1, 2.

    q(x) = 1 - exp(-rate x) is the share that has hung up by then.

    Args:
        agents: n >= 1, shape (n,).
        load: A >= 0, shape (n,).
        rate: impatience > 0.
        stop: >= 0, may be infinite.

    Returns:
        top (n,), the largest phi in [0, stop], and the integrals (3, n).
    """
    overload = np.log(np.maximum(load / agents, 1.0)) / rate
    peak = np.minimum(overload, stop)
    top = (load - agents) * peak - load / rate * _beyond_linear(rate * peak)
    # What is left of the load at the peak: the number of agents, unless the peak is at an end.
    left = np.where((overload > 0) & (overload <= stop), agents, load * np.exp(-rate * peak))
    before = np.minimum(peak, _window_before(agents, left, rate))
    after = np.minimum(stop - peak, _window_after(agents, left, rate))
    knee = np.minimum(after, _DROP / rate)  # beyond it phi is a straight line
    nothing = np.zeros(load.shape)
    total = np.zeros((3, *load.shape))
    for sign, start, end in ((-1.0, nothing, before), (1.0, nothing, knee), (1.0, knee, after)):
        if np.any(end > start):
            total += _panel((agents, left, peak), sign * rate, start, end)
    return top, total


def _panel(
    at_peak: tuple[Counts, Floats, Floats], rate: float, start: Floats, end: Floats
) -> Floats:
    """Integrals (3, n) over the distances [start, end] from the peak; before it if rate < 0."""
    agents, left, peak = at_peak
    nodes, weights = _gauss()
    distance = start + nodes[:, None] * (end - start)
    sign = 1.0 if rate > 0 else -1.0
    drop = sign * (agents - left) * distance + left / abs(rate) * _beyond_linear(rate * distance)
    mass = weights[:, None] * (end - start) * np.exp(-drop)
    gone = -np.expm1(-abs(rate) * (peak + sign * distance))
    first = gone * mass
    return np.stack([mass.sum(axis=0), first.sum(axis=0), (gone * first).sum(axis=0)])


def _window_before(agents: Counts, left: Floats, rate: float) -> Floats:
    """Distance before the peak at which phi is surely lower by _DROP.

    There it falls by (A - n) y + (A / r)(exp(r y) - 1 - r y), at least by its quadratic part, and
    exp(s) - 1 - s >= exp(s) / 4 for s >= 1.2.
    """
    slope = np.maximum(left - agents, 0.0)
    quadratic = 2.0 * _DROP / (slope + np.sqrt(slope * slope + 2.0 * left * rate * _DROP))
    exponential = np.maximum(1.2, np.log(4.0 * _DROP * rate / left)) / rate
    return np.minimum(quadratic, exponential)


def _window_after(agents: Counts, left: Floats, rate: float) -> Floats:
    """Distance after the peak at which phi is surely lower by _DROP.

    There it falls by (n - A) y + (A / r)(r y - 1 + exp(-r y)), and s - 1 + exp(-s) >= s^2/(s + 2).
    """
    slope = 2.0 * np.maximum(agents - left, 0.0) - _DROP * rate
    root = np.sqrt(slope * slope + 8.0 * agents * rate * _DROP)
    return np.where(
        slope > 0, 4.0 * _DROP / (np.abs(slope) + root), (root - slope) / (2.0 * agents * rate)
    )


def _beyond_linear(s: Floats) -> Floats:
    """Return s - 1 + exp(-s) without cancellation, by its series near 0; s of either sign."""
    series = np.ones(s.shape)
    small = np.clip(s, -0.06, 0.06)
    for k in range(10, 2, -1):
        series = 1.0 - small / k * series
    direct: Floats = s + np.expm1(-s)
    return np.where(np.abs(s) < 0.06, 0.5 * s * s * series, direct)


@lru_cache(maxsize=1)
def _gauss() -> tuple[Floats, Floats]:
    """Nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return (nodes + 1.0) / 2.0, weights / 2.0
