"""Customers moved: how many enter other channels than before, and from where to where.

Of an inbound pair of segment and interaction, the sum over channels of max(0, share now - share
before) of its contacts are moved. They stand for that share of the segment's customers times the
part that the interaction has in the segment's inbound contacts: a segment whose contacts all move
counts each of its customers once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from channelopt.terms.numbers import Floats, Numbers

DUST = 1e-7
"""Smaller shares of a pair's contacts are not moved."""


def served(n: Numbers) -> NDArray[np.bool_]:
    """Return (S, I, T) where there are inbound contacts."""
    found: NDArray[np.bool_] = (n.contacts > 0) & n.inbound[None, :, None]
    return found


def without_today(n: Numbers) -> tuple[tuple[str, str], ...]:
    """Return the inbound pairs of segment and interaction whose shares of today are not known."""
    known = ~np.isnan(n.baseline_share).all(axis=2)
    missing = np.argwhere(served(n).any(axis=2) & ~known)
    return tuple((n.segments[s], n.interactions[i]) for s, i in missing.tolist())


def shares_of_today(n: Numbers) -> Floats:
    """Return (S, I, W) today's shares, of each known pair adding up to 1 exactly or nearly so.

    A table may be rounded; a limit of nothing moved must still be possible.
    """
    shares = np.nan_to_num(n.baseline_share)
    total = shares.sum(axis=2, keepdims=True)
    adjusted: Floats = np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)
    return adjusted


def weights(n: Numbers) -> Floats:
    """Return (S, I, T) the customers that a pair stands for; a segment's pairs add up to it."""
    contacts = np.where(served(n), n.contacts, 0.0)
    total = contacts.sum(axis=1, keepdims=True)
    part = np.divide(contacts, total, out=np.zeros_like(contacts), where=total > 0)
    found: Floats = part * n.customers[:, None, :]
    return found


def everyone(n: Numbers) -> Floats:
    """Return (T,) all customers, at least something to divide by."""
    total: Floats = np.maximum(n.customers.sum(axis=0), 1e-9)
    return total


def period_before(n: Numbers) -> NDArray[np.int64]:
    """Return (S, I, T) the last earlier period in which a pair has contacts; -1 is today."""
    some = served(n)
    before = np.full(some.shape, -1, dtype=np.int64)
    for t in range(1, some.shape[2]):
        before[..., t] = np.where(some[..., t - 1], t - 1, before[..., t - 1])
    return before


def changes(n: Numbers, first: Floats) -> Floats:
    """Return (S, I, W, T) share now less share before; 0 where a pair has no inbound contacts.

    Args:
        n: the scenario.
        first: (S, I, W, T) first contacts.
    """
    contacts = n.contacts[:, :, None, :]
    some = served(n)[:, :, None, :]
    shares = np.divide(first, contacts, out=np.zeros(first.shape), where=some)
    with_today = np.concatenate([shares_of_today(n)[..., None], shares], axis=3)
    before = np.take_along_axis(with_today, period_before(n)[:, :, None, :] + 1, axis=3)
    found: Floats = np.where(some, shares - before, 0.0)
    return found


def moved(n: Numbers, first: Floats) -> Floats:
    """Return (S, I, T) customers moved from the period before, in the first one from today."""
    found: Floats = weights(n) * np.maximum(changes(n, first), 0.0).sum(axis=2)
    return found


def moved_share(n: Numbers, first: Floats) -> Floats:
    """Return (T,) customers moved as a share of all customers."""
    found: Floats = moved(n, first).sum(axis=(0, 1)) / everyone(n)
    return found


@dataclass(frozen=True)
class Flow:
    """Contacts of a pair that change from one channel to another.

    Attributes:
        pair: positions of segment, interaction and period.
        channels: positions of the channel they leave and of the one they enter.
        share: of the pair's contacts.
    """

    pair: tuple[int, int, int]
    channels: tuple[int, int]
    share: float


def flows(n: Numbers, first: Floats) -> Iterator[Flow]:
    """Yield who moves from where to where, by period, segment and interaction.

    Shares say how much each channel loses and wins, not from whom: the largest loss goes to the
    largest win, and so on, which names the fewest moves.
    """
    change = changes(n, first)
    for t, s, i in np.argwhere(np.moveaxis(served(n), 2, 0)).tolist():
        for channels, share in _matched(change[s, i, :, t]):
            yield Flow((s, i, t), channels, share)


def _matched(change: Floats) -> Iterator[tuple[tuple[int, int], float]]:
    """Yield (from, to) and share, the largest loss with the largest win as long as there is one."""
    left = np.where(np.abs(change) > DUST, change, 0.0)
    while True:
        loser, winner = int(left.argmin()), int(left.argmax())
        share = float(min(-left[loser], left[winner]))
        if share <= DUST:
            return
        yield (loser, winner), share
        left[loser] += share
        left[winner] -= share
