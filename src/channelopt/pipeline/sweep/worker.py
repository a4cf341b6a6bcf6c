"""The process that solves points of a sweep; see `local` and `backends.worker`."""

from __future__ import annotations

import threading
from typing import BinaryIO

from channelopt.backends.messages import Message, send
from channelopt.backends.worker import serve
from channelopt.pipeline.sweep.local import Begin, Ended
from channelopt.pipeline.sweep.task import solve_point


def main(memory: int) -> None:
    """Solve points until the parent goes away; `memory` in bytes, 0 for no limit."""
    serve(_answer, memory)


def _answer(message: Message, answers: BinaryIO, _halted: threading.Event) -> None:
    if isinstance(message, Begin):
        send(answers, Ended(solve_point(message.task)))
