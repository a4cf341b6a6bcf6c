"""Runs the command line inside this process: fast enough for a table of cases."""

from __future__ import annotations

import contextlib
import io
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from channelopt.cli.app import run as main

BASE = """\
format: 1
objective: {satisfaction_weight: 0.3}
segments:
  a: {customers: 100, margin: 50}
  b: {customers: 50, margin: 80}
interactions:
  q: {}
channels:
  phone: {touch: high, unit_cost: 5, satisfaction: 0.9}
  web: {touch: low, unit_cost: 0.5, satisfaction: 0.5}
tables:
  contacts_per_customer:
    - {segment: a, interaction: q, value: 2}
    - {segment: b, interaction: q, value: 3}
"""


def based(*changes: tuple[str, str], more: str = "") -> str:
    """Return the base scenario with pieces of text replaced and lines appended."""
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text + more


@dataclass(frozen=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str


def write(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write files below a folder; None is a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir()
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")


def call(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Ended:
    """Run the program in a folder and return its exit code and both streams."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["channelopt", *arguments])
    with _signals_kept(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        out.flush()
        err.flush()
    return Ended(code, *(s.buffer.getvalue().decode() for s in (out, err)))  # type: ignore[attr-defined]


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def files_in(folder: Path) -> set[str]:
    """Return every file below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
