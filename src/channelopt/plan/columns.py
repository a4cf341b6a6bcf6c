"""Columns of every table of a plan."""

from __future__ import annotations

ALWAYS: dict[str, tuple[str, ...]] = {
    "allocation": (
        *("period", "segment", "interaction", "channel"),
        *("first_contacts", "share", "baseline_share"),
    ),
    "offers": ("period", "segment", "channel"),
    "channels": (
        *("period", "channel", "open", "upgrades"),
        *("first_contacts", "passed_on_in", "handled", "capacity", "utilisation"),
        *("contact_cost", "fixed_cost", "opening_cost", "closing_cost"),
        *("investment_cost", "running_cost", "closure_loss"),
    ),
    "segments": (
        *("period", "segment", "customers", "satisfaction"),
        *("kept_margin", "contact_value", "satisfaction_value", "closure_loss"),
        *("service_cost", "profit", "share_high", "share_medium", "share_low"),
    ),
    "staff": (
        *("period", "group", "fte", "hired", "released"),
        *("hours_needed", "hours_paid", "service_level"),
        *("staff_cost", "hiring_cost", "release_cost"),
    ),
    "hours": ("period", "group", "channel", "hours"),
}
"""Columns of the tables that every run has, by name."""

SOMETIMES: dict[str, tuple[str, ...]] = {
    "service_levels": (
        *("period", "group", "load", "agents", "agents_needed", "target"),
        *("service_level", "mean_wait_seconds", "occupancy", "abandonment"),
        *("one_less", "one_more"),
    ),
    "upgrades": (
        *("period", "channel", "upgrade", "owned", "bought"),
        *("investment_cost", "running_cost"),
    ),
    "metrics": ("period", "metric", "segment", "channel", "first_contacts", "amount"),
    "outages": (
        *("period", "channel", "policy", "surge"),
        *("first_contacts", "placeable", "share", "required", "stopped_by"),
    ),
    "emergencies": ("policy", "period", "segment", "interaction", "channel", "placed"),
    "emergency_hours": ("policy", "period", "group", "channel", "hours"),
    "returns": (
        *("upgrade", "channel", "period", "cost", "objective_without", "known"),
        *("value", "benefit", "return", "payback"),
    ),
}
"""Columns of the tables that a run has where it has something to say in them, by name."""

COLUMNS = ALWAYS | SOMETIMES
"""Columns of every table, by its name."""
