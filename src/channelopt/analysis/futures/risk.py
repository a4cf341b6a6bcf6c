"""Risk: what a list of possible profits says, more being better.

VaR and CVaR at a level are amounts of profit here, not of loss: with level 0.95 profit is at least
VaR in 95 of 100 futures, and CVaR is its mean in the other five, the worst ones.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from channelopt.terms.numbers import Floats

LEVELS = (0.8, 0.9, 0.95, 0.99)
"""Levels of VaR and CVaR that are reported."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that are reported."""


def value_at_risk(values: Floats, level: float) -> float:
    """Return the largest amount that is reached with at least the odds of the level.

    Args:
        values: (samples,) amounts, each as likely as the other; at least one.
        level: 0 to 1, without 1.
    """
    ordered = np.sort(values)
    worse = min(int(_tail(ordered, level)), len(ordered) - 1)
    return float(ordered[worse])


def conditional_value_at_risk(values: Floats, level: float) -> float:
    """Return the mean of the worst share 1 - level of equally likely amounts.

    The amount at the border counts with the part of it that belongs to the share, so that this is
    max over h of h - mean(max(h - values, 0)) / (1 - level) (Rockafellar and Uryasev, 2000).

    Args:
        values: (samples,) amounts; at least one.
        level: 0 to 1, without 1; 0 gives the mean.
    """
    ordered = np.sort(values)
    tail = _tail(ordered, level)
    weights = np.clip(tail - np.arange(len(ordered)), 0.0, 1.0)
    return float((weights * ordered).sum() / tail)


def _tail(values: Floats, level: float) -> float:
    """Return how many of the amounts the worst share is, without the dust of 1 - 0.95."""
    return round((1.0 - level) * len(values), 9)


def statistics(values: Floats) -> Iterator[tuple[str, float]]:
    """Yield each statistic of equally likely amounts by its name; nothing where there is none."""
    if not len(values):
        return
    yield "mean", float(values.mean())
    yield "sd", float(values.std(ddof=1)) if len(values) > 1 else 0.0
    yield "worst", float(values.min())
    for odds in QUANTILES:
        yield f"quantile {odds:g}", float(np.quantile(values, odds))
    yield "best", float(values.max())
    for level in LEVELS:
        yield f"VaR {level:g}", value_at_risk(values, level)
        yield f"CVaR {level:g}", conditional_value_at_risk(values, level)
