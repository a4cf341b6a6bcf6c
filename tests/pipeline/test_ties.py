"""Among equally good plans: least cost, then closest to today, then the fixed order."""

from __future__ import annotations

from typing import Any

import pytest

from channelopt import pipeline
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.plan.plan import Plan

QUIET = SolveOptions(sensitivity_seconds=0, isolate=False)


def twins(**changes: Any) -> dict[str, Any]:
    """Two channels that are worth the same, for one segment."""
    channel = {"satisfaction": 0.8, "unit_cost": 1, "fixed_cost": 10}
    return {
        "format": 1,
        "objective": {"satisfaction_weight": 0.5},
        "segments": {"all": {"customers": 100, "margin": 10}},
        "interactions": {"ask": {}},
        "channels": {"left": dict(channel), "right": dict(channel)},
        "tables": {"contacts_per_customer": [{"value": 1}], **changes.pop("tables", {})},
        **changes,
    }


def contacts(plan: Plan) -> dict[str, float]:
    records = plan.table("allocation").records()
    return {str(row["channel"]): row["first_contacts"] for row in records if row["first_contacts"]}


def solve(data: dict[str, Any], **options: Any) -> Plan:
    plan = pipeline.solve(from_data(data), QUIET if not options else SolveOptions(**options))
    assert plan.status == "optimal"
    return plan


def test_the_first_channel_by_name_where_nothing_else_decides() -> None:
    data = twins()
    assert contacts(solve(data)) == {"left": 100}
    data["channels"] = dict(reversed(data["channels"].items()))
    assert contacts(solve(data)) == {"left": 100}, "the order in the file decides nothing"


def test_the_cheaper_of_two_equal_plans() -> None:
    """Contacts through `left` cost more and bring exactly as much more."""
    data = twins(tables={"contact_value": [{"channel": "left", "value": 2}]})
    data["channels"]["left"]["unit_cost"] = 3
    assert contacts(solve(data)) == {"right": 100}


def test_the_plan_closer_to_today() -> None:
    shares = [{"channel": "left", "value": 0.25}, {"channel": "right", "value": 0.75}]
    data = twins(tables={"baseline_share": shares})
    for channel in data["channels"].values():
        channel["fixed_cost"] = 0
    assert contacts(solve(data)) == pytest.approx({"left": 25, "right": 75})


def test_cost_comes_before_today() -> None:
    shares = [{"channel": "right", "value": 1}]
    data = twins(
        tables={"baseline_share": shares, "contact_value": [{"channel": "right", "value": 4}]}
    )
    data["channels"]["right"]["unit_cost"] = 5
    assert contacts(solve(data)) == {"left": 100}


def test_no_tie_break_costs_profit() -> None:
    data = twins()
    data["channels"]["right"]["unit_cost"] = 0.99
    plan = solve(data)
    assert contacts(plan) == {"right": 100}
    assert plan.ties == ()
