"""Ids that are there more than once: equal hashes first, then the ids themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.luck import Words
from channelopt.customers.people import People

AT_ONCE = 2**20
"""Hashes that are compared at a time."""


@dataclass(frozen=True)
class Again:
    """A row whose id is there already.

    Attributes:
        row: (k,) position in the source of each such row, rising.
        first: (k,) position of the first row with the id.
        ids: (k,) pyarrow array of the ids as text.
    """

    row: NDArray[np.int64]
    first: NDArray[np.int64]
    ids: Any

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.row)


def suspicious(lucks: Sequence[Words]) -> Words:
    """Return the hashes that are there more than once, rising; 0 stands for no id.

    They are compared range by range, so that they are never all copied at once.

    Args:
        lucks: hashes by partition, each rising.
    """
    ranges = max(1, sum(map(len, lucks)) // AT_ONCE)
    bounds = np.array([(number << 64) // ranges for number in range(1, ranges)], dtype=np.uint64)
    cuts = [[0, *np.searchsorted(luck, bounds).tolist(), len(luck)] for luck in lucks]
    found = [np.zeros(0, dtype=np.uint64)]
    for number in range(ranges):
        pieces = [
            luck[cut[number] : cut[number + 1]] for luck, cut in zip(lucks, cuts, strict=True)
        ]
        ordered = np.concatenate([*pieces, np.zeros(0, dtype=np.uint64)])
        ordered.sort()
        found.append(np.unique(ordered[1:][ordered[1:] == ordered[:-1]]))
    together = np.concatenate(found)
    kept: Words = together[together != 0]
    return kept


def among(luck: Words, hashes: Words) -> NDArray[np.int64]:
    """Return the positions of the hashes that are among others, which are sorted."""
    if not len(hashes):
        return np.zeros(0, dtype=np.int64)
    at = np.minimum(np.searchsorted(hashes, luck), len(hashes) - 1)
    return np.flatnonzero(hashes[at] == luck)


def again(rows: Iterable[tuple[NDArray[np.int64], Any]]) -> Again:
    """Return the rows whose ids are there already.

    Args:
        rows: by partition in the order of the source, positions and ids of the rows whose hash is
            there more than once.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = list(rows)
    ids = pa.chunked_array([i.cast(pa.large_string()) for _, i in parts], pa.large_string())
    row = np.concatenate([*(at for at, _ in parts), np.zeros(0, dtype=np.int64)])
    ids = ids.combine_chunks()
    codes = np.asarray(pc.dictionary_encode(ids).indices)
    _, first = np.unique(codes, return_index=True)
    first_of = first[codes] if len(codes) else first
    later = np.flatnonzero(first_of != np.arange(len(row)))
    return Again(row[later], row[first_of[later]], ids.take(pa.array(later)))


def find_again(lucks: Sequence[Words], load: Callable[[int], People]) -> Again:
    """Return the rows of all partitions whose ids are there already.

    Args:
        lucks: by partition, hashes of the ids of all rows, rising.
        load: loads a partition with all its rows.
    """
    import pyarrow as pa

    hashes = suspicious(lucks)
    found = []
    for partition, luck in enumerate(lucks):
        if len(among(hashes, luck)):
            people = load(partition)
            at = among(people.luck, hashes)
            found.append((people.row[at], people.ids.take(pa.array(at))))
    return again(found)
