"""A Dask cluster as the crew of a sweep; its workers need nothing but this package."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import threading
import time
import uuid
from concurrent.futures import Future
from typing import Any

from channelopt.analysis.sweeping.point import Solved
from channelopt.errors import ChannelOptError, NoPlanError, UsageError
from channelopt.pipeline.sweep.task import Task, failed, solve_point

SECONDS_TO_ANSWER = 10.0
SECONDS_FOR_WORKERS = 30.0
SECONDS_WITHOUT = 60.0
"""How long a sweep waits for a scheduler, for its first worker, and for another one once all
workers are lost."""
SECONDS_BETWEEN = 5.0
"""Between two looks at the workers."""
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
        self._client = _client(address)
        try:
            self._check_workers()
        except BaseException:
            self._client.close()
            raise
        self._name = f"channelopt-{uuid.uuid4().hex}"
        self._seen = time.monotonic()
        self._looked = self._seen
        self.places = AHEAD * sum(self._client.nthreads().values())

    def begin(self, task: Task) -> Future[Solved]:
        """Hand a point to the scheduler."""
        answer: Future[Solved] = Future()
        answer.set_running_or_notify_cancel()
        key = f"{self._name}-{task.number}"
        asked = self._client.submit(_solved, task, _version(), key=key, pure=False)
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

    def _check_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=SECONDS_FOR_WORKERS)
        except TimeoutError as error:
            raise UsageError(f"the Dask scheduler at {self._address} has no workers") from error
        mine = _version()
        for worker, theirs in sorted(self._client.run(_version, on_error="return").items()):
            if isinstance(theirs, Exception):
                raise UsageError(
                    f"the Dask worker {worker} cannot load channelopt ({theirs}); install "
                    f"version {mine} there"
                )
            if theirs != mine:
                raise UsageError(_another(worker, str(theirs), mine))

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


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            "--dask needs the package distributed: pip install 'channelopt[dask]'"
        ) from error
    try:
        asyncio.run(_knock(address))
        client: Any = Client
        return client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(
            f"--dask: no Dask scheduler answers at '{address}'; expected an address such as "
            "tcp://10.0.0.5:8786"
        ) from error


async def _knock(address: str) -> None:
    """Connect and go: a client that finds nobody leaves noise behind."""
    import distributed

    library: Any = distributed
    arguments = library.Security().get_connection_args("client")
    connecting = library.comm.connect(address, timeout=SECONDS_TO_ANSWER, **arguments)
    comm = await asyncio.wait_for(connecting, 2 * SECONDS_TO_ANSWER)
    await comm.close()


def _version() -> str:
    try:
        return importlib.metadata.version("channelopt")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def _another(worker: str, theirs: str, mine: str) -> str:
    return f"the Dask worker {worker} has channelopt {theirs}, here it is {mine}; install the same"


def _solved(task: Task, version: str) -> Solved:
    """Solve a point on a worker; it may have joined after the others were asked for theirs."""
    if _version() != version:
        raise UsageError(_another("that joined", _version(), version))
    with _one_at_a_time:
        return solve_point(task)
