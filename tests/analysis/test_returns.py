"""What each purchase brings: by hand, and where nothing can be said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from channelopt.analysis.returns import Without, returned
from channelopt.instance.load import from_data
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.planning import solve
from channelopt.plan.accounts import account
from channelopt.plan.plan import Plan
from channelopt.terms.choice import Choice


def scenario(upgrades: dict[str, Any], **more: Any) -> Any:
    """One segment of 100 customers, one channel at 2 a contact, three periods of 100 contacts."""
    return from_data(
        {
            "format": 1,
            "periods": ["a", "b", "c"],
            "objective": {"satisfaction_weight": 0.5, "discount_rate": 0.25},
            "segments": {"s": {"customers": 100, "margin": 10}},
            "interactions": {"ask": {}},
            "channels": {
                "web": {"satisfaction": 1, "unit_cost": 2, "always_open": True, **more},
            },
            "upgrades": upgrades,
            "tables": {"contacts_per_customer": [{"value": 1}]},
        }
    )


def solved(instance: Any, seconds: float = 20.0) -> Plan:
    return solve(instance, SolveOptions(isolate=False, sensitivity_seconds=seconds))


CHEAPER = {"channel": "web", "investment": 150, "running_cost": 10}


def test_a_purchase_by_hand() -> None:
    """Saves 100 a period for 150 once and 10 a period; discount factors 1, 0.8, 0.64."""
    plan = solved(scenario({"fast": {**CHEAPER, "effects": {"unit_cost": {"add": -1}}}}))
    (row,) = plan.table("returns").records()
    assert (row["upgrade"], row["channel"], row["period"]) == ("fast", "web", "a")
    assert row["known"] == "re-solved"
    assert row["cost"] == pytest.approx(150 + 10 * 2.44)
    assert row["benefit"] == pytest.approx(244)
    assert row["value"] == pytest.approx(244 - 174.4)
    assert row["return"] == pytest.approx((244 - 174.4) / 174.4)
    assert row["objective_without"] == pytest.approx((1000 - 200) * 2.44)
    assert row["payback"] == 2  # 100 - 160 < 0, then 100 - 160 + 90 > 0


def test_what_another_purchase_needs_is_worth_both() -> None:
    instance = scenario(
        {
            "base": {"channel": "web", "investment": 50},
            "fast": {**CHEAPER, "requires": ["base"], "effects": {"unit_cost": {"add": -1.5}}},
        }
    )
    rows = {row["upgrade"]: row for row in solved(instance).table("returns").records()}
    assert set(rows) == {"base", "fast"}
    assert rows["base"]["value"] == pytest.approx(1.5 * 244 - 174.4 - 50)
    assert rows["fast"]["value"] == pytest.approx(rows["base"]["value"])  # base alone does nothing


def test_an_upgrade_that_the_plan_cannot_do_without() -> None:
    instance = scenario({"more": {**CHEAPER, "effects": {"capacity": {"add": 60}}}}, capacity=50)
    (row,) = solved(instance).table("returns").records()
    assert row["known"] == "infeasible"
    assert row["value"] is None
    assert row["payback"] is None


def test_no_time_and_no_purchase() -> None:
    upgrade = {**CHEAPER, "effects": {"unit_cost": {"add": -1}}}
    assert not solved(scenario({"fast": upgrade}), seconds=0).table("returns").rows
    assert not solved(scenario({"fast": {**upgrade, "investment": 900}})).table("returns").rows


def test_a_free_upgrade_has_no_rate_and_pays_at_once() -> None:
    free = {"channel": "web", "effects": {"unit_cost": {"add": -1}}}
    (row,) = solved(scenario({"free": free})).table("returns").records()
    assert row["return"] is None
    assert row["payback"] == 1


def test_a_purchase_that_does_not_pay_back_within_the_horizon() -> None:
    instance = scenario({"fast": {**CHEAPER, "effects": {"unit_cost": {"add": -1}}}})
    n = instance.numbers
    plan = solved(instance)
    assert plan.objective is not None

    first = np.full((1, 1, 1, 3), 100.0)
    nobody = np.zeros((0, 3))
    own = Choice(first, np.ones((1, 3), bool), np.ones((1, 1, 3), bool), nobody,
                 np.zeros((0, 1, 3)), np.array([[False, False, True]]))  # fmt: skip
    other = Choice(first, np.ones((1, 3), bool), np.ones((1, 1, 3), bool), nobody,
                   np.zeros((0, 1, 3)), np.zeros((1, 3), bool))  # fmt: skip
    late = returned(n, own, account(n, own), (0, 2), Without(account(n, other), "re-solved"))
    assert late.payback is None
    assert late.value == pytest.approx((100 - 160) * 0.64)
