"""Rows -> cells: the most specific row wins, a tie at the winning level is an error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from channelopt.errors import Problems
from channelopt.instance.axes import Axes
from channelopt.instance.rows import ALL, FEW, Codes, Rows
from channelopt.scenario.source import KEYS
from channelopt.terms.numbers import Floats

NOBODY = -1
"""Owner of a cell that no row names."""


@dataclass(frozen=True)
class Cells:
    """The cells of one table over the axes that its rows name; other axes have size 1.

    Attributes:
        values: numbers, nan where no row names the cell.
        owner: the row that won, NOBODY where there is none.
        rows: the rows.
    """

    values: Floats
    owner: Codes
    rows: Rows

    @property
    def named(self) -> tuple[bool, ...]:
        """Whether each key has an axis of its own."""
        return axes_in_use(self.rows)


def axes_in_use(rows: Rows) -> tuple[bool, ...]:
    """Return for each key whether any row names it."""
    return tuple(bool(flag) for flag in (rows.codes != ALL).any(axis=0))


def resolve_rows(name: str, rows: Rows, axes: Axes, problems: Problems) -> Cells:
    """Let the most specific row win in every cell.

    Args:
        name: the table, for messages.
        rows: its rows.
        axes: the ids of the scenario.
        problems: takes ties at the winning level.

    Returns:
        The cells over the axes in use.
    """
    named = axes_in_use(rows)
    shape = tuple(size if used else 1 for size, used in zip(axes.shape, named, strict=True))
    owner = np.full(shape, NOBODY, dtype=np.int64)
    rivals = np.zeros(shape, dtype=np.int64)
    level = (rows.codes != ALL).sum(axis=1)
    for depth in range(len(KEYS) + 1):
        members = np.flatnonzero(level == depth)
        if len(members):
            _overlay(rows.codes, members, owner, rivals)
    if (rivals > 1).any():
        _report_ties(name, rows, level, (owner, rivals), axes, problems)
    values = np.append(rows.values, np.nan)[owner]
    return Cells(values, owner, rows)


def _overlay(codes: Codes, members: Codes, owner: Codes, rivals: Codes) -> None:
    """Write the rows of one level over the less specific ones."""
    claims = np.zeros(owner.shape, dtype=np.int64)
    winner = np.full(owner.shape, NOBODY, dtype=np.int64)
    pattern = (codes[members] != ALL) @ (1 << np.arange(len(KEYS)))
    for kind in np.unique(pattern):
        chosen = members[pattern == kind]
        axis_named = [bool(kind >> axis & 1) for axis in range(len(KEYS))]
        small = tuple(
            size if used else 1 for size, used in zip(owner.shape, axis_named, strict=True)
        )
        at = np.ravel_multi_index(tuple(np.maximum(codes[chosen], 0).T), small)
        count = np.bincount(at, minlength=int(np.prod(small))).reshape(small)
        last = np.full(small, NOBODY, dtype=np.int64)
        last.flat[at] = chosen
        claims += count
        np.copyto(winner, last, where=np.broadcast_to(count > 0, owner.shape))
    np.copyto(owner, winner, where=claims > 0)
    np.copyto(rivals, claims, where=claims > 0)


def _report_ties(
    name: str,
    rows: Rows,
    level: NDArray[np.int64],
    result: tuple[Codes, Codes],
    axes: Axes,
    problems: Problems,
) -> None:
    """Quote both rows of each tie, once per pair of rows."""
    owner, rivals = result
    pairs: dict[tuple[int, int], tuple[int, ...]] = {}
    tied = np.argwhere(rivals > 1)
    for at in tied:
        if len(pairs) > FEW:
            break
        depth = level[owner[tuple(at)]]
        matching = ((rows.codes == at) | (rows.codes == ALL)).all(axis=1) & (level == depth)
        first, second = np.flatnonzero(matching)[:2]
        pairs.setdefault((int(first), int(second)), tuple(int(a) for a in at))
    for (first, second), cell in list(pairs.items())[:FEW]:
        problems.add(
            "E224",
            f"table {name}: two rows of equal rank speak of the cell "
            f"({_cell_in_words(cell, rows, axes)}): {quote(rows, first, axes)} and "
            f"{quote(rows, second, axes)} at {rows.place(second)}",
            rows.place(first),
            "delete one, or name more keys in the row that shall win",
        )
    if len(pairs) > FEW:
        message = f"table {name}: more such rows; {len(tied)} cells are spoken of twice"
        problems.add("E224", message, rows.place(0))


def _cell_in_words(cell: tuple[int, ...], rows: Rows, axes: Axes) -> str:
    """Name the keys of a cell that any row of the table names."""
    used = zip(KEYS, axes_in_use(rows), cell, strict=True)
    named = [axes.labels[key][at] for key, in_use, at in used if in_use]
    return ", ".join(named) or "all"


def quote(rows: Rows, at: int, axes: Axes) -> str:
    """Quote a row as `{interaction: advice, value: 0.5}`."""
    parts = [
        f"{key}: {axes.labels[key][code]}"
        for key, code in zip(KEYS, rows.codes[at], strict=True)
        if code != ALL
    ]
    return "{" + ", ".join([*parts, f"value: {rows.values[at]:.12g}"]) + "}"
