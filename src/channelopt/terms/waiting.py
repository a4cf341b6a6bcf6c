"""Waiting times of a staff group from the probabilities of its states: for the check.

The same quantities as `erlang`, computed in another way and sharing nothing with it: single
values, plain Python, the probabilities of how many contacts are there (a birth-death chain, from
its most likely state outwards), and of each contact that finds a queue the chance that it is
answered in time. In Erlang A the contact with q others before it waits for departures at the rates
n + r, ..., n + (q + 1) r less its own, so that exp(-r wait) has a beta distribution (see D. R. Cox
and W. L. Smith, "Queues" (1961), and O. Garnett, A. Mandelbaum, M. Reiman, "Designing a Call
Center with Impatient Customers" (2002)). Time is measured in handle times.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from channelopt.terms.numbers import ServiceLevel

NEARLY = 1e-9
"""Relative difference of loads that makes no difference to the agents needed."""

LONGEST_PATIENCE = 1e5
"""In handle times; customers who would wait longer still are taken to wait so long."""

_NEGLIGIBLE = 1e-19  # of the most likely state


@dataclass(frozen=True)
class Figures:
    """How a group does with given agents."""

    level: float  # share of all offered contacts that are answered within the time
    mean_wait_seconds: float  # of all offered contacts, also those that hang up; inf: unstable
    occupancy: float  # share of their time in which agents are busy; 1 where there are none
    abandonment: float  # share of offered contacts that hang up; 0 without patience


def level(target: ServiceLevel, agents: int, load: float) -> float:
    """Return the share of all offered contacts that `agents` answer in time at `load` erlangs."""
    return figures(target, agents, load).level


def agents_needed(target: ServiceLevel, load: float) -> int:
    """Return the least number of agents that reaches the share; 0 without load.

    A load that is above a step by no more than NEARLY counts as on it: there two methods would
    never agree to the last digit.
    """
    if load <= 0:
        return 0
    load *= 1.0 - NEARLY
    share = target.share - 1e-12  # rounding in a level
    # No group answers more than its agents can handle: level <= agents / load.
    low = max(0, math.ceil(share * load) - 1)
    high = max(low + 1, math.ceil(load))
    while level(target, high, load) < share:
        low, high = high, high + 1 + math.isqrt(high)
    while high - low > 1:
        middle = (low + high) // 2
        if level(target, middle, load) < share:
            low = middle
        else:
            high = middle
    return high


def figures(target: ServiceLevel, agents: int, load: float) -> Figures:
    """Return level, mean wait, occupancy and abandonment of `agents` >= 0 at `load` erlangs."""
    within = target.within_seconds / 60.0 / target.handle_minutes
    seconds = 60.0 * target.handle_minutes
    if load <= 0:
        return Figures(1.0, 0.0, 0.0, 0.0)
    if target.patience_minutes is None:
        return _patient(agents, load, within, seconds)
    patience = min(60.0 * target.patience_minutes, LONGEST_PATIENCE * seconds)
    if agents == 0:
        return Figures(0.0, patience, 1.0, 1.0)
    return _impatient(agents, load, within, (seconds, patience))


def _patient(agents: int, load: float, within: float, seconds: float) -> Figures:
    """Erlang C: the queue is geometric, so that the states up to all busy are enough."""
    if load >= agents:
        return Figures(0.0, math.inf, 1.0, 0.0)
    first, weights = _states(agents, load, None)
    busy = max(0, agents - first)  # place of the state in which all are busy
    free = math.fsum(weights[:busy])
    waiting = math.fsum(weights[busy:]) * agents / (agents - load)
    delayed = waiting / (free + waiting)
    late = delayed * math.exp((load - agents) * within)
    return Figures(1.0 - late, delayed / (agents - load) * seconds, load / agents, 0.0)


def _impatient(agents: int, load: float, within: float, units: tuple[float, float]) -> Figures:
    """Erlang A; units: handle time and patience in seconds."""
    seconds, patience = units
    rate = seconds / patience
    first, weights = _states(agents, load, rate)
    total = math.fsum(weights)
    busy = math.fsum(weight * min(first + i, agents) for i, weight in enumerate(weights))
    queue = math.fsum(weight * max(first + i - agents, 0) for i, weight in enumerate(weights))
    answered = math.fsum(weights[: max(0, agents - first)])
    longest = first + len(weights) - agents
    for length, in_time in enumerate(_in_time(agents / rate, rate * within, longest)):
        if agents + length >= first:
            answered += weights[agents + length - first] * in_time
    return Figures(
        level=min(1.0, answered / total),
        mean_wait_seconds=queue / total / load * seconds,  # Little's law
        occupancy=min(1.0, busy / total / agents),
        abandonment=min(1.0, rate * queue / total / load),
    )


def _states(agents: int, load: float, rate: float | None) -> tuple[int, list[float]]:
    """Number of contacts there in the first state that is not negligible, and weights from there.

    Flows between neighbours balance, load * p(j - 1) = leaving(j) * p(j), so weights follow from
    one state to the next, here from the most likely one (weight 1) outwards. Without patience
    (rate is None) the last state is the one in which all agents are busy.
    """
    crowd = 0 if rate is None or load < agents else math.floor((load - agents) / rate)
    likeliest = min(math.floor(load), agents) + crowd
    fewer, weight, first = [], 1.0, likeliest
    while first > 0 and weight > _NEGLIGIBLE:
        weight *= (min(first, agents) + max(first - agents, 0) * (rate or 0.0)) / load
        first -= 1
        fewer.append(weight)
    more, weight, state = [1.0], 1.0, likeliest
    while state < agents or rate is not None:
        state += 1
        ratio = load / (min(state, agents) + max(state - agents, 0) * (rate or 0.0))
        weight *= ratio
        more.append(weight)
        # What follows is less than a geometric series with this ratio.
        if weight < _NEGLIGIBLE * (1.0 - ratio):
            break
    return first, fewer[::-1] + more


def _in_time(a: float, limit: float, most: int) -> Iterator[float]:
    """Share answered in time of the contacts that find q = 0, 1, ... < most before them.

    Y = exp(-r wait) is the chance to stay that long, and Beta(a, q + 1): the mean of Y where it is
    at least y = exp(-limit) is a / (a + q + 1) times P(Beta(a + 1, q + 1) >= y), whose complement
    is a sum of q + 1 negative binomial terms. Ends where it is negligible.
    """
    passed = -math.expm1(-limit)
    logarithm, missed, before = -(a + 1.0) * limit, 0.0, 0.0
    for q in range(most):
        term = math.exp(logarithm)
        missed += term
        if missed >= 1.0 or (term < before and term < _NEGLIGIBLE):
            return
        yield (1.0 - missed) * a / (a + q + 1.0)
        if passed <= 0.0:
            return
        before = term
        logarithm += math.log((a + 1.0 + q) / (q + 1.0) * passed)
