"""Sources: order, look-ahead, failures, what is kept; and sums that no order changes."""

from __future__ import annotations

import itertools
import threading

import numpy as np
import pytest

from channelopt.priced.local import Local
from channelopt.priced.memory import Held
from channelopt.priced.passes import Look
from channelopt.priced.tables import Extent, box, reduce, swing
from channelopt.priced.types import collapse, join, take
from channelopt.priced.units import Block
from tests.priced.tasks import some


def numbered(number: int, units: int = 3) -> Block:
    kind = np.full(units, number, np.int32)
    luck = np.arange(units, dtype=np.uint64)
    return Block(kind, np.ones((1, units)), np.zeros((0, units, 2)), None, luck)


def first_kind(block: Block) -> int:
    return int(block.kind[0])


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_the_order_of_parts_and_blocks(threads: int) -> None:
    parts = [lambda n=n: [numbered(2 * n), numbered(2 * n + 1)] for n in range(9)]
    source = Local(parts, 54, threads)
    assert list(source.map(first_kind)) == list(range(18))
    assert source.units == 54
    assert list(Local([], 0, threads).map(first_kind)) == []


def test_parts_are_not_loaded_far_ahead_of_what_is_asked_for() -> None:
    loaded = itertools.count()
    latest = [0]
    lock = threading.Lock()

    def load() -> list[Block]:
        with lock:
            latest[0] = next(loaded) + 1
        return [numbered(0)]

    results = Local([load] * 50, 150, 2).map(len)
    next(results)
    assert latest[0] <= 5
    results.close()  # type: ignore[attr-defined]
    assert latest[0] <= 5


def test_a_failure_of_a_part_comes_out_and_stops_the_rest() -> None:
    def broken() -> list[Block]:
        raise OSError("the file is gone")

    with pytest.raises(OSError, match="gone"):
        list(Local([lambda: [numbered(1)], broken, lambda: [numbered(2)]], 9, 2).map(len))


def test_parts_that_fit_are_kept() -> None:
    loads: list[int] = []

    def part(number: int) -> list[Block]:
        loads.append(number)
        return [numbered(number, 100)]

    size = sum(array.nbytes for array in (numbered(0, 100).kind, numbered(0, 100).weights))
    size += numbered(0, 100).luck.nbytes
    parts = [lambda n=n: part(n) for n in range(4)]
    source = Local(parts, 400, 1, keep=2 * size)
    first, second = list(source.map(first_kind)), list(source.map(first_kind))
    assert first == second == [0, 1, 2, 3]
    assert sorted(loads) == [0, 1, 2, 2, 3, 3]


def test_sums_have_the_same_bits_in_any_order_and_partition() -> None:
    task = some(8, 5000, kinds=3, options=4, weights=3, each=2, rows=3)
    (one,) = task.source.map(lambda block: block)
    one = Block(one.kind, one.weights * np.pi, one.each * np.e, one.barred, one.luck)
    largest = np.full((3, 5), 20.0)
    extent = Extent(3, np.bincount(one.kind), largest)
    prices = np.array([0.3, 0.0, 0.1])
    reduced = reduce(task.tables, task.rows, prices)
    around = box(task.tables, swing(task.tables, task.rows, 3), reduced, np.full(3, 0.01), extent)
    look = Look(reduced, around, extent.scale)
    order = np.random.default_rng(3).permutation(len(one))
    parts = [take(one, part) for part in np.array_split(order, 7)]
    whole_near, whole = look(one)
    found = [look(part) for part in parts]
    coarse = sum(part.coarse for _, part in found)
    fine = sum(part.fine for _, part in found)
    assert (whole.coarse == coarse).all()
    assert (whole.fine == fine).all()
    assert sum(near.counts.sum() for near, _ in found) == whole_near.counts.sum()
    assert 0 < whole_near.counts.sum() < len(one)


def test_sums_are_exact_to_far_more_than_is_needed() -> None:
    task = some(8, 3000, kinds=1, options=2, weights=2, each=0, rows=0)
    (one,) = task.source.map(lambda block: block)
    number = np.random.default_rng(0).lognormal(0.0, 4.0, len(one))
    one = Block(one.kind, np.array([np.ones(len(one)), number]), one.each, None, one.luck)
    extent = Extent(2, np.array([len(one)]), np.array([[1.0, number.max()]]))
    reduced = reduce(task.tables, task.rows, np.zeros(0))
    around = box(task.tables, task.rows.uses, reduced, np.zeros(0), extent)
    _, found = Look(reduced, around, extent.scale)(one)
    total = found.sums(extent.scale)[1].sum()
    assert total == pytest.approx(np.sum(number.astype(np.longdouble)), rel=1e-15)


def test_types_do_not_depend_on_order_and_take_minus_zero_for_zero() -> None:
    task = some(9, 400, kinds=2, options=3, weights=2, each=0)
    (one,) = task.source.map(lambda block: block)
    order = np.random.default_rng(1).permutation(len(one))
    first, second = collapse(one), collapse(take(one, order))
    assert (first.keys == second.keys).all()
    assert (first.counts == second.counts).all()
    assert first.counts.sum() == 400
    assert len(first) < 60
    weights = np.where(one.weights == 0.0, -0.0, one.weights)
    signed = Block(one.kind, weights, one.each, one.barred, one.luck)
    assert (collapse(signed).keys == first.keys).all()
    barred = np.zeros((len(one), 3), np.bool_) if one.barred is None else one.barred
    same = Block(one.kind, one.weights, one.each, barred, one.luck)
    assert (collapse(same).keys == first.keys).all()
    assert len(join([one, same])) == 800


def test_a_source_in_memory_counts_its_units() -> None:
    source = Held([numbered(0, 4), numbered(1, 0), numbered(2, 5)])
    assert source.units == 9
    assert list(source.map(len)) == [4, 0, 5]
