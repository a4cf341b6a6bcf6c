"""Published instances in the scenario format.

Each function returns a scenario as a plain dictionary. The readings:

- Facility location: a customer is a segment, a facility is a channel with a fixed cost and a
  capacity; one channel per segment; profit is minus the cost.
- Generalised assignment: a job is a segment of one customer, an agent is a channel that a staff
  group of its own serves; the resource a job takes is the handling time.
- Marketing with a budget: an outbound interaction per product, a channel per medium, a segment per
  set of products that customers are predicted to buy.
- A campaign over clusters: an outbound interaction per product, one channel, a segment per cluster;
  or, because only segments have costs of their own, a segment per customer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Data = dict[str, Any]
DATA = Path(__file__).parent / "data"


def published(name: str) -> Data:
    """Read one of the instances carried beside this module."""
    found: Data = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _ids(word: str, count: int) -> list[str]:
    width = len(str(count - 1))
    return [f"{word}_{k:0{width}}" for k in range(count)]


def _frame(segments: Data, channels: Data, tables: Data) -> Data:
    """A scenario in which only money counts and every segment takes one channel."""
    return {
        "format": 1,
        "objective": {"satisfaction_weight": 0},
        "assignment": "one_channel_per_segment",
        "segments": segments,
        "interactions": {"order": {}},
        "channels": channels,
        "tables": tables,
    }


def _long(name: str, segments: Sequence[str], channels: Sequence[str], values: Any) -> Data:
    """A table by segment and channel from a matrix with one row per segment."""
    return {
        name: [
            {"segment": s, "channel": c, "value": value}
            for s, row in zip(segments, values, strict=True)
            for c, value in zip(channels, row, strict=True)
        ]
    }


def facility_location(
    capacity: Sequence[float],
    fixed_cost: Sequence[float],
    cost: Sequence[Sequence[float]],
    demand: Sequence[float] | None = None,
    names: Sequence[str] | None = None,
) -> Data:
    """Single-source facility location: `cost[customer][facility]` is for the whole demand."""
    demand = demand or [1] * len(cost)
    customers = _ids("customer", len(cost))
    facilities = list(names or _ids("facility", len(capacity)))
    unit = [[amount / size for amount in row] for row, size in zip(cost, demand, strict=True)]
    return _frame(
        {s: {"customers": size} for s, size in zip(customers, demand, strict=True)},
        {
            c: {"capacity": most, "fixed_cost": fixed, "satisfaction": 1}
            for c, most, fixed in zip(facilities, capacity, fixed_cost, strict=True)
        },
        {"contacts_per_customer": [{"value": 1}]} | _long("unit_cost", customers, facilities, unit),
    )


def generalised_assignment(instance: Data) -> Data:
    """Jobs to agents: `objective[agent][job]`, `resource[agent][job]`, `capacity[agent]`."""
    agents, jobs = _ids("agent", instance["agents"]), _ids("job", instance["jobs"])
    tables: Data = {"contacts_per_customer": [{"value": 1}]}
    money = "unit_cost" if instance["sense"] == "min" else "contact_value"
    tables |= _long(money, jobs, agents, zip(*instance["objective"], strict=True))
    tables |= _long("handle_minutes", jobs, agents, zip(*instance["resource"], strict=True))
    scenario = _frame(
        {j: {"customers": 1} for j in jobs}, {a: {"satisfaction": 1} for a in agents}, tables
    )
    scenario["staff"] = {
        f"team_{agent}": {"serves": [agent], "hours_per_fte": most / 60, "max_fte": 1}
        for agent, most in zip(agents, instance["capacity"], strict=True)
    }
    return scenario


def assignment(cost: Sequence[Sequence[float]]) -> Data:
    """Tasks to workers, at most one each: `cost[worker][task]`."""
    workers, tasks = _ids("worker", len(cost)), _ids("task", len(cost[0]))
    return _frame(
        {t: {"customers": 1} for t in tasks},
        {w: {"capacity": 1, "satisfaction": 1} for w in workers},
        {"contacts_per_customer": [{"value": 1}]}
        | _long("unit_cost", tasks, workers, zip(*cost, strict=True)),
    )


PRODUCTS = {"savings": 200, "mortgage": 300, "pension": 400}
MEDIA = {"gift": (20, 0.20), "newsletter": (15, 0.05), "seminar": (23, 0.30)}  # cost, success
PREDICTED = {
    "savings": 607,
    "mortgage": 293,
    "pension": 111,
    "savings_mortgage": 81,
    "savings_pension": 25,
    "mortgage_pension": 6,
    "nothing": 1633,
}


def bank(budget: float) -> Data:
    """The bank's campaign: 2,756 customers, one offer each at most, whole customers."""
    return {
        "format": 1,
        "title": "Bank campaign",
        "whole_contacts": True,
        "segments": {name: {"customers": count} for name, count in PREDICTED.items()},
        "interactions": {product: {"direction": "outbound"} for product in PRODUCTS},
        "channels": {medium: {"unit_cost": cost} for medium, (cost, _) in MEDIA.items()},
        "tables": {
            "contacts_per_customer": [{"value": 1}],
            "contact_value": [
                {
                    "segment": segment,
                    "interaction": product,
                    "channel": medium,
                    "value": cost
                    + (round(worth * success) if product in segment.split("_") else 0),
                }
                for segment in PREDICTED
                for product, worth in PRODUCTS.items()
                for medium, (cost, success) in MEDIA.items()
            ],
        },
        "policies": [
            {"name": "one offer", "type": "contact_limit", "at_most": 1},
            {"name": "budget", "type": "budget", "counts": ["contact"], "at_most": budget},
            *(
                {"name": f"{medium}_floor", "type": "volume", "channels": [medium], "at_least": 275}
                for medium in MEDIA
            ),
        ],
    }


