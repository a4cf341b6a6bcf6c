"""Index: which labelled rows exist, as integer codes over fixed, sorted sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


class MisalignedError(ValueError):
    """Two things do not stand on the same rows; the message names rows, not shapes."""


@dataclass(frozen=True)
class Sets:
    """The labels of every dimension, in their fixed order."""

    labels: Mapping[str, tuple[str, ...]]

    def size(self, dim: str) -> int:
        """Return how many labels a dimension has."""
        return len(self.labels[dim])

    def all(self, *dims: str) -> Index:
        """Return the index of every combination of labels of these dimensions."""
        shape = tuple(self.size(dim) for dim in dims)
        return Index.where(self, dims, np.ones(shape, dtype=bool))


@dataclass(frozen=True, eq=False)
class Index:
    """Rows named by labels, sorted and without duplicates.

    Two expressions stand on the same rows only if they share one Index *object*.

    Attributes:
        sets: the labels of every dimension.
        dims: names of the dimensions, in order; () is the single row of a total.
        codes: per dimension, (rows,) positions of the labels.
    """

    sets: Sets
    dims: tuple[str, ...]
    codes: tuple[Codes, ...] = field(repr=False)
    num_rows: int

    @staticmethod
    def where(sets: Sets, dims: tuple[str, ...], exists: Flags) -> Index:
        """Make the index of the rows that exist.

        Args:
            sets: labels of every dimension.
            dims: names of the dimensions.
            exists: flags with one axis per dimension.
        """
        codes = tuple(np.asarray(axis, dtype=np.int64) for axis in np.nonzero(exists))
        return Index(sets, dims, codes, len(codes[0]) if codes else 1)

    @staticmethod
    def total(sets: Sets) -> Index:
        """Make the index with one row and no dimensions, for totals."""
        return Index(sets, (), (), 1)

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the dimensions."""
        return tuple(self.sets.size(dim) for dim in self.dims)

    @cached_property
    def keys(self) -> Codes:
        """(rows,) one increasing number per row."""
        return self.keys_of(self.dims)

    def keys_of(self, dims: tuple[str, ...]) -> Codes:
        """Return (rows,) numbers that identify each row's labels in some of its dimensions."""
        if not dims:
            return np.zeros(self.num_rows, dtype=np.int64)
        by_dim = dict(zip(self.dims, self.codes, strict=True))
        missing = [dim for dim in dims if dim not in by_dim]
        if missing:
            msg = f"rows [{', '.join(self.dims)}] have no dimension {', '.join(missing)}"
            raise MisalignedError(msg)
        shape = tuple(self.sets.size(dim) for dim in dims)
        keys = np.ravel_multi_index(tuple(by_dim[dim] for dim in dims), shape)
        return np.asarray(keys, dtype=np.int64)

    def code(self, dim: str) -> Codes:
        """Return (rows,) positions of the labels of one dimension."""
        return self.codes[self.dims.index(dim)]

    def positions(self, keys: Codes, *, of: str) -> Codes:
        """Return the row of each key, all of which must exist.

        Raises:
            MisalignedError: a key has no row; the message names its labels.
        """
        if self.num_rows == 0:
            found = np.zeros(len(keys), dtype=np.int64)
            matches = np.zeros(len(keys), dtype=bool)
        else:
            found = np.minimum(np.searchsorted(self.keys, keys), self.num_rows - 1)
            matches = self.keys[found] == keys
        if not matches.all():
            labels = self._labels_of_key(int(keys[~matches][0]))
            msg = f"no row [{', '.join(labels)}] on [{', '.join(self.dims)}] for {of}"
            raise MisalignedError(msg)
        return found

    def _labels_of_key(self, key: int) -> list[str]:
        codes = np.unravel_index(key, self.shape) if self.dims else ()
        return [
            self.sets.labels[dim][int(code)] for dim, code in zip(self.dims, codes, strict=True)
        ]

    def label(self, row: int) -> tuple[str, ...]:
        """Return the labels of one row."""
        return tuple(
            self.sets.labels[dim][int(codes[row])]
            for dim, codes in zip(self.dims, self.codes, strict=True)
        )

    def only(self, keep: Flags) -> Index:
        """Return the index of some of these rows; `keep` is (rows,)."""
        codes = tuple(axis[keep] for axis in self.codes)
        return Index(self.sets, self.dims, codes, int(np.count_nonzero(keep)))

    def dense(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Spread (rows,) values over an array with one axis per dimension, zero elsewhere."""
        result = np.zeros(self.shape)
        result[self.codes] = values
        return result
