"""Waiting times of the reference against integrals, published values and the package."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from channelopt.terms import erlang as package
from channelopt.terms.numbers import ServiceLevel
from tests.reference import erlang

USUAL = ServiceLevel(0.8, 20, 6, np.ones(1), 1.0, None)


def test_pooling_as_published() -> None:
    """80 % in 20 s at 6 minutes: four groups of 10 erlangs need 56 agents, one of 40 needs 46."""
    assert erlang.agents_needed(10, USUAL) == 14
    assert erlang.agents_needed(40, USUAL) == 46


def test_one_agent_by_hand() -> None:
    """One agent: waits with probability A, then an exponential time."""
    assert erlang.level(1, 0.5, USUAL) == pytest.approx(1 - 0.5 * math.exp(-0.5 * 20 / 360))
    assert erlang.level(1, 1.5, USUAL) == 0


def offered_wait(agents: int, load: float, within: float, theta: float) -> float:
    """Level by the density of the offered wait (Baccelli and Hebuterne), with quadrature."""
    blocked = 1.0  # 1 / P(all agents busy) built up from the side of the free agents
    for k in range(1, agents):
        blocked = 1 + k * blocked / load  # sum of weights up to k over the weight of k
    free = blocked if agents > 0 else 0.0

    def density(v: float) -> float:
        return load * math.exp(load * -math.expm1(-theta * v) / theta - agents * v)

    far = max(50.0, 10 * (load + 10) / agents) / min(1.0, theta * 5)
    waiting, _ = quad(density, 0, far, limit=500, points=[within])
    served, _ = quad(lambda v: density(v) * math.exp(-theta * v), 0, within, limit=500)
    return (free + served) / (free + waiting)


@pytest.mark.parametrize("agents", [1, 2, 5, 12])
@pytest.mark.parametrize("ratio", [0.3, 0.9, 1.3])
@pytest.mark.parametrize("patience", [1.0, 6.0, 30.0])
def test_patience_by_the_density_of_the_wait(agents: int, ratio: float, patience: float) -> None:
    target = replace(USUAL, patience_minutes=patience)
    load = agents * ratio
    expected = offered_wait(agents, load, 20 / 360, 6 / patience)
    assert erlang.level(agents, load, target) == pytest.approx(expected, abs=1e-7)


TARGETS = [
    pytest.param(
        replace(USUAL, share=share, within_seconds=within, patience_minutes=patience),
        marks=[] if share == 0.8 else pytest.mark.slow,
    )
    for share in (0.5, 0.8, 0.95)
    for within in (0, 20, 600)
    for patience in (None, 0.5, 3.0, 60.0)
]


@pytest.mark.parametrize("target", TARGETS)
def test_the_package_carries_the_same_loads(target: ServiceLevel) -> None:
    found = package.carried(target, 16)
    expected = [erlang.largest_load(k, target) for k in range(17)]
    assert found == pytest.approx(expected, rel=1e-8)
    loads = np.array([0.0, 0.01, 0.51, 1.0, 3.7, 9.99, 15.2])
    agents = [erlang.agents_needed(float(load), target) for load in loads]
    assert package.agents_needed(target, loads).tolist() == agents
