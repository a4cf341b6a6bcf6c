"""Stamps: whether a folder of the store is as it was when it was last read."""

from __future__ import annotations

import hashlib
import marshal
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from channelopt.store.beside import halved

YOUNG = 2_000_000_000
"""Nanoseconds: what was written so shortly ago may change again within one tick of the clock."""
PLAIN = 2
"""Form of `marshal` without references, in which equal lists are equal bytes; it is quick."""


class Stamp(NamedTuple):
    """What the names, sizes and times of all files of a folder amount to.

    Attributes:
        text: equal texts, equal files; empty where the folder cannot be read.
        newest: when one of them was last changed, nanoseconds.
    """

    text: str
    newest: int

    def kept(self, now: int) -> str:
        """Return the text to remember; nothing where the next change might look the same."""
        return "" if self.newest > now - YOUNG else self.text


def folders(store: Path) -> dict[str, Stamp]:
    """Return the folders of a store that may be runs; hidden ones and links are none.

    Raises:
        OSError: the store cannot be read.
    """
    with os.scandir(store) as entries:
        names = [
            entry.name
            for entry in entries
            if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
        ]

    def look(some: Sequence[str]) -> list[tuple[str, str, int]]:
        found = ((name, of(f"{store}{os.sep}{name}")) for name in some)
        return [(name, *stamp) for name, stamp in found if stamp is not None]

    return {name: Stamp(text, newest) for name, text, newest in halved(look, names)}


def of(folder: Path | str) -> Stamp | None:
    """Return the stamp of a folder, None where there is none (any more)."""
    seen: list[tuple[str, int, int, int]] = []
    newest = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    stat = entry.stat()
                except OSError:
                    stat = entry.stat(follow_symlinks=False)  # a link that leads nowhere
                changed, touched = stat.st_mtime_ns, stat.st_ctime_ns
                seen.append((entry.name, stat.st_size, changed, touched))
                newest = max(newest, changed, touched)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError:
        return Stamp("", 0)
    seen.sort()
    return Stamp(hashlib.blake2b(marshal.dumps(seen, PLAIN), digest_size=16).hexdigest(), newest)
