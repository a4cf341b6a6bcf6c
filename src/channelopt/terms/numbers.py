"""Numbers: everything a validated scenario says, as arrays over sorted ids.

Axes are always in the order segment (S), interaction (I), channel (C) or way (W), staff group (G)
or upgrade (K), period (T). A way is what a first contact enters: a channel, or after the channels a
bundle (B). Ids are sorted, periods keep the order of the scenario. Arrays are read-only and may be
broadcast views, so a value that does not vary costs no memory.

What upgrades change stands here as it is without any of them; see `upgraded` and `lanes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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


Operation = Literal["set", "times", "add"]
"""What an effect does, in the order in which several effects on one value apply."""

Quantity = Literal[
    "satisfaction", "unit_cost", "handle_minutes", "resolution", "capacity", "concurrency"
]
"""A number of a channel that an upgrade can change."""


@dataclass(frozen=True)
class Effect:
    """What one upgrade does to one quantity of its channel."""

    upgrade: int
    quantity: Quantity
    operation: Operation
    value: float
    interactions: Flags  # (I,) where it applies; of capacity and concurrency: everywhere


@dataclass(frozen=True)
class Upgrades:
    """Investments in channels; never given up, none owned before the first period."""

    ids: tuple[str, ...] = ()
    channel: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # (K,)
    investment: Floats = field(default_factory=lambda: np.zeros(0))  # (K,)
    running_cost: Floats = field(default_factory=lambda: np.zeros((0, 0)))  # (K, T)
    available: Flags = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))  # (K, T)
    requires: Flags = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))  # (K, K) [k, of]
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True)
class Metric:
    """A further amount per contact."""

    id: str
    per_handled: bool  # counted on handled contacts of channels; else on first contacts of ways
    values: Floats  # (S, I, W, T)


@dataclass(frozen=True)
class ServiceLevel:
    """Waiting-time target of a staff group."""

    share: float  # of contacts answered in time, 0 < share < 1
    within_seconds: float
    handle_minutes: float  # mean time an agent is busy with one contact
    open_hours: Floats  # (T,)
    peak_factor: float  # >= 1
    patience_minutes: float | None  # None: Erlang C; else Erlang A


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
    eligible: Flags  # (S, I, W, T)
    satisfaction: Floats  # (S, I, C, T) shifted and clipped; nan where none is known
    unit_cost: Floats  # (S, I, C, T)
    handle_minutes: Floats  # (S, I, C, T); nan where none is known
    resolution: Floats  # (S, I, C, T)
    contact_value: Floats  # (S, I, W, T)
    min_share: Floats  # (S, I, W, T)
    max_share: Floats  # (S, I, W, T)
    preference: Floats  # (S, I, C); 0 on cells that are eligible in no period
    baseline_share: Floats  # (S, I, W); nan where the pair (s, i) has no baseline
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
    concurrency: Floats  # (C, T)
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
    service_levels: Mapping[int, ServiceLevel] = field(default_factory=dict)  # by group index

    # parts that many scenarios do without
    bundles: tuple[str, ...] = ()
    uses: Floats = field(default_factory=lambda: np.zeros((0, 0)))  # (B, C) handled per customer
    upgrades: Upgrades = field(default_factory=Upgrades)
    metrics: tuple[Metric, ...] = ()

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Number of segments, interactions, channels and periods."""
        return len(self.segments), len(self.interactions), len(self.channels), len(self.periods)

    @property
    def ways(self) -> tuple[str, ...]:
        """What a first contact can enter: channels, then bundles (W)."""
        return self.channels + self.bundles

    @property
    def shape_of_ways(self) -> tuple[int, int, int, int]:
        """Number of segments, interactions, ways and periods."""
        return len(self.segments), len(self.interactions), len(self.ways), len(self.periods)

    @property
    def way_available(self) -> Flags:
        """(W, T) where a way can be entered: a bundle where all channels that it uses exist."""
        if not self.bundles:
            return self.available
        missing = (self.uses > 0).astype(np.int64) @ (~self.available).astype(np.int64)
        return np.concatenate([self.available, missing == 0])

    def by_channel(self, first_contacts: Floats) -> Floats:
        """Return what channels handle of first contacts at once: (S, I, W, T) -> (S, I, C, T).

        A bundle's customers are handled by the channels that it uses.
        """
        channels = len(self.channels)
        if not self.bundles:
            return first_contacts
        treated = first_contacts[:, :, channels:]
        handled: Floats = first_contacts[:, :, :channels] + np.einsum(
            "sibt,bc->sict", treated, self.uses
        )
        return handled

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
