"""Workers of a Dask cluster: who answers there, work handed out in order, little at a time."""

from __future__ import annotations

import asyncio
import functools
import importlib.metadata
import pickle  # what is shared comes from this process
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

from channelopt.errors import NoPlanError, UsageError

T = TypeVar("T")

SECONDS_TO_ANSWER = 10.0
SECONDS_FOR_WORKERS = 30.0
SECONDS_WITHOUT = 60.0
"""How long to wait for a scheduler, for its first worker, and for another one once all workers
are lost."""
SECONDS_BETWEEN = 5.0
"""Between two looks at the workers."""
AHEAD = 4
"""Pieces of work that are waited for together, for each thread of a worker; as many more wait
behind them."""
LETTER = 4_000_000
"""Bytes that go to the scheduler in one message; more are joined on a worker."""


class Workers:
    """Those behind a Dask client; whoever opened the client closes it.

    Nothing is ever held by one worker alone: the scheduler keeps how everything came about, so that
    what a lost worker held is made again by another one.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._name = f"channelopt-{uuid.uuid4().hex[:12]}"
        self._begun = 0
        self._looked = self._seen = time.monotonic()
        self._slots: list[str] = []
        self._look()

    @property
    def threads(self) -> int:
        """Pieces of work that run at a time, at the last look."""
        return len(self._slots)

    def room(self, share: float) -> int:
        """Return how many bytes more the workers can hold.

        Args:
            share: of a worker's memory that may be in use.

        Returns:
            Bytes; 0 where a worker has no limit, because nobody knows what it can hold.
        """
        total = 0
        for worker in self._client.scheduler_info()["workers"].values():
            limit = int(worker["memory_limit"] or 0)
            if not limit:
                return 0
            total += max(0, int(share * limit) - int(worker["metrics"].get("memory", 0)))
        return total

    def share(self, thing: object) -> Any:
        """Hand something out to whoever needs it: it travels once to each worker.

        Returns:
            What stands for it among the arguments of `begin`; the work gets bytes, for `opened`.
        """
        data = pickle.dumps(thing, protocol=5)
        letters = range(0, max(len(data), 1), LETTER)
        sent = [self.begin(_as_it_is, data[at : at + LETTER]) for at in letters]
        return sent[0] if len(sent) == 1 else self.begin(_joined, *sent)

    def begin(self, work: Callable[..., Any], *arguments: Any, turn: int | None = None) -> Any:
        """Begin a piece of work.

        Args:
            work: function of a module; may run again where a worker is lost.
            arguments: what it is called with; what `share` and `begin` returned becomes a result.
            turn: position in a round of work: the same positions go to the same workers as long as
                nobody joins or leaves. Without it the work goes to where its arguments are.
        """
        self._begun += 1
        place = None if turn is None or not self._slots else self._slots[turn % self.threads]
        key = f"{self._name}-{self._begun}"
        ways = {"key": key, "workers": place, "allow_other_workers": place is not None}
        try:
            return self._client.submit(_done, version(), work, *arguments, pure=False, **ways)
        except Exception as error:
            if self._client.status == "running":
                raise
            raise _gone() from error

    def in_order(self, begun: Iterable[Any]) -> Iterator[Any]:
        """Yield results in order; the next piece is begun when few enough are under way.

        Raises:
            ChannelOptError: of the work, as it was raised there; of several the first in order.
            NoPlanError: the cluster is gone, or a piece of work ends every worker it is given to.
        """
        waiting: deque[Any] = deque()
        try:
            for future in begun:
                waiting.append(future)
                if len(waiting) >= 2 * AHEAD * max(1, self.threads):
                    yield from self._first(waiting, len(waiting) // 2)
            yield from self._first(waiting, len(waiting))
        finally:
            for future in waiting:
                future.release()

    def result(self, future: Any) -> Any:
        """Wait for one piece of work; errors as in `in_order`."""
        return next(iter(self._first(deque([future]), 1)))

    def _first(self, waiting: deque[Any], count: int) -> list[Any]:
        """Wait for the first ones and fetch them together, which is faster than one by one."""
        from distributed import KilledWorker

        first = [waiting.popleft() for _ in range(count)]
        try:
            self._wait(first)
            for future in first:
                if future.status != "finished":
                    future.result()
            return list(self._client.gather(first))
        except KilledWorker as error:
            raise NoPlanError(_ended(error)) from error
        except _cancelled() as error:
            raise _gone() from error

    def _wait(self, futures: list[Any]) -> None:
        import distributed

        library: Any = distributed
        while True:
            try:
                with self._client.as_current():
                    library.wait(futures, timeout=SECONDS_BETWEEN)
            except TimeoutError as error:
                self._look(error)
            else:
                return

    def _look(self, cause: Exception | None = None) -> None:
        """Make sure that somebody is left to work."""
        now = time.monotonic()
        try:
            threads = self._client.nthreads()
        except (OSError, TimeoutError, RuntimeError) as error:
            raise _gone() from error
        self._slots = _slots(threads)
        if threads:
            self._seen = now
        elif now > self._seen + SECONDS_WITHOUT:
            raise NoPlanError("all workers of the Dask cluster are gone") from cause


class Spread:
    """Things that are gone through on the workers, as often as needed; they travel there once.

    Args:
        things: small, and can be pickled: what is large they load where they are used.
        workers: of the cluster.
    """

    def __init__(self, things: Sequence[Any], workers: Workers) -> None:
        self._count = len(things)
        self._workers = workers
        self._shared = workers.share(tuple(things))

    def __call__(self, work: Callable[[Any], T]) -> Iterator[T]:
        """Apply work to every thing and yield what comes back, in order; errors as in `in_order`.

        Args:
            work: can be pickled; may run again where a worker is lost.
        """
        return self._workers.in_order(self.begun(work))

    def begun(self, work: Callable[..., Any], beside: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield what stands for each result, begun when it is asked for.

        Args:
            work: can be pickled; may run again where a worker is lost.
            beside: by thing, what stands for a second argument of the work, if it has one.
        """
        shared = self._workers.share(work)
        for number in range(self._count):
            more = beside[number : number + 1]
            yield self._workers.begin(_on_one, self._shared, number, shared, *more, turn=number)


