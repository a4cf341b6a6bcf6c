"""The scenario that `channelopt init` writes: folder and workbook say the same."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from channelopt.errors import UsageError
from channelopt.instance.load import load
from channelopt.rules import POLICIES
from channelopt.scenario import compose, template


def test_folder_and_workbook_are_the_same_scenario(tmp_path: Path) -> None:
    folder = compose.read(template.write_folder(tmp_path / "plan"))
    workbook = compose.read(template.write_workbook(tmp_path / "plan.xlsx"))
    assert workbook.tree == folder.tree
    assert workbook.variations == folder.variations
    assert list(workbook.tables) == list(folder.tables)
    for name, table in folder.tables.items():
        assert workbook.tables[name].columns == table.columns
        assert workbook.tables[name].values == table.values
    assert folder.warnings == ()
    assert workbook.warnings == ()


def test_both_load_without_findings_and_alike_after_the_variation(tmp_path: Path) -> None:
    paths = template.write_folder(tmp_path / "a"), template.write_workbook(tmp_path / "b.xlsx")
    plain, varied = (
        [load(path, steps=steps).resolved for path in paths] for steps in ((), [("vary", "strike")])
    )
    assert plain[0] == plain[1]
    assert varied[0] == varied[1]
    assert plain[0] != varied[0]
    assert not load(paths[0]).warnings


def test_the_template_shows_what_a_planner_needs(tmp_path: Path) -> None:
    tree = compose.read(template.write_folder(tmp_path / "plan")).tree
    sizes = {name: len(tree[name]) for name in ("segments", "channels", "staff", "policies")}
    assert sizes == {"segments": 3, "channels": 4, "staff": 2, "policies": 2}
    text = (tmp_path / "plan" / "scenario.yaml").read_text(encoding="utf-8")
    assert text.count("#") > 15


def test_every_column_is_explained_and_drop_downs_name_what_is_allowed(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(template.write_workbook(tmp_path / "plan.xlsx"))
    assert book.sheetnames[:2] == ["about", "scenario"]
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes in ("A2", "B2")
        assert all(cell.comment is not None and cell.comment.text for cell in sheet[1]), sheet.title
    lists = {
        (sheet.title, str(choice.sqref)): choice.formula1
        for sheet in book.worksheets
        for choice in sheet.data_validations.dataValidation
    }
    header = [cell.value for cell in book["channels"][1]]
    touch = openpyxl.utils.get_column_letter(header.index("touch") + 1)
    always = openpyxl.utils.get_column_letter(header.index("always_open") + 1)
    kinds = ",".join(policy.slug for policy in POLICIES)
    assert lists["channels", f"{touch}2:{touch}500"] == '"high,medium,low"'
    assert lists["channels", f"{always}2:{always}500"] == '"yes,no"'
    assert lists["policies", "B2:B500"] == f'"{kinds}"'
    assert lists["volumes" if "volumes" in book else "contacts_per_customer", "A2:A500"] == (
        "=segments!$A$2:$A$500"
    )
    assert all(len(formula) < 258 for formula in lists.values()), "Excel's limit for lists"


def test_columns_cover_every_attribute_of_the_schema(tmp_path: Path) -> None:
    """A new attribute appears in the workbook by itself."""
    from channelopt.scenario.sections import Channel, ServiceLevel, StaffGroup

    book = openpyxl.load_workbook(template.write_workbook(tmp_path / "plan.xlsx"))
    assert [cell.value for cell in book["channels"][1]] == ["id", *Channel.model_fields]
    staff = {cell.value for cell in book["staff"][1]}
    assert staff == {
        "id",
        *(name for name in StaffGroup.model_fields if name != "service_level"),
        *(f"service_level.{name}" for name in ServiceLevel.model_fields),
    }


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "plan.xlsx").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="exists already"):
        template.write_folder(tmp_path / "plan")
    with pytest.raises(UsageError, match="exists already"):
        template.write_workbook(tmp_path / "plan.xlsx")
    with pytest.raises(UsageError, match=r"ends in \.xlsx"):
        template.write_workbook(tmp_path / "plan.xls")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine.txt", "plan", "plan.xlsx"]
    template.write_workbook(tmp_path / "plan.xlsx", force=True)
    assert compose.read(tmp_path / "plan.xlsx").tree["format"] == 1


def test_an_empty_folder_is_filled_and_parents_are_made(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert template.write_folder(tmp_path / "empty") == tmp_path / "empty"
    assert template.write_folder(tmp_path / "new" / "deep").is_dir()
    assert sorted(path.name for path in (tmp_path / "empty").iterdir()) == sorted(template.FILES)


def test_a_fault_of_the_disk_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match="cannot be written: No space left on device"):
        template.write_folder(tmp_path / "plan")
    assert list(tmp_path.iterdir()) == []
