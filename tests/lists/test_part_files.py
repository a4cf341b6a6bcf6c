"""Lists written by the workers of a cluster: the same rows, sums and files' hashes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("distributed")

from channelopt.customers.mapping import read_mapping
from channelopt.customers.people import People
from channelopt.customers.register import Registered, register
from channelopt.customers.remote import register_there
from channelopt.errors import UsageError
from channelopt.instance.instance import Instance
from channelopt.lists.compile import compile_list
from channelopt.lists.part_files import FillThere, WritePart
from channelopt.lists.parts import Part
from channelopt.lists.result import CustomerList, Listing
from channelopt.lists.sheet import Sheet
from channelopt.lists.ways import ListWays
from channelopt.lists.writing import write_list
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.solving import Engines
from channelopt.plan.results_folder import edited
from channelopt.priced.aims import Aims
from channelopt.priced.cluster import Cluster
from channelopt.priced.engine import assign
from channelopt.priced.local import Local
from channelopt.priced.units import Source, Task
from channelopt.workers import Spread, Workers
from tests.lists import fakes
from tests.lists.planned import scenario
from tests.priced.clusters import cluster

killing = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
TABLES = ("totals", "limits", "hours", "ladder", "moves")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with cluster(tmp_path_factory.mktemp("dask"), processes=False) as found:
        yield found


def write(listing: Listing, out: Path, **options: Any) -> CustomerList:
    return write_list(listing, out, **({"as_csv": False, "force": False} | options))


def alike(one: CustomerList, other: CustomerList) -> None:
    pd.testing.assert_frame_equal(one.assignment(), other.assignment())
    for name in TABLES:
        assert one.tables[name] == other.tables[name], name
    assert one.value == other.value
    assert one.bound == other.bound


@pytest.mark.parametrize("as_csv", [False, True])
def test_rows_and_sums_are_those_of_one_machine(client: Any, tmp_path: Path, as_csv: bool) -> None:
    listing = fakes.listing(fakes.cut(fakes.people(), 20, 0, 1, 39))
    here = write(listing, tmp_path / "here", as_csv=as_csv)
    fill = FillThere(Workers(client))
    there = write(listing, tmp_path / "there", as_csv=as_csv, fill=fill)
    alike(here, there)
    suffix = "csv" if as_csv else "parquet"
    names = [path.name for path in sorted((tmp_path / "there" / "assignment").iterdir())]
    assert names == [f"part-0000{number}.{suffix}" for number in range(4)]
    assert not edited(tmp_path / "there")
    for name in names:
        content = (tmp_path / "there" / "assignment" / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        assert digest in (tmp_path / "there" / "manifest.json").read_text("utf-8")
    again = write(listing, tmp_path / "there", as_csv=as_csv, force=True, fill=fill)
    alike(here, again)


@dataclass(frozen=True)
class Broken:
    def load(self) -> People:
        message = "no longer there"
        raise UsageError(message)


def test_whole_or_not_at_all(client: Any, tmp_path: Path) -> None:
    good = fakes.cut(fakes.people(), 20, 40)
    listing = fakes.listing(replace(good, partitions=(*good.partitions, Broken())))
    with pytest.raises(UsageError, match="no longer there"):
        write(listing, tmp_path / "list", fill=FillThere(Workers(client)))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_a_worker_does_not_see(tmp_path: Path) -> None:
    listing = fakes.listing(fakes.cut(fakes.people(), 60))
    write_one = WritePart(Sheet.of(listing), tmp_path / "no" / "such", ".parquet", 5)
    with pytest.raises(UsageError, match=r"does not see the folder .*; the list is written to"):
        write_one((0, listing.register.partitions[0]))


def made(
    instance: Instance, registered: Registered, source: Any, over: Any, out: Path, fill: Any
) -> tuple[CustomerList, Listing]:
    """From registered customers to a list, in one place or another."""
    _, choice = scenario("quickstart")
    compiled = compile_list(instance, choice, 0, registered, ListWays(joint=True), over)
    parts = [Part(compiled, partition) for partition in registered.partitions]
    units: Source = source(parts, registered.customers * len(compiled.questions))
    engines = Engines.start(SolveOptions(isolate=False))
    task = Task(compiled.tables, compiled.rows, units)
    answer = assign(task, engines.main.solve, Aims())
    listing = Listing(instance, choice, 0, compiled, registered, answer)
    return write(listing, out, fill=fill), listing


def compared(client: Any, tmp_path: Path, customers: int, rows: int) -> None:
    """Make a list here and there, from the same customers, and compare everything."""
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    instance, _ = scenario("quickstart")
    folder = Path(__file__).parents[2] / "scenarios" / "quickstart"
    options = pc.ConvertOptions(column_types={"customer_id": pa.string()})
    table = pc.read_csv(folder / "customers.csv", convert_options=options)
    source = tmp_path / "crm"
    source.mkdir()
    half = customers // 2
    pq.write_table(table.slice(0, half), source / "a.parquet", row_group_size=rows)
    pq.write_table(table.slice(half, half), source / "b.parquet", row_group_size=rows // 2)
    mapping = read_mapping(instance, None, folder / "customers.yaml")
    (tmp_path / "s").mkdir()
    local = register(source, instance, mapping, tmp_path / "s")
    here, one = made(
        instance, local, lambda parts, units: Local(parts, units, 2), None, tmp_path / "here", None
    )
    workers = Workers(client)
    remote = register_there(source, instance, mapping, tmp_path / "t", workers, rows=rows)
    there, other = made(
        instance,
        remote,
        lambda parts, units: Cluster(parts, units, workers),
        Spread(remote.partitions, workers),
        tmp_path / "there",
        FillThere(workers),
    )
    np.testing.assert_array_equal(one.answer.prices, other.answer.prices)
    assert one.answer.value == other.answer.value
    assert one.answer.bound == other.answer.bound
    alike(here, there)
    assert len(remote.partitions) > 5


@pytest.mark.slow
def test_a_cluster_makes_the_list_of_one_machine(client: Any, tmp_path: Path) -> None:
    compared(client, tmp_path, 3_000, rows=500)


@pytest.mark.slow
@killing
def test_so_does_a_cluster_of_processes(tmp_path: Path) -> None:
    with cluster(tmp_path / "dask", processes=True) as client:
        compared(client, tmp_path, 20_000, rows=3_000)


@dataclass(frozen=True)
class Fatal(fakes.Part):
    """A partition that ends the process that loads it the first time."""

    once: Path = Path()

    def load(self) -> People:
        if not self.once.exists():
            self.once.touch()
            os._exit(9)
        return self.people


@pytest.mark.slow
@killing
def test_a_lost_worker_is_made_up_for(tmp_path: Path) -> None:
    good = fakes.cut(fakes.people(), 5, 15, 0, 20, 20)
    parts = list(good.partitions)
    parts[3] = Fatal(parts[3].people, tmp_path / "died")
    (tmp_path / "died").touch()
    here = write(fakes.listing(replace(good, partitions=tuple(parts))), tmp_path / "here")
    (tmp_path / "died").unlink()
    with cluster(tmp_path / "dask", processes=True) as client:
        listing = fakes.listing(replace(good, partitions=tuple(parts)))
        there = write(listing, tmp_path / "there", fill=FillThere(Workers(client)))
    assert (tmp_path / "died").exists()
    alike(here, there)
