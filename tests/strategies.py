# ruff: noqa: C901, PLR0915 - one line per feature that chance may switch on
"""Random small scenarios in the scenario format, as plain dictionaries.

Numbers have few decimals; most scenarios are feasible (there is usually a channel without limits),
and every feature that is not switched off appears. Knobs switch features on and off or pin them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Data = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

CHANNELS = ("web", "app", "branch", "phone")  # the first is the one that usually has no limits
SEGMENTS = ("private", "business", "students")
TOUCH = {"web": "low", "app": "low", "branch": "high", "phone": "medium"}


@dataclass(frozen=True)
class Knobs:
    """What a scenario may contain; `None` leaves the choice to chance."""

    segments: int = 3
    interactions: int = 2
    channels: int = 4
    periods: int = 3
    groups: int = 2
    policies: int = 3
    outbound: bool = True
    routing: bool = True
    curves: bool = True
    timeline: bool = True
    steering: bool = True
    shares: bool = True
    fte: bool = True  # whole FTE; otherwise all FTE are fractional
    limits: bool = True  # capacity and minimum volume
    assignment: str | None = None
    whole_contacts: bool | None = None
    types: tuple[str, ...] | None = None
    baseline: bool = False  # today's shares for every inbound pair
    small_counts: bool = False
    # parts that are absent unless asked for: how many at most
    upgrades: int = 0
    bundles: int = 0
    metrics: int = 0
    outages: int = 0
    service_levels: bool = False


FULL = Knobs()
TINY = Knobs(segments=2, interactions=2, channels=3, periods=1, groups=1, small_counts=True)
PARTS: dict[str, Data] = {
    "upgrades": {"upgrades": 3},
    "bundles": {"bundles": 2},
    "metrics": {"metrics": 2},
    "outages": {"outages": 2},
    "service_levels": {"service_levels": True},
}
"""Knobs that switch on one part."""
EVERYTHING: Data = {name: value for part in PARTS.values() for name, value in part.items()}
LINEAR = Knobs(assignment="split", whole_contacts=False, policies=0)


def pick(draw: Draw, *values: Any) -> Any:
    return draw(st.sampled_from(values))


def chance(draw: Draw, percent: int) -> bool:
    return bool(draw(st.integers(0, 99)) < percent)


def hundredths(draw: Draw, low: int, high: int) -> float:
    return draw(st.integers(low, high)) / 100


@st.composite
def small_scenarios(draw: Draw, knobs: Knobs = FULL) -> Data:
    """Draw a scenario."""
    segments = list(SEGMENTS[: draw(st.integers(1, knobs.segments))])
    channels = list(CHANNELS[: draw(st.integers(2, knobs.channels))])
    periods = list(range(2027, 2027 + draw(st.integers(1, knobs.periods))))
    whole = knobs.whole_contacts
    if whole is None:
        whole = chance(draw, 15)
    data: Data = {
        "format": 1,
        "periods": periods,
        "objective": _objective(draw, knobs),
        "assignment": knobs.assignment
        or pick(draw, "split", "split", "one_channel_per_interaction", "one_channel_per_segment"),
        "whole_contacts": whole,
        "segments": {s: _segment(draw, knobs, whole=whole) for s in segments},
        "interactions": _interactions(draw, knobs),
        "channels": {c: _channel(draw, knobs, c, periods) for c in channels},
        "tables": {},
        "policies": [],
    }
    if knobs.steering and chance(draw, 40):
        data["steering"] = pick(draw, 0, 0.3, 0.5, 0.9)
    if knobs.routing and chance(draw, 60):
        _add_routing(draw, data)
    if knobs.groups and (knobs.service_levels or chance(draw, 60)):
        _add_staff(draw, knobs, data)
    _add_tables(draw, knobs, data, whole=whole)
    _add_parts(draw, knobs, data)
    for number in range(draw(st.integers(0, knobs.policies))):
        data["policies"].append(_policy(draw, knobs, data, f"rule {number}"))
    _add_policies_of_parts(draw, knobs, data)
    return data


def _objective(draw: Draw, knobs: Knobs) -> Data:
    objective: Data = {"satisfaction_weight": pick(draw, 0, 0.2, 0.5, 1)}
    if chance(draw, 25):
        objective["satisfaction_price"] = pick(draw, 0.5, 2)
    if knobs.routing and chance(draw, 50):
        objective["transfer_penalty"] = pick(draw, 0.05, 0.2)
        objective["give_up_penalty"] = pick(draw, 0, 0.3, 1)
    if knobs.periods > 1 and chance(draw, 50):
        objective["discount_rate"] = pick(draw, 0.05, 0.1, 0.25)
    return objective


def _segment(draw: Draw, knobs: Knobs, *, whole: bool) -> Data:
    few = whole or knobs.small_counts
    segment: Data = {"customers": pick(draw, 1, 2, 3) if few else pick(draw, 10, 40, 100, 250)}
    if chance(draw, 80):
        segment["margin"] = pick(draw, 4, 25, 60.5, 120, -8)
    if knobs.curves and chance(draw, 30):
        segment["retention"] = _curve(draw)
    if knobs.steering and chance(draw, 20):
        segment["steering"] = pick(draw, 0, 0.2, 1)
    return segment


def _curve(draw: Draw) -> dict[float, float]:
    """Two to four points of any shape."""
    points = sorted(
        draw(st.sets(st.sampled_from([0, 0.2, 0.5, 0.6, 0.8, 1]), min_size=2, max_size=4))
    )
    return {at: hundredths(draw, 20, 105) for at in points}


def _interactions(draw: Draw, knobs: Knobs) -> Data:
    found: Data = {"advice": {}}
    if chance(draw, 50):
        found["advice"]["importance"] = pick(draw, 0.5, 2, 3)
    if knobs.interactions > 1 and (knobs.bundles or chance(draw, 60)):
        if knobs.outbound and (knobs.bundles or chance(draw, 50)):
            found["offer"] = {"direction": "outbound"}
        else:
            found["billing"] = {"importance": pick(draw, 0, 1, 1.5)}
    return found


def _channel(draw: Draw, knobs: Knobs, name: str, periods: list[int]) -> Data:
    safe = name == CHANNELS[0] and chance(draw, 90)
    channel: Data = {"satisfaction": hundredths(draw, 20, 100)}
    if chance(draw, 80):
        channel["touch"] = TOUCH[name]
    channel["unit_cost"] = pick(draw, 0, 0.3, 1.25, 4, 11.5)
    if chance(draw, 40):
        channel["fixed_cost"] = pick(draw, 3, 40, 200)
    if knobs.limits and not safe and chance(draw, 50):
        most = (1, 2, 4) if knobs.small_counts else (0, 5, 25, 80, 300)
        channel["capacity"] = _maybe_over_time(draw, periods, *most)
    if knobs.limits and not safe and chance(draw, 20):
        channel["min_volume"] = pick(draw, 1) if knobs.small_counts else pick(draw, 2, 10, 30)
    if knobs.timeline and not safe:
        channel |= _window(draw, periods, passing=name != CHANNELS[0])
    if knobs.timeline and chance(draw, 15):
        channel["always_open"] = True
    return channel


def _window(draw: Draw, periods: list[int], *, passing: bool) -> Data:
    """When a channel is open; one that is not `passing` stays, so that contacts have a way."""
    window: Data = {}
    if chance(draw, 40):
        window["initially_open"] = False
    if chance(draw, 40):
        window["opening_cost"] = pick(draw, 10, 75)
    if chance(draw, 40):
        window["closing_cost"] = pick(draw, 5, 60)
    if passing and len(periods) > 1 and chance(draw, 20):
        first = draw(st.integers(0, len(periods) - 1))
        window["available_from"] = periods[first]
        if first > 0:
            window["initially_open"] = False
        if chance(draw, 50):
            window["available_until"] = periods[draw(st.integers(first, len(periods) - 1))]
    return window


def _maybe_over_time(draw: Draw, periods: list[int], *values: float) -> Any:
    if chance(draw, 30):
        return [pick(draw, *values, None) for _ in periods]
    return pick(draw, *values)


def _add_routing(draw: Draw, data: Data) -> None:
    """Where unresolved contacts go; a case ends with a chance of at least 30 %."""
    names = list(data["channels"])
    for channel in data["channels"].values():
        if not chance(draw, 70):
            continue
        channel["resolution"] = pick(draw, 0.3, 0.5, 0.75, 0.9)
        shares: dict[str, float] = {}
        for name in names:
            left = 1 - sum(shares.values())
            if chance(draw, 40) and left > 0.35:
                shares[name] = pick(draw, 0.1, 0.25, 0.35)
        if shares:
            channel["unresolved"] = shares


def _add_staff(draw: Draw, knobs: Knobs, data: Data) -> None:
    names, periods = list(data["channels"]), data["periods"]
    data["staff"] = {}
    for group in ("agents", "advisors")[: draw(st.integers(1, knobs.groups))]:
        serves = sorted(draw(st.sets(st.sampled_from(names[1:]), min_size=1, max_size=2)))
        few = knobs.small_counts
        staff: Data = {
            "serves": serves,
            "hours_per_fte": pick(draw, 0.5, 1) if few else pick(draw, 5, 20, 60),
            "fte_cost": pick(draw, 5, 30) if few else pick(draw, 50, 150, 400),
        }
        if few or chance(draw, 60):
            staff["max_fte"] = (
                pick(draw, 1, 2, 3) if few else _maybe_over_time(draw, periods, 1, 3, 8)
            )
        if chance(draw, 20):
            staff["min_fte"] = 1
        if not knobs.fte or chance(draw, 40):
            staff["whole_fte"] = False
        if chance(draw, 50):
            staff["initial_fte"] = pick(draw, 0, 1, 2)
        if chance(draw, 40):
            staff["hiring_cost"] = pick(draw, 8, 40)
            staff["release_cost"] = pick(draw, 0, 25)
        data["staff"][group] = staff
        for name in serves:
            data["channels"][name]["handle_minutes"] = pick(draw, 3, 6, 20, 30)
            if chance(draw, 30):
                data["channels"][name]["concurrency"] = pick(draw, 1.5, 2)


# ---- tables


def _add_tables(draw: Draw, knobs: Knobs, data: Data, *, whole: bool) -> None:
    segments, channels = list(data["segments"]), list(data["channels"])
    inbound = [i for i, v in data["interactions"].items() if v.get("direction") != "outbound"]
    outbound = [i for i in data["interactions"] if i not in inbound]
    tables = data["tables"]
    counts = (0, 1, 1, 2) if whole else (0.1, 0.5, 1, 1.5)
    tables["contacts_per_customer"] = [
        {"segment": s, "interaction": i, "value": pick(draw, *counts)}
        for s in segments
        for i in data["interactions"]
    ]
    if len(data["periods"]) > 1 and chance(draw, 30):
        row = {"segment": segments[0], "interaction": "advice", "period": data["periods"][-1]}
        tables["contacts_per_customer"].append({**row, "value": pick(draw, 0, *counts)})
    if chance(draw, 70):
        tables["satisfaction"] = [
            {"interaction": i, "channel": c, "value": hundredths(draw, 5, 100)}
            for i in inbound
            for c in channels
            if chance(draw, 60)
        ]
        if chance(draw, 40):
            row = {"segment": segments[-1], "interaction": inbound[0], "channel": channels[-1]}
            tables["satisfaction"].append({**row, "value": hundredths(draw, 5, 100)})
    if chance(draw, 30):
        tables["satisfaction_shift"] = [
            {"segment": s, "value": pick(draw, -0.2, -0.05, 0.1, 0.3)} for s in segments
        ]
    if chance(draw, 40):
        tables["unit_cost"] = [
            {
                "segment": pick(draw, *segments),
                "channel": channels[0],
                "value": pick(draw, 0.1, 2.5),
            }
        ]
    if outbound or chance(draw, 20):
        kind = outbound[0] if outbound else inbound[0]
        tables["contact_value"] = [
            {"interaction": kind, "channel": c, "value": pick(draw, 0.5, 3, 9.5, 20, -1)}
            for c in channels
        ]
    if knobs.timeline and chance(draw, 30):
        tables["closure_loss"] = [
            {"segment": s, "channel": channels[-1], "value": pick(draw, 0.2, 1, 3)}
            for s in segments
        ]
    if knobs.shares:
        _add_shares(draw, data, inbound)
    if knobs.baseline or (knobs.shares and chance(draw, 50)):
        tables["baseline_share"] = [
            {"segment": s, "interaction": i, "channel": c, "value": share}
            for s in segments
            for i in (inbound if knobs.baseline else inbound[:1])
            for c, share in zip(
                channels[:2], pick(draw, (1, 0), (0.25, 0.75), (0.5, 0.5)), strict=True
            )
        ]
    data["tables"] = {name: rows for name, rows in tables.items() if rows}


def _add_shares(draw: Draw, data: Data, inbound: list[str]) -> None:
    segments, channels, tables = list(data["segments"]), list(data["channels"]), data["tables"]
    if chance(draw, 30):
        tables["eligible"] = [
            {"segment": pick(draw, *segments), "channel": channels[-1], "value": False}
        ]
    if chance(draw, 30):
        tables["max_share"] = [
            {
                "interaction": pick(draw, *data["interactions"]),
                "channel": c,
                "value": pick(draw, 0.4, 0.8),
            }
            for c in channels[1:]
        ]
    if chance(draw, 20) and not data["whole_contacts"]:
        tables["min_share"] = [
            {
                "segment": pick(draw, *segments),
                "channel": channels[0],
                "value": pick(draw, 0.05, 0.2),
            }
        ]
    if chance(draw, 50):
        tables["preference"] = [
            {"segment": s, "interaction": i, "channel": c, "value": pick(draw, 0, 0.1, 0.25)}
            for s in segments
            for i in inbound
            for c in channels
        ]


# ---- parts that are absent unless asked for


def _add_parts(draw: Draw, knobs: Knobs, data: Data) -> None:
    outbound = [i for i, v in data["interactions"].items() if v.get("direction") == "outbound"]
    if knobs.service_levels:
        _add_service_levels(draw, knobs, data)
    if knobs.bundles and outbound:
        _add_bundles(draw, knobs, data, outbound)
    if knobs.upgrades:
        count = draw(st.integers(1, knobs.upgrades))
        data["upgrades"] = {}
        for name in ("programme", "desktop", "chatbot")[:count]:
            data["upgrades"][name] = _upgrade(draw, knobs, data)
    for name in ("hours", "carbon")[: draw(st.integers(1, knobs.metrics)) if knobs.metrics else 0]:
        data.setdefault("metrics", {})[name] = _metric_of(draw, data, name)


def _add_service_levels(draw: Draw, knobs: Knobs, data: Data) -> None:
    for number, group in enumerate(data["staff"].values()):
        if number == 0 or chance(draw, 60):
            group["service_level"] = {
                "share": pick(draw, 0.5, 0.8, 0.95),
                "within_seconds": pick(draw, 0, 20, 120, 600),
                "handle_minutes": pick(draw, 2, 6, 7.5),
                "open_hours": pick(draw, 0.5, 1, 2) if knobs.small_counts else pick(draw, 8, 40),
            }
            if chance(draw, 40):
                group["service_level"]["peak_factor"] = pick(draw, 1.25, 2)
            if chance(draw, 50):
                group["service_level"]["patience_minutes"] = pick(draw, 0.5, 3, 20)


def _add_bundles(draw: Draw, knobs: Knobs, data: Data, outbound: list[str]) -> None:
    channels, tables = list(data["channels"]), data["tables"]
    data["bundles"] = {}
    for name in ("mail_call", "zoom")[: draw(st.integers(1, knobs.bundles))]:
        used = sorted(draw(st.sets(st.sampled_from(channels), min_size=1, max_size=2)))
        data["bundles"][name] = {"uses": {c: pick(draw, 0.4, 1, 1, 2) for c in used}}
        if chance(draw, 30):
            data["bundles"][name]["interactions"] = outbound
        tables.setdefault("contact_value", []).append(
            {"interaction": outbound[0], "channel": name, "value": pick(draw, 1, 6, 15, 25)}
        )
        if chance(draw, 20):
            row = {"interaction": outbound[0], "channel": name, "value": pick(draw, 0.3, 0.7)}
            tables.setdefault("max_share", []).append(row)
        if chance(draw, 10) and not data["whole_contacts"]:
            row = {"interaction": outbound[0], "channel": name, "value": 0.1}
            tables.setdefault("min_share", []).append(row)


EFFECTS: dict[str, tuple[tuple[str, float], ...]] = {
    "satisfaction": (("set", 0.8), ("times", 1.3), ("add", 0.15), ("add", -0.1)),
    "unit_cost": (("set", 0.4), ("times", 0.5), ("add", -1.5), ("add", 0.2)),
    "resolution": (("set", 0.85), ("times", 1.2), ("add", 0.2), ("add", -0.1)),
    "capacity": (("set", 60), ("times", 2), ("add", 15)),
    "handle_minutes": (("set", 4), ("times", 0.5), ("add", -2)),
    "concurrency": (("set", 3), ("times", 1.5), ("add", 1)),
}


def _upgrade(draw: Draw, knobs: Knobs, data: Data) -> Data:
    channel = pick(draw, *data["channels"])
    few, owned = knobs.small_counts, data["upgrades"]
    upgrade: Data = {"channel": channel, "effects": {}}
    if chance(draw, 85):
        upgrade["investment"] = pick(draw, 0.5, 3, 10) if few else pick(draw, 1, 20, 120)
    if chance(draw, 50):
        upgrade["running_cost"] = pick(draw, 0, 0.5, 2, 15)
    if len(data["periods"]) > 1 and chance(draw, 30):
        upgrade["available_from"] = pick(draw, *data["periods"])
    if owned and chance(draw, 35):
        upgrade["requires"] = [pick(draw, *owned)]
    quantities = ["satisfaction", "unit_cost", "capacity"]
    if "resolution" in data["channels"][channel]:
        quantities.append("resolution")
    if "handle_minutes" in data["channels"][channel]:
        quantities += ["handle_minutes", "concurrency"]
    for quantity in sorted(draw(st.sets(st.sampled_from(quantities), min_size=1, max_size=3))):
        taken = any(
            other["channel"] == channel and "set" in other["effects"].get(quantity, {})
            for other in owned.values()
        )
        operation, value = pick(draw, *EFFECTS[quantity][1 if taken else 0 :])
        if few and quantity == "capacity":
            value = 2
        upgrade["effects"][quantity] = {operation: value}
    if not {"capacity", "concurrency"} & set(upgrade["effects"]) and chance(draw, 25):
        upgrade["interactions"] = [pick(draw, *data["interactions"])]
    return upgrade


def _metric_of(draw: Draw, data: Data, name: str) -> Data:
    ways = [*data["channels"], *data.get("bundles", {})]
    metric: Data = {"values": {w: pick(draw, 0.1, 2, 8, -1) for w in ways if chance(draw, 75)}}
    if chance(draw, 40):
        metric["per"] = pick(draw, "handled", "first_contact")
    if chance(draw, 30):
        row = {"segment": pick(draw, *data["segments"]), "channel": ways[0], "value": 4}
        data["tables"][f"metric.{name}"] = [row]
    return metric


def _add_policies_of_parts(draw: Draw, knobs: Knobs, data: Data) -> None:
    for number in range(draw(st.integers(0, 2)) if knobs.metrics else 0):
        data["policies"].append(_metric_rule(draw, data, f"metric {number}"))
    for number in range(draw(st.integers(1, knobs.outages)) if knobs.outages else 0):
        rule: Data = {"name": f"outage {number}", "type": "outage"}
        rule["channel"] = pick(draw, *data["channels"])
        rule["recover"] = pick(draw, 0.2, 0.5, 0.9, 1)
        if chance(draw, 60):
            rule["surge"] = pick(draw, 0, 0.2, 1)
        _subset(draw, rule, "periods", data["periods"], 20)
        _filters(draw, data, rule, "sq")
        data["policies"].append(rule)


def _metric_rule(draw: Draw, data: Data, name: str) -> Data:
    rule: Data = {"name": name, "type": "metric", "metric": pick(draw, *data["metrics"])}
    rule["scope"] = pick(draw, "total", "mean")
    scale = 1.0 if rule["scope"] == "mean" else _contacts(data)
    side = pick(draw, "at_least", "at_most")
    rule[side] = round(scale * pick(draw, 0.5, 2, 4), 2)
    if side == "at_most" and chance(draw, 20):
        rule[side] = [pick(draw, rule[side], None) for _ in data["periods"]]
        rule[side][0] = round(scale, 2)
    _filters(draw, data, rule, "siw")
    return rule


# ---- policies

TYPES = (
    "volume",
    "share",
    "satisfaction",
    "fairness",
    "budget",
    "return_on_cost",
    "choice",
    "preferred_channel",
    "migration",
    "open_channels",
    "requires",
    "contact_limit",
)


def _subset(draw: Draw, rule: Data, field: str, names: list[Any], percent: int = 40) -> None:
    if chance(draw, percent):
        rule[field] = sorted(draw(st.sets(st.sampled_from(names), min_size=1, max_size=2)))


def _policy(draw: Draw, knobs: Knobs, data: Data, name: str) -> Data:
    outbound = [i for i, v in data["interactions"].items() if v.get("direction") == "outbound"]
    types = [t for t in knobs.types or TYPES if t != "contact_limit" or outbound]
    kind = draw(st.sampled_from(types or ["volume"]))
    rule: Data = {"name": name, "type": kind}
    _subset(draw, rule, "periods", data["periods"], 20)
    BUILDERS[kind](draw, data, rule)
    return rule


def _filters(draw: Draw, data: Data, rule: Data, axes: str) -> None:
    inbound = [i for i, v in data["interactions"].items() if v.get("direction") != "outbound"]
    if "s" in axes:
        _subset(draw, rule, "segments", list(data["segments"]))
    if "i" in axes:
        _subset(draw, rule, "interactions", list(data["interactions"]), 25)
    if "q" in axes:  # rules on satisfaction speak of inbound contacts
        _subset(draw, rule, "interactions", inbound, 25)
    if "c" in axes:
        _subset(draw, rule, "channels", list(data["channels"]), 60)
    if "w" in axes:
        _subset(draw, rule, "channels", _ways(data), 60)
    if "C" in axes:
        _channels_or_touch(draw, data, rule, list(data["channels"]))
    if "W" in axes:
        _channels_or_touch(draw, data, rule, _ways(data))


def _ways(data: Data) -> list[str]:
    """What first contacts can enter."""
    return [*data["channels"], *data.get("bundles", {})]


def _channels_or_touch(draw: Draw, data: Data, rule: Data, names: list[str]) -> None:
    levels = sorted({c["touch"] for c in data["channels"].values() if "touch" in c})
    if levels and chance(draw, 30):
        rule["touch"] = pick(draw, levels[0], levels)
    else:
        _subset(draw, rule, "channels", names, 100)


def _sides(draw: Draw, rule: Data, low: tuple[float, ...], high: tuple[float, ...]) -> None:
    side = draw(st.integers(0, 3))
    if side in (0, 2):
        rule["at_least"] = pick(draw, *low)
    if side in (1, 2, 3):
        rule["at_most"] = pick(draw, *high)


def _contacts(data: Data) -> float:
    per = data["tables"].get("contacts_per_customer", [])
    rows = [r for r in per if "period" not in r]
    return sum(data["segments"][r["segment"]]["customers"] * r["value"] for r in rows)


def _volume(draw: Draw, data: Data, rule: Data) -> None:
    _filters(draw, data, rule, "siw")
    total = _contacts(data)
    small, large = round(total * 0.1, 2), round(total * pick(draw, 0.3, 0.8, 1.5), 2)
    _sides(draw, rule, (small,), (max(large, small),))
    rule["measure"] = pick(draw, "first_contacts", "handled")


def _share(draw: Draw, data: Data, rule: Data) -> None:
    _filters(draw, data, rule, "siW")
    _sides(draw, rule, (0.1, 0.3), (0.5, 0.8))
    rule["scope"] = pick(draw, "each", "total")


def _satisfaction(draw: Draw, data: Data, rule: Data) -> None:
    _filters(draw, data, rule, "sq")
    rule["at_least"] = pick(draw, 0.3, 0.5, 0.6, 0.75)
    rule["scope"] = pick(draw, "each", "total")


def _fairness(draw: Draw, data: Data, rule: Data) -> None:
    _filters(draw, data, rule, "q")
    rule["at_most"] = pick(draw, 0, 0.05, 0.2)


def _budget(draw: Draw, data: Data, rule: Data) -> None:
    rule["at_most"] = round(
        _contacts(data) * pick(draw, 0.5, 1, 2, 5) + pick(draw, 0, 0, 50, 200), 2
    )
    flavour = draw(st.integers(0, 3))
    if flavour == 0:
        rule["counts"] = ["contact"]
        _filters(draw, data, rule, "sic")
    elif flavour == 1:
        rule["counts"] = pick(
            draw,
            ["contact", "fixed"],
            ["staff", "hiring", "release"],
            ["fixed", "opening", "closing"],
            *(["investment"], ["investment", "running"]) * bool(data.get("upgrades")),
        )
    elif flavour == 2:
        _filters(draw, data, rule, "C")
    rule["scope"] = pick(draw, "each", "total")
    if rule["scope"] == "each" and chance(draw, 20):
        rule["at_most"] = [pick(draw, rule["at_most"], None) for _ in data["periods"]]


def _return_on_cost(draw: Draw, data: Data, rule: Data) -> None:
    rule["at_least"] = pick(draw, -0.5, 0.1, 2, 6)


def _choice(draw: Draw, data: Data, rule: Data) -> None:
    _filters(draw, data, rule, "sc")
    _sides(draw, rule, (1,), (1, 2))


def _preferred(draw: Draw, data: Data, rule: Data) -> None:
    _filters(draw, data, rule, "sqc")
    rule["threshold"] = pick(draw, 0.1, 0.25)


def _migration(draw: Draw, data: Data, rule: Data) -> None:
    _filters(draw, data, rule, "siw")
    rule["at_most"] = pick(draw, 0.05, 0.2, 0.4, 0.7)


def _open_channels(draw: Draw, data: Data, rule: Data) -> None:
    _filters(draw, data, rule, "c")
    _sides(draw, rule, (1,), (1, 2, 3))


def _requires(draw: Draw, data: Data, rule: Data) -> None:
    names = list(data["channels"])
    rule["channel"] = names[-1]
    rule["needs"] = pick(draw, names[0], [names[0]], names[:-1])


def _contact_limit(draw: Draw, data: Data, rule: Data) -> None:
    _filters(draw, data, rule, "sw")
    rule["at_most"] = pick(draw, 0.2, 0.5, 1)


BUILDERS: dict[str, Callable[[Draw, Data, Data], None]] = {
    "volume": _volume,
    "share": _share,
    "satisfaction": _satisfaction,
    "fairness": _fairness,
    "budget": _budget,
    "return_on_cost": _return_on_cost,
    "choice": _choice,
    "preferred_channel": _preferred,
    "migration": _migration,
    "open_channels": _open_channels,
    "requires": _requires,
    "contact_limit": _contact_limit,
}
