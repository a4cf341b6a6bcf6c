"""Tasks to try the engine on, a whole program for the same, and figures from a list."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Outcome
from channelopt.backends.highs import Highs
from channelopt.priced.answer import Answer
from channelopt.priced.memory import Held
from channelopt.priced.units import Block, Floats, Rows, Tables, Task

HIGHS = Highs()


def solve(problem: MatrixProblem, limits: Limits) -> Outcome:
    return HIGHS.solve(problem, limits)


def rows_of(uses: Floats, lower: Floats, upper: Floats, **others: Floats) -> Rows:
    """Rows from uses (R, M, N, O)."""
    count = uses.shape[0]
    none = {
        "others": np.zeros((count, 0)),
        "others_gain": np.zeros(0),
        "others_lower": np.zeros(0),
        "others_upper": np.zeros(0),
    }
    given = none | others
    given["others"] = scipy.sparse.csr_array(given["others"])
    flat = scipy.sparse.csr_array(uses.reshape(count, int(np.prod(uses.shape[1:]))))
    names = tuple(f"row {number}" for number in range(count))
    return Rows(names, flat, np.asarray(lower, float), np.asarray(upper, float), **given)


def some(seed: int, units: int, **wish: Any) -> Task:
    """A random task: capacities, a budget, a least use, perhaps other columns and barred units."""
    rng = np.random.default_rng(seed)
    kinds, options, weights, each = (
        wish.get("kinds", int(rng.integers(1, 4))),
        wish.get("options", int(rng.integers(1, 5))),
        wish.get("weights", int(rng.integers(1, 4))),
        wish.get("each", int(rng.integers(0, 3))),
    )
    count = wish.get("rows", int(rng.integers(0, 5)))
    shape = (weights + each, kinds, options)
    scale = wish.get("scale", 1.0)
    allowed = rng.random((kinds, options)) < 0.85
    allowed[:, 0] = True
    tables = Tables(scale * rng.normal(size=shape).round(wish.get("digits", 3)), allowed)
    block = block_of(rng, units, (weights, each, kinds, options))
    uses = np.where(rng.random((count, *shape)) < 0.5, rng.random((count, *shape)), 0.0).round(2)
    option = np.array([rng.choice(np.flatnonzero(allowed[kind])) for kind in block.kind])
    if block.barred is not None and units:
        block.barred[np.arange(units), option] = False
    used = uses.reshape(count, int(np.prod(shape))) @ measures(tables, [block], [option]).ravel()
    lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
    band = wish.get("band", 0.05)
    for row in range(count):
        side = rng.integers(0, 3)
        lower[row] = used[row] - band * abs(used[row]) * rng.random() if side != 0 else -np.inf
        upper[row] = used[row] + band * abs(used[row]) * rng.random() if side != 1 else np.inf
    return Task(tables, rows_of(uses, lower, upper), Held([block]))


def block_of(rng: np.random.Generator, units: int, sizes: tuple[int, int, int, int]) -> Block:
    weights, each, kinds, options = sizes
    number = np.ones((weights, units))
    number[1:] = rng.integers(0, 4, (weights - 1, units))
    barred = (rng.random((units, options)) < 0.2) if rng.random() < 0.5 else None
    if barred is not None:
        barred[:, 0] = False
    return Block(
        rng.integers(0, kinds, units).astype(np.int32),
        number,
        rng.normal(size=(each, units, options)).round(2),
        barred,
        rng.integers(0, 2**64 - 1, units, dtype=np.uint64, endpoint=True),
    )


def measures(tables: Tables, blocks: Any, options: Any) -> Floats:
    """(M, N, O) sums of measures, one unit after the other."""
    total = np.zeros(tables.shape)
    for block, option in zip(blocks, options, strict=True):
        weights = block.weights.shape[0]
        every = np.arange(len(block))
        for number in range(weights):
            np.add.at(total[number], (block.kind, option), block.weights[number])
        for number, each in enumerate(block.each):
            np.add.at(total[weights + number], (block.kind, option), each[every, option])
    return total


def figures(task: Task, answer: Answer) -> tuple[float, Floats]:
    """Value and (R,) activity of a list, from its rule."""
    assert answer.rule is not None
    blocks = list(task.source.map(lambda block: block))
    options = [np.asarray(answer.rule(block).option, np.int64) for block in blocks]
    for block, option in zip(blocks, options, strict=True):
        assert task.tables.allowed[block.kind, option].all()
        if block.barred is not None:
            assert not block.barred[np.arange(len(block)), option].any()
    total = measures(task.tables, blocks, options)
    rows = task.rows
    used = rows.uses @ total.ravel() + rows.others @ answer.others
    return float((task.tables.gain * total).sum() + rows.others_gain @ answer.others), used


def whole(task: Task, integer: bool = True) -> MatrixProblem:
    """The program with one column for every unit and option, and then the other columns."""
    tables, rows = task.tables, task.rows
    (block,) = task.source.map(lambda block: block)
    _, _, options = tables.shape
    units = len(block)
    gain, uses, upper = [], [], []
    for unit in range(units):
        one = Block(
            block.kind[[unit]],
            block.weights[:, [unit]],
            block.each[:, [unit]],
            None,
            block.luck[[unit]],
        )
        for option in range(options):
            taken = measures(tables, [one], [np.array([option])]).ravel()
            gain.append(tables.gain.ravel() @ taken)
            uses.append(rows.uses @ taken)
            barred = block.barred is not None and block.barred[unit, option]
            upper.append(float(tables.allowed[block.kind[unit], option] and not barred))
    count = units * options
    once = np.kron(np.eye(units), np.ones(options))
    use = np.array(uses).reshape(count, rows.count).T
    extra = rows.others_gain.size
    matrix = np.block([[use, rows.others.toarray()], [once, np.zeros((units, extra))]])
    return MatrixProblem(
        c=np.concatenate([gain, rows.others_gain]),
        offset=0.0,
        A=scipy.sparse.csr_array(matrix),
        row_lower=np.concatenate([rows.lower, np.ones(units)]),
        row_upper=np.concatenate([rows.upper, np.ones(units)]),
        lower=np.concatenate([np.zeros(count), rows.others_lower]),
        upper=np.concatenate([upper, rows.others_upper]),
        integer=np.concatenate([np.full(count, integer), np.zeros(extra, np.bool_)]),
    )
