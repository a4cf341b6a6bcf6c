"""Lines: what is known about the optimum along the values of one limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from channelopt.analysis.study import Answer, Question, Study
from channelopt.analysis.worth.limit_list import Bound, Levels
from channelopt.analysis.worth.spans import NO_MEANING, Effect, Scale, Span

SHARES = {"1 %": 0.01, "5 %": 0.05, "10 %": 0.1}
CHANGES = ("step", *SHARES)
"""By how much a limit is moved: a natural step, and shares of its value."""
AT_ONCE = 8
"""So many questions are asked together, so that a hard one cannot use up the time of all."""


@dataclass(frozen=True)
class Change:
    """A limit moved.

    Attributes:
        bound: the limit.
        name: `step`, `1 %`, `5 %` or `10 %`.
        sign: -1 less, +1 more.
        levels: its values then; None where they have no meaning.
    """

    bound: Bound
    name: str
    sign: int
    levels: Levels | None

    @property
    def loosens(self) -> bool:
        """Whether the limit gets looser."""
        return self.sign != self.bound.tightens

    @property
    def text(self) -> str:
        """The change as `--set` takes it; empty where it cannot."""
        bound, levels = self.bound, self.levels
        if levels is None:
            return ""
        if bound.alike:
            return f"{bound.path}={levels[0]!r}"
        if self.name == "step":
            return f"{bound.path}+={self.sign * bound.step!r}"
        if min(bound.levels) < 0:
            return ""
        return f"{bound.path}*={1 + self.sign * SHARES[self.name]!r}"


def changes(bound: Bound) -> list[Change]:
    """Return the eight changes of a limit, the smallest first, less before more."""
    return [
        Change(bound, name, sign, _moved(bound, name, sign)) for name in CHANGES for sign in (-1, 1)
    ]


def _moved(bound: Bound, name: str, sign: int) -> Levels | None:
    if name == "step":
        levels = tuple(plus(value, sign * bound.step) for value in bound.levels)
    else:
        levels = scaled(bound.levels, sign * SHARES[name])
    return levels if levels != bound.levels and bound.allows(levels) else None


def plus(value: float, amount: float) -> float:
    """Add as decimals, so that 0.3 and 0.1 are 0.4, as `--set` does."""
    return float(Decimal(repr(value)) + Decimal(repr(amount)))


def scaled(levels: Levels, share: float) -> Levels:
    """Return values moved by a share of their sizes, in decimals."""
    exact = [Decimal(repr(value)) for value in levels]
    return tuple(float(value + Decimal(repr(share)) * abs(value)) for value in exact)


@dataclass
class Line:
    """One limit, with what is proven about the optimum at each of its values."""

    bound: Bound
    scale: Scale
    spans: dict[Levels, Span] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.learn(self.bound.levels, self.scale.base)

    def learn(self, levels: Levels, span: Span) -> None:
        """Add what is known at some values, and what follows elsewhere: looser never hurts."""
        bound = self.bound
        key = bound.effective(levels)
        known = self.span(levels).meet(span)
        self.spans[key] = known
        for other in self.spans if bound.steady else ():
            if bound.is_looser(other, key):
                self.spans[other] = self.spans[other].meet(Span(low=known.low))
            if bound.is_looser(key, other):
                self.spans[other] = self.spans[other].meet(Span(high=known.high))

    def span(self, levels: Levels) -> Span:
        """Return what is known at some values."""
        bound = self.bound
        key = bound.effective(levels)
        found = self.spans.get(key, Span())
        for other, span in self.spans.items() if bound.steady else ():
            if bound.is_looser(key, other):
                found = found.meet(Span(low=span.low))
            if bound.is_looser(other, key):
                found = found.meet(Span(high=span.high))
        return found

    def effect(self, levels: Levels | None) -> Effect:
        """Return what moving the limit to some values is worth."""
        if levels is None:
            return NO_MEANING
        return self.scale.effect(self.span(levels))


@dataclass(frozen=True)
class Errand:
    """A question and what to do with its answer.

    Attributes:
        question: to be asked.
        is_open: whether the answer is still wanted.
        absorb: takes the answer in, returns what is to be asked next.
    """

    question: Question
    is_open: Callable[[], bool]
    absorb: Callable[[Answer], Sequence[Errand]]


def run(study: Study, errands: Sequence[Errand]) -> None:
    """Ask in small groups, each with twice its part of the time left, until nothing is open.

    Args:
        study: to be asked.
        errands: the most valuable first; what follows from answers comes last.
    """
    waiting = list(errands)
    while waiting and study.left() > 0:
        group = list(_next(waiting))
        part = min(1.0, 2.0 * len(group) / max(1, len(group) + len(waiting)))
        with study.within(study.left() * part):
            answers = study.ask([errand.question for errand in group])
        for errand, answer in zip(group, answers, strict=True):
            waiting += errand.absorb(answer)


def _next(waiting: list[Errand]) -> Iterator[Errand]:
    """Take the next few open errands off the list."""
    taken = 0
    while waiting and taken < AT_ONCE:
        errand = waiting.pop(0)
        if errand.is_open():
            taken += 1
            yield errand
