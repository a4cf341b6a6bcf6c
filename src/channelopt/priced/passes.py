"""Passes over units: one to know them, others to see whose choice is open within prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from channelopt.priced import kernels
from channelopt.priced.kernels import LIMB
from channelopt.priced.tables import Box, Extent, Reduced
from channelopt.priced.types import Types, collapse, described, merge, take
from channelopt.priced.units import Block, Floats, Source, Task

ALL = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class Seen:
    """What a pass saw.

    Attributes:
        sums: (M, N, O) measures of the units whose choice is certain, with the option they take.
        near: the others.
        scale: (N,) how many units of the whole each one stands for, by class.
    """

    sums: Floats
    near: Types
    scale: Floats


class Population(Protocol):
    """Units to be gone through."""

    @property
    def extent(self) -> Extent:
        """What is known of them."""

    def look(self, reduced: Reduced, box: Box, most: int) -> Seen | None:
        """See whose choice is open; None where these are more than `most` types."""


@dataclass(frozen=True)
class InMemory:
    """A population of types, each unit standing for `scale` (N,) units of the whole."""

    types: Types
    extent: Extent
    scale: Floats

    def look(self, reduced: Reduced, box: Box, most: int) -> Seen | None:
        """See whose choice is open; None where these are more than `most` types."""
        look = Look(reduced, box, self.extent.scale)
        found = look.over(self.types.block, self.types.counts)
        near = self.types.take(np.flatnonzero(found.near))
        if len(near) > most:
            return None
        return Seen(found.sums(look.scale) * self.scale[:, np.newaxis], near, self.scale)

    def every(self, step: int) -> InMemory:
        """Return one of so many types, each standing for as many more: enough to judge by."""
        if step == 1:
            return self
        types = self.types.take(np.arange(0, len(self.types), step))
        return replace(self, types=types, scale=self.scale * (len(self.types) / len(types)))

    def first(self, most: int) -> InMemory:
        """Return a sample of about `most` types: by their hashes, which nothing else depends on."""
        kind = self.types.block.kind
        share = min(1.0, most / max(1, len(self.types)))
        at_least = max(4, most // max(1, 4 * self.extent.counts.size))
        rank = _rank(kind)
        size = np.bincount(kind, minlength=self.extent.counts.size)
        types = self.types.take(np.flatnonzero(rank < np.maximum(at_least, share * size)[kind]))
        return sampled(types, self.extent)


@dataclass(frozen=True)
class Streamed:
    """A population that is loaded block by block."""

    source: Source
    extent: Extent

    def look(self, reduced: Reduced, box: Box, most: int) -> Seen | None:
        """See whose choice is open; None where these are more than `most` types."""
        look = Look(reduced, box, self.extent.scale)
        found = gather(self.source.map(look), most)
        if found is None:
            return None
        near, sums = found
        return Seen(sums.sums(look.scale), near, np.ones(self.extent.counts.size))


@dataclass(frozen=True)
class Found:
    """What was found in a block: marks of open choices, sums of the others in fixed point."""

    near: NDArray[np.bool_]
    coarse: NDArray[np.int64]
    fine: NDArray[np.int64]

    def sums(self, scale: Floats) -> Floats:
        """Return (M, N, O) sums as floats."""
        total = self.coarse.astype(np.float64) + self.fine.astype(np.float64) / LIMB
        return np.asarray(total / scale[:, np.newaxis, np.newaxis])


@dataclass(frozen=True)
class Look:
    """Work on a block: types whose choice is open within the box, and sums of the others."""

    reduced: Reduced
    box: Box
    scale: Floats

    def __call__(self, block: Block) -> tuple[Types, Found]:
        """Do it."""
        found = self.over(block, np.ones(len(block), np.int64))
        near = collapse(take(block, np.flatnonzero(found.near)))
        return near, Found(np.zeros(0, np.bool_), found.coarse, found.fine)

    def over(self, block: Block, counts: NDArray[np.int64]) -> Found:
        """Return marks and sums."""
        shape = (self.scale.size, *self.reduced.base.shape)
        near = np.zeros(len(block), np.bool_)
        coarse, fine = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        reduced, box = self.reduced, self.box
        prices = (reduced.table, reduced.base, box.radius, box.most, box.rest, self.scale)
        kernels.look(described(block), counts, prices, near, (coarse, fine))
        return Found(near, coarse, fine)


def gather(parts: Iterator[tuple[Types, Found]], most: int) -> tuple[Types, Found] | None:
    """Add up what blocks brought back; None as soon as there are more than `most` types."""
    types: list[Types] = []
    total: Found | None = None
    for near, found in parts:
        if total is None:
            total = found
        else:
            total = Found(found.near, total.coarse + found.coarse, total.fine + found.fine)
        if len(near) or not types:
            types.append(near)
        if sum(map(len, types)) > most:
            types = [merge(types)]
            if len(types[0]) > most:
                return None
    return None if total is None else (merge(types), total)


@dataclass(frozen=True)
class Know:
    """Work on a block: count units, measure them, bring back those with little luck."""

    shape: tuple[int, int, int]
    luck: NDArray[np.uint64]  # (N,) up to which units of a class are brought back

    def __call__(self, block: Block) -> tuple[Extent, Types]:
        """Do it."""
        measures, kinds, _ = self.shape
        counts, largest = np.zeros(kinds, np.int64), np.zeros((kinds, measures))
        totals = np.zeros((kinds, block.weights.shape[0], 2), np.int64)
        kernels.extent(described(block), counts, largest, totals)
        chosen = np.flatnonzero(block.luck <= self.luck[block.kind])
        return Extent(block.weights.shape[0], counts, largest, totals), collapse(
            take(block, chosen)
        )


@dataclass(frozen=True)
class Collapse:
    """Work on a block: all its types, without more where they are too many."""

    most: int

    def __call__(self, block: Block) -> Types | None:
        """Do it."""
        types = collapse(block)
        return types if len(types) <= self.most else None


def know(task: Task, held: int) -> tuple[Extent, InMemory]:
    """Go through all units once; return what is known of them and a sample, or all where few.

    The sample are the units with the least luck, the same in whatever order they come.

    Args:
        task: units and tables.
        held: about how many units to bring back.
    """
    kinds = task.tables.shape[1]
    share = min(1.0, 1.2 * held / max(1, task.source.units))
    luck = np.full(kinds, ALL if share >= 1.0 else np.uint64(share * 2.0**64))
    extent, types = _known(task, luck)
    short = _short(extent, types, held)
    if short.any():  # rare classes, or lucks that are no hashes
        extent, types = _known(task, np.where(short, ALL, luck))
    whole = _whole(task, extent, types, held)
    return extent, sampled(whole, extent)


def is_whole(sample: InMemory) -> bool:
    """Say whether a sample holds all units."""
    return int(sample.types.counts.sum()) == sample.extent.units


def sampled(types: Types, extent: Extent) -> InMemory:
    """Return a sample whose weights add up to those of all units, class by class.

    Without that, shares of a class that add up to the whole could not hold in a sample.
    """
    scale = scale_of(types, extent)
    block = types.block
    ratio = np.ones((scale.size, extent.weights))
    if int(types.counts.sum()) < extent.units:
        whole = (extent.totals * np.array([1.0, 1.0 / LIMB])).sum(axis=2)
        clipped = np.clip(block.weights, -kernels.CLIP, kernels.CLIP) * types.counts
        got = [np.bincount(block.kind, of, minlength=scale.size) for of in clipped]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = whole / (np.array(got).T * scale[:, np.newaxis])
        ratio = np.where((ratio > 0.25) & (ratio < 4.0), ratio, 1.0)
    weights = np.ascontiguousarray(block.weights * ratio[block.kind].T)
    return InMemory(replace(types, block=replace(block, weights=weights)), extent, scale)


def scale_of(types: Types, extent: Extent) -> Floats:
    """Return (N,) how many units each one of a sample stands for."""
    counts = np.bincount(types.block.kind, types.counts, minlength=extent.counts.size)
    return np.asarray(extent.counts / np.maximum(counts, 1.0))


def _known(task: Task, luck: NDArray[np.uint64]) -> tuple[Extent, Types]:
    extent: Extent | None = None
    types: list[Types] = []
    for part, chosen in task.source.map(Know(task.tables.shape, luck)):
        types.append(chosen)
        if extent is None:
            extent = part
        else:
            largest = np.maximum(extent.largest, part.largest)
            totals = extent.totals + part.totals
            extent = Extent(part.weights, extent.counts + part.counts, largest, totals)
    if extent is None:
        raise RuntimeError("a source that has units gave no block")
    return extent, merge(types)


def _short(extent: Extent, types: Types, held: int) -> NDArray[np.bool_]:
    """Return (N,) classes that the sample has too few of though few more would do."""
    got = np.bincount(types.block.kind, types.counts, minlength=extent.counts.size)
    fair = min(1.0, held / max(1, extent.units)) * extent.counts
    return np.asarray((got < extent.counts) & ((got < 0.8 * fair - 50) | (extent.counts < 500)))


def _whole(task: Task, extent: Extent, types: Types, held: int) -> Types:
    """Return all types of the population where its sample shows that they are few."""
    sampled = int(types.counts.sum())
    if sampled == extent.units or len(types) > sampled // 4:
        return types
    every: list[Types] = []
    for part in task.source.map(Collapse(held)):
        if part is None:
            return types
        every.append(part)
        if sum(map(len, every)) > held:
            every = [merge(every)]
            if len(every[0]) > held:
                return types
    return merge(every)


def _rank(kind: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the position of every unit among those of its class."""
    small = kind.astype(np.min_scalar_type(int(kind.max(initial=0))))  # quicker to sort
    order = np.argsort(small, kind="stable")
    starts = np.searchsorted(kind[order], kind[order])
    rank = np.empty(kind.size, np.int64)
    rank[order] = np.arange(kind.size) - starts
    return rank
