"""A scenario small enough to be solved by hand, and ways to write, load and solve it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from channelopt.errors import InputError
from channelopt.instance.instance import Instance
from channelopt.instance.load import Step, from_data, load
from channelopt.pipeline import SolveOptions, solve
from channelopt.plan.plan import Plan

BASE: dict[str, Any] = {
    "format": 1,
    "objective": {"satisfaction_weight": 0.5},
    "segments": {"a": {"customers": 100, "margin": 10}},
    "interactions": {"q": {}},
    "channels": {
        "phone": {"unit_cost": 6, "satisfaction": 0.9},
        "web": {"unit_cost": 1, "satisfaction": 0.6},
    },
    "tables": {"contacts_per_customer": [{"value": 2}]},
}
"""200 contacts: by web the margin kept is 800 and the cost 200, by phone 950 and 1200."""

WEB, PHONE = 600.0, -250.0
"""Profit where all contacts enter that channel."""


def mixed(phone: float) -> float:
    """Profit where a share of the contacts of BASE enters by phone, the rest by web."""
    return phone * PHONE + (1 - phone) * WEB


def scenario(*changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return BASE with values set by path, `channels/web/capacity`; None removes."""
    data = copy.deepcopy(BASE)
    for path, value in ((p, v) for change in changes for p, v in change.items()):
        *parents, last = path.split("/")
        at = data
        for part in parents:
            at = at.setdefault(part, {})
        if value is None:
            at.pop(last, None)
        else:
            at[last] = copy.deepcopy(value)
    return data


def instance(*changes: Mapping[str, Any], steps: Sequence[Step] = ()) -> Instance:
    return from_data(scenario(*changes), steps)


def solved(*changes: Mapping[str, Any]) -> Plan:
    """Solve BASE with changes; a plan that is found has passed the independent check."""
    plan = solve(instance(*changes), SolveOptions(sensitivity_seconds=0, isolate=False, ties=False))
    if plan.has_answer:
        assert plan.verification is not None
        assert plan.verification.ok
    return plan


def check_profit(expected: float | str, *changes: Mapping[str, Any]) -> None:
    """Hold the profit, or the status where there is no plan, against what was worked out."""
    plan = solved(*changes)
    if isinstance(expected, str):
        assert plan.status == expected
    else:
        assert plan.status == "optimal"
        assert plan.objective == pytest.approx(expected, rel=1e-6, abs=1e-6)


def refusals(*changes: Mapping[str, Any], steps: Sequence[Step] = ()) -> list[str]:
    """Return the errors of BASE with changes."""
    with pytest.raises(InputError) as caught:
        instance(*changes, steps=steps)
    return [str(problem) for problem in caught.value.problems]


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def loaded(
    folder: Path, files: Mapping[str, str | bytes], *, steps: Sequence[Step] = ()
) -> Instance:
    """Write a scenario's folder and load it."""
    return load(write(folder, files), steps=steps)


def as_json(*changes: Mapping[str, Any]) -> str:
    return json.dumps(scenario(*changes))


def policy(**fields: Any) -> dict[str, Any]:
    """Return the change that adds one policy."""
    return {"policies": [{"name": "rule", **fields}]}
