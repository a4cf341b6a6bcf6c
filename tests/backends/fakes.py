"""Solvers that lie, crash, hang, talk too much or eat memory."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import (
    Backend,
    Can,
    Limits,
    Listener,
    Outcome,
    Progress,
    Reason,
    Termination,
)
from channelopt.backends.isolated import Isolated
from channelopt.backends.registry import get


def runnable(name: str) -> Backend:
    """Return a backend; `mathopt:highs` in its own process, as PuLP may be loaded in this one."""
    backend = get(name)
    return Isolated(backend) if name == "mathopt:highs" else backend


@dataclass
class Fake:
    """A backend that does as it is told."""

    behaviour: str
    name: str = "fake"
    can: frozenset[Can] = field(default_factory=lambda: frozenset(Can))

    def unavailable(self) -> str | None:
        return None

    def version(self) -> str:
        return "0"

    def refuses(self, problem: MatrixProblem) -> str | None:
        return None

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        if problem.num_columns == 1 and listen is None:  # only asked to load its libraries
            return Outcome(Termination(Reason.NO_SOLUTION))
        good = np.ones(problem.num_columns)
        best = problem.objective(good)
        if "incumbent" in self.behaviour and listen is not None:
            listen(Progress(0.0, best, best + 1, None, good))
        if "false hope" in self.behaviour and listen is not None:
            listen(Progress(0.0, 1e6, 2e6, None, good * 1e6))
        getattr(self, "_" + self.behaviour.split(" ")[0])(listen)
        return Outcome(Termination(Reason.OPTIMAL), x=good, objective=best, bound=best)

    def _honest(self, listen: Listener | None) -> None:
        pass

    def _segfault(self, listen: Listener | None) -> None:
        ctypes.string_at(0)

    def _abort(self, listen: Listener | None) -> None:
        os.abort()

    def _exit(self, listen: Listener | None) -> None:
        os._exit(7)

    def _killed(self, listen: Listener | None) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def _raise(self, listen: Listener | None) -> None:
        message = "no licence"
        raise PermissionError(message)

    def _hang(self, listen: Listener | None) -> None:
        time.sleep(600)

    def _polite(self, listen: Listener | None) -> None:
        while listen is not None and not listen(Progress(0.0, None, None, None)):
            time.sleep(0.02)

    def _hungry(self, listen: Listener | None) -> None:
        np.empty(10**11)

    def _chatty(self, listen: Listener | None) -> None:
        os.write(1, b"Welcome to the solver!\n" * 1000)
        sys.stdout.write("more words")
        sys.stdout.flush()

    def _nanny(self, listen: Listener | None) -> None:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(os.environ["FAKE_PIDS"]).write_text(f"{os.getpid()} {child.pid}", encoding="utf-8")
        time.sleep(600)
