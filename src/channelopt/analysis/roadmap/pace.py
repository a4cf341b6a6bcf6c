"""Pace: how fast customers may be moved, and in how many steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

from channelopt.analysis.roadmap.moving import without_today
from channelopt.errors import InputError, Problem, UsageError
from channelopt.instance.instance import Instance

MOST_STEPS = 12
"""Most steps unless the user asks for more."""
LONGEST = 60
SHOWN = 5


@dataclass(frozen=True)
class Pace:
    """How fast customers may be moved.

    Attributes:
        limit: largest share of all customers that may move from one period to the next.
        steps: how often a single period is repeated; None: as often as the limit needs.
        points: most points of the curve.
    """

    limit: float = 0.05
    steps: int | None = None
    points: int = 12


def check_pace(instance: Instance, pace: Pace) -> None:
    """Say early what stands against a roadmap.

    Raises:
        UsageError: a number is out of its range.
        InputError: today's shares are not known.
    """
    if not (math.isfinite(pace.limit) and 0 <= pace.limit <= 1):
        raise UsageError(f"--limit: expected a share from 0 to 1, found {pace.limit}")
    if not 2 <= pace.points <= 1000:
        raise UsageError(f"--points: expected a whole number from 2 to 1000, found {pace.points}")
    if pace.steps is not None:
        _check_steps(instance, pace.steps)
    missing = without_today(instance.numbers)
    if missing:
        raise InputError([_no_today(instance, missing)])


def _check_steps(instance: Instance, steps: int) -> None:
    periods = len(instance.numbers.periods)
    if periods > 1:
        raise UsageError(
            f"--steps: the scenario has {periods} periods already; steps repeat a single one"
        )
    if not 1 <= steps <= LONGEST:
        raise UsageError(f"--steps: expected a whole number from 1 to {LONGEST}, found {steps}")


def _no_today(instance: Instance, missing: tuple[tuple[str, str], ...]) -> Problem:
    n = instance.numbers
    hint = "add rows with today's share of each channel, summing to 1"
    if len(missing) == sum(len(n.segments) for known in n.inbound if known):
        message = "a roadmap starts from today: the table baseline_share is missing"
        return Problem("E913", message, None, hint)
    shown = "; ".join(", ".join(pair) for pair in missing[:SHOWN])
    more = f"; and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    message = f"a roadmap starts from today: table baseline_share has no shares of {shown}{more}"
    return Problem("E913", message, None, hint)


def steps_needed(pace: Pace, end: float) -> int:
    """Return how many steps the limit needs to move so many customers, at most `MOST_STEPS`."""
    if pace.steps is not None:
        return pace.steps
    if pace.limit <= 0:
        return 1
    return min(max(math.ceil(end / pace.limit - 1e-9), 1), MOST_STEPS)
