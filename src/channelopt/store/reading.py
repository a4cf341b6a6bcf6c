"""A folder of the store as a record, or what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, get_args

from channelopt.errors import InputError
from channelopt.plan import run_files
from channelopt.plan.columns import COLUMNS
from channelopt.plan.records import Status
from channelopt.plan.run_files import FORMAT
from channelopt.plan.table import read_csv
from channelopt.store import tags
from channelopt.store.record import Damage, Record

SIGNS = frozenset({run_files.MANIFEST, run_files.PLAN, "allocation.csv"})
"""A folder that holds none of these is clearly no run."""
CHEAP = 8 * 1024 * 1024
"""Bytes of the largest file whose hash is compared when runs are listed."""
MANY = 5
"""Reasons that are told of one folder."""

Found = Record | Damage | None
"""A run, something that seems to be one, or clearly none."""


class _DamagedError(Exception):
    """The folder is no complete run; says why."""


def read(run: Path) -> Found:
    """Read a folder of the store; nothing is recomputed, no table is looked into without need.

    Args:
        run: the folder.

    Raises:
        FileNotFoundError: there is no such folder (any more).
    """
    inside = frozenset(one.name for one in run.iterdir())
    if not SIGNS & inside:
        return None
    try:
        manifest = _object(run, run_files.MANIFEST)[0]
        if run_files.PLAN not in inside and isinstance(manifest.get("kind"), str):
            return None  # results of another kind: a comparison, a sweep
        return _record(run, manifest, inside)
    except _DamagedError as error:
        return Damage(run.name, error.args[:MANY])


def _record(run: Path, manifest: Mapping[str, Any], inside: frozenset[str]) -> Record:
    _check_manifest(manifest)
    plan, raw = _object(run, run_files.PLAN)
    _check_plan(plan)
    outputs = manifest["outputs"]
    if hashlib.sha256(raw).hexdigest() != outputs.get(run_files.PLAN):
        raise _DamagedError(f"{run_files.PLAN} is not as it was written")
    edited = _edited(run, outputs, inside)
    found, notes = tags.read(run)
    names, proof = plan["names"], plan.get("verification")
    solver = manifest.get("solver")
    return Record(
        name=run.name,
        status=plan["status"],
        title=names["scenario"],
        currency=names.get("currency"),
        digest=manifest["digest"],
        objective=plan["objective"],
        bound=plan["bound"],
        kpis=plan["kpis"],
        labels=_labels(names),
        applied=tuple(map(str, manifest["applied"])),
        solver=solver,
        version=manifest["versions"].get(solver),
        options={**manifest["options"], "seed": manifest.get("seed")},
        is_checked=isinstance(proof, dict) and proof.get("ok") is True,
        tags=found,
        edited=edited,
        beside=tuple(sorted(inside & run_files.BESIDE - {run_files.TAGS})),
        strange=tuple(sorted(inside - run_files.KNOWN - run_files.BESIDE)),
        notes=notes,
        written=(run / run_files.MANIFEST).stat().st_mtime_ns,
    )


def _labels(names: Mapping[str, Any]) -> dict[str, str]:
    titles, units = names.get("metrics") or {}, names.get("units") or {}
    return {
        str(one): f"{title}, {units[one]}" if units.get(one) else str(title)
        for one, title in titles.items()
    }


def _check_manifest(manifest: Mapping[str, Any]) -> None:
    """Make sure that everything is there that is used of a manifest."""
    if manifest.get("format") != FORMAT:
        raise _DamagedError(
            f"{run_files.MANIFEST}: format {manifest.get('format')!r} is not {FORMAT}; "
            "written by another version"
        )
    kinds = {
        "digest": str,
        "outputs": dict,
        "versions": dict,
        "options": dict,
        "applied": list,
        "scenario": dict,
    }
    wrong = [key for key, kind in kinds.items() if not isinstance(manifest.get(key), kind)]
    if not isinstance(manifest.get("solver"), str | None):
        wrong.append("solver")
    if wrong:
        raise _DamagedError(f"{run_files.MANIFEST}: {', '.join(wrong)} missing or wrong")


def _check_plan(plan: Mapping[str, Any]) -> None:
    """Make sure that everything is there that is used of a plan."""
    names, figures = plan.get("names"), plan.get("kpis")
    wrong = [key for key in ("objective", "bound") if not _is_figure(plan.get(key))]
    if plan.get("status") not in get_args(Status):
        wrong.append("status")
    if not isinstance(names, dict) or not isinstance(names.get("scenario"), str):
        wrong.append("names")
    if not isinstance(figures, dict) or not all(map(_is_figure, figures.values())):
        wrong.append("kpis")
    if wrong:
        raise _DamagedError(f"{run_files.PLAN}: {', '.join(wrong)} missing or wrong")


def _is_figure(value: Any) -> bool:
    is_number = isinstance(value, float | int) and not isinstance(value, bool)
    return value is None or (is_number and math.isfinite(value))


def _edited(run: Path, outputs: Mapping[str, Any], inside: frozenset[str]) -> tuple[str, ...]:
    """Return the files that somebody changed, where they still can be read as what they are."""
    known = sorted(name for name in outputs if name in run_files.KNOWN)
    reasons = [f"{name} is missing" for name in known if name not in inside]
    edited = []
    for name in known:
        if name in inside and name != run_files.PLAN:
            is_changed, faults = _look(run / name, outputs[name])
            edited += [name] * is_changed
            reasons += faults
    if reasons:
        raise _DamagedError(*reasons)
    return tuple(edited)


def _look(path: Path, written: Any) -> tuple[bool, list[str]]:
    """Return whether a file was changed, and why it is damaged; large ones are not read whole."""
    try:
        if path.stat().st_size > CHEAP:
            with path.open("rb") as file:
                file.seek(-1, os.SEEK_END)
                is_cut = file.read() != b"\n"
            return False, [f"{path.name} is cut off"] if is_cut else []
        raw = path.read_bytes()
    except OSError as error:
        return False, [f"{path.name} cannot be read: {error.strerror}"]
    if hashlib.sha256(raw).hexdigest() == written:
        return False, []
    return True, list(_faults(path, raw))


def _faults(path: Path, raw: bytes) -> Iterator[str]:
    """Say why a file that was changed cannot be read."""
    if not raw:
        yield f"{path.name} is empty"
    elif path.stem in COLUMNS:
        try:
            read_csv(raw.decode("utf-8-sig"), path.stem, COLUMNS[path.stem], path.name)
        except (InputError, UnicodeDecodeError) as error:
            yield f"{path.name} cannot be read: {_first(error)}"


def _first(error: Exception) -> str:
    """Return the first problem of an error in words."""
    return error.problems[0].message if isinstance(error, InputError) else "not UTF-8 text"


def _object(run: Path, name: str) -> tuple[dict[str, Any], bytes]:
    """Return a JSON object of a run and its bytes."""
    try:
        if (run / name).stat().st_size > run_files.LARGEST:
            raise _DamagedError(f"{name} is too large for a file of a run")
        raw = (run / name).read_bytes()
    except FileNotFoundError:
        raise _DamagedError(f"{name} is missing") from None
    except OSError as error:
        raise _DamagedError(f"{name} cannot be read: {error.strerror}") from None
    try:
        value = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _DamagedError(f"{name} is damaged or cut off: it is not JSON") from None
    if not isinstance(value, dict):
        raise _DamagedError(f"{name} is damaged: it holds no JSON object")
    return value, raw


def _no_constant(token: str) -> NoReturn:
    raise ValueError(token)
