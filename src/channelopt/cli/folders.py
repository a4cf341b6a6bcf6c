"""Where a run is written, and what may be replaced there."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from channelopt.cli.command import Step
from channelopt.errors import UsageError

RUNS = Path("runs")
LONGEST = 80
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def default_out(scenario: Path, steps: Sequence[Step]) -> Path:
    """Return runs/<scenario>[-variation...][-set-<hash>], safe on every file system."""
    base = scenario.resolve()
    name = base.stem if base.is_file() else base.name
    if base.is_file() and base.stem == "scenario":
        name = base.parent.name
    parts = [name, *(text for kind, text in steps if kind == "vary")]
    overrides = [text for kind, text in steps if kind == "set"]
    if overrides:
        parts.append("set-" + hashlib.sha256("\n".join(overrides).encode()).hexdigest()[:8])
    return RUNS / _file_name("-".join(parts))


def _file_name(text: str) -> str:
    name = re.sub(r"[^\w.-]+", "_", text).strip("._") or "scenario"
    if _DEVICES.fullmatch(name):
        name = f"{name}_"
    if len(name.encode()) > LONGEST:
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        name = name.encode()[: LONGEST - 9].decode(errors="ignore") + "-" + digest
    return name


def check_out(out: Path, *, force: bool) -> None:
    """Refuse a target that exists, is no run folder, or cannot be written, before any work.

    Raises:
        UsageError: says what is in the way and what to do.
    """
    if out.exists():
        _check_replaceable(out, force=force)
    parent = out.absolute().parent
    while not parent.exists():
        parent = parent.parent
    try:
        with tempfile.TemporaryDirectory(dir=parent, prefix=".channelopt-"):
            pass
    except OSError as error:
        msg = f"cannot write into {parent} ({error.strerror}); choose another place with --out"
        raise UsageError(msg) from None


def _check_replaceable(out: Path, *, force: bool) -> None:
    if not out.is_dir():
        msg = f"{out} exists and is not a folder; choose another place with --out"
        raise UsageError(msg)
    is_empty = next(out.iterdir(), None) is None
    if is_empty:
        return
    if not (out / "manifest.json").is_file():
        msg = f"{out} exists and is not a run folder, so it is not replaced; choose another --out"
        raise UsageError(msg)
    if not force:
        msg = f"{out} exists; replace it with --force, or choose another place with --out"
        raise UsageError(msg)
