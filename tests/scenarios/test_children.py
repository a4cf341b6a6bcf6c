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
from channelopt.instance.load import load as read
from channelopt.plan.plan import Plan

FOLDER = Path(__file__).parents[2] / "scenarios"
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
    return read(FOLDER / name, steps=[("vary", variation)] if variation else [])


def solved(instance: Instance, gap: float = 1e-3) -> Plan:
    """A plan that passes the check, without ties and sensitivity."""
    limits = Limits(time_limit=900, gap=gap)
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
    assert re.search(r"channelopt solve scenarios/\w+ .*--gap \d", text)
    assert f"]({name})" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "variation"), PAIRS)
def test_a_variation_loads_and_changes_the_child(name: str, variation: str) -> None:
    assert scenario(name, variation).resolved != scenario(name).resolved


def test_the_workbook_equals_the_child_folder() -> None:
    """Upgrades, bundles, metrics and new policies can all be written in sheets."""
    assert read(FOLDER / "b2b_upgrades.xlsx").resolved == scenario("b2b_upgrades").resolved
    for variation in written("b2b_upgrades")["variations"]:
        book = read(FOLDER / "b2b_upgrades.xlsx", steps=[("vary", variation)])
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
    book_numbers = read(tmp_path / "waiting.xlsx", root=tmp_path).numbers
    expected = scenario("telecom_waiting").numbers
    group = book_numbers.groups.index("contact_centre")
    level, other = book_numbers.service_levels[group], next(iter(expected.service_levels.values()))
    assert level.patience_minutes == other.patience_minutes == 5
    assert (level.share, level.within_seconds) == (other.share, other.within_seconds)
    assert level.open_hours.tolist() == other.open_hours.tolist()


TEAMS = ("contact_centre", "chat_team", "social_team")


def load(plan: Plan) -> float:
    """Erlangs of all groups with a waiting-time target, in the busy hour."""
    return sum(row["load"] for row in column(plan, "service_levels"))


def proven(better: Plan, worse: Plan) -> bool:
    """The first plan is worth more than any plan of the second scenario."""
    assert better.objective is not None
    assert worse.bound is not None
    return better.objective > worse.bound


def placeable(plan: Plan, channel: str) -> list[float]:
    """Share that could be placed elsewhere with the hours of the plan, by period."""
    rows = column(plan, "outages", channel=channel)
    return [row["share"] for row in rows if not row["policy"]]


@pytest.mark.slow
def test_a_pool_needs_fewer_people_for_more_work() -> None:
    """Teams against a pool; what the retailer buys; and an outage rule that costs nothing."""
    teams = solved(scenario("retail_waiting"))
    pool = solved(scenario("retail_waiting", "one_pool"))
    assert proven(pool, teams)
    assert fte(pool, *TEAMS) < fte(teams, *TEAMS)
    assert load(pool) > load(teams)
    assert owned(teams) == {"order_tracking", "tracking_on_the_web"}
    assert placeable(teams, "social") == pytest.approx([1])


slow = pytest.mark.slow
long = pytest.mark.timeout(1800)


@slow
@long
def test_order_tracking_pays_only_with_the_website() -> None:
    dear = [("set", "upgrades.tracking_on_the_web.investment=9000000")]
    assert owned(solved(read(FOLDER / "retail_waiting", steps=dear), gap=1e-4)) == set()


@slow
@long
def test_patience_and_a_better_target_take_more_agents() -> None:
    plans = {
        name: solved(scenario("telecom_waiting", name or None))
        for name in ("", "endless_patience", "ninety_in_ten")
    }
    people = {name: fte(plan, "contact_centre") for name, plan in plans.items()}
    assert people[""] < people["endless_patience"] < people["ninety_in_ten"]
    assert proven(plans[""], plans["endless_patience"])
    assert proven(plans[""], plans["ninety_in_ten"])


@slow
@long
def test_headsets_pay_together_with_what_needs_them_and_an_outage_rule_has_a_price() -> None:
    base = solved(scenario("b2b_upgrades"), gap=5e-4)
    without = solved(scenario("b2b_upgrades", "no_headsets"), gap=5e-4)
    outage = solved(scenario("b2b_upgrades", "portal_outage"), gap=5e-4)
    travel = solved(scenario("b2b_upgrades", "less_travel"), gap=5e-4)
    assert owned(base) == {"headsets", "fault_library", "visit_planner"}
    assert owned(without) == {"visit_planner"}
    assert proven(base, without)
    assert proven(base, outage)
    assert min(placeable(base, "portal")) < 0.9
    assert proven(base, travel)


@slow
@long
def test_a_record_is_bought_only_for_the_desktops_that_need_it() -> None:
    base = solved(scenario("bank_upgrades"))
    without = solved(scenario("bank_upgrades", "no_desktops"))
    assert {"customer_record", "desktop_phone"} <= owned(base)
    assert not {"bot_language_model", "desktop_email"} & owned(base)
    assert "customer_record" not in owned(without)
    assert proven(base, without)


@slow
@long
def test_photo_recognition_is_not_worth_its_price() -> None:
    base = solved(scenario("insurance_upgrades"))
    free = solved(scenario("insurance_upgrades", "free_tools"))
    assert owned(base) == {"claims_desktop", "clear_status"}
    assert owned(free) == owned(base) | {"photo_recognition", "video_recognition"}
    assert placeable(base, "app") == pytest.approx([1, 1, 1])


@slow
@long
def test_a_programme_is_bought_and_a_better_chatbot_is_not() -> None:
    plan = solved(scenario("telecom_upgrades"), gap=2e-3)
    assert owned(plan) == {"first_call_chat", "first_call_phone"}
    assert sum(row["first_contacts"] for row in column(plan, "allocation", channel="app_mail_call"))


@slow
@long
def test_clear_bills_pay_and_the_phone_may_fail() -> None:
    plan = solved(scenario("public_service_storm"), gap=2e-4)
    assert owned(plan) == {"clear_bills"}
    assert placeable(plan, "phone") == pytest.approx([1, 1, 1])


@slow
@long
@pytest.mark.parametrize(("name", "variation"), PAIRS)
def test_a_variation_of_a_child_solves(name: str, variation: str) -> None:
    assert solved(scenario(name, variation), gap=5e-3).status == "optimal"
