"""Recall: the decisions of a plan from its tables, without a solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.errors import InputError, Place, Problem, nearest
from channelopt.instance.instance import Instance
from channelopt.plan.table import Cell, Table, as_number
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags, Floats, Numbers


def choice_of(instance: Instance, tables: Mapping[str, Table]) -> Choice:
    """Return what a plan decides: what follows from it is left to `accounts`.

    Args:
        instance: the scenario that the plan was made for.
        tables: allocation, offers, channels, staff and hours, as a run has them.

    Returns:
        The decisions; accounting for them gives the figures of the plan again.

    Raises:
        InputError: a table names what the scenario does not have.
    """
    n = instance.numbers
    channels = tables["channels"]
    opened = _Places(channels, ("channel", "period"), n)
    return Choice(
        first_contacts=_amounts(
            tables["allocation"], ("segment", "interaction", "way", "period"), "first_contacts", n
        ),
        open=opened.filled(np.array(channels.column("open"), dtype=bool), dtype=bool),
        offered=_Places(tables["offers"], ("segment", "channel", "period"), n).filled(
            True, dtype=bool
        ),
        fte=_amounts(tables["staff"], ("group", "period"), "fte", n),
        hours=_amounts(tables["hours"], ("group", "channel", "period"), "hours", n),
        owned=_owned(channels, n),
    )


class _Places:
    """Where the rows of a table belong in an array."""

    def __init__(self, table: Table, axes: Sequence[str], n: Numbers) -> None:
        labels = _labels(n)
        self.shape = tuple(len(labels[axis]) for axis in axes)
        self.codes = tuple(_codes(table, axis, labels[axis]) for axis in axes)

    def filled(self, values: Floats | Flags | bool, dtype: type) -> NDArray[Any]:
        """Return an array with the values of the rows in their places, nothing elsewhere."""
        array: NDArray[Any] = np.zeros(self.shape, dtype=dtype)
        array[self.codes] = values
        return array


def _labels(n: Numbers) -> dict[str, tuple[str, ...]]:
    return {
        "segment": n.segments,
        "interaction": n.interactions,
        "channel": n.channels,
        "way": n.ways,
        "group": n.groups,
        "period": n.periods,
    }


def _codes(table: Table, axis: str, labels: tuple[str, ...]) -> list[int]:
    column = "channel" if axis == "way" else axis
    positions: dict[Cell, int] = {label: at for at, label in enumerate(labels)}
    cells = table.column(column)
    problems = [
        Problem(
            "E911",
            f"{column} '{cell}' does not exist in this scenario",
            Place(f"{table.name}.csv", line, column),
            nearest(str(cell), labels),
        )
        for line, cell in enumerate(cells, start=2)
        if cell not in positions
    ]
    if problems:
        raise InputError(problems)
    return [positions[cell] for cell in cells]


def _amounts(table: Table, axes: Sequence[str], column: str, n: Numbers) -> Floats:
    values = np.array([as_number(cell) for cell in table.column(column)], dtype=np.float64)
    return _Places(table, axes, n).filled(values, dtype=float)


def _owned(channels: Table, n: Numbers) -> Flags:
    """Return (K, T) the upgrades that the rows of the channels name."""
    owned = np.zeros((len(n.upgrades.ids), len(n.periods)), dtype=bool)
    position = {label: k for k, label in enumerate(n.upgrades.ids)}
    period = {label: t for t, label in enumerate(n.periods)}
    for line, (label, cell) in enumerate(
        zip(channels.column("period"), channels.column("upgrades"), strict=True), start=2
    ):
        for upgrade in str(cell or "").split(";") if cell else ():
            if upgrade not in position:
                message = f"upgrade '{upgrade}' does not exist in this scenario"
                place = Place("channels.csv", line, "upgrades")
                raise InputError([Problem("E911", message, place, nearest(upgrade, position))])
            owned[position[upgrade], period[str(label)]] = True
    return owned
