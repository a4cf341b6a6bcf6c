"""Engine: a solver behind scaling, so that whoever asks thinks in contacts and money."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.algebra.scaling import Scaling, scale
from channelopt.backends.base import Backend, Limits, Listener, Outcome, Progress, Reason
from channelopt.backends.inspect import accept


class Engine:
    """Solves problems through one backend, scaled; every answer is inspected."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        """Solve a problem.

        Args:
            problem: in natural units.
            limits: the gap is meant in natural units.
            start: (columns,) a point to begin with, in natural units.
            listen: hears progress in natural units.

        Returns:
            The outcome in natural units, its gap proven in natural units or not called optimal.
        """
        scaled, scaling = scale(problem)
        begin = None if start is None else scaling.shrink(start)
        heard = None if listen is None else _in_units(listen, scaling)
        outcome = self._once(scaled, limits, begin, heard)
        proven = _restore(problem, outcome, scaling)
        if proven.termination.reason is Reason.OPTIMAL and proven.gap > limits.gap * 1.001:
            proven = self._again(problem, (scaled, scaling), limits, proven)
        return proven

    def _once(
        self,
        scaled: MatrixProblem,
        limits: Limits,
        start: Floats | None,
        listen: Listener | None,
    ) -> Outcome:
        return accept(scaled, self.backend.solve(scaled, limits, start, listen))

    def _again(
        self,
        problem: MatrixProblem,
        pair: tuple[MatrixProblem, Scaling],
        limits: Limits,
        first: Outcome,
    ) -> Outcome:
        """A gap of scaled numbers can be too wide in natural units: ask for more, from there."""
        scaled, scaling = pair
        if first.x is None or first.objective is None:
            return first
        wanted = limits.gap * max(1.0, abs(first.objective)) * scaling.factor
        tighter = replace(limits, gap=min(limits.gap, wanted))
        outcome = self._once(scaled, tighter, scaling.shrink(first.x), None)
        proven = _restore(problem, outcome, scaling)
        if proven.termination.reason is Reason.OPTIMAL and proven.gap > limits.gap * 1.001:
            weaker = replace(proven.termination, reason=Reason.FEASIBLE)
            proven = replace(proven, termination=weaker)
        return proven


def holding(listen: Listener | None, found: Outcome) -> Listener | None:
    """Return a listener for work after the first solve: it hears of the plan that was found."""
    if listen is None:
        return None
    gap = found.gap if np.isfinite(found.gap) else None
    bound = found.bound if np.isfinite(found.bound) else None

    def heard(progress: Progress) -> bool:
        return listen(Progress(progress.seconds, found.objective, bound, gap))

    return heard


def _restore(problem: MatrixProblem, outcome: Outcome, scaling: Scaling) -> Outcome:
    x = None if outcome.x is None else scaling.restore(outcome.x)
    return replace(
        outcome,
        x=x,
        objective=None if x is None else problem.objective(x),
        bound=outcome.bound / scaling.factor,
        ray=None if outcome.ray is None else scaling.restore(outcome.ray),
        row_duals=_over(outcome.row_duals, scaling.rows / scaling.factor),
        reduced_costs=_over(outcome.reduced_costs, 1.0 / (scaling.columns * scaling.factor)),
    )


def _over(values: Floats | None, factors: Floats) -> Floats | None:
    return None if values is None else np.asarray(values * factors)


def _in_units(listen: Listener, scaling: Scaling) -> Listener:
    def natural(value: float | None) -> float | None:
        return None if value is None else value / scaling.factor

    def heard(progress: Progress) -> bool:
        return listen(
            replace(
                progress,
                incumbent=natural(progress.incumbent),
                bound=natural(progress.bound),
                x=None if progress.x is None else scaling.restore(progress.x),
            )
        )

    return heard
