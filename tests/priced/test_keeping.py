"""Lists that move few units: never more kept than HiGHS proves possible, never fewer than said."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace

import numpy as np
import pytest
import scipy

from channelopt.backends.base import Limits
from channelopt.priced.aims import Aims
from channelopt.priced.engine import assign
from channelopt.priced.keeping import Kept, keep
from channelopt.priced.units import Block, Task
from tests.priced.drawing import Shape, cut, random_task
from tests.priced.reference import everybody, solve, written
from tests.priced.replaying import replayed

AIMS = Aims(gap=1e-6, patience=5.0)


@dataclass(frozen=True)
class Was:
    """Options before, by luck; a unit in seven is new."""

    options: int

    def __call__(self, block: Block) -> np.ndarray:
        had = (block.luck >> np.uint64(7)) % np.uint64(self.options)
        new = block.luck % np.uint64(7) == 0
        return np.where(new, -1, had.astype(np.int64)).astype(np.int16)


def most_kept(task: Task, was: Was, least: float) -> float:
    """The exact answer, by one program with a row for what the list must gain."""
    program = written(task)
    had = was(everybody(task))
    kept = np.append(
        (had[program.unit] == program.option).astype(float), np.zeros(task.rows.others_gain.size)
    )
    problem = program.problem
    worth = scipy.sparse.csr_array(problem.c.reshape(1, -1))
    outcome = solve(
        problem.with_(
            c=kept,
            A=scipy.sparse.csr_array(scipy.sparse.vstack([problem.A, worth], format="csr")),
            row_lower=np.append(problem.row_lower, least),
            row_upper=np.append(problem.row_upper, np.inf),
        ),
        Limits(gap=1e-9, time_limit=60),
    )
    assert outcome.objective is not None
    return outcome.objective


def kept(task: Task, was: Was, tolerance: float) -> Kept:
    first = assign(task, solve, AIMS)
    return keep(task, first, was, solve, AIMS, tolerance)


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 6))]
)
@pytest.mark.parametrize("tolerance", [0.0, 0.05])
def test_no_more_can_be_kept_than_is_said(seed: int, tolerance: float) -> None:
    task = random_task(seed, Shape(units=30, rows=3, whole=seed % 2 == 0, each=seed % 2))
    was = Was(task.tables.shape[2])
    found = kept(task, was, tolerance)
    truth = most_kept(task, was, found.least_value - 1e-7 * abs(found.least_value))
    assert found.kept <= truth + 1e-6
    assert truth <= found.most + 1e-6
    assert found.kept >= found.first
    assert found.answer.value >= found.least_value - 1e-6 * abs(found.least_value)
    again = replayed(task, found.answer)
    assert again.value == pytest.approx(found.answer.value, rel=1e-9)
    assert again.feasible
    assert sum((was(b) == o).sum() for b, o in again.options) == found.kept
    assert sum((was(b) >= 0).sum() for b, _ in again.options) == found.before


def test_whatever_gains_nothing_less_stays_as_it_was() -> None:
    """All options are worth the same: not one unit moves, whatever its luck."""
    task = random_task(1, Shape(units=200, rows=2, each=0, barred=False))
    tables = replace(
        task.tables,
        gain=np.zeros_like(task.tables.gain),
        allowed=np.ones_like(task.tables.allowed),
    )
    rows = replace(task.rows, lower=np.full(2, -np.inf), upper=np.full(2, np.inf))
    task = replace(task, tables=tables, rows=rows)
    found = kept(task, Was(4), 0.0)
    assert found.kept == found.before == found.most
    assert found.moved == 0


def test_nobody_had_an_option() -> None:
    task = random_task(2, Shape(units=20))

    found = keep(task, assign(task, solve, AIMS), _nobody, solve, AIMS)
    assert (found.before, found.kept, found.most, found.moved) == (0, 0, 0, 0)


def _nobody(block: Block) -> np.ndarray:
    return np.full(len(block), -1, dtype=np.int16)


@pytest.mark.slow
def test_a_looser_tolerance_keeps_no_fewer_and_blocks_do_not_matter() -> None:
    task = random_task(5, Shape(units=300, rows=4, kinds=4, options=5))
    was = Was(5)
    counts = [kept(task, was, tolerance).kept for tolerance in (0.0, 0.001, 0.01, 0.1)]
    assert counts == sorted(counts)
    one, other = kept(task, was, 0.01), kept(cut(task, 7), was, 0.01)
    assert one.kept == other.kept
    assert one.answer.value == other.answer.value


def test_the_rule_can_be_pickled_and_says_how_much_worse_the_second_is() -> None:
    task = random_task(3, Shape(units=60, rows=3))
    answer = kept(task, Was(4), 0.05).answer
    block = everybody(task)
    assert answer.rule is not None
    decided = answer.rule(block)
    copy = pickle.loads(pickle.dumps(answer.rule))(block)  # noqa: S301
    np.testing.assert_array_equal(decided.option, copy.option)
    assert not (decided.option == decided.runner_up).any()
    spent = (answer.prices @ task.rows.uses).reshape(task.tables.shape)
    net = task.tables.gain - spent
    for u in range(len(block)):
        values = [
            np.append(block.weights[:, u], block.each[:, u, o]) @ net[:, block.kind[u], o]
            for o in range(4)
        ]
        if decided.runner_up[u] >= 0:
            worse = values[decided.option[u]] - values[decided.runner_up[u]]
            assert decided.worse_by[u] == pytest.approx(worse, rel=1e-6, abs=1e-6)
