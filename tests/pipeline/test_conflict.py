"""Why there is no plan: the limits that contradict each other, and how far they must move."""

from __future__ import annotations

from typing import Any

import pytest

from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions, solve

BASE: dict[str, Any] = {
    "format": 1,
    "objective": {"satisfaction_weight": 0.3},
    "segments": {"a": {"customers": 100, "margin": 50}, "b": {"customers": 50, "margin": 80}},
    "interactions": {"q": {}},
    "channels": {
        "phone": {"title": "Telephone", "unit_cost": 5, "satisfaction": 0.9, "handle_minutes": 5},
        "web": {"unit_cost": 0.5, "satisfaction": 0.5},
    },
    "tables": {
        "contacts_per_customer": [
            {"segment": "a", "value": 2},
            {"segment": "b", "value": 3},
        ]
    },
}
HARMLESS = {"name": "harmless", "type": "budget", "at_most": 1e9}


def said(*policies: dict[str, Any], **changes: Any) -> str:
    data = {**BASE, **changes, "policies": [*policies, HARMLESS]}
    plan = solve(from_data(data), SolveOptions(isolate=False))
    assert plan.status == "infeasible"
    return " ".join(plan.warnings)


def channels(**capacity: float) -> dict[str, Any]:
    return {
        name: {**BASE["channels"][name], "capacity": capacity.get(name)}
        for name in BASE["channels"]
    }


def test_policies_that_contradict_each_other_are_named_and_only_they() -> None:
    text = said(
        {"name": "web only", "type": "share", "channels": ["web"], "at_least": 0.9},
        {"name": "phone only", "type": "share", "channels": ["phone"], "at_least": 0.5},
    )
    assert "contradict each other" in text
    assert "policy 'phone only', at_least 0.5, moved to 0.1" in text
    assert "policy 'web only', at_least 0.9, moved to 0.5" in text
    assert "harmless" not in text


def test_a_floor_that_nothing_reaches_says_what_can_be_reached() -> None:
    text = said({"name": "floor", "type": "satisfaction", "at_least": 0.95})
    assert "No plan obeys this limit" in text
    assert "policy 'floor', at_least 0.95, moved to 0.9." in text


def test_a_budget_that_is_too_small_says_what_is_needed() -> None:
    text = said({"name": "no money", "type": "budget", "at_most": 0})
    assert "policy 'no money', at_most 0, moved to 175." in text


def test_capacities_say_how_much_is_missing() -> None:
    text = said(channels=channels(phone=100, web=50))
    assert "the capacity of Telephone (100), moved to 300" in text
    assert "the capacity of web (50), moved to 250" in text


@pytest.mark.parametrize("is_negotiable", [True, False])
def test_a_policy_that_is_not_negotiable_is_named_and_not_moved(is_negotiable: bool) -> None:
    floor = {"name": "floor", "type": "satisfaction", "at_least": 0.8, "negotiable": is_negotiable}
    staff = {"x": {"serves": ["phone"], "hours_per_fte": 100, "max_fte": 0.1, "whole_fte": False}}
    text = said(floor, staff=staff)
    assert "policy 'floor', at_least 0.8; the most FTE of x (0.1)" in text
    assert ("at_least 0.8, moved to" in text) is is_negotiable
    assert "the most FTE of x (0.1), moved to 0.219" in text


def test_limits_that_differ_by_period_are_moved_by_an_amount() -> None:
    floor = {"name": "floor", "type": "satisfaction", "at_least": [0.95, 0.6]}
    text = said(floor, periods=["one", "two"])
    assert "policy 'floor', at_least 0.05 less" in text


def test_tables_and_modes_are_named() -> None:
    tables = {
        **BASE["tables"],
        "min_share": [{"channel": "phone", "value": 0.7}],
        "max_share": [{"channel": "phone", "value": 0.5}],
    }
    text = said(tables=tables)
    assert "the table min_share; the table max_share" in text
