"""Equal hashes across partitions: the same ones as if all were in one place."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("distributed")

from channelopt.customers import exchange
from channelopt.workers import Workers
from tests.priced.clusters import cluster


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with cluster(tmp_path_factory.mktemp("dask"), processes=False) as found:
        yield found


def drawn(seed: int, size: int) -> Any:
    """Hashes over the whole width, one in five of them out of a few hundred."""
    draw = np.random.default_rng(seed)
    wide = draw.integers(0, 2**64, size, dtype=np.uint64)
    few = np.uint64(2**64 // 300) * draw.integers(0, 300, size).astype(np.uint64)
    return np.where(draw.random(size) < 0.2, few, wide)


@pytest.mark.parametrize("at_a_time", [10**9, 700, 40])
def test_repeated_hashes_are_found(
    client: Any, monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr(exchange, "IN_A_RANGE", at_a_time)
    parts = [drawn(seed, size) for seed, size in enumerate((0, 1, 500, 800, 3))]
    counts = Counter(int(value) for part in parts for value in part)
    expected = sorted(value for value, count in counts.items() if count > 1)
    workers = Workers(client)
    begun = [workers.begin(drawn, seed, len(part)) for seed, part in enumerate(parts)]
    assert exchange.repeated(begun, sum(map(len, parts)), workers).tolist() == expected
    assert expected


def test_ends_of_the_width(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "IN_A_RANGE", 2)
    ends = [0, 2**63, 2**64 - 1]
    workers = Workers(client)
    begun = [workers.begin(np.array, ends, np.uint64), workers.begin(np.array, ends, np.uint64)]
    assert exchange.repeated(begun, 6, workers).tolist() == ends


def test_nobody(client: Any) -> None:
    assert exchange.repeated([], 0, Workers(client)).tolist() == []
