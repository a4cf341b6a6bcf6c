"""The folder of a comparison as it is read again: plans, and each pair that was compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channelopt.analysis.comparing.results_flows import GONE, NEW
from channelopt.errors import InputError, Place, Problem
from channelopt.plan.results_folder import MANIFEST, Found
from channelopt.report.speech import _

TABLES = ("waterfall", "kpis", "money", "inputs", "flows_by_segment", "channels", "staff")
"""Those that a report needs."""
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Pair:
    """The first plan and another one.

    Attributes:
        number: 1 for the first pair; names of charts end with it.
        a: the first plan as the manifest describes it: `name`, `title`, `objective`, ...
        b: the other one.
        why: how the difference was attributed; None where nobody asked.
        titles: of channels and segments by id; empty in folders that were written before titles
            were kept.
        found: the folder.
    """

    number: int
    a: Record
    b: Record
    why: Record | None
    titles: Mapping[str, Mapping[str, str]]
    found: Found

    @property
    def total(self) -> float:
        """Return how much more the other plan is worth."""
        return float((self.b["objective"] or 0.0) - (self.a["objective"] or 0.0))

    @property
    def currency(self) -> str | None:
        """Return the currency of both plans, None where they have none or not the same."""
        one, other = self.a.get("currency"), self.b.get("currency")
        return one if one == other else None

    def records(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table that are about this pair."""
        table = self.found.tables.get(name)
        if table is None:
            return []
        return [row for row in table.records() if str(row["run"]) == str(self.b["name"])]

    @property
    def has_periods(self) -> bool:
        """Return whether the plans have more than one period."""
        rows = self.records("kpis")
        return len({row["period"] for row in rows if row["period"]}) > 1

    def channel(self, name: str) -> str:
        """Return the title of a channel or of what stands in the place of one."""
        if name in {NEW, GONE}:
            return _("New contacts") if name == NEW else _("Contacts gone")
        return self.titles.get("channels", {}).get(name, name)

    def segment(self, name: str) -> str:
        """Return the title of a segment."""
        return self.titles.get("segments", {}).get(name, name)


def pairs_of(found: Found) -> list[Pair]:
    """Return the pairs of a comparison.

    Raises:
        InputError: the folder holds no comparison that can be reported.
    """
    sides: Sequence[Record] = found.manifest.get("sides", ())
    missing = [f"{name}.csv" for name in TABLES if name not in found.tables]
    if len(sides) < 2 or missing:
        what = f"it lacks {', '.join(missing)}" if missing else "it names no plans"
        message = f"no comparison that can be reported: {what}; compare again"
        raise InputError([Problem("E907", message, Place(MANIFEST))])
    titles = found.manifest.get("titles", {})
    whys = {
        one.get("run"): one.get("why")
        for one in found.data.get("comparison", {}).get("differences", ())
    }
    return [
        Pair(number, sides[0], side, whys.get(side["name"]), titles, found)
        for number, side in enumerate(sides[1:], start=1)
    ]
