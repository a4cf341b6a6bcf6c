"""Ctrl-C once keeps the best plan so far, twice aborts."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType, TracebackType
from typing import Self

_MESSAGE = b"\nStopping: the best plan so far is kept. Ctrl-C again aborts.\n"


class Interrupt:
    """While active, the first Ctrl-C is remembered and the second raises KeyboardInterrupt."""

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
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        # A handler may run inside a write to sys.stderr, so it writes beside it.
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, _MESSAGE)
