"""Correlations between groups of uncertain numbers can exist side by side."""

from __future__ import annotations

import numpy as np

from channelopt.instance.checks.context import Context
from channelopt.instance.uncertainty import correlation_of

TOLERANCE = 1e-9
"""How far below zero an eigenvalue may be by rounding."""


def check_correlations(context: Context) -> None:
    """Check that each pair of groups is stated once and that together they are possible."""
    stated = context.scenario.uncertainty
    good = True
    for label, group in sorted(stated.items()):
        for other in sorted(group.correlation):
            path = ("uncertainty", label, "correlation", other)
            if other == label:
                hint = "`together` says how the numbers within a group move"
                context.report("E218", path, "a group has no correlation with itself", hint)
                good = False
            elif other in stated and label in stated[other].correlation and other < label:
                context.report("E218", path, f"'{other}' states it already", "keep one of them")
                good = False
    if not (stated and good):
        return
    matrix = correlation_of(stated)
    lowest = float(np.linalg.eigvalsh(matrix).min())
    if lowest < -TOLERANCE:
        most = _most(np.asarray(matrix))
        message = (
            "these correlations contradict each other: if A goes with B and B with C, A and C "
            "cannot part"
        )
        hint = f"nearer to 0 they fit: multiplied by {most:.2f}, for example"
        context.report("E218", ("uncertainty",), message, hint)


def _most(matrix: np.ndarray) -> float:
    """Return the largest factor on all correlations, to two decimals down, that makes them fit.

    The eigenvalues of I + f (M - I) are 1 - f + f e.
    """
    lowest = float(np.linalg.eigvalsh(matrix).min())
    return float(np.floor(100.0 / (1.0 - lowest)) / 100.0)
