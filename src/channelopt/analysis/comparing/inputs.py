"""Inputs that differ: two resolved scenarios compared value by value."""

from __future__ import annotations

from channelopt.analysis.comparing.records import InputChange
from channelopt.instance.instance import Instance


def input_changes(a: Instance, b: Instance) -> tuple[InputChange, ...]:
    """Return the values that differ between two scenarios, in a fixed order.

    Args:
        a: the first scenario.
        b: the second.
    """
    names = sorted({*a.resolved, *b.resolved} - {"title", "description", "currency", "uncertainty"})
    return tuple(
        InputChange(name, name, None, None)
        for name in names
        if a.resolved.get(name) != b.resolved.get(name)
    )
