"""Reads the folder of a list for checking, without its customers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from channelopt.errors import InputError, Place, Problem
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.terms.written import Written
from channelopt.verify.layout import FIGURES, KEYS, OTHERS
from channelopt.verify.read import Reader, TableLike, written
from channelopt.verify.run import csv_table, digest, json_object

KIND = "list"
DECISIONS = ("allocation", "offers", "channels", "staff", "hours")
"""Tables of the manifest that say what the plan decides."""

TABLES: Mapping[str, tuple[str, ...]] = {
    "totals": (
        *("segment", "interaction", "channel", "customers", "contacts"),
        *("share", "plan_share", "value", "cost", "satisfaction"),
    ),
    "limits": (
        *("limit", "kind", "owner", "unit", "channel", "group", "segment", "interaction"),
        *("at_least", "at_most", "used", "room", "price", "binding"),
    ),
    "hours": ("group", "channel", "hours"),
}
"""Tables of a list and their columns."""

COEFFICIENTS = "coefficients.parquet"
REJECTED = "rejected.csv"


@dataclass(frozen=True)
class ListFolder:
    """What the folder of a list says, without its customers.

    Attributes:
        path: of the folder.
        manifest: manifest.json.
        claimed: list.json; numbers with a point are decimals.
        tables: totals, limits and hours as text.
        instance: the scenario.
        plan: what the plan of segments decides.
        period: position of the list's period.
    """

    path: Path
    manifest: Mapping[str, Any]
    claimed: Mapping[str, Any]
    tables: Mapping[str, TableLike]
    instance: Instance
    plan: Written
    period: int

    @property
    def mapping(self) -> Mapping[str, Any]:
        """What the columns of the customers' file are called, and how the list was made."""
        found = self.manifest.get("mapping")
        return found if isinstance(found, Mapping) else {}

    @property
    def options(self) -> Mapping[str, Any]:
        """What was asked for."""
        found = self.manifest.get("options")
        return found if isinstance(found, Mapping) else {}

    @property
    def joint(self) -> bool:
        """Whether the plan's quotas were left out."""
        return self.manifest.get("joint") is True


@dataclass(frozen=True)
class _Records:
    """Records of plain data as a table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def read_list(folder: Path) -> ListFolder:
    """Read the folder of a list.

    Raises:
        InputError: a file is missing, damaged or not what it should be.
    """
    if not folder.is_dir():
        _refuse("E907", "there is no such folder of a list", folder)
    file = folder / "manifest.json"
    manifest = json_object(file, exact=False)
    if manifest.get("kind") != KIND:
        _refuse("E906", "not the manifest of a list", file)
    scenario = manifest.get("scenario")
    if not isinstance(scenario, dict):
        _refuse("E906", "the scenario is missing", file)
    if manifest.get("digest") != digest(scenario):
        _refuse("E909", "the scenario was changed after the list: its hash differs", file)
    claimed = json_object(folder / "list.json", exact=True)
    tables = {name: csv_table(folder / f"{name}.csv") for name in TABLES}
    for name, columns in TABLES.items():
        if tables[name].columns != columns:
            expected = f"expected the columns {', '.join(columns)}"
            _refuse("E902", expected, folder / f"{name}.csv")
    instance = from_data(scenario)
    periods = instance.numbers.periods
    if manifest.get("period") not in periods:
        _refuse("E906", "the period is none of the scenario", file)
    return ListFolder(
        folder,
        manifest,
        claimed,
        tables,
        instance,
        _plan(manifest.get("plan"), instance, file),
        periods.index(str(manifest["period"])),
    )


def _plan(tables: Any, instance: Instance, file: Path) -> Written:
    """Read what the plan decides."""
    known = tables if isinstance(tables, Mapping) else {}
    reader = Reader(instance.numbers)
    grids = {}
    for name in DECISIONS:
        records = known.get(name)
        if not isinstance(records, list) or not all(isinstance(row, dict) for row in records):
            _refuse("E906", f"the plan's table {name} is missing", file)
        columns = (*KEYS[name], *OTHERS.get(name, ()), *FIGURES[name])
        rows = tuple(tuple(row.get(column) for column in columns) for row in records)
        grids[name] = reader.grid(name, _Records(columns, rows), f"manifest.json, plan.{name}")
    if reader.faults:
        raise InputError([Problem("E908", fault, Place(str(file))) for fault in reader.faults])
    return written(grids)


def changed_files(found: ListFolder) -> Iterator[str]:
    """Yield the files that are not as they were written, in words."""
    outputs = found.manifest.get("outputs")
    if not isinstance(outputs, Mapping):
        yield "manifest.json: the hashes of the files are missing"
        return
    for name, hashed in sorted(outputs.items()):
        path = found.path / name
        if not path.is_file():
            yield f"{name}: the file is missing"
        elif _hash(path) != hashed:
            yield f"{name}: the file was changed after the list was written"


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse(code: str, message: str, path: Path) -> NoReturn:
    raise InputError([Problem(code, message, Place(str(path)))])
