"""The journal of a sweep: what is on the disk is true or passed over."""

import fcntl
import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from channelopt.analysis.sweeping.point import Solved
from channelopt.backends.base import Limits
from channelopt.errors import UsageError
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.sweep.journal import Journal
from channelopt.pipeline.sweep.record import read, text, written
from channelopt.plan.staging import OutputError
from channelopt.terms.choice import Choice

OPTIONS = SolveOptions()
CHOICE = Choice(
    np.array([[[[0.1, 1 / 3]]]]),
    np.array([[True, False]]),
    np.array([[[True, True]]]),
    np.array([[2.0, 1e-300]]),
    np.zeros((1, 1, 2)),
    np.zeros((0, 2), dtype=bool),
)


def point(number: int, **changes: object) -> Solved:
    known = Solved(
        number,
        f"{number:064x}",
        "optimal",
        objective=0.1 + 0.2,
        bound=1 / 3,
        kpis={"profit": 1e300, "satisfaction": None, "metric.é.mean": 5e-324},
        open=(("2027", "phone"), ("2028", "web")),
        owned=(("2028", "desk"),),
        fte={("2027", "team"): 3.0},
        first_contacts={("2027", "phone"): 0.1},
        words='said "so"; \u2028 = äöü',
        choice=CHOICE,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def same(one: Solved | None, other: Solved) -> bool:
    return one is not None and text(one) == text(other)


def kept(path: Path, *points: Solved, options: SolveOptions = OPTIONS) -> None:
    with Journal(path, options) as journal:
        for one in points:
            journal.keep(one)


def known(path: Path, number: int, options: SolveOptions = OPTIONS) -> Solved | None:
    with Journal(path, options) as journal:
        return journal.find(f"{number:064x}", number)


def test_a_record_reads_back_as_the_same() -> None:
    again = read(written(point(4)))
    assert text(again) == text(point(4))
    assert again.choice is not None
    assert np.array_equal(again.choice.first_contacts, CHOICE.first_contacts)
    assert again.choice.open.dtype == bool
    assert read(written(replace(again, choice=None))) == replace(again, choice=None)


def test_points_come_back_under_the_number_that_asks(tmp_path: Path) -> None:
    kept(tmp_path / "new" / "j", point(1), point(2, status="infeasible", choice=None))
    with Journal(tmp_path / "new" / "j", OPTIONS) as journal:
        assert same(journal.find(f"{1:064x}", 17), replace(point(1), number=17))
        assert journal.find(f"{3:064x}", 3) is None


@pytest.mark.parametrize(
    "other",
    [
        SolveOptions(limits=Limits(gap=1e-4)),
        SolveOptions(limits=Limits(seed=1)),
        SolveOptions(limits=Limits(threads=2)),
        SolveOptions(ties=False),
        SolveOptions(solver="cbc"),
    ],
)
def test_what_was_solved_otherwise_is_not_taken(tmp_path: Path, other: SolveOptions) -> None:
    kept(tmp_path / "j", point(1))
    assert known(tmp_path / "j", 1, other) is None
    assert known(tmp_path / "j", 1, SolveOptions(limits=Limits(time_limit=1))) is not None


def test_what_time_cut_short_counts_for_the_same_limit_only(tmp_path: Path) -> None:
    short, long = (SolveOptions(limits=Limits(time_limit=limit)) for limit in (1.0, 9.0))
    kept(tmp_path / "j", point(1, status="feasible"), options=short)
    assert known(tmp_path / "j", 1, short) is not None
    assert known(tmp_path / "j", 1, long) is None
    assert known(tmp_path / "j", 1) is None
    kept(tmp_path / "j", point(1), options=long)
    assert same(known(tmp_path / "j", 1, short), point(1))


@pytest.mark.parametrize("status", ["failed", "feasible", "no_solution"])
def test_what_failed_is_tried_again(tmp_path: Path, status: str) -> None:
    kept(tmp_path / "j", point(1, status=status))
    assert known(tmp_path / "j", 1) is None


def test_a_file_that_ends_anywhere_loses_one_point_at_most(tmp_path: Path) -> None:
    path = tmp_path / "j"
    kept(path, point(1), point(2))
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in [0, 1, 40, first - 2, first - 1, first, first + 1, len(whole) - 2, len(whole) - 1]:
        path.write_bytes(whole[:cut])
        assert (known(path, 1) is not None) == (cut >= first - 1)
        assert (known(path, 2) is not None) == (cut >= len(whole) - 1)
        kept(path, point(1), point(2), point(3))
        for number in (1, 2, 3):
            assert same(known(path, number), point(number)), cut


def test_damage_is_seen_wherever_it_is(tmp_path: Path) -> None:
    path = tmp_path / "j"
    kept(path, point(1), point(2))
    whole = path.read_bytes()
    second = whole.index(b"\n") + 1
    for at in range(0, second - 1, 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert known(path, 1) is None, at
        assert same(known(path, 2), point(2)) or whole[at] ^ 1 == ord("\n")


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\0" * 5000,
        b"\xff\xfe\n\xff",
        b"{}\n[]\n1\nnull\n",
        b'{"hash": "", "said": {"key": 1, "solved": {}}}\n',
        b"[" * 100_000,
        b"\r\n\r\n",
    ],
)
def test_rubbish_is_passed_over(tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / "j"
    kept(path, point(1))
    path.write_bytes(rubbish + b"\n" + path.read_bytes() + rubbish)
    kept(path, point(2))
    assert same(known(path, 1), point(1))
    assert same(known(path, 2), point(2))


def _hold(path: Path, is_held: object, let_go: object) -> None:
    with Journal(path, OPTIONS):
        is_held.set()  # type: ignore[attr-defined]
        let_go.wait(30)  # type: ignore[attr-defined]


def test_one_sweep_at_a_time(tmp_path: Path) -> None:
    path, spawn = tmp_path / "j", multiprocessing.get_context("fork")
    kept(path, point(1))
    is_held, let_go = spawn.Event(), spawn.Event()
    other = spawn.Process(target=_hold, args=(path, is_held, let_go))
    other.start()
    assert is_held.wait(30)
    with pytest.raises(UsageError, match="another sweep is writing"):
        Journal(path, OPTIONS).__enter__()
    other.kill()
    other.join()
    assert same(known(path, 1), point(1))  # who is dead holds nothing


def test_a_full_disk_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with Journal(tmp_path / "j", OPTIONS) as journal:
        journal.keep(point(1))
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="the disk is full"):
            journal.keep(point(2))
    monkeypatch.undo()
    assert same(known(tmp_path / "j", 1), point(1))


def test_no_lock_where_the_system_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", none)
    with pytest.raises(OutputError, match="cannot write"):
        Journal(tmp_path / "j", OPTIONS).__enter__()
