"""Customers with values of their own, as a scenario, a Parquet file, and arrays for solvers.

8 channels and 7 rows that all customers share, four of them binding: the capacity of two channels,
hours of a staff group, a budget; a third capacity and two minimum volumes have room.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CHANNELS = ("branch", "phone", "video", "chat", "email", "letter", "app", "web")
SEGMENTS = ("private", "premium", "young", "family", "senior", "business")
UNIT_COST = np.array([4.0, 2.5, 3.0, 1.2, 0.8, 1.5, 0.3, 0.2])
MINUTES = np.array([0, 0, 9.0, 5.0, 0, 0, 0, 0])
"""Of the advisers, who serve video and chat."""
MEAN_VALUE = np.array([9.0, 7.5, 7.5, 6.0, 5.0, 5.2, 5.0, 4.8])
SPREAD = 2.0
WEIGHT = 0.5
ROWS = (
    "capacity:branch",
    "capacity:phone",
    "capacity:web",
    "hours:advisers",
    "budget:budget",
    "minimum:letter",
    "minimum:app",
)
TIGHT = (0.6, 0.7, 3.0, 0.7, 0.715, 0.25, 0.25)
"""Limits as shares of what customers would use if there were none."""
CHUNK = 100_000
SEED = 20_270_101


@dataclass(frozen=True)
class Customers:
    """Customers in memory.

    Attributes:
        ids: (n,) whole numbers.
        kind: (n,) int32, position of the segment.
        contacts: (n,) contacts per period.
        value: (n, 8) currency per contact.
    """

    ids: NDArray[np.int64]
    kind: NDArray[np.int32]
    contacts: Floats
    value: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def gain(self) -> Floats:
        """Return (n, 8) currency of every option: kept margin, and value less cost."""
        money: Floats = self.contacts[:, None] * (self.value - UNIT_COST)
        return money + kept_margin()[self.kind]


def kept_margin() -> Floats:
    """Return (segments, channels) margin that is kept after service in a channel."""
    margin, satisfaction = _segments()
    return margin[:, None] * (1 - WEIGHT * (1 - satisfaction))


def uses() -> Floats:
    """Return (rows, channels) what one contact uses of each row."""
    found = np.zeros((len(ROWS), len(CHANNELS)))
    for row, channel in ((0, "branch"), (1, "phone"), (2, "web"), (5, "letter"), (6, "app")):
        found[row, CHANNELS.index(channel)] = 1
    found[3] = MINUTES / 60
    found[4] = UNIT_COST
    return found


def write(size: int, folder: Path) -> None:
    """Write `customers.parquet`, `scenario.yaml` and `limits.json`; equal sizes, equal files."""
    folder.mkdir(parents=True, exist_ok=True)
    used, contacts = np.zeros(len(ROWS)), np.zeros(len(SEGMENTS))
    people, value = np.zeros(len(SEGMENTS)), np.zeros((len(SEGMENTS), len(CHANNELS)))
    with pq.ParquetWriter(folder / "customers.parquet", _schema()) as file:
        for chunk in _drawn(size):
            file.write_table(_table(chunk))
            best = chunk.gain().argmax(axis=1)
            used += uses() @ np.bincount(best, chunk.contacts, len(CHANNELS))
            people += np.bincount(chunk.kind, minlength=len(SEGMENTS))
            contacts += np.bincount(chunk.kind, chunk.contacts, len(SEGMENTS))
            for c in range(len(CHANNELS)):
                value[:, c] += np.bincount(chunk.kind, chunk.value[:, c], len(SEGMENTS))
    limits = np.round(used * TIGHT).tolist()
    (folder / "limits.json").write_text(json.dumps(limits), encoding="utf-8")
    scenario = _scenario(people, contacts / people, value / people[:, None], limits)
    (folder / "scenario.yaml").write_text(json.dumps(scenario, indent=1), encoding="utf-8")


def read(folder: Path) -> tuple[Customers, Floats, Floats]:
    """Return the customers of a folder, and lower and upper limits of the rows."""
    table = pq.read_table(folder / "customers.parquet")
    names = table["segment"].combine_chunks()
    kind = pa.compute.index_in(names.cast(pa.string()), pa.array(SEGMENTS))
    value = np.empty((len(table), len(CHANNELS)))
    for c, channel in enumerate(CHANNELS):
        value[:, c] = table[f"value_{channel}"].to_numpy()
    customers = Customers(
        table["customer_id"].to_numpy(),
        kind.to_numpy().astype(np.int32),
        table["contacts"].to_numpy(),
        value,
    )
    limits = np.array(json.loads((folder / "limits.json").read_text(encoding="utf-8")))
    least = np.array([name.startswith("minimum") for name in ROWS])
    return customers, np.where(least, limits, -np.inf), np.where(least, np.inf, limits)


def _drawn(size: int) -> Iterator[Customers]:
    """Draw customers in chunks; the first ones of a larger file are those of a smaller one."""
    shift = np.random.default_rng(SEED).normal(0, 0.7, (len(SEGMENTS), len(CHANNELS)))
    for start in range(0, size, CHUNK):
        count = min(CHUNK, size - start)
        draw = np.random.default_rng([SEED, start])
        kind = draw.choice(len(SEGMENTS), count, p=(0.35, 0.08, 0.2, 0.2, 0.12, 0.05))
        contacts = 1.0 + draw.poisson(1.5, count)
        mean: Floats = (MEAN_VALUE + shift)[kind]
        value = np.round(mean + draw.normal(0, SPREAD, mean.shape), 2)
        ids = np.arange(start, start + count, dtype=np.int64) + 1_000_000
        yield Customers(ids, kind.astype(np.int32), contacts, value)


def _segments() -> tuple[Floats, Floats]:
    """Return margins of the segments, and their satisfaction in each channel."""
    draw = np.random.default_rng(SEED + 1)
    margin = np.array([12.0, 40, 5, 15, 18, 60])
    return margin, np.round(draw.uniform(0.55, 0.95, (len(SEGMENTS), len(CHANNELS))), 2)


def _schema() -> pa.Schema:
    words = pa.dictionary(pa.int8(), pa.string())
    values = [(f"value_{channel}", pa.float64()) for channel in CHANNELS]
    first = [("customer_id", pa.int64()), ("segment", words), ("contacts", pa.float64())]
    return pa.schema([*first, *values])


def _table(chunk: Customers) -> pa.Table:
    words = pa.DictionaryArray.from_arrays(chunk.kind.astype(np.int8), pa.array(SEGMENTS))
    columns = [chunk.ids, words, chunk.contacts, *chunk.value.T]
    return pa.table(columns, schema=_schema())


def _scenario(people: Floats, contacts: Floats, value: Floats, limits: list[float]) -> Any:
    """Return the scenario: every channel stays open, the plan decides shares only."""
    margin, satisfaction = _segments()
    channels: dict[str, Any] = {
        name: {"unit_cost": cost, "always_open": True}
        for name, cost in zip(CHANNELS, UNIT_COST.tolist(), strict=True)
    }
    for row, name in enumerate(ROWS):
        kind, _, owner = name.partition(":")
        if kind in ("capacity", "minimum"):
            channels[owner]["capacity" if kind == "capacity" else "min_volume"] = limits[row]
    for name, minutes in zip(CHANNELS, MINUTES.tolist(), strict=True):
        if minutes:
            channels[name]["handle_minutes"] = minutes
    advisers = {"serves": ["video", "chat"], "hours_per_fte": limits[3], "max_fte": 1}
    return {
        "format": 1,
        "title": "Benchmark of customer lists",
        "objective": {"satisfaction_weight": WEIGHT},
        "segments": {
            name: {"customers": count, "margin": amount}
            for name, count, amount in zip(SEGMENTS, people.tolist(), margin.tolist(), strict=True)
        },
        "interactions": {"service": {}},
        "channels": channels,
        "staff": {"advisers": advisers | {"min_fte": 1}},
        "tables": {
            "contacts_per_customer": [
                {"segment": name, "value": mean}
                for name, mean in zip(SEGMENTS, contacts.tolist(), strict=True)
            ],
            "satisfaction": _wide(satisfaction),
            "contact_value": _wide(value),
        },
        "policies": [
            {"name": "budget", "type": "budget", "counts": ["contact"], "at_most": limits[4]}
        ],
        "customers": {
            "file": "customers.parquet",
            "quota_tolerance": 1,
            "columns": {
                "contacts": "contacts",
                "contact_value": {name: f"value_{name}" for name in CHANNELS},
            },
        },
    }


def _wide(values: Floats) -> list[dict[str, Any]]:
    return [
        {"segment": name, **dict(zip(CHANNELS, row, strict=True))}
        for name, row in zip(SEGMENTS, values.tolist(), strict=True)
    ]
