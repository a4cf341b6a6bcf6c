"""What the upgrades of a plan cost."""

from __future__ import annotations

import numpy as np

from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags, Floats, Numbers


def owned(numbers: Numbers, choice: Choice) -> Flags:
    """Return (K, T) which upgrades are owned; a choice that says nothing owns none."""
    shape = (len(numbers.upgrades.ids), len(numbers.periods))
    return choice.owned if choice.owned.size else np.zeros(shape, dtype=bool)


def bought(numbers: Numbers, choice: Choice) -> Flags:
    """Return (K, T) where an upgrade is owned that was not owned a period before."""
    now = owned(numbers, choice)
    before: Flags = np.zeros_like(now)
    before[:, 1:] = now[:, :-1]
    rises: Flags = now & ~before
    return rises


def investments(numbers: Numbers, choice: Choice) -> dict[str, Floats]:
    """Return `investment_cost` and `running_cost` of each channel's upgrades, both (C, T)."""
    sums = np.zeros((2, len(numbers.channels), len(numbers.periods)))
    if numbers.upgrades.ids:
        own = numbers.upgrades
        spent = np.where(bought(numbers, choice), own.investment[:, None], 0.0)
        run = np.where(owned(numbers, choice), own.running_cost, 0.0)
        for total, amounts in zip(sums, (spent, run), strict=True):
            np.add.at(total, own.channel, amounts)
    return {"investment_cost": sums[0], "running_cost": sums[1]}
