"""HiGHS through highspy: the default solver, and a loaded program for quick re-solves."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any, ClassVar

import numpy as np

from channelopt.algebra.problem import Flags, Floats, MatrixProblem
from channelopt.backends.base import Can, Limits, Listener, Outcome
from channelopt.backends.conduct import Request, conduct, fix
from channelopt.backends.highs_once import solve_once
from channelopt.backends.highs_program import every, load, run
from channelopt.backends.inspect import faults
from channelopt.backends.watch import Watch


class Highs:
    """HiGHS: linear and mixed-integer programs, prices, warm start, interrupt."""

    name: ClassVar[str] = "highs"
    can: ClassVar[frozenset[Can]] = frozenset(Can)

    def unavailable(self) -> str | None:
        """Say why highspy cannot be used here, or None."""
        try:
            self.version()
        except PackageNotFoundError:
            return "highspy is not installed (pip install highspy)"
        return None

    def version(self) -> str:
        """Return the version of highspy."""
        return version("highspy")

    def refuses(self, problem: MatrixProblem) -> str | None:
        """Refuse only what is no program at all."""
        return faults(problem)

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        """Solve a problem from scratch."""
        request = Request(problem, limits, start, Watch(listen, problem))
        return conduct(self.refuses(problem), solve_once, request)


class Session:
    """A program loaded once; linear programs are re-solved from the last basis.

    `problem` is the program as it stands now. `fix(x)` freezes integer columns and leaves a linear
    program with prices, `relax()` drops integrality, `restore()` brings the integers back.
    """

    def __init__(self, problem: MatrixProblem) -> None:
        self.problem = problem
        self._original = problem
        self._loaded: Any = None

    def solve(
        self, limits: Limits, start: Floats | None = None, listen: Listener | None = None
    ) -> Outcome:
        """Solve the program as it stands; linear programs come with prices."""
        request = Request(self.problem, limits, start, Watch(listen, self.problem))
        return conduct(faults(self.problem), self._run, request)

    def set_costs(self, c: Floats, offset: float | None = None) -> None:
        """Replace the objective by `c` (columns,); the offset stays unless given."""
        offset = self.problem.offset if offset is None else offset
        self.problem = self.problem.with_(c=c, offset=offset)
        if self._loaded is not None:
            self._loaded.changeColsCost(c.size, every(c), -c)
            self._loaded.changeObjectiveOffset(-offset)

    def set_column_bounds(self, lower: Floats, upper: Floats) -> None:
        """Replace all column bounds, (columns,) each."""
        self.problem = self.problem.with_(lower=lower, upper=upper)
        if self._loaded is not None:
            self._loaded.changeColsBounds(lower.size, every(lower), lower, upper)

    def set_row_bounds(self, row_lower: Floats, row_upper: Floats) -> None:
        """Replace all row sides, (rows,) each."""
        self.problem = self.problem.with_(row_lower=row_lower, row_upper=row_upper)
        if self._loaded is not None:
            self._loaded.changeRowsBounds(row_lower.size, every(row_lower), row_lower, row_upper)

    def fix(self, x: Floats) -> None:
        """Freeze the integer columns at `x` (columns,), rounded, and make them continuous."""
        fixed = fix(self.problem.with_(integer=self._original.integer), x)
        self.set_column_bounds(fixed.lower, fixed.upper)
        self._set_integer(fixed.integer)

    def relax(self) -> None:
        """Drop the integrality of all columns."""
        self._set_integer(np.zeros_like(self._original.integer))

    def restore(self) -> None:
        """Bring back the integrality and the column bounds the session began with."""
        self.set_column_bounds(self._original.lower, self._original.upper)
        self._set_integer(self._original.integer)

    def _set_integer(self, integer: Flags) -> None:
        self.problem = self.problem.with_(integer=integer)
        if self._loaded is not None:
            codes = integer.astype(np.uint8)
            self._loaded.changeColsIntegrality(codes.size, every(codes), codes)

    def _run(self, request: Request) -> Outcome:
        if request.problem is not self.problem:
            return solve_once(request)
        if self._loaded is None:
            self._loaded = load(self.problem)
        return run(self._loaded, request)
