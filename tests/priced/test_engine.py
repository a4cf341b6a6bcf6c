"""The engine against enumeration and HiGHS, at the edges, and with solvers that fail or lie."""

from __future__ import annotations

import itertools
import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Outcome, Reason, Termination
from channelopt.priced.aims import Aims
from channelopt.priced.answer import Answer
from channelopt.priced.engine import assign
from channelopt.priced.memory import Held
from channelopt.priced.units import Block, Floats, Tables, Task
from tests.priced.tasks import figures, measures, rows_of, solve, some, whole

DATA = Path(__file__).parents[1] / "known" / "data"
QUICK = Aims(patience=5.0)
ROUGH = Aims(gap=2e-3, patience=20.0)
SMALL = Aims(gap=2e-3, sample=64, held=600, crowd=400, patience=20.0)
"""Makes small tasks go through samples, passes over blocks and the trace of luck."""


def within(task: Task, used: Floats) -> bool:
    rows = task.rows
    sides = [np.where(np.isfinite(side), side, 0.0) for side in (rows.lower, rows.upper)]
    least = rows.lower - 1.01e-9 * np.maximum(1.0, np.abs(sides[0]))
    most = rows.upper + 1.01e-9 * np.maximum(1.0, np.abs(sides[1]))
    return bool((used >= least).all() and (used <= most).all())


def hold(task: Task, answer: Answer) -> None:
    """What is true of every list: it is what it says it is, within the rows, below its bounds."""
    value, used = figures(task, answer)
    assert value == pytest.approx(answer.value, rel=1e-9, abs=1e-9)
    assert used == pytest.approx(answer.used, rel=1e-9, abs=1e-9)
    assert within(task, used)
    assert answer.value <= answer.bound <= answer.price_bound
    assert (answer.prices[np.isinf(task.rows.upper)] <= 0.0).all()
    assert (answer.prices[np.isinf(task.rows.lower)] >= 0.0).all()


def block(units: int, options: int, weights: Any = None, seed: int = 0) -> Block:
    rng = np.random.default_rng(seed)
    number = np.ones((1, units)) if weights is None else np.array([np.ones(units), weights])
    luck = rng.integers(0, 2**64 - 1, units, dtype=np.uint64, endpoint=True)
    return Block(np.zeros(units, np.int32), number, np.zeros((0, units, options)), None, luck)


def split(block: Block, order: Any, sizes: list[int]) -> Held:
    """The same units in another order and in other blocks."""
    parts = np.split(order, np.cumsum(sizes))
    barred = block.barred
    return Held(
        [
            Block(
                block.kind[part],
                np.ascontiguousarray(block.weights[:, part]),
                np.ascontiguousarray(block.each[:, part]),
                None if barred is None else barred[part],
                block.luck[part],
            )
            for part in parts
        ]
    )


def plain(gain: Any) -> Tables:
    gain = np.array(gain, float)
    return Tables(gain, np.ones(gain.shape[1:], np.bool_))


def enumerated(task: Task) -> float:
    (one,) = task.source.map(lambda block: block)
    best = -np.inf
    for options in itertools.product(range(task.tables.shape[2]), repeat=len(one)):
        taken = np.array(options, np.int64)
        barred = one.barred is not None and one.barred[np.arange(len(one)), taken].any()
        if barred or not task.tables.allowed[one.kind, taken].all():
            continue
        total = measures(task.tables, [one], [taken])
        if within(task, np.asarray(task.rows.uses @ total.ravel())):
            best = max(best, float((task.tables.gain * total).sum()))
    return best


@pytest.mark.parametrize("seed", range(20))
def test_tiny_tasks_like_enumeration(seed: int) -> None:
    task = some(seed, 1 + seed % 5, band=0.3)
    answer = assign(task, solve, QUICK)
    hold(task, answer)
    assert answer.status == "optimal"
    assert answer.value == pytest.approx(enumerated(task), rel=2e-6, abs=2e-6)


