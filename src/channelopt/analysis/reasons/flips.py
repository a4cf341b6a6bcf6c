"""Flips: the smallest change of one input that moves contacts to the runner-up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from channelopt.analysis.levers import Lever, levers
from channelopt.analysis.reasons.forcing import Pair, shares
from channelopt.analysis.study import Answer, Question, Study
from channelopt.analysis.varied.inputs import Input, matching, scaled
from channelopt.errors import UsageError
from channelopt.instance.instance import Instance
from channelopt.plan.accounts import account
from channelopt.plan.records import Known
from channelopt.terms.choice import Choice

CHEAPER = {"unit_cost": -1, "handle_minutes": -1}
BETTER = {"satisfaction": 1, "resolution": 1, "contact_value": 1}
"""Inputs of a channel, and which way they speak for it."""
SHARES = frozenset({"satisfaction", "resolution"})
FURTHEST = 9.0
"""An input is raised to at most ten times its value."""
MOST_ROUNDS = 40
HOPELESS = 2.0
"""An input that should flip a pair only this many times beyond its furthest change is left out."""


@dataclass(frozen=True)
class Candidate:
    """An input or a limit that may flip a pair.

    Attributes:
        name: of the table; of a limit its title.
        way: the channel or bundle whose input it is.
        inputs: its cells, one input for each path; of a limit none.
        sign: 1 where more of it speaks for the runner-up, else -1.
        furthest: largest relative change that has a meaning.
        expected: relative change at which it should flip by the linear estimate.
        lever: the limit.
    """

    name: str
    way: int
    inputs: tuple[Input, ...]
    sign: int
    furthest: float
    expected: float = math.inf
    lever: Lever | None = None

    @property
    def paths(self) -> str:
        """The paths of what changes, as `--set` takes them."""
        if self.lever is not None:
            return self.lever.path
        return " ".join(one.path for one in self.inputs)

    @property
    def value(self) -> float | None:
        """Today's value; None where it differs by period."""
        if self.lever is not None:
            return self.lever.value
        values = {one.value for one in self.inputs}
        return values.pop() if len(values) == 1 else None

    def at(self, instance: Instance, change: float) -> tuple[Instance, str]:
        """Return the instance with the input changed by a share of itself, and how to say it."""
        factor = 1.0 + self.sign * change
        value = self.value
        if value is None:
            factor = float(f"{factor:.9g}")
            text = " ".join(f"{one.path}*={factor!r}" for one in self.inputs)
            return scaled(instance, [(one, factor) for one in self.inputs]), text
        after = float(f"{value * factor:.9g}")
        if self.lever is not None:
            moved = self.lever.moved(instance, after - value)
            return moved or instance, f"{self.lever.path}={after!r}"
        for one in self.inputs:
            instance = one.at(instance, after)
        return instance, " ".join(f"{one.path}={after!r}" for one in self.inputs)


@dataclass(frozen=True)
class Quest:
    """What is sought: so large a share of a pair's contacts in a way."""

    instance: Instance
    pair: Pair
    way: int
    threshold: float

    def reached(self, choice: Choice) -> bool:
        """Whether a plan has so many of the contacts there."""
        return bool(shares(self.pair, choice)[self.way] >= self.threshold - 1e-9)


@dataclass(frozen=True)
class Flip:
    """A proven flip: at `change` the contacts move, at `before` they do not yet.

    Both are relative changes of the input, without sign; where no input need change, there is none.
    `lost` is what moving so many contacts would cost today, None where rules forbid it.
    """

    candidate: Candidate | None
    quest: Quest
    before: float
    change: float
    text: str
    known: Known
    lost: float | None = None

    @property
    def way(self) -> int:
        """Where the contacts move."""
        return self.quest.way

    @property
    def threshold(self) -> float:
        """The share of the contacts that is then there, at least."""
        return self.quest.threshold

    @property
    def relative(self) -> float:
        """The relative change with its sign."""
        return self.change if self.candidate is None else self.candidate.sign * self.change


