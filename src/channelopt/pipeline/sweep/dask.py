"""A Dask cluster as the crew of a sweep; its workers need nothing but this package."""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from concurrent.futures import Future
from typing import Any

from channelopt.analysis.sweeping.point import Solved
from channelopt.errors import ChannelOptError, NoPlanError, UsageError
from channelopt.pipeline.sweep.task import Task, failed, solve_point
from channelopt.workers import (
    SECONDS_BETWEEN,
    SECONDS_TO_ANSWER,
    SECONDS_WITHOUT,
    another,
    connect,
    version,
)

AHEAD = 2
"""Points that wait at the scheduler for each thread of a worker."""
_one_at_a_time = threading.Lock()
"""A solver has one pool of threads per process, so a process solves one point at a time."""


class Dask:
    """A crew behind a Dask scheduler.

    Args:
        address: of the scheduler, such as `tcp://10.0.0.5:8786`.

    Raises:
        UsageError: `distributed` is not installed, nobody answers, or a worker has another
            version of this package, or none.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = connect(address, "--dask")
        self._name = f"channelopt-{uuid.uuid4().hex}"
        self._seen = time.monotonic()
        self._looked = self._seen
        self.places = AHEAD * sum(self._client.nthreads().values())

    def begin(self, task: Task) -> Future[Solved]:
        """Hand a point to the scheduler."""
        answer: Future[Solved] = Future()
        answer.set_running_or_notify_cancel()
        key = f"{self._name}-{task.number}"
        asked = self._client.submit(_solved, task, version(), key=key, pure=False)
        asked.add_done_callback(lambda ended: self._pass_on(task, ended, answer))
        return answer

    def look(self) -> None:
        """Make sure that somebody is left to solve."""
        now = time.monotonic()
        if now < self._looked + SECONDS_BETWEEN:
            return
        self._looked = now
        try:
            threads = self._client.nthreads()
        except (OSError, TimeoutError, RuntimeError) as error:
            raise self._gone() from error
        if threads:
            self._seen = now
        elif now > self._seen + SECONDS_WITHOUT:
            raise NoPlanError(
                f"all workers of the Dask cluster at {self._address} are gone; what is solved is "
                "kept, --resume goes on"
            )

    def close(self) -> None:
        """Give up what is under way, and leave the cluster to others."""
        with contextlib.suppress(Exception):
            self._client.close(timeout=SECONDS_TO_ANSWER)

    def _pass_on(self, task: Task, ended: Any, answer: Future[Solved]) -> None:
        """Hand over what became of a point; runs in a thread of the client."""
        from distributed import KilledWorker

        try:
            answer.set_result(ended.result())
        except ChannelOptError as error:
            answer.set_exception(error)
        except KilledWorker as error:
            answer.set_result(failed(task, f"solving this point ended its workers: {error}"))
        except BaseException:  # cancelled or lost, with whatever error that comes
            answer.set_exception(self._gone())

    def _gone(self) -> NoPlanError:
        return NoPlanError(
            f"the Dask scheduler at {self._address} is gone; what is solved is kept, --resume "
            "goes on"
        )


def _solved(task: Task, mine: str) -> Solved:
    """Solve a point on a worker; it may have joined after the others were asked for theirs."""
    if version() != mine:
        raise UsageError(another("that joined", version(), mine))
    with _one_at_a_time:
        return solve_point(task)
