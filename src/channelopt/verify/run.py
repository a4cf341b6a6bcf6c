"""Reads a run folder for checking: text as it stands, numbers exactly, clear words for damage."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from channelopt.errors import InputError, Place, Problem
from channelopt.verify.layout import ALWAYS, KEYS
from channelopt.verify.read import TableLike, shown

CLAIMS = (
    *("format", "status", "objective", "bound", "gap", "money", "kpis", "kpis_by_period"),
    *("segments", "channels"),
)
"""What plan.json must have for the check."""

LARGEST = 512 * 1024 * 1024
"""Bytes of the largest file that is read."""

_QUOTED = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True)
class TextTable:
    """A CSV file: its header and its cells as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Run:
    """What a run folder says.

    Attributes:
        scenario: the resolved scenario of the manifest, plain data.
        claimed: plan.json; numbers with a point are decimals.
        tables: the tables by name.
    """

    scenario: dict[str, Any]
    claimed: Mapping[str, Any]
    tables: Mapping[str, TableLike]


def read_run(folder: Path) -> Run:
    """Read a run folder.

    Raises:
        InputError: a file is missing, damaged or not what it should be.
    """
    if not folder.is_dir():
        _refuse("E907", "there is no such run folder", folder)
    manifest_file, plan_file = folder / "manifest.json", folder / "plan.json"
    manifest = json_object(manifest_file, exact=False)
    claimed = json_object(plan_file, exact=True)
    tables = {
        name: csv_table(path)
        for name, path in ((name, folder / f"{name}.csv") for name in KEYS)
        if name in ALWAYS or path.exists()
    }
    scenario = manifest.get("scenario")
    if not isinstance(scenario, dict):
        _refuse("E906", "the scenario is missing", manifest_file)
    if manifest.get("digest") != digest(scenario):
        _refuse("E909", "the scenario was changed after the run: its hash differs", manifest_file)
    lost = [name for name in CLAIMS if name not in claimed]
    if lost:
        _refuse("E906", f"{', '.join(lost)} missing", plan_file)
    return Run(scenario, claimed, tables)


def _refuse(code: str, message: str, file: Path) -> NoReturn:
    raise InputError([Problem(code, message, Place(str(file)))])


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            _refuse("E908", "too large for a file of a run", path)
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        _refuse("E907", "the file is missing; not a complete run folder", path)
    except OSError as error:
        _refuse("E907", f"cannot be read: {error.strerror}", path)
    except UnicodeDecodeError:
        _refuse("E908", "not UTF-8 text", path)


def json_object(path: Path, *, exact: bool) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        path: the file.
        exact: numbers with a point become decimals.

    Raises:
        InputError: it is missing, damaged or no object.
    """
    try:
        value = json.loads(
            _text(path),
            parse_constant=_no_constant,
            parse_float=Decimal if exact else float,
            object_pairs_hook=_no_duplicates,
        )
    except (ValueError, RecursionError) as error:
        _refuse("E908", f"damaged: {str(error)[:200]}", path)
    if not isinstance(value, dict):
        _refuse("E908", "damaged: not a JSON object", path)
    return value


def _no_constant(token: str) -> NoReturn:
    raise ValueError(f"{token} is not a number")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"{shown(twice[0])} is written twice")
    return found


def digest(scenario: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of a resolved scenario."""
    text = json.dumps(scenario, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def csv_table(path: Path) -> TextTable:
    """Read a CSV file as text.

    Raises:
        InputError: it is missing, damaged or cut off.
    """
    text = _text(path)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        _refuse("E901", f"not a CSV file: {error}", path)
    if not lines:
        _refuse("E902", "the file is empty", path)
    if not text.endswith(("\n", "\r")):
        _refuse("E908", "the last line is not complete; the file is cut off", path)
    return TextTable(
        tuple(lines[0]), tuple(tuple(_unquoted(cell) for cell in line) for line in lines[1:])
    )


def _unquoted(cell: str) -> str:
    """Remove the mark that keeps a spreadsheet from taking text for a formula."""
    return cell[1:] if _QUOTED.match(cell) else cell
