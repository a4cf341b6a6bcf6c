"""What only some sources have: tables of a database, missing libraries, hashes of files."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from channelopt.customers.sources.opening import open_source
from channelopt.errors import InputError, UsageError
from tests.customers.files import (
    csv_file,
    database,
    everyone,
    mapping,
    parquet_folder,
    read,
    small,
)


def two_tables(folder: Path) -> Path:
    file = database(small(), folder)
    with duckdb.connect(str(file)) as connection:
        connection.execute('create table "odd ""name" as select * from people limit 2')
        connection.execute("create view few as select * from people where segment = 'gold'")
    return file


def test_a_database_with_several_tables(tmp_path: Path) -> None:
    file = two_tables(tmp_path)
    with pytest.raises(
        InputError, match=r"has 3 tables; name the table .* few, odd \"name, people"
    ):
        read(file, tmp_path / "a")
    with pytest.raises(InputError, match="no table 'peple'; did you mean 'people'"):
        read(file, tmp_path / "b", table="peple")
    assert everyone(read(file, tmp_path / "c", table='odd "name'))["ids"] == ["a", "b"]
    assert everyone(read(file, tmp_path / "d", table="main.few"))["ids"] == ["a", "d"]
    query = "select customer_id, segment from people where customer_id > 'b'"
    assert everyone(read(file, tmp_path / "e", query=query))["ids"] == ["c", "d"]
    with pytest.raises(UsageError, match="not both"):
        open_source(file, table="people", query=query)
    with pytest.raises(InputError, match="DuckDB says"):
        read(file, tmp_path / "f", query="selec 1")


def test_a_query_reads_and_writes_no_other_file(tmp_path: Path) -> None:
    file = two_tables(tmp_path)
    (tmp_path / "secret.csv").write_text("customer_id,segment\nx,gold\n")
    for words in (
        "select * from read_csv('{}/secret.csv')",
        "copy people to '{}/out.csv'",
        "drop table people",
    ):
        query = words.format(tmp_path)
        with pytest.raises(InputError):
            read(file, tmp_path / "scratch", query=query)
    assert not (tmp_path / "out.csv").exists()
    assert everyone(read(file, tmp_path / "again", table="people"))["ids"] == list("abcd")


def test_tables_are_for_databases_only(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="DuckDB files only"):
        open_source(csv_file(small(), tmp_path), table="people")
    with pytest.raises(UsageError, match="DuckDB files only"):
        open_source(small(), table="people")
    with pytest.raises(UsageError, match="DuckDB files only"):
        read(csv_file(small(), tmp_path), tmp_path / "a", table="people")
    other = replace(mapping(), table="people")
    assert everyone(read(csv_file(small(), tmp_path), tmp_path / "b", other))["ids"] == list("abcd")
    assert everyone(read(two_tables(tmp_path), tmp_path / "c", other))["ids"] == list("abcd")


@pytest.mark.parametrize(("library", "extra"), [("pyarrow", "customers"), ("duckdb", "duckdb")])
def test_a_missing_library_is_one_sentence(
    library: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = database(small(), tmp_path)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UsageError, match=rf"pip install 'channelopt\[{extra}\]'$"):
        open_source(file)


def test_files_are_on_record(tmp_path: Path) -> None:
    file = csv_file(small(), tmp_path)
    (record,) = read(file, tmp_path / "a").files
    content = file.read_bytes()
    assert (record.name, record.size) == ("crm.csv", len(content))
    assert record.sha256 == hashlib.sha256(content).hexdigest()
    names = [one.name for one in read(parquet_folder(small(), tmp_path), tmp_path / "b").files]
    assert names == ["part-0.parquet", "part-1.parquet"]
    (memory,) = read(small(), tmp_path / "c").files
    assert memory.sha256 == ""


def test_what_is_left_beside_data_is_not_read(tmp_path: Path) -> None:
    folder = parquet_folder(small(), tmp_path)
    (folder / "_temporary").mkdir()
    (folder / "_temporary" / "x.parquet").write_bytes(b"half")
    (folder / ".hidden.parquet").write_bytes(b"half")
    assert everyone(read(folder, tmp_path / "scratch"))["ids"] == list("abcd")
