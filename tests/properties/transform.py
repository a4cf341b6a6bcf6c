"""Ways to change a scenario whose effect on the optimum is known."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from tests.strategies import Data

SEGMENT_MONEY = ("margin",)
CHANNEL_MONEY = ("unit_cost", "fixed_cost", "opening_cost", "closing_cost")
STAFF_MONEY = ("fte_cost", "hiring_cost", "release_cost")
UPGRADE_MONEY = ("investment", "running_cost")
MONEY_TABLES = ("unit_cost", "contact_value", "closure_loss")


def shuffled(data: Data, random: Random) -> Data:
    """The same scenario, its keys and rows written in another order."""

    def mixed(value: Any, *, keep: bool = False) -> Any:
        if isinstance(value, dict):
            keys = list(value)
            random.shuffle(keys)
            return {k: mixed(value[k], keep=k == "periods") for k in keys}
        if isinstance(value, list):
            items = [mixed(item) for item in value]
            if not keep and all(isinstance(item, dict) for item in items):
                random.shuffle(items)
            return items
        return value

    result: Data = mixed(data)
    return result


def renamed(data: Data, names: dict[str, str]) -> Data:
    """The same scenario with other ids, wherever they stand."""

    def other(value: Any) -> Any:
        if isinstance(value, dict):
            return {names.get(k, k): other(v) for k, v in value.items()}
        if isinstance(value, list):
            return [other(item) for item in value]
        return names.get(value, value) if isinstance(value, str) else value

    result: Data = other(data)
    return result


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, list):
        return [None if v is None else v * factor for v in value]
    return value * factor


def other_currency(data: Data, factor: float) -> Data:
    """Every amount of money times a factor."""
    result = copy.deepcopy(data)
    for section, fields in (
        ("segments", SEGMENT_MONEY),
        ("channels", CHANNEL_MONEY),
        ("staff", STAFF_MONEY),
    ):
        for item in result.get(section, {}).values():
            item |= {field: _times(item[field], factor) for field in fields if field in item}
    for upgrade in result.get("upgrades", {}).values():
        upgrade |= {f: _times(upgrade[f], factor) for f in UPGRADE_MONEY if f in upgrade}
        effect = upgrade["effects"].get("unit_cost", {})
        effect |= {k: v * factor for k, v in effect.items() if k != "times"}
    objective = result["objective"]
    objective["satisfaction_price"] = objective.get("satisfaction_price", 0) * factor
    for name in MONEY_TABLES:
        for row in result["tables"].get(name, []):
            row["value"] *= factor
    for policy in result["policies"]:
        if policy["type"] == "budget":
            policy["at_most"] = _times(policy["at_most"], factor)
    return result


def halved(data: Data, segment: str, names: tuple[str, str]) -> Data:
    """One segment as two, each with half of its customers."""
    result = copy.deepcopy(data)
    whole = result["segments"].pop(segment)
    for name in names:
        result["segments"][name] = {**whole, "customers": whole["customers"] / 2}
    for table, rows in result["tables"].items():
        result["tables"][table] = [
            other
            for row in rows
            for other in (
                [{**row, "segment": name} for name in names]
                if row.get("segment") == segment
                else [row]
            )
        ]
    for policy in result["policies"]:
        if segment in policy.get("segments", []):
            others = [s for s in policy["segments"] if s != segment]
            policy["segments"] = sorted([*others, *names])
    return result


def with_unused_channel(data: Data) -> Data:
    """One more channel, that nobody may enter and that is closed at the start."""
    result = copy.deepcopy(data)
    result["channels"]["kiosk"] = {"initially_open": False, "satisfaction": 0.5, "fixed_cost": 1}
    rows = result["tables"].setdefault("eligible", [])
    for segment in result["segments"]:
        rows.append({"segment": segment, "channel": "kiosk", "value": False})
    return result


def tightened(policy: Data) -> Data:
    """A policy that asks for more."""
    result = dict(policy)
    if result["type"] == "preferred_channel":
        result["threshold"] /= 2
    if result.get("at_most") is not None:
        result["at_most"] = _times(result["at_most"], 0.7)
    if result.get("at_least") is not None:
        low = result["at_least"]
        result["at_least"] = low * 1.2 if low > 0 else low * 0.8
    return result


def with_upgrade(data: Data, name: str, upgrade: Data) -> Data:
    """One more upgrade."""
    result = copy.deepcopy(data)
    result.setdefault("upgrades", {})[name] = copy.deepcopy(upgrade)
    return result


def cheaper(data: Data, channel: str, factor: float) -> Data:
    """Another unit cost in one channel, whatever says it."""
    result = copy.deepcopy(data)
    own = result["channels"][channel]
    own["unit_cost"] = _times(own.get("unit_cost", 0), factor)
    for row in result["tables"].get("unit_cost", []):
        if row.get("channel") == channel:
            row["value"] *= factor
    return result


def by_bundle(data: Data, channel: str, interaction: str, bundle: str) -> Data:
    """Outbound contacts of a channel made through a bundle that uses the channel once instead."""
    result = copy.deepcopy(data)
    result.setdefault("bundles", {})[bundle] = {"uses": {channel: 1}}
    for row in result["tables"].get("contact_value", []):
        if row["interaction"] == interaction and row["channel"] == channel:
            row["channel"] = bundle
    forbidden = result["tables"].setdefault("eligible", [])
    forbidden.append({"interaction": interaction, "channel": channel, "value": False})
    return result


def service_levels(data: Data) -> list[Data]:
    """The waiting-time targets of a scenario, to be changed in place."""
    return [g["service_level"] for g in data.get("staff", {}).values() if "service_level" in g]
