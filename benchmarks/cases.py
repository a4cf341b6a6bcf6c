"""Scenarios of growing size, written as folders like a planner's, with seeded figures."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """Segments x interaction types x channels x periods, and the time limit of each solve."""

    segments: int
    interactions: int
    channels: int
    periods: int
    seconds: float

    @property
    def name(self) -> str:
        return f"{self.segments}x{self.interactions}x{self.channels}x{self.periods}"


CASES = (
    Case(10, 4, 8, 1, seconds=60),
    Case(40, 5, 11, 1, seconds=60),
    Case(60, 5, 11, 4, seconds=60),
    Case(100, 6, 12, 6, seconds=90),
    Case(200, 6, 12, 12, seconds=360),
)
SEED = 7


def write(case: Case, folder: Path) -> Path:
    """Write the scenario of a case into a folder; equal cases give equal files."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(SEED)
    names = _names(case)
    _volumes(case, folder, names, draw)
    for table, low, high, digits in (
        ("satisfaction", 0.4, 0.95, 3),
        ("resolution", 0.5, 0.95, 3),
        ("unit_cost", 0.1, 3.0, 2),
        ("handle_minutes", 1.0, 12.0, 1),
    ):
        values = draw.uniform(low, high, (case.segments, case.interactions, case.channels))
        _by_channel(folder / f"{table}.csv", names, values.round(digits))
    (folder / "scenario.yaml").write_text(_scenario(case, names, draw), encoding="utf-8")
    return folder


def _names(case: Case) -> dict[str, list[str]]:
    return {
        "segment": [f"s{k:03d}" for k in range(case.segments)],
        "interaction": [f"i{k}" for k in range(case.interactions)],
        "channel": [f"c{k:02d}" for k in range(case.channels)],
        "period": [str(2027 + k) for k in range(case.periods)],
    }


def _volumes(
    case: Case, folder: Path, names: dict[str, list[str]], draw: np.random.Generator
) -> None:
    base = draw.uniform(0.1, 4.0, (case.segments, case.interactions, 1))
    trend = draw.uniform(0.9, 1.1, (case.segments, case.interactions, case.periods))
    values = (base * trend).round(3)
    with (folder / "contacts_per_customer.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["segment", "interaction", *names["period"]])
        for s, segment in enumerate(names["segment"]):
            for i, interaction in enumerate(names["interaction"]):
                writer.writerow([segment, interaction, *values[s, i].tolist()])


def _by_channel(path: Path, names: dict[str, list[str]], values: np.ndarray) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["segment", "interaction", *names["channel"]])
        for s, segment in enumerate(names["segment"]):
            for i, interaction in enumerate(names["interaction"]):
                writer.writerow([segment, interaction, *values[s, i].tolist()])


def _scenario(case: Case, names: dict[str, list[str]], draw: np.random.Generator) -> str:
    """The sections as YAML (JSON is YAML)."""
    import json

    load = case.segments * case.interactions * 20_000.0
    channels: dict[str, Any] = {}
    for k, channel in enumerate(names["channel"]):
        after = names["channel"][(k + 1) % case.channels]
        channels[channel] = {
            "fixed_cost": round(float(draw.uniform(0.2, 2.0)) * case.segments * 2000),
            "opening_cost": 20_000,
            "closing_cost": 10_000,
            "capacity": round(load * float(draw.uniform(0.2, 0.6))),
            "unresolved": {channel: 0.3, after: 0.5},
            "always_open": k % 3 == 0,
        }
    staff = {
        f"g{g}": {
            "serves": names["channel"][g::8],
            "hours_per_fte": 1200,
            "fte_cost": 50_000,
            "initial_fte": 20,
            "hiring_cost": 3000,
            "release_cost": 5000,
        }
        for g in range(4)
    }
    segments = {
        segment: {
            "customers": int(draw.integers(500, 40_000)),
            "margin": round(float(draw.uniform(5, 300)), 2),
        }
        for segment in names["segment"]
    }
    tables = ("satisfaction", "resolution", "unit_cost", "handle_minutes", "contacts_per_customer")
    return json.dumps(
        {
            "format": 1,
            "title": f"Benchmark {case.name}",
            "periods": names["period"],
            "objective": {
                "satisfaction_weight": 0.3,
                "transfer_penalty": 0.1,
                "give_up_penalty": 0.3,
                "discount_rate": 0.05,
            },
            "segments": segments,
            "interactions": {name: {} for name in names["interaction"]},
            "channels": channels,
            "staff": staff,
            "tables": {table: f"{table}.csv" for table in tables},
        },
        indent=1,
    )