PROFIT = {
    "c1": (2050, 1050),
    "c2": (1950, 950),
    "c3": (2000, 1000),
    "c4": (2100, 1100),
    "c5": (1900, 900),
    "c6": (3000, 2000),
    "c7": (2900, 1900),
    "c8": (3050, 2050),
    "c9": (3100, 3100),
    "c10": (2950, 2950),
}
"""By customer: from each of two products; the cost of an offer is a tenth of it."""
CLUSTERS = {"k1": ((2000, 1000), (200, 100)), "k2": ((3000, 2000), (300, 200))}
"""Mean profit and mean cost of an offer of each product; five customers in each cluster."""
OFFERS = ("p1", "p2")
LEAST = 2
"""Offers of each product."""
HURDLE = 0.2
"""Profit is at least 1 + HURDLE times the cost."""


def campaign_of_clusters(budget: float) -> Data:
    """The campaign of ten customers with the mean profit and cost of each cluster."""
    figures = {
        (cluster, product): (CLUSTERS[cluster][0][k], CLUSTERS[cluster][1][k])
        for cluster in CLUSTERS
        for k, product in enumerate(OFFERS)
    }
    return _campaign(budget, dict.fromkeys(CLUSTERS, 5), figures)


def campaign_of_customers(budget: float) -> Data:
    """The same with the profit and cost of every customer, who is a segment."""
    figures = {
        (customer, product): (PROFIT[customer][k], PROFIT[customer][k] / 10)
        for customer in PROFIT
        for k, product in enumerate(OFFERS)
    }
    return _campaign(budget, dict.fromkeys(PROFIT, 1), figures)


def _campaign(
    budget: float, customers: dict[str, int], figures: dict[tuple[str, str], tuple[float, float]]
) -> Data:
    """A campaign: profit does not count the cost, so the value of a contact is their sum."""
    rows = [
        {"segment": segment, "interaction": product, "profit": profit, "cost": cost}
        for (segment, product), (profit, cost) in figures.items()
    ]
    place = ("segment", "interaction")
    return {
        "format": 1,
        "segments": {name: {"customers": count} for name, count in customers.items()},
        "interactions": {product: {"direction": "outbound"} for product in OFFERS},
        "channels": {"offer": {}},
        "tables": {
            "contacts_per_customer": [{"value": 1}],
            "unit_cost": [{k: row[k] for k in place} | {"value": row["cost"]} for row in rows],
            "contact_value": [
                {k: row[k] for k in place} | {"value": row["profit"] + row["cost"]} for row in rows
            ],
        },
        "policies": [
            {"name": "one offer", "type": "contact_limit", "at_most": 1},
            {"name": "budget", "type": "budget", "counts": ["contact"], "at_most": budget},
            {"name": "hurdle", "type": "return_on_cost", "at_least": 1 + HURDLE},
            *(
                {"name": f"least {p}", "type": "volume", "interactions": [p], "at_least": LEAST}
                for p in OFFERS
            ),
        ],
    }


CITIES = ("bonn", "bordeaux", "london", "paris", "rome")
WAREHOUSES = {
    "capacity": [1, 4, 2, 1, 3],
    "fixed_cost": [30] * 5,
    "cost": [
        [20, 24, 11, 25, 30],
        [28, 27, 82, 83, 74],
        [74, 97, 71, 96, 70],
        [2, 55, 73, 69, 61],
        [46, 96, 59, 83, 4],
        [42, 22, 29, 67, 59],
        [1, 5, 73, 59, 56],
        [10, 73, 13, 43, 96],
        [93, 35, 63, 85, 46],
        [47, 65, 55, 71, 95],
    ],
}
WORKERS = [
    [90, 80, 75, 70],
    [35, 85, 55, 65],
    [125, 95, 90, 95],
    [45, 110, 95, 115],
    [50, 100, 90, 100],
]


def warehouses() -> Data:
    """CSPLib problem 034."""
    return facility_location(**WAREHOUSES, names=CITIES)
