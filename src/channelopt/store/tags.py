"""Tags of a run: a file of its folder to which every change is added as one line.

Lines are only ever added, each in one write, so that two processes that tag one run at once lose
nothing, and a line that was cut off spoils no other one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from channelopt.errors import UsageError
from channelopt.plan.run_files import TAGS
from channelopt.plan.staging import in_words

LONGEST = 80
"""Characters of a tag."""
LARGEST = 16 * 1024 * 1024
"""Bytes of the file that are read."""
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
"""Never write through a link to somewhere else, where the system can tell."""


def check(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags without blanks around them, each once.

    Raises:
        UsageError: naming every text that is no tag.
    """
    found: dict[str, None] = {}
    wrong = []
    for tag in tags:
        text = tag.strip()
        if not text or len(text) > LONGEST or not text.isprintable():
            wrong.append(tag)
        found[text] = None
    if wrong:
        shown = ", ".join(repr(tag[: LONGEST + 1]) for tag in wrong)
        expected = f"printable text of 1 to {LONGEST} characters"
        raise UsageError(f"no tag: {shown}; expected {expected}")
    return tuple(found)


def read(run: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tags of a run, sorted, and what could not be read of them."""
    try:
        with (run / TAGS).open("rb") as file:
            raw = file.read(LARGEST)
    except FileNotFoundError:
        return (), ()
    except OSError as error:
        return (), (f"{TAGS} cannot be read: {error.strerror}",)
    tags: set[str] = set()
    notes = []
    for number, line in enumerate(raw.split(b"\n"), start=1):
        try:
            if line.strip():
                added, removed = _change(line)
                tags = (tags | added) - removed
        except (ValueError, RecursionError):
            notes.append(f"{TAGS}:{number} is not a change of tags and is skipped")
    return tuple(sorted(tags)), tuple(notes)


def change(run: Path, tags: Iterable[str], *, remove: bool = False) -> tuple[str, ...]:
    """Add tags to a run, or remove them.

    Returns:
        The tags it has now, sorted.

    Raises:
        UsageError: a text is no tag, or one to be removed is not there.
        OutputError: the disk refused.
    """
    wanted = check(tags)
    there, _ = read(run)
    missing = [tag for tag in wanted if tag not in there]
    if remove and missing:
        has = ", ".join(there) or "none"
        raise UsageError(f"{run.name} has no tag '{missing[0]}'; its tags: {has}")
    fresh = wanted if remove else tuple(missing)
    if fresh:
        _append(run / TAGS, {"remove" if remove else "add": list(fresh)})
    return read(run)[0]


def _append(path: Path, entry: dict[str, list[str]]) -> None:
    line = f"\n{json.dumps(entry, ensure_ascii=False)}\n".encode()
    with in_words(path):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | NO_LINK, 0o666)
        try:
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)


def _change(line: bytes) -> tuple[set[str], set[str]]:
    entry = json.loads(line)
    is_change = isinstance(entry, dict) and set(entry) <= {"add", "remove"}
    if not is_change or not all(map(_is_list_of_tags, entry.values())):
        raise ValueError
    return set(entry.get("add", ())), set(entry.get("remove", ()))


def _is_list_of_tags(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(tag, str) and tag.isprintable() for tag in value
    )
