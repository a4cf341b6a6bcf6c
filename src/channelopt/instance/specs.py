"""What each table may hold: its keys, its range and its value where no row speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from channelopt.scenario.source import KEYS
from channelopt.terms.fields import LARGEST

_SIC = ("segment", "interaction", "channel")


@dataclass(frozen=True)
class TableSpec:
    """One table.

    Attributes:
        keys: the keys its rows may name.
        low: smallest value.
        high: largest value.
        default: value of a cell that no row names; nan where there is none or where the channel's
            own attribute of the same name counts.
        yes_or_no: values are true or false.
    """

    keys: tuple[str, ...]
    low: float
    high: float
    default: float
    yes_or_no: bool = False


SPECS: dict[str, TableSpec] = {
    "contacts_per_customer": TableSpec(("segment", "interaction", "period"), 0.0, LARGEST, 0.0),
    "satisfaction": TableSpec(KEYS, 0.0, 1.0, np.nan),
    "satisfaction_shift": TableSpec(KEYS, -LARGEST, LARGEST, 0.0),
    "unit_cost": TableSpec(KEYS, 0.0, LARGEST, np.nan),
    "handle_minutes": TableSpec(KEYS, 0.0, LARGEST, np.nan),
    "resolution": TableSpec(KEYS, 0.0, 1.0, np.nan),
    "contact_value": TableSpec(KEYS, -LARGEST, LARGEST, 0.0),
    "closure_loss": TableSpec(("segment", "channel", "period"), -LARGEST, LARGEST, 0.0),
    "preference": TableSpec(_SIC, 0.0, 1.0, 0.0),
    "baseline_share": TableSpec(_SIC, 0.0, 1.0, np.nan),
    "min_share": TableSpec(KEYS, 0.0, 1.0, 0.0),
    "max_share": TableSpec(KEYS, 0.0, 1.0, 1.0),
    "eligible": TableSpec(KEYS, 0.0, 1.0, np.nan, yes_or_no=True),
}
"""Tables by name; `metric.<id>` comes on top."""

METRIC = TableSpec(KEYS, -LARGEST, LARGEST, np.nan)
_METRIC_NAME = re.compile(r"metric\.([a-z][a-z0-9_]*)")


def metric_of(name: str) -> str | None:
    """Return the metric that a table `metric.<id>` speaks of."""
    match = _METRIC_NAME.fullmatch(name)
    return match.group(1) if match else None
