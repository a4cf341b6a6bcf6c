"""Signals: Ctrl-C aborts, but once during a solve keeps the best plan; SIGTERM cleans up.

A signal ends the program by SystemExit, not KeyboardInterrupt, so that everybody on the way cleans
up and nobody takes it for a request to stop early.
"""

from __future__ import annotations

import os
import signal
from types import FrameType, TracebackType
from typing import NoReturn, Self

from channelopt.errors import ExitCode

STDERR = 2
_STOPPING = b"\nStopping: the best plan so far is kept. Ctrl-C again aborts.\n"
_ABORTED = b"\nAborted; nothing was written.\n"

TERMINATED = 143
"""Exit code after SIGTERM."""


def install() -> None:
    """Let SIGINT and SIGTERM end this process cleanly."""
    signal.signal(signal.SIGINT, abort)
    signal.signal(signal.SIGTERM, _terminate)


def abort(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End the program as aborted by its user."""
    # A handler may run inside a write to sys.stderr, so it writes beside it.
    os.write(STDERR, _ABORTED)
    raise SystemExit(ExitCode.ABORTED)


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(TERMINATED)


class Interrupt:
    """While active, the first Ctrl-C is remembered and the second ends the program."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            abort(number, frame)
        self.asked = True
        os.write(STDERR, _STOPPING)