@pytest.mark.parametrize("seed", range(100, 106))
def test_middling_tasks_like_highs(seed: int) -> None:
    task = some(seed, 40, band=0.3, scale=float(10.0 ** (seed % 5 * 3 - 6)))
    answer = assign(task, solve, QUICK)
    hold(task, answer)
    exact = solve(whole(task), Limits(gap=1e-9, time_limit=10.0))
    assert exact.objective is not None
    assert answer.bound >= exact.objective - 1e-9 * max(1.0, abs(exact.objective))
    if answer.status == "optimal":
        assert answer.value >= exact.objective - 2e-6 * max(1.0, abs(exact.objective))


@pytest.mark.parametrize("seed", range(200, 206))
def test_bound_at_prices_is_that_of_the_linear_relaxation(seed: int) -> None:
    task = some(seed, 60, band=0.2)
    answer = assign(task, solve, QUICK)
    relaxed = solve(whole(task, integer=False), Limits())
    assert relaxed.objective is not None
    scale = max(1.0, abs(relaxed.objective))
    assert answer.price_bound >= relaxed.objective - 1e-7 * scale
    assert answer.price_bound <= relaxed.objective + 1e-6 * scale


@pytest.mark.parametrize("aims", [ROUGH, SMALL], ids=["held", "passes"])
def test_order_and_partition_do_not_matter(aims: Aims) -> None:
    task = some(3, 2000, kinds=3, options=4, weights=2, each=1, rows=4, band=0.05)
    (one,) = task.source.map(lambda block: block)
    first = assign(task, solve, aims)
    hold(task, first)
    order = np.random.default_rng(1).permutation(len(one))
    other = replace(task, source=split(one, order, [1, 700, 0, 500]))
    second = assign(other, solve, aims)
    assert first.rule is not None
    assert second.rule is not None
    again = np.concatenate([second.rule(part).option for part in other.source.blocks])  # type: ignore[attr-defined]
    assert (first.rule(one).option[order] == again).all()
    assert first.value == second.value
    assert (first.prices == second.prices).all()
    assert (first.used == second.used).all()


def test_samples_and_passes_give_the_same_prices_bound_as_all_in_memory() -> None:
    task = some(5, 2000, kinds=2, options=4, weights=2, each=1, rows=4, band=0.02)
    one, other = assign(task, solve, ROUGH), assign(task, solve, SMALL)
    hold(task, other)
    assert other.effort.passes > one.effort.passes
    assert other.price_bound == pytest.approx(one.price_bound, rel=1e-9)
    assert other.status == one.status == "optimal"


@pytest.mark.parametrize("cap", [0.0, 1.0, 333.0, 2000.0])
def test_equal_units_are_told_apart_by_luck(cap: float) -> None:
    rows = rows_of(np.array([[[[0.0, 1.0]]]]), np.array([-np.inf]), np.array([cap]))
    one = block(1000, 2)
    task = Task(plain([[[1.0, 2.0]]]), rows, Held([one]))
    answer = assign(task, solve, QUICK)
    hold(task, answer)
    assert answer.value == 1000.0 + min(cap, 1000.0)
    assert answer.rule is not None
    taken = answer.rule(one).option == 1
    if taken.any() and not taken.all():
        assert one.luck[taken].min() > one.luck[~taken].max()


def test_units_at_a_tie_whatever_their_size_are_told_apart_by_a_trace_of_luck() -> None:
    """Value and use in proportion to contacts: at the right prices all are at a tie."""
    contacts = np.random.default_rng(7).uniform(0.5, 3.0, 2000)
    uses = np.zeros((2, 2, 1, 3))
    uses[0, 1, 0, 2] = uses[1, 1, 0, 1] = 1.0
    sides = contacts.sum() * np.array([0.3, 0.25])
    rows = rows_of(uses, np.full(2, -np.inf), sides)
    tables = plain([[[0.0, 0.0, 0.0]], [[1.0, 2.0, 3.0]]])
    task = Task(tables, rows, Held([block(2000, 3, contacts, seed=8)]))
    answer = assign(task, solve, SMALL)
    hold(task, answer)
    assert answer.status == "optimal"
    assert answer.prices == pytest.approx([2.0, 1.0], abs=1e-3)
    assert pickle.loads(pickle.dumps(answer.rule)) is not None  # noqa: S301


