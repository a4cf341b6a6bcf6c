"""The engine of sweeps: as separate solves, whoever solves and whatever happens meanwhile."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from channelopt.analysis.sweeping.point import Solved
from channelopt.backends.base import Limits
from channelopt.errors import InputError, UsageError
from channelopt.instance.load import from_data
from channelopt.pipeline import planning
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.solving import Engines
from channelopt.pipeline.sweep import crew, schedule, task
from channelopt.pipeline.sweep.journal import Journal
from channelopt.pipeline.sweep.local import Local
from channelopt.pipeline.sweep.record import text
from channelopt.pipeline.sweep.room import room
from channelopt.pipeline.sweep.run import News, SweepWays, sweep
from channelopt.pipeline.sweep.task import Task, solve_point
from tests.often import often
from tests.pipeline.sweeper import SMALL, grid, rows, subject, texts
from tests.strategies import FULL, Data, small_scenarios

ALONE = SolveOptions(isolate=False)
FEW = {"policies.budget.at_most": (700, 1200, 9000), "channels.phone.unit_cost*": (1, 3)}


@pytest.fixture(scope="module")
def expected() -> tuple[Solved, ...]:
    """The sweep as a plain loop finds it."""
    return sweep(subject(), grid())


def separate(data: Any, steps: Any) -> Any:
    """A solve of its own, which does not say at length why there is no plan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "after_solve", lambda *_: ("no plan",))
        return planning.planned(from_data(data, steps), ALONE, Engines.start(ALONE))[0]


def agrees(solved: Solved, plan: Any) -> None:
    """Status, objective, bound and the figures of a plan are those of a solve of its own."""
    assert solved.status == plan.status, solved.words
    if plan.objective is None:
        assert solved.objective is None
        assert solved.words
        return
    assert solved.objective == pytest.approx(plan.objective, rel=2e-6, abs=2e-6)
    assert solved.bound is not None
    assert solved.bound >= plan.objective - 2e-6 * max(1.0, abs(plan.objective))


def test_equals_separate_solves(expected: tuple[Solved, ...]) -> None:
    points = grid().points
    assert [solved.number for solved in expected] == [point.number for point in points]
    for point, solved in zip(points, expected, strict=True):
        if point.number % 5 == 1:
            plan = separate(SMALL, point.steps)
            agrees(solved, plan)
            if plan.objective is not None:
                for name, figure in plan.kpis.items():
                    assert solved.kpis[name] == pytest.approx(figure, rel=1e-6, abs=1e-9), name
                rows_ = plan.table("channels").records()
                open_ = [(row["period"], row["channel"]) for row in rows_ if row["open"]]
                assert list(solved.open) == sorted(open_)


def axis_of(data: Data) -> dict[str, tuple[float, ...]]:
    """An axis that every scenario has; limits where there are some."""
    found: dict[str, tuple[float, ...]] = {"channels.web.unit_cost": (0.5, 1.0, 5.0)}
    for name, channel in data["channels"].items():
        if "capacity" in channel and not isinstance(channel["capacity"], list):
            most = channel["capacity"]
            return {f"channels.{name}.capacity": (most / 4, most / 2, most, 4 * most + 1)}
    for policy in data["policies"]:
        side = policy.get("at_most")
        if isinstance(side, int | float) and policy["type"] in {"budget", "volume"}:
            return {f"policies.'{policy['name']}'.at_most": (side / 2, side, side * 1.5)}
    return found


@settings(max_examples=1, deadline=None)
@given(small_scenarios(FULL))
def test_equals_separate_solves_of_random_scenarios(data: Data) -> None:
    compare(data)


@pytest.mark.slow
@settings(max_examples=often(60), deadline=None)
@given(small_scenarios(replace(FULL, upgrades=2, bundles=1, metrics=1, service_levels=True)))
def test_equals_separate_solves_of_many_random_scenarios(data: Data) -> None:
    compare(data)


def compare(data: Data) -> None:
    axes = grid(axis_of(data))
    for point, solved in zip(axes.points, sweep(subject(data), axes), strict=True):
        if solved.status == "invalid":
            with pytest.raises(InputError):
                from_data(data, point.steps)
        else:
            agrees(solved, separate(data, point.steps))


@pytest.mark.slow
def test_worker_processes_find_the_same() -> None:
    few = grid(FEW)
    plain = texts(sweep(subject(), few))
    for workers in (1, 2):
        ways = SweepWays(workers=workers)
        assert texts(sweep(subject(options=SolveOptions()), few, ways)) == plain


# ---- what need not be solved


