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

    from channelopt.backends.base import Progress

SILENCE_SECONDS = 5.0
"""Without a terminal, progress is one line in this time at most."""


def line(seconds: float, progress: Progress) -> str:
    """Return a sign of life in words; the seconds count from the start of the command's work."""
    best = "no plan yet" if progress.incumbent is None else f"best {money(progress.incumbent)}"
    bound = "" if progress.bound is None else f"  bound {money(progress.bound)}"
    gap = "" if progress.gap is None else f"  gap {percent(progress.gap, 4)}"
    return f"{seconds:8.1f} s  {best}{bound}{gap}"


class Watch:
    """Shows signs of life on stderr; says whether the user asked to stop.

    Called with progress it shows a line, on a terminal in place of the last one, elsewhere now and
    then, and returns whether to stop: a listener for solvers.
    """

    def __init__(self, interrupt: Interrupt, shown: Status | None, *, quiet: bool) -> None:
        self._interrupt = interrupt
        self._shown = shown
        self._quiet = quiet
        self._began = time.monotonic()
        self._spoken = self._began - SILENCE_SECONDS

    def __call__(self, progress: Progress) -> bool:
        """Show the progress of a solve."""
        now = time.monotonic()
        if self._shown is not None:
            self._shown.update(line(now - self._began, progress))
        elif not self._quiet and now - self._spoken >= SILENCE_SECONDS:
            self._spoken = now
            console.note(line(now - self._began, progress))
        return self.is_asked()

    def is_asked(self) -> bool:
        """Whether the user asked to stop."""
        return self._interrupt.asked

    def say(self, text: str) -> None:
        """Show what is done now."""
        seconds = time.monotonic() - self._began
        if self._shown is not None:
            self._shown.update(f"{seconds:8.1f} s  {text}")
        elif not self._quiet:
            console.note(f"{seconds:8.1f} s  {text}")


@contextlib.contextmanager
def watching(*, quiet: bool) -> Iterator[Watch]:
    """Show progress and listen to Ctrl-C; the value asks a solver to stop by returning True."""
    with Interrupt() as interrupt, contextlib.ExitStack() as stack:
        yield Watch(interrupt, None if quiet else _live(stack), quiet=quiet)


def _live(stack: contextlib.ExitStack) -> Status | None:
    """Return a line on stderr that can be rewritten, or None without a terminal."""
    if not sys.stderr.isatty():
        return None
    spinner = "dots" if console.is_unicode(sys.stderr) else "line"
    status = console.rich(sys.stderr).status("Preparing", spinner=spinner)
    return stack.enter_context(status)
