"""Progress of a solve on stderr: incumbent, bound, gap and time."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from channelopt.cli import console
from channelopt.cli.interrupt import Interrupt
from channelopt.cli.numbers import money, percent

if TYPE_CHECKING:
    from rich.status import Status

    from channelopt.backends.base import Listener, Progress

SILENCE_SECONDS = 5.0
"""Without a terminal, progress is one line in this time at most."""


def line(seconds: float, progress: Progress) -> str:
    """Return a sign of life in words; the seconds count from the start of the command's work."""
    best = "no plan yet" if progress.incumbent is None else f"best {money(progress.incumbent)}"
    bound = "" if progress.bound is None else f"  bound {money(progress.bound)}"
    gap = "" if progress.gap is None else f"  gap {percent(progress.gap, 4)}"
    return f"{seconds:8.1f} s  {best}{bound}{gap}"


@contextlib.contextmanager
def watching(*, quiet: bool) -> Iterator[Listener]:
    """Show progress and listen to Ctrl-C; the value asks a solver to stop by returning True."""
    with Interrupt() as interrupt, contextlib.ExitStack() as stack:
        shown = None if quiet else _live(stack)
        began = time.monotonic()
        spoken = began - SILENCE_SECONDS

        def listen(progress: Progress) -> bool:
            nonlocal spoken
            now = time.monotonic()
            if shown is not None:
                shown.update(line(now - began, progress))
            elif not quiet and now - spoken >= SILENCE_SECONDS:
                spoken = now
                console.note(line(now - began, progress))
            return interrupt.asked

        yield listen


def _live(stack: contextlib.ExitStack) -> Status | None:
    """Return a line on stderr that can be rewritten, or None without a terminal."""
    if not sys.stderr.isatty():
        return None
    spinner = "dots" if console.is_unicode(sys.stderr) else "line"
    status = console.rich(sys.stderr).status("Preparing", spinner=spinner)
    return stack.enter_context(status)