def count_solves(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    seen: list[Task] = []

    def solving(one: Task) -> Solved:
        seen.append(one)
        return solve_point(one)

    monkeypatch.setattr(crew, "solve_point", solving)
    return seen


def count_searches(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    seen: list[Any] = []
    find = task.find

    def finding(instance: Any, *arguments: Any) -> Any:
        seen.append(instance)
        return find(instance, *arguments)

    monkeypatch.setattr(task, "find", finding)
    return seen


def test_equal_scenarios_are_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = count_solves(monkeypatch)
    values = [(1500, 2), (1500.0, 2), (2000, 2), (1500, 2)]
    found = sweep(subject(), rows(["policies.budget.at_most", "channels.phone.unit_cost"], values))
    assert len(seen) == 2
    assert [solved.number for solved in found] == [1, 2, 3, 4]
    first, *others = (replace(solved, number=0, choice=None) for solved in found)
    assert [one == first for one in others] == [True, False, True]


def test_no_plan_under_tighter_limits_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = count_solves(monkeypatch)
    budgets = {"policies.budget.at_most": (1, 2, 3, 4, 5, 6, 7, 8, 9000)}
    found = sweep(subject(), grid(budgets))
    assert [solved.status for solved in found] == ["infeasible"] * 8 + ["optimal"]
    assert len(seen) < 6
    for solved, point in zip(found, grid(budgets).points, strict=True):
        agrees(solved, separate(SMALL, point.steps))
        assert bool(solved.words) == (solved.status == "infeasible")


def test_a_plan_that_tighter_limits_allow_stays_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = count_searches(monkeypatch)
    budgets = {"policies.budget.at_most": (20000, 30000, 40000, 50000, 60000)}
    found = sweep(subject(), grid(budgets))
    assert len(seen) == 2  # the near end, and the far end which is looser
    assert len({solved.objective for solved in found}) == 1
    assert {solved.status for solved in found} == {"optimal"}


def test_a_bound_that_a_plan_exceeds_is_a_contradiction() -> None:
    instance = from_data(SMALL)
    one = Task(1, "d", dict(instance.resolved), ALONE, ceiling=1.0)
    solved = solve_point(one)
    assert solved.status == "failed"
    assert "was proven to be the most" in solved.words


@pytest.mark.parametrize(
    ("path", "loose", "tight"),
    [
        ("channels.phone.capacity", 500, 300),
        ("channels.phone.min_volume", 0, 10),
        ("policies.budget.at_most", 3000, 2000),
        ("policies.budget.at_most[2028]", 3000, 2000),
        ("policies.floor.at_least", 0.5, 0.7),
    ],
)
def test_room(path: str, loose: float, tight: float) -> None:
    def with_(value: float) -> Any:
        return room(from_data(SMALL, [("set", f"{path}={value}")]).resolved)

    assert with_(loose).holds(with_(tight))
    assert not with_(tight).holds(with_(loose))
    assert with_(tight).holds(with_(tight))


def test_room_of_scenarios_that_differ_in_more() -> None:
    base = room(from_data(SMALL).resolved)
    for steps in (["channels.phone.unit_cost=1"], ["channels.phone.capacity=null"]):
        other = room(from_data(SMALL, [("set", step) for step in steps]).resolved)
        assert not base.holds(other)
        assert not other.holds(base)
    both = [("set", "channels.phone.capacity=500"), ("set", "policies.budget.at_most=1000")]
    mixed = room(from_data(SMALL, both).resolved)
    assert not base.holds(mixed)
    assert not mixed.holds(base)


# ---- points that cannot be solved


def test_points_that_cannot_be_read_are_invalid() -> None:
    axis = {"channels.phone.capacity": (-5, 100, 400)}
    found = sweep(subject(), grid(axis))
    assert [solved.status for solved in found] == ["invalid", "optimal", "optimal"]
    assert "channels.phone.capacity" in found[0].words
    assert found[0].digest == ""


@pytest.mark.slow
def test_a_time_limit_is_that_of_a_point() -> None:
    options = SolveOptions(isolate=False, limits=Limits(time_limit=60.0))
    found = sweep(subject(options=options), grid(FEW))
    assert texts(found) == texts(sweep(subject(), grid(FEW)))


def test_an_unknown_solver_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no solver"):
        sweep(subject(options=SolveOptions(solver="higs")), grid())


class Poison:
    """Ends the process that unpickles it."""

    def __reduce__(self) -> Any:
        return os._exit, (9,)


@pytest.mark.slow
def test_a_point_that_ends_its_worker_twice_has_failed() -> None:
    resolved = dict(from_data(SMALL).resolved)
    bad = Task(7, "d", {"x": Poison()}, SolveOptions(isolate=False))
    good = Task(8, "d", resolved, SolveOptions(isolate=False))
    hands = Local(1)
    try:
        first, second = hands.begin(bad), hands.begin(good)
        assert first.result(120).status == "failed"
        assert "ended its process 2 times" in first.result().words
        assert second.result(120).status == "optimal"
    finally:
        hands.close()


# ---- interruptions


def own(before: list[int]) -> list[int]:
    """Processes that this one has started since."""
    return [pid for pid in children(os.getpid()) if pid not in before]


def children(of: int) -> list[int]:
    """Processes that a process has started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(after[1]) == of and after[0] != "Z":
                found.append(int(entry.name))
    return found


def gone(pids: list[int], seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while any(is_running(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.slow
def test_a_lost_worker_costs_its_points_once_more() -> None:
    few, before = grid(FEW), children(os.getpid())
    killed: list[int] = []

    def hear(news: News) -> None:
        if news.done in (2, 5):
            victim = own(before)[0]
            killed.append(victim)
            os.kill(victim, signal.SIGKILL)

    ways = SweepWays(workers=2, listen=hear)
    found = sweep(subject(options=SolveOptions()), few, ways)
    assert len(set(killed)) == 2
    assert texts(found) == texts(sweep(subject(), few))
    assert not own(before)


def test_who_asks_to_stop_gets_what_is_solved_and_goes_on_later(tmp_path: Path) -> None:
    few, journal, before = grid(FEW), tmp_path / "j", children(os.getpid())
    heard: list[News] = []
    ways = SweepWays(1, None, heard.append, lambda: len(heard) >= 3, journal)
    part = sweep(subject(options=SolveOptions()), few, ways)
    assert 3 <= len(part) < len(few.points)
    assert gone(own(before))
    assert [news.done for news in heard] == list(range(1, len(heard) + 1))
    assert {news.points for news in heard} == {len(few.points)}
    whole = sweep(subject(), few)
    assert set(map(text, part)) < set(map(text, whole))
    again = sweep(subject(), few, SweepWays(journal=journal))
    assert texts(again) == texts(whole)


def test_time_for_the_whole_sweep(tmp_path: Path) -> None:
    assert sweep(subject(), grid(FEW), SweepWays(seconds=0)) == ()


@pytest.mark.slow
def test_what_is_in_the_journal_is_not_solved_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, journal = grid(FEW), tmp_path / "j"
    first = sweep(subject(), few, SweepWays(journal=journal))
    seen = count_solves(monkeypatch)
    again = sweep(subject(), few, SweepWays(journal=journal))
    assert texts(again) == texts(first)
    assert not seen
    other = sweep(subject(options=replace(ALONE, ties=False)), few, SweepWays(journal=journal))
    assert len(other) == len(few.points)
    assert seen


def test_two_sweeps_in_one_journal(tmp_path: Path) -> None:
    with (
        Journal(tmp_path / "j", ALONE),
        pytest.raises(UsageError, match="another sweep is writing"),
    ):
        sweep(subject(), grid(FEW), SweepWays(journal=tmp_path / "j"))


def start(journal: Path, workers: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.pipeline.sweeper", str(journal), str(workers)]
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes of a test; none outlives it."""
    found: list[subprocess.Popen[str]] = []
    yield found
    for process in found:
        process.kill()
        process.communicate()


def killed_and_resumed(
    journal: Path, started: list[subprocess.Popen[str]], kills: int, chance: random.Random
) -> str:
    """Kill a sweep at random moments until it has had enough, then let it end; what it says."""
    for _ in range(kills):
        process = start(journal, 2)
        started.append(process)
        assert process.stderr is not None
        for _ in range(chance.randint(0, 7)):
            if not process.stderr.readline():
                break
        workers = children(process.pid)
        time.sleep(chance.random() * 0.1)
        process.kill()
        process.wait()
        assert gone(workers)
    last = start(journal, 2)
    started.append(last)
    return last.communicate(timeout=300)[0]


@pytest.mark.slow
def test_killed_and_resumed(
    tmp_path: Path, expected: tuple[Solved, ...], started: list[subprocess.Popen[str]]
) -> None:
    said = killed_and_resumed(tmp_path / "j", started, 1, random.Random(5))  # noqa: S311
    assert said == texts(expected)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_killed_and_resumed_often(
    tmp_path: Path,
    expected: tuple[Solved, ...],
    started: list[subprocess.Popen[str]],
    seed: int,
) -> None:
    chance = random.Random(seed)  # noqa: S311
    assert killed_and_resumed(tmp_path / "j", started, 4, chance) == texts(expected)


@pytest.mark.slow
def test_scenarios_wait_in_small_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "MOST_WAITING", 1)
    assert texts(sweep(subject(), grid(FEW))) == texts(sweep(subject(), grid(FEW)))
    monkeypatch.undo()
