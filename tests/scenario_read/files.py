"""Write small files and read them, for tests of reading."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from channelopt.errors import InputError
from channelopt.scenario import compose
from channelopt.scenario.source import Source

BASE = """\
format: 1
periods: [2027, 2028]
segments:
  private: {customers: 6000, margin: 6.2, retention: {0: 0.86, 1: 1}}
  premium: {customers: [100, 110]}
interactions:
  advice: {}
channels:
  phone: {unit_cost: 6.2, unresolved: {web: 0.5}}
  web: {unit_cost: [1, 2]}
  branch: {capacity: [5, null]}
policies:
  - {name: max. spend, type: budget, at_most: 100}
  - {name: cap, type: volume, at_most: 7}
"""


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a folder, UTF-8 without translation of line ends."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def errors_of(path: Path, **options: Any) -> list[str]:
    """Return every problem that reading finds, as text."""
    try:
        compose.read(path, **options)
    except InputError as error:
        return [str(problem) for problem in error.problems]
    return []


def read_text(folder: Path, content: str | bytes, name: str = "s.yaml") -> list[str]:
    """Write one file and return what is wrong with it."""
    write(folder, {name: content})
    return errors_of(folder / name)


def based(folder: Path, *steps: tuple[str, str], extra: str = "") -> Source:
    """Read the small base scenario, with more sections and steps."""
    write(folder, {"case/scenario.yaml": BASE + extra})
    return compose.read(folder / "case", steps=steps)  # type: ignore[arg-type]


def based_errors(folder: Path, *steps: tuple[str, str], extra: str = "") -> list[str]:
    """Return what is wrong with the small base scenario after some steps."""
    write(folder, {"case/scenario.yaml": BASE + extra})
    return errors_of(folder / "case", steps=steps)
