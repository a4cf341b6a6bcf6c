"""Lanes: a channel with the exact set of upgrades it may run with in a period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from channelopt.terms.numbers import Flags, Floats, Numbers, Quantity
from channelopt.terms.upgraded import OF_CELLS, OF_CHANNELS, compact, effective

PLAIN = ""
"""Label of the variant without upgrades."""


@dataclass(frozen=True)
class Lanes:
    """Every channel (C) in each of its variants (V): lanes (L), sorted by channel and variant.

    A variant is a set of upgrades that have an effect; the same set has one label in all channels.
    """

    variants: tuple[str, ...]  # (V,) sorted labels, "" first
    channel: NDArray[np.int64]  # (L,)
    variant: NDArray[np.int64]  # (L,)
    owns: Flags  # (L, K) the upgrades with effects that the lane runs with
    exists: Flags  # (L, T) the channel is available and the upgrades can be owned
    position: NDArray[np.int64]  # (C, V) the lane, -1 where there is none
    satisfaction: Floats  # (S, I, L, T)
    unit_cost: Floats  # (S, I, L, T)
    handle_minutes: Floats  # (S, I, L, T)
    resolution: Floats  # (S, I, L, T)
    capacity: Floats  # (L, T)
    concurrency: Floats  # (L, T)

    @property
    def shared(self) -> Flags:
        """(C, T) where a channel may run in more than one variant."""
        count = np.zeros((self.position.shape[0], self.exists.shape[1]), dtype=np.int64)
        np.add.at(count, self.channel, self.exists.astype(np.int64))
        return count > 1

    def extreme(self, quantity: Quantity, *, largest: bool) -> Floats:
        """Return the least or largest value over the lanes of each channel: (S, I, C, T).

        Channels that no lane of a period offers keep the value of the plain lane.
        """
        values: Floats = getattr(self, quantity)
        channels = self.position.shape[0]
        if len(self.channel) == channels:
            return values
        worst = -np.inf if largest else np.inf
        open_to = np.where(self.exists, values, worst)
        result = np.array(values[..., self.position[:, 0], :])
        for c in range(channels):
            lanes = self.channel == c
            best = open_to[..., lanes, :].max(-2) if largest else open_to[..., lanes, :].min(-2)
            some = self.exists[lanes].any(axis=0)
            result[..., c, :] = np.where(some, best, result[..., c, :])
        return result


def lanes(n: Numbers) -> Lanes:
    """Return the lanes of a scenario; without upgrades they are the channels."""
    every = [(c, chosen) for c in range(len(n.channels)) for chosen in _sets(n, c)]
    label = ["+".join(n.upgrades.ids[k] for k in chosen) for _, chosen in every]
    variants = tuple(sorted(set(label) | {PLAIN}))
    code = {text: at for at, text in enumerate(variants)}
    order = sorted(range(len(every)), key=lambda k: (every[k][0], code[label[k]]))
    channel = np.array([every[k][0] for k in order], dtype=np.int64)
    variant = np.array([code[label[k]] for k in order], dtype=np.int64)
    owns = np.zeros((len(order), len(n.upgrades.ids)), dtype=bool)
    for at, k in enumerate(order):
        owns[at, list(every[k][1])] = True
    position = np.full((len(n.channels), len(variants)), -1, dtype=np.int64)
    position[channel, variant] = np.arange(len(order))
    possible = (owns[:, :, None] <= n.upgrades.available[None]).all(axis=1) if owns.any() else True
    return Lanes(
        variants=variants,
        channel=channel,
        variant=variant,
        owns=owns,
        exists=n.available[channel] & possible,
        position=position,
        **_quantities(n, channel, owns),
    )


def _sets(n: Numbers, channel: int) -> Iterator[tuple[int, ...]]:
    """Yield the sets of a channel's upgrades that can be owned together, none first."""
    effective_ones = {effect.upgrade for effect in n.upgrades.effects}
    own = [k for k in sorted(effective_ones) if n.upgrades.channel[k] == channel]
    for size in range(len(own) + 1):
        for chosen in combinations(own, size):
            needed = np.asarray(n.upgrades.requires[list(chosen)].any(axis=0))
            if all(k in chosen or k not in own for k in np.flatnonzero(needed).tolist()):
                yield chosen


def _quantities(n: Numbers, channel: NDArray[np.int64], owns: Flags) -> dict[str, Floats]:
    if not owns.any():
        return {name: getattr(n, name) for name in (*OF_CELLS, *OF_CHANNELS)}
    chosen = [np.flatnonzero(row).tolist() for row in owns]
    result: dict[str, Floats] = {}
    for name in (*OF_CELLS, *OF_CHANNELS):
        parts = [effective(n, int(c), own, name) for c, own in zip(channel, chosen, strict=True)]
        small = np.stack(np.broadcast_arrays(*(compact(part) for part in parts)), axis=-2)
        whole = (*parts[0].shape[:-1], len(chosen), parts[0].shape[-1])
        result[name] = np.broadcast_to(small, whole)
    return result