def opened(data: bytes) -> Any:
    """Return what was shared, unpacked once per worker process; nobody changes it."""
    return _opened(bytes(data))


def connect(address: str, option: str) -> Any:
    """Return a client of the scheduler at an address; the caller closes it.

    Args:
        address: of the scheduler, such as `tcp://10.0.0.5:8786`.
        option: of the command line that gave the address.

    Raises:
        UsageError: `distributed` is not installed, nobody answers, there are no workers, or one
            has another version of this package, or none.
    """
    client = _client(address, option)
    try:
        _check_workers(client, address)
    except BaseException:
        client.close()
        raise
    return client


@functools.cache
def version() -> str:
    """Return the version of this package, here or on a worker."""
    try:
        return importlib.metadata.version("channelopt")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def another(worker: str, theirs: str, mine: str) -> str:
    """Return the sentence on a worker with another version."""
    return f"the Dask worker {worker} has channelopt {theirs}, here it is {mine}; install the same"


def _client(address: str, option: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            f"{option} needs the package distributed: pip install 'channelopt[dask]'"
        ) from error
    try:
        asyncio.run(_knock(address))
        client: Any = Client
        return client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(
            f"{option}: no Dask scheduler answers at '{address}'; expected an address such as "
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


def _check_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=SECONDS_FOR_WORKERS)
    except TimeoutError as error:
        raise UsageError(f"the Dask scheduler at {address} has no workers") from error
    mine = version()
    for worker, theirs in sorted(client.run(version, on_error="return").items()):
        if isinstance(theirs, Exception):
            raise UsageError(
                f"the Dask worker {worker} cannot load channelopt ({theirs}); install "
                f"version {mine} there"
            )
        if theirs != mine:
            raise UsageError(another(worker, str(theirs), mine))


def _slots(threads: dict[str, int]) -> list[str]:
    """Return one place per thread, the workers in turn, so that neighbours work side by side."""
    rounds = range(max(threads.values(), default=0))
    return [worker for turn in rounds for worker in sorted(threads) if threads[worker] > turn]


def _done(theirs: str, work: Callable[..., Any], *arguments: Any) -> Any:
    """Work on a worker; it may have joined after the others were asked for their version."""
    if theirs != version():
        raise UsageError(another("that joined", version(), theirs))
    return work(*arguments)


def _on_one(things: bytes, number: int, work: bytes, *more: Any) -> Any:
    return opened(work)(opened(things)[number], *more)


def _as_it_is(data: bytes) -> bytes:
    return data


def _joined(*letters: bytes) -> bytes:
    return b"".join(letters)


@functools.lru_cache(maxsize=4)
def _opened(data: bytes) -> Any:
    return pickle.loads(data)  # noqa: S301 # packed by `share`


def _cancelled() -> type[Exception]:
    from distributed import CancelledError

    return cast("type[Exception]", CancelledError)


def _ended(error: Exception) -> str:
    return (
        f"a piece of work ended every Dask worker that it was given to ({error}); most often they "
        "have too little memory: give workers more, or make partitions smaller"
    )


def _gone() -> NoPlanError:
    return NoPlanError("the Dask scheduler is gone")
