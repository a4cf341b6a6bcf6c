"""Several processes in one store, and processes that are killed: nothing is lost."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from channelopt.store import index
from channelopt.store.listing import listing
from tests.cli.process import ROOT
from tests.store.small import make


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def check_two_processes(store: Path, rounds: int) -> None:
    make(store, "shared")
    workers = [
        start("tests.store.worker", store, name, str(rounds), str(seed))
        for seed, name in enumerate(("left", "right"))
    ]
    ended = [worker.communicate(timeout=600) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], ended
    expected = {name: run for out, _ in ended for name, run in json.loads(out).items()}
    for rebuild in (False, True):
        found = listing(store, rebuild=rebuild)
        left = {one.name: one for one in found.records}
        assert found.damaged == ()
        assert set(left) == {*expected, "shared"}
        assert {name: one.kpis["profit"] for name, one in left.items() if name != "shared"} == {
            name: profit for name, (profit, _) in expected.items()
        }
        assert {name: list(one.tags) for name, one in left.items() if name != "shared"} == {
            name: sorted(tags) for name, (_, tags) in expected.items()
        }
        assert len(left["shared"].tags) == 2 * rounds
    assert not [path for path in store.iterdir() if path.name.startswith(".channelopt-")]


@pytest.mark.slow
def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    check_two_processes(tmp_path / "runs", 6)


@pytest.mark.slow
def test_two_processes_lose_nothing_at_length(tmp_path: Path) -> None:
    check_two_processes(tmp_path / "runs", 120)


def check_kills(store: Path, count: int, delays: list[float]) -> int:
    """Return how often the process was still at work when it was killed."""
    for number in range(count):
        make(store, f"run-{number}", float(number))
    (make(store, "bad") / "plan.json").unlink()
    killed = 0
    for delay in delays:
        index.drop(store)
        process = start("channelopt", "runs", "list", "--store", store, "--json")
        deadline = time.monotonic() + 60
        while not (store / index.FILE).exists() and time.monotonic() < deadline:
            if process.poll() is not None:
                break
            time.sleep(0.001)
        time.sleep(delay)
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        found = listing(store)
        assert len(found.records) == count
        assert [one.name for one in found.damaged] == ["bad"]
        assert found == listing(store, rebuild=True)
    return killed


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_killed_while_indexing(tmp_path: Path) -> None:
    check_kills(tmp_path / "runs", 120, [0.0])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_killed_while_indexing_at_many_moments(tmp_path: Path) -> None:
    assert check_kills(tmp_path / "runs", 300, [number * 0.002 for number in range(25)])
