"""A worker process: start, talk, kill, and how it died."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from typing import IO, BinaryIO

from channelopt.backends.base import Stop
from channelopt.backends.messages import Message, receive, send

PROGRAM = (
    "import importlib, json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "importlib.import_module(sys.argv[3]).main(int(sys.argv[2]))"
)
SOLVES = "channelopt.backends.worker"
WORDS = 300
"""Most characters of a dead worker's last words that we repeat."""


class Process:
    """A running worker; it is killed with all it started when this object or the parent goes.

    Args:
        memory: most bytes of its address space, 0 for no limit.
        module: what it runs: a module with a `main` that serves.
    """

    def __init__(self, memory: int = 0, module: str = SOLVES) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  lives as we do
        self._popen = subprocess.Popen(  # noqa: S603  our own interpreter and program
            [sys.executable, "-c", PROGRAM, json.dumps(sys.path), str(memory), module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._reader = threading.Thread(target=_read, args=(self._popen, self._messages))
        self._reader.daemon = True
        self._reader.start()
        self._end = weakref.finalize(self, _end, self._popen, self._errors, self._reader)

    @property
    def is_alive(self) -> bool:
        """Whether the worker can still speak: it runs, or left messages unread."""
        return self._reader.is_alive() or not self._messages.empty()

    def send(self, message: Message) -> None:
        """Send a message; a dead worker shows in `is_alive`, not here."""
        with contextlib.suppress(OSError, ValueError):
            send(_stream(self._popen.stdin), message)

    def receive(self, seconds: float) -> Message | None:
        """Return the next message, or None where none comes in time."""
        try:
            return self._messages.get(timeout=seconds)
        except queue.Empty:
            return None

    def kill(self) -> None:
        """End the worker and the programs it started, at once."""
        self._end()

    def last_words(self) -> tuple[Stop, str]:
        """Say how a dead worker died: what stopped it, and words for the user."""
        code = self._popen.wait()
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace")
        words = _telling(said)
        if code == -getattr(signal, "SIGKILL", 9) or "bad_alloc" in said or "MemoryError" in said:
            return Stop.MEMORY, f"the solver was ended, most likely for lack of memory{words}"
        if code < 0:
            return Stop.OTHER, f"the solver crashed with {signal.Signals(-code).name}{words}"
        return Stop.OTHER, f"the solver's process ended with code {code}{words}"


def _telling(said: str) -> str:
    """Return the line of a dead worker's output that tells most, short, after a colon."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if not lines:
        return ""
    fatal = [line for line in lines if line.startswith("Fatal")]
    return f": {(fatal or lines[-1:])[0][:WORDS]}"


def _stream(stream: IO[bytes] | None) -> BinaryIO:
    if stream is None:
        message = "the worker has no pipe"
        raise OSError(message)
    return stream  # type: ignore[return-value]  # pipes of Popen are binary


def _read(popen: subprocess.Popen[bytes], messages: queue.SimpleQueue[Message]) -> None:
    stream = _stream(popen.stdout)
    while (message := receive(stream)) is not None:
        messages.put(message)


def _end(popen: subprocess.Popen[bytes], errors: IO[bytes], reader: threading.Thread) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(popen.pid, signal.SIGKILL)
        else:
            popen.kill()
    popen.wait()
    reader.join(timeout=1.0)
    for stream in (popen.stdin, popen.stdout, errors):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
