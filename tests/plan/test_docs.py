"""The page on run folders names every column and every key, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from channelopt.plan import folder
from channelopt.plan.columns import COLUMNS
from channelopt.plan.records import SENSITIVITY_COLUMNS
from tests.plan.test_plan import make_plan

PAGE = (Path(__file__).parents[2] / "docs" / "run-folder.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "columns"), [*COLUMNS.items(), ("sensitivity", SENSITIVITY_COLUMNS)]
)
def test_every_column_is_documented_in_order(name, columns):
    (row,) = re.findall(rf"^\| `{name}\.csv` \| (.*) \|$", PAGE, re.MULTILINE)
    assert tuple(re.findall(r"`(\w+)`", row)) == columns


def test_every_key_of_plan_json_is_documented():
    section = PAGE.split("## `plan.json`")[1].split("## `manifest.json`")[0]
    keys = {
        key
        for cell in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
        for key in re.findall(r"`(\w+)`", cell)
    }
    assert keys == set(json.loads(make_plan().to_json()))


def test_every_key_of_the_manifest_is_documented(tmp_path):
    out = folder.write(make_plan(), tmp_path / "run")
    section = PAGE.split("## `manifest.json`")[1]
    written = set(json.loads((out / "manifest.json").read_text()))
    assert set(re.findall(r"`(\w+)`", section)) == written
