"""Whatever is named as customers -> a source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from channelopt.customers.sources import memory
from channelopt.customers.sources.base import Source, need_arrow, refuse
from channelopt.customers.sources.parquet import SUFFIXES as PARQUET
from channelopt.customers.sources.parquet import ParquetSource
from channelopt.errors import UsageError, nearest

CSV = (".csv", ".csv.gz", ".tsv")
DUCKDB = (".duckdb", ".ddb", ".db")


def open_source(given: Any, *, table: str | None = None, query: str | None = None) -> Source:
    """Return customers as a source.

    Args:
        given: path of a Parquet, CSV or DuckDB file or of a folder of Parquet or CSV files; a
            pyarrow Table, Dataset or RecordBatchReader; a DuckDB relation; a pandas data frame; or
            a source.
        table: table or view of a DuckDB file.
        query: query on a DuckDB file, instead of a table.

    Raises:
        InputError: there is no such file, or it cannot be read.
        UsageError: it is nothing that customers can be read from, or a library is missing.
    """
    need_arrow()
    if isinstance(given, str | Path):
        return _from_path(Path(given), table, query)
    if table is not None or query is not None:
        raise UsageError("a table or query is named for DuckDB files only")
    return _from_memory(given)


def _from_memory(given: Any) -> Source:
    import pyarrow as pa

    kind = f"{type(given).__module__.partition('.')[0]}.{type(given).__name__}"
    if isinstance(given, pa.Table):
        return memory.from_table(given)
    if isinstance(given, pa.RecordBatchReader):
        return memory.from_reader(given)
    if hasattr(given, "to_batches") and hasattr(given, "schema"):
        return memory.from_dataset(given)
    if kind == "pandas.DataFrame":
        return memory.from_pandas(given)
    if kind.endswith(".DuckDBPyRelation"):
        from channelopt.customers.sources.duck import from_relation

        return from_relation(given)
    if all(hasattr(given, name) for name in ("pieces", "names", "files")):
        source: Source = given
        return source
    message = f"customers are read from files, Arrow, DuckDB and pandas, found {type(given)}"
    raise UsageError(message)


def _from_path(path: Path, table: str | None, query: str | None) -> Source:
    if not path.exists():
        refuse(path.name, "E300", f"there is no file or folder '{path}'", _near(path))
    name = path.name.lower()
    if not path.is_dir() and name.endswith(DUCKDB):
        from channelopt.customers.sources.duck import open_database

        return open_database(path, table, query)
    if table is not None or query is not None:
        raise UsageError(f"a table or query is named for DuckDB files only, not for {path.name}")
    if path.is_dir():
        return _from_folder(path)
    if name.endswith(PARQUET):
        return ParquetSource([path], path.name)
    if name.endswith(CSV):
        from channelopt.customers.sources.text import CsvSource

        return CsvSource([path], path.name)
    hint = "customers are read from .parquet, .csv, .csv.gz and .duckdb, and folders of them"
    return refuse(path.name, "E300", "the file is of no kind that is read", hint)


def _from_folder(folder: Path) -> Source:
    files = sorted(
        file for file in folder.rglob("*") if file.is_file() and not _hidden(file, folder)
    )
    parquet = [file for file in files if file.name.lower().endswith(PARQUET)]
    texts = [file for file in files if file.name.lower().endswith(CSV)]
    if parquet and texts:
        refuse(folder.name, "E300", "the folder holds Parquet and CSV files", "keep one kind")
    if parquet:
        return ParquetSource(parquet, folder.name)
    if texts:
        from channelopt.customers.sources.text import CsvSource

        return CsvSource(texts, folder.name)
    return refuse(folder.name, "E300", "the folder holds no Parquet or CSV file")


def _hidden(file: Path, folder: Path) -> bool:
    """Whether a file is of those that are written beside data, such as `_SUCCESS`."""
    return any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)


def _near(path: Path) -> str:
    try:
        return nearest(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return ""
