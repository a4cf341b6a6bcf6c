"""Levels: prices leap to those of all units, and from those of an earlier list, to the same end."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from channelopt.priced.aims import Aims
from channelopt.priced.answer import Answer
from channelopt.priced.curve import moved_to
from channelopt.priced.engine import assign
from channelopt.priced.levels import Levels
from channelopt.priced.memory import Held
from channelopt.priced.passes import Streamed, know
from channelopt.priced.settle import Frame, settle, spread_of
from channelopt.priced.slopes import Stand, beyond, errors, glance, leap
from channelopt.priced.start import Start
from channelopt.priced.tables import swing
from channelopt.priced.units import Task
from tests.priced.drawing import Shape, cut, random_task
from tests.priced.reference import solve
from tests.priced.replaying import replayed

ROUGH = Aims(gap=1e-3, patience=5.0)
FEW = replace(ROUGH, held=1500, sample=64)
"""Few are held in memory, so that small tasks are gone through in passes."""


@cache
def smooth(units: int, seed: int = 1, others: int = 0) -> Task:
    """Values differ from unit to unit, two rows bind."""
    shape = Shape(units=units, rows=2, others=others, weights=1, blocks=3, barred=False)
    task = random_task(seed, shape)
    free = replace(task.rows, lower=np.full(2, -np.inf), upper=np.full(2, np.inf))
    used = assign(replace(task, rows=free), solve, ROUGH).used
    return replace(task, rows=replace(free, upper=0.7 * used))


def frame_of(task: Task, aims: Aims) -> tuple[Levels, Frame]:
    extent, sample = know(task, aims.held)
    sizes = swing(task.tables, task.rows, extent.weights)
    frame = Frame(task.tables, task.rows, solve, aims, sizes)
    return Levels(frame, sample, Streamed(task.source, extent)), frame


def alike(one: Answer, other: Answer) -> bool:
    """Both proven, with the same bound at the prices."""
    size = max(1.0, abs(one.value))
    near = abs(one.price_bound - other.price_bound) <= 1e-8 * size
    return near and one.status == other.status == "optimal"


@pytest.mark.parametrize("share", [0.4, 0.99, 3.0])
@pytest.mark.parametrize("others", [0, 1])
def test_a_changed_side_ends_where_the_engine_anew_ends(share: float, others: int) -> None:
    task = smooth(3000, others=others)
    base = assign(task, solve, FEW)
    changed = moved_to(task, 0, share * float(task.rows.upper[0]), "upper")
    cold, warm = assign(changed, solve, FEW), assign(changed, solve, FEW, base.again)
    assert alike(cold, warm)
    assert replayed(changed, warm).feasible
    assert warm.effort.passes < cold.effort.passes


def test_prices_that_are_far_off_or_of_another_task_do_no_harm() -> None:
    task = smooth(3000)
    cold = assign(task, solve, FEW)
    wild = assign(task, solve, FEW, np.array([1e6, -5.0]))
    assert alike(cold, wild)
    other = assign(smooth(2000, seed=2), solve, FEW)
    assert alike(cold, assign(task, solve, FEW, other.again))
    assert alike(cold, assign(task, solve, FEW, Start(np.zeros(7))))


def test_what_was_learned_of_other_gains_is_not_believed() -> None:
    task = smooth(3000)
    base = assign(task, solve, FEW)
    gain = task.tables.gain.copy()
    gain[:, :, 1] *= 1.3
    dearer = replace(task, tables=replace(task.tables, gain=gain))
    learned = base.again.learned
    assert learned is not None
    assert learned.same(task)
    assert learned.of(dearer)
    assert not learned.same(dearer)
    assert alike(assign(dearer, solve, FEW), assign(dearer, solve, FEW, base.again))


def test_a_start_whose_prices_were_replaced_is_prices_alone() -> None:
    base = assign(smooth(500), solve, ROUGH)
    assert base.again is base.start
    moved = replace(base, prices=base.prices + 1.0)
    assert moved.again.learned is None
    assert (moved.again.prices == moved.prices).all()


def test_the_same_list_from_the_same_start_in_any_partition() -> None:
    task = smooth(3000)
    base = assign(task, solve, FEW)
    changed = moved_to(task, 1, 0.9 * float(task.rows.upper[1]), "upper")
    one = assign(changed, solve, FEW, base.prices)
    for blocks in (1, 4):
        two = assign(cut(changed, blocks), solve, FEW, base.prices)
        assert two.value == one.value
        assert (two.prices == one.prices).all()


def test_a_leap_meets_the_rows_of_a_sample() -> None:
    task = smooth(12_000)
    levels, frame = frame_of(task, ROUGH)
    sample = levels.sample
    stand = Stand(np.array([0.3, 0.3]), np.zeros(0))
    noise = errors(frame, sample, stand.prices)
    assert noise is not None
    assert (noise > 0.0).all()
    found = leap(frame, sample, stand, noise)
    assert found is not None
    used = task.rows.uses @ glance(frame, sample, found.prices).sums(task.tables.shape).ravel()
    off = beyond(used, found.prices, task.rows) / task.rows.upper
    assert np.abs(off).max() < 0.005


def test_errors_of_prices_are_those_of_samples() -> None:
    task = smooth(12_000)
    levels, frame = frame_of(task, ROUGH)
    whole = settled(frame, levels.sample)
    far = []
    keys = levels.sample.types.keys[:, 1]
    cuts = np.quantile(keys.astype(np.float64), np.linspace(0, 1, 13))
    for low, high in pairwise(cuts):
        place = np.flatnonzero((keys >= low) & (keys < high))
        part = replace(
            levels.sample,
            types=levels.sample.types.take(place),
            scale=levels.sample.scale * (len(keys) / place.size),
        )
        far.append(settled(frame, part) - whole)
        told = errors(frame, part, whole)
    assert told is not None
    priced = whole != 0.0
    assert priced.any()
    ratio = np.sqrt(np.mean(np.square(far), axis=0))[priced] / told[priced]
    assert ((ratio > 0.5) & (ratio < 2.0)).all()


def settled(frame: Frame, sample: object) -> np.ndarray:
    spread = spread_of(frame, sample, np.zeros(frame.rows.count))  # type: ignore[arg-type]
    return settle(frame, sample, np.zeros(2), 100 * spread.usual, spread).prices  # type: ignore[arg-type]


def test_nobody_and_no_price_need_no_leap() -> None:
    task = smooth(3000)
    free = replace(task, rows=replace(task.rows, upper=np.full(2, np.inf)))
    base = assign(free, solve, FEW)
    assert (base.prices == 0.0).all()
    assert alike(base, assign(free, solve, FEW, base.again))
    nobody = replace(task, source=Held([]))
    assert assign(nobody, solve, FEW, base.prices).value == 0.0
