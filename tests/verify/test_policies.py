"""Every type of policy: kept at its bound, broken just beyond it, silent outside its filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from channelopt.rules import POLICIES
from channelopt.rules.base import Verdict
from tests.verify.building import Ids, counted, instance

FIRST: Mapping[Ids, Any] = {
    ("old", "help", "web", "2027"): 100,
    ("young", "help", "phone", "2027"): 40,
}
"""Handled: web 125, phone 65, branch 13; mean satisfaction 0.4575 and 0.68."""


def checked(
    policy: dict[str, Any], first: Mapping[Ids, Any] = FIRST, data: Any = None, **rest: Any
) -> Verdict:
    n_and_policies = instance(**(data or {}), policies=[{"name": "rule", **policy}])
    (only,) = n_and_policies.policies
    return only.check(n_and_policies.numbers, counted(n_and_policies.numbers, first, **rest))


AT_THE_BOUND = [
    ("volume", {"channels": ["phone"]}, "at_most", 40),
    ("volume", {"channels": ["phone"], "measure": "handled"}, "at_most", 65),
    ("volume", {"segments": ["old"], "measure": "handled"}, "at_least", 155),
    ("volume", {"touch": ["high", "low"], "measure": "handled"}, "at_least", 138),
    ("share", {"channels": ["web"], "segments": ["old"]}, "at_least", 1),
    ("share", {"touch": "low", "scope": "total"}, "at_most", 5 / 7),
    ("share", {"channels": ["web"], "segments": ["young"]}, "at_most", 0),
    ("satisfaction", {"segments": ["young"]}, "at_least", 0.68),
    ("satisfaction", {}, "at_least", 0.4575),
    ("satisfaction", {"scope": "total"}, "at_least", (50 * 0.4575 + 20 * 0.68) / 70),
    ("fairness", {}, "at_most", 0.2225),
    ("budget", {}, "at_most", 597.5),
    ("budget", {"counts": ["contact"], "segments": ["old"]}, "at_most", 237.5),
    ("budget", {"channels": ["phone"]}, "at_most", 325),
    ("choice", {}, "at_least", 3),
    ("choice", {"channels": ["web", "phone"]}, "at_most", 2),
    ("open_channels", {}, "at_most", 3),
    ("open_channels", {"touch": "high"}, "at_least", 1),
]


@pytest.mark.parametrize(("kind", "fields", "side", "bound"), AT_THE_BOUND)
def test_at_the_bound_and_beyond(
    kind: str, fields: dict[str, Any], side: str, bound: float
) -> None:
    policy = {"type": kind, **fields}
    kept = checked({**policy, side: float(bound)})
    assert kept.holds
    assert kept.rows >= 1
    assert abs(kept.slack) < 1e-12
    step = 0.001 if side == "at_least" else -0.001
    if bound + step >= 0 and not (kind == "share" and bound + step > 1):
        assert not checked({**policy, side: bound + step}).holds


def test_a_share_cannot_be_more_than_what_is_made() -> None:
    policy = {"type": "share", "channels": ["web"], "segments": ["young"], "at_least": 0.5}
    assert not checked(policy).holds


def test_a_share_of_nothing_holds() -> None:
    policy = {"type": "share", "channels": ["web"], "at_least": 0.9}
    data = {"tables": {"contacts_per_customer": [{"value": 0.0}]}}
    assert checked(policy, {}, data).holds


@pytest.mark.parametrize(
    "policy",
    [
        {"type": "satisfaction", "at_least": 1.0},
        {"type": "satisfaction", "at_least": 1.0, "scope": "total"},
        {"type": "fairness", "at_most": 0.0},
    ],
)
def test_segments_without_inbound_contacts_have_no_satisfaction(policy: dict[str, Any]) -> None:
    data = {"tables": {"contacts_per_customer": [{"value": 0.0}]}}
    verdict = checked(policy, {}, data)
    assert verdict.holds


OVER_TIME = {
    "periods": ["2027", "2028"],
    "objective": {"discount_rate": 0.25},
    "channels": {"branch": {"fixed_cost": 100.0, "closing_cost": 30.0}},
    "staff": {"agents": {"serves": ["branch"], "hours_per_fte": 9.0, "fte_cost": 50.0}},
}
OVER_TIME["channels"]["branch"]["handle_minutes"] = 0.0
BOTH = {
    **{("old", "help", "web", t): 100 for t in ("2027", "2028")},
    **{("young", "help", "phone", t): 40 for t in ("2027", "2028")},
}
LATER = {"closed": [("branch", "2028")], "fte": {("agents", "2028"): 2}}
"""2027: 597.50 contacts + 100 branch; 2028: 337.50 contacts + 30 closing + 100 staff."""


@pytest.mark.parametrize(
    ("fields", "bound"),
    [
        ({"scope": "total"}, 597.5 + 100 + 337.5 + 30 + 100),
        ({"scope": "total", "periods": ["2028"]}, 467.5),
        ({"periods": ["2027"]}, 697.5),
        ({"channels": ["branch"], "scope": "total"}, 260 + 130),
        ({"counts": ["staff"]}, 100),
        ({"counts": ["closing", "fixed"], "periods": ["2028"]}, 30),
    ],
)
def test_budgets_over_time(fields: dict[str, Any], bound: float) -> None:
    policy = {"type": "budget", **fields}
    assert checked({**policy, "at_most": float(bound)}, BOTH, OVER_TIME, **LATER).holds
    assert not checked({**policy, "at_most": bound - 0.01}, BOTH, OVER_TIME, **LATER).holds


def test_bounds_of_each_period() -> None:
    policy = {"type": "budget", "at_most": [697.5, None]}
    assert checked(policy, BOTH, OVER_TIME, **LATER).rows == 1
    assert not checked({**policy, "at_most": [None, 467.0]}, BOTH, OVER_TIME, **LATER).holds


def test_return_on_cost_is_discounted() -> None:
    """Kept 393 in 2027; in 2028 branch is closed: 22.5 give up, 50 are passed on, margin less."""
    n = instance(**OVER_TIME).numbers
    kept = [float(x) for x in counted(n, BOTH, **LATER).by_period["kept_margin"]]
    assert kept[0] == 393
    cost = 697.5 + 0.8 * 467.5
    edge = (kept[0] + 0.8 * kept[1]) / cost - 1
    policy = {"type": "return_on_cost", "at_least": edge - 1e-9}
    assert checked(policy, BOTH, OVER_TIME, **LATER).holds
    assert not checked({**policy, "at_least": edge + 1e-5}, BOTH, OVER_TIME, **LATER).holds


def test_closure_loss_is_no_cost() -> None:
    data = {**OVER_TIME, "tables": {"contacts_per_customer": [{"value": 2.0}]}}
    data["tables"]["closure_loss"] = [{"value": 1e6}]
    policy = {"type": "budget", "at_most": 697.5}
    assert checked(policy, BOTH, data, **LATER).holds


def test_choice_speaks_only_of_segments_that_can_be_offered_something() -> None:
    rows = [{"value": 2.0}, {"segment": "young", "value": 0.0}]
    data = {"tables": {"contacts_per_customer": rows}}
    first = {("old", "help", "web", "2027"): 100}
    hidden = [("young", c, "2027") for c in ("branch", "phone", "web")]
    policy = {"type": "choice", "at_least": 3.0}
    assert checked(policy, first, data, not_offered=hidden).rows == 1
    assert checked(policy, first, data, not_offered=hidden).holds
    assert not checked(policy, not_offered=hidden).holds


@pytest.mark.parametrize(
    ("threshold", "holds"), [(0.0, False), (0.3, False), (0.31, True), (1.0, True)]
)
def test_preferred_channels_are_offered(threshold: float, holds: bool) -> None:
    rows = [{"segment": "old", "channel": "branch", "value": 0.3}]
    data = {"tables": {"preference": rows}}
    policy = {"type": "preferred_channel", "threshold": threshold}
    assert checked(policy, data=data).holds
    verdict = checked(policy, data=data, not_offered=[("old", "branch", "2027")])
    assert verdict.holds == holds


def test_a_preferred_channel_that_is_not_eligible_need_not_be_offered() -> None:
    data = {
        "tables": {
            "preference": [{"channel": "branch", "value": 0.3}],
            "eligible": [{"segment": "old", "channel": "branch", "value": False}],
        }
    }
    policy = {"type": "preferred_channel", "threshold": 0.3}
    assert checked(policy, data=data, not_offered=[("old", "branch", "2027")]).holds


MOVED = {
    ("old", "help", "web", "2027"): 100,
    ("old", "help", "web", "2028"): 80,
    ("old", "help", "phone", "2028"): 20,
    ("young", "help", "phone", "2027"): 40,
    ("young", "help", "phone", "2028"): 40,
}


@pytest.mark.parametrize(("limit", "holds"), [(0.2, True), (0.19, False)])
def test_migration_from_period_to_period(limit: float, holds: bool) -> None:
    policy = {"type": "migration", "at_most": limit}
    assert checked(policy, MOVED, OVER_TIME).holds == holds
    assert checked({**policy, "segments": ["young"]}, MOVED, OVER_TIME).holds
    assert checked({**policy, "periods": ["2027"]}, MOVED, OVER_TIME).holds


@pytest.mark.parametrize(("limit", "holds"), [(0.3, True), (0.29, False)])
def test_the_first_period_moves_away_from_today(limit: float, holds: bool) -> None:
    today = [
        {"segment": "old", "channel": "web", "value": 0.7},
        {"segment": "old", "channel": "branch", "value": 0.3},
    ]
    data = {**OVER_TIME, "tables": {"baseline_share": today}}
    policy = {"type": "migration", "at_most": limit}
    assert checked(policy, MOVED, data).holds == holds


def test_migration_skips_pairs_without_contacts_on_either_side() -> None:
    rows = [{"value": 2.0}, {"segment": "old", "period": "2028", "value": 0.0}]
    data = {**OVER_TIME, "tables": {"contacts_per_customer": rows}}
    first = {ids: x for ids, x in MOVED.items() if ids[0] == "young" or ids[3] == "2027"}
    assert checked({"type": "migration", "at_most": 0.0}, first, data).holds


def test_requires() -> None:
    policy = {"type": "requires", "channel": "branch", "needs": ["phone", "web"]}
    assert checked(policy).holds
    assert not checked(policy, closed=[("web", "2027")]).holds
    assert checked(policy, closed=[("web", "2027"), ("branch", "2027")]).holds
    assert not checked({**policy, "needs": "web"}, closed=[("web", "2027")]).holds


@pytest.mark.parametrize(("limit", "holds"), [(1.5, True), (1.49, False)])
def test_contact_limit_counts_outbound_only(limit: float, holds: bool) -> None:
    data = {"interactions": {"offer": {"direction": "outbound"}}}
    first = {**FIRST, ("old", "offer", "web", "2027"): 75}
    policy = {"type": "contact_limit", "at_most": limit}
    assert checked(policy, first, data).holds == holds
    assert checked({**policy, "channels": ["phone"]}, first, data).holds


def test_every_type_has_a_check_of_its_own() -> None:
    assert all("check" in vars(policy) for policy in POLICIES)
