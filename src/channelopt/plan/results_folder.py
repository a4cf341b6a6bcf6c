"""Folders of results other than a run: a comparison, a sweep, a roadmap."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from channelopt.errors import InputError, Place, Problem, UsageError
from channelopt.plan.report_files import BESIDE as REPORTS
from channelopt.plan.report_files import strange_charts
from channelopt.plan.staging import in_words, put_in_place, staged_folder, write_into
from channelopt.plan.table import Table, read_any

SUMMARY = "summary.md"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Results:
    """What a folder of results holds.

    Attributes:
        kind: word that says what it is, kept in the manifest: `comparison`, `sweep`, `roadmap`.
        tables: one CSV each.
        data: one JSON file each, by name without suffix.
        summary: the gist in words.
        manifest: what was asked, plain JSON data.
        documents: further files by name, for example a workbook.
        filled: SHA-256 (hex) of files that lie in the staged folder already, by path in it.
    """

    kind: str
    tables: Sequence[Table]
    summary: str
    manifest: Mapping[str, Any]
    data: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, str | bytes] = field(default_factory=dict)
    filled: Mapping[str, str] = field(default_factory=dict)


def check_free(folder: Path, kind: str, *, force: bool, beside: Iterable[str] = ()) -> None:
    """Say early whether results may be written to a folder.

    Args:
        folder: where.
        kind: of results; a folder of another kind is never replaced.
        force: replace earlier results.
        beside: further names that may lie in the folder.

    Raises:
        UsageError: it is not free.
    """
    with in_words(folder):
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise UsageError(f"{folder} is not a folder; choose another one")
        if not folder.exists() or next(folder.iterdir(), None) is None:
            return
        written = manifest_of(folder)
        if written.get("kind") != kind:
            raise UsageError(f"{folder} holds something else than a {kind}; choose another folder")
        outputs = written.get("outputs", {})
        known = {*(name.split("/")[0] for name in outputs), MANIFEST, *beside, *REPORTS}
        strange = sorted(entry.name for entry in folder.iterdir() if entry.name not in known)
        strange += [*strange_charts(folder), *_strange_parts(folder, outputs)]
        if strange:
            raise UsageError(f"{folder} holds more than a {kind} ({', '.join(strange[:5])})")
        if not force:
            raise UsageError(f"{folder} exists; choose another folder, or --force to replace it")


def _strange_parts(folder: Path, outputs: Iterable[str]) -> Iterator[str]:
    """Yield files that lie in the folders of part files, but were not written with them."""
    known = set(outputs)
    for inner in sorted({name.split("/")[0] for name in known if "/" in name}):
        found = (path.relative_to(folder).as_posix() for path in (folder / inner).rglob("*"))
        yield from sorted(set(found) - known)


def write(folder: Path, results: Results) -> Path:
    """Write results whole or not at all, in the place of earlier ones; see `check_free`.

    Returns:
        The folder.

    Raises:
        OutputError: the disk refused; earlier results are as they were.
    """
    with in_words(folder):
        put_in_place(_contents(results), folder, replace=True)
    return folder


def write_filled(
    folder: Path, fill: Callable[[Path], Results], accept: Callable[[Path], None] | None = None
) -> Path:
    """Write results whose largest files are written piece by piece; else as `write`.

    Args:
        folder: where.
        fill: writes such files into the staged folder that it is given, flushed to the disk, and
            returns the results, with their hashes.
        accept: looks at the staged folder when it is complete; what it raises leaves `folder` as
            it was.

    Returns:
        The folder.

    Raises:
        OutputError: the disk refused; earlier results are as they were.
    """
    with in_words(folder), staged_folder(folder, replace=True) as staged:
        write_into(staged, _contents(fill(staged)))
        if accept is not None:
            accept(staged)
    return folder


def _contents(results: Results) -> dict[str, str | bytes]:
    """Return the files of results by name, the manifest last."""
    files: dict[str, str | bytes] = {
        f"{table.name}.csv": table.to_csv() for table in results.tables
    }
    files |= {f"{name}.json": _as_json(one) for name, one in results.data.items()}
    files |= {SUMMARY: results.summary, **results.documents}
    hashes = {name: _hash(content) for name, content in files.items()} | dict(results.filled)
    about = {"format": 1, "kind": results.kind, **results.manifest}
    files[MANIFEST] = _as_json(about | {"outputs": dict(sorted(hashes.items()))})
    return files


@dataclass(frozen=True)
class Found:
    """A folder of results as it is read again.

    Attributes:
        kind: `comparison`, `sweep`, `roadmap`, `sensitivity`; empty where the manifest says none.
        tables: by name, without suffix.
        data: content of the JSON files by name, without suffix.
        manifest: what was asked.
    """

    kind: str
    tables: Mapping[str, Table]
    data: Mapping[str, Any]
    manifest: Mapping[str, Any]


def read(folder: Path) -> Found:
    """Read a folder of results as it is written; nothing is recomputed.

    Raises:
        InputError: a file is missing or damaged; every fault in one pass.
    """
    about = manifest_of(folder)
    if not isinstance(about.get("outputs"), dict):
        message = "not a folder of results: its manifest is missing or damaged"
        raise InputError([Problem("E907", message, Place(str(folder / MANIFEST)))])
    tables: dict[str, Table] = {}
    data: dict[str, Any] = {}
    problems: list[Problem] = []
    for path in sorted(folder / Path(name).name for name in about["outputs"]):
        try:
            if path.suffix == ".csv":
                tables[path.stem] = read_any(path.read_text("utf-8"), path.stem, str(path))
            elif path.suffix == ".json":
                data[path.stem] = json.loads(path.read_text("utf-8"))
        except InputError as error:
            problems += error.problems
        except (OSError, ValueError, RecursionError) as error:
            problems.append(Problem("E908", f"damaged: {str(error)[:200]}", Place(str(path))))
    if problems:
        raise InputError(problems)
    return Found(str(about.get("kind", "")), tables, data, about)


def edited(folder: Path) -> tuple[str, ...]:
    """Return the files of a folder of results that are no longer as they were written."""
    outputs = manifest_of(folder).get("outputs", {})
    return tuple(
        name
        for name, written in sorted(outputs.items())
        if not (folder / name).is_file() or _hash_of_file(folder / name) != written
    )


def written(folder: Path) -> frozenset[str]:
    """Return the names of the files that a folder of results was written with."""
    outputs = manifest_of(folder).get("outputs", {})
    return frozenset({MANIFEST, *outputs})


def kind_of(folder: Path) -> str:
    """Return what kind of results a folder holds; empty where it says none, as a run does."""
    return str(manifest_of(folder).get("kind", ""))


def manifest_of(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder; empty where there is none that can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _hash(content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()


def _hash_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _as_json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
