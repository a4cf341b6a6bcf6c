"""Journal of a sweep: every point that is solved, line by line, in a file that survives a stop.

A line is on the disk before the sweep goes on. Each line carries the hash of what it says, so that
a line that was cut off or damaged is passed over and its point is solved again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from channelopt.analysis.sweeping.point import Solved
from channelopt.backends import registry
from channelopt.errors import UsageError
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.sweep.record import read, text
from channelopt.plan.staging import in_words

FORMAT = 1
PROVEN = frozenset({"optimal", "infeasible", "unbounded"})
"""What stays true however much time there is."""
CUT_SHORT = frozenset({"feasible", "no_solution"})
"""What is worth keeping for the same time limit only."""


class Journal:
    """Solved points by scenario and options; a context that holds the file for itself.

    Args:
        path: a file that is read now and added to; None: only memory.
        options: how points are solved. What was solved otherwise is left alone.
    """

    def __init__(self, path: Path | None, options: SolveOptions) -> None:
        self._path = path
        self._keys = _Keys(options)
        self._known: dict[str, Solved] = {}
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        """Lock and read the file.

        Raises:
            UsageError: another sweep works with it.
            OutputError: the disk refuses.
        """
        if self._path is None:
            return self
        with in_words(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a+b")
            try:
                self._lock(self._file)
                self._read(self._file)
            except BaseException:
                self._file.close()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def find(self, digest: str, number: int) -> Solved | None:
        """Return what is known of a scenario, as the point of this number."""
        for key in self._keys.of(digest):
            if key in self._known:
                return replace(self._known[key], number=number)
        return None

    def keep(self, solved: Solved) -> None:
        """Keep a point; one that failed is left to the next try.

        Raises:
            OutputError: the disk refuses; what was kept before is safe.
        """
        key = self._keys.for_(solved)
        if key is None or key in self._known:
            return
        self._known[key] = solved
        if self._file is None or self._path is None:
            return
        with in_words(self._path):
            self._file.write(_line(key, solved))
            self._file.flush()
            os.fsync(self._file.fileno())

    def _lock(self, file: BinaryIO) -> None:
        try:
            _lock(file)
        except BlockingIOError as error:
            raise UsageError(
                f"another sweep is writing {self._path}; wait for it, or choose another folder"
            ) from error

    def _read(self, file: BinaryIO) -> None:
        file.seek(0)
        last = b"\n"
        for last in file:
            found = _parsed(last)
            if found is not None:
                self._known[found[0]] = found[1]
        if not last.endswith(b"\n"):  # what was cut off must not spoil the next line
            file.write(b"\n")
            file.flush()


class _Keys:
    """Names of what is known: equal names, equal questions."""

    def __init__(self, options: SolveOptions) -> None:
        limits = options.limits
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            self._version = importlib.metadata.version("channelopt")
        self._asked = [
            *(FORMAT, getattr(self, "_version", ""), options.solver),
            *(registry.get(options.solver).version(), options.ties),
            *(limits.gap, limits.seed, limits.threads, limits.tolerance),
        ]
        self._limit = limits.time_limit

    def of(self, digest: str) -> Iterator[str]:
        """Yield the names under which a scenario may be known, the better first."""
        yield self._name(digest)
        if self._limit is not None:
            yield self._name(digest, self._limit)

    def for_(self, solved: Solved) -> str | None:
        """Return the name to keep a point by, None for one that is not worth it."""
        if solved.status in PROVEN:
            return self._name(solved.digest)
        if solved.status in CUT_SHORT and self._limit is not None:
            return self._name(solved.digest, self._limit)
        return None

    def _name(self, digest: str, limit: float | None = None) -> str:
        return _hash(json.dumps([digest, *self._asked, limit]).encode())


def _line(key: str, solved: Solved) -> bytes:
    said = f'{{"key": "{key}", "solved": {text(solved)}}}'.encode()
    return f'{{"hash": "{_hash(said)}", "said": '.encode() + said + b"}\n"


def _parsed(line: bytes) -> tuple[str, Solved] | None:
    """Return key and point of a line, None where it is not as it was written."""
    head, _, said = line.rstrip(b"\r\n").partition(b'", "said": ')
    said = said[:-1]
    if head != f'{{"hash": "{_hash(said)}'.encode():
        return None
    try:
        data = json.loads(said)
        return str(data["key"]), read(data["solved"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _lock(file: BinaryIO) -> None:
    """Hold a file for this process alone until it ends or closes it.

    Raises:
        BlockingIOError: another process holds it.
    """
    if sys.platform == "win32":
        import msvcrt

        try:
            file.seek(1 << 40)  # far behind what is written: others may still read it
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
