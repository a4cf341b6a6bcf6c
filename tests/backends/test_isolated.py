"""Whatever happens in the worker, the parent lives and keeps the best answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from channelopt.backends.base import Limits, Outcome, Progress, Reason, Stop
from channelopt.backends.isolated import Isolated
from channelopt.backends.registry import get
from tests.backends.fakes import Fake
from tests.backends.problems import CASES, inf, market_split, problem

PROGRAM = problem([3, 2], [[1, 1], [1, 0]], [(-inf, 4), (-inf, 3)])
LIMITS = Limits(time_limit=20.0)


def solve(behaviour: str, limits: Limits = LIMITS, grace: float = 0.3, memory: int = 0) -> Outcome:
    with Isolated(Fake(behaviour), grace=grace, memory=memory) as isolated:
        return isolated.solve(PROGRAM, limits)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("segfault", "crashed with SIGSEGV"),
        ("abort", "crashed with SIGABRT"),
        ("exit", "ended with code 7"),
        ("raise", "PermissionError: no licence"),
    ],
)
def test_crash_is_failed_and_says_how(behaviour: str, words: str) -> None:
    outcome = solve(behaviour)
    assert outcome.termination.reason is Reason.FAILED
    assert words in outcome.termination.detail
    assert outcome.x is None


@pytest.mark.parametrize("behaviour", ["segfault incumbent", "exit incumbent", "abort incumbent"])
def test_crash_leaves_the_incumbent_as_feasible(behaviour: str) -> None:
    outcome = solve(behaviour)
    assert outcome.termination.reason is Reason.FEASIBLE
    assert outcome.termination.stop is Stop.OTHER
    assert outcome.x == pytest.approx([1, 1])
    assert outcome.objective == 5.0
    assert outcome.bound == 6.0


def test_false_incumbents_are_not_kept() -> None:
    outcome = solve("segfault false hope")
    assert outcome.termination.reason is Reason.FAILED
    assert outcome.x is None


def test_killed_from_outside_is_put_down_to_memory() -> None:
    outcome = solve("killed")
    assert outcome.termination.reason is Reason.FAILED
    assert outcome.termination.stop is Stop.MEMORY


@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_AS")
def test_memory_limit() -> None:
    outcome = solve("hungry incumbent", memory=3_000_000_000)
    assert outcome.termination.stop is Stop.MEMORY
    assert outcome.termination.reason is Reason.FEASIBLE
    assert solve("hungry", memory=3_000_000_000).termination.reason is Reason.FAILED


def test_hang_is_cut_off() -> None:
    began = time.monotonic()
    outcome = solve("hang", Limits(time_limit=0.3))
    assert outcome.termination.reason is Reason.NO_SOLUTION
    assert outcome.termination.stop is Stop.TIME
    assert "did not keep its time limit" in outcome.termination.detail
    assert time.monotonic() - began < 15.0


def test_hang_leaves_the_incumbent() -> None:
    outcome = solve("hang incumbent", Limits(time_limit=0.3))
    assert outcome.termination.reason is Reason.FEASIBLE
    assert outcome.termination.stop is Stop.TIME
    assert outcome.objective == 5.0


def test_listener_stops_a_polite_solver() -> None:
    with Isolated(Fake("polite"), grace=10.0) as isolated:
        outcome = isolated.solve(PROGRAM, LIMITS, None, lambda _: True)
    assert outcome.termination.reason is Reason.OPTIMAL
    assert outcome.seconds < 10.0


def test_listener_stops_a_deaf_solver() -> None:
    with Isolated(Fake("hang incumbent"), grace=0.2) as isolated:
        outcome = isolated.solve(PROGRAM, Limits(), None, lambda p: p.incumbent is not None)
    assert outcome.termination.reason is Reason.FEASIBLE
    assert outcome.termination.stop is Stop.INTERRUPT
    assert "did not stop when asked" in outcome.termination.detail


@pytest.mark.slow
def test_silent_solver_still_gives_signs_of_life() -> None:
    heard: list[Progress] = []

    def listen(progress: Progress) -> bool:
        heard.append(progress)
        return len(heard) > 2

    with Isolated(Fake("hang"), grace=0.1) as isolated:
        isolated.solve(PROGRAM, Limits(), None, listen)
    assert heard[1].seconds > heard[0].seconds > 0.0


def test_what_the_listener_raises_reaches_the_caller() -> None:
    def listen(_: Progress) -> bool:
        message = "the listener broke"
        raise LookupError(message)

    with Isolated(Fake("hang"), grace=0.1) as isolated:
        with pytest.raises(LookupError, match="the listener broke"):
            isolated.solve(PROGRAM, Limits(), None, listen)
        assert isolated.solve(PROGRAM, Limits(time_limit=0.1)).termination.stop is Stop.TIME


@contextmanager
def ctrl_c(*moments: float) -> Iterator[None]:
    timers = [threading.Timer(at, os.kill, (os.getpid(), signal.SIGINT)) for at in moments]
    for timer in timers:
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


def test_ctrl_c_gives_the_incumbent() -> None:
    hard = market_split()
    with Isolated(get("highs")) as isolated:
        isolated.solve(PROGRAM, LIMITS)
        with ctrl_c(0.7):
            outcome = isolated.solve(hard, Limits())
    assert outcome.termination.reason is Reason.FEASIBLE
    assert outcome.termination.stop is Stop.INTERRUPT
    assert outcome.seconds < 5.0


def test_second_ctrl_c_aborts() -> None:
    with (
        Isolated(Fake("hang"), grace=30.0) as isolated,
        ctrl_c(0.5, 1.0),
        pytest.raises(KeyboardInterrupt),
    ):
        isolated.solve(PROGRAM, Limits())


def test_what_libraries_print_does_no_harm(capfd: pytest.CaptureFixture[str]) -> None:
    assert solve("chatty").objective == 5.0
    assert capfd.readouterr().out == ""


def test_worker_is_kept_until_it_dies() -> None:
    with Isolated(get("highs")) as isolated:
        isolated.solve(PROGRAM, LIMITS)
        first = isolated._process
        isolated.solve(PROGRAM, LIMITS)
        assert isolated._process is first
        assert first is not None
        first.kill()
        assert isolated.solve(PROGRAM, LIMITS).objective == pytest.approx(11)
        assert isolated._process is not first


def test_warm_worker_costs_milliseconds() -> None:
    with Isolated(get("highs")) as isolated:
        isolated.prestart()
        isolated.solve(PROGRAM, LIMITS)
        times = [isolated.solve(PROGRAM, LIMITS).seconds for _ in range(9)]
    assert median(times) < 0.1


def test_prestart_returns_at_once() -> None:
    with Isolated(get("highs")) as isolated:
        began = time.monotonic()
        isolated.prestart()
        assert time.monotonic() - began < 0.5
        worker = isolated._process
        isolated.prestart()
        assert isolated._process is worker


@pytest.mark.parametrize("case", CASES, ids=str)
def test_same_answers_as_in_process(case: object, shared: Isolated) -> None:
    program = case.problem  # type: ignore[attr-defined]
    near, far = get("highs").solve(program, LIMITS), shared.solve(program, LIMITS)
    assert far.termination == near.termination
    assert far.bound == near.bound
    for here, there in ((near.x, far.x), (near.row_duals, far.row_duals), (near.ray, far.ray)):
        assert (here is None) == (there is None)
        assert here is None or np.array_equal(here, there)


@pytest.fixture(scope="module")
def shared() -> Iterator[Isolated]:
    with Isolated(get("highs")) as isolated:
        yield isolated


def test_big_arrays_arrive(shared: Isolated) -> None:
    size = 200_000
    wide = problem([1.0] * 2, [[1, 1]], [(-inf, 1)]).with_(
        c=np.arange(size, dtype=float),
        lower=np.zeros(size),
        upper=np.ones(size),
        integer=np.zeros(size, dtype=bool),
        A=_one_row(size),
        row_upper=np.array([3.0]),
    )
    outcome = shared.solve(wide, LIMITS)
    assert outcome.objective == pytest.approx(3 * size - 6)


def _one_row(size: int):
    from scipy import sparse

    return sparse.csr_array(np.ones((1, size)))


def test_name_and_abilities_are_those_of_the_backend() -> None:
    isolated = Isolated(get("cbc"))
    assert isolated.name == "pulp:cbc"
    assert isolated.can == get("cbc").can
    assert isolated.version() == get("cbc").version()
    assert isolated.unavailable() is None
    assert isolated.refuses(PROGRAM) is None
    assert isolated._process is None


def test_refusals_start_no_worker() -> None:
    isolated = Isolated(get("glop"))
    outcome = isolated.solve(CASES[0].problem, LIMITS)
    assert outcome.termination.reason is Reason.FAILED
    assert "linear programs only" in outcome.termination.detail
    assert isolated._process is None


def run(program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        cwd=Path(__file__).parents[2],
    )


def test_backend_that_cannot_be_imported_there_is_told() -> None:
    program = """
