"""Register: all customers of a file, checked, in partitions, with what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np

from channelopt.customers.chunks import Chunk, joined, read_chunk
from channelopt.customers.duplicates import Again, find_again
from channelopt.customers.faults import SHOWN, BadCell, shown
from channelopt.customers.looking import Check, Looking, Seen, Whole, left_out, look
from channelopt.customers.luck import Words
from channelopt.customers.mapping import ListMapping
from channelopt.customers.partitions import Staged, stage
from channelopt.customers.people import Partition, People
from channelopt.customers.reading import Reading, read_columns
from channelopt.customers.rejected import Bad, Ledger
from channelopt.customers.sources.base import ROWS, FileRecord, Piece, Source, refuse
from channelopt.customers.sources.opening import DUCKDB, open_source
from channelopt.customers.totals import Totals, no_totals
from channelopt.customers.types import check_types
from channelopt.errors import InputError, Place, Problem
from channelopt.instance.instance import Instance
from channelopt.scenario.decimals import Decimals


class How(TypedDict, total=False):
    """How a file is registered.

    Attributes:
        seed: tells equal customers apart; default the mapping's.
        period: position of the period that is decided; default the mapping's.
        skip_bad: leave bad rows out and set them aside in a file; default: refuse the file.
        check: finds customers who cannot be served; they are bad rows.
        table: table of a DuckDB file; default the mapping's.
        query: query on a DuckDB file, instead of a table.
        rows: rows of a partition; default 2**17.
    """

    seed: int
    period: int
    skip_bad: bool
    check: Check | None
    table: str | None
    query: str | None
    rows: int


@dataclass(frozen=True)
class Registered:
    """All customers of a source; a `Register`.

    Attributes:
        customers: good rows.
        partitions: in the order of the source.
        columns: fields of People that the file has.
        rows: all rows, bad ones included.
        bad: the bad rows.
        rejected: CSV of the bad rows (row, customer_id, what is wrong); None where there is none.
        totals: what the good rows come to.
        files: what was read.
        unused: columns of the file that nothing reads.
        written: how the numbers of a text file were read, `; between columns, decimal comma`.
        reading: which columns were read as what.
    """

    customers: int
    partitions: tuple[Partition, ...]
    columns: frozenset[str]
    rows: int
    bad: Bad
    rejected: Path | None
    totals: Totals
    files: tuple[FileRecord, ...]
    unused: tuple[str, ...]
    written: str
    reading: Reading

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Columns that nothing reads and that may have been meant."""
        return self.reading.warnings

    def each(self) -> Iterator[People]:
        """Load one partition after the other."""
        for partition in self.partitions:
            yield partition.load()


def register(
    source: Any,
    instance: Instance,
    mapping: ListMapping,
    scratch: Path,
    **how: Unpack[How],
) -> Registered:
    """Go through a source once: understand every row, check it, and set it down in partitions.

    Args:
        source: path of a file or folder, or customers in memory; see `open_source`.
        instance: the scenario.
        mapping: how the columns are called.
        scratch: empty folder for the partitions; it is needed as long as they are.
        how: see `How`.

    Raises:
        InputError: the file or a column cannot be read, there is no customer, or rows are bad and
            not to be skipped.
        UsageError: a library is missing.
    """
    query = how.get("query")
    table = how["table"] if "table" in how else _named(source, mapping, query)
    opened = open_source(source, table=table, query=query)
    reading = read_columns(opened.name, opened.names, mapping.columns, instance)
    check_types(opened.schema(reading.columns), reading)
    labels = instance.numbers.periods
    looking = Looking(
        reading=reading,
        numbers=instance.numbers,
        period=how.get("period", labels.index(mapping.period)),
        check=how.get("check"),
        keeps=how.get("skip_bad", False),
    )
    decimals, seed = opened.decimals(reading.numbers), how.get("seed", mapping.seed)
    intake = _Intake(looking, decimals, seed, scratch, how.get("rows", ROWS))
    ledger = Ledger(scratch / "bad.csv" if looking.keeps else None)
    with ThreadPoolExecutor(1) as beside:
        hashing = beside.submit(opened.files)
        intake.take(opened, ledger)
        files = hashing.result()
    return _registered(opened, intake, ledger, files)


