"""Partitions of shared Parquet, looked at anywhere, say the same as one pass on one machine."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from channelopt.customers.duplicates import Again, again, among, find_again, suspicious
from channelopt.customers.looking import Looking, suspects
from channelopt.customers.people import People
from channelopt.customers.register import conclude
from channelopt.customers.rejected import Ledger
from channelopt.customers.shared import parquet_partitions, seen_in
from channelopt.errors import InputError
from tests.customers.files import everyone, instance, mapping, parquet, read, same, small


def some(count: int) -> pa.Table:
    random = np.random.default_rng(2)
    ids = [f"K{number:04d}" for number in range(count)]
    ids[count // 2] = ids[3]
    ids[-1] = ids[3]
    segments = random.choice(["gold", "family", "young"], count).tolist()
    segments[5], segments[-1] = "glod", "nobody"
    return pa.table(
        {
            "customer_id": ids,
            "segment": segments,
            "margin": random.normal(10, 5, count),
            "preferred_channel": random.choice(["web", "phone"], count),
        }
    )


def in_files(table: pa.Table, folder: Path) -> Path:
    inside = folder / "crm"
    inside.mkdir()
    for number in range(4):
        part = table.slice(number * 25, 25)
        pq.write_table(part, inside / f"p{number}.parquet", row_group_size=10)
    return inside


def test_they_put_together_what_one_pass_finds(tmp_path: Path) -> None:
    path = in_files(some(100), tmp_path)
    alone = read(path, tmp_path / "alone", skip_bad=True)
    parts = parquet_partitions(path, instance(), mapping(), seed=0, rows=30)
    assert [part.first for part in parts] == [0, 35, 70]
    looking = Looking(parts[0].reading, instance().numbers, 0, keeps=True)
    parts = pickle.loads(pickle.dumps(parts))  # noqa: S301
    seen = [seen_in(part, looking) for part in parts]
    hashes = suspicious([np.sort(part.all().luck) for part, _ in seen])
    found = again([suspects(part, hashes) for part, _ in seen])
    ledger = Ledger(tmp_path / "bad.csv")
    for _, one in seen:
        ledger.add(one)
    kept, totals = conclude([p for p, _ in seen], [s for _, s in seen], found, ledger, looking)
    ledger.write(tmp_path / "rejected.csv")
    assert (tmp_path / "rejected.csv").read_text() == alone.rejected.read_text()
    assert ledger.bad() == alone.bad
    for name in vars(totals):
        assert np.array_equal(getattr(totals, name), getattr(alone.totals, name)), name

    class Loaded:
        def each(self):
            return (pickle.loads(pickle.dumps(part)).load() for part in kept)  # noqa: S301

    same(everyone(Loaded()), everyone(alone))


def test_only_parquet(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("customer_id,segment\na,gold\n")
    with pytest.raises(InputError, match="read from Parquet"):
        parquet_partitions(tmp_path / "a.csv", instance(), mapping(), seed=0)
    table = small(margin=[True] * 4)
    with pytest.raises(InputError, match="expected numbers"):
        parquet_partitions(parquet(table, tmp_path), instance(), mapping(), seed=0)


def people(ids: list[str], luck: list[int], start: int) -> People:
    count = len(ids)
    return People(
        ids=pa.array(ids),
        luck=np.array(luck, dtype=np.uint64),
        row=np.arange(start, start + count),
        segment=np.zeros(count, dtype=np.int16),
    )


def test_equal_hashes_of_different_ids_are_no_duplicates() -> None:
    parts = [people(["a", "b", "c"], [5, 5, 9], 0), people(["a", "d", "e"], [5, 5, 9], 3)]
    found: Again = find_again([np.sort(part.luck) for part in parts], lambda at: parts[at])
    assert found.row.tolist() == [3]
    assert found.first.tolist() == [0]
    assert found.ids.to_pylist() == ["a"]


@pytest.mark.parametrize("at_once", [1, 2, 2**20])
def test_suspicious_hashes(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channelopt.customers.duplicates.AT_ONCE", at_once)
    none = np.zeros(0, dtype=np.uint64)
    assert suspicious([]).tolist() == []
    assert suspicious([none]).tolist() == []
    top = 2**64 - 1
    lucks = [
        np.array([0, 0, 2, 4, top], dtype=np.uint64),
        np.array([2, 4, 7, top - 1, top], dtype=np.uint64),
    ]
    assert suspicious(lucks).tolist() == [2, 4, top]
    assert among(lucks[1], suspicious(lucks)).tolist() == [0, 1, 4]
    assert among(lucks[1], none).tolist() == []
