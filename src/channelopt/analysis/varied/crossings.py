"""Crossings: where along an input the best plan departs from something that it is compared with.

A crossing lies between a value that is proven level (no plan is worth more than the reference,
within the gaps) and one that is proven above. Each exact re-solve moves one of the two. The plan
found above tells where to look next: carried on to other values of the input it is a line (or
nearly), and no nearer than where that line meets the reference can the crossing be. This is
Newton's method for a piecewise linear function, kept between the two proven values by halving.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.optimize import brentq

from channelopt.analysis.study import Answer, Question, Study
from channelopt.analysis.varied.holding import Held
from channelopt.instance.instance import Instance

MOST_STEPS = 40
"""Re-solves of one crossing at most."""
SLOW = 2
"""After so many steps that do not halve the rest, one that does."""
WAVE = 8
"""Crossings that are sought side by side: with little time the first ones are finished."""
SMALLEST = 1e-9
"""Relative difference of two objectives that is none."""

Verdict = Literal["level", "above", "unknown"]
Place = Callable[[float], Instance]


@dataclass(frozen=True)
class Reference:
    """What the best plan is compared with.

    Attributes:
        value: by the input's value.
        breaks: rules that the reference breaks at a value: then it is no plan.
        noise: amounts below this are nothing.
    """

    value: Callable[[float], float]
    breaks: Callable[[float], tuple[str, ...]]
    noise: float


class Crossing:
    """The search for one crossing, from today's value towards a far end.

    Attributes:
        today: today's value of the input, where the verdict is known.
        far: as far as is looked.
        near: value nearest to the crossing with today's verdict.
        beyond: value nearest to the crossing with the other verdict; None: none yet.
        cause: what is found above: `another plan is better`, `no plan is left`, `breaks ...`.
        plan: the plan that is better above, where one is known.
        state: open while sought; `found`, `none` (nowhere up to the far end) or `stopped`.
        is_bent: more than one crossing is possible, so that half way is looked at, too.
        guess: where to look next, None to work it out.
    """

    def __init__(
        self, place: Place, reference: Reference, ends: tuple[float, float], tolerance: float
    ) -> None:
        self.place = place
        self.reference = reference
        self.today, self.far = ends
        self.near = self.today
        self.beyond: float | None = None
        self.begins: Literal["level", "above"] = "level"
        self.cause = ""
        self.plan: Held | None = None
        self.state: Literal["open", "found", "none", "stopped"] = "open"
        self.is_bent = False
        self.guess: float | None = None
        self._tolerance = tolerance
        self._last_width = float("inf")
        self._slow = 0
        self._gains: dict[float, float] = {}  # by value, where answers were above
        self._was_above = True
        self._steps = 0
        self._half_way: float | None = None
        self._outcome: Literal["found", "none"] = "none"

    def starting_above(self, plan: Held) -> Crossing:
        """Make today's plan the better one: sought is where it is better no more."""
        self.begins, self.plan = "above", plan
        self._gains[self.today] = self._gain(self.today)
        return self

    def width(self) -> float:
        """Return how near the two ends must come."""
        return self._tolerance * max(abs(self.near), abs(self.far - self.today) * 1e-2)

    def propose(self) -> float | None:
        """Return the value to solve next, None where the search has ended."""
        if self.state == "open" and self._steps >= MOST_STEPS:
            self.state = "stopped"
        if self.state != "open":
            return None
        if self._half_way is not None:
            return self._half_way
        if self.beyond is None:
            return self.far
        if not self._is_narrow() and self.guess is None:
            self.guess = self._by_plan(self.beyond)
        return self._finished("found") if self._is_narrow() else self.guess

    def _is_narrow(self) -> bool:
        return self.beyond is not None and abs(self.beyond - self.near) <= self.width() * 1.001

    def _finished(self, outcome: Literal["found", "none"]) -> float | None:
        """End, or first look half way to what was found."""
        self._outcome = outcome
        if self.is_bent and self.near != self.today:
            self.is_bent = False
            self._half_way = (self.today + self.near) / 2
        else:
            self.state = outcome
        return self._half_way

    def _by_plan(self, beyond: float) -> float:
        """Return where to look next: by the plan found above, by two answers, or half way."""
        level, above = (self.near, beyond) if self.begins == "level" else (beyond, self.near)
        before, self._last_width = self._last_width, abs(above - level)
        half = (level + above) / 2
        self._slow = self._slow + 1 if self._last_width > before / 2 else 0
        if self._slow == SLOW:
            self._slow = 0
            return half
        root = self._root_of_plan(level, above)
        if root is not None and abs(above - root) > 3 * self.width():
            return self._inside(root, level, above)
        return self._root_of_answers(level, above) or half

    def _root_of_plan(self, level: float, above: float) -> float | None:
        """Return where the plan found above is worth as much as the reference."""
        if self.plan is None:
            return None
        try:
            return float(brentq(self._gain, level, above, xtol=self.width() / 16))
        except ValueError:  # the plan is better, or worse, all the way
            return None

    def _inside(self, root: float, level: float, above: float) -> float:
        """Return a value just before a root, and take the one just beyond as proven if it is."""
        toward = 1.0 if above > level else -1.0
        outside = root + toward * self.width() / 2
        if (above - outside) * toward > 0 and self._proves(outside):
            above = outside
            if self.begins == "level":
                self.beyond = outside
            else:
                self.near = outside
        inside = above - toward * self.width()
        return inside if (inside - level) * toward > 0 else (level + above) / 2

    def _root_of_answers(self, level: float, above: float) -> float | None:
        """Return where a line through the two answers nearest to the crossing meets it."""
        nearest = sorted(self._gains.items(), key=lambda pair: abs(pair[0] - level))[:2]
        if len(nearest) < 2 or nearest[0][1] == nearest[1][1]:
            return None
        (one, low), (two, high) = nearest
        root = one - low * (two - one) / (high - low)
        toward = 1.0 if above > level else -1.0
        aside = self.width() / 2 if self._was_above else -self.width() / 2
        aim = root - toward * aside
        return aim if (above - aim) * toward > 0 and (aim - level) * toward > 0 else None

    def _gain(self, x: float) -> float:
        """Return what the plan found above is worth beyond the reference."""
        value = 0.0 if self.plan is None else self.plan.value(self.place(x))
        return value - self.reference.value(x) - self.reference.noise

    def _proves(self, x: float) -> bool:
        """Whether the plan found above is a plan at a value, and better than the reference."""
        return self._gain(x) > 0 and self.plan is not None and not self.plan.breaks(self.place(x))

    def hear(self, x: float, answer: Answer) -> None:
        """Take in what the re-solve at a value found."""
        self._steps += 1
        self.guess = None
        verdict = self._judge(x, answer)
        self._was_above = verdict == "above"
        if verdict == "above":
            if answer.objective is not None:
                self._gains[x] = answer.objective - self.reference.value(x) - self.reference.noise
            self.plan = None if answer.choice is None else Held(self.place(x), answer.choice)
        is_half_way, self._half_way = x == self._half_way, None
        if verdict == "unknown":
            self.state = "stopped"
        elif verdict != self.begins:
            self.beyond = x
            self.near = self.today if is_half_way else self.near
        elif is_half_way:
            self.state = self._outcome
        else:
            self.near = x
            if self.beyond is None:
                self._finished("none")

    def _judge(self, x: float, answer: Answer) -> Verdict:
        if answer.infeasible:
            self.cause = "no plan is left"
            return "above"
        if answer.objective is None:
            return "unknown"
        reference = self.reference.value(x)
        noise = max(self.reference.noise, SMALLEST * abs(reference))
        if answer.proven and answer.bound is not None:
            noise = max(noise, answer.bound - answer.objective)
        if answer.objective - reference > noise:
            self.cause = "another plan is better"
            return "above"
        broken = self.reference.breaks(x)
        if broken:
            self.cause = f"the plan breaks {', '.join(broken)}"
            return "above"
        return "level" if answer.proven else "unknown"


def seek(study: Study, crossings: Sequence[Crossing]) -> None:
    """Search all crossings, the first ones first, until the time is over."""
    for start in range(0, len(crossings), WAVE):
        wave = crossings[start : start + WAVE]
        while study.left() > 0:
            asked = [(one, x) for one in wave if (x := one.propose()) is not None]
            if not asked:
                break
            questions = [Question(one.place(x), wants_choice=True) for one, x in asked]
            for (one, x), answer in zip(asked, study.ask(questions), strict=True):
                one.hear(x, answer)
    for one in crossings:
        if one.state == "open" and one.propose() is not None:
            one.state = "stopped"