import sys
from tests.backends.test_isolated import PROGRAM, LIMITS
from tests.backends.fakes import Fake
from channelopt.backends.isolated import Isolated

class Local(Fake):
    pass

with Isolated(Local("honest")) as isolated:
    print(isolated.solve(PROGRAM, LIMITS).termination)
"""
    done = run(program)
    assert "Reason.FAILED" in done.stdout, done.stderr
    assert "Local" in done.stdout


def test_parent_loads_no_solver_and_needs_no_main_guard(tmp_path: Path) -> None:
    script = tmp_path / "plan.py"
    script.write_text(
        "import sys\n"
        "from channelopt.backends.doctor import diagnose\n"
        "print([report.is_fit for report in diagnose(['highs', 'scip'])])\n"
        "print([m for m in ('highspy', 'ortools', 'pulp') if m in sys.modules])\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "[True, True]\n[]\n", done.stderr
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_worker_and_its_children_die_with_the_parent(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    program = (
        "from tests.backends.test_isolated import solve\n"
        "from channelopt.backends.base import Limits\n"
        "solve('nanny', Limits())\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "FAKE_PIDS": str(pids)},
        cwd=Path(__file__).parents[2],
    )
    assert until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    parent.kill()
    parent.wait()
    worker, child = (int(pid) for pid in pids.read_text().split())
    assert until(lambda: not is_running(worker))
    assert until(lambda: not is_running(child))


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_children_of_a_worker_that_is_cut_off_die(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    monkeypatch.setenv("FAKE_PIDS", str(pids))
    outcome = solve("nanny", Limits(time_limit=0.5))
    assert outcome.termination.stop is Stop.TIME
    for pid in pids.read_text().split():
        assert until(lambda pid=pid: not is_running(int(pid)))  # type: ignore[misc]


def until(condition, seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended but was not yet collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
