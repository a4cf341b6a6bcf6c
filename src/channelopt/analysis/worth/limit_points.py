"""Points: how far each limit can move before profit, or the set of channels, changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from channelopt.analysis.study import Answer, Question
from channelopt.analysis.worth.limit_board import Board
from channelopt.analysis.worth.limit_lines import Change, Errand, Line, run, scaled
from channelopt.analysis.worth.limit_list import Levels
from channelopt.analysis.worth.spans import Effect, Span
from channelopt.plan.records import Known
from channelopt.plan.table import Cell

POINT_COLUMNS = (
    "parameter",
    "title",
    "unit",
    "value",
    "direction",
    "what",
    "same_until",
    "changed_at",
    "then",
    "searched_to",
    "known",
)
"""Columns of `limit_points`."""

FURTHER = (0.2, 0.5, 1.0)
"""Shares of a limit at which the search goes on where 10 % change nothing."""
NOTHING, LESS, MORE, NO_PLAN = "nothing", "profit falls", "profit rises", "no plan"


@dataclass(frozen=True)
class Point:
    """Where profit changes along a limit in one direction.

    Attributes:
        line: the limit.
        sign: -1 less, +1 more.
        same: share of its size up to which nothing changes, proven.
        changed: share at which it has changed, proven; None where none is known.
        searched: furthest share that was to be looked at.
        then: what happens there.
        known: how it is known.
        what: profit, or the channels that are open.
    """

    line: Line
    sign: int
    same: float
    changed: float | None
    searched: float
    then: str
    known: Known
    what: str = "profit"

    @property
    def row(self) -> tuple[Cell, ...]:
        """The row of the table."""
        bound = self.line.bound
        changed = None if self.changed is None else self._value(self.changed)
        return (
            bound.path,
            bound.title,
            bound.unit,
            bound.value,
            "less" if self.sign < 0 else "more",
            self.what,
            self._value(self.same),
            changed,
            self.then,
            self._value(self.searched),
            self.known,
        )

    def _value(self, share: float) -> float:
        levels = moved(self.line, self.sign, share)
        return sum(levels) / len(levels)


def moved(line: Line, sign: int, share: float) -> Levels:
    """Return the values of a limit moved by a share of its size (of a step where it is 0)."""
    bound = line.bound
    if not any(bound.levels):
        return tuple(value + sign * share * 10 * bound.step for value in bound.levels)
    return scaled(bound.levels, sign * share)


@dataclass
class Search:
    """The search along one limit in one direction.

    Attributes:
        board: all limits.
        line: the limit.
        sign: -1 less, +1 more.
        tolerance: width of the interval, relative to the limit.
        ladder: shares of its size that are looked at, ascending.
        guessed: whether the place right behind the room was looked at.
    """

    board: Board
    line: Line
    sign: int
    tolerance: float
    ladder: list[float] = field(default_factory=list)
    guessed: bool = False

    def __post_init__(self) -> None:
        steps = [0.0, *self._asked(), *FURTHER]
        allowed = [s for s in steps if self.line.bound.allows(moved(self.line, self.sign, s))]
        self.ladder = sorted(set(allowed))
        if not self.loosens:
            self._add_room()

    @property
    def loosens(self) -> bool:
        """Whether the limit gets looser this way."""
        return self.sign != self.line.bound.tightens

    def _add_room(self) -> None:
        """Find how far the plan itself obeys the limit, which needs no solving."""
        bound, kept = self.line.bound, self.board.kept
        low, high = 0.0, self.ladder[-1]
        if kept.obeys(bound, moved(self.line, self.sign, high)):
            low = high
        while high - low > self.tolerance / 64:
            middle = (low + high) / 2
            if kept.obeys(bound, moved(self.line, self.sign, middle)):
                low = middle
            else:
                high = middle
        self.ladder = sorted({*self.ladder, low})
        self.line.learn(moved(self.line, self.sign, low), Span(low=self.line.scale.base.low))

    def _asked(self) -> list[float]:
        """Shares of the changes that were asked before: their answers are known."""
        return [
            self._share(change)
            for change in self.board.changes[self.line.bound.path]
            if change.sign == self.sign and change.levels is not None
        ]

    def _share(self, change: Change) -> float:
        bound = self.line.bound
        size = sum(abs(v) for v in bound.levels) or 10 * bound.step * len(bound.levels)
        if change.name == "step":
            return bound.step * len(bound.levels) / size
        return {"1 %": 0.01, "5 %": 0.05, "10 %": 0.1}[change.name]

    # ---- what is known

    def effect(self, share: float) -> Effect:
        """Return what moving the limit by a share is worth."""
        return self.line.effect(moved(self.line, self.sign, share))

    def same(self) -> float:
        """Return the largest share at which nothing changes, proven."""
        return max((s for s in self.ladder if self._is_same(s)), default=0.0)

    def changed(self) -> float | None:
        """Return the smallest share at which something has changed, proven."""
        return min((s for s in self.ladder if self._has_changed(s)), default=None)

    def _is_same(self, share: float) -> bool:
        effect = self.effect(share)
        return effect.known == "re-solved" and effect.worth == 0

    def _has_changed(self, share: float) -> bool:
        effect = self.effect(share)
        if effect.known == "infeasible":
            return True
        if self.loosens:
            return effect.worth is not None and effect.worth > 0
        ends = (effect.worth if effect.known == "re-solved" else effect.at_most, 0.0)
        return ends[0] is not None and ends[0] < -self.line.scale.noise

    def done(self) -> bool:
        """Whether the interval is as narrow as wished, or nothing changes as far as is looked."""
        same, changed = self.same(), self.changed()
        if changed is None:
            return same >= self.ladder[-1]
        if changed - same <= self.tolerance * (1 + 1e-9):
            return True
        bound = self.line.bound
        ends = [bound.effective(moved(self.line, self.sign, s)) for s in (same, changed)]
        return bound.whole and max(abs(a - b) for a, b in zip(*ends, strict=True)) <= 1

    # ---- what to ask

    def far(self) -> tuple[Line, Levels | None]:
        """Return the limit and its furthest values, None where something changes before."""
        is_open = self.changed() is None
        return self.line, moved(self.line, self.sign, self.ladder[-1]) if is_open else None

    def errands(self) -> list[Errand]:
        """Return what to ask next; nothing once it is done."""
        share = self._next()
        if share is None:
            return []
        levels = moved(self.line, self.sign, share)
        question = Question(self.line.bound.at(self.board.study.instance, levels))
        return [Errand(question, lambda: not self.done(), partial(self._heard, share, levels))]

    def _next(self) -> float | None:
        """Return the share to look at: further out where nothing changed, else in between."""
        if self.done():
            return None
        same, changed = self.same(), self.changed()
        guess = self._guess(same, changed)
        if guess is not None:
            return guess
        between = [s for s in self.ladder if s > same and (changed is None or s < changed)]
        unknown = [s for s in between if not self.effect(s).is_known]
        if unknown:
            return unknown[0] if changed is None else unknown[len(unknown) // 2]
        return None if changed is None else self._with(same + (changed - same) / 2)

    def _guess(self, same: float, changed: float | None) -> float | None:
        """Return the share right behind the room that there is: mostly things change there."""
        bound = self.line.bound
        near = self.tolerance
        if bound.whole:
            near = max(near, 1.0 / max(1e-9, min(abs(v) for v in bound.levels)))
        share = same + near
        far = self.ladder[-1] if changed is None else changed
        if self.guessed or share >= far or (self.loosens and changed is None):
            return None
        self.guessed = True
        return self._with(share)

    def _with(self, share: float) -> float:
        self.ladder = sorted({*self.ladder, share})
        return share

    def _heard(self, share: float, levels: Levels, answer: Answer) -> Sequence[Errand]:
        before = self.effect(share)
        self.line.learn(levels, self.line.scale.heard(answer))
        stuck = not self.effect(share).is_known and before == self.effect(share)
        return [] if stuck else self.errands()

    def point(self) -> Point:
        """Return what was found."""
        same, changed = self.same(), self.changed()
        then = NOTHING if changed is None else self._then(changed)
        known: Known = "re-solved" if self.done() else "at least"
        return Point(self.line, self.sign, same, changed, self.ladder[-1], then, known)

    def _then(self, changed: float) -> str:
        if self.effect(changed).known == "infeasible":
            return NO_PLAN
        return MORE if self.loosens else LESS


def search_points(board: Board, tolerance: float) -> list[Search]:
    """Find how far every limit can move in either direction before profit changes.

    Args:
        board: the limits with what is known already.
        tolerance: width of the interval of a point, relative to the limit.
    """
    searches = [
        Search(board, line, sign, tolerance)
        for line in board.lines
        for sign in (-1, 1)
        if line.bound.steady
    ]
    errands = board.together([search.far() for search in searches if search.loosens])
    order = sorted(searches, key=lambda search: (search.changed() is None, search.sign))
    run(board.study, errands)
    run(board.study, [errand for search in order for errand in search.errands()])
    return searches
