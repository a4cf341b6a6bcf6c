"""Shadow prices are believed when they prove the optimum, by weak duality."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Outcome, Reason

PRICE_NOISE = 1e-4
"""Relative room within which shadow prices must prove the optimum to be believed."""


def dual_bound(problem: MatrixProblem, row_duals: Floats) -> float:
    """Return the upper bound that prices of rows prove for a linear program (weak duality).

    Prices within 1e-7 (relative to the cost) of zero count as zero where their side is infinite.
    """
    reduced = problem.c - problem.A.T @ row_duals
    return problem.offset + _worth(
        np.concatenate([row_duals, reduced]),
        np.concatenate([problem.row_lower, problem.lower]),
        np.concatenate([problem.row_upper, problem.upper]),
        np.concatenate([np.ones_like(row_duals), np.maximum(1.0, np.abs(problem.c))]),
    )


def _worth(prices: Floats, lower: Floats, upper: Floats, scale: Floats) -> float:
    sides = np.where(prices > 0, upper, lower)
    endless = np.isinf(sides)
    if bool((np.abs(prices[endless]) > 1e-7 * scale[endless]).any()):
        return float("inf")
    return float(np.where(endless, 0.0, prices) @ np.where(endless, 0.0, sides))


def believed(problem: MatrixProblem, outcome: Outcome) -> Outcome:
    """Drop shadow prices that do not prove the optimum of a linear program."""
    if outcome.row_duals is None and outcome.reduced_costs is None:
        return outcome
    note = "shadow prices were dropped, as they do not prove the optimum"
    notes = outcome.notes if bool(problem.integer.any()) else (*outcome.notes, note)
    bare = replace(outcome, row_duals=None, reduced_costs=None, notes=notes)
    prices = outcome.row_duals, outcome.reduced_costs
    if bool(problem.integer.any()) or outcome.termination.reason != Reason.OPTIMAL:
        return bare
    if not _is_vector(prices[0], problem.row_lower) or not _is_vector(prices[1], problem.c):
        return bare
    if outcome.x is None or outcome.row_duals is None or outcome.reduced_costs is None:
        return bare
    objective = problem.objective(outcome.x)
    room = PRICE_NOISE * max(1.0, abs(objective))
    reduced = problem.c - problem.A.T @ outcome.row_duals
    drift = np.abs(reduced - outcome.reduced_costs) / np.maximum(1.0, np.abs(problem.c))
    proves = dual_bound(problem, outcome.row_duals) <= objective + room
    return outcome if proves and bool((drift <= PRICE_NOISE).all()) else bare


def _is_vector(values: Floats | None, like: Floats) -> bool:
    return values is not None and values.shape == like.shape and bool(np.isfinite(values).all())
