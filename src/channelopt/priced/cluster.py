"""Units on the workers of a Dask cluster: work goes out to them, little comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np

from channelopt.priced.local import Part
from channelopt.priced.units import Block
from channelopt.workers import Workers, opened

T = TypeVar("T")

SHARE_KEPT = 0.5
"""Of the workers' memory that may be in use with kept blocks; Dask moves data to disks at 0.6."""


class Cluster:
    """A source of units that stay where they are loaded.

    Every pass hands the work out once to each worker, every part is loaded there and worked on, and
    what comes back is yielded in the order of the parts. Parts that fit into the workers' memory
    stay there between passes. What a lost worker held or did is made again by another one.

    Args:
        parts: can be pickled, each loads its blocks; together all units, in their order.
        units: number of units in all parts.
        workers: of the cluster.
        keep: whether to keep blocks in the workers' memory, as many as fit.
    """

    def __init__(
        self, parts: Sequence[Part], units: int, workers: Workers, *, keep: bool = True
    ) -> None:
        self._parts = tuple(parts)
        self._units = units
        self._workers = workers
        self._shared = workers.share(self._parts)
        self._kept: list[Any] = []
        self._room = keep and bool(self._parts)

    @property
    def units(self) -> int:
        """Number of units in all blocks."""
        return self._units

    @property
    def kept(self) -> int:
        """Parts whose blocks stay in the workers' memory."""
        return len(self._kept)

    def map(self, work: Callable[[Block], T]) -> Iterator[T]:
        """Apply work to every block on the workers and yield the results in order.

        Raises:
            ChannelOptError: of a part or the work, as it was raised on the worker.
            NoPlanError: the cluster is gone, or has too little memory for a part.
        """
        self._keep()
        shared = self._workers.share(work)
        begun = (self._begin(number, shared) for number in range(len(self._parts)))
        for results in self._workers.in_order(begun):
            yield from results

    def close(self) -> None:
        """Let the workers forget what they keep."""
        for future in (self._shared, *self._kept):
            future.release()
        self._kept.clear()

    def _begin(self, number: int, shared: Any) -> Any:
        if number < len(self._kept):
            return self._workers.begin(_work_on, self._kept[number], shared)
        return self._workers.begin(_load_and_work, self._shared, number, shared, turn=number)

    def _keep(self) -> None:
        """Load as many parts as fit, once; the first one shows how much they take."""
        if not self._room:
            return
        self._room = False
        first = self._load(0)
        bytes_each = max(1, self._workers.result(self._workers.begin(_size, first)))
        fitting = self._workers.room(SHARE_KEPT) // bytes_each
        if fitting > 0:
            more = range(1, min(fitting, len(self._parts)))
            self._kept = [first, *(self._load(number) for number in more)]

    def _load(self, number: int) -> Any:
        return self._workers.begin(_load, self._shared, number, turn=number)


class Kept:
    """Blocks in the memory of a worker; Dask asks how much they take."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = tuple(blocks)

    def __sizeof__(self) -> int:
        return sum(value.nbytes for block in self.blocks for _, value in _named(block))


def _load(parts: bytes, number: int) -> Kept:
    return Kept(opened(parts)[number]())


def _size(kept: Kept) -> int:
    return kept.__sizeof__()


def _work_on(kept: Kept, work: bytes) -> list[Any]:
    do = opened(work)
    return [do(_changeable(block)) for block in kept.blocks]


def _load_and_work(parts: bytes, number: int, work: bytes) -> list[Any]:
    do = opened(work)
    return [do(block) for block in opened(parts)[number]()]


def _named(block: Block) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    for field in fields(block):
        value = getattr(block, field.name)
        if isinstance(value, np.ndarray):
            yield field.name, value


def _changeable(block: Block) -> Block:
    """Return the block with arrays as they were loaded: what was on disk or travelled is locked.

    To compiled kernels a locked array is another type, which they were not compiled for.
    """
    locked = {
        name: np.require(value, requirements="W")
        for name, value in _named(block)
        if not value.flags.writeable
    }
    return replace(block, **locked) if locked else block
