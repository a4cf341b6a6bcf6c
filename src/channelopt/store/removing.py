"""Removing runs: first out of sight in one step, then for good."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from channelopt.errors import UsageError
from channelopt.plan import run_files
from channelopt.plan.report_files import strange_charts
from channelopt.plan.results_folder import written
from channelopt.plan.sensitivity_folder import ANSWERS
from channelopt.plan.sensitivity_folder import FOLDER as ANALYSES
from channelopt.plan.staging import PREFIX, OutputError, in_words
from channelopt.store import stamps
from channelopt.store.finding import Run, is_inside


def check(store: Path, run: Run) -> str:
    """Say early whether a run may be removed.

    Returns:
        The stamp of what is there now.

    Raises:
        UsageError: it may not; says why.
    """
    if not is_inside(store, run.path):
        raise UsageError(f"{run.path} is not in the store {store}; it is not removed")
    stamp = stamps.of(run.path)
    if stamp is None:
        raise UsageError(f"{run.path} is gone already")
    strange = _strange(run.path)
    if strange:
        shown = ", ".join(strange[:5])
        raise UsageError(f"{run.path} is not removed: it holds more than a run ({shown})")
    return stamp.text


def remove(run: Path, stamp: str) -> None:
    """Remove a run that was checked.

    The folder is renamed first, so that it is a run or not there at all, whatever happens; what
    came into it since it was checked keeps it from being removed.

    Args:
        run: its folder.
        stamp: of `check`.

    Raises:
        UsageError: it has changed since.
        OutputError: the disk refused; the run is there as it was, or gone but for a hidden rest.
    """
    aside = run.parent / f"{PREFIX}{secrets.token_hex(8)}"
    with in_words(run):
        try:
            os.rename(run, aside)  # noqa: PTH104 - one name for faults and tests
        except FileNotFoundError:
            raise UsageError(f"{run} is gone already") from None
        now = stamps.of(aside)
        if now is None or now.text != stamp:
            _bring_back(aside, run)
            raise UsageError(f"{run} has changed meanwhile and is not removed")
        shutil.rmtree(aside)


def _bring_back(aside: Path, run: Path) -> None:
    try:
        os.rename(aside, run)  # noqa: PTH104
    except OSError as error:
        message = f"{run} has changed meanwhile and is not removed; what was there is in {aside}"
        raise OutputError(message) from error


def _strange(run: Path) -> list[str]:
    """Return what is neither of the run nor made for it, or is a folder instead of a file."""
    known = run_files.KNOWN | run_files.BESIDE
    strange = sorted(one.name for one in run.iterdir() if one.name not in known)
    strange += [name for name in (ANSWERS, run_files.TAGS) if (run / name).is_dir()]
    strange += strange_charts(run)
    analyses = run / ANALYSES
    if analyses.is_symlink() or analyses.is_file():
        return [*strange, ANALYSES]
    if analyses.is_dir():
        ours = written(analyses)
        inside = sorted(one.name for one in analyses.iterdir() if one.name not in ours)
        strange += [f"{ANALYSES}/{name}" for name in inside]
    return strange
