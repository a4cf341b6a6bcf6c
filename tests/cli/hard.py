"""A scenario that keeps a solver busy: generalised assignment, costs falling as hours rise."""

import json
import random
from typing import Any


def hard_scenario(segments: int = 80, channels: int = 12, seed: int = 1) -> str:
    """Return a scenario as JSON text whose optimum takes far longer to prove than to find."""
    chance = random.Random(seed)  # noqa: S311
    minutes = [[chance.randint(1, 100) for _ in range(channels)] for _ in range(segments)]
    names = [f"c{c:02}" for c in range(channels)]
    groups = [f"s{s:02}" for s in range(segments)]
    costs: list[dict[str, Any]] = [
        {"segment": group}
        | {name: 111 - used + chance.randint(0, 20) for name, used in zip(names, row, strict=True)}
        for group, row in zip(groups, minutes, strict=True)
    ]
    spent: list[dict[str, Any]] = [
        {"segment": group} | dict(zip(names, row, strict=True))
        for group, row in zip(groups, minutes, strict=True)
    ]
    hours = [0.8 * sum(row[c] for row in minutes) / channels / 60 for c in range(channels)]
    return json.dumps(
        {
            "format": 1,
            "objective": {"satisfaction_weight": 0},
            "assignment": "one_channel_per_segment",
            "segments": {group: {"customers": 1} for group in groups},
            "interactions": {"task": {}},
            "channels": {name: {"satisfaction": 1, "handle_minutes": 1} for name in names},
            "staff": {
                f"g{name}": {
                    "serves": [name],
                    "hours_per_fte": limit,
                    "max_fte": 1,
                    "whole_fte": False,
                }
                for name, limit in zip(names, hours, strict=True)
            },
            "tables": {
                "contacts_per_customer": [{"value": 1}],
                "unit_cost": costs,
                "handle_minutes": spent,
            },
        }
    )
