"""What a run was given: the scenario in its manifest, and where its values were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell

Entry = Mapping[str, Any]
Record = dict[str, Cell]


def scenario(plan: Plan) -> Entry:
    """Return the resolved scenario; empty where a plan does not carry it."""
    found = plan.manifest.get("scenario")
    return found if isinstance(found, Mapping) else {}


def entries(plan: Plan, section: str) -> dict[str, Entry]:
    """Return the entries of a section by id, sorted."""
    found = scenario(plan).get(section)
    if not isinstance(found, Mapping):
        return {}
    return {label: found[label] for label in sorted(found) if isinstance(found[label], Mapping)}


def rows(plan: Plan, table: str) -> list[Entry]:
    """Return the long rows of a table of the scenario."""
    found = scenario(plan).get("tables")
    return list(found.get(table, ())) if isinstance(found, Mapping) else []


def number(value: Any) -> float | None:
    """Return a number of the scenario; None for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None


def over_time(value: Any, periods: Sequence[str]) -> list[float | None]:
    """Return a value of the scenario for each period: one for all, or one for each."""
    if isinstance(value, list) and len(value) == len(periods):
        return [number(one) for one in value]
    return [number(value)] * len(periods)


def sources(plan: Plan) -> Mapping[str, str]:
    """Return where each value was written; empty for runs that did not keep it."""
    found = plan.manifest.get("sources")
    return found if isinstance(found, Mapping) else {}


def grouped(plan: Plan, table: str, key: str) -> dict[str, list[Record]]:
    """Return the rows of a table by the value of a column, in the order of the file."""
    found: dict[str, list[Record]] = {}
    for record in plan.table(table).records():
        found.setdefault(str(record[key]), []).append(record)
    return found
