"""A small valid scenario and ways to change it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from channelopt.errors import InputError, Problem
from channelopt.instance.load import from_data

BASE: dict[str, Any] = {
    "format": 1,
    "objective": {"satisfaction_weight": 0.3},
    "periods": [2027, 2028],
    "segments": {
        "private": {"customers": 6000, "margin": 100},
        "mass": {"customers": 100000, "margin": 10},
    },
    "interactions": {
        "advice": {"importance": 2},
        "simple": {},
        "renewal": {"direction": "outbound"},
    },
    "channels": {
        "phone": {
            "unit_cost": 2.5,
            "resolution": 0.8,
            "unresolved": {"branch": 0.5},
            "satisfaction": 0.7,
            "handle_minutes": 5,
            "touch": "high",
        },
        "branch": {"satisfaction": 0.8, "touch": "high"},
        "web": {"satisfaction": 0.6, "available_from": 2028, "touch": "low"},
    },
    "staff": {"agents": {"serves": ["phone"], "hours_per_fte": 1000}},
    "tables": {
        "contacts_per_customer": [
            {"interaction": "advice", "value": 1.1},
            {"segment": "private", "interaction": "simple", "value": 3},
            {"interaction": "renewal", "value": 2},
        ]
    },
    "policies": [{"name": "cap", "type": "share", "touch": "high", "at_most": 0.5}],
}


def scenario(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return BASE with values set by dotted path; DELETE removes, APPEND adds to a list."""
    data = copy.deepcopy(BASE)
    for path, value in (changes or {}).items():
        *parents, last = path.split("/")
        at: Any = data
        for part in parents:
            at = at[int(part)] if isinstance(at, list) else at.setdefault(part, {})
        if value is DELETE:
            del at[last]
        elif isinstance(value, Append):
            at.setdefault(last, []).extend(copy.deepcopy(value.items))
        else:
            at[last] = copy.deepcopy(value)
    return data


DELETE = object()


class Append:
    """Entries to add to a list."""

    def __init__(self, *items: Any) -> None:
        self.items = items


def problems(changes: dict[str, Any]) -> tuple[Problem, ...]:
    """Return the errors of BASE with changes; it must have some."""
    with pytest.raises(InputError) as caught:
        from_data(scenario(changes))
    return caught.value.problems


def warnings(changes: dict[str, Any]) -> list[str]:
    """Return the warnings of BASE with changes, which must be valid."""
    return [str(problem) for problem in from_data(scenario(changes)).warnings]
