"""Waiting times against values that others have published, by both implementations."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from channelopt.terms import erlang, waiting
from channelopt.terms.numbers import ServiceLevel

Needed = Callable[[ServiceLevel, float], int]
Figures = Callable[[ServiceLevel, int, float], waiting.Figures]


def target(
    share: float = 0.8,
    within: float = 20.0,
    handle: float = 6.0,
    patience: float | None = None,
) -> ServiceLevel:
    """80/20 with a handle time of 360 seconds, unless told otherwise."""
    return ServiceLevel(share, within, handle, np.ones(1), 1.0, patience)


def needed_as_arrays(goal: ServiceLevel, load: float) -> int:
    return int(erlang.agents_needed(goal, np.array([load]))[0])


def figures_as_arrays(goal: ServiceLevel, agents: int, load: float) -> waiting.Figures:
    found = erlang.figures(goal, np.array([agents]), np.array([load]))
    return waiting.Figures(
        float(found.level[0]),
        float(found.mean_wait_seconds[0]),
        float(found.occupancy[0]),
        float(found.abandonment[0]),
    )


both_needed = pytest.mark.parametrize("needed", [needed_as_arrays, waiting.agents_needed])
both_figures = pytest.mark.parametrize("figures", [figures_as_arrays, waiting.figures])


@both_figures
def test_erlang_c_of_pyworkforce_and_the_r_package(figures: Figures) -> None:
    """100 calls per 30 minutes of 3 minutes each, 14 agents, 20 seconds.

    Level, occupancy and share waiting from the page of pyworkforce 0.1.0 on PyPI, the mean wait
    from the README of the R package ErlangC 0.1.0 (average_speed_of_answer).
    """
    found = figures(target(handle=3.0), 14, 10.0)
    assert found.level == pytest.approx(0.8883500191794669, abs=1e-13)
    assert found.occupancy == pytest.approx(0.7142857142857143, abs=1e-13)
    assert found.mean_wait_seconds == pytest.approx(7.83593701177724, rel=1e-12)
    assert found.abandonment == 0.0
    waits = 1.0 - figures(target(handle=3.0, within=0.0), 14, 10.0).level
    assert waits == pytest.approx(0.1741319335950498, abs=1e-13)


@both_figures
def test_erlang_c_with_fewer_agents(figures: Figures) -> None:
    """The levels of 11 to 13 agents in the same example, beside the published instances."""
    levels = [figures(target(handle=3.0), agents, 10.0).level for agents in (11, 12, 13)]
    assert levels == pytest.approx([0.389614, 0.640158, 0.795595], abs=5e-7)


@both_needed
def test_agents_at_eighty_twenty(needed: Needed) -> None:
    """The staffing table for 360 seconds, beside the published instances."""
    loads = [1, 2, 5, 10, 20, 50, 100, 200, 400]
    table = [3, 4, 8, 14, 25, 57, 109, 211, 413]
    assert [needed(target(), float(load)) for load in loads] == table


@both_needed
def test_one_large_group_needs_fewer_than_four_small_ones(needed: Needed) -> None:
    """Pooling: 4 x 10 erlangs against 1 x 40."""
    assert 4 * needed(target(), 10.0) == 56
    assert needed(target(), 40.0) == 46


@both_needed
def test_agents_of_the_ruby_calculator(needed: Needed) -> None:
    """README of erlang_c_calculator 0.1.1: 0.01 calls per second of 300 seconds need 6 agents.

    It states the acceptable wait, 20 seconds, and the load, 3; 80 % is its default.
    """
    assert needed(target(handle=5.0), 3.0) == 6


@both_figures
def test_erlang_a_of_pyworkforce(figures: Figures) -> None:
    """Snapshot in pyworkforce's queuing/tests/test_abandonment.py, patience 5 minutes.

    Its chain of the waiting customer is solved by uniformisation, a third method.
    """
    found = figures(target(handle=3.0, patience=5.0), 14, 10.0)
    assert found.level == pytest.approx(0.916792, abs=5e-7)
    assert found.abandonment == pytest.approx(0.013984, abs=5e-7)
    assert found.occupancy == pytest.approx(0.704297, abs=5e-7)
    assert found.mean_wait_seconds == pytest.approx(60 * 0.069919, abs=60 * 5e-7)
    at_once = figures(target(handle=3.0, patience=5.0, within=0.0), 14, 10.0).level
    assert 1.0 - at_once == pytest.approx(0.14526, abs=5e-6)


@both_figures
def test_what_impatience_changes_with_fifty_agents(figures: Figures) -> None:
    """48 calls a minute of one minute each, 50 agents, patience 2 minutes or none.

    The comparison in A. Mandelbaum and S. Zeltyn, "Service Engineering in Action: The Palm/Erlang-A
    Queue": abandoning 3.1 %, mean wait 3.7 against 20.8 seconds, agents busy 93 % against 96 %.
    """
    patient = figures(target(handle=1.0), 50, 48.0)
    leaving = figures(target(handle=1.0, patience=2.0), 50, 48.0)
    assert round(patient.mean_wait_seconds, 1) == 20.8
    assert round(patient.occupancy, 2) == 0.96
    assert round(leaving.abandonment, 3) == 0.031
    assert round(leaving.mean_wait_seconds, 1) == 3.7
    assert round(leaving.occupancy, 2) == 0.93


def test_erlang_b_tables() -> None:
    """8.108 erlangs lose 1 % on 15 lines (manual of the calculator at erlang.com).

    25 lines at 20 and 200 at 180 erlangs: 0.050 and 0.010 by the sum of the Poisson weights.
    """
    agents, loads = np.array([15, 25, 200]), np.array([8.108, 20.0, 180.0])
    lost = erlang.loss(agents, loads)
    assert lost[0] == pytest.approx(0.01, abs=1e-6)
    for found, lines, load in zip(lost, agents.tolist(), loads.tolist(), strict=True):
        logs = [j * math.log(load) - math.lgamma(j + 1.0) for j in range(lines + 1)]
        total = math.fsum(math.exp(x - logs[-1]) for x in logs)
        assert found == pytest.approx(1.0 / total, rel=1e-11)


def test_patience_that_is_infinitely_short_is_the_loss_formula() -> None:
    """Who cannot wait at all is lost: Erlang A becomes Erlang B, 2 lines at 1 erlang lose 1/5."""
    nobody_waits = target(handle=6.0, patience=1e-9)
    assert waiting.level(nobody_waits, 2, 1.0) == pytest.approx(0.8, abs=1e-9)
    found = erlang.level(nobody_waits, np.array([2]), np.array([1.0]))
    assert found[0] == pytest.approx(0.8, abs=1e-9)