def test_a_rule_can_be_pickled_and_says_by_how_much_the_runner_up_is_worse() -> None:
    task = some(11, 200, kinds=2, options=4, weights=2, each=1, rows=3)
    (one,) = task.source.map(lambda block: block)
    answer = assign(task, solve, ROUGH)
    rule = pickle.loads(pickle.dumps(answer.rule))  # noqa: S301
    decided = rule(one)
    spent = (task.rows.uses.T @ answer.prices).reshape(task.tables.shape)
    reduced = task.tables.gain - spent
    for unit in range(0, 200, 17):
        values = np.tensordot(one.weights[:, unit], reduced[:2, one.kind[unit]], 1)
        values = values + one.each[0, unit] * reduced[2, one.kind[unit]]
        option, other = decided.option[unit], decided.runner_up[unit]
        assert option != other
        if other >= 0:
            worse = values[option] - values[other]
            assert decided.worse_by[unit] == pytest.approx(worse, abs=1e-9)


@pytest.mark.parametrize("units", [0, 1])
def test_few_units_and_rows(units: int) -> None:
    none = rows_of(np.zeros((0, 1, 1, 2)), np.zeros(0), np.zeros(0))
    for source in (Held([block(units, 2)]), Held([block(units, 2), block(0, 2)])):
        answer = assign(Task(plain([[[1.0, 2.0]]]), none, source), solve, QUICK)
        assert answer.status == "optimal"
        assert answer.value == 2.0 * units
    assert assign(Task(plain([[[1.0, 2.0]]]), none, Held([])), solve, QUICK).value == 0.0


def test_other_columns_that_serve_units() -> None:
    """Hours of two groups at different cost serve the contacts of an option."""
    rows = rows_of(
        np.array([[[[0.0, 1.0]]], [[[0.0, 0.0]]]]),
        np.full(2, -np.inf),
        np.array([0.0, 7.0]),
        others=np.array([[-2.0, -1.0], [1.0, 1.0]]),
        others_gain=np.array([-0.1, 0.0]),
        others_lower=np.zeros(2),
        others_upper=np.full(2, np.inf),
    )
    task = Task(plain([[[1.0, 2.0]]]), rows, Held([block(30, 2)]))
    answer = assign(task, solve, QUICK)
    hold(task, answer)
    assert answer.value == pytest.approx(43.3)
    assert answer.others == pytest.approx([7.0, 0.0])


def test_other_columns_that_earn_without_end() -> None:
    rows = rows_of(
        np.array([[[[0.0, 1.0]]]]),
        np.array([-np.inf]),
        np.array([0.0]),
        others=np.array([[-2.0]]),
        others_gain=np.array([0.1]),
        others_lower=np.zeros(1),
        others_upper=np.array([np.inf]),
    )
    task = Task(plain([[[1.0, 2.0]]]), rows, Held([block(30, 2)]))
    assert assign(task, solve, QUICK).status == "unbounded"


def test_rows_that_cannot_hold() -> None:
    rows = rows_of(np.array([[[[0.0, 1.0]]]]), np.array([30.0]), np.array([np.inf]))
    answer = assign(Task(plain([[[1.0, 2.0]]]), rows, Held([block(10, 2)])), solve, QUICK)
    assert answer.status == "infeasible"
    assert answer.conflict is not None
    assert not answer.conflict.whole
    assert answer.conflict.short == pytest.approx([20.0])


