"""The children of the six scenarios: upgrades, bundles, service levels, metrics, outages."""

import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from channelopt import pipeline
from channelopt.backends.base import Limits
from channelopt.instance.instance import Instance
from channelopt.instance.load import load
from channelopt.plan.plan import Plan

FOLDER = Path(__file__).parents[2] / "scenarios"
GAP = 1e-3
CHILDREN = {
    "b2b_upgrades": "b2b",
    "bank_upgrades": "bank",
    "insurance_upgrades": "insurance",
    "public_service_storm": "public_service",
    "retail_waiting": "retail",
    "telecom_upgrades": "telecom",
    "telecom_waiting": "telecom",
}


def written(name: str) -> dict[str, Any]:
    """What the child's own file says, without its parent."""
    text = (FOLDER / name / "scenario.yaml").read_text(encoding="utf-8")
    own: dict[str, Any] = yaml.safe_load(text)
    return own


PAIRS = [(name, variation) for name in CHILDREN for variation in written(name)["variations"]]


@cache
def scenario(name: str, variation: str | None = None) -> Instance:
    """A child scenario, with a variation if one is named."""
    return load(FOLDER / name, steps=[("vary", variation)] if variation else [])


def solved(instance: Instance, seconds: float = 600) -> Plan:
    """A plan within the gap that the READMEs state, without ties and sensitivity."""
    limits = Limits(time_limit=seconds, gap=GAP)
    options = pipeline.SolveOptions(limits=limits, ties=False, sensitivity_seconds=0)
    plan = pipeline.solve(instance, options)
    assert plan.verification is not None
    assert plan.verification.ok
    assert plan.objective is not None
    return plan


def column(plan: Plan, table: str, **where: str) -> list[dict[str, Any]]:
    """The rows of a plan's table with these values, as mappings."""
    rows = [
        dict(zip(plan.tables[table].columns, row, strict=True)) for row in plan.tables[table].rows
    ]
    return [row for row in rows if all(row[key] == value for key, value in where.items())]


def owned(plan: Plan) -> set[str]:
    """The upgrades that a plan buys in any period."""
    return {row["upgrade"] for row in column(plan, "upgrades") if row["owned"]}


def fte(plan: Plan, *groups: str) -> float:
    """FTE of some groups over all periods; all groups without a name."""
    rows = column(plan, "staff")
    return sum(row["fte"] for row in rows if not groups or row["group"] in groups)


@pytest.mark.parametrize("name", sorted(CHILDREN))
def test_extends_its_parent_and_uses_a_new_part(name: str) -> None:
    own = written(name)
    assert own["extends"] == f"../{CHILDREN[name]}"
    numbers = scenario(name).numbers
    parts = (numbers.bundles, numbers.upgrades.ids, numbers.service_levels)
    assert any(len(part) for part in parts)
    assert numbers.metrics


@pytest.mark.parametrize("name", sorted(CHILDREN))
def test_the_readme_names_parts_and_variations(name: str) -> None:
    text = (FOLDER / name / "README.md").read_text(encoding="utf-8")
    own = written(name)
    for variation in own["variations"]:
        assert f"| `{variation}` |" in text
    for upgrade in own.get("upgrades", {}):
        assert f"`{upgrade}`" in text
    assert re.search(r"channelopt solve scenarios/\w+ .*--gap 1e-3", text)
    assert f"]({name})" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "variation"), PAIRS)
def test_a_variation_loads_and_changes_the_child(name: str, variation: str) -> None:
    assert scenario(name, variation).resolved != scenario(name).resolved


def test_the_workbook_equals_the_child_folder() -> None:
    """Upgrades, bundles, metrics and new policies can all be written in sheets."""
    assert load(FOLDER / "b2b_upgrades.xlsx").resolved == scenario("b2b_upgrades").resolved
    for variation in written("b2b_upgrades")["variations"]:
        book = load(FOLDER / "b2b_upgrades.xlsx", steps=[("vary", variation)])
        assert book.resolved == scenario("b2b_upgrades", variation).resolved


def test_a_service_level_can_be_written_in_a_workbook(tmp_path: Path) -> None:
    from openpyxl import Workbook

    target = written("telecom_waiting")["staff"]["contact_centre"]["service_level"]
    book = Workbook()
    book.remove(book.active)
    keys = book.create_sheet("scenario")
    for row in (("key", "value"), ("format", 1), ("extends", "telecom")):
        keys.append(row)
    staff = book.create_sheet("staff")
    staff.append(["id", *(f"service_level.{key}" for key in target)])
    staff.append(["contact_centre", *target.values()])
    book.save(tmp_path / "waiting.xlsx")
    shutil.copytree(FOLDER / "telecom", tmp_path / "telecom")
    read = load(tmp_path / "waiting.xlsx", root=tmp_path).numbers
    expected = scenario("telecom_waiting").numbers
    group = read.groups.index("contact_centre")
    level, other = read.service_levels[group], next(iter(expected.service_levels.values()))
    assert level.patience_minutes == other.patience_minutes == 5
    assert (level.share, level.within_seconds) == (other.share, other.within_seconds)
    assert level.open_hours.tolist() == other.open_hours.tolist()
