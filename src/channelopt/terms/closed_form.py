"""Passing on, in closed form where no decision lies on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from channelopt.algebra.index import Index
from channelopt.terms.lanes import Lanes
from channelopt.terms.numbers import Flags, Floats, Numbers


@dataclass(frozen=True)
class Routes:
    """How inbound contacts move on, per inbound pair p = (s, i, t) with contacts.

    `handled[p, a, l]` contacts that lane l handles for each contact that enters lane a, by first
    contact or as accepted from another channel; only moves to channels that cannot close and have
    one variant, and repeats, are followed. `inflow[p, a, c]` what these pass on to an undecided
    channel c; `most[p, c]` the largest inflow that c can meet, all channels open.
    """

    handled: Floats  # (P, L, L)
    inflow: Floats  # (P, L, C)
    most: Floats  # (P, C)


def undecided(n: Numbers, lanes: Lanes) -> Flags:
    """Return (C, T): available channels that can close or run in several variants."""
    open_to: Flags = n.available & (~n.always_open[:, None] | lanes.shared)
    return open_to


def routes(n: Numbers, lanes: Lanes, pairs: Index, gone: int | None = None) -> Routes:
    """Follow contacts from where they enter.

    Per pair let M[a, c] = (1 - resolution[a]) * unresolved[channel of a, c] over the lanes and
    available channels, and N the part of M that is certain: moves to channels that are always open
    in one variant, and repeats (the contact stays in its lane, which just handled it). Then
    handled = (I - N)^-1, and the inflow of an undecided channel c is the sum over the lanes a' of
    other channels of handled[., a'] M[a', c]. The largest inflow follows from (I - M)^-1 on
    channels with their lowest resolution: closing channels never adds contacts.

    Args:
        n: all numbers; the spectral radius of every M is below 1.
        lanes: its channels with their variants.
        pairs: inbound (segment, interaction, period) with contacts.
        gone: a channel that has failed: nothing enters it and nothing is passed on to it.
    """
    present = n.available.copy()
    if gone is not None:
        present[gone] = False
    s, i, t = (pairs.code(dim) for dim in ("segment", "interaction", "period"))
    kinds, kind_of = _distinct(lanes.resolution, (s, i, t))
    resolution = np.moveaxis(lanes.resolution, 2, 3)[tuple(kinds)]  # (kinds, L)
    period = kinds[2]
    passing = _passing(n, lanes, resolution, present[:, period].T)
    open_question = undecided(n, lanes)[:, period].T  # (kinds, C)
    certain = _certain(lanes, passing, open_question)
    handled: Floats = np.linalg.inv(np.eye(certain.shape[1]) - certain).astype(np.float64)
    elsewhere = np.where(_own(lanes)[None], 0.0, passing)
    inflow: Floats = handled @ np.where(open_question[:, None, :], elsewhere, 0.0)
    most = _most(n, lanes, pairs, (present, open_question, kind_of))
    return Routes(_clean(handled)[kind_of], _clean(inflow)[kind_of], most)


def _distinct(
    values: Floats, codes: tuple[NDArray[np.int64], ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct (s, i, t) of values that may be repeated, and each pair's own one."""
    varies = (values.strides[0] != 0, values.strides[1] != 0, True)
    table = np.stack([np.where(v, k, 0) for v, k in zip(varies, codes, strict=True)])
    if table.shape[1] == 0:
        return table, np.zeros(0, dtype=np.int64)
    kinds, kind_of = np.unique(table, axis=1, return_inverse=True)
    return kinds, kind_of.reshape(-1)


def _own(lanes: Lanes) -> Flags:
    """Return (L, C): whether a lane belongs to a channel."""
    own: Flags = lanes.channel[:, None] == np.arange(lanes.position.shape[0])[None, :]
    return own


