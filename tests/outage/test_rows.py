"""Outage policies in the program: the plan prepares for the outage, and for nothing more."""

from __future__ import annotations

from typing import Any

import pytest

from channelopt import pipeline
from channelopt.model.formulate import formulate
from channelopt.pipeline import SolveOptions
from channelopt.plan.plan import Plan
from tests.outage.building import Data, loaded, rule

QUIET = SolveOptions(sensitivity_seconds=0, isolate=False, ties=False)


def solved(policies: list[Data] | None = None, **changes: Any) -> Plan:
    plan = pipeline.solve(loaded(policies, **changes), QUIET)
    assert plan.status == "optimal"
    assert plan.verification is not None
    assert plan.verification.ok, plan.verification
    return plan


def column(plan: Plan, table: str, name: str, key: str = "channel") -> dict[str, Any]:
    return {str(row[key]): row[name] for row in plan.table(table).records()}


def web_first(**changes: Any) -> Data:
    """All prefer the web, which passes nothing on; the branch costs 40 to open."""
    data: Data = {
        "channels": {
            "branch": {"satisfaction": 0.2, "unit_cost": 0, "fixed_cost": 40, "capacity": 60},
            "phone": {"satisfaction": 0.1, "unit_cost": 5},
            "web": {"satisfaction": 0.9, "capacity": None, "resolution": 1.0},
        },
        **changes,
    }
    return data


def test_staff_is_kept_for_the_outage() -> None:
    """Without the policy nobody is needed; to take 60 % of 200 calls takes 12 hours, 2 FTE."""
    plain = solved(**without_branch())
    assert column(plain, "staff", "fte", "group") == {"team": 0}
    ready = solved(rule(), **without_branch())
    assert column(ready, "staff", "fte", "group") == {"team": 2}
    assert column(ready, "allocation", "first_contacts")["web"] == 200
    assert ready.objective == pytest.approx(plain.objective - 200)


def without_branch() -> Data:
    return web_first(tables={"eligible": [{"channel": "branch", "value": False}]})


def test_a_channel_is_opened_for_the_outage() -> None:
    """30 % of 200 fit into the branch, whose 40 are cheaper than an FTE."""
    plain = solved(**web_first())
    assert column(plain, "channels", "open")["branch"] is False
    ready = solved(rule(recover=0.3), **web_first())
    assert column(ready, "channels", "open")["branch"] is True
    assert column(ready, "staff", "fte", "group") == {"team": 0}
    assert ready.objective == pytest.approx(plain.objective - 40)


def test_surge_spares_an_fte() -> None:
    """One FTE and the branch take 160 of 200; with a fifth more of both 192."""
    enough = solved(rule(recover=0.8), **web_first())
    assert column(enough, "staff", "fte", "group") == {"team": 1}
    tight = solved(rule(recover=0.85), **web_first())
    assert column(tight, "staff", "fte", "group") == {"team": 2}
    spared = solved(rule(recover=0.85, surge=0.2), **web_first())
    assert column(spared, "staff", "fte", "group") == {"team": 1}


def test_recover_nothing_changes_nothing() -> None:
    plain, asked = formulate_both(rule(recover=0.0))
    assert asked.problem.num_columns == plain.problem.num_columns
    assert asked.problem.num_rows == plain.problem.num_rows
    first, second = solved(), solved(rule(recover=0.0))
    assert second.objective == first.objective
    assert second.table("allocation").rows == first.table("allocation").rows


def formulate_both(policies: list[Data]) -> tuple[Any, Any]:
    instance = loaded(policies)
    return formulate(instance.numbers), formulate(instance.numbers, instance.policies)


def test_no_columns_where_something_always_takes_everything() -> None:
    """The branch, open for ever and without a limit, can take all web contacts."""
    free = {"channels": {"branch": {"always_open": True, "capacity": None}}}
    instance = loaded(rule(recover=1.0), **free)
    plain = formulate(instance.numbers)
    asked = formulate(instance.numbers, instance.policies)
    assert asked.problem.num_columns == plain.problem.num_columns
    solved(rule(recover=1.0), **free)


def test_segments_with_the_same_options_share_columns() -> None:
    """Twenty alike segments need as many columns for the outage as one."""
    many = {f"s{k:02}": {"customers": 5 + k, "margin": k} for k in range(20)}
    few, all_ = loaded(rule()), loaded(rule(), segments=many)
    added = [
        formulate(each.numbers, each.policies).problem.num_columns
        - formulate(each.numbers).problem.num_columns
        for each in (few, all_)
    ]
    assert added[0] == added[1] > 0


def test_bundles_that_use_the_channel_make_room() -> None:
    """Offers by phone need hours in the outage too, those by web and phone do not."""
    offers = {
        "interactions": {"offer": {"direction": "outbound"}},
        "tables": {
            "eligible": [
                {"channel": "branch", "value": False},
                {"interaction": "offer", "channel": "phone", "value": False},
                {"interaction": "offer", "channel": "web", "value": False},
            ],
            "contacts_per_customer": [
                {"interaction": "ask", "value": 2},
                {"interaction": "offer", "value": 1},
            ],
            "contact_value": [{"interaction": "offer", "channel": "pair", "value": 50}],
        },
    }
    by_both = {"bundles": {"pair": {"uses": {"web": 1, "phone": 1}}}, **offers}
    by_phone = {"bundles": {"pair": {"uses": {"phone": 1}}}, **offers}
    # 100 offers take 10 hours, 100 of 200 calls another 10 if the web fails
    asked = rule(recover=0.5)
    assert column(solved(asked, **web_first(**by_both)), "staff", "fte", "group") == {"team": 1}
    assert column(solved(asked, **web_first(**by_phone)), "staff", "fte", "group") == {"team": 2}


def test_upgrades_help_in_the_outage() -> None:
    """An upgrade that halves the minutes is cheaper than a second FTE."""
    upgrades = {
        "bot": {
            "channel": "phone",
            "investment": 30,
            "effects": {"handle_minutes": {"times": 0.5}},
        }
    }
    plain = solved(**without_branch(), upgrades=upgrades)
    assert column(plain, "upgrades", "owned", "upgrade") == {"bot": False}
    ready = solved(rule(recover=1.0), **without_branch(), upgrades=upgrades)
    assert column(ready, "upgrades", "owned", "upgrade") == {"bot": True}
    assert column(ready, "staff", "fte", "group") == {"team": 1}


def test_an_outage_that_no_plan_survives_leaves_no_plan() -> None:
    """One FTE takes 100 of the 120 that must find room; the rest has nowhere else to go."""
    alone = {"tables": {"eligible": [{"channel": "branch", "value": False}]}}
    alone["staff"] = {"team": {"serves": ["phone"], "hours_per_fte": 10, "max_fte": 1}}
    plan = pipeline.solve(loaded(rule(recover=0.6), **web_first(**alone)), QUIET)
    assert plan.status == "infeasible"
    assert any("rule" in line for line in plan.warnings)
