"""The engine alone, and one bare pass, on the arrays of a folder of `benchmarks.customer_data`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numba
import numpy as np
import scipy
from numpy.typing import NDArray

from benchmarks.customer_data import CHANNELS, ROWS, UNIT_COST, Customers, kept_margin, read, uses
from channelopt.backends.highs import Highs
from channelopt.priced.aims import Aims
from channelopt.priced.local import Local
from channelopt.priced.units import Block, Rows, Source, Tables, Task

Floats = NDArray[np.float64]

BLOCK = 65_536
REPEATS = 3
BARE_REPEATS = 7
WARM_UP = 3_000
"""Customers of the first, unmeasured run, which compiles."""
THREADS = os.cpu_count() or 1


def blocks(customers: Customers) -> list[Block]:
    """Return the customers as units: 1, contacts, and contacts times value by option."""
    found = []
    for start in range(0, len(customers), BLOCK):
        part = slice(start, start + BLOCK)
        contacts = customers.contacts[part]
        found.append(
            Block(
                np.ascontiguousarray(customers.kind[part]),
                np.stack([np.ones_like(contacts), contacts]),
                np.ascontiguousarray((customers.value[part] * contacts[:, None])[None]),
                None,
                _luck(customers.ids[part]),
            )
        )
    return found


def task(source: Source, lower: Floats, upper: Floats) -> Task:
    """Return what the engine is asked."""
    kept = kept_margin()
    kinds, options = kept.shape
    gain = np.stack([kept, np.broadcast_to(-UNIT_COST, kept.shape), np.ones_like(kept)])
    each = np.zeros((len(ROWS), 3, kinds, options))
    each[:, 1] = uses()[:, None, :]
    none = np.zeros(0)
    rows = Rows(
        ROWS,
        scipy.sparse.csr_array(each.reshape(len(ROWS), -1)),
        lower,
        upper,
        scipy.sparse.csr_array((len(ROWS), 0)),
        none,
        none,
        none,
    )
    return Task(Tables(gain, np.ones((kinds, options), dtype=bool)), rows, source)


def engine(folder: str) -> dict[str, Any]:
    """Assign a few times: seconds, value, bound, passes, and what its list uses of every row."""
    from channelopt.priced.engine import assign

    customers, lower, upper = read(Path(folder))
    whole = blocks(customers)
    few = Local([lambda: [_first(whole[0])]], WARM_UP, THREADS)
    share = WARM_UP / len(customers)
    assign(task(few, lower * share, upper * share), Highs().solve, Aims())
    work = task(Local([lambda b=b: [b] for b in whole], len(customers), THREADS), lower, upper)
    spent, answer = repeated(lambda: assign(work, Highs().solve, Aims()), REPEATS)
    if answer.rule is None:
        return spent | {"status": answer.status}
    option = np.concatenate([answer.rule(block).option for block in whole]).astype(np.int64)
    return {
        **spent,
        "status": answer.status,
        "bound": answer.bound,
        "passes": answer.effort.passes,
        "near": answer.effort.near,
        "phases": dict(answer.effort.seconds),
        "claimed": answer.value,
        **judged(customers, option, lower, upper),
    }


def bare(folder: str) -> dict[str, Any]:
    """Go once through the data, with as many threads: the best option of every customer."""
    customers, lower, upper = read(Path(folder))
    whole = blocks(customers)
    work = task(Local([], 0, 1), lower, upper)
    gain, allowed = work.tables.gain, work.tables.allowed

    def one(block: Block) -> NDArray[np.int64]:
        return _best(block.kind, block.weights, block.each, gain, allowed)

    one(_first(whole[0]))
    with ThreadPoolExecutor(THREADS) as pool:
        spent, found = repeated(lambda: list(pool.map(one, whole)), BARE_REPEATS)
    return {**spent, **judged(customers, np.concatenate(found), lower, upper)}


def judged(
    customers: Customers, option: NDArray[np.int64], lower: Floats, upper: Floats
) -> dict[str, Any]:
    """Return the value of a list, its rows that break, and customers without an option (-1)."""
    served = np.flatnonzero(option >= 0)
    value = float(customers.gain()[served, option[served]].sum())
    used = uses() @ np.bincount(option[served], customers.contacts[served], len(CHANNELS))
    limit = np.where(np.isfinite(upper), upper, lower)
    missed = np.maximum(np.maximum(used - upper, lower - used), 0) / np.maximum(1, np.abs(limit))
    return {
        "value": value,
        "broken": int((missed > 1e-9).sum()),
        "worst": float(missed.max()),
        "unserved": int(len(option) - len(served)),
        "binding": int((np.abs(used - limit) <= 1e-3 * np.abs(limit)).sum()),
    }


def repeated(action: Callable[[], Any], times: int) -> tuple[dict[str, list[float]], Any]:
    """Return the seconds of every run, by the clock and of all processors, and the last result."""
    spent: dict[str, list[float]] = {"seconds": [], "processor": []}
    result = None
    for _ in range(times):
        began = time.perf_counter(), time.process_time()
        result = action()
        spent["seconds"].append(time.perf_counter() - began[0])
        spent["processor"].append(time.process_time() - began[1])
    return spent, result


def _first(block: Block) -> Block:
    part = slice(0, min(WARM_UP, len(block)))
    return Block(
        block.kind[part],
        np.ascontiguousarray(block.weights[:, part]),
        np.ascontiguousarray(block.each[:, part]),
        None,
        block.luck[part],
    )


def _luck(ids: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Mix whole numbers (the finaliser of splitmix64)."""
    mixed = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return mixed ^ (mixed >> np.uint64(31))


@numba.njit(cache=True, nogil=True)
def _best(
    kind: NDArray[np.int32], weights: Floats, each: Floats, gain: Floats, allowed: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the option of most gain of every unit."""
    own = weights.shape[0]
    found = np.empty(kind.shape[0], np.int64)
    for unit in range(kind.shape[0]):
        most = -np.inf
        for option in range(gain.shape[2]):
            worth = 0.0
            for k in range(own):
                worth += weights[k, unit] * gain[k, kind[unit], option]
            for d in range(each.shape[0]):
                worth += each[d, unit, option] * gain[own + d, kind[unit], option]
            if allowed[kind[unit], option] and worth > most:
                most = worth
                found[unit] = option
    return found