def _passing(n: Numbers, lanes: Lanes, resolution: Floats, present: Flags) -> Floats:
    """Return (kinds, L, C) what each lane passes on to each channel that is there."""
    moves = (1.0 - resolution)[:, :, None] * n.unresolved[lanes.channel][None]
    passing: Floats = moves * present[:, lanes.channel, None] * present[:, None, :]
    return passing


def _certain(lanes: Lanes, passing: Floats, open_question: Flags) -> Floats:
    """Return (kinds, L, L) the moves that no decision can change."""
    to_lane = passing[:, :, lanes.channel]
    same = np.eye(len(lanes.channel), dtype=bool)
    plain = np.zeros(len(lanes.channel), dtype=bool)
    plain[lanes.position[:, 0]] = True
    other = (lanes.channel[:, None] != lanes.channel[None, :]) & plain[None, :]
    sure = other[None] & ~open_question[:, lanes.channel][:, None, :]
    certain: Floats = np.where(same[None] | sure, to_lane, 0.0)
    return certain


def _most(
    n: Numbers, lanes: Lanes, pairs: Index, given: tuple[Flags, Flags, NDArray[np.int64]]
) -> Floats:
    """Return (P, C) the largest inflow of each undecided channel."""
    present, open_question, kind_of = given
    s, i, t = (pairs.code(dim) for dim in ("segment", "interaction", "period"))
    lowest = lanes.extreme("resolution", largest=False)
    kinds, own_kind = _distinct(lowest, (s, i, t))
    here = present[:, kinds[2]].T
    moves = (1.0 - np.moveaxis(lowest, 2, 3)[tuple(kinds)])[:, :, None] * n.unresolved[None]
    moves = moves * here[:, :, None] * here[:, None, :]
    identity = np.eye(len(n.channels))
    onward = np.linalg.inv(identity - moves) @ np.where(identity[None] > 0, 0.0, moves)
    channels = len(n.channels)
    may_enter = np.moveaxis(n.eligible[:, :, :channels], 2, 3)[s, i, t] & present[:, t].T
    most = np.zeros((len(s), channels))
    for entry in range(channels):
        np.maximum(most, np.where(may_enter[:, [entry]], onward[own_kind, entry], 0.0), out=most)
    most = np.where(open_question[kind_of], most, 0.0)
    return _clean(most) * n.contacts[s, i, t][:, None]


def most_handled(n: Numbers, lanes: Lanes) -> Floats:
    """Return (S, I, C, T) the most contacts that a channel can handle, every channel open."""
    channels = len(n.channels)
    lowest = lanes.extreme("resolution", largest=False)
    enters = n.eligible & n.way_available[None, None] & (n.contacts > 0)[:, :, None, :]
    once = n.contacts[:, :, None, :] * enters[:, :, :channels]
    for b, uses in enumerate(n.uses):
        treated = n.contacts * enters[:, :, channels + b]
        once = np.maximum(once, treated[:, :, None, :] * uses[:, None])
    result = np.array(once)
    pairs = np.argwhere((n.contacts > 0) & n.inbound[None, :, None])
    s, i, t = pairs.T
    kinds, kind_of = _distinct(lowest, (s, i, t))
    here = n.available[:, kinds[2]].T
    moves = (1.0 - np.moveaxis(lowest, 2, 3)[tuple(kinds)])[:, :, None] * n.unresolved[None]
    moves = moves * here[:, :, None] * here[:, None, :]
    visits = np.linalg.inv(np.eye(channels) - moves)[kind_of]
    entering = np.where(np.moveaxis(enters[:, :, :channels], 2, 3)[s, i, t][..., None], visits, 0.0)
    most = entering.max(axis=1, initial=0.0) * n.contacts[s, i, t][:, None]
    result[s, i, :, t] = most
    return result


def _clean(weights: Floats) -> Floats:
    """Drop the dust of the inversion; no true path is that thin."""
    return np.where(np.abs(weights) < 1e-15, 0.0, weights)
