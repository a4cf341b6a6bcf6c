"""A solver's process that starts before there is anything to solve."""

import pytest

from channelopt.backends.base import Limits
from channelopt.backends.early import start_early
from tests.backends.test_isolated import PROGRAM


def test_a_solver_started_early_solves() -> None:
    ready = start_early("HiGHS")
    assert ready is not None
    with ready:
        assert ready.name == "highs"
        worker = ready._process
        assert worker is not None
        assert ready.solve(PROGRAM, Limits()).objective == pytest.approx(11)
        assert ready._process is worker
    assert ready._process is None


@pytest.mark.parametrize("name", ["nobody", "pulp:nobody", ""])
def test_a_solver_that_does_not_exist_is_left_to_others(name: str) -> None:
    assert start_early(name) is None
