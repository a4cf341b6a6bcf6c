"""Register on a Dask cluster: workers look at partitions of Parquet, only findings come back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.duplicates import Again, again, among
from channelopt.customers.exchange import repeated
from channelopt.customers.faults import SHOWN
from channelopt.customers.looking import Looking, Seen, Whole, left_out, look, suspects
from channelopt.customers.luck import Words
from channelopt.customers.mapping import ListMapping
from channelopt.customers.partitions import RowGroups
from channelopt.customers.register import How, Registered, again_cells, refuse_bad
from channelopt.customers.rejected import Ledger
from channelopt.customers.shared import parquet_partitions
from channelopt.customers.sources.base import FileRecord, record, refuse
from channelopt.customers.totals import Totals, no_totals
from channelopt.errors import UsageError
from channelopt.instance.instance import Instance
from channelopt.scenario.decimals import Decimals
from channelopt.workers import Spread, Workers

ROWS_THERE = 2**19
"""Least rows of a partition: many enough that handing out work does not count."""
MOST_ROWS = 2**23
"""Rows of a partition that sums are exact for."""


def register_there(
    source: Path,
    instance: Instance,
    mapping: ListMapping,
    scratch: Path,
    workers: Workers,
    **how: Unpack[How],
) -> Registered:
    """Do what `register` does on the workers of a cluster; what is registered is the same.

    Nothing is set down: workers read the row groups of the files again whenever they need them.

    Args:
        source: Parquet file or folder of such files, on storage that all workers share.
        instance: the scenario.
        mapping: how the columns are called.
        scratch: empty folder here, for the bad rows that are left out.
        workers: of the cluster.
        how: see `How`; without table and query.

    Raises:
        InputError: as in `register`; also: it is no Parquet.
        UsageError: a worker does not see the files.
        NoPlanError: the cluster is gone.
    """
    seed, rows = how.get("seed", mapping.seed), how.get("rows", ROWS_THERE)
    path = source.absolute()
    partitions = parquet_partitions(path, instance, mapping, seed=seed, rows=rows)
    if not partitions:
        refuse(path.name, "E303", "there is no customer in it")
    labels = instance.numbers.periods
    looking = Looking(
        reading=partitions[0].reading,
        numbers=instance.numbers,
        period=how.get("period", labels.index(mapping.period)),
        check=how.get("check"),
        keeps=how.get("skip_bad", False),
    )
    ledger = Ledger(scratch / "bad.csv" if looking.keeps else None)
    return _Intake(partitions, looking, ledger, workers).registered(scratch)


class _Intake:
    """Partitions that are looked at on the workers."""

    def __init__(
        self,
        partitions: Sequence[RowGroups],
        looking: Looking,
        ledger: Ledger,
        workers: Workers,
    ) -> None:
        self._partitions: list[Whole] = list(partitions)
        self._looking, self._ledger, self._workers = looking, ledger, workers
        self._files = list(dict.fromkeys(file for one in partitions for file, _ in one.spans))
        self._spread = Spread(partitions, workers)
        self._lucks: list[Any] = []
        self._seen: list[Seen] = []
        for at, seen in enumerate(workers.in_order(self._looked())):
            ledger.add(seen)
            self._partitions[at] = partitions[at].without(seen.bad)
            self._seen.append(replace(seen, first=(), cells=()))

    def registered(self, scratch: Path) -> Registered:
        """Find ids that are there again, and return what was registered."""
        rows, reading = sum(seen.rows for seen in self._seen), self._looking.reading
        totals = self._leave_out(self._found_again(rows))
        bad = self._ledger.bad()
        refuse_bad(bad, reading.file, rows, skip_bad=self._looking.keeps)
        rejected = scratch / "rejected.csv" if bad.count else None
        if rejected is not None:
            self._ledger.write(rejected)
        return Registered(
            customers=rows - bad.count,
            partitions=tuple(self._partitions),
            columns=reading.parts,
            rows=rows,
            bad=bad,
            rejected=rejected,
            totals=totals,
            files=tuple(Spread(self._files, self._workers)(_record)),
            unused=reading.unused,
            written=Decimals().describe(),
            reading=reading,
        )

    def _looked(self) -> Iterator[Any]:
        """Begin to look at each partition; the hashes of its ids stay on the workers."""
        for future in self._spread.begun(_Look(self._looking)):
            self._lucks.append(self._workers.begin(_second, future))
            yield self._workers.begin(_first, future)

    def _found_again(self, rows: int) -> Again:
        """Return the rows whose ids are there already."""
        hashes = repeated(self._lucks, rows, self._workers)
        hashes = hashes[hashes != 0]
        if not len(hashes):
            return again([])
        begun = self._spread.begun(_Suspects(hashes), self._lucks)
        return again(self._workers.in_order(begun))

    def _leave_out(self, found: Again) -> Totals:
        """Leave out these rows, and return what all others come to."""
        ends = np.cumsum([seen.rows for seen in self._seen])
        rows = np.split(found.row, np.searchsorted(found.row, ends[:-1]))
        touched = [at for at, own in enumerate(rows) if len(own)]
        totals, before = [seen.totals for seen in self._seen], 0
        fewer = Spread([(self._partitions[at], rows[at]) for at in touched], self._workers)
        for at, (one, known, own) in zip(touched, fewer(_LeaveOut(self._looking)), strict=True):
            self._partitions[at], totals[at] = one, own
            before += known
        most = None if self._looking.keeps else SHOWN
        cells = again_cells(found, self._looking.reading.fields[0].column, most)
        self._ledger.add_duplicates(cells, len(found), before)
        return sum(totals, no_totals(self._looking.numbers))


@dataclass(frozen=True)
class _Look:
    """Looks at a partition; returns what was found and the hashes of its ids."""

    looking: Looking

    def __call__(self, partition: RowGroups) -> tuple[Seen, Words]:
        _check_sight(file for file, _ in partition.spans)
        chunk = partition.chunk()
        if len(chunk) > MOST_ROWS:
            message = f"row groups have at most {MOST_ROWS:,} rows, found {len(chunk):,}"
            hint = "write the file with smaller ones; 500,000 rows are good"
            refuse(Path(partition.spans[0][0]).name, "E300", message, hint)
        return look(chunk, self.looking), chunk.luck


@dataclass(frozen=True)
class _Suspects:
    """Returns rows and ids of a partition whose hashes are among some."""

    hashes: Words

    def __call__(self, partition: RowGroups, luck: Words) -> tuple[NDArray[np.int64], Any]:
        import pyarrow as pa

        if not len(among(luck, self.hashes)):
            return np.zeros(0, dtype=np.int64), pa.array([], type=pa.string())
        return suspects(partition, self.hashes)


@dataclass(frozen=True)
class _LeaveOut:
    """Leaves rows out of a partition."""

    looking: Looking

    def __call__(self, both: tuple[Whole, NDArray[np.int64]]) -> tuple[Whole, int, Totals]:
        return left_out(*both, self.looking)


def _first(both: tuple[Any, Any]) -> Any:
    return both[0]


def _second(both: tuple[Any, Any]) -> Any:
    return both[1]


def _record(file: str) -> FileRecord:
    return record(Path(file))


def _check_sight(files: Iterable[str]) -> None:
    """Make sure that this machine sees some files.

    Raises:
        UsageError: it does not.
    """
    for file in files:
        if not Path(file).is_file():
            raise UsageError(
                f"a Dask worker does not see {file}; customers are read from storage that all "
                "workers share under the same path"
            )
