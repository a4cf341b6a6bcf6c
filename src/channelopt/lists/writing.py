"""Write the folder of a list: go through the customers once more, whole folder or none."""

from __future__ import annotations

import functools
import os
import platform
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from channelopt.customers.people import Partition, People
from channelopt.instance.canonical import digest
from channelopt.lists import folder
from channelopt.lists.data import list_data
from channelopt.lists.ladder import ladder
from channelopt.lists.result import CustomerList, Listing
from channelopt.lists.row_file import RowFile
from channelopt.lists.sheet import Page, Sheet
from channelopt.lists.summary import summary
from channelopt.lists.tabulate import (
    coefficients,
    hours_table,
    limits_table,
    moves_table,
    totals_table,
)
from channelopt.lists.totals import Totals
from channelopt.plan.accounts import account
from channelopt.plan.results_folder import Results, check_free, write_filled
from channelopt.plan.table import Table, neutral
from channelopt.plan.tables import tables

DECISIONS = ("allocation", "offers", "channels", "staff", "hours")
"""Tables of a run that say what the plan decides."""


@dataclass(frozen=True)
class Filled:
    """The rows of a list as they lie in the staged folder.

    Attributes:
        totals: what they add up to.
        hashes: SHA-256 (hex) of their files, by path in the folder.
    """

    totals: Totals
    hashes: Mapping[str, str]


Fill = Callable[[Sheet, Sequence[Partition], Path, bool], Filled]
"""Writes the rows of all partitions into a folder, as CSV or not."""

Accept = Callable[[Path], None]
"""Looks at a complete folder, and raises where it is not right."""


def write_list(
    listing: Listing,
    out: Path,
    *,
    as_csv: bool,
    force: bool,
    fill: Fill | None = None,
    accept: Accept | None = None,
) -> CustomerList:
    """Write the folder of a list, whole or not at all.

    Args:
        listing: what the list is made from; its answer has a rule.
        out: the folder.
        as_csv: write CSV instead of Parquet.
        force: replace an earlier list.
        fill: writes the rows; default: this machine, into one file.
        accept: checks the complete folder before it takes its place; what it raises leaves `out`
            as it was.

    Returns:
        The list as it was written.

    Raises:
        UsageError: `out` holds something else, or a list that is not to be replaced.
        InputError: the customers can no longer be read as they were.
        OutputError: the disk refused; `out` is as it was before.
    """
    check_free(out, folder.KIND, force=force)
    sheet = Sheet.of(listing)
    written: list[CustomerList] = []

    def contents(staged: Path) -> Results:
        filler = fill or functools.partial(fill_here, threads=listing.threads)
        filled = filler(sheet, listing.register.partitions, staged, as_csv)
        written.append(_list(listing, filled.totals, out))
        return _results(listing, written[-1], filled)

    write_filled(out, contents, accept)
    return written[-1]


def fill_here(
    sheet: Sheet, partitions: Sequence[Partition], staged: Path, as_csv: bool, *, threads: int = 0
) -> Filled:
    """Write the rows on this machine, into one file, in the order of the customers."""
    name = folder.CSV if as_csv else folder.PARQUET
    totals = sheet.nothing()
    with RowFile(staged / name) as file:
        for page in _pages(sheet, partitions, threads or len(os.sched_getaffinity(0))):
            file.write(page.rows)
            totals += page.totals
        if not partitions:
            file.write(sheet.page(_nobody()).rows)
    return Filled(totals, {name: file.digest})


def _nobody() -> People:
    import pyarrow as pa

    none = np.zeros(0, dtype=np.int64)
    return People(pa.array([], pa.string()), none.astype(np.uint64), none, none.astype(np.int16))


def _pages(sheet: Sheet, partitions: Sequence[Partition], threads: int) -> Iterator[Page]:
    """Yield the pages of partitions in their order; few are in memory at a time."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="pages")
    waiting: deque[Future[Page]] = deque()
    try:
        for partition in partitions:
            waiting.append(pool.submit(sheet, partition))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _list(listing: Listing, totals: Totals, out: Path) -> CustomerList:
    rungs = ladder(listing, totals)
    tables = (
        totals_table(listing, totals),
        limits_table(listing),
        hours_table(listing, totals),
        moves_table(listing, totals),
        rungs.table(),
    )
    by_name = {table.name: table for table in (*tables, *_asked(listing))}
    return CustomerList(
        status=listing.answer.status,
        value=rungs.value,
        bound=rungs.bound,
        customers=totals.people,
        folder=out,
        currency=listing.instance.names.currency,
        tables=by_name,
        loss=rungs.loss,
        rejected=listing.rejected.count,
        effort=listing.answer.effort,
        data=list_data(listing, totals, rungs, by_name),
    )


def _asked(listing: Listing) -> list[Table]:
    """Return the tables that are there only where they were asked for."""
    others = None if listing.what_ifs is None else listing.what_ifs.table()
    return [table for table in (listing.curve, others) if table is not None]


def _results(listing: Listing, found: CustomerList, filled: Filled) -> Results:
    documents: dict[str, str | bytes] = {folder.COEFFICIENTS: coefficients(listing.compiled)}
    if listing.rejected.file is not None:
        documents[folder.REJECTED] = listing.rejected.file.read_bytes()
    tables = [found.tables[name] for name in folder.TABLES]
    tables += _asked(listing)
    return Results(
        kind=folder.KIND,
        tables=tables,
        summary=summary(listing, found),
        manifest=_manifest(listing),
        data={"list": found.as_data()},
        documents=documents,
        filled=filled.hashes,
    )


def _manifest(listing: Listing) -> dict[str, Any]:
    """Return what it takes to make the list again, and to check it."""
    scenario = dict(listing.instance.resolved)
    return {
        "scenario": scenario,
        "digest": digest(scenario),
        "run": listing.run,
        "period": listing.instance.numbers.periods[listing.period],
        "plan": _plan(listing),
        "mapping": dict(listing.mapping),
        "options": dict(listing.options),
        "joint": listing.joint,
        "seed": listing.seed,
        "files": dict(sorted(listing.files.items())),
        "versions": {
            "python": platform.python_version(),
            **{name: _version(name) for name in ("channelopt", "numpy", "numba", "pyarrow")},
        },
    }


def _plan(listing: Listing) -> dict[str, list[dict[str, Any]]]:
    """Return what the plan decides, in the tables of its run."""
    instance, choice = listing.instance, listing.choice
    found = tables(instance, choice, account(instance.numbers, choice))
    return {
        name: [
            {key: neutral(cell) if isinstance(cell, float) else cell for key, cell in row.items()}
            for row in found[name].records()
        ]
        for name in DECISIONS
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
