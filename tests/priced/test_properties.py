"""What must hold of every list, on tasks drawn at random; HiGHS on the whole program judges."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace

import numpy as np
import pytest
import scipy
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from channelopt.priced.aims import Aims
from channelopt.priced.answer import Answer
from channelopt.priced.engine import assign
from channelopt.priced.local import Local
from channelopt.priced.memory import Held
from channelopt.priced.units import Block, Rows, Task
from tests.priced.drawing import Shape, cut, random_task, reordered, take
from tests.priced.reference import best, everybody, possible, solve
from tests.priced.replaying import replayed

AIMS = Aims(gap=1e-6, patience=5.0)
QUICK = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
THOROUGH = settings(QUICK, max_examples=25)

SHAPES = st.builds(
    Shape,
    units=st.integers(1, 25),
    kinds=st.integers(1, 4),
    options=st.integers(2, 5),
    weights=st.integers(1, 3),
    each=st.integers(0, 2),
    rows=st.integers(0, 5),
    others=st.integers(0, 2),
    blocks=st.integers(1, 4),
    barred=st.booleans(),
    whole=st.booleans(),
    tight=st.sampled_from([0.5, 0.8]),
)
SEEDS = st.integers(0, 2**32 - 1)


def judged(task: Task, aims: Aims = AIMS) -> Answer:
    """The engine's answer, found to be right by the exact one."""
    answer, exact = assign(task, solve, aims), best(task)
    if exact.objective is None:
        assert answer.status == "infeasible"
        assert answer.rule is None
        return answer
    size = max(1.0, abs(exact.objective))
    assert answer.status in {"optimal", "feasible"}, answer
    again = replayed(task, answer)
    assert again.feasible
    assert again.value == pytest.approx(answer.value, rel=1e-9, abs=1e-9 * size)
    np.testing.assert_allclose(again.used, answer.used, rtol=1e-9, atol=1e-9 * _most(again.used))
    assert answer.bound >= answer.value - 1e-9 * size
    assert answer.price_bound >= answer.bound - 1e-9 * size
    assert answer.bound >= exact.objective - 1e-6 * size
    assert answer.value <= exact.objective + 1e-6 * size
    assert answer.value >= exact.objective - 2e-6 * size
    return answer


def _most(values: np.ndarray) -> float:
    return float(np.abs(values).max(initial=1.0))


def right_signs(task: Task, answer: Answer) -> None:
    """Prices are worth something only at sides that are there."""
    assert (answer.prices[np.isinf(task.rows.upper)] <= 0).all()
    assert (answer.prices[np.isinf(task.rows.lower)] >= 0).all()


@QUICK
@given(SEEDS, SHAPES)
def test_lists_are_right(seed: int, shape: Shape) -> None:
    task = random_task(seed, shape)
    right_signs(task, judged(task))


@pytest.mark.slow
@THOROUGH
@given(SEEDS, SHAPES)
def test_lists_are_right_in_many_cases(seed: int, shape: Shape) -> None:
    task = random_task(seed, shape)
    right_signs(task, judged(task))


@QUICK
@given(SEEDS, SHAPES)
def test_the_order_of_units_and_blocks_changes_nothing(seed: int, shape: Shape) -> None:
    """Whoever stands where in whichever block: every unit has the same option."""
    task = random_task(seed, shape)
    block = everybody(task)
    order = np.random.default_rng(seed).permutation(len(block))
    other = cut(replace(task, source=Held((take(block, order),))), 1 + seed % 5)
    one, two = assign(task, solve, AIMS), assign(other, solve, AIMS)
    assert (one.status, two.status) == (two.status, one.status)
    if one.rule is None or two.rule is None:
        assert one.rule is two.rule
        return
    assert one.value == two.value
    assert one.bound == two.bound
    np.testing.assert_array_equal(one.prices, two.prices)
    np.testing.assert_array_equal(by_luck(task, one), by_luck(other, two))


