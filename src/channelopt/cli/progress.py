"""Progress of a solve on stderr: incumbent, bound, gap and time."""

from __future__ import annotations

import contextlib
import sys
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


def line(progress: Progress) -> str:
    """Return a sign of life in words."""
    best = "no plan yet" if progress.incumbent is None else f"best {money(progress.incumbent)}"
    bound = "" if progress.bound is None else f"  bound {money(progress.bound)}"
    gap = "" if progress.gap is None else f"  gap {percent(progress.gap, 4)}"
    return f"{progress.seconds:8.1f} s  {best}{bound}{gap}"


@contextlib.contextmanager
def watching(*, quiet: bool) -> Iterator[Listener]:
    """Show progress and listen to Ctrl-C; the value asks a solver to stop by returning True."""
    with Interrupt() as interrupt, contextlib.ExitStack() as stack:
        shown = None if quiet else _live(stack)
        last = -SILENCE_SECONDS

        def listen(progress: Progress) -> bool:
            nonlocal last
            if shown is not None:
                shown.update(line(progress))
            elif not quiet and progress.seconds - last >= SILENCE_SECONDS:
                last = progress.seconds
                console.note(line(progress))
            return interrupt.asked

        yield listen


def _live(stack: contextlib.ExitStack) -> Status | None:
    """Return a line on stderr that can be rewritten, or None without a terminal."""
    if not sys.stderr.isatty():
        return None
    spinner = "dots" if console.is_unicode(sys.stderr) else "line"
    status = console.rich(sys.stderr).status("Preparing", spinner=spinner)
    return stack.enter_context(status)
