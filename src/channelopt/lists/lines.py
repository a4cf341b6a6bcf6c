"""Lines: limits that customers share, each in first contacts of the cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from channelopt.lists.compiled import Limit
from channelopt.priced.units import Flags, Floats

Hours = tuple[int, int]
"""Staff group and channel."""


@dataclass(frozen=True)
class Line:
    """One limit: lower <= cells * first contacts + what else it counts <= upper.

    Attributes:
        limit: who it is.
        lower: -inf for none.
        upper: inf for none.
        cells: (S, I, W) what one first contact uses.
        felt: (S, I, W) what one satisfaction point more of a first contact uses; None: nothing.
        kept: what one unit of kept margin uses.
        hours: what hours of a staff group on a channel use, where several groups share it.
        lowest: what one point more of a lowest mean uses, by the policy whose mean it is.
        constant: what stands already.
        among: (N,) classes whose first contacts count; None: all.
    """

    limit: Limit
    lower: float
    upper: float
    cells: Floats
    felt: Floats | None = None
    kept: float = 0.0
    hours: Mapping[Hours, float] = field(default_factory=dict)
    lowest: Mapping[str, float] = field(default_factory=dict)
    constant: float = 0.0
    among: Flags | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing that a list decides changes it."""
        used = self.cells.any() or (self.felt is not None and bool(self.felt.any()))
        return not (used or self.kept or self.hours or self.lowest)

    @property
    def satisfied(self) -> bool:
        """Whether what stands alone is within the limit."""
        room = 1e-6 * np.array([max(1.0, abs(side)) for side in (self.lower, self.upper)])
        return bool(self.lower - room[0] <= self.constant <= self.upper + room[1])
