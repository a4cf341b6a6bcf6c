"""Opens the customers of a list as its manifest says, and checks which rows were left out."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from channelopt.customers.faults import Fault
from channelopt.customers.mapping import ListMapping, read_mapping
from channelopt.customers.people import People
from channelopt.customers.register import Registered, register
from channelopt.errors import UsageError
from channelopt.scenario.customer_list import CustomerColumns
from channelopt.terms.numbers import Flags, Numbers
from channelopt.verify.lists.customers import Customers
from channelopt.verify.lists.folder import REJECTED, ListFolder
from channelopt.verify.lists.result import Findings
from channelopt.verify.lists.worth import Worth
from channelopt.verify.read import shown

LEFT_OUT = "left out of the list"
"""Kind of fault of rows that rejected.csv names and the file itself says nothing against."""


@dataclass(frozen=True)
class Source:
    """Whom a list is about, and how their file is read."""

    customers: Any
    mapping: ListMapping


def source(found: ListFolder, customers: Any = None, mapping: Path | None = None) -> Source:
    """Return where the customers are.

    Args:
        found: the list.
        customers: file or table; default the one that the manifest names.
        mapping: YAML that says which column holds what; default as the manifest says.

    Raises:
        UsageError: nobody says where the customers are.
    """
    given = customers
    if given is None:
        named = (found.options.get("customers"), found.mapping.get("file"))
        paths = [Path(str(name)) for name in named if name]
        given = next((path for path in paths if path.exists()), None)
    if given is None:
        msg = f"{found.path}: say where its customers are: --customers FILE"
        raise UsageError(msg)
    if mapping is not None:
        return Source(given, read_mapping(found.instance, mapping_file=mapping))
    return Source(given, _mapping(found))


def _mapping(found: ListFolder) -> ListMapping:
    """Return the mapping that the manifest holds."""
    written = found.mapping
    columns = written.get("columns")
    return ListMapping(
        file=None,
        table=written.get("table"),
        period=found.instance.numbers.periods[found.period],
        columns=CustomerColumns.model_validate(columns if isinstance(columns, Mapping) else {}),
    )


def open_customers(
    found: ListFolder, given: Source, cells: Worth, scratch: Path, findings: Findings
) -> Registered:
    """Read all customers once; what rejected.csv names is left out, and must deserve it.

    Args:
        found: the list.
        given: its customers.
        cells: figures of one contact.
        scratch: empty folder.
        findings: takes what is wrong.

    Raises:
        InputError: the file cannot be read.
    """
    named = _rejected(found.path, findings)
    together = found.mapping.get("inbound") == "per_customer"
    doubt = _Doubt(found.instance.numbers, cells, named, together)
    query = found.options.get("query")
    people = register(
        given.customers,
        found.instance,
        given.mapping,
        scratch,
        seed=0,
        period=found.period,
        skip_bad=True,
        check=doubt if named else None,
        query=query if isinstance(query, str) else None,
    )
    _compare(people, named, findings)
    _same_files(people, found, findings)
    return people


def _rejected(folder: Path, findings: Findings) -> dict[int, str]:
    """Return the rows that were left out, from 1, with their ids."""
    path = folder / REJECTED
    if not path.exists():
        return {}
    named: dict[int, str] = {}
    for line, (row, label) in enumerate(_lines(path), start=2):
        if not row.isdecimal() or int(row) in named:
            findings.add(REJECTED, f"{REJECTED} row {line}: {shown(row)} is no row, or one twice")
        else:
            named[int(row)] = label
    return named


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        next(lines, None)
        for cells in lines:
            yield (cells[0], cells[1]) if len(cells) > 2 else ("", "")


@dataclass(frozen=True)
class _Doubt:
    """Leaves out the rows that rejected.csv names where no channel can serve the customer.

    What else can be wrong with a row, an id that was there before among it, is found by reading.
    """

    numbers: Numbers
    cells: Worth
    named: Mapping[int, str]
    together: bool

    def __call__(self, people: People) -> Sequence[Fault]:
        out = np.isin(people.row + 1, np.fromiter(self.named, dtype=np.int64))
        at = np.flatnonzero(out & ~self._served(people)).astype(np.int64)
        return [Fault(LEFT_OUT, "", at, [None] * len(at), LEFT_OUT)] if len(at) else []

    def _served(self, people: People) -> Flags:
        """Return (n,) whether all inbound contacts of a customer may enter some channel."""
        group = Customers(self.numbers, self.cells, people)
        inbound = np.flatnonzero(self.numbers.inbound)
        idle = group.contacts[:, inbound] <= 0
        channels = range(len(self.numbers.channels))
        enters: Flags = np.array(
            [[group.may_enter(i, c) for i in inbound.tolist()] for c in channels]
        )
        open_to: Flags = enters.transpose(0, 2, 1) | idle  # channels, customers, interactions
        if self.together:
            open_to = np.asarray(open_to.all(axis=2, keepdims=True))
        somewhere = np.asarray(open_to.any(axis=0))
        return np.asarray(somewhere.all(axis=1))


def _compare(people: Registered, named: Mapping[int, str], findings: Findings) -> None:
    """Compare the rows that cannot be used with those that rejected.csv names."""
    bad = {} if people.rejected is None else {int(r): x for r, x in _lines(people.rejected)}
    for row in sorted(set(bad) - set(named)):
        findings.add(REJECTED, f"{REJECTED}: row {row} cannot be used, and is not named")
    for row in sorted(set(named) - set(bad)):
        said = "is left out, but nothing is wrong with it"
        if row > people.rows:
            said = "is named, but the file has no such row"
        findings.add(REJECTED, f"{REJECTED}: row {row} {said}")
    for row in sorted(set(named) & set(bad)):
        if named[row] != bad[row]:
            said = f"customer {shown(named[row])} is named, the file has {shown(bad[row])}"
            findings.add(REJECTED, f"{REJECTED}: row {row}: {said}")


def _same_files(people: Registered, found: ListFolder, findings: Findings) -> None:
    """Check that the customers' files are those that the list was made of."""
    files = found.manifest.get("files")
    known = set(files.values()) if isinstance(files, Mapping) else set()
    for record in people.files:
        if known and record.sha256 and record.sha256 not in known:
            said = "was changed since the list was made, or is another file: its hash differs"
            findings.add("files", f"{record.name}: {said}")
