"""Which run of a store somebody means: by name, by path, or by the beginning of its input hash."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from channelopt.errors import UsageError, nearest
from channelopt.store.listing import Listing, News, listing, look
from channelopt.store.reading import Found
from channelopt.store.record import Damage, Record

LEAST = 4
"""Digits of an input hash that are enough to begin with."""
_HASH = re.compile(rf"[0-9a-f]{{{LEAST},64}}")


@dataclass(frozen=True)
class Run:
    """A run that was found: its folder and what is known of it."""

    path: Path
    record: Record


def find(store: Path, named: str, news: News | None = None) -> Run:
    """Return the run that is meant; its folder is read now, whatever the index says.

    Args:
        store: the folder that holds the runs.
        named: a name in the store, the path of a run, or the first digits of its input hash.
        news: hears how many folders are to be read.

    Raises:
        UsageError: there is no such run, there are several, or it is damaged.
    """
    for path in _paths(store, named):
        found = _look(path)
        if isinstance(found, Damage):
            raise UsageError(f"{path} is damaged: {'; '.join(found.reasons)}")
        if found is not None:
            return Run(path, found)
    known = listing(store, news=news) if store.is_dir() else Listing((), ())
    if not _HASH.fullmatch(named.lower()):
        raise UsageError(_unknown(store, named, known))
    alike = [one for one in known.records if one.digest.startswith(named.lower())]
    if len(alike) == 1:
        return Run(store / alike[0].name, alike[0])
    if alike:
        names = ", ".join(one.name for one in alike[:10])
        more = f" and {len(alike) - 10} more" if len(alike) > 10 else ""
        raise UsageError(f"'{named}' is the input of several runs: {names}{more}; give a name")
    raise UsageError(_unknown(store, named, known))


def is_inside(store: Path, run: Path) -> bool:
    """Whether a folder lies in the store itself, not behind a link."""
    return run.absolute().parent.resolve() == store.resolve() and not run.is_symlink()


def _paths(store: Path, named: str) -> tuple[Path, ...]:
    """Return where a run of this name may be: in the store, else where the path says."""
    is_name = named not in {"", ".", ".."} and Path(named).name == named
    return (store / named, Path(named)) if is_name else (Path(named),)


def _look(path: Path) -> Found:
    try:
        return look(Path(os.path.normpath(path.absolute())))
    except (OSError, ValueError):
        return None


def _unknown(store: Path, named: str, known: Listing) -> str:
    hint = nearest(named, [one.name for one in known.records])
    return f"there is no run '{named}' in {store}" + (f"; {hint}" if hint else "")