def candidates(quest: Quest) -> list[Candidate]:
    """Return the inputs of the main channel and of the runner-up for a pair's contacts."""
    n = quest.instance.numbers
    found = []
    for way, side in ((quest.way, 1), (quest.pair.main, -1)):
        is_channel = way < len(n.channels)
        for name, sign in (CHEAPER | BETTER).items():
            if name != "contact_value" and not is_channel:
                continue
            known = _inputs(quest, name, way)
            if known:
                furthest = _furthest(name, known, side * sign)
                found.append(Candidate(name, way, known, side * sign, furthest))
    return [one for one in found if one.furthest > 0]


def limit(instance: Instance, prefix: str, way: int) -> Candidate | None:
    """Return the one limit below a path; None where there is none, or more than one."""
    found = [one for one in levers(instance) if one.path.startswith(prefix)]
    if len(found) != 1 or found[0].value <= 0:
        return None
    (lever,) = found
    furthest = FURTHEST if lever.tightens < 0 else 1.0
    furthest = min(furthest, lever.highest / lever.value - 1.0) if lever.tightens < 0 else furthest
    if furthest <= 0:
        return None
    return Candidate(lever.title, way, (), -lever.tightens, furthest, min(1.0, furthest), lever)


def _inputs(quest: Quest, name: str, way: int) -> tuple[Input, ...]:
    n, (s, i) = quest.instance.numbers, quest.pair.where
    keys = f"segment={n.segments[s]},interaction={n.interactions[i]},channel={n.ways[way]}"
    alive = {t for t in range(len(n.periods)) if n.contacts[s, i, t] > 0}
    paths = [f"tables.{name}[{keys}]"]
    if not alive <= set(quest.pair.periods):
        paths = [f"tables.{name}[{keys},period={n.periods[t]}]" for t in quest.pair.periods]
    try:
        found = tuple(one for path in paths for one in matching(quest.instance, path))
    except UsageError:
        return ()
    return tuple(one for one in found if one.value is None or one.value > 0)


def _furthest(name: str, inputs: Sequence[Input], sign: int) -> float:
    if sign < 0:
        return 1.0
    values = [one.value for one in inputs]
    if name not in SHARES:
        return FURTHEST
    if None in values:
        return 0.0
    return min(max(0.0, 1.0 / value - 1.0) for value in values if value is not None)


def smallest(
    study: Study,
    quest: Quest,
    options: Sequence[Candidate],
    tolerance: float,
) -> Flip | None:
    """Return the flip with the smallest relative change, the most promising input tried first.

    Every further input is tried at the change found so far; only one that flips there is narrowed.

    Args:
        study: answers exactly.
        quest: what is sought.
        options: inputs with the change that is expected of them.
        tolerance: width that the change is narrowed to, relative to the input.
    """
    best: Flip | None = None
    for option in sorted(options, key=lambda one: (one.expected, one.way, one.name)):
        if study.left() <= 0:
            break
        limit = option.furthest if best is None else min(option.furthest, best.change)
        found = _Search(study, quest, option, tolerance).run(limit, tried=best is not None)
        if found is not None and (best is None or found.change < best.change):
            best = found
    return best


@dataclass(frozen=True)
class _Point:
    """A relative change that was solved."""

    change: float
    flipped: bool
    choice: Choice
    text: str


