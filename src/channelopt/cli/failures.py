"""Failures in words: one clear message on stderr, an exit code, never a traceback unless asked."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import typer

from channelopt.cli import console
from channelopt.errors import ChannelOptError, ExitCode, InputError, Problem

READER_GONE = 141
"""Exit code where the reader of our output has closed the pipe, as the shell has it for SIGPIPE."""

_verbose = False


def be_verbose(wanted: bool) -> None:
    """Show tracebacks of internal errors from now on."""
    global _verbose  # noqa: PLW0603
    _verbose = _verbose or wanted


def is_verbose() -> bool:
    """Whether tracebacks are wanted: `--verbose` or CHANNELOPT_DEBUG=1."""
    return _verbose or os.environ.get("CHANNELOPT_DEBUG", "") not in {"", "0"}


@contextlib.contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """Turn failures inside into a message on stderr (and JSON on stdout) and an exit code."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except BrokenPipeError:
        console.silence(sys.stdout)
        raise typer.Exit(READER_GONE) from None
    except ChannelOptError as error:
        _show(error, as_json=as_json)
        raise typer.Exit(error.exit_code) from None
    except Exception as error:
        if type(error).__module__.startswith(("click", "typer")):
            raise
        _show(error, as_json=as_json)
        raise typer.Exit(ExitCode.INTERNAL) from None


def describe(problem: Problem) -> dict[str, Any]:
    """Return a problem as plain data."""
    place = problem.place
    return {
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
        "place": None
        if place is None
        else {"file": place.file, "line": place.line, "column": place.column, "cell": place.cell},
    }


def _show(error: Exception, *, as_json: bool) -> None:
    if is_verbose():
        sys.stderr.write(traceback.format_exc())
    if isinstance(error, InputError):
        console.problems(error.problems)
        count = len(error.problems)
        console.note(f"Invalid input: {count} problem{'s' if count != 1 else ''}.", style="bold")
    else:
        console.note(_in_words(error), style="red")
    if as_json:
        console.emit_json(_as_data(error))


def _in_words(error: Exception) -> str:
    if isinstance(error, ChannelOptError):
        return str(error)
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror or error}{where}"
    if isinstance(error, MemoryError):
        return "Not enough memory for this scenario."
    text = " ".join(str(error).split())
    return f"Internal error ({type(error).__name__}: {text}); run with --verbose for the details."


def _as_data(error: Exception) -> dict[str, Any]:
    code = error.exit_code if isinstance(error, ChannelOptError) else ExitCode.INTERNAL
    found = error.problems if isinstance(error, InputError) else ()
    return {
        "exit_code": int(code),
        "error": code.name.lower(),
        "message": _in_words(error),
        "problems": [describe(problem) for problem in found],
    }
