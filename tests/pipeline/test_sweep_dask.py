"""A sweep on a Dask cluster: the same results, also when a worker is lost."""

import os
import signal
import socket
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channelopt import workers
from channelopt.errors import UsageError
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.sweep import dask
from channelopt.pipeline.sweep.run import News, SweepWays, sweep
from tests.pipeline.sweeper import grid, subject, texts

distributed = pytest.importorskip("distributed")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Any]:
    """Two worker processes on this machine; no dashboard, files in a temporary folder."""
    with warnings.catch_warnings():
        # sockets that the library itself leaves to the garbage collector when a worker is killed
        warnings.simplefilter("ignore", ResourceWarning)
        with distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            host="127.0.0.1",
            local_directory=str(tmp_path),
        ) as found:
            yield found


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_cluster_that_loses_a_worker_finds_the_same(cluster: Any) -> None:
    before = set(Path().iterdir())
    victim = next(iter(cluster.workers.values())).pid

    def hear(news: News) -> None:
        if news.done == 4:
            os.kill(victim, signal.SIGKILL)

    ways = SweepWays(dask=cluster.scheduler_address, listen=hear)
    found = sweep(subject(options=SolveOptions()), grid(), ways)
    assert texts(found) == texts(sweep(subject(), grid()))
    assert set(Path().iterdir()) == before


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_another_version_is_refused(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    version = workers.version
    asked: list[int] = []

    def mine() -> str:
        asked.append(1)
        return "0.0.0"

    monkeypatch.setattr(workers, "version", mine)
    mine.__module__, mine.__qualname__ = version.__module__, version.__qualname__
    mine.__name__ = version.__name__
    with pytest.raises(UsageError, match=r"has channelopt .* here it is 0\.0\.0"):
        dask.Dask(cluster.scheduler_address)
    assert asked


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "SECONDS_TO_ANSWER", 0.2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for address in (f"tcp://127.0.0.1:{port}", "no such thing", ""):
        with pytest.raises(UsageError, match="no Dask scheduler answers"):
            sweep(subject(), grid(), SweepWays(dask=address))


def test_dask_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'channelopt\[dask\]'"):
        sweep(subject(), grid(), SweepWays(dask="tcp://127.0.0.1:8786"))
