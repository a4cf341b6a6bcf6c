"""The folder `sensitivity` of a run: tables, their JSON, a summary and a manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from channelopt.errors import UsageError
from channelopt.plan.staging import in_words, put_in_place
from channelopt.plan.table import Table

FOLDER = "sensitivity"
ANSWERS = "sensitivity.answers.jsonl"
"""Answers of solvers, kept beside the folder so that an interrupted analysis goes on."""
SUMMARY = "summary.md"
MANIFEST = "manifest.json"


def check_free(run: Path, *, replace: bool) -> None:
    """Say early whether the analysis of a run may be written.

    Raises:
        UsageError: there is one, and it is not to be replaced.
    """
    target = run / FOLDER
    if target.exists() and not replace:
        raise UsageError(
            f"{target} exists; --resume goes on with what it knows, --force begins anew"
        )


def write(
    run: Path,
    tables: Sequence[Table],
    data: Mapping[str, Any],
    summary: str,
    manifest: Mapping[str, Any],
) -> Path:
    """Write the analysis of a run whole or not at all, in the place of an earlier one.

    Args:
        run: the run's folder.
        tables: one CSV each.
        data: one JSON file for each analysis, by its name.
        summary: the gist in words.
        manifest: what was asked.

    Returns:
        The folder.

    Raises:
        OutputError: the disk refused; an earlier analysis is as it was.
    """
    files = {f"{table.name}.csv": table.to_csv() for table in tables}
    files |= {f"{name}.json": _as_json(one) for name, one in data.items()}
    files[SUMMARY] = summary
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    files[MANIFEST] = _as_json({**manifest, "outputs": dict(sorted(hashes.items()))})
    target = run / FOLDER
    with in_words(target):
        put_in_place(files, target, replace=True)
    return target


def _as_json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
