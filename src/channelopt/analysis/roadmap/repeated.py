"""A scenario of one period, repeated: the same year again and again, what was built stays built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data


def repeated(instance: Instance, steps: int) -> Instance:
    """Return a scenario of one period as one of so many equal steps.

    Each step has the contacts, money, capacities and limits of the whole period. What is carried
    over is carried over: channels stay open, upgrades owned, people hired, so that one-off costs
    are paid once; later steps are discounted at the scenario's rate.

    Args:
        instance: a scenario with one period.
        steps: how many, at least one; with one it is the scenario itself.
    """
    if steps == 1:
        return instance
    (label,) = instance.numbers.periods
    labels = [f"step {k}" for k in range(1, steps + 1)]
    data = {key: value for key, value in instance.resolved.items() if key != "uncertainty"}
    data = {key: _over_steps(value, label, labels) for key, value in data.items()}
    data["periods"] = labels
    data["tables"] = {
        name: [row for one in rows for row in _rows(one, labels)]
        for name, rows in instance.resolved["tables"].items()
    }
    return from_data(data).with_(
        files=instance.files, applied=instance.applied, sources=instance.sources
    )


def _over_steps(value: Any, label: str, labels: list[str]) -> Any:
    """Return sections with everything that names the period naming its steps."""
    if isinstance(value, Mapping):
        return {key: _named(key, part, label, labels) for key, part in value.items()}
    if isinstance(value, list):
        if value == [None]:
            return [None] * len(labels)
        return [_over_steps(part, label, labels) for part in value]
    return value


def _named(key: str, value: Any, label: str, labels: list[str]) -> Any:
    if key == "periods" and isinstance(value, list):
        return labels
    if key == "available_from" and value == label:
        return labels[0]
    if key == "available_until" and value == label:
        return labels[-1]
    return _over_steps(value, label, labels)


def _rows(row: Mapping[str, Any], labels: list[str]) -> list[dict[str, Any]]:
    if "period" not in row:
        return [dict(row)]
    return [{**row, "period": label} for label in labels]
