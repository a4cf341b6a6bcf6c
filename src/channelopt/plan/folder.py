"""Run folders: writing a plan whole or not at all, and reading it again."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from channelopt.errors import InputError, Place, Problem, Problems, UsageError, nearest
from channelopt.plan.columns import ALWAYS, COLUMNS
from channelopt.plan.plan import Plan, from_data
from channelopt.plan.report_files import strange_charts
from channelopt.plan.run_files import (
    BESIDE,
    FORMAT,
    KNOWN,
    LARGEST,
    MANIFEST,
    PLAN,
    REPORT,
    SENSITIVITY,
    TAGS,
    is_run,
)
from channelopt.plan.staging import in_words, put_file, put_in_place
from channelopt.plan.table import Table, read_csv
from channelopt.scenario.tables import read_csv as read_csv_file
from channelopt.scenario.text import decode, read_bytes

__all__ = [
    "BESIDE",
    "KNOWN",
    "MANIFEST",
    "PLAN",
    "REPORT",
    "SENSITIVITY",
    "check_target",
    "edited",
    "is_run",
    "read",
    "read_manifest",
    "read_table",
    "read_tables",
    "replace_report",
    "write",
]

NEEDED = {"allocation": ("period", "segment", "interaction", "channel", "first_contacts")}
"""Columns that an edited table must have; the others follow from these."""


def write(
    plan: Plan,
    out: Path | str,
    *,
    force: bool = False,
    documents: Mapping[str, str] | None = None,
    inputs: Iterable[Path | str] = (),
) -> Path:
    """Write a plan as a run folder that appears whole or not at all.

    Args:
        plan: the plan.
        out: the folder to make; missing parents are made too.
        force: replace an existing run folder, whose tags stay if it is of the same scenario; an
            empty folder is free.
        documents: further files by name, for example `report.md`.
        inputs: files and folders that must not be replaced, such as the scenario's.

    Returns:
        The folder.

    Raises:
        UsageError: `out` is not free, or is one of the inputs.
        OutputError: the disk refused; `out` is as it was before.
    """
    target = check_target(out, force=force, inputs=inputs)
    written = [name for name in COLUMNS if name in ALWAYS or name in plan.tables]
    files = {f"{name}.csv": plan.table(name).to_csv() for name in written}
    files[SENSITIVITY] = plan.table("sensitivity").to_csv()
    files[PLAN] = plan.to_json()
    files |= documents or {}
    hashes = {name: _hash(text) for name, text in sorted(files.items())}
    files[MANIFEST] = _as_json({**plan.manifest, "outputs": hashes})
    with in_words(target):
        put_in_place(files, target, replace=force, keep=_kept(target, plan))
    return target


def _kept(target: Path, plan: Plan) -> tuple[str, ...]:
    """Return what stays of a run that is replaced: its tags, if the scenario is the same."""
    try:
        before = _read_object(target, MANIFEST)
    except InputError:
        return ()
    digest = plan.manifest.get("digest")
    return (TAGS,) if digest is not None and before.get("digest") == digest else ()


def check_target(
    out: Path | str, *, force: bool = False, inputs: Iterable[Path | str] = ()
) -> Path:
    """Say early whether a run folder may be written here.

    Returns:
        The absolute path of the folder.

    Raises:
        UsageError: it may not; says why and what to do.
        OutputError: the disk refuses.
    """
    given = Path(out)
    target = given.absolute()
    with in_words(target):
        if not target.name or target.name == "..":
            raise UsageError(f"'{out}' is not a name for a new folder")
        _protect_inputs(target, inputs)
        if target.is_symlink():
            raise UsageError(f"{given} is a link; give the folder itself")
        if target.exists():
            _check_replaceable(target, force=force)
        _check_writable(target.parent)
    return target


def _check_writable(parent: Path) -> None:
    there = next(folder for folder in (parent, *parent.parents) if folder.exists())
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


def _protect_inputs(target: Path, inputs: Iterable[Path | str]) -> None:
    resolved = target.resolve()
    for given in inputs:
        source = Path(given).resolve()
        if source == resolved or resolved in source.parents:
            raise UsageError(f"{target} holds the scenario itself; choose another folder")


def _check_replaceable(target: Path, *, force: bool) -> None:
    if not target.is_dir():
        raise UsageError(f"{target} is a file; choose another folder")
    if next(target.iterdir(), None) is None:
        return
    if not force:
        raise UsageError(f"{target} exists; choose another folder, or --force to replace it")
    strange = sorted(entry.name for entry in target.iterdir() if entry.name not in KNOWN | BESIDE)
    strange += strange_charts(target)
    if strange:
        shown = ", ".join(strange[:5])
        raise UsageError(f"{target} is not replaced: it holds more than a run ({shown})")


def read(folder: Path | str) -> Plan:
    """Read a run folder.

    Args:
        folder: a folder that `write` made; tables may have been edited since.

    Returns:
        The plan as it is written; nothing is recomputed.

    Raises:
        InputError: the folder is damaged or not a run; every fault in one pass.
    """
    root = Path(folder)
    if not root.is_dir():
        _refuse("E907", f"there is no run folder '{root}'", str(root))
    manifest = read_manifest(root)
    tables = read_tables(root)
    written = _read_object(root, PLAN)
    return from_data(written, tables, manifest, str(root / PLAN))


def read_manifest(folder: Path | str) -> dict[str, Any]:
    """Read and check manifest.json of a run folder; without `outputs`.

    Raises:
        InputError: it is missing, damaged or of another version.
    """
    manifest = _read_object(Path(folder), MANIFEST)
    file = str(Path(folder) / MANIFEST)
    if manifest.get("format") != FORMAT:
        _refuse("E905", f"format {manifest.get('format')!r} is not {FORMAT}", file)
    if not isinstance(manifest.get("scenario"), dict):
        _refuse("E906", "the scenario is missing", file)
    manifest.pop("outputs", None)
    return manifest


def read_tables(folder: Path | str) -> dict[str, Table]:
    """Read every table of a run folder but the sensitivity; some runs do not have them all.

    Raises:
        InputError: every cell of every table that cannot be read.
    """
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for name, columns in COLUMNS.items():
        path = Path(folder) / f"{name}.csv"
        if name not in ALWAYS and not path.exists():
            continue
        try:
            tables[name] = read_csv(_read_text(path), name, columns, str(path))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return tables


def read_table(path: Path | str, name: str) -> Table:
    """Read one table that somebody may have edited in a spreadsheet.

    Unlike a run's own tables it may use semicolons and decimal commas, and lack columns that
    follow from others.

    Args:
        path: the CSV file.
        name: which table it is, for example `allocation`.

    Returns:
        The table with the columns that the file has; blank cells are None.

    Raises:
        InputError: every cell that cannot be read, and columns that are missing or unknown.
    """
    file, problems = Path(path), Problems()
    text = decode(read_bytes(file, str(file), LARGEST, problems), str(file), problems)
    raw = read_csv_file(text, name, str(file), problems)
    known = COLUMNS[name]
    for column in raw.columns:
        if column not in known:
            place = Place(str(file), 1, column)
            problems.add("E902", "not a column of this table", place, nearest(column, known))
    for column in NEEDED[name]:
        if column not in raw.columns:
            problems.add("E902", f"the column {column} is missing", Place(str(file), 1))
    problems.stop()
    return Table(name, raw.columns, tuple(zip(*(raw.values[c] for c in raw.columns), strict=True)))


def replace_report(folder: Path, text: str) -> None:
    """Write report.md of a run anew, and its hash into the manifest; the plan is as it was.

    Raises:
        InputError: the manifest is missing or damaged.
        OutputError: the disk refused.
    """
    manifest = _read_object(folder, MANIFEST)
    outputs = manifest.get("outputs")
    if not isinstance(outputs, dict):
        _refuse("E906", "the hashes of the files are missing", str(folder / MANIFEST))
    put_file(folder / REPORT, text)
    hashes = dict(sorted({**outputs, REPORT: _hash(text)}.items()))
    put_file(folder / MANIFEST, _as_json({**manifest, "outputs": hashes}))


def edited(folder: Path | str) -> tuple[str, ...]:
    """Return the files of a run folder that are no longer as they were written.

    Raises:
        InputError: the manifest is missing or damaged.
    """
    outputs = _read_object(Path(folder), MANIFEST).get("outputs")
    if not isinstance(outputs, dict):
        _refuse("E906", "the hashes of the files are missing", str(Path(folder) / MANIFEST))
    return tuple(
        name
        for name, written in sorted(outputs.items())
        if name in KNOWN and _hash_of(Path(folder) / name) != written
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hash_of(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _as_json(data: Mapping[str, Any]) -> str:
    """Return a JSON object, one line per key: readable, and fast for large scenarios."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False, allow_nan=False)}"
        for key, value in data.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _refuse(code: str, message: str, file: str) -> NoReturn:
    raise InputError([Problem(code, message, Place(file))])


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            _refuse("E908", "too large for a file of a run", str(path))
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = "the file is missing" if isinstance(error, FileNotFoundError) else error.strerror
        _refuse("E907", f"not a complete run folder: {reason}", str(path))
    except UnicodeDecodeError:
        _refuse("E908", "not UTF-8 text; save it as CSV UTF-8", str(path))


def _read_object(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    text = _read_text(path)
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        _refuse("E908", f"damaged: {str(error)[:200]}", str(path))
    if not isinstance(value, dict):
        _refuse("E908", "damaged: not a JSON object", str(path))
    return value


def _no_constant(token: str) -> NoReturn:
    msg = f"{token} is not a number"
    raise ValueError(msg)
