"""Small tasks drawn at random, for everything that is asked of the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.priced.memory import Held
from channelopt.priced.units import Block, Rows, Tables, Task
from tests.priced.reference import everybody


@dataclass(frozen=True)
class Shape:
    """What a random task looks like."""

    units: int = 12
    kinds: int = 3
    options: int = 4
    weights: int = 2
    each: int = 1
    rows: int = 4
    others: int = 1
    blocks: int = 2
    barred: bool = True
    whole: bool = False  # small whole numbers everywhere: many ties
    scale: float = 1.0  # of what is gained
    size: float = 1.0  # of what is used
    tight: float = 0.7


def random_task(seed: int, shape: Shape) -> Task:
    """Make a task that has a list: sides leave room for one drawn at random."""
    rng = np.random.default_rng(seed)
    block = _block(rng, shape)
    tables = _tables(rng, shape)
    block = _with_an_option(block, tables)
    task = Task(tables, _open_rows(rng, shape), Held((block,)))
    task = replace(task, rows=_sides(rng, task, shape))
    return cut(task, shape.blocks)


def cut(task: Task, blocks: int) -> Task:
    """The same units in another number of blocks."""
    block = everybody(task)
    places = np.array_split(np.arange(len(block)), blocks)
    return replace(task, source=Held(tuple(take(block, place) for place in places)))


def take(block: Block, place: np.ndarray) -> Block:
    return Block(
        kind=np.ascontiguousarray(block.kind[place]),
        weights=np.ascontiguousarray(block.weights[:, place]),
        each=np.ascontiguousarray(block.each[:, place]),
        barred=None if block.barred is None else np.ascontiguousarray(block.barred[place]),
        luck=np.ascontiguousarray(block.luck[place]),
    )


def _numbers(rng: np.random.Generator, shape: Shape, size: tuple[int, ...]) -> np.ndarray:
    if shape.whole:
        return rng.integers(0, 4, size).astype(np.float64)
    return rng.uniform(0.0, 10.0, size)


def _block(rng: np.random.Generator, shape: Shape) -> Block:
    weights = 0.5 + _numbers(rng, shape, (shape.weights, shape.units))
    weights[0] = 1.0
    return Block(
        kind=rng.integers(0, shape.kinds, shape.units).astype(np.int32),
        weights=weights,
        each=_numbers(rng, shape, (shape.each, shape.units, shape.options)),
        barred=rng.random((shape.units, shape.options)) < 0.15 if shape.barred else None,
        luck=rng.integers(0, 2**63, shape.units, dtype=np.uint64),
    )


def _tables(rng: np.random.Generator, shape: Shape) -> Tables:
    measures = shape.weights + shape.each
    gain = _numbers(rng, shape, (measures, shape.kinds, shape.options)) * shape.scale
    allowed = rng.random((shape.kinds, shape.options)) < 0.9
    allowed[:, 0] = True
    gain[:, :, 0] = 0.0
    return Tables(gain, allowed)


def _with_an_option(block: Block, tables: Tables) -> Block:
    if block.barred is None:
        return block
    barred = block.barred.copy()
    none = ~(tables.allowed[block.kind] & ~barred).any(axis=1)
    barred[none] = False
    return replace(block, barred=barred)


def _open_rows(rng: np.random.Generator, shape: Shape) -> Rows:
    measures = shape.weights + shape.each
    size = (shape.rows, measures, shape.kinds, shape.options)
    uses = _numbers(rng, shape, size) * (rng.random(size) < 0.5) * shape.size
    others = (_numbers(rng, shape, (shape.rows, shape.others)) - 1.0) * shape.size
    return Rows(
        names=tuple(f"row {number}" for number in range(shape.rows)),
        uses=scipy.sparse.csr_array(
            uses.reshape(shape.rows, measures * shape.kinds * shape.options)
        ),
        lower=np.full(shape.rows, -np.inf),
        upper=np.full(shape.rows, np.inf),
        others=scipy.sparse.csr_array(others),
        others_gain=-shape.scale * rng.uniform(0.0, 1.0, shape.others),
        others_lower=np.zeros(shape.others),
        others_upper=rng.uniform(0.0, 20.0, shape.others),
    )


def _sides(rng: np.random.Generator, task: Task, shape: Shape) -> Rows:
    """Sides around what a list drawn at random uses: at most, at least, or between."""
    rows, block = task.rows, everybody(task)
    used = rows.uses @ sums(task, block, drawn(rng, task, block)).ravel()
    width = np.abs(used) * rng.uniform(0.0, 1.0 - shape.tight, shape.rows)
    what = rng.integers(0, 3, shape.rows)
    lower = np.where(what != 0, used - width, -np.inf)
    upper = np.where(what != 1, used + width, np.inf)
    return replace(rows, lower=lower, upper=upper)


def drawn(rng: np.random.Generator, task: Task, block: Block) -> np.ndarray:
    """Options drawn at random among those allowed."""
    allowed = task.tables.allowed[block.kind]
    if block.barred is not None:
        allowed = allowed & ~block.barred
    luck = rng.random(allowed.shape)
    return np.where(allowed, luck, -1.0).argmax(axis=1)


def sums(task: Task, block: Block, option: np.ndarray) -> np.ndarray:
    """(M, N, O) measures of the units that take an option, one unit after the other."""
    found = np.zeros(task.tables.shape)
    for u, o in enumerate(option):
        value = np.append(block.weights[:, u], block.each[:, u, o])
        found[:, block.kind[u], o] += value
    return found


def reordered(rows: Rows, order: NDArray[np.int64]) -> Rows:
    """The same rows in another order."""
    return replace(
        rows,
        names=tuple(rows.names[row] for row in order),
        uses=rows.uses[order],
        lower=rows.lower[order],
        upper=rows.upper[order],
        others=rows.others[order],
    )
