"""Ctrl-C once keeps the best plan so far, twice aborts."""

from __future__ import annotations

import os
import signal
from types import FrameType, TracebackType
from typing import Self

from channelopt.errors import ExitCode

STDERR = 2
_STOPPING = b"\nStopping: the best plan so far is kept. Ctrl-C again aborts.\n"
_ABORTED = b"\nAborted; nothing was written.\n"


class Interrupt:
    """While active, the first Ctrl-C is remembered and the second ends the program.

    The second raises SystemExit, so that nobody on the way mistakes it for a first one.
    """

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

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        # A handler may run inside a write to sys.stderr, so it writes beside it.
        os.write(STDERR, _ABORTED if self.asked else _STOPPING)
        if self.asked:
            raise SystemExit(ExitCode.ABORTED)
        self.asked = True
