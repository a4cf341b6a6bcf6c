"""Stairs: how much work a group can take at each staffing, where a service level must hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from channelopt.terms.erlang import agents_needed, carried
from channelopt.terms.lanes import Lanes
from channelopt.terms.numbers import Floats, Numbers, ServiceLevel

SAFE = 1e-7
"""Share by which the work on a step stays below its edge, so that rounding never needs an agent."""

NEARLY = 1e-6
"""So much of an agent may be missing by rounding."""

Group = tuple[int, int]
"""A staff group in a period: (g, t)."""

Piece = tuple[int, int]
"""First and last step of a piece of stairs; one step is exact, more are an upper estimate."""


@dataclass(frozen=True)
class Steps:
    """The stairs of one group and period, exact: m steps, both columns rising, first (0, 0).

    With `fte[k]` FTE or more the group may work up to `hours[k]` hours.
    """

    fte: Floats  # (m,)
    hours: Floats  # (m,)

    def step_for(self, hours: float) -> int:
        """Return the first step that takes so many hours; the last one where none does."""
        return min(int(np.searchsorted(self.hours, hours)), len(self.hours) - 1)


@dataclass(frozen=True)
class Stairs:
    """All stairs of a program, each cut into pieces.

    A program with pieces of more than one step is a relaxation: its bound holds, and where every
    group has the FTE that its work needs, its optimum is optimal for the stairs themselves.
    """

    steps: Mapping[Group, Steps] = field(default_factory=dict)
    pieces: Mapping[Group, tuple[Piece, ...]] = field(default_factory=dict)
    complete: bool = True  # False: some steps are left out; bounds say nothing then

    @property
    def exact(self) -> bool:
        """Whether every piece is a single step."""
        return all(first == last for cut in self.pieces.values() for first, last in cut)


def whole(stairs: Mapping[Group, Steps]) -> Stairs:
    """Return stairs in single steps."""
    return Stairs(
        stairs, {key: tuple((k, k) for k in range(len(s.fte))) for key, s in stairs.items()}
    )


def coarse(stairs: Mapping[Group, Steps], ratio: float) -> Stairs:
    """Return stairs in pieces over which the FTE rise by no more than a factor."""
    return Stairs(stairs, {key: tuple(_pieces(s.fte, ratio)) for key, s in stairs.items()})


def _pieces(fte: Floats, ratio: float) -> Iterable[Piece]:
    yield 0, 0
    first = 1
    while first < len(fte):
        last = int(np.searchsorted(fte, fte[first] * ratio, side="right")) - 1
        last = max(first, last)
        yield first, last
        first = last + 1


def all_steps(n: Numbers, lanes: Lanes, visits: Floats) -> dict[Group, Steps]:
    """Return the stairs of every group with a service level, as far as any plan can climb.

    Args:
        n: all numbers.
        lanes: channels with their variants.
        visits: (S, I, C, T) most contacts that a channel handles.
    """
    if not n.service_levels:
        return {}
    most = _most_hours(n, lanes, visits)
    return {
        (g, t): _steps(n, target, (g, t), float(most[g, t]))
        for g, target in sorted(n.service_levels.items())
        for t in range(len(n.periods))
    }


def _most_hours(n: Numbers, lanes: Lanes, visits: Floats) -> Floats:
    """Return (G, T) the most hours that a group can be asked for."""
    minutes = np.nan_to_num(lanes.extreme("handle_minutes", largest=True))
    at_once = lanes.extreme("concurrency", largest=False)
    hours = np.einsum("sict,sict->ct", visits, minutes) / (60.0 * at_once)
    longest = minutes.max(axis=(0, 1), initial=0.0) / (60.0 * at_once)
    room = lanes.extreme("capacity", largest=True)
    full = np.where(
        np.isfinite(room) & (longest > 0), np.where(np.isfinite(room), room, 0) * longest, np.inf
    )
    most: Floats = n.serves.astype(np.float64) @ np.minimum(hours, full)
    return most


def hours_per_agent(target: ServiceLevel, period: int) -> float:
    """Return the hours of a period that one agent in the busy hour stands for."""
    return float(target.open_hours[period]) / target.peak_factor


def _steps(n: Numbers, target: ServiceLevel, at: Group, hours: float) -> Steps:
    g, t = at
    unit = hours_per_agent(target, t)
    paid = float(n.hours_per_fte[g, t])
    most = int(agents_needed(target, np.array([hours / unit * (1 + 1e-6)]))[0]) + 1
    limit = float(n.max_fte[g, t])
    if np.isfinite(limit):
        most = min(most, int(np.floor(limit * paid / unit + NEARLY)))
    agents: NDArray[np.int64] = np.arange(most + 1)
    fte = agents * (unit / paid)
    if n.whole_fte[g]:
        fte = np.unique(np.ceil(fte - NEARLY)) + 0.0  # no minus zero
        fte = fte[fte <= limit + NEARLY]
        agents = np.minimum(np.floor(fte * (paid / unit) + NEARLY), most).astype(np.int64)
    load = carried(target, most)[agents] * (1.0 - SAFE)
    keep = np.concatenate([[True], np.diff(load) > 0])
    return Steps(fte[keep], load[keep] * unit)
