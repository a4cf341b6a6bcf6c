"""Judge a run by its thresholds: found, wanted, distance and the worst place of each rule."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from channelopt.analysis.thresholds.figures import Figure, Subject, Value, figures_of
from channelopt.analysis.thresholds.reach import Place, where
from channelopt.analysis.thresholds.schema import Threshold
from channelopt.rules.base import TOLERANCE

NEAR = float(TOLERANCE)
"""A bound is kept within NEAR * max(1, |bound|), as for the rules of a scenario."""

Outcome = Literal["passed", "failed", "no meaning"]


@dataclass(frozen=True)
class Judged:
    """One rule at one place.

    Attributes:
        place: where.
        found: the figure, None where it has no meaning.
        sense: `>=` or `<=`, of the bound that is nearer to being missed.
        wanted: that bound in the unit of the figure; None where it has no meaning.
        why: why there is no meaning, else empty.
    """

    place: Place
    found: Value
    sense: str
    wanted: Value
    why: str = ""

    @property
    def room(self) -> float | None:
        """Distance to the bound in the unit of the figure, negative where it is missed."""
        if self.found is None or self.wanted is None:
            return None
        return self.found - self.wanted if self.sense == ">=" else self.wanted - self.found

    @property
    def outcome(self) -> Outcome:
        """Whether the bound is kept."""
        if self.room is None or self.wanted is None:
            return "no meaning"
        return "passed" if self.room >= -NEAR * max(1.0, abs(self.wanted)) else "failed"


@dataclass(frozen=True)
class Verdict:
    """What became of one rule.

    Attributes:
        rule: the rule.
        title: of its figure, in words.
        worst: the place with the least room; one without meaning comes first where that fails.
        places: how many places were judged.
        failed: at how many of them the rule fails.
        passes: whether the rule holds.
    """

    rule: Threshold
    title: str
    worst: Judged | None
    places: int
    failed: int
    passes: bool

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON data."""
        worst = self.worst
        return {
            "name": self.rule.name,
            "kpi": self.rule.kpi,
            "passes": self.passes,
            "outcome": "no meaning" if worst is None else worst.outcome,
            "found": None if worst is None else worst.found,
            "sense": None if worst is None else worst.sense,
            "wanted": None if worst is None else worst.wanted,
            "distance": None if worst is None else worst.room,
            "where": None if worst is None else str(worst.place),
            "why": "" if worst is None else worst.why,
            "places": self.places,
            "failed": self.failed,
        }


def judge(
    rules: Iterable[Threshold], run: Subject, baseline: Subject | None
) -> tuple[Verdict, ...]:
    """Judge a run by every rule; names must have been checked.

    Args:
        rules: the rules.
        run: the run that is judged.
        baseline: the run that some rules hold it against.
    """
    figures = figures_of(run.instance.numbers)
    return tuple(_verdict(rule, figures[rule.kpi], run, baseline) for rule in rules)


def _verdict(rule: Threshold, figure: Figure, run: Subject, baseline: Subject | None) -> Verdict:
    places = where(rule, figure, run.instance.numbers)
    judged = [one for place in places for one in _at(rule, figure, place, run, baseline)]
    failed = {one.place for one in judged if _fails(rule, one)}
    return Verdict(
        rule=rule,
        title=figure.title,
        worst=min(judged, key=lambda one: _badness(rule, one), default=None),
        places=len({one.place for one in judged}),
        failed=len(failed),
        passes=not failed and (bool(judged) or rule.optional),
    )


def _fails(rule: Threshold, one: Judged) -> bool:
    return one.outcome == "failed" or (one.outcome == "no meaning" and not rule.optional)


def _badness(rule: Threshold, one: Judged) -> float:
    """Order places: without meaning first where that fails, else last; then by room."""
    if one.room is None:
        return math.inf if rule.optional else -math.inf
    return one.room


def _at(
    rule: Threshold, figure: Figure, place: Place, run: Subject, baseline: Subject | None
) -> Iterator[Judged]:
    """Yield the rule's bounds, one or two, at a place."""
    found = _value(figure, place, run)
    base: Value = None
    why = "" if found is not None else f"{figure.name} has no meaning here"
    if baseline is not None and (rule.of or rule.from_):
        base, trouble = _base(rule, figure, place, baseline)
        why = why or trouble
    for sense, bound in ((">=", rule.at_least), ("<=", rule.at_most)):
        if bound is not None:
            wanted = None if why else _wanted(rule, bound, base)
            yield Judged(place, found, sense, wanted, why)


def _value(figure: Figure, place: Place, run: Subject) -> Value:
    reach = place.reach(run.instance.numbers)
    value = None if reach is None else figure.work(run, reach)
    return None if value is None or not math.isfinite(value) else value + 0.0


def _base(rule: Threshold, figure: Figure, place: Place, baseline: Subject) -> tuple[Value, str]:
    """Return the figure of the baseline, and why it cannot be used."""
    own = figures_of(baseline.instance.numbers).get(figure.name)
    if own is None or place.reach(baseline.instance.numbers) is None:
        return None, f"the baseline has no {figure.name} of this"
    value = _value(own, place, baseline)
    if value is None:
        return None, f"{figure.name} has no meaning in the baseline"
    if rule.of and value < 0:
        return None, f"the baseline is {value:.12g}: a share of it has no meaning, use from"
    return value, ""


def _wanted(rule: Threshold, bound: float, base: Value) -> float:
    if base is None:
        return bound
    return bound * base if rule.of else base + bound
