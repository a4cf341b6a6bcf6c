"""Stamps: whether a folder of the store is as it was when it was last read."""

from __future__ import annotations

import hashlib
import marshal
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

YOUNG = 2_000_000_000
"""Nanoseconds: what was written so shortly ago may change again within one tick of the clock."""
PLAIN = 2
"""Form of `marshal` without references, in which equal lists are equal bytes; it is quick."""


@dataclass(frozen=True)
class Stamp:
    """What the names, sizes and times of all files of a folder amount to.

    Attributes:
        text: equal texts, equal files.
        newest: when one of them was last changed, nanoseconds.
        names: of the files.
    """

    text: str
    newest: int
    names: tuple[str, ...]

    def kept(self, now: int) -> str:
        """Return the text to remember; nothing where the next change might look the same."""
        return "" if self.newest > now - YOUNG else self.text


def folders(store: Path) -> Iterator[tuple[str, Stamp]]:
    """Yield the folders of a store that may be runs; hidden ones and links are none.

    Raises:
        OSError: the store cannot be read.
    """
    with os.scandir(store) as entries:
        for entry in entries:
            if entry.name.startswith(".") or not entry.is_dir(follow_symlinks=False):
                continue
            stamp = of(entry.path)
            if stamp is not None:
                yield entry.name, stamp


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
        return Stamp("", 0, ())
    seen.sort()
    text = hashlib.blake2b(marshal.dumps(seen, PLAIN), digest_size=16).hexdigest()
    return Stamp(text, newest, tuple([one[0] for one in seen]))
