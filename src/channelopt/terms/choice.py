"""Choice: what a plan decides, and nothing that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from channelopt.terms.numbers import Flags, Floats


@dataclass(frozen=True)
class Choice:
    """The decisions of a plan as dense arrays, zero where a cell does not exist."""

    first_contacts: Floats  # (S, I, C, T) e
    open: Flags  # (C, T) o
    offered: Flags  # (S, C, T) z
    fte: Floats  # (G, T) a
    hours: Floats  # (G, C, T) h
