"""Ways to change a scenario whose effect on the optimum is known."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from tests.strategies import Data

SEGMENT_MONEY = ("margin",)
CHANNEL_MONEY = ("unit_cost", "fixed_cost", "opening_cost", "closing_cost")
STAFF_MONEY = ("fte_cost", "hiring_cost", "release_cost")
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
