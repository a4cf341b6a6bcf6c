"""What the process that solves and the process that waits say to each other."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import BinaryIO

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Backend, Limits, Outcome, Progress


class Message:
    """What one side says to the other; other work than solving has messages of its own."""


@dataclass(frozen=True)
class Prepare(Message):
    """Load the libraries of a backend now, as it will be needed soon."""

    backend: Backend


@dataclass(frozen=True)
class Solve(Message):
    """Solve this and send Heard now and then, and Done once."""

    backend: Backend
    problem: MatrixProblem
    limits: Limits
    start: Floats | None


@dataclass(frozen=True)
class Halt(Message):
    """End the running solve and send its incumbent."""


@dataclass(frozen=True)
class Begun(Message):
    """The solve has begun: libraries are loaded, the clock runs."""


@dataclass(frozen=True)
class Heard(Message):
    """The listener's news."""

    progress: Progress


@dataclass(frozen=True)
class Done(Message):
    """The end of a solve."""

    outcome: Outcome


def send(stream: BinaryIO, message: Message) -> None:
    """Write one message; arrays travel as raw bytes."""
    pickle.dump(message, stream, protocol=5)
    stream.flush()


def receive(stream: BinaryIO) -> Message | None:
    """Read one message, or None where the other side is gone."""
    try:
        message = pickle.load(stream)  # noqa: S301  written by our own process
    except (EOFError, OSError, pickle.UnpicklingError):
        return None
    return message if isinstance(message, Message) else None
