"""Waiting times of a staff group, as arrays: level reached, agents needed, load carried.

Contacts arrive at random (Poisson), are answered in order by equal agents, and take an exponential
time. Without patience they all wait (Erlang C, M/M/n); with patience each one hangs up after an
exponential time (Erlang A or Palm, M/M/n+M). Loads are in erlangs: agents busy on average if
everybody were answered. Time is measured in handle times inside this module.

Sources: A. K. Erlang (1917) for the loss and delay formulas; the recursion of the loss formula and
its derivative as in D. L. Jagerman, "Methods in Traffic Calculations" (1984); C. Palm (1957) for
patience; O. Garnett, A. Mandelbaum, M. Reiman, "Designing a Call Center with Impatient Customers"
(2002); the density of the offered wait as in A. Mandelbaum, S. Zeltyn, "Service Engineering in
Action: The Palm/Erlang-A Queue" (2007).

`waiting` computes the same from the probabilities of the states, for the check; it shares nothing
with this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelopt.terms.numbers import Floats, ServiceLevel
from channelopt.terms.offered_wait import moments, shifted

Counts = NDArray[np.int64]

LONGEST_PATIENCE = 1e5
"""In handle times; customers who would wait longer still are taken to wait so long."""

NEARLY = 1e-9
"""Relative difference of loads that makes no difference to the agents needed."""

_FIRST_BLOCK = 256
_CLOSE = 1e-9  # relative; the next Newton step is far below rounding
_SAFETY = 1e-13  # relative; loads are returned this much smaller, far above what rounding can move


@dataclass(frozen=True)
class Waiting:
    """How a group does with given agents; all arrays of the shape asked for."""

    level: Floats  # share of all offered contacts that are answered within the time
    mean_wait_seconds: Floats  # of all offered contacts, also those that hang up; inf: unstable
    occupancy: Floats  # share of their time in which agents are busy; 1 where there are none
    abandonment: Floats  # share of offered contacts that hang up; 0 without patience


class _Target(NamedTuple):
    """A target in handle times: hashable, so that tables can be kept."""

    share: float
    within: float
    impatience: float | None  # handle time over patience


def level(target: ServiceLevel, agents: Counts, load: Floats) -> Floats:
    """Return the share of all offered contacts that are answered within the target's time.

    Args:
        target: the time, the handle time and the patience; its share is not used.
        agents: numbers of agents >= 0, any shape.
        load: erlangs >= 0, same shape.

    Returns:
        Same shape. 1 where there is no load, 0 where there is load and no agent, and without
        patience 0 where load >= agents. Contacts that hang up are not answered.
    """
    return np.clip(1.0 - _late(_scaled(target), agents, load), 0.0, 1.0)


def agents_needed(target: ServiceLevel, load: Floats) -> Counts:
    """Return N(A), the least number of agents that reaches the target's share; N(0) = 0.

    Inverse of `carried`, but a load that is above a step by no more than NEARLY counts as on it,
    because at a step the check would never agree to the last digit: N(A) <= k where and only where
    A (1 - NEARLY) <= carried(target, most)[k].

    Args:
        target: what must be reached.
        load: erlangs >= 0, any shape.
    """
    loads = np.asarray(load, dtype=np.float64) * (1.0 - NEARLY)
    scaled, most, blocks = _scaled(target), float(np.max(loads, initial=0.0)), [_block_of(0)]
    tables = [_block(scaled, *blocks[0])]
    while tables[-1][-1] < most:
        blocks.append(_block_of(len(blocks)))
        tables.append(_block(scaled, *blocks[-1]))
    return np.searchsorted(np.concatenate(tables), loads, side="left").astype(np.int64)


def carried(target: ServiceLevel, most: int) -> Floats:
    """Return the largest load that 0, 1, ..., `most` agents can carry at the target's share.

    Args:
        target: what must be reached.
        most: last number of agents.

    Returns:
        (most + 1,) erlangs, read-only, strictly increasing from 0, correct to about 1e-12
        relative. `level` with k agents and the k-th load is never below the share.
    """
    return _carried(_scaled(target), most)


def figures(target: ServiceLevel, agents: Counts, load: Floats) -> Waiting:
    """Return how the group does with `agents` at `load` (erlangs, same shape)."""
    agents, load = np.asarray(agents, dtype=np.int64), np.asarray(load, dtype=np.float64)
    scaled = _scaled(target)
    per_agent = np.where(agents > 0, load / np.maximum(agents, 1), np.where(load > 0, np.inf, 0.0))
    if scaled.impatience is None:
        delayed = _late(scaled._replace(within=0.0), agents, load)
        spare = np.where(per_agent < 1.0, agents - load, 1.0)
        wait = np.where(per_agent < 1.0, delayed / np.where(spare > 0, spare, 1.0), np.inf)
        lost = np.zeros(load.shape)
        occupancy = np.minimum(per_agent, 1.0)
    else:
        # Who hangs up does so sooner or later: late for a time without end. Little's law gives
        # the mean wait of everybody, abandonment over the rate of hanging up.
        lost = _late(scaled._replace(within=np.inf), agents, load)
        wait = lost / scaled.impatience
        served = np.where(np.isfinite(per_agent), per_agent, 1.0) * (1.0 - lost)
        occupancy = np.where(agents > 0, np.minimum(served, 1.0), np.where(load > 0, 1.0, 0.0))
    seconds = wait * (60.0 * target.handle_minutes)
    return Waiting(level(target, agents, load), seconds, occupancy, lost)


def loss(agents: Counts, load: Floats) -> Floats:
    """Return Erlang B, the share lost when nobody can wait, by its recursion over the agents.

    B(0) = 1, B(j) = A B(j - 1) / (j + A B(j - 1)), which forgets where it started: what is j0
    agents below the load has no influence beyond exp(-(A - j0)^2 / 2A). So the recursion starts
    at the first agent that still matters in floating point, with 1.

    Args:
        agents: >= 0, shape (n,).
        load: erlangs > 0, shape (n,).
    """
    short = np.maximum(load - agents, 0.0)
    needed = np.ceil(agents - load + np.sqrt(short * short + 80.0 * load)) + 1.0
    steps = int(np.max(np.minimum(needed, agents), initial=0.0))
    lost = np.ones(load.shape)
    step = np.asarray(agents, dtype=np.float64) - steps
    below = np.empty(load.shape)
    for _ in range(steps):
        step += 1.0
        lost *= load
        np.maximum(step, 0.0, out=below)  # before the first agent the value stays 1
        below += lost
        lost /= below
    return lost


def _scaled(target: ServiceLevel) -> _Target:
    patience = target.patience_minutes
    impatience = None
    if patience is not None:
        impatience = max(float(target.handle_minutes / patience), 1.0 / LONGEST_PATIENCE)
    within = target.within_seconds / (60.0 * target.handle_minutes)
    return _Target(float(target.share), float(within), impatience)


def _late(target: _Target, agents: Counts, load: Floats) -> Floats:
    """Share of offered contacts that are not answered in time, with the cases at the edges."""
    agents, load = np.broadcast_arrays(
        np.asarray(agents, dtype=np.int64), np.asarray(load, dtype=np.float64)
    )
    late = np.where(load > 0, 1.0, 0.0)
    inside = (load > 0) & (agents > 0)
    if target.impatience is None:
        inside &= load < agents
    late[inside] = _late_and_slope(target, agents[inside], load[inside])[0]
    return late


def _late_and_slope(target: _Target, agents: Counts, load: Floats) -> tuple[Floats, Floats]:
    """Share not answered in time and d ln(share) / d ln(load), both (n,).

    Agents >= 1, load > 0, and without patience load < agents. Everything is a sum of positive
    terms, so that small shares keep their digits. B is the loss with one agent less; the waiting
    states weigh A B times an integral over the offered wait, against 1 for the others.
    """
    lost = loss(agents - 1, load)
    busy = load * lost
    rise = agents - load + busy  # d ln(A B) / d ln A
    if target.impatience is None:
        late = busy / rise * np.exp(-(agents - load) * target.within)
        return late, agents - load + load / rise + load * target.within
    top, in_all, missed = _integrals(target, agents, load)
    free = np.exp(-top)
    everything = free + busy * in_all[0]
    late = np.minimum(busy * missed[0] / everything, 1.0)
    slope = rise * free / everything
    slope += load * (missed[1] / missed[0] - busy * in_all[1] / everything)
    return late, slope


def _integrals(target: _Target, agents: Counts, load: Floats) -> tuple[Floats, Floats, Floats]:
    """Integrals over the offered wait: of its density, and of the part that is not answered.

    The density is that of `offered_wait`, without its constant and divided by exp(top). Not
    answered in time are those that hang up before the limit, and all whose wait is longer.

    Returns:
        top (n,), density and its derivative by the load (2, n), the same for the part missed.
    """
    rate = target.impatience or 0.0
    top, head = moments(agents, load, rate, target.within)
    if np.isinf(target.within):
        return top, np.stack([head[0], head[1] / rate]), np.stack([head[1], head[2] / rate])
    at_limit, left = shifted(agents, load, rate, target.within)
    later, tail = moments(agents, left, rate, np.inf)
    highest = np.maximum(top, at_limit + later)
    head = head * np.exp(top - highest)
    tail = tail * np.exp(at_limit + later - highest)
    gone = -np.expm1(-rate * target.within)
    tail_gone = gone * tail[0] + (1.0 - gone) * tail[1]
    density = np.stack([head[0] + tail[0], (head[1] + tail_gone) / rate])
    return highest, density, np.stack([head[1] + tail[0], (head[2] + tail_gone) / rate])


@lru_cache(maxsize=128)
def _carried(target: _Target, most: int) -> Floats:
    parts, number = [], 0
    while (block := _block_of(number))[0] <= most:
        parts.append(_block(target, *block))
        number += 1
    table: Floats = np.concatenate(parts)[: most + 1].copy()
    table.flags.writeable = False
    return table


def _block_of(number: int) -> tuple[int, int]:
    """Range of agents [from, to): fixed, so that a load never depends on how many are asked for."""
    return (_FIRST_BLOCK << (number - 1) if number else 0), _FIRST_BLOCK << number


@lru_cache(maxsize=256)
def _block(target: _Target, start: int, stop: int) -> Floats:
    """Largest loads for the agents in [start, stop), a little on the safe side."""
    agents = np.arange(max(start, 1), stop, dtype=np.int64)
    if target.impatience is None:
        # At most a share load / agents has to wait at all.
        least, most = agents * (1.0 - target.share), agents * (1.0 - 1e-15)
        guess = agents - np.sqrt(agents) / 2.0
    else:
        # Who need not wait at all among patient contacts is answered in time here too, and no
        # group answers more than its agents can handle.
        patient = _block(_Target(target.share, 0.0, None), start, stop)
        least, most = patient[-len(agents) :], agents / target.share
        guess = least
    few = np.unique(np.linspace(0, len(agents) - 1, 33).astype(np.int64))
    ends = np.log([least, most])
    known = _solved(target, agents[few], ends[:, few], guess[few])
    load = _solved(target, agents, ends, np.interp(agents, agents[few], known))
    margin = _SAFETY
    load *= 1.0 - margin
    while np.any(below := 1.0 - _late(target, agents, load) < target.share):
        margin *= 2.0
        load[below] *= 1.0 - margin
    return load if start else np.concatenate([[0.0], load])


def _solved(target: _Target, agents: Counts, ends: Floats, guess: Floats) -> Floats:
    """Return the loads (n,) at which just the target's share is answered in time.

    Newton's method on ln(late) as a function of ln(load), between ends (2, n) that close in; a
    step that leaves them is replaced by their middle.
    """
    goal = np.log1p(-target.share)
    (low, high), at = ends, np.log(guess)
    for _ in range(200):
        late, slope = _late_and_slope(target, agents, np.exp(at))
        missing = goal - np.log(np.maximum(late, 1e-300))
        low, high = np.where(missing >= 0, at, low), np.where(missing <= 0, at, high)
        step = missing / np.maximum(slope, 1e-300)  # far above, where all are late, it is 0
        at = at + step
        if np.max(np.abs(step)) < _CLOSE:
            break
        inside = (at > low - _CLOSE) & (at < high + _CLOSE)
        at = np.where(inside, at, (low + high) / 2.0)
    load: Floats = np.exp(at)
    return load
