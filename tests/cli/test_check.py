"""`check`, and `evaluate` of a run, as a pipeline calls them: processes, files, exit codes."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.process import MINIMAL, run

RULES = """\
format: 1
baseline: ../runs/minimal
rules:
  - {name: profit, kpi: profit, at_least: 0.99, of: baseline}
  - {name: phone, kpi: share, channels: phone, at_most: 0.5}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a scenario, its run, the run of a variation and a file of thresholds."""
    place = tmp_path_factory.mktemp("project")
    for folder in ("minimal", "checks"):
        (place / folder).mkdir()
    (place / "minimal" / "scenario.yaml").write_text(MINIMAL, encoding="utf-8")
    (place / "checks" / "rules.yaml").write_text(RULES, encoding="utf-8")
    for more in ([], ["--vary", "strike"]):
        done = run("solve", "minimal", *more, "--no-sensitivity", cwd=place)
        assert done.returncode == 0, done.stderr
    return place


STRIKE = ("runs/minimal-strike", "checks/rules.yaml")


def test_a_rule_that_fails_is_exit_code_9(project: Path) -> None:
    done = run("check", "runs/minimal", *STRIKE, cwd=project)
    assert done.returncode == 9, done.stderr
    assert done.stderr == ""
    assert "runs/minimal passes: 2 of 2 rules hold." in done.stdout
    assert "(0.99 of the baseline), missed by" in done.stdout
    assert "runs/minimal-strike fails: 1 of 2 rules hold." in done.stdout


@pytest.mark.slow
def test_verdicts_as_data(project: Path) -> None:
    assert run("check", "runs/minimal", "checks/rules.yaml", cwd=project).returncode == 0
    done = run("check", "runs/minimal", *STRIKE, "--json", cwd=project)
    assert done.returncode == 9, done.stderr
    told = json.loads(done.stdout)
    assert told["passes"] is False
    assert [one["passes"] for one in told["runs"]] == [True, False]
    profit = told["runs"][1]["rules"][0]
    assert profit["outcome"] == "failed"
    assert profit["distance"] == pytest.approx(profit["found"] - profit["wanted"])


@pytest.mark.slow
def test_an_edited_run_is_never_judged(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "runs" / "minimal"
    shutil.copytree(project / "runs" / "minimal", copy)
    file = copy / "plan.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"profit": ', '"profit": 9'), "utf-8")
    done = run("check", copy, project / "checks" / "rules.yaml", cwd=tmp_path)
    assert done.returncode == 8, done.stdout
    assert "was edited after it was written (plan.json)" in done.stderr
    assert "pass" not in done.stdout


@pytest.mark.slow
def test_a_wrong_file_is_exit_code_3_with_places(project: Path) -> None:
    text = RULES.replace("kpi: share", "kpi: shares").replace("at_least", "at_lest")
    (project / "checks" / "wrong.yaml").write_text(text, encoding="utf-8")
    done = run("check", "runs/minimal", "checks/wrong.yaml", cwd=project)
    assert done.returncode == 3
    for words in (
        "checks/wrong.yaml:4:42  E201  unknown key 'at_lest' in rules[0]; did you mean 'at_least'",
        "checks/wrong.yaml:5:24  E924  there is no figure 'shares'; did you mean 'share'?",
        "Invalid input: 2 problems.",
    ):
        assert words in done.stderr
    for wrong in ("minimal", "runs/none"):
        done = run("check", wrong, "checks/rules.yaml", cwd=project)
        assert done.returncode == 3, done.stderr
        assert "E907" in done.stderr
    assert run("check", "checks/rules.yaml", cwd=project).returncode == 2


@pytest.mark.slow
def test_the_schema_of_thresholds(project: Path) -> None:
    done = run("schema", "thresholds", cwd=project)
    assert json.loads(done.stdout)["title"] == "channelopt thresholds, format 1"


@pytest.mark.slow
def test_a_plan_against_reality(project: Path) -> None:
    held = ("evaluate", "minimal", "runs/minimal")
    done = run(*held, "--vary", "strike", "--out", "strike", cwd=project)
    assert done.returncode == 8, done.stderr
    assert "breaks 1 rule in 1 place: capacity (1)." in done.stdout
    assert "phone, plan comes to 800 where at most 100 is allowed" in done.stdout
    folder = project / "strike"
    files = {path.name for path in folder.iterdir()}
    tables = {f"{name}.csv" for name in ("ladder", "breaches", "kpis", "allocation")}
    assert files == {*tables, "summary.md", "manifest.json", "evaluation.json"}
    with (folder / "ladder.csv").open(encoding="utf-8", newline="") as file:
        rungs = {row["rung"]: row for row in csv.DictReader(file)}
    solved = json.loads((project / "runs/minimal-strike/plan.json").read_text(encoding="utf-8"))
    assert float(rungs["reoptimised"]["profit"]) == pytest.approx(solved["objective"])


@pytest.mark.slow
def test_a_plan_held_under_its_own_scenario_is_the_run(project: Path) -> None:
    done = run("evaluate", "minimal", "runs/minimal", "--json", cwd=project)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["held"] == told["own"]
    assert told["recovered"] == pytest.approx(0, abs=0.005)
    refused = run("evaluate", "minimal", "runs/minimal", "--out", "runs", cwd=project)
    assert refused.returncode == 2
    assert "holds something else than a evaluation" in refused.stderr
    # the allocation of the held plan is an allocation like any other
    run("evaluate", "minimal", "runs/minimal", "--out", "own", cwd=project)
    again = run("evaluate", "minimal", "own/allocation.csv", "--json", cwd=project)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["objective"] == pytest.approx(told["held"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("runs/minimal", "--period", "2028"), 2, "expected two periods like 2028=2027"),
        (("runs/minimal", "--period", "2028=plan"), 2, "the scenario has no period '2028'"),
        (("runs/minimal", "--period", "plan=x"), 2, "the run has no period 'x'"),
        (("checks", "--quiet"), 3, "E907"),
        (("runs/minimal/allocation.csv", "--out", "x"), 2, "--out: only where the second"),
        (("runs/minimal", "--set", "channels.web.capacity=1"), 8, "no plan that obeys the rules"),
    ],
)
def test_wrong_words(project: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = run("evaluate", "minimal", *words, cwd=project)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
