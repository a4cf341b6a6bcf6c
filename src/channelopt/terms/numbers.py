"""Numbers: everything a validated scenario says, as arrays over sorted ids.

Axes are always in the order segment (S), interaction (I), channel (C), staff group (G),
period (T). Ids are sorted, periods keep the order of the scenario. Arrays are read-only and
may be broadcast views, so a value that does not vary costs no memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

Assignment = Literal["split", "one_channel_per_interaction", "one_channel_per_segment"]


@dataclass(frozen=True)
class Curve:
    """A retention curve: share of the margin kept at each satisfaction, linear in between.

    `at` and `keeps` have one shape (points,), at least two, `at` strictly increasing; the curve
    is constant outside its points.
    """

    at: Floats
    keeps: Floats


@dataclass(frozen=True)
class Numbers:
    """All parameters of a scenario. Shapes stand beside each field; absent limits are inf."""

    segments: tuple[str, ...]
    interactions: tuple[str, ...]
    channels: tuple[str, ...]
    groups: tuple[str, ...]
    periods: tuple[str, ...]

    # objective
    satisfaction_weight: float  # nan where every segment with inbound contacts has a curve
    satisfaction_price: float
    transfer_penalty: float
    give_up_penalty: float
    discount_rate: float
    assignment: Assignment
    whole_contacts: bool

    # segments and interactions
    customers: Floats  # (S, T)
    margin: Floats  # (S, T) currency per customer and period
    curves: Mapping[int, Curve]  # by segment index; absent: satisfaction_weight
    steering: Floats  # (S,)
    inbound: Flags  # (I,)
    importance: Floats  # (I,)
    contacts: Floats  # (S, I, T) n: contacts to serve (inbound), most contacts (outbound)

    # cells
    eligible: Flags  # (S, I, C, T)
    satisfaction: Floats  # (S, I, C, T) shifted and clipped; nan where none is known
    unit_cost: Floats  # (S, I, C, T)
    handle_minutes: Floats  # (S, I, C, T); nan where none is known
    resolution: Floats  # (S, I, C, T)
    contact_value: Floats  # (S, I, C, T)
    min_share: Floats  # (S, I, C, T)
    max_share: Floats  # (S, I, C, T)
    preference: Floats  # (S, I, C); 0 on cells that are eligible in no period
    baseline_share: Floats  # (S, I, C); nan where the pair (s, i) has no baseline
    closure_loss: Floats  # (S, C, T) currency per customer

    # channels
    available: Flags  # (C, T)
    initially_open: Flags  # (C,)
    always_open: Flags  # (C,) open in every period in which it is available
    fixed_cost: Floats  # (C, T)
    opening_cost: Floats  # (C,)
    closing_cost: Floats  # (C,)
    capacity: Floats  # (C, T)
    min_volume: Floats  # (C, T)
    concurrency: Floats  # (C,)
    unresolved: Floats  # (C, C) [from, to]: share of unresolved contacts passed on
    touch: tuple[str | None, ...]  # (C,)

    # staff groups
    serves: Flags  # (G, C)
    hours_per_fte: Floats  # (G, T)
    fte_cost: Floats  # (G, T)
    min_fte: Floats  # (G, T)
    max_fte: Floats  # (G, T)
    whole_fte: Flags  # (G,)
    initial_fte: Floats  # (G,)
    hiring_cost: Floats  # (G,)
    release_cost: Floats  # (G,)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Number of segments, interactions, channels and periods."""
        return len(self.segments), len(self.interactions), len(self.channels), len(self.periods)

    @property
    def discount(self) -> Floats:
        """(T,) factor (1 + discount_rate)^-t, t from 0."""
        steps = np.arange(len(self.periods), dtype=np.float64)
        factors: Floats = (1.0 + self.discount_rate) ** -steps
        return factors

    @property
    def weight_of_satisfaction(self) -> Floats:
        """(S, T) denominator of mean satisfaction: inbound importance times contacts."""
        weights: Floats = np.einsum(
            "i,sit->st", np.where(self.inbound, self.importance, 0.0), self.contacts
        )
        return weights

    def with_(self, **changes: Any) -> Numbers:
        """Return a copy with some fields replaced."""
        return replace(self, **changes)
