"""Customers looked at by the workers of a cluster: registered as on one machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("distributed")

from channelopt.customers import exchange, remote
from channelopt.customers.faults import Fault
from channelopt.customers.people import People
from channelopt.customers.register import Registered
from channelopt.errors import InputError, UsageError
from channelopt.workers import Workers
from tests.customers.files import everyone, instance, mapping, read, same, small
from tests.priced.clusters import cluster

killing = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with cluster(tmp_path_factory.mktemp("dask"), processes=False) as found:
        yield found


def drawn(rows: int, bad: float = 0.0, again: float = 0.0, seed: int = 7) -> pa.Table:
    """Customers with everything of their own; some cells bad, some ids there before."""
    draw = np.random.default_rng(seed)
    ids = [f"{'=' if at % 7 == 0 else ''}c{at:05d}\N{WINKING FACE}" for at in range(rows)]
    for at in np.flatnonzero(draw.random(rows) < again).tolist():
        ids[at] = ids[int(draw.integers(0, rows))]
    segments = draw.choice(["young", "family", "gold"], rows).astype(object)
    segments[draw.random(rows) < bad] = "golden"
    margin = draw.normal(40, 30, rows)
    margin[draw.random(rows) < bad] = np.nan
    margin[draw.random(rows) < bad] = np.inf
    likes = draw.random(rows) * (1 + bad)
    return pa.table(
        {
            "customer_id": ids,
            "segment": segments.tolist(),
            "contacts.question": draw.poisson(1.5, rows),
            "margin": margin,
            "current_channel": draw.choice(["phone", "shop", "web"], rows),
            "satisfaction.web": likes,
            "eligible.email": draw.random(rows) < 0.7,
        }
    )


def in_files(table: pa.Table, folder: Path, *sizes: int) -> Path:
    """Parts of a table in files of a folder, in row groups of 50."""
    inside = folder / "crm"
    inside.mkdir()
    start = 0
    for number, size in enumerate((*sizes, table.num_rows - sum(sizes))):
        part = table.slice(start, size)
        pq.write_table(part, inside / f"part-{number}.parquet", row_group_size=50)
        start += size
    return inside


def there(client: Any, source: Path, scratch: Path, **how: Any) -> Registered:
    scratch.mkdir(exist_ok=True)
    workers = Workers(client)
    return remote.register_there(source, instance(), mapping(), scratch, workers, **how)


def compare(one: Registered, other: Registered) -> None:
    same(everyone(one), everyone(other))
    for name in ("customers", "rows", "columns", "bad", "files", "unused", "written", "reading"):
        assert getattr(one, name) == getattr(other, name), name
    for field in fields(one.totals):
        np.testing.assert_array_equal(
            getattr(one.totals, field.name), getattr(other.totals, field.name)
        )
    assert (one.rejected is None) == (other.rejected is None)
    if one.rejected is not None and other.rejected is not None:
        assert one.rejected.read_text("utf-8") == other.rejected.read_text("utf-8")


@pytest.mark.parametrize("rows", [1, 120, 10**6])
def test_all_are_registered_as_on_one_machine(client: Any, tmp_path: Path, rows: int) -> None:
    source = in_files(drawn(700), tmp_path, 180, 0, 1)
    found = there(client, source, tmp_path / "there", rows=rows)
    compare(read(source, tmp_path / "here"), found)
    assert found.customers == 700
    assert len(found.partitions) == {1: 16, 120: 5, 10**6: 1}[rows]
    assert not list((tmp_path / "there").iterdir())


@pytest.mark.parametrize("at_a_time", [10**9, 100])
def test_bad_rows_and_ids_that_are_there_again(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr(exchange, "IN_A_RANGE", at_a_time)
    source = in_files(drawn(900, bad=0.05, again=0.1), tmp_path, 300, 350)
    here = read(source, tmp_path / "here", skip_bad=True)
    found = there(client, source, tmp_path / "there", skip_bad=True, rows=200)
    compare(here, found)
    assert found.bad.kinds["duplicate id"] > 20
    assert len(found.bad.kinds) == 4
    with pytest.raises(InputError) as one:
        read(source, tmp_path / "refused")
    with pytest.raises(InputError) as other:
        there(client, source, tmp_path / "refused", rows=200)
    assert one.value.problems == other.value.problems


def test_one_id_for_all(client: Any, tmp_path: Path) -> None:
    table = drawn(200).set_column(0, "customer_id", pa.array(["x"] * 200))
    source = in_files(table, tmp_path, 130)
    found = there(client, source, tmp_path / "there", rows=50, skip_bad=True)
    compare(read(source, tmp_path / "here", skip_bad=True), found)
    assert found.customers == 1


@dataclass(frozen=True)
class Evens:
    """A check of others: customers in even rows cannot be served."""

    def __call__(self, people: People) -> list[Fault]:
        at = np.flatnonzero(people.row % 2 == 0)
        return [Fault("odd one out", "", at, ["even"] * len(at), "expected odd rows")]


def test_checks_of_others_run_there(client: Any, tmp_path: Path) -> None:
    source = in_files(drawn(300, bad=0.03, again=0.05), tmp_path, 90)
    ways = {"skip_bad": True, "check": Evens()}
    found = there(client, source, tmp_path / "there", rows=100, **ways)
    compare(read(source, tmp_path / "here", **ways), found)


def test_what_cannot_be_read_is_said(client: Any, tmp_path: Path) -> None:
    text = tmp_path / "crm.csv"
    text.write_text("customer_id,segment\na,gold\n", encoding="utf-8")
    with pytest.raises(InputError, match="read from Parquet"):
        there(client, text, tmp_path / "s")
    empty = tmp_path / "none.parquet"
    pq.write_table(small().slice(0, 0), empty)
    with pytest.raises(InputError, match="no customer"):
        there(client, empty, tmp_path / "s")
    nobody = in_files(small(segment=["x"] * 4), tmp_path)
    with pytest.raises(InputError, match="E303"):
        there(client, nobody, tmp_path / "s", skip_bad=True)


def test_row_groups_that_are_too_large(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "MOST_ROWS", 49)
    with pytest.raises(InputError, match=r"at most 49 rows, found 50"):
        there(client, in_files(drawn(120), tmp_path), tmp_path / "s", rows=1)


def test_files_that_a_worker_does_not_see(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = in_files(drawn(120), tmp_path, 60)
    looked = remote.parquet_partitions

    def gone(*given: Any, **how: Any) -> Any:
        found = looked(*given, **how)
        (source / "part-1.parquet").unlink()
        return found

    monkeypatch.setattr(remote, "parquet_partitions", gone)
    with pytest.raises(UsageError, match=r"does not see .*part-1\.parquet; .* share"):
        there(client, source, tmp_path / "s", rows=1)


@dataclass(frozen=True)
class Fatal:
    """A check that ends its process the first time it sees some row."""

    row: int
    once: Path

    def __call__(self, people: People) -> list[Fault]:
        if self.row in people.row.tolist() and not self.once.exists():
            self.once.touch()
            os._exit(9)
        return []


@pytest.mark.slow
@killing
def test_a_lost_worker_is_made_up_for(tmp_path: Path) -> None:
    source = in_files(drawn(2000, bad=0.02, again=0.05), tmp_path, 700, 800)
    with cluster(tmp_path / "dask", processes=True) as client:
        ways = {"skip_bad": True, "check": Fatal(1000, tmp_path / "died")}
        found = there(client, source, tmp_path / "there", rows=1, **ways)
    assert (tmp_path / "died").exists()
    compare(read(source, tmp_path / "here", skip_bad=True), found)
