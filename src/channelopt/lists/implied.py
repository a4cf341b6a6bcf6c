"""Limits that need not be looked at: others, or what there is to give out, imply them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from channelopt.lists.lines import Line
from channelopt.lists.rows import times
from channelopt.priced.units import Flags
from channelopt.terms.numbers import Numbers

_OF_CELLS = frozenset({"share", "steering", "migration"})
"""Kinds of limits on the contacts of single cells. All others are kept to show what they leave."""

_NEARLY = 1e-9
"""Relative to a side: no room to speak of."""


def needed(lines: Iterable[Line], n: Numbers, enters: Flags) -> list[Line]:
    """Return the limits without those on single cells that hold in any case.

    In a list within the plan's quotas nearly all of them do: a quota is narrower.

    Args:
        lines: all limits.
        n: one period, restated.
        enters: (S, I, W) where options may go.
    """
    closed = ~enters
    here = [replace(line, cells=np.where(closed, 0.0, line.cells)) for line in lines]
    kept = [line for line in here if line.limit.kind not in _OF_CELLS or not _always(line, n)]
    return _narrowest(kept)


def _always(line: Line, n: Numbers) -> bool:
    """Whether the contacts that there are cannot break a limit."""
    if line.empty or not _plain(line):
        return False
    contacts = n.contacts[:, :, 0]
    most = float((np.maximum(line.cells.max(axis=2), 0.0) * contacts).sum())
    least = float((np.minimum(line.cells.min(axis=2), 0.0) * contacts).sum())
    return _inside((least, most), (line.lower, line.upper))


def _plain(line: Line) -> bool:
    """Whether a limit counts nothing but first contacts of all customers."""
    return line.among is None and line.felt is None and not (line.constant or line.kept)


def _inside(inner: tuple[float, float], outer: tuple[float, float]) -> bool:
    room = [_NEARLY * max(1.0, abs(side)) if np.isfinite(side) else 0.0 for side in outer]
    return inner[0] >= outer[0] - room[0] and inner[1] <= outer[1] + room[1]


def _narrowest(lines: Sequence[Line]) -> list[Line]:
    """Leave out limits of cells where another one limits the same amount more narrowly."""
    sides: dict[bytes, list[tuple[int, tuple[float, float]]]] = {}
    keys: dict[int, bytes] = {}
    for at, line in enumerate(lines):
        if _plain(line) and not (line.empty or line.hours or line.lowest):
            alike = times(line, 1.0 / float(line.cells[line.cells != 0][0]))
            keys[at] = (alike.cells + 0.0).tobytes()
            sides.setdefault(keys[at], []).append((at, (alike.lower, alike.upper)))
    left_out: set[int] = set()
    for at, key in keys.items():
        mine = dict(sides[key])[at]
        others = [side for other, side in sides[key] if other != at and other not in left_out]
        if lines[at].limit.kind in _OF_CELLS and any(_inside(side, mine) for side in others):
            left_out.add(at)
    return [line for at, line in enumerate(lines) if at not in left_out]
