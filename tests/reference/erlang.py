"""Waiting times in plain loops: Erlang C, and Erlang A by summing its birth-death chain.

Share of all offered contacts answered in time, for k agents under a load of A erlangs:
Erlang C (nobody gives up): 1 - C(k, A) exp(-(k - A) within / mean time).
Erlang A (mean patience 1/theta): an arrival that finds q others waiting starts service after
q + 1 departures, of rates k mu + j theta (j = q .. 0). exp(-theta wait) is then distributed as
Beta(k mu / theta, q + 1), so that P(answered in time) = a / (a + q + 1) P(Beta(a + 1, q + 1) >
exp(-theta within)) with a = k mu / theta.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc

from channelopt.terms.numbers import ServiceLevel

NEGLIGIBLE = 1e-18
SAFE = 1e-7
"""A plan keeps its work so much (relatively) below the edge of a step; docs/service-levels.md."""


def level(agents: int, load: float, target: ServiceLevel) -> float:
    """Share of the offered contacts that `agents` answer in time under `load` erlangs."""
    if load <= 0:
        return 1.0
    if agents == 0:
        return 0.0
    minutes, within = target.handle_minutes, target.within_seconds / 60
    if target.patience_minutes is None:
        return _erlang_c(agents, load, within / minutes)
    return _erlang_a(agents, load, within / minutes, minutes / target.patience_minutes)


def _erlang_c(agents: int, load: float, within: float) -> float:
    if load >= agents:
        return 0.0
    lost = 1.0  # Erlang B, from no agent upwards
    for k in range(1, agents + 1):
        lost = load * lost / (k + load * lost)
    waits = agents * lost / (agents - load * (1 - lost))
    return 1 - waits * math.exp(-(agents - load) * within)


def _erlang_a(agents: int, load: float, within: float, theta: float) -> float:
    """Time is counted in mean handling times."""
    chain, largest = [0.0], 0.0  # logarithms of the weights of 0, 1, 2 .. contacts in the system
    while True:
        n = len(chain)
        leaving = min(n, agents) + max(n - agents, 0) * theta
        chain.append(chain[-1] + math.log(load / leaving))
        largest = max(largest, chain[-1])
        if n > agents and load < leaving and chain[-1] < largest + math.log(NEGLIGIBLE):
            break
    weights = np.exp(np.array(chain) - max(chain))
    weights /= weights.sum()
    ahead = np.arange(len(chain) - agents)  # waiting when an arrival finds every agent busy
    a = agents / theta
    answered = a / (a + ahead + 1)
    in_time = 1 - betainc(a + 1, ahead + 1, math.exp(-theta * within))
    return float(weights[:agents].sum() + (weights[agents:] * answered * in_time).sum())


def agents_needed(load: float, target: ServiceLevel) -> int:
    """N(A): the least number of agents that reaches the target; none without load."""
    agents = 0
    while level(agents, load, target) < target.share:
        agents += 1
    return agents


def largest_load(agents: int, target: ServiceLevel) -> float:
    """The load up to which this many agents reach the target."""
    return _largest(
        agents,
        target.share,
        target.within_seconds,
        target.handle_minutes,
        target.patience_minutes,
    )


def safe_load(agents: int, target: ServiceLevel) -> float:
    """Largest load that a plan may give to `agents`."""
    return largest_load(agents, target) * (1 - SAFE)


@cache
def _largest(
    agents: int, share: float, within: float, minutes: float, patience: float | None
) -> float:
    if agents == 0:
        return 0.0
    target = ServiceLevel(share, within, minutes, np.ones(1), 1.0, patience)
    low, high = 0.0, 1.0
    while level(agents, high, target) >= share:
        low, high = high, 2 * high
    found: float = brentq(
        lambda load: level(agents, load, target) - share, low, high, xtol=1e-13 * high, rtol=1e-14
    )
    return found
