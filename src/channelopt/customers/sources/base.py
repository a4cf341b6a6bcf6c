"""What every source of customers can do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from channelopt.errors import Place, Problems, UsageError
from channelopt.scenario.decimals import Decimals
from channelopt.scenario.places import fail

ROWS = 2**17
"""Rows of a batch and of a partition."""
_CHUNK = 2**20


@dataclass(frozen=True)
class FileRecord:
    """A file that was read, for the manifest; sha256 in hex, empty for what was in memory."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Piece:
    """Some rows of a source.

    Attributes:
        batch: pyarrow RecordBatch.
        row: (n,) position in the source of each row, from 0.
    """

    batch: Any
    row: NDArray[np.int64]


@dataclass(frozen=True)
class Ragged:
    """A row of a text file that does not fit its header.

    Attributes:
        row: position in the source, from 0.
        found: number of cells.
        expected: number of columns.
        text: the row.
    """

    row: int
    found: int
    expected: int
    text: str


class Source(Protocol):
    """Customers in batches.

    Attributes:
        name: in messages.
        names: its columns in order.
    """

    name: str
    names: tuple[str, ...]

    @property
    def ragged(self) -> Sequence[Ragged]:
        """Rows that do not fit the header, as far as they were met."""

    def schema(self, columns: Sequence[str]) -> Any:
        """Return the pyarrow schema of some columns, as batches will have it."""

    def decimals(self, numbers: Sequence[str]) -> Decimals:
        """Find out how numbers are written in some columns, where they are text."""

    def pieces(self, columns: Sequence[str], codes: Sequence[str]) -> Iterator[Piece]:
        """Read some columns of all rows, in order; `codes` are those that hold few texts."""

    def files(self) -> tuple[FileRecord, ...]:
        """Return what was read, for the manifest."""


def need_arrow() -> None:
    """Make sure that pyarrow is there.

    Raises:
        UsageError: it is not.
    """
    try:
        import pyarrow as pa  # noqa: F401
    except ImportError:
        raise UsageError(
            "lists of customers need pyarrow: pip install 'channelopt[customers]'"
        ) from None


def record(file: Path, name: str | None = None) -> FileRecord:
    """Return size and hash of a file."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while content := stream.read(_CHUNK):
            digest.update(content)
            size += len(content)
    return FileRecord(name or file.name, size, digest.hexdigest())


def refuse(name: str, code: str, message: str, hint: str = "") -> NoReturn:
    """Stop with one sentence on a source.

    Raises:
        InputError: always.
    """
    fail(Problems(), code, message, Place(name), hint)


def counted(batches: Iterator[Any], start: int = 0) -> Iterator[Piece]:
    """Yield batches with the positions of their rows."""
    for batch in batches:
        yield Piece(batch, np.arange(start, start + batch.num_rows, dtype=np.int64))
        start += batch.num_rows
