"""DuckDB: a table, a view or a query of a database file, or a relation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from channelopt.customers.sources.base import ROWS, FileRecord, record, refuse
from channelopt.customers.sources.memory import MemorySource
from channelopt.errors import UsageError, nearest


class DatabaseSource(MemorySource):
    """Customers in a DuckDB file."""

    def __init__(self, path: Path, relation: Any) -> None:
        super().__init__(path.name, _schema(relation), _reading(relation))
        self._path = path

    def files(self) -> tuple[FileRecord, ...]:
        """Return size and hash of the database."""
        return (record(self._path),)


def open_database(path: Path, table: str | None, query: str | None) -> DatabaseSource:
    """Open a database file; it is only read, and no other file is.

    Args:
        path: the file.
        table: the table or view; may be left out where there is one.
        query: a query instead.

    Raises:
        InputError: it is no database, or has no such table.
        UsageError: both are named, or DuckDB is not installed.
    """
    if table is not None and query is not None:
        raise UsageError("name a table or a query, not both")
    duckdb = _library()
    try:
        connection = duckdb.connect(
            str(path), read_only=True, config={"enable_external_access": "false"}
        )
        if query is None:
            return DatabaseSource(path, connection.table(_chosen(connection, path, table)))
        return DatabaseSource(path, connection.sql(query))
    except (duckdb.Error, AttributeError) as error:
        said = _first_line(error).replace(str(path), path.name)
        refuse(path.name, "E304", f"DuckDB says: {said}")


def from_relation(relation: Any) -> MemorySource:
    """Return a DuckDB relation as a source."""
    return MemorySource("DuckDB relation", _schema(relation), _reading(relation))


def _library() -> Any:
    try:
        import duckdb
    except ImportError:
        raise UsageError(
            "customers in DuckDB need the package duckdb: pip install 'channelopt[duckdb]'"
        ) from None
    return duckdb


def _chosen(connection: Any, path: Path, table: str | None) -> str:
    """Return the table to read, quoted."""
    found = connection.execute(
        "select table_schema, table_name from information_schema.tables order by all"
    ).fetchall()
    names = {name: (schema, name) for schema, name in found}
    names |= {f"{schema}.{name}": (schema, name) for schema, name in found}
    plain = sorted({name for _, name in found})
    listed = ", ".join(plain[:12]) or "none"
    if table is None and len(found) != 1:
        hint = f"name the table of the customers; there are {listed}"
        refuse(path.name, "E304", f"the database has {len(found)} tables", hint)
    chosen = table if table is not None else plain[0]
    if chosen not in names:
        hint = nearest(chosen, names) or f"there are {listed}"
        refuse(path.name, "E304", f"there is no table '{chosen}'", hint)
    return ".".join(_quoted(part) for part in names[chosen])


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _schema(relation: Any) -> Any:
    return _reader(relation.limit(0)).schema


def _reader(relation: Any) -> Any:
    """Return the batches of a relation, by the name that this version of DuckDB has for them."""
    read = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader
    return read(ROWS)


def _reading(relation: Any) -> Any:
    def read(columns: Sequence[str]) -> Iterator[Any]:
        chosen = ", ".join(map(_quoted, columns))
        yield from _reader(relation.project(chosen))

    return read


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
