"""Choice: what a plan decides, and nothing that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from channelopt.terms.numbers import Flags, Floats


@dataclass(frozen=True)
class Choice:
    """The decisions of a plan as dense arrays, zero where a cell does not exist."""

    first_contacts: Floats  # (S, I, W, T) e, of channels and bundles
    open: Flags  # (C, T) o
    offered: Flags  # (S, C, T) z
    fte: Floats  # (G, T) a
    hours: Floats  # (G, C, T) h
    owned: Flags = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))  # (K, T) w
