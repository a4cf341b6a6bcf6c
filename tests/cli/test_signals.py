"""Ctrl-C once keeps the best plan, twice aborts, SIGTERM cleans up; a closed pipe is no error."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.hard import hard_scenario
from tests.cli.process import PROGRAM, SCENARIOS, environment, run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
PATIENCE = 120.0


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A solve that has a plan but would need very long to prove it."""
    (tmp_path / "hard.json").write_text(hard_scenario(), encoding="utf-8")
    process = subprocess.Popen(
        [*PROGRAM, "solve", "hard.json", "--no-sensitivity", "--gap", "0"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if " best " in line:
                break
        else:
            pytest.fail(f"the solve ended by itself: {process.stdout.read()}")  # type: ignore[union-attr]
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def children(process: subprocess.Popen[str]) -> list[int]:
    """The process and everything that it started and that still lives, by session."""
    alive = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == process.pid and fields[0] != "Z":
            alive.append(int(entry.parent.name))
    return alive


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    stdout, stderr = process.communicate(timeout=PATIENCE)
    return process.returncode, stdout, stderr


def test_ctrl_c_keeps_the_best_plan(busy: subprocess.Popen[str], tmp_path: Path) -> None:
    busy.send_signal(signal.SIGINT)
    code, stdout, stderr = end(busy)
    assert code == 4, stderr
    assert "Stopping" in stderr
    assert "not proven" in stdout
    plan = json.loads((tmp_path / "runs" / "hard" / "plan.json").read_text(encoding="utf-8"))
    assert plan["status"] == "feasible"
    assert plan["gap"] > 0
    assert run("verify", "runs/hard", cwd=tmp_path).returncode == 0


@pytest.mark.slow
def test_ctrl_c_at_a_terminal_reaches_all_processes(
    busy: subprocess.Popen[str], tmp_path: Path
) -> None:
    """A terminal sends the signal to the whole group, so to the solver's process as well."""
    os.killpg(busy.pid, signal.SIGINT)
    code, _, stderr = end(busy)
    assert code == 4, stderr
    assert (tmp_path / "runs" / "hard" / "plan.json").is_file()


@pytest.mark.slow
def test_ctrl_c_twice_aborts(busy: subprocess.Popen[str], tmp_path: Path) -> None:
    busy.send_signal(signal.SIGINT)
    time.sleep(0.02)
    busy.send_signal(signal.SIGINT)
    code, stdout, stderr = end(busy)
    assert code == 130, stdout + stderr
    assert "Traceback" not in stderr
    assert not (tmp_path / "runs").exists() or list((tmp_path / "runs").iterdir()) == []
    assert children(busy) == []


@pytest.mark.slow
def test_sigterm_cleans_up(busy: subprocess.Popen[str], tmp_path: Path) -> None:
    busy.send_signal(signal.SIGTERM)
    code, _, stderr = end(busy)
    assert code == 143
    assert "Traceback" not in stderr
    assert not (tmp_path / "runs").exists() or list((tmp_path / "runs").iterdir()) == []
    assert children(busy) == []


@pytest.mark.slow
def test_time_limit_keeps_the_best_plan(tmp_path: Path) -> None:
    (tmp_path / "hard.json").write_text(hard_scenario(), encoding="utf-8")
    done = run(
        *("solve", "hard.json", "--time-limit", "3", "--gap", "0", "--no-sensitivity"),
        cwd=tmp_path,
    )
    assert done.returncode == 4, done.stdout + done.stderr
    assert "not proven" in done.stdout


def test_time_limit_without_a_plan(tmp_path: Path) -> None:
    (tmp_path / "hard.json").write_text(hard_scenario(), encoding="utf-8")
    done = run(
        *("solve", "hard.json", "--time-limit", "0.001", "--gap", "0", "--no-sensitivity"),
        cwd=tmp_path,
    )
    assert done.returncode == 7, done.stdout + done.stderr
    assert not (tmp_path / "runs" / "hard" / "allocation.csv").exists()


@pytest.mark.parametrize(
    "arguments", [["schema"], ["validate", str(SCENARIOS / "quickstart")], ["--help"]]
)
def test_a_reader_that_goes_away_is_no_error(arguments: list[str], tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=tmp_path,
        env=environment(),
        stdout=write,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    os.close(write)
    _, stderr = process.communicate(timeout=PATIENCE)
    assert stderr == ""
    assert process.returncode in {0, 1, 141}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("argument", ["schema", "--version"])
def test_output_that_cannot_be_written_is_an_error(argument: str, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, argument],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_output_may_be_closed(tmp_path: Path) -> None:
    command = ("sh", "-c", 'exec "$@" >&-', "sh", *PROGRAM)
    done = run("--version", cwd=tmp_path, program=command)
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_outside_a_solve_aborts(tmp_path: Path) -> None:
    """While a scenario is read there is no plan to keep."""
    waiting = (
        PROGRAM[0],
        "-c",
        (
            "import sys, time\n"
            "from channelopt.cli import inputs, main\n"
            "def wait(*_):\n    print('waiting', file=sys.stderr, flush=True)\n    time.sleep(60)\n"
            "inputs.load = wait\nmain()"
        ),
    )
    process = subprocess.Popen(
        [*waiting, "validate", "x"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    code, stdout, stderr = end(process)
    assert (code, stdout) == (130, "")
    assert stderr.strip() == "Aborted; nothing was written."


def test_no_colour(tmp_path: Path) -> None:
    """Colours are for terminals, and `NO_COLOR` is respected even where colours are forced."""
    arguments = ("validate", tmp_path / "nowhere")
    forced = run(*arguments, cwd=tmp_path, env={"FORCE_COLOR": "1"})
    assert "\x1b[" in forced.stderr
    both = run(*arguments, cwd=tmp_path, env={"FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert "\x1b[31m" not in both.stderr
    assert "\x1b" not in run(*arguments, cwd=tmp_path).stderr


def test_tracebacks_are_for_those_who_ask(tmp_path: Path) -> None:
    """A fault of our own is one line; the details are there on request."""
    broken = (
        PROGRAM[0],
        "-c",
        (
            "from channelopt.cli import inputs, main\n"
            "def fail(*_):\n    raise ZeroDivisionError('unlikely\\nfault')\n"
            "inputs.load = fail\nmain()"
        ),
    )
    quiet = run("validate", "x", cwd=tmp_path, program=broken)
    assert quiet.returncode == 1
    assert quiet.stderr.count("\n") == 1
    assert "unlikely fault" in quiet.stderr
    for extra, env in ((["--verbose"], {}), ([], {"CHANNELOPT_DEBUG": "1"})):
        loud = run("validate", "x", *extra, cwd=tmp_path, program=broken, env=env)
        assert loud.returncode == 1
        assert "Traceback" in loud.stderr
