"""Key figures by name: what they are called and how they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kpi:
    """A key figure: its name in files, its label in reports and how it reads."""

    name: str
    label: str
    unit: str  # "money", "share", "number" or "ratio"


KPIS: tuple[Kpi, ...] = (
    Kpi("profit", "Satisfaction-weighted profit", "money"),
    Kpi("cost", "Cost", "money"),
    Kpi("satisfaction", "Mean satisfaction", "ratio"),
    Kpi("margin_kept", "Customers' margin kept", "share"),
    Kpi("first_contacts", "First contacts", "number"),
    Kpi("cost_per_first_contact", "Cost per first contact", "money"),
    Kpi("contacts_per_case", "Contacts per case", "ratio"),
    Kpi("given_up", "Customers who give up", "share"),
    Kpi("share_high", "First contacts with high touch", "share"),
    Kpi("share_medium", "First contacts with medium touch", "share"),
    Kpi("share_low", "First contacts with low touch", "share"),
    Kpi("fte", "FTE", "number"),
    Kpi("channels_open", "Channels open", "number"),
)
"""Key figures in the order of reports. Over the horizon profit is discounted, cost and contacts
are totals, FTE and channels open are means over the periods."""

Kpis = Mapping[str, float | None]
"""Key figures by name; None where one has no meaning."""
