"""How a scenario is to be solved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from channelopt.backends.base import Limits


@dataclass(frozen=True)
class SolveOptions:
    """How a scenario is to be solved.

    Attributes:
        solver: name of the backend, see `channelopt doctor`.
        limits: seconds, gap, threads, seed.
        ties: break ties between equally good plans.
        sensitivity_seconds: time for the first sensitivity; None: as long as the solve took, at
            least 10 s; 0: none.
        isolate: run the solver in a process of its own, so that its crash is not ours.
    """

    solver: str = "highs"
    limits: Limits = field(default_factory=Limits)
    ties: bool = True
    sensitivity_seconds: float | None = None
    isolate: bool = True

    def as_data(self) -> dict[str, Any]:
        """Return the options that decide the result, as plain data."""
        data = {
            "time_limit": self.limits.time_limit,
            "gap": self.limits.gap,
            "threads": self.limits.threads,
            "ties": self.ties,
            "sensitivity_seconds": self.sensitivity_seconds,
        }
        if self.limits.tolerance is not None:
            data["tolerance"] = self.limits.tolerance
        return data