def by_luck(task: Task, answer: Answer) -> np.ndarray:
    """Options of all units in the order of their luck, which is nobody's twice."""
    pairs = replayed(task, answer).options
    luck = np.concatenate([block.luck for block, _ in pairs])
    option = np.concatenate([option for _, option in pairs])
    return option[np.argsort(luck)]


@QUICK
@given(SEEDS, SHAPES)
def test_the_order_of_rows_changes_no_value(seed: int, shape: Shape) -> None:
    task = random_task(seed, shape)
    order = np.random.default_rng(seed).permutation(task.rows.count)
    turned = reordered(task.rows, order)
    one, two = assign(task, solve, AIMS), assign(replace(task, rows=turned), solve, AIMS)
    assert one.status == two.status
    assert two.value == pytest.approx(one.value, rel=3e-6, abs=3e-6)


@QUICK
@given(SEEDS, st.integers(2, 12))
def test_equal_units_are_dealt_with_by_their_luck(seed: int, times: int) -> None:
    """Few types of many equal units: exact all the same."""
    task = random_task(seed, Shape(units=3, rows=3, tight=0.8, whole=True, each=seed % 2))
    block = everybody(task)
    many = take(block, np.repeat(np.arange(len(block)), times))
    luck = np.random.default_rng(seed).integers(0, 2**63, len(many), dtype=np.uint64)
    rows = task.rows
    scaled = replace(rows, lower=rows.lower * times, upper=rows.upper * times)
    scaled = replace(scaled, others_upper=rows.others_upper * times)
    judged(Task(task.tables, scaled, Held((replace(many, luck=luck),))))


@QUICK
@given(SEEDS, st.sampled_from([1e-6, 1e-3, 1e6, 1e12]), st.sampled_from([1e-6, 1.0, 1e9]))
def test_extreme_scales(seed: int, gain: float, use: float) -> None:
    """Currency in millions or millionths, contacts per second or per year."""
    judged(random_task(seed, Shape(units=15, rows=3, scale=gain, size=use, others=0)))


@QUICK
@given(SEEDS)
def test_conflicts_name_rows_that_are_needed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    task = random_task(seed, Shape(units=8, rows=5, whole=seed % 2 == 0))
    rows = task.rows
    upper = np.where(np.isfinite(rows.upper), rows.upper * rng.uniform(0.1, 1.0, 5), np.inf)
    lower = np.where(np.isfinite(rows.lower), rows.lower / rng.uniform(0.1, 1.0, 5), -np.inf)
    task = replace(task, rows=replace(rows, lower=lower, upper=np.maximum(upper, lower)))
    answer = judged(task)
    if answer.status != "infeasible":
        return
    assert answer.conflict is not None
    found, whole = answer.conflict.rows.tolist(), answer.conflict.whole
    assert not possible(task, found, whole=whole)
    for row in found:
        assert possible(task, [other for other in found if other != row], whole=whole)


@pytest.mark.parametrize("seed", range(4))
def test_equal_sides(seed: int) -> None:
    """Rows that must be met exactly, by whole numbers of units."""
    task = random_task(seed, Shape(units=14, rows=2, whole=True, others=0, tight=1.0, weights=1))
    rows = task.rows
    side = np.where(np.isfinite(rows.upper), rows.upper, rows.lower)
    judged(replace(task, rows=replace(rows, lower=side, upper=side)))


def test_one_unit() -> None:
    for seed in range(4):
        judged(random_task(seed, Shape(units=1, blocks=1, rows=3)))


def test_no_unit_at_all() -> None:
    """Blocks without units between others, and then nothing else."""
    task = random_task(1, Shape(units=6))
    block = everybody(task)
    nobody = take(block, np.zeros(0, dtype=np.intp))
    judged(replace(task, source=Held((nobody, block, nobody))))
    answer = assign(replace(task, source=Held((nobody,))), solve, AIMS)
    assert answer.status in {"optimal", "no_list", "infeasible"}


