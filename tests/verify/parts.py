"""A scenario with every further part, and a plan of it: for the tests of the check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.plan import Plan
from channelopt.terms.written import Written
from tests.merging import merged
from tests.verify.building import Ids, as_choice, written

DATA: dict[str, Any] = {
    "format": 1,
    "periods": ["2027", "2028"],
    "objective": {
        "satisfaction_weight": 0.5,
        "satisfaction_price": 0.5,
        "transfer_penalty": 0.1,
        "give_up_penalty": 0.5,
        "discount_rate": 0.1,
    },
    "segments": {"old": {"customers": 50, "margin": 10}, "young": {"customers": 20, "margin": 4}},
    "interactions": {"help": {}, "fix": {}, "renew": {"direction": "outbound"}},
    "channels": {
        "letter": {"unit_cost": 1.5, "satisfaction": 0.5},
        "phone": {
            "unit_cost": 5,
            "satisfaction": 0.8,
            "resolution": 0.6,
            "unresolved": {"phone": 0.5},
            "handle_minutes": 6,
            "capacity": 400,
        },
        "web": {
            "unit_cost": 0.1,
            "satisfaction": 0.6,
            "resolution": 0.5,
            "unresolved": {"phone": 0.4},
        },
    },
    "staff": {
        "agents": {
            "serves": ["phone"],
            "hours_per_fte": 10,
            "fte_cost": 100,
            "service_level": {
                "share": 0.8,
                "within_seconds": 20,
                "handle_minutes": 6,
                "open_hours": 10,
            },
        }
    },
    "upgrades": {
        "desktop": {
            "channel": "phone",
            "investment": 300,
            "running_cost": [10, 20],
            "effects": {
                "handle_minutes": {"times": 0.9},
                "resolution": {"add": 0.1},
                "capacity": {"times": 1.25},
                "concurrency": {"times": 1.2},
            },
        },
        "coach": {
            "channel": "phone",
            "investment": 40,
            "available_from": "2028",
            "requires": ["desktop"],
            "effects": {
                "resolution": {"times": 1.05},
                "satisfaction": {"set": 0.9},
                "unit_cost": {"add": -0.5},
            },
            "interactions": ["fix"],
        },
        "bot": {
            "channel": "web",
            "investment": 15,
            "running_cost": 7,
            "effects": {"satisfaction": {"add": 0.5}, "resolution": {"times": 1.2}},
        },
    },
    "bundles": {"letter_and_call": {"uses": {"letter": 1, "phone": 0.4}}},
    "metrics": {
        "answer_hours": {"values": {"letter": 48, "phone": 0.1, "letter_and_call": 30}},
        "co2": {"per": "handled", "values": {"letter": 20.5, "phone": 1}},
    },
    "tables": {
        "contacts_per_customer": [{"value": 2}],
        "contact_value": [
            {"channel": "letter_and_call", "value": 9},
            {"interaction": "renew", "channel": "letter", "value": 3},
        ],
        "metric.answer_hours": [{"interaction": "fix", "channel": "web", "value": 0.5}],
        "baseline_share": [
            {"interaction": "renew", "channel": "letter_and_call", "value": 0.4},
        ],
    },
}

FIRST: dict[Ids, float] = {
    ("old", "help", "web", "2027"): 100,
    ("young", "help", "phone", "2027"): 40,
    ("old", "fix", "phone", "2027"): 100,
    ("young", "fix", "web", "2027"): 40,
    ("old", "renew", "letter_and_call", "2027"): 50,
    ("old", "renew", "letter", "2027"): 5,
    ("young", "renew", "letter", "2027"): 10,
    ("old", "help", "web", "2028"): 100,
    ("young", "help", "phone", "2028"): 40,
    ("old", "fix", "phone", "2028"): 100,
    ("young", "fix", "web", "2028"): 40,
    ("young", "renew", "letter_and_call", "2028"): 40,
}

PHONE_2027 = 20 + 50 + 125 + 8 + 20
"""Handled calls: a fifth of them repeats, the web passes on 0.4 * 0.4, a bundle calls 0.4 times."""
PHONE_2028 = (16 + 40) / 0.85 + (100 + 6.4) / 0.865 + 16
"""With the desktop 0.7 of the calls for help end the case, with the coach 0.73 of those to fix."""

HOURS: dict[Ids, float] = {
    ("agents", "phone", "2027"): PHONE_2027 * 6 / 60,
    ("agents", "phone", "2028"): PHONE_2028 * 5.4 / (60 * 1.2),
}

OWNED: tuple[Ids, ...] = (
    ("bot", "2027"),
    ("bot", "2028"),
    ("coach", "2028"),
    ("desktop", "2028"),
)


def scenario(**changes: Any) -> Instance:
    return from_data(merged(DATA, changes))


def decisions(case: Instance, *, first: Mapping[Ids, Any] = FIRST, **rest: Any) -> Written:
    """The plan of FIRST and OWNED, all channels open, with the staff that it needs."""
    settings: dict[str, Any] = {
        "owned": OWNED,
        "fte": {("agents", "2027"): 7, ("agents", "2028"): 6},
        "hours": HOURS,
    }
    return written(case.numbers, first, **{**settings, **rest})


def plan_of(case: Instance, decided: Written) -> Plan:
    return assemble(case, as_choice(case.numbers, decided), Origin("evaluated"))
