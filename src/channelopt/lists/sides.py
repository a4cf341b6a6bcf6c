"""Sides: what a planner may set a limit to, from one side or from both."""

from __future__ import annotations

import math
from collections.abc import Mapping

from channelopt.errors import UsageError

Sides = float | tuple[float | None, float | None]
"""A value for the side that a limit is known by, or both sides: at least, at most; None: none."""

DOTS = ".."
EXPECTED = "expected a number, or LOW..HIGH, LOW.. or ..HIGH"


def typed_sides(text: str) -> Sides | None:
    """Understand `900`, `400..900`, `400..` or `..900`; None where that cannot be done."""
    low, dots, high = text.partition(DOTS)
    if not dots:
        return _number(text)
    found = [_number(side) if side.strip() else math.inf for side in (low, high)]
    if None in found or found == [math.inf, math.inf]:
        return None
    at_least, at_most = (side if math.isfinite(side or 0.0) else None for side in found)
    return at_least, at_most


def of_limit(lower: float, upper: float, wanted: Sides) -> tuple[float, float]:
    """Return the sides of a limit that is set by hand.

    Args:
        lower: side as it is, -inf for none.
        upper: side as it is, inf for none.
        wanted: one value sets the upper side where there is one, and with it the lower one where
            that would be above; else the lower one. Two values set both.
    """
    if isinstance(wanted, tuple):
        at_least, at_most = wanted
        return -math.inf if at_least is None else at_least, math.inf if at_most is None else at_most
    if math.isfinite(upper):
        return min(lower, wanted), wanted
    return wanted, upper


def largest(wanted: Sides, as_it_is: float) -> float:
    """Return the upper side, that as it is where only a lower one is wanted."""
    most = wanted[1] if isinstance(wanted, tuple) else wanted
    return as_it_is if most is None else most


def refuse_crossed(limits: Mapping[str, Sides], place: str = "limit ") -> None:
    """Refuse limits whose lower side is above the upper one, and those without any side.

    Args:
        limits: sides by name.
        place: where they were given.

    Raises:
        UsageError: there are some; all of them are named.
    """
    faults = []
    for name, wanted in limits.items():
        sides = wanted if isinstance(wanted, tuple) else (wanted, wanted)
        low, high = of_limit(-math.inf, math.inf, sides)
        if not low <= high or (math.isinf(low) and math.isinf(high)):
            faults.append(f"{place}{name}: {EXPECTED}, found '{told(wanted)}'")
    if faults:
        raise UsageError("; ".join(faults))


def told(wanted: Sides) -> str:
    """Return sides as they are typed, without loss."""
    if not isinstance(wanted, tuple):
        return _exact(wanted)
    return DOTS.join("" if side is None else _exact(side) for side in wanted)


def _exact(value: float) -> str:
    brief = f"{value:.12g}"
    return brief if float(brief) == value else repr(float(value))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
