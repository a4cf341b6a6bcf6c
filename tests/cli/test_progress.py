"""Progress: what a person sees while a solve runs, and how a wish to stop is passed on."""

import os
import signal

import pytest

from channelopt.backends.base import Progress
from channelopt.cli.progress import line, watching


def test_a_line_has_incumbent_bound_gap_and_time() -> None:
    told = line(12.34, Progress(3.0, 1_234_567.0, 1_300_000.0, 0.053))
    assert told.split("  ")[-3:] == ["best 1,234,567", "bound 1,300,000", "gap 5.3000%"]
    assert "12.3 s" in told


def test_a_line_before_the_first_plan() -> None:
    assert line(0.0, Progress(0.0, None, None, None)).endswith("0.0 s  no plan yet")


def test_without_a_terminal_lines_are_rare(capsys: pytest.CaptureFixture[str]) -> None:
    with watching(quiet=False) as listen:
        for step in range(100):
            assert listen(Progress(step, 1.0, 2.0, 1.0)) is False
    assert capsys.readouterr().err.count("\n") == 1


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with watching(quiet=True) as listen:
        listen(Progress(0.0, 1.0, 2.0, 1.0))
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_the_first_signal_asks_the_second_ends(capfd: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with watching(quiet=True) as listen:
        os.kill(os.getpid(), signal.SIGINT)
        assert listen(Progress(0.0, None, None, None)) is True
        with pytest.raises(SystemExit, match="130"):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    assert "Ctrl-C again aborts" in capfd.readouterr().err
