"""Searches that end by their work: after so many nodes, whatever the clock says."""

from __future__ import annotations

import numpy as np
import pytest

from channelopt.backends.base import Backend, Can, Limits, Reason, Stop
from channelopt.backends.registry import names
from tests.backends.fakes import runnable
from tests.backends.problems import market_split

COUNTING = [
    backend
    for backend in (runnable(name) for name in names())
    if Can.INTEGER in backend.can and Can.PROVES_BOUND in backend.can
]


@pytest.mark.parametrize("backend", COUNTING, ids=lambda backend: backend.name)
def test_a_search_ends_after_its_nodes(backend: Backend) -> None:
    limits = Limits(time_limit=60.0, nodes=3)
    hard = market_split()
    first, second = (backend.solve(hard, limits) for _ in range(2))
    for outcome in (first, second):
        assert outcome.termination.reason in (Reason.FEASIBLE, Reason.NO_SOLUTION)
        assert outcome.termination.stop is Stop.OTHER
        assert outcome.seconds < 30.0
    assert (first.x is None) == (second.x is None)
    if first.x is not None and second.x is not None:
        assert np.array_equal(first.x, second.x)


def test_nodes_do_not_stay_with_a_solver() -> None:
    backend = runnable("highs")
    assert backend.solve(market_split(2, 8), Limits(nodes=0)).nodes <= 1
    assert backend.solve(market_split(2, 8), Limits()).termination.stop is None
