# ruff: noqa: E501 - sentences stand as they are read
"""Simple causes of there being no plan: the figure itself, as a sentence computed from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from channelopt.analysis.conflicts.causes import members
from channelopt.analysis.conflicts.explanation import Explanation
from channelopt.backends.base import Limits
from channelopt.backends.highs import Highs
from channelopt.instance.load import from_data, load
from channelopt.pipeline.conflict import Clock, conflict
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.reasoning import explained

Data = dict[str, Any]
BASE: Data = {
    "format": 1,
    "periods": [2027, 2028],
    "currency": "EUR",
    "objective": {"satisfaction_weight": 0.3},
    "segments": {
        "a": {"title": "Private", "customers": 100, "margin": 50},
        "b": {"title": "Firms", "customers": 50, "margin": 80},
    },
    "interactions": {"q": {"title": "Question"}, "offer": {"direction": "outbound"}},
    "channels": {
        "phone": {"title": "Telephone", "unit_cost": 5, "satisfaction": 0.9, "handle_minutes": 5},
        "web": {"title": "Web", "unit_cost": 0.5, "satisfaction": 0.5},
    },
    "tables": {
        "contacts_per_customer": [
            {"segment": "a", "interaction": "q", "value": 2},
            {"segment": "b", "interaction": "q", "value": 3},
            {"segment": "b", "interaction": "q", "period": 2028, "value": 24},
            {"interaction": "offer", "value": 1},
        ]
    },
    "policies": [{"name": "harmless", "type": "budget", "at_most": 1e9}],
}


def told(*policies: Data, tables: Data | None = None, **changes: Any) -> Explanation:
    """Explain the base scenario with changes; channels and segments are merged."""
    data = {**BASE, "policies": [*policies, *BASE["policies"]]}
    data["tables"] = {**BASE["tables"], **(tables or {})}
    for key, value in changes.items():
        merges = isinstance(value, dict) and key in {"channels", "segments"}
        data[key] = _merged(BASE[key], value) if merges else value
    return explained(from_data(data), Engine(Highs()), Limits(), Clock.of(120.0))


def _merged(base: Data, changes: Data) -> Data:
    return {key: {**base.get(key, {}), **changes.get(key, {})} for key in {**base, **changes}}


ONLY_PHONE = {"eligible": [{"segment": "b", "channel": "web", "value": False}]}
FLOOR = {"name": "floor", "type": "volume", "channels": ["phone"], "interactions": ["offer"]}
CASES: dict[str, tuple[Any, str]] = {
    "capacity of the only channel": (
        lambda: told(tables=ONLY_PHONE, channels={"phone": {"capacity": 900}}),
        (
            "The 1,200 contacts of Firms (Question) to be served in 2028 need at least 1,200 contacts "
            "handled by Telephone in 2028; its capacity is 900."
        ),
    ),
    "capacities of all channels": (
        lambda: told(channels={"phone": {"capacity": 900}, "web": {"capacity": 400}}),
        (
            "The 1,400 contacts of Private and Firms (Question) to be served in 2028 and the capacity "
            "of Web in 2028 (400) need at least 1,000 contacts handled by Telephone in 2028; its "
            "capacity is 900."
        ),
    ),
    "staff": (
        lambda: told(
            tables=ONLY_PHONE,
            staff={
                "team": {"title": "Team", "serves": ["phone"], "hours_per_fte": 40} | {"max_fte": 2}
            },
        ),
        (
            "The 1,200 contacts of Firms (Question) to be served in 2028 need at least 3 FTE of Team "
            "in 2028; the most is 2."
        ),
    ),
    "budget below minimum volumes": (
        lambda: told(
            {**FLOOR, "at_least": 100},
            {"name": "little", "type": "budget", "at_most": 1099.5, "periods": [2028]},
        ),
        (
            "The minimum volume 'floor' in 2028 (at least 100) and the 1,200 contacts of Firms "
            "(Question) to be served in 2028 need at least EUR 1,100 in 2028; the budget 'little' is "
            "EUR 1,099.5 (all rules together need EUR 1,200)."
        ),
    ),
    "more contacts than there are": (
        lambda: told({**FLOOR, "at_least": 200}),
        (
            "Whatever the other rules are, no plan has more than 150 contacts in 2028; the minimum "
            "volume 'floor' asks for at least 200."
        ),
    ),
    "largest shares": (
        lambda: told(
            tables={
                "max_share": [
                    {"segment": "a", "interaction": "q", "channel": "web", "value": 0.5},
                    {
                        "segment": "a",
                        "interaction": "q",
                        "channel": "phone",
                        "period": 2028,
                        "value": 0.4,
                    },
                ]
            }
        ),
        (
            "The largest shares of Private, Question in 2028 (Telephone 40 % and Web 50 %) add up to "
            "90 %, so that the other contacts can go nowhere."
        ),
    ),
    "smallest shares": (
        lambda: told(
            tables={
                "min_share": [
                    {"segment": "a", "interaction": "q", "channel": "web", "value": 0.7},
                    {
                        "segment": "a",
                        "interaction": "q",
                        "channel": "phone",
                        "period": 2028,
                        "value": 0.4,
                    },
                ]
            }
        ),
        (
            "The smallest shares of Private, Question in 2028 (Telephone 40 % and Web 70 %) add up to "
            "110 %, more than all contacts."
        ),
    ),
    "policies against each other": (
        lambda: told(
            {"name": "few", "type": "volume", "channels": ["phone"], "at_most": 10},
            {"name": "many", "type": "volume", "channels": ["phone"], "at_least": 20},
        ),
        (
            "The minimum volume 'many' in 2028 (at least 20) needs at least 20 contacts in 2028; the "
            "largest volume 'few' allows at most 10."
        ),
    ),
    "always open": (
        lambda: told(
            {"name": "little", "type": "budget", "at_most": 500, "counts": ["fixed"]},
            channels={"phone": {"always_open": True, "fixed_cost": 700}},
        ),
        (
            "The rule that Telephone is always open needs at least EUR 700 in 2028; the budget "
            "'little' is EUR 500."
        ),
    ),
    "contact limit": (
        lambda: told(
            {**FLOOR, "at_least": 100},
            {"name": "rarely", "type": "contact_limit", "at_most": 0.5},
        ),
        (
            "The minimum volume 'floor' in 2028 (at least 100) needs at least 0.66667 contacts per "
            "customer in 2028; the contact limit 'rarely' allows at most 0.5."
        ),
    ),
    "whole contacts": (
        lambda: told(
            {"name": "half", "type": "volume", "channels": ["phone"], "interactions": ["offer"]}
            | {"at_least": 99.5, "at_most": 99.9},
            whole_contacts=True,
        ),
        (
            "The minimum volume 'half' in 2027 (at least 99.5) and the rule that contacts are whole "
            "numbers need at least 100 contacts in 2027; the largest volume 'half' allows at most "
            "99.9."
        ),
    ),
    "satisfaction": (
        lambda: told({"name": "floor", "type": "satisfaction", "at_least": 0.95}),
        (
            "Whatever the other rules are, no plan has more than 0.9 satisfaction in 2028; the "
            "satisfaction floor 'floor' asks for at least 0.95."
        ),
    ),
}


QUICK = ("capacity of the only channel", "staff", "smallest shares", "policies against each other")


def check(name: str) -> None:
    make, sentence = CASES[name]
    found = make()
    assert found.status == "infeasible"
    assert found.irreducible
    assert found.sentences[0] == sentence


@pytest.mark.parametrize("name", QUICK)
def test_the_cause_comes_first_with_its_figures(name: str) -> None:
    check(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(CASES) - set(QUICK)))
def test_other_causes_do_too(name: str) -> None:
    check(name)


SCENARIOS = Path(__file__).parents[2] / "scenarios"
TIGHTENED = {
    "b2b": ("policies.travel_limit.at_most=1000", {"travel_limit", "migration_limit"}),
    "bank": ("channels.branch.capacity=1000", {"channels.branch.capacity[2027]"}),
    "insurance": ("policies.cost_of_service.at_most=1000000", {"cost_of_service"}),
    "public_service": ("staff.*.max_fte=5", {"staff.contact_centre.max_fte[2028]"}),
    "retail": ("policies.club_floor.at_least=0.95", {"club_floor"}),
    "telecom": ("channels.phone.capacity=20000", {"channels.phone.capacity"}),
}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", TIGHTENED)
def test_the_scenarios_of_the_project_say_what_is_too_tight(name: str) -> None:
    text, expected = TIGHTENED[name]
    instance = load(SCENARIOS / name, steps=[("set", text)])
    found = conflict(instance, Engine(Highs()), Clock.of(200.0))
    assert found.sure
    assert expected <= {member.name for member in members(instance, found.atoms, {})}
