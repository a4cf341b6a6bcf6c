"""Numbers as the terminal shows them: a point, groups of three apart by a comma."""

from __future__ import annotations

import math


def money(amount: float | None) -> str:
    """Return an amount in whole units from 100,000 on, else with two decimals."""
    if amount is None or not math.isfinite(amount):
        return "-"
    return f"{amount:,.0f}" if abs(amount) >= 100_000 else f"{amount:,.2f}"


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share as a percentage."""
    if share is None or not math.isfinite(share):
        return "-"
    return f"{share:.{digits}%}"


def counted(number: int, things: str) -> str:
    """Return `1 policy`, `2 policies`; `things` is a plural."""
    if number != 1:
        return f"{number} {things}"
    return f"1 {things[:-3]}y" if things.endswith("ies") else f"1 {things[:-1]}"


def figure(value: float | None, unit: str) -> str:
    """Return a key figure by its unit: money, share, number (one decimal) or ratio (three)."""
    if value is None or not math.isfinite(value):
        return "-"
    if unit == "money":
        return money(value)
    if unit == "share":
        return percent(value)
    if unit == "number":
        return f"{value:,.0f}" if float(value).is_integer() or value >= 1000 else f"{value:,.1f}"
    return f"{value:,.3f}"
