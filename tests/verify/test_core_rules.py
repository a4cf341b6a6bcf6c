"""Every rule of the model: a plan that keeps it, and the smallest change that breaks only it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from channelopt.rules import CORE
from channelopt.rules.base import Verdict
from tests.verify.building import Ids, counted, instance

OLD_WEB = ("old", "help", "web", "2027")
OLD_PHONE = ("old", "help", "phone", "2027")
OLD_BRANCH = ("old", "help", "branch", "2027")
YOUNG_PHONE = ("young", "help", "phone", "2027")
FIRST: Mapping[Ids, Any] = {OLD_WEB: 100, YOUNG_PHONE: 40}


def judged(first: Mapping[Ids, Any], data: Mapping[str, Any], **rest: Any) -> dict[str, Verdict]:
    n = instance(**data).numbers
    f = counted(n, first, **rest)
    return {rule.slug: rule.check(n, f) for rule in CORE}


def broken(first: Mapping[Ids, Any], data: Mapping[str, Any], **rest: Any) -> list[str]:
    return [slug for slug, verdict in judged(first, data, **rest).items() if not verdict.holds]


def table(name: str, *rows: dict[str, Any]) -> dict[str, Any]:
    return {"tables": {name: list(rows)}}


OUTBOUND = {"interactions": {"offer": {"direction": "outbound"}}}
CLOSED_WEB: dict[str, Any] = {"closed": [("web", "2027")]}

KEPT_AND_BROKEN = [
    # rule, scenario, plan that keeps it, plan that breaks it
    ("demand", {}, FIRST, {OLD_WEB: 99, YOUNG_PHONE: 40}),
    ("demand", {}, FIRST, {OLD_WEB: 101, YOUNG_PHONE: 40}),
    ("demand", {}, FIRST, {OLD_WEB: 101, OLD_PHONE: -1, YOUNG_PHONE: 40}),
    (
        "demand",
        OUTBOUND,
        {**FIRST, ("old", "offer", "web", "2027"): 100},
        {**FIRST, ("old", "offer", "web", "2027"): 101},
    ),
    (
        "capacity",
        {"channels": {"phone": {"capacity": 65.0}}},
        FIRST,
        {OLD_WEB: 99, OLD_PHONE: 1, YOUNG_PHONE: 40},
    ),
    (
        "capacity",
        {"channels": {"branch": {"min_volume": 13.0}}},
        FIRST,
        {OLD_WEB: 100, ("young", "help", "web", "2027"): 40},
    ),
    (
        "shares",
        table("max_share", {"segment": "old", "channel": "web", "value": 0.9}),
        {OLD_WEB: 90, OLD_PHONE: 10, YOUNG_PHONE: 40},
        {OLD_WEB: 91, OLD_PHONE: 9, YOUNG_PHONE: 40},
    ),
    (
        "shares",
        table("min_share", {"segment": "old", "channel": "phone", "value": 0.1}),
        {OLD_WEB: 90, OLD_PHONE: 10, YOUNG_PHONE: 40},
        {OLD_WEB: 91, OLD_PHONE: 9, YOUNG_PHONE: 40},
    ),
    (
        "offers",
        {"steering": 0.5, **table("preference", {"channel": "phone", "value": 0.2})},
        {OLD_WEB: 90, OLD_PHONE: 10, YOUNG_PHONE: 40},
        {OLD_WEB: 91, OLD_PHONE: 9, YOUNG_PHONE: 40},
    ),
    (
        "single_channel",
        {"assignment": "one_channel_per_interaction"},
        FIRST,
        {OLD_WEB: 99, OLD_PHONE: 1, YOUNG_PHONE: 40},
    ),
    (
        "single_channel",
        {"assignment": "one_channel_per_segment", "interactions": {"ask": {}}},
        {
            **FIRST,
            ("old", "ask", "web", "2027"): 100,
            ("young", "ask", "phone", "2027"): 40,
        },
        {
            **FIRST,
            ("old", "ask", "phone", "2027"): 100,
            ("young", "ask", "phone", "2027"): 40,
        },
    ),
    (
        "whole_contacts",
        {"whole_contacts": True},
        {OLD_WEB: 99, OLD_PHONE: 1, YOUNG_PHONE: 40},
        {OLD_WEB: 99.5, OLD_PHONE: 0.5, YOUNG_PHONE: 40},
    ),
]


@pytest.mark.parametrize(("rule", "data", "kept", "breaking"), KEPT_AND_BROKEN)
def test_a_change_of_first_contacts_breaks_just_this_rule(
    rule: str, data: dict[str, Any], kept: dict[Ids, Any], breaking: dict[Ids, Any]
) -> None:
    assert broken(kept, data) == []
    assert broken(breaking, data) == [rule]


def test_contacts_enter_eligible_cells_only() -> None:
    data = table("eligible", {"segment": "old", "channel": "branch", "value": False})
    assert broken(FIRST, data) == []
    assert broken({**FIRST, OLD_WEB: 90, OLD_BRANCH: 10}, data) == ["demand", "offers"]


def test_contacts_do_not_enter_a_closed_channel() -> None:
    moved = {OLD_PHONE: 100, YOUNG_PHONE: 40}
    assert broken(moved, {}, **CLOSED_WEB) == []
    assert "opening" in broken(FIRST, {}, **CLOSED_WEB)


def test_a_channel_is_not_open_outside_its_window() -> None:
    data = {"channels": {"web": {"available_until": "2027"}}, "periods": ["2027", "2028"]}
    first = {(*ids[:2], "phone", t): x for ids, x in FIRST.items() for t in ("2027", "2028")}
    assert broken(first, data, closed=[("web", "2028")]) == []
    assert set(broken(first, data)) == {"opening", "offers"}


def test_an_always_open_channel_is_not_closed() -> None:
    moved = {OLD_PHONE: 100, YOUNG_PHONE: 40}
    data = {"channels": {"web": {"always_open": True}}}
    assert broken(moved, data) == []
    assert broken(moved, data, **CLOSED_WEB) == ["timeline"]


def test_contacts_do_not_enter_a_channel_that_is_not_offered() -> None:
    hidden = {"not_offered": [("old", "web", "2027")]}
    assert broken({OLD_PHONE: 100, YOUNG_PHONE: 40}, {}, **hidden) == []
    assert broken(FIRST, {}, **hidden) == ["offers"]


def test_who_prefers_a_channel_that_is_not_offered_can_be_led_elsewhere() -> None:
    data = {"steering": 0.0, **table("preference", {"channel": "branch", "value": 0.2})}
    assert broken(FIRST, data) == ["offers"]
    hidden = [("old", "branch", "2027"), ("young", "branch", "2027")]
    assert broken(FIRST, data, not_offered=hidden) == []


def test_outbound_contacts_need_no_offer() -> None:
    first = {**FIRST, ("young", "offer", "web", "2027"): 40}
    assert broken(first, OUTBOUND, not_offered=[("young", "web", "2027")]) == []


STAFF = {
    "channels": {"phone": {"handle_minutes": 6.0}},
    "staff": {
        "agents": {"serves": ["phone"], "hours_per_fte": 2.0, "min_fte": 1.0, "max_fte": 5.0},
        "helpers": {"serves": ["web"], "hours_per_fte": 2.0, "whole_fte": False},
    },
}
STAFF["channels"]["web"] = {"handle_minutes": 0.0}
HOURS = {("agents", "phone", "2027"): 6.5}  # 25 + 40 contacts of 6 minutes


@pytest.mark.parametrize(
    ("fte", "hours", "rules"),
    [
        ({("agents", "2027"): 4}, HOURS, []),
        ({("agents", "2027"): 4, ("helpers", "2027"): 0.5}, HOURS, []),
        ({("agents", "2027"): 3}, HOURS, ["staff"]),
        ({("agents", "2027"): 3.5}, HOURS, ["staff"]),
        ({("agents", "2027"): 6}, HOURS, ["staff"]),
        ({("agents", "2027"): 4, ("helpers", "2027"): -1}, HOURS, ["staff"]),
        ({("agents", "2027"): 4}, {("agents", "phone", "2027"): 6.4}, ["staff"]),
        ({("agents", "2027"): 4}, {("agents", "phone", "2027"): 6.6}, ["staff"]),
        (
            {("agents", "2027"): 4, ("helpers", "2027"): 1},
            {("agents", "phone", "2027"): 6, ("helpers", "phone", "2027"): 0.5},
            ["staff"],
        ),
    ],
)
def test_staff(fte: dict[Ids, Any], hours: dict[Ids, Any], rules: list[str]) -> None:
    assert broken(FIRST, STAFF, fte=fte, hours=hours) == rules


def test_min_fte() -> None:
    first = {OLD_BRANCH: 100, ("young", "help", "branch", "2027"): 40}
    assert broken(first, STAFF, fte={("agents", "2027"): 1}) == []
    assert broken(first, STAFF) == ["staff"]


def test_a_rule_holds_within_a_millionth_of_its_right_side() -> None:
    data = {"channels": {"phone": {"capacity": 65.0}}}
    over = judged({OLD_WEB: 100, YOUNG_PHONE: "40.00006"}, data)
    assert over["capacity"].holds
    assert -1e-6 < over["capacity"].slack < 0
    assert over["capacity"].tightest == "phone, 2027"
    assert not judged({OLD_WEB: 100, YOUNG_PHONE: "40.00007"}, data)["capacity"].holds


def test_sums_are_compared_as_written() -> None:
    """0.57 + 0.77 = 1.34 exactly: no slack is lost and none is gained."""
    customers = {"segments": {"old": {"customers": 0.57}, "young": {"customers": 0.77}}}
    data = {
        **customers,
        **table("contacts_per_customer", {"value": 1.0}),
        "channels": {"branch": {"min_volume": 1.34}},
    }
    first = {OLD_BRANCH: "0.57", ("young", "help", "branch", "2027"): "0.77"}
    verdict = judged(first, data)["capacity"]
    assert (verdict.slack, verdict.breaches) == (0, ())


def test_a_breach_says_where_and_how_much() -> None:
    verdict = judged({OLD_WEB: 99, YOUNG_PHONE: 40}, {})["demand"]
    assert [str(breach) for breach in verdict.breaches] == ["old, help, 2027: 99 is not = 100"]
