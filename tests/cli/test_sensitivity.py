"""`sensitivity` as a planner uses it: real processes, files, wrong input, interruptions."""

import csv
import hashlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from channelopt.pipeline.analyses import ANALYSES
from tests.cli.process import PROGRAM, SCENARIOS, environment, run

NAMES = [one.name for one in ANALYSES]
SHORT = ("--seconds", "30", "--samples", "8", "--points", "3", "--alternatives", "1")
SMALL = ("--only", "rules")


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the rules of the quickstart were analysed once."""
    place = tmp_path_factory.mktemp("analysed")
    done = run("sensitivity", SCENARIOS / "quickstart", *SMALL, cwd=place)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The plan is worth EUR 1.58 million, proven to be the best.")
    assert "Written to runs/quickstart/sensitivity" in done.stdout
    return place


@pytest.mark.slow
def test_the_folder_is_whole(analysed: Path) -> None:
    run_folder = analysed / "runs" / "quickstart"
    folder = run_folder / "sensitivity"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["analyses"] == ["rules"]
    files = {path.name for path in folder.iterdir()} - {"manifest.json"}
    assert set(manifest["outputs"]) == files
    for name, digest in manifest["outputs"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    data = json.loads((folder / "rules.json").read_text(encoding="utf-8"))
    with (folder / "rules.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(data["tables"]["rules"])
    assert (folder / "summary.md").read_text(encoding="utf-8").startswith("# What matters")
    assert run("verify", "runs/quickstart", cwd=analysed).returncode == 0


@pytest.mark.slow
def test_a_run_is_analysed_where_it_is_and_only_when_allowed(analysed: Path) -> None:
    refused = run("sensitivity", "runs/quickstart", *SMALL, cwd=analysed)
    assert refused.returncode == 2
    assert "--resume goes on with what it knows, --force begins anew" in refused.stderr
    folder = analysed / "runs" / "quickstart" / "sensitivity"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for option in ("--resume", "--force"):
        done = run("sensitivity", "runs/quickstart", *SMALL, option, cwd=analysed)
        assert done.returncode == 0, done.stderr
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.slow
def test_json_is_data(analysed: Path) -> None:
    done = run("sensitivity", "runs/quickstart", *SMALL, "--resume", "--json", cwd=analysed)
    told = json.loads(done.stdout)
    assert set(told) == {"rules", "folder"}
    assert told["rules"]["tables"]["rules"]


def test_without_time_everything_is_there_and_marked(tmp_path: Path) -> None:
    done = run("sensitivity", SCENARIOS / "quickstart", "--seconds", "0", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "could not be proven in the time given" in done.stdout
    folder = tmp_path / "runs" / "quickstart" / "sensitivity"
    wanted = {one.name for one in ANALYSES if one.name != "robust"}
    assert {f"{name}.json" for name in wanted} <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--only", "limit"), "did you mean 'limits'?"),
        (("--seconds", "nan"), "--seconds: expected a number of seconds >= 0"),
        (("--workers", "0"), "--workers: expected a whole number from 1"),
        (("--tolerance", "2"), "--tolerance: expected a share"),
        (("--within", "-1"), "--within: expected a share"),
        (("--frontier", "profit"), "expected two key figures like profit:cost"),
        (("--robust", "var=0.9"), "expected mean or cvar=LEVEL below 1"),
        (("--robust", "cvar=1"), "expected mean or cvar=LEVEL below 1"),
        (("--samples", "0"), "--samples: expected a whole number from 1"),
    ],
)
def test_wrong_options(tmp_path: Path, options: tuple[str, str], words: str) -> None:
    done = run("sensitivity", SCENARIOS / "quickstart", *options, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_run_cannot_be_changed_on_the_way(analysed: Path) -> None:
    done = run("sensitivity", "runs/quickstart", "--set", "channels.web.unit_cost=1", cwd=analysed)
    assert done.returncode == 2
    assert "a run is analysed as it was solved" in done.stderr


def test_a_scenario_without_a_plan(minimal: Path) -> None:
    none = ("--set", "channels.web.capacity=10")
    done = run("sensitivity", minimal, *none, cwd=minimal.parent)
    assert done.returncode == 5, done.stderr
    assert "Infeasible" in done.stdout
    assert not (minimal.parent / "runs").exists()


@pytest.mark.slow
def test_a_tampered_run_is_refused(analysed: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(analysed / "runs" / "quickstart", copy)
    text = (copy / "allocation.csv").read_text(encoding="utf-8").splitlines()
    (copy / "allocation.csv").write_text("\n".join(text[:-1]) + "\n", encoding="utf-8")
    done = run("sensitivity", copy, *SMALL, "--resume", cwd=tmp_path)
    assert done.returncode == 8, done.stderr
    assert "is not the one that is found now" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_keeps_what_is_done_and_resume_goes_on(tmp_path: Path) -> None:
    command = ("sensitivity", SCENARIOS / "quickstart", "--out", "q", "--only", "limits")
    process = subprocess.Popen(
        [*PROGRAM, *map(str, command)],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    answers = tmp_path / "q" / "sensitivity.answers.jsonl"
    until = time.monotonic() + 100
    while time.monotonic() < until and process.poll() is None and not answers.exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "Stopping" in errors
    folder = tmp_path / "q" / "sensitivity"
    first = json.loads((folder / "limits.json").read_text(encoding="utf-8"))
    assert first["unproven"] > 0
    known = len(answers.read_text(encoding="utf-8").splitlines())
    more = run(*command, "--resume", cwd=tmp_path)
    assert more.returncode == 0, more.stderr
    assert len(answers.read_text(encoding="utf-8").splitlines()) > known
    second = json.loads((folder / "limits.json").read_text(encoding="utf-8"))
    assert second["unproven"] == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_killed_analysis_leaves_a_run_that_goes_on(tmp_path: Path) -> None:
    command = ("sensitivity", SCENARIOS / "quickstart", "--out", "q", *SMALL)
    process = subprocess.Popen(
        [*PROGRAM, *map(str, command)], cwd=tmp_path, env=environment(), start_new_session=True
    )
    answers = tmp_path / "q" / "sensitivity.answers.jsonl"
    until = time.monotonic() + 100
    while time.monotonic() < until and process.poll() is None and not answers.exists():
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    whole = run("sensitivity", SCENARIOS / "quickstart", "--out", "w", *SMALL, cwd=tmp_path)
    assert whole.returncode == 0, whole.stderr
    done = run(*command, "--resume", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert run("verify", "q", cwd=tmp_path).returncode == 0
    for path in (tmp_path / "w" / "sensitivity").iterdir():
        assert path.read_bytes() == (tmp_path / "q" / "sensitivity" / path.name).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["quickstart", "b2b"])
def test_all_of_it(tmp_path: Path, scenario: str) -> None:
    done = run("sensitivity", SCENARIOS / scenario, *SHORT, "--robust", "cvar=0.9", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) <= 11
    folder = tmp_path / "runs" / scenario / "sensitivity"
    assert {f"{name}.json" for name in NAMES} <= {path.name for path in folder.iterdir()}
    assert "Traceback" not in done.stderr
