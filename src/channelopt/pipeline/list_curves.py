"""The curve of a list: profit against any one limit, each point from the prices of the last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from channelopt.errors import UsageError
from channelopt.lists.listed import List
from channelopt.lists.tabulate import COLUMNS
from channelopt.lists.wishes import like
from channelopt.pipeline.deciding import Desk
from channelopt.plan.table import Cell, Table
from channelopt.priced.answer import Answer
from channelopt.priced.curve import Point, Tools, curve
from channelopt.priced.units import Task


def row_of(compiled: List, name: str) -> int:
    """Return the row of a limit.

    Raises:
        UsageError: the list has no such limit.
    """
    names = [limit.name for limit in compiled.limits]
    if name in names:
        return names.index(name)
    hint = like(name, names) or "limits.csv of a list has their names"
    raise UsageError(f"--curve: there is no limit '{name}' in this list; {hint}")


def curve_table(
    desk: Desk, compiled: List, task: Task, answer: Answer, asked: tuple[int, Sequence[float]]
) -> Table:
    """Return profit at each value of a limit.

    Args:
        desk: decides lists.
        compiled: the list.
        task: for the engine.
        answer: the list as it is, from whose prices the curve begins.
        asked: row of the limit and its values.
    """
    row, values = asked
    name = compiled.limits[row].name

    def told(point: Point) -> None:
        desk.watch.say(f"curve: {name} at {point.at:,.10g}")

    tools = Tools(desk.solve, desk.aims, each=told)
    points = curve(task, answer, row, values, tools)
    rows = tuple(_row(name, point, compiled.constant) for point in points)
    return Table("curve", COLUMNS["curve"], rows)


def _row(name: str, point: Point, constant: float) -> tuple[Cell, ...]:
    answer = point.answer
    if answer.rule is None:
        return name, point.at, answer.status, None, None, None, None, None, None
    value, bound = answer.value + constant, answer.bound + constant
    gap = abs(bound - value) / max(1.0, abs(value))
    price = None if np.isnan(point.price) else point.price
    return name, point.at, answer.status, value, bound, gap, price, point.used, point.moved
