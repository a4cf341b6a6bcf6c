"""One small scenario per rule in which that rule, and only it, stands in the way of more profit."""

from __future__ import annotations

from typing import Any

from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from tests.merging import merged

Data = dict[str, Any]

BASE: Data = {
    "format": 1,
    "title": "Two segments, two channels",
    "objective": {"satisfaction_weight": 0.5, "transfer_penalty": 0.1, "give_up_penalty": 0.2},
    "segments": {
        "gold": {"customers": 100, "margin": 200},
        "young": {"customers": 200, "margin": 10},
    },
    "interactions": {"ask": {}, "sell": {"direction": "outbound"}},
    "channels": {
        "phone": {
            "touch": "high",
            "unit_cost": 2,
            "fixed_cost": 50,
            "satisfaction": 0.9,
            "resolution": 0.8,
            "unresolved": {"phone": 0.5},
            "handle_minutes": 6,
        },
        "web": {
            "touch": "low",
            "unit_cost": 0.1,
            "fixed_cost": 20,
            "satisfaction": 0.5,
            "resolution": 0.6,
            "unresolved": {"phone": 0.8},
        },
    },
    "staff": {"team": {"serves": ["phone"], "hours_per_fte": 20, "fte_cost": 100}},
    "tables": {
        "contacts_per_customer": [
            {"interaction": "ask", "value": 2},
            {"segment": "gold", "interaction": "sell", "value": 1},
        ],
        "contact_value": [{"interaction": "sell", "channel": "phone", "value": 9}],
    },
}

PATCHES: dict[str, Data] = {
    "upgrades": {"upgrades": {
        "desktop": {"channel": "phone", "investment": 60, "effects": {"resolution": {"add": 0.05}}},
        "training": {"channel": "phone", "investment": 200, "running_cost": 10,
                     "requires": ["desktop"], "effects": {"satisfaction": {"add": 0.08}}}}},
    "bundles": {"channels": {"letter": {"fixed_cost": 500, "unit_cost": 1, "satisfaction": 0.1}},
                "bundles": {"letter_call": {"uses": {"letter": 1, "phone": 0.4}}},
                "tables": {"contact_value": [{"channel": "letter_call", "value": 12}]}},
    "service_level": {"staff": {"team": {"service_level": {
        "share": 0.8, "within_seconds": 30, "handle_minutes": 6, "open_hours": 30,
        "peak_factor": 1.2}}}},
    "metric": {"metrics": {"co2": {"values": {"phone": 1, "web": 0.2}}},
               "policies": [{"name": "p", "type": "metric", "metric": "co2", "scope": "mean",
                             "at_most": 0.5}]},
    "outage": {"channels": {"web": {"capacity": 430}},
               "policies": [{"name": "p", "type": "outage", "channel": "phone", "recover": 0.7}]},
    "demand": {},
    "routing": {"channels": {"phone": {"unit_cost": 12}}},
    "opening": {},
    "capacity": {"channels": {"phone": {"capacity": 130}}},
    "shares": {"tables": {"min_share": [{"segment": "gold", "interaction": "ask", "channel": "web",
                                         "value": 0.3}]}},
    "offers": {"steering": 0.2,
               "tables": {"preference": [{"segment": "young", "channel": "phone", "value": 0.6}]}},
    "single_channel": {"assignment": "one_channel_per_interaction",
                       "channels": {"phone": {"capacity": 300}}},
    "whole_contacts": {"whole_contacts": True, "channels": {"phone": {"capacity": 300.5}}},
    "staff": {"staff": {"team": {"hiring_cost": 7}}},
    "timeline": {"channels": {"web": {"always_open": True, "fixed_cost": 9000, "closing_cost": 5}}},
    "budget": {"policies": [{"name": "p", "type": "budget", "at_most": 900}]},
    "choice": {"channels": {"web": {"fixed_cost": 5000}},
               "policies": [{"name": "p", "type": "choice", "at_least": 2}]},
    "contact_limit": {"policies": [{"name": "p", "type": "contact_limit", "at_most": 0.5}]},
    "fairness": {"policies": [{"name": "p", "type": "fairness", "at_most": 0.1}]},
    "migration": {
        "periods": [2027, 2028],
        "tables": {"baseline_share": [{"interaction": "ask", "channel": "phone", "value": 0.5},
                                      {"interaction": "ask", "channel": "web", "value": 0.5}]},
        "policies": [{"name": "p", "type": "migration", "interactions": ["ask"], "at_most": 0.1}],
    },
    "open_channels": {"policies": [{"name": "p", "type": "open_channels", "at_most": 1}]},
    "preferred_channel": {
        "channels": {"phone": {"fixed_cost": 90000}},
        "tables": {"preference": [{"segment": "young", "channel": "phone", "value": 0.6}]},
        "policies": [{"name": "p", "type": "preferred_channel", "threshold": 0.5}],
    },
    "requires": {"channels": {"web": {"fixed_cost": 5000}},
                 "policies": [{"name": "p", "type": "requires", "channel": "phone",
                               "needs": "web"}]},
    "return_on_cost": {"policies": [{"name": "p", "type": "return_on_cost", "at_least": 20}]},
    "satisfaction": {"policies": [{"name": "p", "type": "satisfaction", "segments": ["young"],
                                   "at_least": 0.7}]},
    "share": {"policies": [{"name": "p", "type": "share", "interactions": ["ask"],
                            "segments": ["gold"], "touch": "low", "at_least": 0.4}]},
    "volume": {"policies": [{"name": "p", "type": "volume", "channels": ["phone"], "at_most": 150,
                             "measure": "handled"}]},
}  # fmt: skip
"""What turns BASE into the case of each rule, by slug; a policy is called p."""


def binding(slug: str) -> Instance:
    """Return the instance in which the rule binds."""
    return from_data(merged(BASE, PATCHES[slug]))
