"""Which tables a plan has, and what their columns say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from channelopt.instance.instance import Instance
from channelopt.terms.numbers import Numbers

KEYS: Mapping[str, tuple[str, ...]] = {
    "allocation": ("segment", "interaction", "channel", "period"),
    "offers": ("segment", "channel", "period"),
    "channels": ("channel", "period"),
    "segments": ("segment", "period"),
    "staff": ("group", "period"),
    "hours": ("group", "channel", "period"),
    "service_levels": ("group", "period"),
    "upgrades": ("upgrade", "period"),
    "metrics": ("metric", "segment", "channel", "period"),
    "outages": ("channel", "policy", "period"),
    "emergencies": ("policy", "segment", "interaction", "channel", "period"),
    "emergency_hours": ("policy", "group", "channel", "period"),
}
"""Key columns of each table, the period last."""

FIGURES: Mapping[str, tuple[str, ...]] = {
    "allocation": ("first_contacts", "share", "baseline_share"),
    "offers": (),
    "channels": (
        *("first_contacts", "passed_on_in", "handled", "capacity", "utilisation"),
        *("contact_cost", "fixed_cost", "opening_cost", "closing_cost"),
        *("investment_cost", "running_cost", "closure_loss"),
    ),
    "segments": (
        *("customers", "satisfaction", "kept_margin", "contact_value", "satisfaction_value"),
        *("closure_loss", "service_cost", "profit", "share_high", "share_medium", "share_low"),
    ),
    "staff": (
        *("fte", "hired", "released", "hours_needed", "hours_paid", "service_level"),
        *("staff_cost", "hiring_cost", "release_cost"),
    ),
    "hours": ("hours",),
    "service_levels": (
        *("load", "agents", "agents_needed", "target", "service_level", "mean_wait_seconds"),
        *("occupancy", "abandonment", "one_less", "one_more"),
    ),
    "upgrades": ("owned", "bought", "investment_cost", "running_cost"),
    "metrics": ("first_contacts", "amount"),
    "outages": ("surge", "first_contacts", "placeable", "share", "required"),
    "emergencies": ("placed",),
    "emergency_hours": ("hours",),
}
"""Columns of each table that hold numbers; a flag counts as one or zero."""

OTHERS: Mapping[str, tuple[str, ...]] = {
    "channels": ("open", "upgrades"),
    "upgrades": ("channel",),
    "outages": ("stopped_by",),
}
"""Columns that are neither keys nor numbers."""

ALWAYS = ("allocation", "offers", "channels", "segments", "staff", "hours")
"""Tables that every plan has."""

FLAGS = frozenset({"owned", "bought"})
"""Figures that are written as true or false."""

COMPLETE = frozenset({"channels", "segments", "staff", "upgrades"})
"""Tables with one row for every key; in the others an absent row means nothing or no."""

NEEDED = frozenset({"first_contacts", "fte", "hours", "placed", *FLAGS})
"""Columns that decide something: no cell of them may be empty."""

OUTAGE_TABLES = ("emergencies", "emergency_hours")


def axis(name: str, column: str) -> str:
    """Return what a key column counts.

    In some tables the channel may be a bundle, a way in; an outage need not have a policy.
    """
    if column == "channel" and name in ("allocation", "metrics"):
        return "way"
    return "asked" if (name, column) == ("outages", "policy") else column


def labels(n: Numbers, outages: Sequence[str] = ()) -> dict[str, Sequence[str]]:
    """Return the labels along each axis.

    Args:
        n: the scenario.
        outages: names of its outage policies.
    """
    return {
        "segment": n.segments,
        "interaction": n.interactions,
        "channel": n.channels,
        "way": n.ways,
        "group": n.groups,
        "period": n.periods,
        "upgrade": n.upgrades.ids,
        "metric": [metric.id for metric in n.metrics],
        "policy": outages,
        "asked": ("", *outages),
    }


def outage_policies(instance: Instance) -> tuple[str, ...]:
    """Return the names of the policies that need a proof of their own."""
    return tuple(policy.name for policy in instance.policies if policy.slug == "outage")


def wanted(n: Numbers) -> tuple[str, ...]:
    """Return the tables without which a plan cannot be read."""
    parts = {"service_levels": n.service_levels, "upgrades": n.upgrades.ids, "metrics": n.metrics}
    return (*ALWAYS, *(name for name, part in parts.items() if part))
