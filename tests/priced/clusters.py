"""Dask clusters on this machine for tests: no dashboard, nothing beyond loopback."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import distributed
import numpy as np

from channelopt.errors import InputError, Place, Problem
from channelopt.priced.units import Block


@contextmanager
def cluster(folder: Path, *, processes: bool, memory: Any = None) -> Iterator[Any]:
    """Two workers with one thread each, and a client.

    Workers in this process count all of its memory as theirs, and pause when it comes near their
    limit: that of the other tests must not stop them.
    """
    memory = memory or ("1GiB" if processes else "64GiB")
    with warnings.catch_warnings():
        # sockets that the library itself leaves to the garbage collector when a worker is killed
        warnings.simplefilter("ignore", ResourceWarning)
        with (
            distributed.LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                processes=processes,
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                host="127.0.0.1" if processes else None,
                protocol=None if processes else "inproc://",
                local_directory=str(folder),
                memory_limit=memory,
            ) as found,
            distributed.Client(found, set_as_default=False) as client,
        ):
            yield client


@dataclass(frozen=True)
class Drawn:
    """A part of two blocks, drawn again whenever it is loaded; notes each time in a folder."""

    seed: int
    size: int
    notes: Path | None = None

    def __call__(self) -> list[Block]:
        if self.notes is not None:
            with (self.notes / str(self.seed)).open("a") as file:
                file.write("loaded\n")
        return [block(np.random.default_rng((self.seed, half)), self.size) for half in (0, 1)]


@dataclass(frozen=True)
class Locked(Drawn):
    """A part whose arrays cannot be changed, as those that Dask reads back from a disk."""

    def __call__(self) -> list[Block]:
        blocks = super().__call__()
        for found in blocks:
            found.luck.flags.writeable = False
        return blocks


@dataclass(frozen=True)
class Broken:
    """A part with a mistake of its user."""

    def __call__(self) -> list[Block]:
        place = Place("customers.parquet", 7, "segment")
        raise InputError([Problem("E900", "unknown segment 'gold'", place)])


def block(draw: np.random.Generator, size: int) -> Block:
    return Block(
        kind=draw.integers(0, 3, size, dtype=np.int32),
        weights=np.vstack([np.ones(size), draw.random(size)]),
        each=draw.random((1, size, 4)),
        barred=draw.random((size, 4)) < 0.1,
        luck=draw.integers(0, 2**63, size).astype(np.uint64),
    )


@dataclass(frozen=True)
class Sum:
    """Work: how often each option is best at some prices, and the sum of the measures."""

    prices: tuple[float, ...]

    def __call__(self, given: Block) -> tuple[list[int], int, bool]:
        worth = np.where(given.barred, -np.inf, given.each[0] - np.asarray(self.prices))
        counts = np.bincount(worth.argmax(axis=1), minlength=4)
        total = int(np.rint(given.weights[1] * 2**40).astype(np.int64).sum())
        return counts.tolist(), total, given.luck.flags.writeable


@dataclass(frozen=True)
class Fatal:
    """Work that ends the process of the worker the first time it meets some block."""

    luck: int
    once: Path

    def __call__(self, given: Block) -> int:
        if int(given.luck[0]) == self.luck and not self.once.exists():
            self.once.touch()
            os._exit(9)
        return int(given.luck[0])


@dataclass(frozen=True)
class Deadly:
    """Work that always ends its process."""

    def __call__(self, given: Block) -> int:
        os._exit(9)
