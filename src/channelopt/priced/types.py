"""Types: units that are equal in all but their luck, held once with their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from channelopt.priced.kernels import evaluate, stir
from channelopt.priced.tables import Reduced
from channelopt.priced.units import Block, Flags, Floats

Keys = NDArray[np.uint64]


@dataclass(frozen=True)
class Types:
    """Different kinds of units, in the order of their keys.

    Attributes:
        block: (T,) one unit of each; its luck means nothing.
        counts: (T,) int64 units of each.
        keys: (T, 2) hashes of what describes them.
    """

    block: Block
    counts: NDArray[np.int64]
    keys: Keys

    def __len__(self) -> int:
        """Return the number of types."""
        return len(self.block)

    def take(self, where: NDArray[np.intp]) -> Types:
        """Return the types at positions, in their order."""
        return Types(take(self.block, where), self.counts[where], np.take(self.keys, where, axis=0))

    def values(self, reduced: Reduced) -> Floats:
        """Return (T, O) what every option is worth at prices; -inf where barred."""
        block = self.block
        values = np.empty((len(block), reduced.base.shape[1]))
        evaluate(described(block), reduced.table, reduced.base, values)
        return values


def described(block: Block) -> tuple[NDArray[np.int32], Floats, Floats, Flags]:
    """Return kind, weights, each and barred as the kernels take them."""
    barred = block.barred
    if barred is None:
        barred = np.zeros((0, 0), np.bool_)
    return (
        np.ascontiguousarray(block.kind, np.int32),
        np.ascontiguousarray(block.weights, np.float64),
        np.ascontiguousarray(block.each, np.float64),
        np.ascontiguousarray(barred, np.bool_),
    )


def take(block: Block, where: NDArray[np.intp]) -> Block:
    """Return some units of a block."""
    # np.take copies what lies together at once, several times as fast as an index in brackets
    return Block(
        block.kind[where],
        np.take(block.weights, where, axis=1),
        np.take(block.each, where, axis=1),
        None if block.barred is None else np.take(block.barred, where, axis=0),
        block.luck[where],
    )


def keys_of(block: Block) -> Keys:
    """Return (n, 2) hashes of what describes units, luck left out."""
    kind, weights, each, barred = described(block)
    keys = np.empty((len(block), 2), np.uint64)
    # adding 0.0 makes -0.0 and 0.0 one
    words = ((weights + 0.0).view(np.uint64), (each + 0.0).view(np.uint64))
    stir((kind, *words, barred), keys)
    return keys


def collapse(block: Block) -> Types:
    """Return the different kinds of units of a block."""
    return _collapsed(block, np.ones(len(block), np.int64), keys_of(block))


def _collapsed(block: Block, counts: NDArray[np.int64], keys: Keys) -> Types:
    """Return the different kinds of units of a block, each standing for `counts` of them."""
    order = np.argsort(keys[:, 0])
    if not order.size:
        return Types(take(block, order), counts, keys)
    in_order = np.take(keys, order, axis=0)
    fresh = np.ones(order.size, np.bool_)
    fresh[1:] = in_order[1:, 0] != in_order[:-1, 0]
    if np.any(in_order[1:, 1][~fresh[1:]] != in_order[:-1, 1][~fresh[1:]]):
        raise RuntimeError("two kinds of customers have the same hash of 64 bits")
    starts = np.flatnonzero(fresh)
    total = np.add.reduceat(counts[order], starts)
    return Types(take(block, order[starts]), total, np.take(in_order, starts, axis=0))


def merge(parts: Sequence[Types]) -> Types:
    """Return the types of several blocks together; there is at least one."""
    if len(parts) == 1:
        return parts[0]
    return _collapsed(
        join([part.block for part in parts]),
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.keys for part in parts]),
    )


def join(blocks: Sequence[Block]) -> Block:
    """Return blocks one after the other as one."""
    return Block(
        np.concatenate([block.kind for block in blocks]),
        np.ascontiguousarray(np.concatenate([block.weights for block in blocks], axis=1)),
        np.ascontiguousarray(np.concatenate([block.each for block in blocks], axis=1)),
        _all_barred(blocks),
        np.concatenate([block.luck for block in blocks]),
    )


def _all_barred(blocks: Sequence[Block]) -> Flags | None:
    widths = {block.barred.shape[1] for block in blocks if block.barred is not None}
    if not widths:
        return None
    width = widths.pop()
    none = [np.zeros((len(block), width), np.bool_) for block in blocks]
    return np.concatenate(
        [
            empty if block.barred is None else block.barred
            for block, empty in zip(blocks, none, strict=True)
        ]
    )
