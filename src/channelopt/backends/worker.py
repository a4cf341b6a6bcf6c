"""The process that solves: reads requests from standard input, answers on standard output."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from scipy import sparse

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Outcome, Progress, Reason, Stop, Termination
from channelopt.backends.inspect import failed
from channelopt.backends.messages import (
    Begun,
    Done,
    Halt,
    Heard,
    Message,
    Prepare,
    Solve,
    receive,
    send,
)

Answer = Callable[[Message, BinaryIO, threading.Event], None]
"""Does what a message asks and sends what comes of it; the event says that it is to stop."""


def main(memory: int) -> None:
    """Solve until the parent goes away; `memory` in bytes, 0 for no limit."""
    serve(_answer, memory)


def serve(answer: Answer, memory: int = 0) -> None:
    """Answer messages until the parent goes away; `memory` in bytes, 0 for no limit."""
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(memory)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with our answers
    requests: queue.SimpleQueue[Message] = queue.SimpleQueue()
    halted = threading.Event()
    listening = threading.Thread(target=_listen, args=(requests, halted), daemon=True)
    listening.start()
    while True:
        answer(requests.get(), answers, halted)


def _answer(request: Message, answers: BinaryIO, halted: threading.Event) -> None:
    if isinstance(request, Prepare):
        with contextlib.suppress(Exception):
            request.backend.solve(_smallest(), Limits())
    if isinstance(request, Solve):
        send(answers, Begun())
        send(answers, Done(_solve(request, answers, halted)))


def _listen(requests: queue.SimpleQueue[Message], halted: threading.Event) -> None:
    """Hear the parent while the solver works; die with it."""
    while True:
        try:
            message = receive(sys.stdin.buffer)
        except Exception:  # a backend that cannot be imported here, for example
            traceback.print_exc()
            os._exit(1)
        if message is None:
            _die()
        elif isinstance(message, Halt):
            halted.set()
        else:
            halted.clear()
            requests.put(message)


def _die() -> None:
    """End this process and the programs it started."""
    if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _solve(request: Solve, answers: BinaryIO, halted: threading.Event) -> Outcome:
    def listen(progress: Progress) -> bool:
        send(answers, Heard(progress))
        return halted.is_set()

    try:
        outcome = request.backend.solve(request.problem, request.limits, request.start, listen)
    except MemoryError:
        return Outcome(Termination(Reason.FAILED, Stop.MEMORY, "the solver ran out of memory"))
    except Exception as error:  # a solver may raise anything; the parent reads the words
        return failed(f"the solver raised {type(error).__name__}: {error}")
    return outcome


def _limit_memory(memory: int) -> None:
    if not memory:
        return
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _smallest() -> MatrixProblem:
    one = np.ones(1)
    matrix = sparse.csr_array(np.ones((1, 1)))
    problem = MatrixProblem(one, 0.0, matrix, -one, one, 0.0 * one, one, one == 1.0)
    return replace(problem, integer=np.ones(1, dtype=np.bool_))
