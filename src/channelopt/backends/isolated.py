"""Any backend in a process of its own, so that crash, hang and hunger for memory stay there."""

from __future__ import annotations

import time
from dataclasses import replace
from types import TracebackType
from typing import Self

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Backend, Can, Limits, Listener, Outcome
from channelopt.backends.call import Call
from channelopt.backends.inspect import accept, failed, faults
from channelopt.backends.messages import Prepare, Solve
from channelopt.backends.process import Process
from channelopt.backends.trivial import trivial

GRACE = 5.0
"""Seconds a solver may take longer than asked before its process is killed."""


class Isolated:
    """A backend with the same `solve`, run in a worker process that is kept for the next solve.

    The parent imports no solver. What is left of a solve that crashed, hung or was cut off is its
    best incumbent, as FEASIBLE. Ctrl-C asks the solver for its incumbent; the second one kills the
    worker and raises KeyboardInterrupt.

    Args:
        backend: what to run; it must be importable in another process.
        grace: seconds of patience beyond the time limit or after a request to stop.
        memory: most bytes of address space of the worker (where the system can limit it).
    """

    def __init__(self, backend: Backend, grace: float = GRACE, memory: int = 0) -> None:
        self.backend = backend
        self.name = backend.name
        self.can: frozenset[Can] = backend.can
        self._grace = grace
        self._memory = memory
        self._process: Process | None = None

    def unavailable(self) -> str | None:
        """Say why the backend cannot be used here, or None."""
        return self.backend.unavailable()

    def version(self) -> str:
        """Return the version of the solver library."""
        return self.backend.version()

    def refuses(self, problem: MatrixProblem) -> str | None:
        """Say why this problem is not for the backend, or None."""
        return self.backend.refuses(problem)

    def prestart(self) -> None:
        """Start the worker and load the solver there; returns at once."""
        if self._process is None or not self._process.is_alive:
            self._worker().send(Prepare(self.backend))

    def close(self) -> None:
        """End the worker."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        """Solve in the worker; never raises for what happens there."""
        refusal = self.backend.unavailable() or faults(problem) or self.backend.refuses(problem)
        if refusal is not None:
            return failed(refusal)
        known = trivial(problem)
        if known is not None:
            return known
        worker = self._worker()
        call = Call(worker, problem, self._patience(limits), listen)
        began = time.monotonic()
        try:
            worker.send(Solve(self.backend, problem, limits, start))
            outcome = call.wait()
        except BaseException:
            self.close()
            raise
        return replace(accept(problem, outcome), seconds=time.monotonic() - began)

    def _patience(self, limits: Limits) -> tuple[float, float]:
        whole = float("inf") if limits.time_limit is None else limits.time_limit
        return whole + max(self._grace, 0.05 * min(whole, 3600.0)), self._grace

    def _worker(self) -> Process:
        if self._process is None or not self._process.is_alive:
            self.close()
            self._process = Process(self._memory)
        return self._process
