"""One solve in a worker, as the parent sees it."""

from __future__ import annotations

import time
from dataclasses import replace

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Listener, Outcome, Progress, Reason, Stop, Termination
from channelopt.backends.inspect import accept
from channelopt.backends.messages import Begun, Done, Halt, Heard, Message
from channelopt.backends.process import Process

PAUSE = 0.1
"""Seconds between two looks at clock and process."""
START_UP = 60.0
"""Seconds a worker may need to load its libraries."""
SILENCE = 0.5
"""Seconds without news after which the listener is asked anyway."""


class Call:
    """One solve as the parent sees it."""

    def __init__(
        self,
        worker: Process,
        problem: MatrixProblem,
        patience: tuple[float, float],
        listen: Listener | None,
    ) -> None:
        self._worker = worker
        self._problem = problem
        self._listen = listen
        self._began = time.monotonic()
        self._patience, self._grace = patience
        self._deadline = self._began + START_UP + self._patience
        self._asked = False
        self._heard = self._began
        self._best: Outcome | None = None
        self._last = Progress(0.0, None, None, None)

    def wait(self) -> Outcome:
        """Wait for the outcome, or make one of what is left."""
        while True:
            try:
                outcome = self._step(self._worker.receive(PAUSE))
                if outcome is not None:
                    return outcome
            except KeyboardInterrupt:
                if self._asked:
                    raise
                self._ask()

    def _step(self, message: Message | None) -> Outcome | None:
        """Take in one message (None: silence); return an outcome where the solve is over."""
        if isinstance(message, Done):
            return self._ended(message.outcome)
        if isinstance(message, Begun):
            self._deadline = time.monotonic() + self._patience
        elif isinstance(message, Heard):
            self._hear(message.progress)
        elif not self._worker.is_alive:
            return self._left(Reason.FAILED, *self._worker.last_words())
        self._ask_again()
        return self._cut_off() if time.monotonic() > self._deadline else None

    def _hear(self, progress: Progress) -> None:
        self._heard = time.monotonic()
        self._last = progress
        if progress.x is not None:
            self._keep(progress.x)
        if self._listen is not None and self._listen(progress):
            self._ask()

    def _ask_again(self) -> None:
        """Ask a listener of a silent solver whether it still wants to wait."""
        now = time.monotonic()
        if self._listen is None or now < self._heard + SILENCE:
            return
        self._heard = now
        if self._listen(replace(self._last, seconds=now - self._began, x=None)):
            self._ask()

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            self._worker.send(Halt())
            self._deadline = min(self._deadline, time.monotonic() + self._grace)

    def _keep(self, x: Floats) -> None:
        found = accept(self._problem, Outcome(Termination(Reason.FEASIBLE), x=x))
        known = self._best.objective if self._best is not None else None
        if found.objective is not None and (known is None or found.objective > known):
            self._best = found

    def _ended(self, outcome: Outcome) -> Outcome:
        said = outcome.termination
        if said.reason == Reason.FAILED and said.stop == Stop.MEMORY:
            return self._left(Reason.FAILED, said.stop, said.detail)
        return outcome

    def _cut_off(self) -> Outcome:
        self._worker.kill()
        if self._asked:
            words = "the solver did not stop when asked and was ended"
            return self._left(Reason.NO_SOLUTION, Stop.INTERRUPT, words)
        words = "the solver did not keep its time limit and was ended"
        return self._left(Reason.NO_SOLUTION, Stop.TIME, words)

    def _left(self, reason: Reason, stop: Stop, detail: str) -> Outcome:
        """Return the best incumbent as FEASIBLE, or the plain fact that there is none."""
        if self._best is None:
            return Outcome(Termination(reason, stop, detail))
        bound = self._last.bound
        best = self._best.objective
        proven = bound is not None and best is not None and bound >= best
        return replace(
            self._best,
            termination=Termination(Reason.FEASIBLE, stop, detail),
            bound=bound if proven and bound is not None else float("inf"),
        )
