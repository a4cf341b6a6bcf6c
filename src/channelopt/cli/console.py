"""What a person or a script sees: data on stdout, everything else on stderr.

Text from users is data: control characters, terminal escapes and markup never reach a terminal.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TextIO

from channelopt.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from channelopt.errors import Problem

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def plain(text: object) -> str:
    """Return text without terminal escapes, control, direction and zero-width characters."""
    told = str(text)
    if told.isprintable():
        return told
    return _CONTROLS.sub("", _ESCAPES.sub("", told)).replace("\t", " ")


def prepare() -> None:
    """Let both streams print every character they can, and `?` for the others."""
    if sys.stdout is None:  # closed by the caller: `channelopt ... >&-`
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def close() -> None:
    """Flush both streams; a reader that has gone away is no error, a full disk is."""
    for stream in (sys.stderr, sys.stdout):
        try:
            stream.flush()
        except BrokenPipeError:
            silence(stream)
        except OSError as error:
            lost(stream, error)


def lost(stream: TextIO, error: OSError) -> NoReturn:
    """End the program because its output cannot be written."""
    silence(stream)
    note(f"cannot write the output: {error.strerror}", style="red")
    raise SystemExit(ExitCode.INTERNAL) from None


def silence(stream: TextIO) -> None:
    """Send what is left in a stream to nowhere, so that the end of the process stays quiet."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_unicode(stream: TextIO) -> bool:
    """Whether a stream can print every character."""
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "").startswith("utf")


def emit(text: str) -> None:
    """Write one line of data to stdout."""
    sys.stdout.write(plain(text).rstrip("\n") + "\n")


def emit_json(value: Any) -> None:
    """Write JSON to stdout; escaped to ASCII where stdout cannot print more."""
    text = json.dumps(
        value, indent=2, ensure_ascii=not is_unicode(sys.stdout), allow_nan=False, default=str
    )
    sys.stdout.write(text + "\n")


def note(text: str, style: str | None = None) -> None:
    """Write one message to stderr."""
    with contextlib.suppress(BrokenPipeError):
        if style is None:
            sys.stderr.write(plain(text) + "\n")
        else:
            rich(sys.stderr).print(plain(text), style=style, soft_wrap=True)


def problems(found: Iterable[Problem]) -> None:
    """Write errors (red) and warnings (yellow) to stderr, one line each."""
    for problem in found:
        warning = problem.code.startswith("W")
        note(str(problem).replace("\n", " "), style="yellow" if warning else "red")


def emit_records(records: Mapping[str, Iterable[Any]]) -> None:
    """Write one JSON object of lists to stdout, each record of a list on a line of its own."""
    is_plain = not is_unicode(sys.stdout)
    lists = []
    for key, rows in records.items():
        lines = [json.dumps(row, ensure_ascii=is_plain, allow_nan=False) for row in rows]
        lists.append(f"{json.dumps(key)}: [" + ",".join(f"\n  {line}" for line in lines) + "\n]")
    sys.stdout.write("{\n" + ",\n".join(lists) + "\n}\n")


def columns(columns: Mapping[str, str], rows: Sequence[Sequence[str]]) -> None:
    """Write long lists to stdout: like `table`, but quick, each row on one line."""
    cells = [tuple(columns), *([plain(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    signs = [">" if side == "right" else "<" for side in columns.values()]
    form = "  ".join(f"{{:{sign}{width}}}" for sign, width in zip(signs, widths, strict=True))
    sys.stdout.write("".join(f"{form.format(*row).rstrip()}\n" for row in cells))


def rich(stream: TextIO) -> Console:
    """Return a console on a stream that takes text literally."""
    from rich.console import Console

    return Console(file=stream, markup=False, emoji=False, highlight=False)


def table(title: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table to stdout.

    Args:
        title: what it shows.
        columns: header to alignment, `left` or `right`.
        rows: cells in the order of the columns.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    style = box.SIMPLE_HEAD if is_unicode(sys.stdout) else box.ASCII
    grid = Table(title=Text(plain(title), style="bold"), box=style, title_justify="left")
    for header, side in columns.items():
        is_number = side == "right"  # never broken, whatever the width
        justify: Literal["left", "right"] = "right" if is_number else "left"
        grid.add_column(header, justify=justify, overflow="fold", no_wrap=is_number)
    for row in rows:
        grid.add_row(*(Text(plain(cell)) for cell in row))
    rich(sys.stdout).print(grid)
