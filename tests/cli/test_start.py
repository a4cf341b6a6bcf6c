"""`schema`, `init` and `doctor`: what a new user needs first."""

import json
from pathlib import Path

import pytest

from tests.cli.process import run


def test_schema_is_json_schema_that_accepts_a_scenario(tmp_path: Path) -> None:
    done = run("schema", cwd=tmp_path)
    schema = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"segments", "channels", "tables", "variations"} <= set(schema["properties"])


@pytest.mark.parametrize("target", ["mine", "mine.xlsx"])
def test_what_init_writes_is_valid(target: str, tmp_path: Path) -> None:
    done = run("init", target, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{target} written" in done.stdout
    assert f"channelopt solve {target}" in done.stderr
    checked = run("validate", target, cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr


def test_init_excel_adds_the_suffix(tmp_path: Path) -> None:
    done = run("init", "mine", "--excel", "--json", cwd=tmp_path)
    assert json.loads(done.stdout) == {"written": "mine.xlsx"}
    assert (tmp_path / "mine.xlsx").is_file()


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("precious", encoding="utf-8")
    (tmp_path / "mine.xlsx").write_text("precious", encoding="utf-8")
    for target in ("mine", "mine.xlsx"):
        done = run("init", target, cwd=tmp_path)
        assert done.returncode == 2
        assert "exists" in done.stderr
    assert run("init", "mine", "--force", cwd=tmp_path).returncode == 2
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    assert (tmp_path / "mine.xlsx").read_text(encoding="utf-8") == "precious"


@pytest.mark.slow
def test_doctor_lists_the_default_solver(tmp_path: Path) -> None:
    done = run("doctor", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    solvers = {finding["name"]: finding for finding in json.loads(done.stdout)["solvers"]}
    assert solvers["highs"]["is_fit"] is True
    assert "highs" in run("doctor", cwd=tmp_path).stdout
