"""Between a solver's callbacks and a listener: seldom enough, never raising inside a solver."""

from __future__ import annotations

import time

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Listener, Progress

EVERY = 0.1
"""Least seconds between two reports that bring no new incumbent."""


class Watch:
    """Tells a listener how a solve goes and remembers whether it wants the solver to stop.

    Exceptions of the listener are kept until `finish`, as they must not cross a solver library;
    Ctrl-C inside a callback means: stop and give the incumbent.
    """

    def __init__(self, listen: Listener | None, problem: MatrixProblem) -> None:
        self.problem = problem
        self.stopped = False
        self.best: float | None = None
        self._listen = listen
        self._started = time.monotonic()
        self._last = float("-inf")
        self._error: Exception | None = None

    @property
    def listens(self) -> bool:
        """Whether anybody wants to hear."""
        return self._listen is not None

    @property
    def seconds(self) -> float:
        """Seconds since the solve began."""
        return time.monotonic() - self._started

    def tell(self, bound: float | None, x: Floats | None = None) -> bool:
        """Report a bound (None: unknown) and a new incumbent (columns,); True means: stop."""
        try:
            if x is not None:
                self.best = self.problem.objective(x)
            if self._listen is not None and (x is not None or self.seconds >= self._last + EVERY):
                self._last = self.seconds
                self.stopped = self._listen(self._progress(bound, x)) or self.stopped
        except KeyboardInterrupt:
            self.stopped = True
        except Exception as error:
            self._error = error
            self.stopped = True
        return self.stopped

    def finish(self) -> None:
        """Raise what the listener raised during the solve."""
        if self._error is not None:
            raise self._error

    def _progress(self, bound: float | None, x: Floats | None) -> Progress:
        gap = None
        if bound is not None and self.best is not None:
            gap = abs(bound - self.best) / max(1.0, abs(self.best))
        return Progress(self.seconds, self.best, bound, gap, x)
