"""Money of a plan by period, segment, channel and staff group, as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from channelopt.plan.accounts import Accounts
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Floats, Numbers

ByPeriod = Mapping[str, float]

AXES: Mapping[str, tuple[str, ...]] = {
    "kept_margin": ("segment",),
    "contact_value": ("segment", "channel"),
    "satisfaction_value": ("segment",),
    "closure_loss": ("segment", "channel"),
    "contact_cost": ("segment", "channel"),
    "staff_cost": ("group",),
    "fixed_cost": ("channel",),
    "opening_cost": ("channel",),
    "closing_cost": ("channel",),
    "investment_cost": ("channel",),
    "running_cost": ("channel",),
    "hiring_cost": ("group",),
    "release_cost": ("group",),
}
"""The axes of each money term in `Accounts`, before the period; bundles count as channels."""


@dataclass(frozen=True)
class Amounts:
    """One money term, unsigned (the ledger has its sign); undiscounted but for `discounted`."""

    total: float
    discounted: float
    by_period: ByPeriod
    by_segment: Mapping[str, ByPeriod] = field(default_factory=dict)
    by_channel: Mapping[str, ByPeriod] = field(default_factory=dict)
    by_group: Mapping[str, ByPeriod] = field(default_factory=dict)


def ledger(numbers: Numbers, accounts: Accounts) -> dict[str, Amounts]:
    """Return every money term of a plan, in the order of the ledger."""
    return {entry.name: _amounts(numbers, accounts, entry.name) for entry in LEDGER}


def _amounts(numbers: Numbers, accounts: Accounts, name: str) -> Amounts:
    array: Floats = getattr(accounts, name)
    ways = numbers.ways if name == "contact_value" else numbers.channels
    ids = {"segment": numbers.segments, "channel": ways, "group": numbers.groups}
    views: dict[str, dict[str, ByPeriod]] = {}
    for axis, label in enumerate(AXES[name]):
        others = tuple(k for k in range(array.ndim - 1) if k != axis)
        rows = array.sum(axis=others)
        views[f"by_{label}"] = {
            key: _by_period(numbers, row) for key, row in zip(ids[label], rows, strict=True)
        }
    flat = array.reshape(-1, array.shape[-1])
    by_period = [math.fsum(flat[:, t].tolist()) for t in range(array.shape[-1])]
    return Amounts(
        total=math.fsum(by_period),
        discounted=math.fsum((flat * accounts.discount).ravel().tolist()),
        by_period=dict(zip(numbers.periods, by_period, strict=True)),
        **views,
    )


def _by_period(numbers: Numbers, row: Floats) -> ByPeriod:
    return dict(zip(numbers.periods, row.tolist(), strict=True))
