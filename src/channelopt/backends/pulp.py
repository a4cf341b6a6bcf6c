"""PuLP: CBC, and whatever other solver PuLP finds; for small problems and second opinions."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Can, Limits, Listener, Outcome, Reason
from channelopt.backends.conduct import Request, conduct
from channelopt.backends.inspect import accept, canonical, faults
from channelopt.backends.pulp_program import SOLVERS, build, by_lower_name, command, quiet, read
from channelopt.backends.watch import Watch

MAJOR = 3
"""Other versions of PuLP have another interface."""
LARGEST = 200_000
"""Most nonzeros: PuLP keeps one Python object for each."""
RELAXATION_SECONDS = 10.0
"""Most time for the bound of a solve that was cut short."""


class Pulp:
    """One of PuLP's solvers, for example `pulp:cbc`."""

    can = frozenset({Can.INTEGER, Can.CONTINUOUS, Can.DUALS})  # its bound is only a claim

    def __init__(self, solver: str) -> None:
        self._solver = SOLVERS.get(solver, solver)
        self.name = f"pulp:{solver}"

    def unavailable(self) -> str | None:
        """Say why this solver cannot be used here, or None."""
        try:
            found = self.version()
        except PackageNotFoundError:
            return "PuLP is not installed (pip install 'channelopt[pulp]')"
        if not found.startswith(f"{MAJOR}."):
            return f"PuLP {found} is installed; version {MAJOR} is needed"
        if self._solver in SOLVERS.values():
            return None
        if self._solver in by_lower_name():
            return None
        return f"PuLP finds no solver {self._solver} here"

    def version(self) -> str:
        """Return the version of PuLP."""
        return version("pulp")

    def refuses(self, problem: MatrixProblem) -> str | None:
        """Refuse what PuLP would need minutes to build."""
        if problem.A.nnz > LARGEST:
            return (
                f"PuLP builds problems one number at a time and this one has {problem.A.nnz:,} "
                f"(limit {LARGEST:,}); use highs or mathopt:scip"
            )
        return faults(problem)

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        """Solve a problem; PuLP can neither start from a point nor tell how it goes."""
        request = Request(problem, limits, start, Watch(listen, problem))
        return conduct(self.unavailable() or self.refuses(problem), self._run, request)

    def _run(self, request: Request) -> Outcome:
        import pulp

        with quiet():
            problem = canonical(request.problem)
            program, columns = build(problem)
            try:
                program.solve(command(self._solver, request.limits))
            except pulp.PulpSolverError as error:
                message = f"PuLP: {error}"
                raise RuntimeError(message) from error
            outcome = read(program, columns, problem, request.limits)
            if outcome.termination.reason == Reason.FEASIBLE:
                return replace(outcome, bound=_relaxed_bound(self._solver, problem))
            return outcome


def available() -> tuple[str, ...]:
    """Return our names of all solvers that PuLP finds here (imports PuLP)."""
    ours = {theirs: name for name, theirs in SOLVERS.items()}
    found = by_lower_name().values()
    return tuple(sorted(f"pulp:{ours.get(solver, solver.lower())}" for solver in found))


def _relaxed_bound(solver: str, problem: MatrixProblem) -> float:
    """Return the optimum without whole numbers: the only bound PuLP can give of a stopped solve."""
    relaxed = problem.with_(integer=np.zeros_like(problem.integer))
    program, columns = build(relaxed)
    program.solve(command(solver, Limits(time_limit=RELAXATION_SECONDS)))
    outcome = accept(relaxed, read(program, columns, relaxed, Limits()))
    return outcome.bound if outcome.termination.reason == Reason.OPTIMAL else float("inf")
