"""`solve` and what can be done with its folder: real processes, files and exit codes."""

import csv
import json
import os
from pathlib import Path

import pytest

from tests.cli.process import MINIMAL, SCENARIOS, run

FILES = {
    "allocation.csv",
    "channels.csv",
    "hours.csv",
    "manifest.json",
    "offers.csv",
    "plan.json",
    "report.md",
    "segments.csv",
    "sensitivity.csv",
    "staff.csv",
}


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the quickstart was solved once."""
    place = tmp_path_factory.mktemp("solved")
    done = run("solve", SCENARIOS / "quickstart", "--sensitivity-seconds", "2", cwd=place)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Optimal: profit ")
    assert "all hold" in done.stdout
    return place


def test_the_run_folder_is_whole(solved: Path) -> None:
    folder = solved / "runs" / "quickstart"
    assert {path.name for path in folder.iterdir()} >= FILES
    assert [path.name for path in (solved / "runs").iterdir()] == ["quickstart"]
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert plan["status"] == "optimal"
    assert plan["gap"] <= 1e-6


def test_verify_agrees(solved: Path) -> None:
    done = run("verify", "runs/quickstart", cwd=solved)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Checked: ")
    told = json.loads(run("verify", "runs/quickstart", "--json", cwd=solved).stdout)
    assert told["ok"] is True


def test_reproduce_finds_the_same_plan(solved: Path) -> None:
    done = run("reproduce", "runs/quickstart", cwd=solved)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Same plan." in done.stdout


def test_evaluate_of_the_plan_is_the_plan(solved: Path) -> None:
    allocation = "runs/quickstart/allocation.csv"
    done = run("evaluate", SCENARIOS / "quickstart", allocation, "--json", cwd=solved)
    assert done.returncode == 0, done.stderr
    plan = json.loads((solved / "runs/quickstart/plan.json").read_text(encoding="utf-8"))
    assert json.loads(done.stdout)["objective"] == pytest.approx(plan["objective"], abs=0.01)


def test_evaluate_tells_what_a_changed_allocation_breaks(solved: Path, tmp_path: Path) -> None:
    """Everyone is sent to the web, which three policies of the quickstart forbid."""
    source = solved / "runs" / "quickstart" / "allocation.csv"
    with source.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    total: dict[tuple[str, ...], float] = {}
    for row in rows:
        key = (row["period"], row["segment"], row["interaction"])
        total[key] = total.get(key, 0) + float(row["first_contacts"])
    edited = tmp_path / "edited.csv"
    lines = [f"{','.join(key)},web,{amount!r}" for key, amount in total.items()]
    header = "period,segment,interaction,channel,first_contacts"
    edited.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    done = run("evaluate", SCENARIOS / "quickstart", edited, cwd=solved)
    assert done.returncode == 8, done.stdout + done.stderr
    assert "complaints_reach_people" in done.stdout


def test_verify_finds_a_changed_figure(solved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for path in (solved / "runs" / "quickstart").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with (folder / "allocation.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    column = rows[0].index("first_contacts")
    rows[1][column] = repr(float(rows[1][column]) + 5)
    text = "\n".join(",".join(row) for row in rows) + "\n"
    (folder / "allocation.csv").write_text(text, encoding="utf-8")
    done = run("verify", folder, cwd=tmp_path)
    assert done.returncode == 8
    assert "Check failed" in done.stdout


def test_verify_of_something_else(tmp_path: Path) -> None:
    done = run("verify", tmp_path, cwd=tmp_path)
    assert done.returncode == 3
    assert "manifest.json" in done.stderr


def test_equal_input_is_not_solved_again(solved: Path) -> None:
    manifest = solved / "runs" / "quickstart" / "manifest.json"
    before = manifest.read_bytes()
    again = ("solve", SCENARIOS / "quickstart", "--sensitivity-seconds", "2")
    done = run(*again, cwd=solved)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "Solved already in runs/quickstart (--force solves it again)\n"
    assert done.stdout.startswith("Optimal: profit ")
    assert manifest.read_bytes() == before


def test_an_earlier_run_is_kept_without_force(solved: Path) -> None:
    manifest = solved / "runs" / "quickstart" / "manifest.json"
    before = manifest.read_bytes()
    done = run("solve", SCENARIOS / "quickstart", "--gap", "1e-4", cwd=solved)
    assert done.returncode == 2
    assert "was made with another gap" in done.stderr
    assert "--force" in done.stderr
    assert manifest.read_bytes() == before


@pytest.mark.slow
def test_force_replaces_a_run_and_nothing_else(minimal: Path) -> None:
    first = run("solve", minimal, "--no-sensitivity", "--out", "run", cwd=minimal.parent)
    assert first.returncode == 0, first.stderr
    again = run("solve", minimal, "--no-sensitivity", "-o", "run", "--force", cwd=minimal.parent)
    assert again.returncode == 0, again.stderr
    home = run("solve", minimal, "--out", minimal, "--force", cwd=minimal.parent)
    assert home.returncode == 2
    assert "holds the scenario itself" in home.stderr
    (minimal.parent / "other").mkdir()
    (minimal.parent / "other" / "notes.txt").touch()
    other = run("solve", minimal, "--out", "other", "--force", cwd=minimal.parent)
    assert other.returncode == 2
    assert "notes.txt" in other.stderr
    assert (minimal / "scenario.yaml").read_text(encoding="utf-8") == MINIMAL


def test_json_has_the_plan_and_nothing_else_on_stdout(minimal: Path) -> None:
    done = run("solve", minimal, "--json", "--no-sensitivity", cwd=minimal.parent)
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert plan["status"] == "optimal"
    assert (minimal.parent / plan["folder"] / "plan.json").is_file()


def test_variation_gets_a_folder_of_its_own(minimal: Path) -> None:
    done = run("solve", minimal, "--vary", "strike", "--no-sensitivity", cwd=minimal.parent)
    assert done.returncode == 0, done.stderr
    manifest = minimal.parent / "runs" / "minimal-strike" / "manifest.json"
    assert json.loads(manifest.read_text(encoding="utf-8"))["applied"] == ["--vary strike"]


def test_infeasible(minimal: Path) -> None:
    steps = ["--set", "channels.phone.capacity=10", "--set", "channels.web.capacity=10"]
    done = run("solve", minimal, *steps, "--no-sensitivity", cwd=minimal.parent)
    assert done.returncode == 5, done.stdout + done.stderr
    assert "nfeasible" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_unbounded_is_told(minimal: Path) -> None:
    """Without a cap, FTE that bring money would be hired without end."""
    text = MINIMAL + (
        "staff:\n  team: {serves: [phone], hours_per_fte: 1000, fte_cost: -1, whole_fte: false}\n"
    )
    text = text.replace("phone: {unit_cost: 6", "phone: {handle_minutes: 5, unit_cost: 6")
    (minimal / "scenario.yaml").write_text(text, encoding="utf-8")
    done = run("solve", minimal, "--no-sensitivity", cwd=minimal.parent)
    assert done.returncode == 6, done.stdout + done.stderr
    assert not (minimal.parent / "runs" / "minimal").exists()


def test_unknown_solver(minimal: Path) -> None:
    done = run("solve", minimal, "--solver", "higs", cwd=minimal.parent)
    assert done.returncode == 2
    assert "highs" in done.stderr


@pytest.mark.parametrize("suffix", ["lp", "mps"])
def test_export(suffix: str, minimal: Path) -> None:
    done = run("export", minimal, f"program.{suffix}", "--json", cwd=minimal.parent)
    assert done.returncode == 0, done.stderr
    files = [minimal.parent / name for name in json.loads(done.stdout)["files"]]
    assert files[0].name == f"program.{suffix}"
    assert all(file.stat().st_size > 50 for file in files)
    assert any("phone" in file.read_text(encoding="utf-8") for file in files)
    again = run("export", minimal, f"program.{suffix}", cwd=minimal.parent)
    assert again.returncode == 2
    assert "--force" in again.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_read_only_folder(minimal: Path) -> None:
    closed = minimal.parent / "closed"
    closed.mkdir(mode=0o500)
    done = run("solve", minimal, "--out", closed / "run", cwd=minimal.parent)
    assert done.returncode == 1
    assert "no permission to write" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_place_that_cannot_be_a_folder(minimal: Path) -> None:
    """A file stands where a folder would have to be; also for root."""
    (minimal.parent / "file").touch()
    done = run("solve", minimal, "--out", minimal.parent / "file" / "run", cwd=minimal.parent)
    assert done.returncode == 1
    assert "a part of the path is a file" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_every_further_part_has_its_files(minimal: Path) -> None:
    parts = (
        "metrics:\n  co2: {values: {phone: 1}}\n"
        "upgrades:\n  ivr: {channel: phone, effects: {unit_cost: {times: 0.9}}}\n"
        "policies:\n  - {name: out, type: outage, channel: phone, recover: 0}\n"
    )
    (minimal / "scenario.yaml").write_text(MINIMAL + parts, encoding="utf-8")
    done = run("solve", minimal, "--no-sensitivity", "--out", "run", cwd=minimal.parent)
    assert done.returncode == 0, done.stderr
    written = {path.name for path in (minimal.parent / "run").iterdir()}
    assert written >= {"metrics.csv", "upgrades.csv", "outages.csv", "emergencies.csv"}
    assert run("verify", "run", cwd=minimal.parent).returncode == 0
