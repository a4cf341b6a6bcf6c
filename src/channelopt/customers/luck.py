"""Luck: a seeded 64-bit hash of a customer's id as text, which tells equal customers apart.

The hash is our own so that no version of any library changes who is chosen at a tie: words of eight
bytes (little-endian, the last one padded with zeros) are mixed one after the other with the
finaliser of SplitMix64 (Steele, Lea, Flood 2014), begun with the seed and the length.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

LONGEST = 4_000
"""Bytes of an id that are hashed; no id that is read is longer."""
_GOLDEN = 0x9E3779B97F4A7C15
_WHOLE = 0xFFFFFFFFFFFFFFFF


def mixed(words: Words) -> Words:
    """Return each word mixed so that every bit of it moves half of all bits."""
    words = words ^ (words >> np.uint64(30))
    words *= np.uint64(0xBF58476D1CE4E5B9)
    words ^= words >> np.uint64(27)
    words *= np.uint64(0x94D049BB133111EB)
    words ^= words >> np.uint64(31)
    return words


def luck_of(ids: Any, seed: int) -> Words:
    """Return the hash of each id.

    Args:
        ids: (n,) pyarrow array of text or whole numbers; 7 and "7" are equal.
        seed: another seed is other luck.

    Returns:
        (n,) hashes; 0 where there is no id.
    """
    content, start, length = _bytes_of(ids)
    begin = mixed(np.array([(seed + _GOLDEN) & _WHOLE], dtype=np.uint64))
    found = mixed(begin ^ (length.astype(np.uint64) * np.uint64(_GOLDEN)))
    words = np.ndarray(
        shape=(len(content) - 7,), dtype="<u8", buffer=content, strides=(1,)
    )  # at every byte
    longest = int(length.max(initial=0))
    for at in range(0, longest, 8):
        left = length - at
        if int(left.min()) > 0:
            found = mixed(found ^ _word(words, start + at, left))
        else:
            some = np.flatnonzero(left > 0)
            found[some] = mixed(found[some] ^ _word(words, start[some] + at, left[some]))
    found = mixed(found)
    if ids.null_count:
        found[np.asarray(ids.is_null())] = 0
    return found


def _word(words: Words, at: NDArray[np.int64], left: NDArray[np.int64]) -> Words:
    """Return the word at each place, without the bytes that are not part of it."""
    taken: Words = words[at].astype(np.uint64)
    beyond = (8 - np.minimum(left, 8)) * 8
    keep = np.uint64(_WHOLE) >> beyond.astype(np.uint64)
    return taken & keep


def _bytes_of(
    ids: Any,
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """Return all bytes, eight zeros after them, and where each id begins and how long it is."""
    import pyarrow as pa

    texts = ids if pa.types.is_large_string(ids.type) else ids.cast(pa.large_string())
    _, offsets, data = texts.buffers()
    count = len(texts)
    if count == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return np.zeros(8, dtype=np.uint8), nothing, nothing
    bounds = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + count + 1]
    first, last = int(bounds[0]), int(bounds[-1])
    content = np.zeros(last - first + 8, dtype=np.uint8)
    if last > first:
        content[: last - first] = np.frombuffer(data, dtype=np.uint8)[first:last]
    length = np.minimum(np.diff(bounds), LONGEST)
    return content, bounds[:-1] - first, length
