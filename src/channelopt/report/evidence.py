"""Evidence: all that is known of a run when its report is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from channelopt.plan.plan import Plan
from channelopt.plan.table import Table


@dataclass(frozen=True)
class Evidence:
    """A plan and what analyses found about it later.

    Attributes:
        plan: as its folder has it, tables and manifest included.
        analyses: tables of the folder `sensitivity` by name, without suffix; empty where the plan
            was not analysed.
        asked: manifest of that folder: what was asked.
        edited: files of the run that are no longer as they were written.
    """

    plan: Plan
    analyses: Mapping[str, Table] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    edited: tuple[str, ...] = ()

    def analysis(self, name: str) -> Table | None:
        """Return a table of the analyses; None where it is absent or has no rows."""
        table = self.analyses.get(name)
        return table if table is not None and table.rows else None
