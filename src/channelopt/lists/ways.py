"""How a list is decided: within the plan's quotas or without, question by question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from channelopt.lists.sides import Sides


@dataclass(frozen=True)
class ListWays:
    """What a planner may ask for.

    Attributes:
        joint: leave the plan's quotas out; only the scenario's own rules hold.
        inbound: one channel for each inbound interaction, or one for all of a customer's.
        outbound_at_most: most outbound interactions in which a customer is contacted; None: all.
        quota_tolerance: share of the contacts of a segment and interaction by which a list may miss
            a quota beyond one customer.
        limits: sides to set instead, by name of the limit.
    """

    joint: bool = False
    inbound: Literal["per_interaction", "per_customer"] = "per_interaction"
    outbound_at_most: int | None = None
    quota_tolerance: float = 0.01
    limits: Mapping[str, Sides] = field(default_factory=dict)
