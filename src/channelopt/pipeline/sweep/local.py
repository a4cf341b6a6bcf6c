"""Worker processes on this machine, each with a warm solver of its own."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from channelopt.analysis.sweeping.point import Solved
from channelopt.backends.messages import Message
from channelopt.backends.process import Process
from channelopt.pipeline.sweep.task import Task, failed

MODULE = "channelopt.pipeline.sweep.worker"
PAUSE = 0.2
"""Seconds between two looks at a silent worker."""
TRIES = 2
"""A point that ends its worker so often is not begun again."""


@dataclass(frozen=True)
class Begin(Message):
    """Solve this."""

    task: Task


@dataclass(frozen=True)
class Ended(Message):
    """A point is solved."""

    solved: Solved


class Local:
    """A crew of processes; they end with this one, however it ends.

    Args:
        workers: how many.
    """

    def __init__(self, workers: int) -> None:
        self.places = workers + 1  # one waits, so that nobody does
        self._closed = threading.Event()
        self._free: queue.SimpleQueue[Process] = queue.SimpleQueue()
        self._all: list[Process] = []
        self._lock = threading.Lock()
        for _ in range(workers):
            self._free.put(self._start())
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="point")

    def begin(self, task: Task) -> Future[Solved]:
        """Hand a point to the next worker that is free."""
        return self._threads.submit(self._solved, task)

    def look(self) -> None:
        """Workers that are lost are replaced when they are needed."""

    def close(self) -> None:
        """End all workers at once."""
        self._closed.set()
        with self._lock:
            for process in self._all:
                process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> Process:
        process = Process(module=MODULE)
        with self._lock:
            self._all.append(process)
        return process

    def _solved(self, task: Task) -> Solved:
        """Solve a point with a worker, twice if need be; runs in a thread of ours."""
        process = self._free.get()
        words = ""
        for _ in range(TRIES):
            if self._closed.is_set():
                break
            if not process.is_alive:
                process = self._replaced(process)
            process.send(Begin(task))
            solved = self._heard(process)
            if solved is not None:
                self._free.put(process)
                return solved
            if not self._closed.is_set():
                words = process.last_words()[1]
        self._free.put(process)
        return failed(task, f"solving this point ended its process {TRIES} times: {words}")

    def _heard(self, process: Process) -> Solved | None:
        """Return what a worker says; None where it is gone."""
        while process.is_alive and not self._closed.is_set():
            message = process.receive(PAUSE)
            if isinstance(message, Ended):
                return message.solved
        return None

    def _replaced(self, process: Process) -> Process:
        process.kill()
        with self._lock:
            self._all.remove(process)
        return self._start()
