"""Units that are loaded part by part on this machine, by as many threads as wanted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from channelopt.priced.units import Block, T

Part = Callable[[], Sequence[Block]]
"""Loads the blocks of one part; the same ones every time."""


class Local:
    """A source over parts that are loaded when needed.

    At most `threads` parts are in memory at a time, beside those that are kept: the first ones to
    be loaded, up to `keep` bytes, so that later passes need not load them again.
    """

    def __init__(self, parts: Sequence[Part], units: int, threads: int, keep: int = 0) -> None:
        self._parts = tuple(parts)
        self._units = units
        self._threads = max(1, threads)
        self._kept: dict[int, Sequence[Block]] = {}
        self._room = keep
        self._lock = Lock()

    @property
    def units(self) -> int:
        """Number of units in all parts."""
        return self._units

    def map(self, work: Callable[[Block], T]) -> Iterator[T]:
        """Apply `work` to every block and yield what comes back in their order."""
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="units")
        waiting: deque[Future[list[T]]] = deque()
        try:
            for number in range(len(self._parts)):
                waiting.append(pool.submit(self._apply, number, work))
                if len(waiting) > self._threads:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _apply(self, number: int, work: Callable[[Block], T]) -> list[T]:
        return [work(block) for block in self._load(number)]

    def _load(self, number: int) -> Sequence[Block]:
        kept = self._kept.get(number)
        if kept is not None:
            return kept
        blocks = self._parts[number]()
        size = sum(map(_bytes, blocks))
        with self._lock:
            if size <= self._room:
                self._room -= size
                self._kept[number] = blocks
        return blocks


def _bytes(block: Block) -> int:
    arrays = (block.kind, block.weights, block.each, block.barred, block.luck)
    return sum(array.nbytes for array in arrays if array is not None)
