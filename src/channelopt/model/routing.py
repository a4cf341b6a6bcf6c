"""Passing on, in closed form where no channel of the way can close."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from channelopt.algebra.index import Index
from channelopt.terms.decisions import Routes
from channelopt.terms.numbers import Flags, Floats, Numbers


def routes(n: Numbers, pairs: Index) -> Routes:
    """Follow contacts from where they enter.

    Per pair let M[a, c] = (1 - resolution[a]) * unresolved[a, c] over the available channels, and N
    the part of M that is certain: moves to channels that are always open, and repeats in the same
    channel (it is open: it just handled the contact). Then handled = (I - N)^-1 and the
    inflow of a closable channel c is the sum over a' != c of handled[., a'] M[a', c]. The largest
    inflow follows from (I - M)^-1: closing channels never adds contacts.

    Args:
        n: all numbers; the spectral radius of every M is below 1.
        pairs: inbound (segment, interaction, period) with contacts.
    """
    s, i, t = (pairs.code(dim) for dim in ("segment", "interaction", "period"))
    resolution = np.moveaxis(n.resolution, 2, 3)  # S I T C
    varies = [resolution.strides[0] != 0, resolution.strides[1] != 0, True]
    kinds, kind_of = _distinct([np.where(v, k, 0) for v, k in zip(varies, (s, i, t), strict=True)])
    passing = _passing(n, resolution[tuple(kinds)], kinds[2])
    certain = _certain(n, passing, kinds[2])
    identity = np.eye(len(n.channels))
    handled = np.linalg.inv(identity - certain).astype(np.float64)
    uncertain = passing - certain
    inflow = handled @ uncertain
    all_open = np.linalg.inv(identity - passing).astype(np.float64) @ uncertain
    most = _most(n, all_open, kind_of, (s, i, t))
    return Routes(_clean(handled)[kind_of], _clean(inflow)[kind_of], most)


def _distinct(codes: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct columns of the codes and which one each pair has."""
    table = np.stack(codes)
    if table.shape[1] == 0:
        return table, np.zeros(0, dtype=np.int64)
    kinds, kind_of = np.unique(table, axis=1, return_inverse=True)
    return kinds, kind_of.reshape(-1)


def _passing(n: Numbers, resolution: Floats, period: NDArray[np.int64]) -> Floats:
    available = n.available[:, period].T
    moves = (1.0 - resolution)[:, :, None] * n.unresolved[None, :, :]
    passing: Floats = moves * available[:, :, None] * available[:, None, :]
    return passing


def _certain(n: Numbers, passing: Floats, period: NDArray[np.int64]) -> Floats:
    always = (n.available & n.always_open[:, None])[:, period].T
    same: Flags = np.eye(len(n.channels), dtype=bool)
    certain: Floats = np.where(always[:, None, :] | same[None, :, :], passing, 0.0)
    return certain


def _most(
    n: Numbers,
    all_open: Floats,
    kind_of: NDArray[np.int64],
    pair: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
) -> Floats:
    s, i, t = pair
    may_enter = np.moveaxis(n.eligible, 2, 3)[s, i, t] & n.available[:, t].T
    most = np.zeros((len(s), len(n.channels)))
    for entry in range(len(n.channels)):
        np.maximum(most, np.where(may_enter[:, [entry]], all_open[kind_of, entry], 0.0), out=most)
    return _clean(most) * n.contacts[s, i, t][:, None]


def _clean(weights: Floats) -> Floats:
    """Drop the dust of the inversion; no true path is that thin."""
    return np.where(np.abs(weights) < 1e-15, 0.0, weights)