def _registered(
    source: Source, intake: _Intake, ledger: Ledger, files: tuple[FileRecord, ...]
) -> Registered:
    """Find ids that are there again, and return what was registered."""
    rows = sum(map(len, intake.lucks)) + len(source.ragged)
    ledger.add_ragged(source.ragged)
    found = find_again(intake.lucks, lambda at: intake.partitions[at].all())
    looking = intake.looking
    partitions, totals = conclude(intake.partitions, intake.seen, found, ledger, looking)
    bad = ledger.bad()
    refuse_bad(bad, source.name, rows, skip_bad=looking.keeps)
    rejected = intake.scratch / "rejected.csv" if bad.count else None
    if rejected is not None:
        ledger.write(rejected)
    return Registered(
        customers=rows - bad.count,
        partitions=tuple(p.compact() if isinstance(p, Staged) else p for p in partitions),
        columns=looking.reading.parts,
        rows=rows,
        bad=bad,
        rejected=rejected,
        totals=totals,
        files=files,
        unused=looking.reading.unused,
        written=intake.decimals.describe(),
        reading=looking.reading,
    )


def _named(source: Any, mapping: ListMapping, query: str | None) -> str | None:
    """Return the table of the mapping, where it can be meant: it may be of another file."""
    database = isinstance(source, str | Path) and str(source).lower().endswith(DUCKDB)
    return mapping.table if database and query is None else None


@dataclass
class _Intake:
    """Rows on their way into partitions."""

    looking: Looking
    decimals: Decimals
    seed: int
    scratch: Path
    rows: int
    partitions: list[Staged] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    lucks: list[Words] = field(default_factory=list)

    def take(self, source: Source, ledger: Ledger) -> None:
        """Read all rows."""
        reading, pending = self.looking.reading, []
        for piece in _cut(source.pieces(reading.columns, reading.codes), self.rows):
            pending.append(read_chunk(piece.batch, piece.row, reading, self.decimals, self.seed))
            if sum(map(len, pending)) == self.rows:
                self._settle(joined(pending), ledger)
                pending = []
        if pending:
            self._settle(joined(pending), ledger)

    def _settle(self, chunk: Chunk, ledger: Ledger) -> None:
        """Look at a partition and set it down."""
        seen = look(chunk, self.looking)
        ledger.add(seen)
        self.seen.append(replace(seen, first=(), cells=()))
        self.lucks.append(np.sort(chunk.luck))
        file = self.scratch / f"part-{len(self.partitions):05d}.arrow"
        self.partitions.append(stage(chunk, self.looking.reading, file).without(seen.bad))


def conclude(
    partitions: Sequence[Whole],
    seen: Sequence[Seen],
    found: Again,
    ledger: Ledger,
    looking: Looking,
) -> tuple[list[Whole], Totals]:
    """Leave out the rows whose ids are there already, and add everything up.

    Args:
        partitions: in order, without their bad rows.
        seen: what was found in each.
        found: the rows whose ids are there already.
        ledger: takes these.
        looking: how partitions are looked at.

    Returns:
        The partitions and their totals.
    """
    kept, totals = list(partitions), no_totals(looking.numbers)
    before, start = 0, 0
    for at, one in enumerate(seen):
        end = int(np.searchsorted(found.row, one.last, side="right"))
        own = one.totals
        if end > start:
            kept[at], known, own = left_out(kept[at], found.row[start:end], looking)
            before += known
        totals, start = totals + own, end
    most = None if looking.keeps else SHOWN
    cells = again_cells(found, looking.reading.fields[0].column, most)
    ledger.add_duplicates(cells, len(found), before)
    return kept, totals


def refuse_bad(bad: Bad, name: str, rows: int, *, skip_bad: bool) -> None:
    """Stop where rows are bad and not to be skipped, or no customer is left.

    Args:
        bad: the bad rows.
        name: of the file in messages.
        rows: how many there are in all.
        skip_bad: bad rows are left out.

    Raises:
        InputError: with how many of which kind, and the first ones.
    """
    if not rows:
        refuse(name, "E303", "there is no customer in it")
    if bad.count and not skip_bad:
        raise InputError(bad.problems(name, rows))
    if bad.count == rows:
        nobody = Problem("E303", "no customer is left without the bad rows", Place(name))
        raise InputError([nobody, *bad.problems(name, rows)])


def again_cells(found: Again, column: str, most: int | None) -> Iterator[BadCell]:
    """Yield the cells of ids that are there already."""
    for at in range(len(found))[:most]:
        text = str(found.ids[at].as_py())
        first = f"expected each customer once, first seen in row {found.first[at] + 1:,}"
        row = int(found.row[at]) + 1
        yield BadCell(row, text, "duplicate id", column, shown(text), first, "")


def _cut(pieces: Iterator[Piece], rows: int) -> Iterator[Piece]:
    """Yield pieces that end where partitions end."""
    filled = 0
    for piece in pieces:
        start = 0
        while start < len(piece.row):
            end = min(len(piece.row), start + rows - filled)
            yield Piece(piece.batch.slice(start, end - start), piece.row[start:end])
            filled = (filled + end - start) % rows
            start = end
