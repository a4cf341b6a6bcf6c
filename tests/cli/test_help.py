"""Help, usage errors and the order of options."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from channelopt.cli.app import app
from channelopt.cli.command import steps
from tests.cli.process import run

COMMANDS = (
    "init",
    "validate",
    "show",
    "solve",
    "explain",
    "evaluate",
    "verify",
    "reproduce",
    "export",
    "schema",
    "doctor",
)


def test_help_names_every_command(tmp_path: Path) -> None:
    done = run("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert [name for name in COMMANDS if f"│ {name} " not in done.stdout] == []
    assert "Exit codes: 0 solved" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_fits_80_columns(name: str) -> None:
    done = CliRunner().invoke(app, [name, "--help"], prog_name="channelopt")
    assert done.exit_code == 0
    assert f"Usage: channelopt {name}" in done.stdout
    assert "--json" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_help_is_ascii_where_the_terminal_is(tmp_path: Path) -> None:
    done = run("solve", "--help", cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "--time-limit" in done.stdout


def test_version(tmp_path: Path) -> None:
    from channelopt import __version__

    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"channelopt {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["slove"], "Did you mean 'solve'"),
        (["solve", "here", "--sett", "a=1"], "--set"),
        (["solve"], "Missing argument"),
        (["solve", "here", "--threads", "many"], "--threads"),
        (["solve", "here", "--gap", "2"], "--gap: expected a share from 0 to 1, found 2"),
        (["solve", "here", "--gap", "nan"], "--gap: expected a share from 0 to 1, found nan"),
        (["solve", "here", "--time-limit", "0"], "--time-limit: expected a number of seconds > 0"),
        (["solve", "here", "--time-limit", "inf"], "--time-limit: expected"),
        (["solve", "here", "--threads", "0"], "--threads: expected a whole number from 1"),
        (["solve", "here", "--seed", "-1"], "--seed: expected a whole number from 0"),
        (["solve", "here", "--sensitivity-seconds", "-1"], "--sensitivity-seconds: expected"),
        (["export", "here", "there.txt"], "suffix .lp or .mps"),
    ],
)
def test_usage_errors_are_one_message_and_exit_code_2(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], []),
        (
            ["--set", "a=1", "--vary", "x", "--set=b=2", "--vary=y"],
            [("set", "a=1"), ("vary", "x"), ("set", "b=2"), ("vary", "y")],
        ),
        (["--vary", "x", "--set", "--vary"], [("vary", "x"), ("set", "--vary")]),
        (["--out", "--set", "--set", "a=1"], [("set", "a=1")]),
    ],
)
def test_set_and_vary_keep_their_order(
    arguments: list[str], expected: list[tuple[str, str]]
) -> None:
    command = typer.main.get_command(app).commands["solve"]  # type: ignore[attr-defined]
    context = command.make_context("solve", ["here", *arguments])
    assert steps(context, context.params["set_"], context.params["vary"]) == expected
