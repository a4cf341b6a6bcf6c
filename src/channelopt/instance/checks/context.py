"""What every cross check looks at, and how it reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from channelopt.errors import Problems, nearest
from channelopt.instance.axes import Axes
from channelopt.instance.sentences import dotted
from channelopt.scenario.schema import Scenario
from channelopt.scenario.source import Path, Source

SUM_TOLERANCE = 1e-6
"""How far a sum of shares may be off."""
_SHOWN = 12


@dataclass(frozen=True)
class Context:
    """A scenario under check.

    Attributes:
        source: the composed scenario, for places.
        scenario: its sections; faulty parts are cut out.
        policy_at: position in the source of each policy.
        periods_are_known: the section `periods` has no fault.
        axes: all ids, those of faulty parts included.
        problems: takes what is found.
    """

    source: Source
    scenario: Scenario
    policy_at: tuple[int, ...]
    periods_are_known: bool
    axes: Axes
    problems: Problems

    def report(self, code: str, path: Path, message: str, hint: str = "") -> None:
        """Record a problem at a path; the message begins with the path in words."""
        where = dotted(path, self.source.tree)
        self.problems.add(code, f"{where}: {message}", self.source.place_of(path), hint)

    def require(self, kind: str, label: str, known: Iterable[str], path: Path) -> bool:
        """Record an id that does not exist; return whether it does."""
        names = sorted(known)
        if label in names:
            return True
        shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
        hint = nearest(label, names) or (f"known: {shown}" if names else f"there is no {kind}")
        self.report("E214", path, f"{kind} '{label}' does not exist", hint)
        return False


def exact_sum(values: Iterable[float]) -> float:
    """Add numbers as their decimal text says."""
    return float(sum((Decimal(repr(float(value))) for value in values), Decimal(0)))


def first_few(names: list[str], few: int = 4) -> str:
    """Name the first few, count the rest."""
    rest = len(names) - few
    return ", ".join(names[:few]) + (f" and {rest} more" if rest > 0 else "")
