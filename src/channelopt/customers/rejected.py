"""Bad rows: counted, the first ones quoted, and set aside in a file of their own."""

from __future__ import annotations

import csv
import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from channelopt.customers.faults import SHOWN, BadCell, shown
from channelopt.customers.looking import Seen
from channelopt.customers.sources.base import Ragged
from channelopt.errors import Place, Problem

HEADER = ("row", "customer_id", "what is wrong")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
Line = tuple[int, str, str]
"""Row from 1, id, what is wrong."""


@dataclass(frozen=True)
class Bad:
    """Rows that cannot be used.

    Attributes:
        count: how many rows.
        kinds: how many cells by kind of fault.
        first: the first bad cells, by row.
    """

    count: int
    kinds: Mapping[str, int]
    first: tuple[BadCell, ...]

    def problems(self, file: str, rows: int) -> list[Problem]:
        """Return what to tell: how many of which kind, then the first ones.

        Args:
            file: name of the file.
            rows: how many rows it has.
        """
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.kinds.items())
        head = f"{self.count:,} of {rows:,} rows cannot be used: {kinds}"
        hint = ""
        if self.count < rows:
            hint = "nothing was written; --skip-bad sets them aside in a file of their own"
        found = [Problem("E330", head, Place(file), hint)]
        for cell in self.first:
            code = "E331" if cell.kind != "duplicate id" else "E332"
            who = f", customer {shown(cell.customer)}" if cell.customer else ""
            column = f", column {cell.column}" if cell.column else who
            message = f"row {cell.row:,}{column}: {cell.expected}, found {cell.found}"
            found.append(Problem(code, message, Place(file), cell.hint))
        return found


@dataclass
class Ledger:
    """Collects bad rows.

    Attributes:
        spool: file in which the bad cells are kept until all are known; None where the first ones
            are enough.
    """

    spool: Path | None
    count: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    first: list[BadCell] = field(default_factory=list)
    duplicates: list[Line] = field(default_factory=list)
    ragged: list[Line] = field(default_factory=list)

    def add(self, seen: Seen) -> None:
        """Note the bad cells of a partition; partitions come in their order."""
        self.count += len(seen.bad)
        self.kinds.update(seen.kinds)
        self._quote(seen.first)
        if self.spool is not None and seen.cells:
            with self.spool.open("a", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows(map(_line, seen.cells))

    def add_duplicates(self, found: Iterable[BadCell], rows: int, also_bad: int) -> None:
        """Note ids that are there again.

        Args:
            found: by row.
            rows: how many there are.
            also_bad: how many of these rows are bad for another reason too.
        """
        self.count += rows - also_bad
        if rows:
            self.kinds["duplicate id"] += rows
        kept = list(found)
        self._quote(kept)
        if self.spool is not None:
            self.duplicates = [_line(cell) for cell in kept]

    def add_ragged(self, rows: Iterable[Ragged]) -> None:
        """Note rows that do not fit the header."""
        found = [_ragged(row) for row in rows]
        if found:
            self.count += len(found)
            self.kinds[found[0].kind] += len(found)
        self._quote(found)
        self.ragged = [_line(cell) for cell in found]

    def _quote(self, found: Iterable[BadCell]) -> None:
        order = sorted([*self.first, *found], key=lambda cell: (cell.row, cell.column))
        self.first = order[:SHOWN]

    def bad(self) -> Bad:
        """Return what was found."""
        return Bad(self.count, dict(self.kinds.most_common()), tuple(self.first))

    def write(self, file: Path) -> None:
        """Write every bad row once, by row; texts are no formulas in a spreadsheet."""
        merged = heapq.merge(
            self._spooled(), self.duplicates, self.ragged, key=lambda line: line[0]
        )
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(HEADER)
            for row, lines in groupby(merged, key=lambda line: line[0]):
                own = list(lines)
                what = "; ".join(line[2] for line in own)
                writer.writerow((row, _harmless(own[0][1]), _harmless(what)))

    def _spooled(self) -> Iterator[Line]:
        if self.spool is None or not self.spool.exists():
            return
        with self.spool.open(encoding="utf-8", newline="") as stream:
            for row, customer, what in csv.reader(stream):
                yield int(row), customer, what


def _line(cell: BadCell) -> Line:
    return cell.row, cell.customer, str(cell)


def _ragged(row: Ragged) -> BadCell:
    return BadCell(
        row=row.row + 1,
        customer="",
        kind="row does not fit the header",
        column="",
        found=f"{row.found:,}",
        expected=f"expected {row.expected:,} cells",
        hint="put cells that hold the separator in quotation marks",
    )


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
