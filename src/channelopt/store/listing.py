"""All runs of a store: what the index knows, and what has changed since read again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from channelopt.errors import UsageError
from channelopt.store import index, stamps
from channelopt.store.reading import Found, read
from channelopt.store.record import Damage, Record
from channelopt.store.stamps import Stamp

TRIES = 3
"""A folder that changes while it is read is read so often."""
PORTION = 1000
"""So many folders are read before the index keeps them."""

News = Callable[[int], None]
"""Hears how many folders are to be read."""


@dataclass(frozen=True)
class Listing:
    """What is in a store.

    Attributes:
        records: the runs, the newest first.
        damaged: folders that seem to be runs but cannot be read, by name.
    """

    records: tuple[Record, ...]
    damaged: tuple[Damage, ...]


def listing(store: Path, *, rebuild: bool = False, news: News | None = None) -> Listing:
    """Return the runs of a store; only folders that changed since the last time are read.

    Args:
        store: the folder that holds the runs.
        rebuild: forget the index and read every folder.
        news: hears how many folders are to be read.

    Raises:
        UsageError: the store cannot be read.
    """
    if rebuild:
        index.drop(store)
    kept = index.load(store)
    try:
        seen = stamps.folders(store)
    except OSError as error:
        raise UsageError(f"cannot read the store '{store}': {error.strerror}") from error
    fresh = {
        name: stamp
        for name, stamp in seen.items()
        if name not in kept or kept[name][0] != stamp.text or not stamp.text
    }
    if fresh and news is not None:
        news(len(fresh))
    found = {name: kept[name][1] for name in seen if name not in fresh}
    found |= _refreshed(store, fresh, set(kept) - set(seen))
    records = [one for one in found.values() if isinstance(one, Record)]
    damaged = [one for one in found.values() if isinstance(one, Damage)]
    return Listing(
        tuple(sorted(records, key=lambda one: (-one.written, one.name))),
        tuple(sorted(damaged, key=lambda one: one.name)),
    )


def look(run: Path) -> Found:
    """Read one folder, again if it changes meanwhile.

    Raises:
        FileNotFoundError: there is no such folder (any more).
    """
    return _read(run, stamps.of(run))[1]


def _refreshed(store: Path, fresh: dict[str, Stamp], gone: set[str]) -> dict[str, Found]:
    """Read folders anew and let the index know, portion by portion."""
    found: dict[str, Found] = {}
    portion: dict[str, tuple[str, Found]] = {}
    for name, stamp in fresh.items():
        try:
            portion[name] = _read(store / name, stamp)
        except FileNotFoundError:
            gone.add(name)
            continue
        found[name] = portion[name][1]
        if len(portion) == PORTION:
            index.keep(store, portion, gone)
            portion, gone = {}, set()
    index.keep(store, portion, gone)
    return found


def _read(run: Path, stamp: Stamp | None) -> tuple[str, Found]:
    """Return what a folder holds and a stamp to remember, empty where it is not to be trusted.

    Raises:
        FileNotFoundError: there is no such folder (any more).
    """
    found: Found = None
    for _ in range(TRIES):
        if stamp is None:
            raise FileNotFoundError(str(run))
        now = time.time_ns()
        found = _unreadable(run) if not stamp.text else read(run)
        after = stamps.of(run)
        if after is not None and after.text == stamp.text:
            return stamp.kept(now), found
        stamp = after
    return "", found


def _unreadable(run: Path) -> Damage:
    return Damage(run.name, ("the folder cannot be read: there is no permission",))
