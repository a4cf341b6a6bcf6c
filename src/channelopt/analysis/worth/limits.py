"""Limits: what every limit is worth in both directions, and where the plan changes."""

from __future__ import annotations

from collections.abc import Mapping

from channelopt.analysis.study import Result, Study, Wishes
from channelopt.analysis.worth.limit_board import Board
from channelopt.analysis.worth.limit_channels import other_channels
from channelopt.analysis.worth.limit_duals import DUAL_COLUMNS, Dual, duals
from channelopt.analysis.worth.limit_lines import Change, Line
from channelopt.analysis.worth.limit_points import POINT_COLUMNS, Point, search_points
from channelopt.analysis.worth.spans import Effect
from channelopt.plan.table import Cell, Table

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "limits": (
        "parameter",
        "title",
        "unit",
        "value",
        "used",
        "change",
        "direction",
        "new_value",
        "effect",
        "at_most",
        "known",
        "set",
    ),
    "limit_points": POINT_COLUMNS,
    "limit_duals": DUAL_COLUMNS,
}
"""Columns of the tables."""

FOR_EFFECTS = 0.6
"""Share of the time for the effects of changes."""
FOR_DUALS = 0.3
"""Share of what is left then for the prices of the linear relaxation."""
FOR_PROFIT = 0.6
"""Share of what is left then for where profit changes; the rest is for channels."""
DIRECTIONS = {-1: "less", 1: "more"}


def limits(study: Study, wishes: Wishes) -> Result:
    """Move every limit in both directions.

    Args:
        study: the solved scenario.
        wishes: `tolerance` is the width of the interval of a point, relative to the limit.

    Returns:
        Tables `limits`, `limit_points` and `limit_duals`.
    """
    board = Board(study)
    with study.within(study.left() * FOR_EFFECTS):
        board.work()
    with study.within(study.left() * FOR_DUALS):
        priced = duals(board)
    found = _all_points(board, wishes.tolerance)
    tables = (_effects(board), _points(found), _duals(priced))
    return Result("limits", tables, _sentences(board), _unproven(board, found))


def _all_points(board: Board, tolerance: float) -> list[Point]:
    """Return where profit changes, and where the channels do, limit by limit."""
    with board.study.within(board.study.left() * FOR_PROFIT):
        searches = search_points(board, tolerance)
    others = other_channels(board, searches, tolerance)
    pairs = zip((search.point() for search in searches), others, strict=True)
    return [point for pair in pairs for point in pair]


def _each(board: Board) -> list[tuple[Line, Change, Effect]]:
    return [
        (line, change, line.effect(change.levels))
        for line in board.lines
        for change in board.changes[line.bound.path]
    ]


def _effects(board: Board) -> Table:
    used = {line.bound.path: board.kept.used(line.bound) for line in board.lines}
    rows = [_row(change, effect, used) for _, change, effect in _each(board)]
    return Table("limits", COLUMNS["limits"], tuple(rows))


def _row(change: Change, effect: Effect, used: Mapping[str, float | None]) -> tuple[Cell, ...]:
    bound, levels = change.bound, change.levels
    return (
        bound.path,
        bound.title,
        bound.unit,
        bound.value,
        used[bound.path],
        change.name,
        DIRECTIONS[change.sign],
        None if levels is None else sum(levels) / len(levels),
        effect.worth,
        effect.at_most,
        effect.known,
        change.text,
    )


def _points(found: list[Point]) -> Table:
    return Table("limit_points", POINT_COLUMNS, tuple(point.row for point in found))


def _duals(found: list[Dual]) -> Table:
    return Table("limit_duals", DUAL_COLUMNS, tuple(dual.row for dual in found))


def _unproven(board: Board, found: list[Point]) -> int:
    open_ = sum(not effect.is_known for _, _, effect in _each(board))
    return open_ + sum(point.known not in {"re-solved", "no meaning"} for point in found)


def _sentences(board: Board) -> tuple[str, ...]:
    """Say which limit earns most when loosened by 10 %, and how many do not matter."""
    loosened = [
        (effect.worth, change)
        for _, change, effect in _each(board)
        if change.loosens and change.name == "10 %" and effect.worth
    ]
    matter = {
        change.bound.path
        for _, change, effect in _each(board)
        if effect.known != "no meaning" and (effect.worth != 0 or effect.known != "re-solved")
    }
    said = []
    if loosened:
        worth, change = max(loosened, key=lambda pair: pair[0])
        said.append(
            f"Of all limits, '{change.bound.title}' costs most: moved by 10 % "
            f"({DIRECTIONS[change.sign]}) it would bring {worth:,.0f}."
        )
    free = len(board.lines) - len(matter)
    if board.lines:
        said.append(
            f"{free} of {len(board.lines)} limits can move by 10 % either way "
            "without any effect on profit."
        )
    return tuple(said)
