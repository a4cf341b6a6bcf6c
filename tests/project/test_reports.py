"""The results in reports/ are those of the scenarios as they are, and right."""

import json
from pathlib import Path

import pytest

from channelopt.instance.canonical import digest
from channelopt.instance.load import load
from channelopt.pipeline.reporting import write_report
from channelopt.verify.check import verify_folder

ROOT = Path(__file__).parents[2]
REPORTS = sorted(path.parent for path in (ROOT / "reports").glob("*/manifest.json"))


def test_there_is_a_result_to_look_at() -> None:
    assert [folder.name for folder in REPORTS] == ["bank"], "run `make reports`"


@pytest.mark.parametrize("folder", REPORTS, ids=lambda folder: folder.name)
def test_result_belongs_to_its_scenario(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["digest"] == digest(load(ROOT / "scenarios" / folder.name).resolved)


@pytest.mark.parametrize("folder", REPORTS, ids=lambda folder: folder.name)
def test_result_is_right_and_proven(folder: Path) -> None:
    assert verify_folder(folder).ok
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert plan["status"] == "optimal"
    assert plan["gap"] <= 1e-6


@pytest.mark.parametrize("folder", REPORTS, ids=lambda folder: folder.name)
def test_report_is_the_one_that_would_be_written_now(folder: Path, tmp_path: Path) -> None:
    write_report(folder, formats=["md"], out=tmp_path)
    written = (folder / "report.md").read_bytes()
    assert written == (tmp_path / "report.md").read_bytes(), (
        f"run `channelopt report {folder.relative_to(ROOT)} --format html,xlsx,pdf,pptx,md`"
    )
