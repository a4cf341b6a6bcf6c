"""Customers in every form that can be read, and what the scenario around them is."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from channelopt.customers.mapping import ListMapping, read_mapping
from channelopt.customers.people import People
from channelopt.customers.register import Registered, register
from channelopt.instance import load
from channelopt.instance.instance import Instance

SCENARIO = Path(__file__).parents[2] / "scenarios" / "quickstart"


@cache
def instance() -> Instance:
    return load.load(SCENARIO)


def mapping(**columns: Any) -> ListMapping:
    data = {**instance().resolved, "customers": {"columns": columns}}
    return read_mapping(load.from_data(data) if columns else instance())


def small(**columns: Any) -> pa.Table:
    """Four good customers; columns are added or replaced."""
    start: dict[str, Any] = {
        "customer_id": ["a", "b", "c", "d"],
        "segment": ["gold", "family", "young", "gold"],
    }
    return pa.table({**start, **columns})


def parquet(table: pa.Table, folder: Path) -> Any:
    file = folder / "crm.parquet"
    pq.write_table(table, file, row_group_size=3)
    return file


def parquet_folder(table: pa.Table, folder: Path) -> Any:
    inside = folder / "crm"
    inside.mkdir()
    half = table.num_rows // 2
    for number, part in enumerate((table.slice(0, half), table.slice(half))):
        pq.write_table(part, inside / f"part-{number}.parquet")
    (inside / "_SUCCESS").touch()
    return inside


def csv_file(table: pa.Table, folder: Path) -> Any:
    file = folder / "crm.csv"
    with file.open("wb") as stream:
        pc.write_csv(plainly(table), stream)
    return file


def csv_gz(table: pa.Table, folder: Path) -> Any:
    plain = csv_file(table, folder)
    file = folder / "crm.csv.gz"
    file.write_bytes(gzip.compress(plain.read_bytes()))
    return file


def database(table: pa.Table, folder: Path) -> Any:
    file = folder / "crm.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.register("given", plainly(table))
        connection.execute("create table people as select * from given")
    return file


def relation(table: pa.Table, folder: Path) -> Any:
    return duckdb.from_arrow(plainly(table))


def plainly(table: pa.Table) -> pa.Table:
    """Dictionaries as their values."""
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


FORMS: dict[str, Callable[[pa.Table, Path], Any]] = {
    "parquet": parquet,
    "parquet folder": parquet_folder,
    "csv": csv_file,
    "csv.gz": csv_gz,
    "duckdb": database,
    "relation": relation,
    "table": lambda table, folder: table,
    "reader": lambda table, folder: table.to_reader(max_chunksize=2),
    "dataset": lambda table, folder: ds.dataset(table),
    "pandas": lambda table, folder: table.to_pandas(),
}


def read(source: Any, scratch: Path, given: ListMapping | None = None, **how: Any) -> Registered:
    scratch.mkdir(exist_ok=True)
    return register(source, instance(), given or mapping(), scratch, **how)


def everyone(found: Registered) -> dict[str, np.ndarray | list[Any]]:
    """All customers of all partitions as one table, by the names of fields and keys."""
    parts = [flat(people) for people in found.each()]
    together: dict[str, Any] = {
        name: np.concatenate([part[name] for part in parts])
        for name in (parts[0] if parts else {})
        if name != "ids"
    }
    return {**together, "ids": [one for part in parts for one in part["ids"]]}


def flat(people: People) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ids": people.ids.to_pylist(),
        "luck": people.luck,
        "row": people.row,
        "segment": people.segment,
    }
    for name in ("margin", "preferred"):
        if getattr(people, name) is not None:
            found[name] = getattr(people, name)
    for name in ("contacts", "current", "satisfaction", "contact_value", "eligible"):
        for key, array in getattr(people, name).items():
            found[f"{name} {key}"] = array
    return found


def same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, array in one.items():
        if name == "ids":
            assert [str(i) for i in array] == [str(i) for i in other[name]]
        else:
            np.testing.assert_array_equal(array, other[name], err_msg=name)
            assert array.dtype == other[name].dtype


def frame_of(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns)
