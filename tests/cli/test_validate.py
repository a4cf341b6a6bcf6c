"""`validate`, and what a person sees of bad input: every problem, its place, exit code 3."""

import json
from pathlib import Path

import pytest

from tests.cli.process import MINIMAL, SCENARIOS, run

CHANNELS = "channels:\n  phone: {unit_cost: 6"
BAD = {
    "typo in a key": (
        CHANNELS,
        "channels:\n  phone: {unit_cots: 6",
        "scenario.yaml:8:",
        "unit_cost",
    ),
    "negative cost": (CHANNELS, "channels:\n  phone: {unit_cost: -6", "scenario.yaml:8:", "-6"),
    "percent as satisfaction": ("0.9", "90", "scenario.yaml:8:", "90"),
    "text for a number": ("unit_cost: 6", "unit_cost: six", "scenario.yaml:8:", "six"),
    "flag for a number": ("unit_cost: 6", "unit_cost: true", "scenario.yaml:8:", ""),
    "duplicate key": ("margin: 100", "margin: 100, margin: 5", "scenario.yaml:4:", "margin"),
    "unknown segment": ("segment: everyone", "segment: everone", "scenario.yaml:12:", "everyone"),
    "no such period": ("value: 2", "value: 2, period: 2099", "scenario.yaml:12:", "2099"),
    "future format": ("format: 1", "format: 2", "scenario.yaml:1:", "1"),
    "tab indentation": ("  everyone", "\teveryone", "scenario.yaml:4", ""),
    "explicit tag": ("margin: 100", "margin: !!python/name:os.system x", "scenario.yaml:4:", ""),
    "two documents": ("variations:", "---\nvariations:", "scenario.yaml", ""),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input_is_told_with_its_place(name: str, minimal: Path) -> None:
    old, new, place, told = BAD[name]
    assert old in MINIMAL
    (minimal / "scenario.yaml").write_text(MINIMAL.replace(old, new, 1), encoding="utf-8")
    done = run("validate", minimal, cwd=minimal)
    assert done.returncode == 3, done.stderr
    assert place in done.stderr
    assert told in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_all_problems_come_in_one_pass(minimal: Path) -> None:
    text = MINIMAL.replace("unit_cost: 6", "unit_cost: -6").replace("margin: 100", "margn: 100")
    (minimal / "scenario.yaml").write_text(text, encoding="utf-8")
    done = run("validate", minimal, cwd=minimal)
    assert done.returncode == 3
    assert "margn" in done.stderr
    assert "-6" in done.stderr
    assert "Invalid input: 2 problems." in done.stderr


def test_problems_as_json(minimal: Path) -> None:
    (minimal / "scenario.yaml").write_text(MINIMAL.replace("0.9", "90"), encoding="utf-8")
    done = run("validate", minimal, "--json", cwd=minimal)
    told = json.loads(done.stdout)
    assert done.returncode == told["exit_code"] == 3
    assert told["error"] == "invalid_input"
    (problem,) = told["problems"]
    assert problem["place"]["file"].endswith("scenario.yaml")
    assert problem["place"]["line"] == 8
    assert problem["code"].startswith("E")


def test_valid(minimal: Path) -> None:
    done = run("validate", minimal, cwd=minimal)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        f"{minimal}: valid (1 segment, 1 interaction, 2 channels, 1 period, 0 policies)\n"
    )


def test_valid_as_json() -> None:
    done = run("validate", SCENARIOS / "quickstart", "--json", cwd=SCENARIOS)
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert told["valid"] is True
    assert told["segments"] == 3


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (["--vary", "strike"], 0),
        (["--vary", "strik"], 3),
        (["--set", "channels.phone.unit_cost=5"], 0),
        (["--set", "channels.phon.unit_cost=5"], 3),
        (["--set", "channels.phone.unit_cost=1,5"], 3),
        (["--set", "nonsense"], 3),
    ],
)
def test_steps_are_validated(steps: list[str], code: int, minimal: Path) -> None:
    done = run("validate", minimal, *steps, cwd=minimal)
    assert done.returncode == code, done.stderr
    assert (code == 0) == ("valid" in done.stdout)


def test_steps_apply_left_to_right(minimal: Path) -> None:
    """`set` then `times 2` is 20, the other way round the `set` has the last word."""
    fixed, doubled = ["--set", "channels.phone.unit_cost=10"], ["--vary", "dear"]
    for steps, expected in (([*fixed, *doubled], 20), ([*doubled, *fixed], 10)):
        done = run("show", minimal, *steps, "--json", cwd=minimal)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["scenario"]["channels"]["phone"]["unit_cost"] == expected


def test_missing_scenario(tmp_path: Path) -> None:
    done = run("validate", tmp_path / "nowhere", cwd=tmp_path)
    assert done.returncode == 3
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_hostile_title_does_not_reach_the_terminal(minimal: Path) -> None:
    name = "\\e[31mred\\e[0m [bold]x[/bold]"
    text = MINIMAL.replace("format: 1", f'format: 1\ntitle: "{name}"')
    (minimal / "scenario.yaml").write_text(text, encoding="utf-8")
    for command in ("validate", "show"):
        done = run(command, minimal, cwd=minimal)
        assert "\x1b" not in done.stdout + done.stderr
