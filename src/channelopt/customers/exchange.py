"""Equal hashes in many partitions on many machines, found by exchanging ranges of hashes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.workers import Workers

Hashes = NDArray[np.uint64]

IN_A_RANGE = 50_000_000
"""Hashes that one worker compares at a time: 8 bytes each, three times over while it sorts them."""


def repeated(hashes: Sequence[Any], total: int, workers: Workers) -> Hashes:
    """Return the hashes that occur more than once, rising.

    Every partition is cut into ranges of hashes, and every range is compared by one worker: about 8
    bytes per customer travel between workers, and only what is repeated comes back.

    Args:
        hashes: what stands for the hashes of each partition, begun on the workers.
        total: how many there are in all.
        workers: of the cluster.
    """
    ranges = max(1, -(-total // IN_A_RANGE))
    cut = [workers.begin(_cut, future, ranges) for future in hashes]
    compared = (_compared(cut, number, workers) for number in range(ranges))
    found = list(workers.in_order(compared)) if cut else []
    return np.concatenate(found) if found else np.zeros(0, dtype=np.uint64)


def _compared(cut: Sequence[Any], number: int, workers: Workers) -> Any:
    pieces = [workers.begin(_piece, future, number) for future in cut]
    return workers.begin(_repeated, *pieces)


def _cut(hashes: Hashes, ranges: int) -> list[Hashes]:
    """Return the hashes in as many ranges of equal width."""
    ordered = np.sort(hashes)
    return np.split(ordered, np.searchsorted(ordered, list(_bounds(ranges))))


def _bounds(ranges: int) -> Iterator[np.uint64]:
    """Yield where the second range and those after it begin."""
    return (np.uint64((number << 64) // ranges) for number in range(1, ranges))


def _piece(cut: list[Hashes], number: int) -> Hashes:
    return cut[number].copy()


def _repeated(*pieces: Hashes) -> Hashes:
    ordered = np.sort(np.concatenate(pieces))
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
