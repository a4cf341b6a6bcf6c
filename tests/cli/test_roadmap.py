"""`roadmap` as a planner uses it: real processes, files, wrong input, a budget of time."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from channelopt.cli import migrating
from channelopt.errors import ExitCode, UsageError
from tests.cli.process import MINIMAL, SCENARIOS, run

TODAY = """\
  baseline_share:
    - {segment: everyone, interaction: question, phone: 0.1, web: 0.9}
"""
SMALL = ("--limit", "20%", "--points", "3", "--workers", "1")
WIDEST = 80


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a roadmap, and what the terminal said."""
    place = tmp_path_factory.mktemp("planned")
    done = run("roadmap", written(place, TODAY), *SMALL, cwd=place)
    assert done.returncode == 0, done.stderr
    return place, done.stdout


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def written(place: Path, *more: str) -> Path:
    file = place / "scenario.yaml"
    file.write_text(MINIMAL.replace("variations:", f"{''.join(more)}variations:"), encoding="utf-8")
    return file


def test_the_terminal_tells_the_plan(planned: tuple[Path, str]) -> None:
    place, said = planned
    assert "moves 30.0 % of customers; nothing as good moves fewer" in said
    assert "With at most 20 % of customers moved per step, the best plan over 2 steps" in said
    assert "Begin with everyone, question: 200 customers, web to phone" in said
    folder = f"roadmaps/{place.name}"
    assert said.rstrip().endswith(f"Written to {folder}; begin with summary.md there")
    tables = said[said.index("Plan ") :].splitlines()[:-1]
    assert max(map(len, tables)) <= WIDEST


def test_the_folder_is_whole_and_its_plan_verified(planned: tuple[Path, str]) -> None:
    place, _ = planned
    folder = place / "roadmaps" / place.name
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["kind"] == "roadmap"
    assert manifest["asked"] == {"limit": 0.2, "steps": 2, "points": 5}
    for name, digest in manifest["outputs"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    done = run("verify", folder, cwd=place)
    assert done.returncode == 0, done.stdout
    periods = rows(folder / "roadmap.csv")
    assert all(float(row["share"]) <= 0.2 + 1e-6 for row in periods)
    moves = rows(folder / "moves.csv")
    for period in periods:
        here = [float(row["customers"]) for row in moves if row["period"] == period["period"]]
        assert sum(here) == pytest.approx(float(period["customers_moved"]), abs=0.1)
    assert [int(row["rank"]) for row in moves] == sorted(int(row["rank"]) for row in moves)
    profits = [float(row["profit"]) for row in rows(folder / "curve.csv")]
    assert profits == sorted(profits)
    assert (folder / "summary.md").read_text(encoding="utf-8").startswith("# Roadmap: ")


@pytest.mark.slow
def test_a_point_of_the_curve_is_one_step_with_its_limit(planned: tuple[Path, str]) -> None:
    place, _ = planned
    again = run(
        *("roadmap", "scenario.yaml", "--limit", "0.19", "--steps", "1", "--points", "2"),
        *("--json", "--quiet", "--out", "again"),
        cwd=place,
    )
    assert again.returncode == 0, again.stderr
    data = json.loads(again.stdout)
    points = rows(place / "roadmaps" / place.name / "curve.csv")
    (there,) = [row for row in points if row["limit"] == "0.19"]
    assert data["profit"] == pytest.approx(float(there["profit"]), rel=1e-6)
    assert data["steps"] == 1
    assert data["folder"] == "again"


@pytest.mark.slow
def test_a_roadmap_is_replaced_only_when_allowed(planned: tuple[Path, str]) -> None:
    place, _ = planned
    done = run("roadmap", "scenario.yaml", *SMALL, cwd=place)
    assert done.returncode == ExitCode.USAGE
    assert "--force to replace it" in done.stderr
    folder = place / "roadmaps" / place.name
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert run("roadmap", "scenario.yaml", *SMALL, "--force", cwd=place).returncode == 0
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_without_todays_shares_the_message_says_what_is_missing(tmp_path: Path) -> None:
    done = run("roadmap", written(tmp_path), cwd=tmp_path)
    assert done.returncode == ExitCode.INVALID_INPUT
    assert "the table baseline_share is missing" in done.stderr
    assert list(tmp_path.glob("roadmaps*")) == []


@pytest.mark.slow
def test_a_limit_that_the_rules_forbid_says_which_one_works(tmp_path: Path) -> None:
    """At most 70 % by web: 20 % of customers must move."""
    file = written(tmp_path, TODAY, "  max_share: [{channel: web, value: 0.7}]\n")
    done = run("roadmap", file, "--limit", "5%", cwd=tmp_path)
    assert done.returncode == ExitCode.INFEASIBLE, done.stderr
    assert "the least limit that works is 20 % (--limit 0.2" in done.stderr
    assert list(tmp_path.glob("roadmaps*")) == []


def test_limits_are_shares() -> None:
    assert [migrating.limit(text) for text in ("5%", " 5 % ", "0.05", "0", "100%")] == [
        *(0.05, 0.05, 0.05, 0.0, 1.0)
    ]
    with pytest.raises(UsageError, match="did you mean '5%'"):
        migrating.limit("5")
    for wrong in ("many", "-1%", "nan", "101%", ""):
        with pytest.raises(UsageError, match=f"expected a share like 5% or 0.05, found '{wrong}'"):
            migrating.limit(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["b2b", "telecom"])
def test_large_scenarios_within_their_time(tmp_path: Path, name: str) -> None:
    """What is not proven in the time is marked; the plan is whole all the same."""
    done = run(
        *("roadmap", SCENARIOS / name, "--limit", "10%", "--steps", "2", "--points", "4"),
        *("--seconds", "30", "--gap", "1e-4", "--out", "out"),
        cwd=tmp_path,
    )
    assert done.returncode in {ExitCode.SOLVED, ExitCode.STOPPED_EARLY}, done.stderr
    assert run("verify", "out", cwd=tmp_path).returncode == 0
    assert all(float(row["share"]) <= 0.1 + 1e-6 for row in rows(tmp_path / "out" / "roadmap.csv"))