class _Search:
    """Narrows the change of one input at which a pair flips."""

    def __init__(self, study: Study, quest: Quest, option: Candidate, tolerance: float) -> None:
        self.study = study
        self.quest = quest
        self.option = option
        self.tolerance = tolerance
        self.low = _Point(0.0, False, study.choice, "")
        self.high: _Point | None = None

    def run(self, limit: float, *, tried: bool) -> Flip | None:
        """Return the flip within a limit; None where there is none, or none could be proven."""
        start = limit if tried else min(self.option.expected, limit)
        around = () if tried else self._around(start, limit)
        if not self._solve(around or (start,)):
            return None
        if self.high is None and not self._further(start, limit):
            return None
        return self._narrowed()

    def _further(self, start: float, limit: float) -> bool:
        """Look for a change that flips, further and further away."""
        change = start
        while self.high is None and change < limit:
            change = min(limit, max(change * 1.5, change + 4 * self.tolerance))
            if not self._solve((change,)):
                return False
        return self.high is not None

    def _narrowed(self) -> Flip | None:
        known: Known = "re-solved"
        for _ in range(MOST_ROUNDS):
            if self.high is None or self._width() <= self.tolerance * (1 + 1e-6):
                break
            if not self._solve(self._next()):
                known = "at least"
                break
        if self.high is None:
            return None
        if self._width() > self.tolerance * (1 + 1e-6):
            known = "at least"
        return Flip(
            self.option, self.quest, self.low.change, self.high.change, self.high.text, known
        )

    def _width(self) -> float:
        return math.inf if self.high is None else self.high.change - self.low.change

    def _next(self) -> tuple[float, ...]:
        """Where the two plans at the ends are worth the same, else the middle."""
        if self.high is None:
            return ()
        low, high = self.low.change, self.high.change
        at_low, at_high = self._lead(low), self._lead(high)
        if at_low >= 0 or at_high <= 0:
            return ((low + high) / 2,)
        crossing = low + (high - low) * -at_low / (at_high - at_low)
        near = self.tolerance / 100
        inside = tuple(x for x in self._around(crossing, high) if low + near < x < high - near)
        return inside or ((low + high) / 2,)

    def _lead(self, change: float) -> float:
        """By how much the flipped plan is worth more than the other one, both as they are."""
        if self.high is None:
            return 0.0
        numbers = self.option.at(self.quest.instance, change)[0].numbers
        plans = (account(numbers, point.choice).objective for point in (self.high, self.low))
        flipped, other = plans
        return flipped - other

    def _around(self, change: float, limit: float) -> tuple[float, ...]:
        below, above = change - 0.45 * self.tolerance, change + 0.45 * self.tolerance
        return tuple(x for x in (below, min(above, limit)) if 0 < x <= limit)

    def _solve(self, changes: Sequence[float]) -> bool:
        """Solve at changes and take the ends in; False where an answer is not proven."""
        made = [(x, *self.option.at(self.quest.instance, x)) for x in changes]
        asked = [Question(instance, wants_choice=True) for _, instance, _ in made]
        for (change, _, text), answer in zip(made, self.study.ask(asked), strict=True):
            point = self._point(change, text, answer)
            if point is None:
                return False
            if point.flipped and (self.high is None or change < self.high.change):
                self.high = point
            elif not point.flipped and change > self.low.change:
                self.low = point
        if self.high is not None and self.low.change >= self.high.change:
            self.low = _Point(0.0, False, self.study.choice, "")
        return True

    def _point(self, change: float, text: str, answer: Answer) -> _Point | None:
        if answer.choice is None or not answer.proven:
            return None
        return _Point(change, self.quest.reached(answer.choice), answer.choice, text)


def expected(
    options: Sequence[Candidate], needed: float, gain: Callable[[Candidate, float], float]
) -> list[Candidate]:
    """Return the inputs that matter, each with the relative change that should be enough.

    Args:
        options: inputs.
        needed: what a contact in the runner-up must gain, in currency.
        gain: what it gains by a small relative change of an input.
    """
    found = []
    for option in options:
        step = min(0.01, option.furthest)
        slope = gain(option, step) / step
        if slope > 1e-12:
            change = max(needed, 0.0) / slope
            if change <= HOPELESS * option.furthest:
                found.append(replace(option, expected=min(change, option.furthest)))
    return found