def test_rows_that_only_split_units_satisfy() -> None:
    uses = np.array([[[[0.0, 1.0]]], [[[0.0, 1.0]]]])
    rows = rows_of(uses, np.array([-np.inf, 2.5]), np.array([2.6, np.inf]))
    answer = assign(Task(plain([[[1.0, 2.0]]]), rows, Held([block(10, 2)])), solve, QUICK)
    assert answer.status == "infeasible"
    assert answer.conflict is not None
    assert answer.conflict.whole
    assert answer.conflict.rows.tolist() == [0, 1]
    assert np.abs(answer.conflict.short).sum() == pytest.approx(0.4)


@pytest.mark.parametrize("name", ["gap_c0515_1", "gap_c0824_1"])
def test_generalised_assignment_is_solved(name: str) -> None:
    task, data = generalised(name)
    answer = assign(task, solve, replace(QUICK, patience=30.0))
    hold(task, answer)
    sign = 1.0 if data["sense"] == "max" else -1.0
    assert answer.bound >= sign * data["best_known"] - 1e-6
    assert answer.status == "optimal"
    assert answer.value == pytest.approx(sign * data["best_known"])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gap_a05100", "gap_b05100"])
def test_large_generalised_assignment_has_a_valid_bound(name: str) -> None:
    task, data = generalised(name)
    answer = assign(task, solve, replace(QUICK, patience=20.0))
    hold(task, answer)
    assert answer.bound >= -data["best_known"] - 1e-6
    assert answer.gap < 0.01


def generalised(name: str) -> tuple[Task, dict[str, Any]]:
    """Jobs are units, agents are options: cost and resource by job and agent."""
    data = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    gain = np.array(data["objective"], float).T * (1.0 if data["sense"] == "max" else -1.0)
    need = np.array(data["resource"], float).T
    jobs, agents = gain.shape
    table = np.zeros((3, 1, agents))
    table[1] = 1.0
    uses = np.zeros((agents, 3, 1, agents))
    uses[np.arange(agents), 2, 0, np.arange(agents)] = 1.0
    rows = rows_of(uses, np.full(agents, -np.inf), np.array(data["capacity"], float))
    one = block(jobs, agents, seed=2)
    one = replace(one, each=np.array([gain, need]))
    return Task(plain(table), rows, Held([one])), data


def test_a_solver_that_finds_no_list_in_time() -> None:
    def slow(problem: MatrixProblem, limits: Limits) -> Outcome:
        if problem.integer.any():
            return Outcome(Termination(Reason.NO_SOLUTION))
        return solve(problem, limits)

    task = some(21, 300, kinds=1, options=3, weights=2, each=1, rows=3)
    answer = assign(task, slow, replace(QUICK, patience=0.5))
    good = assign(task, solve, ROUGH)
    assert answer.status == "no_list"
    assert answer.rule is None
    assert answer.price_bound >= good.value


@pytest.mark.slow
def test_a_solver_that_lies_about_prices_costs_the_proof_but_no_truth() -> None:
    def liar(problem: MatrixProblem, limits: Limits) -> Outcome:
        outcome = solve(problem, limits)
        if outcome.row_duals is None:
            return outcome
        return replace(outcome, row_duals=0.7 * outcome.row_duals)

    task = some(22, 300, kinds=1, options=3, weights=2, each=1, rows=3)
    answer = assign(task, liar, replace(ROUGH, patience=2.0))
    good = assign(task, solve, ROUGH)
    assert answer.price_bound >= good.value - 1e-9
    if answer.rule is not None:
        hold(task, answer)


def test_a_solver_that_breaks_rows_is_not_believed() -> None:
    def careless(problem: MatrixProblem, limits: Limits) -> Outcome:
        outcome = solve(problem, limits)
        if outcome.x is None or not problem.integer.any():
            return outcome
        return replace(outcome, x=np.where(problem.integer, problem.upper, outcome.x))

    rows = rows_of(np.array([[[[0.0, 1.0]]]]), np.array([-np.inf]), np.array([5.0]))
    task = Task(plain([[[1.0, 2.0]]]), rows, Held([block(10, 2)]))
    answer = assign(task, careless, replace(QUICK, patience=1.0))
    assert answer.rule is None
