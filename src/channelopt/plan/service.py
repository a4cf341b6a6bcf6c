"""Waiting times of staff groups with a service level under a plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from channelopt.terms.choice import Choice
from channelopt.terms.erlang import agents_needed, figures, level
from channelopt.terms.numbers import Floats, Numbers, ServiceLevel

NEARLY = 1e-6
"""So much of an agent may be missing, relative to max(1, agents): the tolerance of a rule."""

DIGITS = 12
"""Significant digits of a load: waits close to instability magnify the last ones."""

Figures = tuple[float, ...]
"""Load, agents, agents needed, target, level, mean wait, occupancy, abandonment, level with one
agent less and more."""


def agents(numbers: Numbers, choice: Choice) -> tuple[Floats, Floats]:
    """Return agents needed in the busy hour, and agents that the paid hours stand for: (G, T).

    Groups without a service level need none.
    """
    needed = np.zeros_like(numbers.hours_per_fte)
    there = np.zeros_like(numbers.hours_per_fte)
    for g, target in numbers.service_levels.items():
        there[g] = _agents(target, numbers.hours_per_fte[g] * choice.fte[g])
        needed[g] = agents_needed(target, _load(target, choice.hours[g].sum(axis=0)))
    return needed, there


def service_rows(numbers: Numbers, choice: Choice) -> Iterator[tuple[tuple[int, int], Figures]]:
    """Yield the columns of service_levels.csv from `load` on, by period and group: (g, t)."""
    columns = {g: _columns(numbers, choice, g) for g in sorted(numbers.service_levels)}
    for t in range(len(numbers.periods)):
        for g, found in columns.items():
            yield (g, t), tuple(found[:, t].tolist())


def shares_reached(numbers: Numbers, choice: Choice) -> dict[tuple[int, int], float]:
    """Return the share answered in time by (g, t), for groups with a service level."""
    return {at: figures[4] for at, figures in service_rows(numbers, choice)}


def _columns(numbers: Numbers, choice: Choice, group: int) -> Floats:
    """Return (10, T), in the order of `Figures`."""
    target = numbers.service_levels[group]
    load = _load(target, choice.hours[group].sum(axis=0))
    there = _agents(target, numbers.hours_per_fte[group] * choice.fte[group])
    whole = there.astype(np.int64)
    waiting = figures(target, whole, load)
    return np.stack(
        [
            load,
            there,
            agents_needed(target, load).astype(np.float64),
            np.full_like(load, target.share),
            waiting.level,
            waiting.mean_wait_seconds,
            waiting.occupancy,
            waiting.abandonment,
            level(target, np.maximum(whole - 1, 0), load),
            level(target, whole + 1, load),
        ]
    )


def _load(target: ServiceLevel, hours: Floats) -> Floats:
    """Return the busy-hour load in erlangs, (T,), to the digits that `DIGITS` says."""
    exact = target.peak_factor * hours / target.open_hours
    return np.array([float(f"{x:.{DIGITS}g}") for x in exact.tolist()], dtype=np.float64)


def _agents(target: ServiceLevel, paid: Floats) -> Floats:
    """Return how many agents paid hours put in the busy hour, whole, (T,)."""
    exact = target.peak_factor * paid / target.open_hours
    whole: Floats = np.floor(exact + NEARLY * np.maximum(1.0, exact))
    return whole