@pytest.mark.parametrize("units", [1, 10, 3000])
def test_no_capacity(units: int) -> None:
    """Nothing may be used: everybody takes what uses nothing, and the price says what it costs."""
    task = _shared(units, limit=0.0)
    answer = assign(task, solve, AIMS)
    assert answer.status == "optimal"
    assert answer.value == 0.0
    assert answer.used[0] == 0.0
    assert answer.prices[0] >= 0.0
    assert all((option == 0).all() for _, option in replayed(task, answer).options)


@pytest.mark.parametrize("limit", [1.0, 7.0, 2999.0, 3000.0])
def test_all_equal_to_the_last_unit(limit: int) -> None:
    """3,000 equal units: as many as the limit allows, not one less."""
    task = _shared(3000, limit=limit)
    answer = assign(task, solve, AIMS)
    assert answer.value == pytest.approx(2.0 * limit)
    again = replayed(task, answer)
    assert sum(int((option == 1).sum()) for _, option in again.options) == limit


def _shared(units: int, limit: float) -> Task:
    """Equal units: option 1 gains 2 and uses 1 of one row, option 0 gains and uses nothing."""
    task = random_task(0, Shape(units=units, kinds=1, options=2, weights=1, each=0, rows=1))
    tables = replace(
        task.tables, gain=np.array([[[0.0, 2.0]]]), allowed=np.ones((1, 2), dtype=np.bool_)
    )
    none = scipy.sparse.csr_array((1, 0))
    rows = Rows(
        names=("limit",),
        uses=scipy.sparse.csr_array(np.array([[0.0, 1.0]])),
        lower=np.array([-np.inf]),
        upper=np.array([limit]),
        others=none,
        others_gain=np.zeros(0),
        others_lower=np.zeros(0),
        others_upper=np.zeros(0),
    )
    block = replace(everybody(task), barred=None)
    return cut(Task(tables, rows, Held((block,))), 3 if units > 2 else 1)


@dataclass(frozen=True)
class Loaded:
    """A part that loads two blocks."""

    blocks: tuple[Block, ...]

    def __call__(self) -> tuple[Block, ...]:
        return self.blocks


@QUICK
@given(SEEDS, SHAPES)
@example(0, Shape(units=3000, rows=2, each=0, tight=0.5))
def test_threads_and_pickles_change_nothing(seed: int, shape: Shape) -> None:
    task = random_task(seed, shape)
    blocks = list(task.source.map(lambda block: block))
    parts = [Loaded(tuple(blocks[at : at + 2])) for at in range(0, len(blocks), 2)]
    units = task.source.units
    answers = [
        assign(replace(task, source=Local(parts, units, threads)), solve, AIMS)
        for threads in (1, 2)
    ]
    one, two = answers
    assert one.value == two.value or np.isnan(one.value)
    assert one.bound == two.bound
    if one.rule is None or two.rule is None:
        return
    copy = pickle.loads(pickle.dumps(two.rule))  # noqa: S301
    for block in blocks:
        mine, theirs = one.rule(block), copy(block)
        np.testing.assert_array_equal(mine.option, theirs.option)
        np.testing.assert_array_equal(mine.runner_up, theirs.runner_up)
        np.testing.assert_array_equal(mine.worse_by, theirs.worse_by)
        assert not (mine.option == mine.runner_up).any()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_many_units_are_within_the_gap_of_the_split_optimum(seed: int) -> None:
    """Too many for HiGHS to decide whole: its linear program is the bound to be met."""
    task = random_task(seed, Shape(units=4000, rows=4, kinds=4, blocks=3, each=0))
    answer, split = assign(task, solve, AIMS), best(task, whole=False)
    assert split.objective is not None
    assert replayed(task, answer).feasible
    assert answer.bound >= answer.value
    assert answer.price_bound == pytest.approx(split.objective, rel=1e-6)
    assert answer.value >= split.objective * (1 - 1e-4)
