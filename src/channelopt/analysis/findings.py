"""Findings: what all analyses of a plan found, together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channelopt.analysis.study import Result, Wishes
from channelopt.errors import UsageError, nearest
from channelopt.plan.plan import Plan
from channelopt.plan.table import Table


@dataclass(frozen=True)
class Findings:
    """The results of analyses of one plan, in their order.

    Attributes:
        plan: what was analysed.
        results: of each analysis.
        titles: of the analyses, by name.
        wishes: how they were asked.
    """

    plan: Plan
    results: tuple[Result, ...]
    titles: Mapping[str, str]
    wishes: Wishes

    @property
    def tables(self) -> dict[str, Table]:
        """Every table by its name."""
        return {table.name: table for result in self.results for table in result.tables}

    @property
    def unproven(self) -> int:
        """How many figures are not proven."""
        return sum(result.unproven for result in self.results)

    def table(self, name: str) -> Table:
        """Return a table.

        Raises:
            UsageError: there is none of that name.
        """
        if name not in self.tables:
            hint = nearest(name, self.tables) or f"there are: {', '.join(self.tables)}"
            raise UsageError(f"there is no table '{name}'; {hint}")
        return self.tables[name]

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {result.name: self.of(result) for result in self.results}

    def of(self, result: Result) -> dict[str, Any]:
        """Return one result as plain JSON data."""
        return {
            "title": self.titles[result.name],
            "sentences": list(result.sentences),
            "unproven": result.unproven,
            "tables": {table.name: list(table.records()) for table in result.tables},
        }
