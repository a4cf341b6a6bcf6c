"""Run folders: a right one passes; a damaged one gets a clear message, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from channelopt.errors import InputError
from channelopt.plan import folder
from channelopt.plan.assemble import Origin, assemble
from channelopt.verify.check import verify_folder
from tests.verify.building import as_choice, instance, written

FILES = (
    *("manifest.json", "plan.json", "allocation.csv", "offers.csv", "channels.csv"),
    *("segments.csv", "staff.csv", "hours.csv"),
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run whose only period is called =1+1, which a spreadsheet would take for a formula."""
    scenario = instance(periods=["=1+1"], tables={"contacts_per_customer": [{"value": 2.0}]})
    first = {
        ("old", "help", "web", "=1+1"): 100 / 3,
        ("old", "help", "phone", "=1+1"): 200 / 3,
        ("young", "help", "phone", "=1+1"): 40,
    }
    choice = as_choice(scenario.numbers, written(scenario.numbers, first))
    plan = assemble(scenario, choice, Origin("feasible", bound=9999.5))
    return folder.write(plan, tmp_path / "run")


def edit(path: Path, **changes: Any) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, **changes}), encoding="utf-8")


def findings(run: Path) -> tuple[str, ...]:
    """What is wrong with a run, whether it can be read or not."""
    try:
        return verify_folder(run).findings()
    except InputError as error:
        return tuple(str(problem) for problem in error.problems)


def test_a_right_folder_passes(run: Path) -> None:
    found = verify_folder(run)
    assert found.findings() == ()
    assert found.ok


def test_an_edited_cell_is_found(run: Path) -> None:
    path = run / "allocation.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("33.333333333333336", "33.35"), encoding="utf-8")
    found = verify_folder(run)
    assert "demand" in found.broken
    assert any(line.startswith("plan.json, objective: ") for line in found.mismatches)


def test_edits_below_the_last_digit_of_a_float_are_read_exactly(run: Path) -> None:
    path = run / "allocation.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("33.333333333333336", "33.33333333333333333"), encoding="utf-8")
    assert verify_folder(run).ok


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(run: Path, name: str) -> None:
    (run / name).unlink()
    with pytest.raises(InputError, match="the file is missing") as caught:
        verify_folder(run)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"\x00\x01\x02", b"[", b'"', b"[]", b'{"a": NaN}', b"[" * 100_000],
)
def test_a_damaged_file_is_named(run: Path, name: str, content: bytes) -> None:
    (run / name).write_bytes(content)
    assert any(name in line for line in findings(run))


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_off_anywhere_never_passes(run: Path, name: str) -> None:
    content = (run / name).read_bytes()
    for length in range(0, len(content), max(1, len(content) // 12)):
        (run / name).write_bytes(content[:length])
        assert findings(run)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such run folder"):
        verify_folder(tmp_path / "nowhere")


def test_a_folder_in_place_of_a_file(run: Path) -> None:
    (run / "hours.csv").unlink()
    (run / "hours.csv").mkdir()
    with pytest.raises(InputError, match=r"hours\.csv"):
        verify_folder(run)


def test_a_changed_scenario_is_noticed(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    manifest["scenario"]["segments"]["old"]["margin"] = 11.0
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(InputError, match="changed after the run"):
        verify_folder(run)


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("manifest.json", {"scenario": None}, "the scenario is missing"),
        ("manifest.json", {"scenario": {}, "digest": "0"}, "its hash differs"),
        ("plan.json", {"bound": "high"}, "'high' is not a number"),
        ("plan.json", {"objective": None}, "although plan.json has no objective"),
        ("plan.json", {"money": [1]}, "where figures by name belong"),
    ],
)
def test_wrong_content_is_named(run: Path, name: str, change: dict[str, Any], says: str) -> None:
    edit(run / name, **change)
    assert says in "\n".join(findings(run))


def test_missing_and_repeated_claims(run: Path) -> None:
    path = run / "plan.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"kpis"', '"kpi"'), encoding="utf-8")
    with pytest.raises(InputError, match="kpis missing"):
        verify_folder(run)
    path.write_text(text.replace('"kpis"', '"money"'), encoding="utf-8")
    with pytest.raises(InputError, match="'money' is written twice"):
        verify_folder(run)
