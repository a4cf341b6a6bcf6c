"""The section Policies: what each type says, with every filter, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from channelopt.pipeline import SolveOptions, solve
from tests.contract.small import (
    PHONE,
    WEB,
    check_profit,
    instance,
    mixed,
    policy,
    refusals,
    solved,
)

TWO = {"periods": [1, 2]}
TOUCH = {"channels/phone/touch": "high", "channels/web/touch": "low"}
TODAY = {
    "tables/baseline_share": [
        {"channel": "phone", "value": 0.5},
        {"channel": "web", "value": 0.5},
    ]
}
OFFER = {
    "interactions": {"o": {"direction": "outbound"}},
    "objective": {},
    "tables/contact_value": [{"value": 3}],
}
BOTH = {
    "interactions/o": {"direction": "outbound"},
    "tables/contact_value": [{"interaction": "o", "channel": "web", "value": 3}],
}

Case = tuple[float | str, tuple[dict[str, Any], ...]]

SAYS: dict[str, Case] = {
    "volume at least": (
        mixed(0.25),
        (policy(type="volume", channels=["phone"], at_least=50),),
    ),
    "volume of a touch": (mixed(0.25), (TOUCH, policy(type="volume", touch="high", at_least=50))),
    "volume of touches": (
        "infeasible",
        (TOUCH, policy(type="volume", touch=["high", "low"], at_most=199)),
    ),
    "volume handled": (
        mixed(0.25),
        (policy(type="volume", channels=["web"], at_most=150, measure="handled"),),
    ),
    "volume over time": (
        WEB + mixed(0.25),
        (TWO, policy(type="volume", channels=["phone"], at_least=[None, 50])),
    ),
    "volume in some periods": (
        WEB + mixed(0.25),
        (TWO, policy(type="volume", channels=["phone"], at_least=50, periods=[2])),
    ),
    "share of each segment": (
        mixed(0.25) + 300 - 1050 - 150 * 5 / 6 * 0,
        (
            {
                "segments/b": {"customers": 300, "margin": 1},
                "tables/satisfaction": [{"segment": "b", "value": 1}],
            },
            policy(type="share", channels=["phone"], at_least=0.25, segments=["a", "b"]),
            {"tables/unit_cost": [{"segment": "b", "channel": "phone", "value": 4}]},
        ),
    ),
    "share on nothing": (
        WEB,
        (BOTH, policy(type="share", channels=["phone"], at_least=0.5, interactions=["o"])),
    ),
    "share of contacts made": (
        WEB + 200 * (2 * 0.8 - 6 * 0.2),
        (BOTH, policy(type="share", channels=["phone"], at_least=0.2, interactions=["o"])),
    ),
    "satisfaction": (mixed(0.25), (policy(type="satisfaction", at_least=0.675),)),
    "satisfaction over time": (
        WEB + mixed(0.25),
        (TWO, policy(type="satisfaction", at_least=[None, 0.675])),
    ),
    "satisfaction in total, weighted by customers": (
        WEB - 300 - 300 * 5 / 3,
        (
            {"segments/b": {"customers": 300}},
            {"tables/contacts_per_customer": [{"value": 2}, {"segment": "b", "value": 1}]},
            policy(type="satisfaction", at_least=0.675, scope="total"),
        ),
    ),
    "fairness": (
        mixed(1 / 3) + 900 - 200,
        (
            {"segments/b": {"customers": 100, "margin": 10}},
            {"tables/satisfaction": [{"segment": "b", "channel": "web", "value": 0.8}]},
            policy(type="fairness", at_most=0.1),
        ),
    ),
    "budget": ("infeasible", (policy(type="budget", at_most=199),)),
    "budget of a channel leaves staff out": (
        mixed(0.25),
        (
            {"channels/web/capacity": 150},
            policy(type="budget", at_most=300, channels=["phone"]),
        ),
    ),
    "budget of other kinds": (
        WEB,
        (policy(type="budget", at_most=0, counts=["fixed", "opening", "investment", "running"]),),
    ),
    "budget each period": (
        "infeasible",
        (
            TWO,
            {"channels/web/unit_cost": [1, 2]},
            policy(type="budget", at_most=399, counts=["contact"], interactions=["q"]),
        ),
    ),
    "budget of the filtered periods together": (
        3 * WEB,
        (
            {"periods": [1, 2, 3]},
            policy(type="budget", at_most=400, scope="total", periods=[1, 2]),
        ),
    ),
    "return on cost": (WEB, (policy(type="return_on_cost", at_least=3),)),
    "return on cost, too much": ("infeasible", (policy(type="return_on_cost", at_least=3.01),)),
    "choice": ("infeasible", (policy(type="choice", at_least=3),)),
    "choice over time": (2 * WEB, (TWO, policy(type="choice", at_most=[1, 2]))),
    "open channels": (
        WEB - 100,
        ({"channels/phone/fixed_cost": 100}, policy(type="open_channels", at_least=2)),
    ),
    "open channels over time": (
        2 * WEB - 100,
        (
            TWO,
            {"channels/phone/fixed_cost": 100},
            policy(type="open_channels", at_least=[1, 2], at_most=[1, None]),
        ),
    ),
    "requires": (
        WEB - 100,
        (
            {"channels/phone/fixed_cost": 100},
            policy(type="requires", channel="web", needs="phone"),
        ),
    ),
    "requires in some periods": (
        2 * WEB - 100,
        (
            TWO,
            {"channels/phone/fixed_cost": 100},
            policy(type="requires", channel="web", needs=["phone"], periods=["2"]),
        ),
    ),
    "contact limit": (1000 + 150 * 2, (OFFER, policy(type="contact_limit", at_most=1.5))),
    "contact limit of a channel": (
        1000 + 50 * 2,
        (
            OFFER,
            {"tables/unit_cost": [{"channel": "phone", "value": 9}]},
            policy(type="contact_limit", at_most=0.5, channels=["web"], segments=["a"]),
        ),
    ),
    "migration from today": (
        mixed(0.4) + mixed(0.3),
        (TWO, TODAY, policy(type="migration", at_most=0.1)),
    ),
    "migration, the first period free": (
        2 * WEB,
        (TWO, TODAY, policy(type="migration", at_most=[None, 0.1])),
    ),
    "migration without a baseline": (2 * WEB, (TWO, policy(type="migration", at_most=0.1))),
    "migration skips periods without contacts": (
        PHONE + 1000 + WEB,
        (
            {"periods": [1, 2, 3]},
            {"tables/contacts_per_customer": [{"period": t, "value": 2} for t in (1, 3)]},
            {"tables/eligible": [{"channel": "web", "period": 1, "value": 0}]},
            policy(type="migration", at_most=0.1),
        ),
    ),
}
SAYS["share of each segment"] = (
    mixed(0.25) + 300 - 600 * (0.25 * 4 + 0.75),
    SAYS["share of each segment"][1],
)


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in SAYS.items()])
def test_what_a_policy_says(case: Case) -> None:
    expected, changes = case
    check_profit(expected, *changes)


ALLOWED = [
    {"type": "volume", "at_least": 1, "at_most": [5, None], "segments": ["a"], "channels": ["b"]},
    {"type": "volume", "at_most": 1, "periods": [2027], "negotiable": False},
    {"type": "share", "channels": ["b", "web"], "at_most": 0.5, "interactions": ["o"]},
    {"type": "budget", "at_most": 1, "counts": ["contact"], "segments": ["a"], "channels": ["b"]},
    {"type": "preferred_channel", "threshold": 0.2, "interactions": ["q"], "touch": "low"},
    {"type": "outage", "channel": "web", "recover": 0.8, "surge": 0.2, "segments": ["a"]},
    {"type": "metric", "metric": "m", "scope": "total", "at_least": [1, 2], "touch": ["low"]},
    {"type": "metric", "metric": "m", "scope": "mean", "at_most": 1, "channels": ["b"]},
]
PARTS = {
    **TOUCH,
    "periods": [2027, 2028],
    "interactions/o": {"direction": "outbound"},
    "bundles": {"b": {"uses": {"phone": 1, "web": 0.5}}},
    "metrics": {"m": {"values": {"web": 2, "b": 3}}},
}


@pytest.mark.parametrize("fields", ALLOWED, ids=str)
def test_allowed(fields: dict[str, Any]) -> None:
    assert instance(PARTS, policy(**fields)).policies[0].type == fields["type"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"type": "volume"}, "one of at_least and at_most is required"),
    ({"type": "volume", "at_most": [None, None]}, "one of at_least and at_most is required"),
    ({"type": "volume", "at_most": 1, "channels": []}, "channels is empty"),
    ({"type": "volume", "at_most": 1, "touch": []}, "touch is empty"),
    ({"type": "share", "at_most": 0.1, "touch": []}, "touch is empty"),
    ({"type": "volume", "at_most": 1, "touch": "medium"}, "matches nothing"),
    ({"type": "volume", "at_most": 1, "touch": "low", "channels": ["web"]}, "used together"),
    ({"type": "volume", "at_most": 1, "segments": ["z"]}, "segment 'z' does not exist"),
    ({"type": "volume", "at_most": [1]}, "each of 2 periods, found 1"),
    ({"type": "share", "at_most": 0.5}, "needs channels or touch"),
    ({"type": "budget", "at_most": 1, "segments": ["a"]}, "write counts: [contact]"),
    ({"type": "budget", "at_most": [1, 2], "scope": "total"}, "found a list"),
    ({"type": "budget", "at_most": 1, "counts": ["contacts"]}, "did you mean 'contact'?"),
    ({"type": "return_on_cost", "at_least": [0.1, 0.2]}, "expected a number, found a list"),
    ({"type": "return_on_cost", "at_least": 0.1, "segments": ["a"]}, "unknown key 'segments'"),
    ({"type": "choice", "at_most": 1, "interactions": ["q"]}, "unknown key 'interactions'"),
    ({"type": "satisfaction", "at_least": 1, "interactions": ["o"]}, "matches nothing"),
    ({"type": "contact_limit", "at_most": 1, "interactions": ["q"]}, "matches nothing"),
    ({"type": "requires", "channel": "web", "needs": []}, "the list is empty"),
    ({"type": "metric", "metric": "m", "at_most": 1}, "scope is missing"),
    ({"type": "volum", "at_most": 1}, "did you mean 'volume'?"),
]


@pytest.mark.parametrize(("fields", "words"), REFUSED, ids=str)
def test_refused(fields: dict[str, Any], words: str) -> None:
    found = refusals(PARTS, policy(**fields))
    assert len(found) == 1
    assert words in found[0]


def test_a_level_of_touch_beside_others_may_be_idle() -> None:
    found = instance(PARTS, policy(type="volume", at_most=1, touch=["low", "medium"])).warnings
    assert ["no channel has touch medium" in str(problem) for problem in found] == [True]


IDLE = [
    ({"type": "volume", "at_most": 1, "segments": ["b"]}, "it always holds"),
    ({"type": "volume", "at_least": 1, "segments": ["b"]}, "no plan can obey it"),
    ({"type": "satisfaction", "at_least": 1, "segments": ["b"]}, "it always holds"),
    ({"type": "open_channels", "at_least": 3, "periods": [2]}, ""),
    ({"type": "budget", "at_most": 3, "periods": [2]}, ""),
]


@pytest.mark.parametrize(("fields", "words"), IDLE, ids=str)
def test_a_policy_that_reaches_no_contacts(fields: dict[str, Any], words: str) -> None:
    found = instance(
        TWO,
        {"segments/b": {"customers": 1}},
        {"tables/contacts_per_customer": [{"segment": "a", "period": 1, "value": 2}]},
        policy(**fields),
    ).warnings
    about = [problem.message for problem in found if problem.code == "W267"]
    assert about == ([f"policies.rule: its filters reach no contacts: {words}"] if words else [])


def test_names_are_unique() -> None:
    twice = [{"name": "rule", "type": "volume", "at_most": 1}] * 2
    assert "is taken" in refusals({"policies": twice})[0]


PARTS_OF_PLANS: list[tuple[str, dict[str, Any], float]] = [
    (
        "200 customers are treated for 3 each, less one contact of 1 by web",
        {
            "interactions/o": {"direction": "outbound"},
            "bundles": {"b": {"uses": {"web": 1}}},
            "tables/contact_value": [{"channel": "b", "value": 3}],
        },
        WEB + 400,
    ),
    (
        "3 hours by web, none by phone, 1.5 on average: half and half",
        {
            "metrics": {"m": {"values": {"web": 3}}},
            **policy(type="metric", metric="m", scope="mean", at_most=1.5),
        },
        mixed(0.5),
    ),
    (
        "150 more of the margin is kept, less 50 for the upgrade and 20 to run it",
        {
            "upgrades": {
                "u": {
                    "channel": "web",
                    "investment": 50,
                    "running_cost": 20,
                    "effects": {"satisfaction": {"add": 0.3}},
                }
            }
        },
        WEB + 150 - 70,
    ),
    (
        "the phone stays open for the day on which the web fails",
        {
            "channels/phone/fixed_cost": 100,
            **policy(type="outage", channel="web", recover=0.5),
        },
        WEB - 100,
    ),
    (
        "one agent in 3000 hours, 1.2 times as busy in the busy hour: 2500 hours, 25 FTE",
        {
            "channels/web/handle_minutes": 3,
            "staff/g": {
                "serves": ["web"],
                "hours_per_fte": 100,
                "fte_cost": 10,
                "service_level": {
                    "share": 0.8,
                    "within_seconds": 20,
                    "handle_minutes": 7,
                    "open_hours": 3000,
                    "peak_factor": 1.2,
                    "patience_minutes": None,
                },
            },
        },
        WEB - 250,
    ),
]


@pytest.mark.parametrize(
    ("changes", "profit"), [part[1:] for part in PARTS_OF_PLANS], ids=[p[0] for p in PARTS_OF_PLANS]
)
def test_parts_of_a_plan_by_hand(changes: dict[str, Any], profit: float) -> None:
    plan = solve(instance(changes), SolveOptions(isolate=False, sensitivity_seconds=0))
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(profit, abs=1e-6)
    assert plan.verification is not None
    assert plan.verification.ok


def test_a_plan_says_which_rules_it_obeys() -> None:
    plan = solved(policy(type="satisfaction", at_least=0.675))
    assert plan.verification is not None
    assert "rule" in {rule.rule for rule in plan.verification.rules}


COSTS = {
    "channels/phone/fixed_cost": 100,
    "segments/b": {"customers": 100, "margin": 10},
    "interactions/o": {"direction": "outbound"},
    "tables/satisfaction": [{"segment": "b", "channel": "web", "value": 0.8}],
    "tables/preference": [{"channel": "phone", "value": 0.5}],
    "tables/contact_value": [{"interaction": "o", "value": 3}],
    "segments/a": {"customers": 100, "margin": 10, "steering": 0},
}
"""Two segments, contacts in and out: every type of policy can bind."""

BINDING: list[dict[str, Any]] = [
    {"type": "volume", "channels": ["phone"], "at_least": 50},
    {"type": "volume", "channels": ["phone"], "at_least": 50, "segments": ["b"]},
    {"type": "volume", "at_most": 30, "interactions": ["o"], "measure": "handled"},
    {"type": "share", "channels": ["phone"], "at_least": 0.3, "segments": ["b"]},
    {"type": "share", "channels": ["phone"], "at_least": 0.3, "scope": "total"},
    {"type": "satisfaction", "at_least": 0.7},
    {"type": "satisfaction", "at_least": 0.8, "scope": "total", "interactions": ["q"]},
    {"type": "fairness", "at_most": 0.05},
    {"type": "budget", "at_most": 500},
    {"type": "budget", "at_most": 100, "counts": ["contact"], "interactions": ["o"]},
    {"type": "budget", "at_most": 300, "counts": ["contact"], "channels": ["web"]},
    {"type": "return_on_cost", "at_least": 2.8},
    {"type": "choice", "at_least": 2},
    {"type": "choice", "at_least": 1, "channels": ["phone"], "segments": ["b"]},
    {"type": "preferred_channel", "threshold": 0.5},
    {"type": "preferred_channel", "threshold": 0.5, "segments": ["b"]},
    {"type": "open_channels", "at_least": 2},
    {"type": "requires", "channel": "web", "needs": "phone"},
    {"type": "contact_limit", "at_most": 0.5},
    {"type": "contact_limit", "at_most": 0.5, "segments": ["b"], "channels": ["web"]},
]


@pytest.mark.parametrize("fields", BINDING, ids=str)
def test_a_policy_holds_in_its_periods_only(fields: dict[str, Any]) -> None:
    """Two periods that do not touch earn what each would alone."""
    free = solved(COSTS).objective
    bound = solved(COSTS, policy(**fields)).objective
    assert free is not None
    assert bound is not None
    assert bound < free - 1
    check_profit(free + bound, COSTS, TWO, policy(**fields, periods=[2]))
    check_profit(free + bound, COSTS, TWO, policy(**fields, periods=[1]))
