"""Sides that whole units can reach, searches that end by their work, and bunches of nobody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Outcome
from channelopt.priced.aims import Aims
from channelopt.priced.bunches import bunched
from channelopt.priced.engine import assign
from channelopt.priced.memory import Held
from channelopt.priced.passes import know
from channelopt.priced.quanta import common, reachable
from channelopt.priced.search import nodes
from channelopt.priced.units import Block, Tables, Task
from tests.priced.reference import best
from tests.priced.tasks import figures, rows_of, solve, some, whole


def quotas(seed: int, units: int, sizes: list[float]) -> Task:
    """Three options, contacts of few sizes, and sides that whole contacts cannot reach."""
    rng = np.random.default_rng(seed)
    contacts = rng.choice(sizes, units)
    own = rng.normal(size=(1, units, 3))
    luck = rng.integers(0, 2**63, units, dtype=np.uint64)
    block = Block(np.zeros(units, np.int32), np.array([np.ones(units), contacts]), own, None, luck)
    gain = np.zeros((3, 1, 3))
    gain[1, 0], gain[2] = [0.0, 1.0, 3.0], 1.0
    uses = np.zeros((2, 3, 1, 3))
    uses[0, 1, 0, 2] = uses[1, 1, 0, 1] = 1.0
    sides = contacts.sum() * np.array([0.251, 0.3003]) + 0.37 * sizes[0]
    rows = rows_of(uses, np.array([-np.inf, sides[1] - 2.9]), sides)
    return Task(Tables(gain, np.ones((1, 3), np.bool_)), rows, Held([block]))


@pytest.mark.parametrize(
    ("numbers", "step"),
    [([1, 2, 3], 1.0), ([0.7, 0, -1.05], 0.35), ([4, 6], 2.0), ([], 0.0), ([0], 0.0)],
)
def test_common_measure(numbers: list[float], step: float) -> None:
    assert common(np.array(numbers, float)) == pytest.approx(step)


def test_no_common_measure_is_worth_a_look() -> None:
    assert np.isnan(common(np.random.default_rng(0).random(50)))
    assert np.isnan(common(np.array([1.0, 1000.001])))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sizes", [[1.0, 2.0, 3.0], [0.7, 1.05]])
def test_sides_move_to_what_can_be_reached_and_lose_no_list(seed: int, sizes: list[float]) -> None:
    task = quotas(seed, 25, sizes)
    _, sample = know(task, 1000)
    closer = reachable(task.rows, task.tables, sample.types)
    step = common(np.array(sizes))
    assert (closer.upper < task.rows.upper).all()
    assert closer.lower[1] > task.rows.lower[1]
    assert closer.upper / step == pytest.approx(np.round(closer.upper / step), abs=1e-5)
    answer = assign(task, solve, Aims())
    exact = best(task)
    assert exact.objective is not None
    assert answer.status == "optimal"
    assert answer.value == pytest.approx(exact.objective, rel=2e-6)
    assert answer.bound >= exact.objective - 1e-9 * abs(exact.objective)


def test_the_bound_at_the_prices_is_still_of_the_sides_that_were_asked_for() -> None:
    task = quotas(5, 400, [1.0, 2.0, 3.0])
    answer = assign(task, solve, Aims())
    value, _ = figures(task, answer)
    relaxed = solve(whole(task, integer=False), Limits())
    assert relaxed.objective is not None
    assert answer.status == "optimal"
    assert value <= answer.bound <= relaxed.objective <= answer.price_bound + 1e-6


def test_rows_without_a_common_measure_and_rows_of_other_columns_stay() -> None:
    task = some(4, 40, rows=3, weights=2, each=1)
    _, sample = know(task, 1000)
    closer = reachable(task.rows, task.tables, sample.types)
    assert (closer.upper == task.rows.upper).all()
    assert (closer.lower == task.rows.lower).all()


def test_a_search_has_no_clock_but_nodes() -> None:
    seen: list[Limits] = []

    def noted(problem: MatrixProblem, limits: Limits) -> Outcome:
        if problem.integer.any():
            seen.append(limits)
            assert limits.nodes == nodes(problem)
        return solve(problem, limits)

    answer = assign(quotas(1, 300, [1.0, 2.0]), noted, Aims())
    assert answer.rule is not None
    assert seen
    assert all(limits.time_limit is not None and limits.time_limit > 100.0 for limits in seen)


def test_bunches_of_nobody_use_nothing() -> None:
    task = some(3, 20, rows=3, weights=2, each=1)
    (one,) = task.source.map(lambda block: block)
    nobody = Block(
        one.kind[:0],
        one.weights[:, :0],
        one.each[:, :0],
        None if one.barred is None else one.barred[:0],
        one.luck[:0],
    )
    for source in (Held([]), Held([nobody])):
        bunches = bunched(replace(task, source=source))
        assert len(bunches) == bunches.columns == 0
        assert bunches.uses(task.rows.uses, task.tables.shape).shape == (3, 0)
