"""OR-Tools MathOpt: HiGHS, SCIP, GLOP, PDLP and (whole numbers only) CP-SAT."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Can, Limits, Listener, Outcome
from channelopt.backends.conduct import Request, conduct
from channelopt.backends.inspect import faults
from channelopt.backends.mathopt_program import build, explain, parameters, read, suggest
from channelopt.backends.watch import EVERY, Watch

BASE = frozenset({Can.CONTINUOUS, Can.PROVES_BOUND})
LARGEST_SUM = 2**31
"""CP-SAT is trusted only where no row can add up to more (or-tools issue 5293)."""


@dataclass(frozen=True)
class Engine:
    """A solver inside MathOpt: its name there and what it is able to do."""

    code: str
    can: frozenset[Can]


ENGINES = {
    "highs": Engine("HIGHS", BASE | {Can.INTEGER, Can.DUALS}),
    "scip": Engine("GSCIP", BASE | {Can.INTEGER, Can.WARM_START, Can.INTERRUPT}),
    "glop": Engine("GLOP", BASE | {Can.DUALS, Can.INTERRUPT}),
    "pdlp": Engine("PDLP", BASE | {Can.DUALS, Can.INTERRUPT}),
    "cp_sat": Engine(
        "CP_SAT",
        frozenset(
            {Can.INTEGER, Can.WARM_START, Can.INTERRUPT, Can.PROGRESS, Can.PROVES_BOUND},
        ),
    ),
}


class MathOpt:
    """One of MathOpt's solvers, for example `mathopt:scip`."""

    def __init__(self, engine: str) -> None:
        self._engine = ENGINES[engine]
        self.name = f"mathopt:{engine}"
        self.can = self._engine.can

    def unavailable(self) -> str | None:
        """Say why OR-Tools cannot be used here, or None."""
        try:
            self.version()
        except PackageNotFoundError:
            return "ortools is not installed (pip install 'channelopt[ortools]')"
        return None

    def version(self) -> str:
        """Return the version of OR-Tools."""
        return version("ortools")

    def refuses(self, problem: MatrixProblem) -> str | None:
        """Refuse whole numbers for linear solvers, and for CP-SAT all that it would round."""
        fault = faults(problem)
        if fault is not None:
            return fault
        if Can.INTEGER not in self.can and bool(problem.integer.any()):
            return f"{self.name} solves linear programs only; use highs or mathopt:scip"
        if Can.CONTINUOUS not in self.can:
            return _not_whole(problem)
        return None

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        """Solve a problem."""
        request = Request(problem, limits, start, Watch(listen, problem))
        return conduct(self.refuses(problem), self._run, request)

    def _run(self, request: Request) -> Outcome:
        if self._engine.code == "HIGHS" and has_foreign_highs():
            message = (
                "PuLP was loaded before OR-Tools in this process and lends it another HiGHS, "
                "which crashes; use highs, or solve in a process of its own"
            )
            raise RuntimeError(message)
        from ortools.math_opt.python import mathopt

        program = build(request.problem)
        registration, heard = _callback(request.watch, self.can)
        with _interrupter(request.watch, self.can) as interrupter:
            try:
                result = mathopt.solve(
                    program,
                    mathopt.SolverType[self._engine.code],
                    params=parameters(self._engine.code, request.limits),
                    model_params=_hint(program, request, self.can),
                    callback_reg=registration,
                    cb=heard,
                    interrupter=interrupter,
                )
            except AttributeError as error:  # OR-Tools 9.15 hides the reason (issue 4606)
                return explain(self.name, str(error.__context__))
        return read(result, request.problem)


def has_foreign_highs() -> bool:
    """Whether OR-Tools would call the HiGHS of highspy, which is another version.

    PuLP 3.3 opens highspy's symbols to every library that is loaded after it.
    """
    loaded = list(sys.modules)
    if "pulp" not in loaded:
        return False
    solver = "ortools.math_opt.core.python.solver"
    return solver not in loaded or loaded.index("pulp") < loaded.index(solver)


def _not_whole(problem: MatrixProblem) -> str | None:
    """Say why CP-SAT is not to be trusted with a problem, or None."""
    other = "; use highs or mathopt:scip"
    if not bool(problem.integer.all()):
        return f"CP-SAT rounds continuous columns, so its bound would prove nothing{other}"
    bounds = np.concatenate([problem.lower, problem.upper])
    if not bool(np.isfinite(bounds).all()):
        return f"CP-SAT needs bounded columns{other}"
    sides = np.concatenate([problem.row_lower, problem.row_upper])
    numbers = np.concatenate([problem.c, problem.A.data, bounds, sides[np.isfinite(sides)]])
    if not bool((numbers == np.round(numbers)).all()):
        return f"CP-SAT needs whole numbers throughout{other}"
    reach = np.maximum(np.abs(problem.lower), np.abs(problem.upper))
    sums = np.append(abs(problem.A) @ reach, np.abs(problem.c) @ reach)
    if not bool((sums < LARGEST_SUM).all()) or not bool((np.abs(numbers) < LARGEST_SUM).all()):
        return f"CP-SAT is not trusted with sums of 2^31 or more{other}"
    return None


def _hint(program: Any, request: Request, can: frozenset[Can]) -> Any:
    if request.start is None or Can.WARM_START not in can:
        return None
    return suggest(program.variables(), request.start)


def _callback(watch: Watch, can: frozenset[Can]) -> tuple[Any, Any]:
    from ortools.math_opt.python import mathopt

    if not watch.listens or Can.PROGRESS not in can:
        return None, None

    def heard(data: Any) -> Any:
        x = np.zeros(watch.problem.num_columns)
        for variable, value in data.solution.items():
            x[variable.id] = value
        return mathopt.CallbackResult(terminate=watch.tell(None, x))

    return mathopt.CallbackRegistration(events={mathopt.Event.MIP_SOLUTION}), heard


@contextmanager
def _interrupter(watch: Watch, can: frozenset[Can]) -> Iterator[Any]:
    """Ask the listener now and then from a thread of its own, and interrupt where it says so."""
    from ortools.util.python import solve_interrupter

    if not watch.listens or Can.INTERRUPT not in can:
        yield None
        return
    interrupter = solve_interrupter.SolveInterrupter()
    done = threading.Event()

    def ask() -> None:
        while not done.wait(EVERY):
            if watch.tell(None):
                interrupter.interrupt()
                return

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    try:
        yield interrupter
    finally:
        done.set()
        asking.join()
