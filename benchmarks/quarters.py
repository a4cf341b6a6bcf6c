"""A bank by quarters: the example bank, cut into more segments and quarters, with everything on.

40 segments, 11 channels, 12 quarters, four staff groups with service levels, six upgrades and two
outage rules. Figures are those of scenarios/bank, spread by seeded factors; equal calls give equal
files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from channelopt.instance.load import load

BANK = Path(__file__).parents[1] / "scenarios" / "bank"
SEED = 11
PARTS = 5
YEARS = ("2027", "2028", "2029")
SEASONS = (1.06, 0.97, 0.95, 1.02)
CLOSED = "small_branch"
WEB_CAPACITY = 2_000_000

SERVICE_LEVELS: dict[str, dict[str, Any]] = {
    "advisors": {"share": 0.7, "within_seconds": 120, "handle_minutes": 40, "peak_factor": 1.2},
    "branch_staff": {"share": 0.8, "within_seconds": 300, "handle_minutes": 12, "peak_factor": 1.3},
    "contact_centre": {
        "share": 0.8,
        "within_seconds": 20,
        "handle_minutes": 6,
        "peak_factor": 1.4,
        "patience_minutes": 4,
    },
    "back_office": {"share": 0.8, "within_seconds": 3600, "handle_minutes": 15},
}
UPGRADES: dict[str, dict[str, Any]] = {
    "customer_record": {
        "channel": "phone",
        "investment": 300_000,
        "running_cost": 7_500,
        "effects": {"handle_minutes": {"times": 0.99}},
    },
    "unified_desktop": {
        "channel": "phone",
        "investment": 450_000,
        "running_cost": 10_000,
        "requires": ["customer_record"],
        "effects": {"handle_minutes": {"times": 0.9}, "resolution": {"add": 0.04}},
    },
    "chat_desktop": {
        "channel": "chat",
        "investment": 150_000,
        "running_cost": 4_000,
        "requires": ["customer_record"],
        "effects": {"handle_minutes": {"times": 0.9}},
    },
    "app_redesign": {
        "channel": "app",
        "investment": 600_000,
        "running_cost": 15_000,
        "effects": {"resolution": {"add": 0.1}},
        "interactions": ["admin"],
    },
    "web_redesign": {
        "channel": "web",
        "investment": 300_000,
        "running_cost": 8_000,
        "available_from": "2028q1",
        "effects": {"resolution": {"add": 0.1}, "satisfaction": {"add": 0.02}},
    },
    "language_model": {
        "channel": "chatbot",
        "investment": 800_000,
        "running_cost": 37_500,
        "effects": {"resolution": {"add": 0.12}, "satisfaction": {"add": 0.1}},
    },
}
OUTAGES = (
    {"name": "app fails", "type": "outage", "channel": "app", "recover": 0.7, "surge": 0.3},
    {"name": "phone fails", "type": "outage", "channel": "phone", "recover": 0.5, "surge": 0.3},
)


def write(folder: Path) -> Path:
    """Write the scenario as one JSON file and return its path."""
    base: dict[str, Any] = json.loads(json.dumps(load(BANK).resolved))
    quarters = [f"{year}q{k + 1}" for year in YEARS for k in range(4)]
    draw = np.random.default_rng(SEED)
    data = {
        "format": 1,
        "title": "Bank by quarters",
        "currency": "EUR",
        "periods": quarters,
        "objective": {**base["objective"], "discount_rate": 0.024},
        "segments": _segments(base["segments"], draw),
        "interactions": base["interactions"],
        "channels": _channels(base["channels"]),
        "staff": _staff(base["staff"]),
        "upgrades": UPGRADES,
        "tables": {
            name: _rows(name, rows)
            for name, rows in sorted(base["tables"].items())
            if name != "baseline_share"
        },
        "policies": [*_policies(base["policies"]), *OUTAGES],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "quarters.json"
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    return path


def _parts(segment: str) -> list[str]:
    return [f"{segment}_{k}" for k in range(1, PARTS + 1)]


def _by_quarter(value: Any, factor: float) -> Any:
    """Spread a value per year over its quarters."""
    if isinstance(value, list):
        return [None if v is None else v * factor for v in value for _ in SEASONS]
    return None if value is None else value * factor


def _segments(segments: dict[str, Any], draw: np.random.Generator) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, segment in segments.items():
        sizes = draw.dirichlet(np.full(PARTS, 8.0))
        for part, size, worth in zip(
            _parts(name), sizes, draw.uniform(0.8, 1.2, PARTS), strict=True
        ):
            customers = _by_quarter(segment["customers"], float(size))
            whole = (
                [max(1, round(x)) for x in customers]
                if isinstance(customers, list)
                else max(1, round(customers))
            )
            found[part] = {
                "customers": whole,
                "margin": round(segment["margin"] * float(worth) / 4, 2),
                "retention": segment["retention"],
            }
    return found


def _channels(channels: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, channel in channels.items():
        if name == CLOSED:
            continue
        kept = {key: value for key, value in channel.items() if value is not None}
        for key in ("fixed_cost", "capacity"):
            if key in kept:
                kept[key] = _by_quarter(kept[key], 0.25)
        found[name] = kept
    # unlimited, the web would take whatever another channel drops, and no outage would matter
    found["web"]["capacity"] = WEB_CAPACITY
    return found


def _staff(staff: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, group in staff.items():
        # paid hours, not only those at work with a customer: waiting decides occupancy
        kept = {**group, "hours_per_fte": group["hours_per_fte"] / 4 * 1.25}
        kept["fte_cost"] = _by_quarter(group["fte_cost"], 0.25)
        kept["serves"] = [channel for channel in group["serves"] if channel != CLOSED]
        kept["service_level"] = {"open_hours": 760, **SERVICE_LEVELS[name]}
        found[name] = kept
    return found


def _rows(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give every part the rows of its segment and every quarter those of its year."""
    return [copy for row in rows if row.get("channel") != CLOSED for copy in _spread_row(name, row)]


def _spread_row(name: str, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    parts = _parts(row["segment"]) if "segment" in row else [None]
    quarters = [f"{row['period']}q{k + 1}" for k in range(4)] if "period" in row else [None]
    share = 0.25 if name in ("contacts_per_customer", "closure_loss") else 1.0
    for part in parts:
        for at, quarter in enumerate(quarters):
            copy = dict(row)
            copy |= {} if part is None else {"segment": part}
            copy |= {} if quarter is None else {"period": quarter}
            if share != 1.0:
                season = SEASONS[at] if quarter and name == "contacts_per_customer" else 1.0
                copy["value"] = row["value"] * share * season
            yield copy


def _policies(policies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep what speaks of contacts, satisfaction and money; offers stay the planner's."""
    found = []
    for policy in policies:
        kept = dict(policy)
        if policy["type"] in ("choice", "preferred_channel", "migration"):
            continue
        if "segments" in policy:
            kept["segments"] = [part for name in policy["segments"] for part in _parts(name)]
        if policy["type"] == "budget":
            kept["at_most"] = _by_quarter(policy["at_most"], 0.3)
        if policy["type"] == "contact_limit":
            kept["at_most"] = policy["at_most"] / 4
        found.append(kept)
    return found
