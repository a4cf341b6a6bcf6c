"""Aims: how good a list is asked for, and how much work is spent at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Outcome

Solve = Callable[[MatrixProblem, Limits], Outcome]
"""Solves a linear or mixed-integer program; linear ones come with prices of their rows."""


@dataclass(frozen=True)
class Aims:
    """What the engine aims at.

    Attributes:
        gap: |bound - value| / max(1, |value|) that is good enough.
        time_limit: seconds in all, None for no limit.
        seed: of the solver.
        patience: seconds that one integer search may take where nothing limits the time: far more
            than its work takes, so that the clock has no say in what it finds.
        whole_up_to: columns up to which an integer search takes the whole problem.
        sample: kinds of units from which the first prices are made.
        held: kinds of units that are held in memory to refine prices before all are gone through.
        near: kinds of units at most that a pass may bring back because their choice is open.
        crowd: kinds of units from which on many at a tie are told apart by a trace of luck.
    """

    gap: float = 1e-6
    time_limit: float | None = None
    seed: int = 0
    patience: float = 900.0
    whole_up_to: int = 10_000
    sample: int = 1024
    held: int = 131_072
    near: int = 250_000
    crowd: int = 20_000
