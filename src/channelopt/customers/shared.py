"""Customers in Parquet that all machines see: partitions of row groups, nothing is set down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from channelopt.customers.looking import Looking, Seen, look
from channelopt.customers.mapping import ListMapping
from channelopt.customers.partitions import RowGroups
from channelopt.customers.reading import read_columns
from channelopt.customers.sources.base import ROWS, refuse
from channelopt.customers.sources.opening import open_source
from channelopt.customers.sources.parquet import ParquetSource
from channelopt.customers.types import check_types
from channelopt.instance.instance import Instance

Group = tuple[str, int, int]
"""File, row group, rows."""


def parquet_partitions(
    path: Path, instance: Instance, mapping: ListMapping, *, seed: int, rows: int = ROWS
) -> tuple[RowGroups, ...]:
    """Return the partitions of a Parquet file or folder; only its footers are read.

    Nobody has looked at the rows: see `seen_in`, then `exchange.repeated` for hashes that are there
    more than once, `looking.suspects` for their ids, `duplicates.again`, and `register.conclude`.

    Args:
        path: the file or folder.
        instance: the scenario.
        mapping: how the columns are called.
        seed: of the luck.
        rows: least rows of a partition but the last; row groups are not cut.

    Raises:
        InputError: it is no Parquet, or a column is missing or of the wrong type.
    """
    source = open_source(path)
    if not isinstance(source, ParquetSource):
        refuse(source.name, "E300", "customers on several machines are read from Parquet")
    reading = read_columns(source.name, source.names, mapping.columns, instance)
    check_types(source.schema(reading.columns), reading)
    found, first = [], 0
    for groups in _bunched(source.groups(), rows):
        found.append(RowGroups(_spans(groups), first, reading, seed))
        first += sum(count for _, _, count in groups)
    return tuple(found)


def seen_in(partition: RowGroups, looking: Looking) -> tuple[RowGroups, Seen]:
    """Look at a partition; return it without its bad rows, and what was found."""
    seen = look(partition.chunk(), looking)
    return partition.without(seen.bad), seen


def _bunched(groups: Iterable[Group], rows: int) -> Iterator[list[Group]]:
    """Put row groups together until there are enough rows."""
    bunch: list[Group] = []
    for group in groups:
        bunch.append(group)
        if sum(count for _, _, count in bunch) >= rows:
            yield bunch
            bunch = []
    if bunch:
        yield bunch


def _spans(groups: Iterable[Group]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    found: dict[str, list[int]] = {}
    for file, group, _ in groups:
        found.setdefault(file, []).append(group)
    return tuple((file, tuple(numbers)) for file, numbers in found.items())
