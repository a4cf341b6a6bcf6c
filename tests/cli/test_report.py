"""`channelopt report` through the real command line."""

import json
import re
import shutil
from pathlib import Path

import pytest

from channelopt.errors import InputError, UsageError
from channelopt.pipeline.reporting import write_report
from tests.cli.process import MINIMAL, run


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("reports")
    (place / "small.yaml").write_text(MINIMAL)
    done = run("solve", "small.yaml", "--out", "run", "--quiet", cwd=place)
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture
def place(solved: Path, tmp_path: Path) -> Path:
    shutil.copytree(solved, tmp_path / "place")
    return tmp_path / "place"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_markdown_is_written_again_and_the_run_stays_whole(place: Path) -> None:
    before = names(place / "run")
    done = run("report", "run", "--format", "md", "--locale", "de_DE", "--quiet", cwd=place)
    assert (done.returncode, done.stderr) == (0, "")
    text = (place / "run" / "report.md").read_text("utf-8")
    assert "Entscheidung" in text
    assert "The decision" not in text
    assert names(place / "run") == before
    listed = json.loads(run("runs", "list", "--store", ".", "--json", cwd=place).stdout)
    assert "edited" not in json.dumps(listed) or '"edited": []' in json.dumps(listed)
    assert run("verify", "run", cwd=place).returncode == 0


def test_an_edited_run_says_so(place: Path) -> None:
    staff = place / "run" / "channels.csv"
    staff.write_text(staff.read_text().replace("phone", "web", 1))
    done = run("report", "run", "--format", "md", "--out", "out", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "channels.csv" in (place / "out" / "report.md").read_text("utf-8").split("##")[1]


@pytest.mark.parametrize(
    ("wanted", "locale", "said"),
    [
        (["htlm"], "en", "html"),
        (["md,docx"], "en", "docx"),
        (["md"], "de_XY", "de_XY"),
        (["md"], "fr_FR", "de, en"),
        (["md"], "../../etc", "no locale"),
        (["md"], "", "no locale"),
    ],
)
def test_wrong_options_are_named(place: Path, wanted: list[str], locale: str, said: str) -> None:
    before = names(place / "run")
    with pytest.raises(UsageError, match=re.escape(said)):
        write_report(place / "run", formats=wanted, locale=locale)
    assert names(place / "run") == before


def test_wrong_options_are_told_without_a_traceback(place: Path) -> None:
    done = run("report", "run", "--format", "htlm", cwd=place)
    assert done.returncode == 2
    assert "'html'" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_folders_are_not_overwritten(place: Path) -> None:
    (place / "out").mkdir()
    (place / "out" / "report.md").write_text("mine")
    done = run("report", "run", "--format", "md", "--out", "out", cwd=place)
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert (place / "out" / "report.md").read_text() == "mine"
    done = run("report", "run", "--format", "md", "--out", "out", "--force", cwd=place)
    assert done.returncode == 0
    assert (place / "out" / "report.md").read_text("utf-8") != "mine"


def test_a_file_is_no_folder_for_reports(place: Path) -> None:
    done = run("report", "run", "--format", "md", "--out", "small.yaml", cwd=place)
    assert done.returncode == 2
    assert "not a folder" in done.stderr
    assert (place / "small.yaml").read_text() == MINIMAL


@pytest.mark.slow
def test_a_list_is_reported_like_a_run(place: Path) -> None:
    rows = "\n".join(f"c{number},everyone" for number in range(20))
    (place / "customers.csv").write_text(f"customer_id,segment\n{rows}\n")
    made = run("assign", "run", "--customers", "customers.csv", "--out", "list", cwd=place)
    assert made.returncode == 0, made.stderr
    done = run("report", "list", "--locale", "de_DE", "--json", cwd=place)
    assert done.returncode == 0, done.stderr
    files = [f"list/{name}" for name in ("report.html", "report.xlsx", "report.md")]
    assert json.loads(done.stdout) == {"files": files}
    assert "20 Kunden: Die Liste ist" in (place / "list" / "report.md").read_text("utf-8")
    assert run("verify", "list", cwd=place).returncode == 0


@pytest.mark.parametrize("what", ["nowhere", "small.yaml", "empty"])
def test_what_is_no_run_is_refused(place: Path, what: str) -> None:
    (place / "empty").mkdir()
    with pytest.raises((UsageError, InputError), match=what):
        write_report(place / what)


def test_a_damaged_run_is_refused_with_every_fault(place: Path) -> None:
    for name in ("staff.csv", "segments.csv"):
        (place / "run" / name).write_text("period\n1,2\n")
    with pytest.raises(InputError) as caught:
        write_report(place / "run")
    assert "staff.csv" in str(caught.value)
    assert "segments.csv" in str(caught.value)


@pytest.mark.slow
def test_reports_go_with_the_run(place: Path) -> None:
    run_folder = place / "run"
    (run_folder / "report.html").write_text("old")
    (run_folder / "charts").mkdir()
    (run_folder / "charts" / "bridge.svg").write_text("old")
    done = run("solve", "small.yaml", "--out", "run", "--force", "--quiet", cwd=place)
    assert done.returncode == 0, done.stderr
    assert not (run_folder / "report.html").exists()
    (run_folder / "charts").mkdir()
    (run_folder / "charts" / "thesis.docx").write_text("mine")
    done = run("solve", "small.yaml", "--out", "run", "--force", "--quiet", cwd=place)
    assert done.returncode == 2
    assert "charts/thesis.docx" in done.stderr
    assert (run_folder / "charts" / "thesis.docx").read_text() == "mine"
