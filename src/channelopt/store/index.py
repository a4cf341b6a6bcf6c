"""The index of a store: a cache of what was read of its folders, in one hidden file.

Everything in it follows from the folders. Whatever is wrong with it (deleted, damaged, of another
version, locked, read-only), the folders are read again; no fault of it ever reaches the user.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from channelopt.store.reading import Found
from channelopt.store.record import Damage, Record, record_from

FILE = ".index.sqlite"
VERSION = 1
"""Of the table and of what is kept of a run; another one is read again from the folders."""
PATIENCE = 5.0
"""Seconds to wait for another process."""

_TABLE = (
    "CREATE TABLE IF NOT EXISTS runs "
    "(name BLOB PRIMARY KEY, stamp TEXT, content TEXT, sum INTEGER) WITHOUT ROWID"
)

Kept = dict[str, tuple[str, Found]]
"""Stamp and content by name of the folder."""


def load(store: Path) -> Kept:
    """Return what the index holds; nothing where it cannot be trusted."""
    path = store / FILE
    if not path.exists() and not path.is_symlink():
        return {}
    try:
        with _opened(path) as connection:
            rows = connection.execute("SELECT name, stamp, content, sum FROM runs").fetchall()
        sound = [row for row in rows if _sum(*row[:3]) == row[3]]
        contents = from_json(f"[{','.join(content for _, _, content, _ in sound)}]")
        return {
            os.fsdecode(name): (stamp, _found(os.fsdecode(name), content))
            for (name, stamp, _, _), content in zip(sound, contents, strict=True)
        }
    except sqlite3.OperationalError as error:
        if not _is_busy(error):
            drop(store)
    except (sqlite3.Error, ValueError, TypeError, KeyError, AttributeError):
        drop(store)
    except OSError:
        pass
    return {}


def keep(store: Path, changed: Mapping[str, tuple[str, Found]], gone: Iterable[str]) -> None:
    """Bring the index up to date; a store that cannot be written has none."""
    rows = [_row(name, stamp, found) for name, (stamp, found) in changed.items()]
    names = [(os.fsencode(name),) for name in gone]
    if not rows and not names:
        return
    for _ in range(2):
        try:
            with _opened(store / FILE) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?)", rows)
                connection.executemany("DELETE FROM runs WHERE name = ?", names)
                connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if _is_busy(error):
                return
            drop(store)
        except (sqlite3.Error, OSError):
            drop(store)
        else:
            return


def drop(store: Path) -> None:
    """Remove the index."""
    for suffix in ("", "-journal"):
        with contextlib.suppress(OSError):
            (store / f"{FILE}{suffix}").unlink(missing_ok=True)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    if path.is_symlink():  # never write through a link to somewhere else
        path.unlink()
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DROP TABLE IF EXISTS runs")
            connection.execute(_TABLE)
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
        yield connection
    finally:
        connection.close()


def _is_busy(error: sqlite3.OperationalError) -> bool:
    """Whether the index may be sound, only not to be had now."""
    text = str(error)
    return any(word in text for word in ("locked", "readonly", "unable to open", "disk is full"))


def _row(name: str, stamp: str, found: Found) -> tuple[bytes, str, str, int]:
    content: Any = None
    if isinstance(found, Record):
        content = found.kept()
    elif isinstance(found, Damage):
        content = list(found.reasons)
    text = json.dumps(content)
    return os.fsencode(name), stamp, text, _sum(os.fsencode(name), stamp, text)


def _sum(name: Any, stamp: Any, content: Any) -> int:
    """Return a check sum: the file may be damaged where the database does not notice."""
    return zlib.crc32(content.encode(), zlib.crc32(stamp.encode(), zlib.crc32(name)))


def _found(name: str, content: Any) -> Found:
    if content is None:
        return None
    if isinstance(content, list):
        return Damage(name, tuple(content))
    return record_from(content)
