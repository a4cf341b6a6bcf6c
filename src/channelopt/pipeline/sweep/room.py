"""Room: which of two scenarios leaves more of it, where they differ in limits alone.

A scenario whose limits are all at least as loose as another's has every plan of the other one, at
the same worth. So where it has no plan, neither has the other; and its bound holds for both.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from channelopt.instance.canonical import digest

CEILINGS = {"channels": "capacity", "staff": "max_fte"}
FLOORS = {"channels": "min_volume", "staff": "min_fte"}
SIDES = {"at_most": 1.0, "at_least": -1.0, "recover": -1.0}
"""Bounds of policies, and the sign with which more of them is more room."""
TWO_SIDED = frozenset({"return_on_cost"})
"""Policies whose bound scales a cost, which may be negative: no direction is the looser one."""


@dataclass(frozen=True)
class Room:
    """The limits of a scenario.

    Attributes:
        rest: digest of everything else, and of which limits there are.
        limits: all of them in a fixed order, signed so that more is looser.
    """

    rest: str
    limits: tuple[float, ...]

    def holds(self, other: Room) -> bool:
        """Whether every plan of the other scenario is one of this, at the same worth."""
        if self.rest != other.rest:
            return False
        pairs = zip(self.limits, other.limits, strict=True)
        return all(mine >= yours for mine, yours in pairs)


def room(resolved: Mapping[str, Any]) -> Room:
    """Return the limits of a scenario.

    Args:
        resolved: the scenario in canonical form; stays as it is.
    """
    rest = copy.deepcopy(dict(resolved))
    periods = len(rest["periods"])
    limits = tuple(value for part in _taken(rest) for value in _over_time(*part, periods))
    shape = [math.isnan(value) for value in limits]
    numbers = tuple(0.0 if math.isnan(value) else value for value in limits)
    return Room(digest({"rest": rest, "absent": shape}), numbers)


def _taken(rest: dict[str, Any]) -> Iterator[tuple[Any, float]]:
    """Yield each limit with its sign, and mark its place in the scenario."""
    for signs, sign in ((CEILINGS, 1.0), (FLOORS, -1.0)):
        for section, name in signs.items():
            for _, entry in sorted(rest[section].items()):
                yield from _taken_from(entry, name, sign)
    for policy in rest["policies"]:
        if policy["type"] not in TWO_SIDED:
            for name, sign in SIDES.items():
                yield from _taken_from(policy, name, sign)


def _taken_from(entry: dict[str, Any], name: str, sign: float) -> Iterator[tuple[Any, float]]:
    value = entry.get(name)
    if isinstance(value, float | list):
        entry[name] = "limit"
        yield value, sign


def _over_time(value: float | list[float | None], sign: float, periods: int) -> Iterator[float]:
    """Yield a limit for each period, nan where there is none."""
    values = value if isinstance(value, list) else [value] * periods
    for one in values:
        yield math.nan if one is None else sign * one
