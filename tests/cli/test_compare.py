"""`compare` as a planner uses it: real processes, scenarios, runs, files, wrong input."""

import csv
import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.cli.process import MINIMAL, SCENARIOS, run

QUIET = ("--quiet", "--workers", "2")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small scenario and a run of it."""
    folder = tmp_path_factory.mktemp("compared")
    (folder / "small").mkdir()
    (folder / "small" / "scenario.yaml").write_text(MINIMAL, encoding="utf-8")
    done = run("solve", "small", "--no-sensitivity", "--quiet", "--out", "runs/base", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def three(place: Path) -> Path:
    """A run compared with two variations, written to every kind of file."""
    files = ("--out", "result", "--md", "r.md", "--xlsx", "r.xlsx")
    done = run("compare", "base", "small@strike", "small@dear", *files, *QUIET, cwd=place)
    assert done.returncode == 0, done.stderr
    (place / "three.txt").write_text(done.stdout, encoding="utf-8")
    return place


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "result" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_terminal_says_what_differs_and_why(three: Path) -> None:
    text = (three / "three.txt").read_text(encoding="utf-8")
    first, *_ = text.splitlines()
    assert first.startswith("small@strike is worth 1,400.00 less than base (1.7 %), because of ")
    assert "small@dear is worth 1,600.00 less than base" in text
    for title in ("Key figures", "From base to small@strike", "Inputs that differ: small@dear"):
        assert f"\n{title}" in text
    assert "channels.phone.capacity" in text
    tables = [line for line in text.splitlines() if line.startswith("  ")]
    assert max(map(len, tables)) <= 80


def test_the_files_agree_with_each_other_and_with_the_run(three: Path) -> None:
    folder = three / "result"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["kind"] == "comparison"
    assert {path.name for path in folder.iterdir()} == {*manifest["outputs"], "manifest.json"}
    data = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    plan = json.loads((three / "runs" / "base" / "plan.json").read_text(encoding="utf-8"))
    assert data["sides"][0]["objective"] == plan["objective"]
    for one in data["differences"]:
        run_ = one["run"]
        profit = [r for r in rows(three, "money") if r["run"] == run_ and not r["period"]]
        assert sum(float(r["difference"]) for r in profit) == pytest.approx(one["profit"])
        steps = [r for r in rows(three, "waterfall") if r["run"] == run_]
        effects = [float(r["effect"]) for r in steps if r["kind"] not in {"start", "end"}]
        assert sum(effects) == pytest.approx(one["profit"], abs=0.005)
    assert (folder / "summary.md").read_bytes() == (three / "r.md").read_bytes()
    assert (folder / "comparison.xlsx").read_bytes() == (three / "r.xlsx").read_bytes()
    book = openpyxl.load_workbook(three / "r.xlsx")
    expected = ["Waterfall small@strike", "Waterfall small@dear", "inputs", "kpis"]
    assert book.sheetnames[1:5] == expected
    kpis = rows(three, "kpis")
    for row, written in zip(kpis, book["kpis"].iter_rows(min_row=2, values_only=True), strict=True):
        number = None if row["after"] == "" else pytest.approx(float(row["after"]))
        assert written[6] == number


@pytest.mark.slow
def test_json_on_stdout_is_the_same(three: Path) -> None:
    asked = ("base", "small@strike", "small@dear", "--json")
    done = run("compare", *asked, *QUIET, cwd=three)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("files") == []
    written = json.loads((three / "result" / "comparison.json").read_text(encoding="utf-8"))
    assert found == written


@pytest.mark.slow
def test_nothing_is_replaced_unless_asked(three: Path) -> None:
    for option, where in (("--out", "result"), ("--md", "r.md"), ("--xlsx", "r.xlsx")):
        before = sorted((path, path.stat().st_mtime_ns) for path in three.rglob("*"))
        done = run("compare", "base", "small", option, where, "--no-why", *QUIET, cwd=three)
        assert done.returncode == 2, done.stdout
        assert "--force" in done.stderr
        assert sorted((path, path.stat().st_mtime_ns) for path in three.rglob("*")) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "where", "words"),
    [
        ("--out", "small", "belongs to what is compared"),
        ("--out", "runs", "belongs to what is compared"),
        ("--md", "runs/base/new.md", "belongs to what is compared"),
        ("--md", "notes.txt", "ends in .md"),
        ("--xlsx", "r.csv", "ends in .xlsx"),
        ("--seconds", "-1", "--seconds"),
        ("--set", "channels.phone.capacty=5", "capacity"),
    ],
)
def test_wrong_options(place: Path, option: str, where: str, words: str) -> None:
    done = run("compare", "base", "small", option, where, "--force", *QUIET, cwd=place)
    assert done.returncode in {2, 3}
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_wrong_targets(place: Path) -> None:
    done = run("compare", "smal", "@strike", *QUIET, cwd=place)
    assert done.returncode == 3
    assert "did you mean 'small'?" in done.stderr
    done = run("compare", "small", "@strik", *QUIET, cwd=place)
    assert done.returncode == 3
    assert "there is no variation 'strik'" in done.stderr
    done = run("compare", "small", *QUIET, cwd=place)
    assert done.returncode == 2
    assert "two or more" in done.stderr


@pytest.mark.slow
def test_an_edited_and_a_damaged_run(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "small", tmp_path / "small")
    shutil.copytree(place / "runs" / "base", tmp_path / "runs" / "base")
    allocation = tmp_path / "runs" / "base" / "allocation.csv"
    allocation.write_text(allocation.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    done = run("compare", "base", "small", *QUIET, cwd=tmp_path)
    assert done.returncode == 3, done.stdout
    assert "allocation.csv" in done.stderr
    text = allocation.read_text(encoding="utf-8").rstrip("\n") + "\n"
    allocation.write_text(text.replace("800", "799"), encoding="utf-8")
    done = run("compare", "base", "small", "--no-why", *QUIET, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "base is not as it was written (allocation.csv edited)" in done.stderr
    plan = tmp_path / "runs" / "base" / "plan.json"
    written = json.loads(plan.read_text(encoding="utf-8"))
    plan.write_text(json.dumps(written | {"objective": 1.0}), encoding="utf-8")
    done = run("compare", "base", "small", "--no-why", *QUIET, cwd=tmp_path)
    assert done.returncode == 8, done.stderr
    assert "the money terms add up to" in done.stderr


@pytest.mark.slow
def test_a_side_without_a_plan(place: Path) -> None:
    asked = ("small", "small@strike", "--set", "channels.web.capacity=10", "--out", "half")
    done = run("compare", *asked, *QUIET, cwd=place)
    assert done.returncode == 5
    assert done.stdout == ""
    assert "small has no plan, because its rules contradict each other." in done.stderr
    assert "small@strike has no plan" in done.stderr
    assert "Nothing is compared." in done.stderr
    assert not (place / "half").exists()


@pytest.mark.slow
def test_the_same_twice(place: Path) -> None:
    done = run("compare", "base", "small", *QUIET, cwd=place)
    assert done.returncode == 0, done.stderr
    first, *_ = done.stdout.splitlines()
    assert first.startswith("small and base are the same: no input differs, and no result.")
    assert "From base" not in done.stdout


@pytest.mark.slow
def test_a_plan_that_is_known_is_not_solved_again(place: Path) -> None:
    """The store holds the plan of the scenario; without the store it is solved."""
    done = run("compare", "base", "small", "--no-why", cwd=place)
    assert "found in runs/base" in done.stderr
    done = run("compare", "runs/base", "small", "--no-why", "--store", "nowhere", cwd=place)
    assert "solving 1 of 2 plans" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", ["quickstart", "b2b"])
def test_real_scenarios(name: str, tmp_path: Path) -> None:
    variation = {"quickstart": "@strike", "b2b": "@free_migration"}[name]
    files = ("--out", "result", "--seconds", "60")
    done = run("compare", SCENARIOS / name, variation, *files, *QUIET, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    data = json.loads((tmp_path / "result" / "comparison.json").read_text(encoding="utf-8"))
    (one,) = data["differences"]
    effects = [part["effect"] for part in one["why"]["parts"]]
    assert sum(effects) + one["why"]["remainder"] == pytest.approx(one["profit"], abs=0.005)
