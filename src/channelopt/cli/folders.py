"""Where a run is written unless the user says otherwise."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from channelopt.cli.command import Step

RUNS = Path("runs")
SWEEPS = Path("sweeps")
LONGEST = 80
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def default_out(scenario: Path, steps: Sequence[Step]) -> Path:
    """Return runs/<scenario>[-variation...][-set-<hash>], safe on every file system."""
    parts = [_base(scenario), *(text for kind, text in steps if kind == "vary")]
    overrides = [text for kind, text in steps if kind == "set"]
    if overrides:
        parts.append("set-" + hashlib.sha256("\n".join(overrides).encode()).hexdigest()[:8])
    return RUNS / _file_name("-".join(parts))


def default_sweep(scenario: Path, digits: str) -> Path:
    """Return sweeps/<scenario>-<digits>, safe on every file system."""
    return SWEEPS / _file_name(f"{_base(scenario)}-{digits}")


def _base(scenario: Path) -> str:
    try:
        base = scenario.resolve()
        is_file = base.is_file()
    except OSError:  # a name that no file can have; whoever reads it says so
        return scenario.stem
    if is_file and base.stem == "scenario":
        return base.parent.name
    return base.stem if is_file else base.name


def _file_name(text: str) -> str:
    name = re.sub(r"[^\w.-]+", "_", text).strip("._") or "scenario"
    if _DEVICES.fullmatch(name):
        name = f"{name}_"
    if len(name.encode()) > LONGEST:
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        name = name.encode()[: LONGEST - 9].decode(errors="ignore") + "-" + digest
    return name
