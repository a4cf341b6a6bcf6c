"""`channelopt explain`: causes, repairs, exit codes, JSON."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from channelopt.cli.app import app
from tests.cli.process import run

FLOOR = """\
policies:
  - {name: floor, type: satisfaction, at_least: 0.95}
"""


@pytest.fixture
def without_plan(minimal: Path) -> Path:
    file = minimal / "scenario.yaml"
    file.write_text(file.read_text(encoding="utf-8") + FLOOR, encoding="utf-8")
    return minimal


def test_an_infeasible_scenario_is_explained(without_plan: Path, tmp_path: Path) -> None:
    done = run("explain", without_plan, "--quiet", cwd=tmp_path)
    assert done.returncode == 5, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "Infeasible: no plan obeys all rules."
    assert "no plan has more than 0.9 satisfaction" in lines[1]
    assert "(all rules together leave 0.72)" in lines[1]
    assert "--set policies.floor.at_least=0.72" in done.stdout
    repaired = ("--set", "policies.floor.at_least=0.72")
    again = run("explain", without_plan, *repaired, "--quiet", "--json", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["status"] == "feasible"


def test_json_has_both_tables(without_plan: Path) -> None:
    done = CliRunner().invoke(app, ["explain", str(without_plan), "--json", "--quiet"])
    assert done.exit_code == 5
    found = json.loads(done.stdout)
    assert found["status"] == "infeasible"
    assert found["irreducible"] is True
    assert [row["name"] for row in found["conflict"]] == ["floor"]
    assert {"repair", "parameter", "from", "to", "change", "set"} <= set(found["repairs"][0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--segment", "everyone"], "go together"),
        (["--segment", "nobody", "--interaction", "question"], "there is no segment 'nobody'"),
        (["--seconds", "0"], "--seconds: expected a number of seconds > 0"),
        (["--seconds", "nan"], "--seconds: expected"),
        (["--solver", "none"], "none"),
    ],
)
def test_usage_errors(minimal: Path, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["explain", str(minimal), *arguments])
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.slow
def test_a_run_is_told(minimal: Path, tmp_path: Path) -> None:
    assert run("solve", minimal, "-o", "out", "--no-sensitivity", cwd=tmp_path).returncode == 0
    done = run("explain", "out", "--quiet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "The plan is worth" in done.stdout
    less = ("--set", "channels.phone.capacity=100", "--set", "channels.web.capacity=100")
    broken = run("explain", "out", *less, "--quiet", cwd=tmp_path)
    assert broken.returncode == 5, broken.stderr
    assert "its capacity is 100" in broken.stdout
