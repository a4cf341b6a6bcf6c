"""Which solvers are here, and do they solve what we know the answer of."""

from __future__ import annotations

import math
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from scipy import sparse

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Backend, Limits, Outcome, Reason
from channelopt.backends.isolated import Isolated
from channelopt.backends.registry import get, names

SECONDS = 30.0
"""Most time of one self-test."""
DEPENDENCIES = ("channelopt", "numpy", "scipy", "highspy", "ortools", "pulp", "pydantic", "pandas")


@dataclass(frozen=True)
class Known:
    """A tiny problem whose answer is known; `optimum` is None where there is no answer."""

    name: str
    problem: MatrixProblem
    reason: Reason
    optimum: float | None


@dataclass(frozen=True)
class SolverReport:
    """One solver: is it here, which version, does it pass the self-test.

    Attributes:
        missing: why it cannot be used here, or empty.
        passed: names of the problems it solved rightly.
        skipped: names of the problems it refuses (a linear solver has no whole numbers).
        failures: one sentence for each wrong answer.
    """

    name: str
    version: str = ""
    missing: str = ""
    passed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def is_fit(self) -> bool:
        """Whether it is here and answered everything rightly."""
        return not self.missing and not self.failures and bool(self.passed)


@dataclass(frozen=True)
class Surroundings:
    """Platform, Python and the versions of what we stand on; empty where not installed."""

    platform: str = field(default_factory=platform.platform)
    python: str = field(default_factory=lambda: sys.version.split()[0])
    packages: tuple[tuple[str, str], ...] = ()


def diagnose(
    solvers: Iterable[str] | None = None, wrap: Callable[[Backend], Backend] = Isolated
) -> list[SolverReport]:
    """Test each solver, every one in a process of its own.

    Args:
        solvers: names to test; None for all.
        wrap: how to run a backend.
    """
    return [examine(get(name), wrap) for name in (names() if solvers is None else solvers)]


def surroundings() -> Surroundings:
    """Return platform and versions, importing none of them."""
    return Surroundings(packages=tuple((name, _version(name)) for name in DEPENDENCIES))


def known_problems() -> tuple[Known, ...]:
    """Return the self-test: linear, whole-number, infeasible, unbounded, and past solver faults."""
    whole = [True, True]
    return (
        Known(
            "linear",
            program([3.0, 2.0], [[1.0, 1.0], [1.0, 0.0]], [4.0, 3.0], offset=1.0),
            Reason.OPTIMAL,
            12.0,
        ),
        Known(
            "whole numbers",
            program([5.0, 4.0], [[6.0, 4.0], [1.0, 2.0]], [23.0, 6.0], integer=whole, upper=9.0),
            Reason.OPTIMAL,
            19.0,
        ),
        Known(
            "infeasible",
            program([1.0, 1.0], [[1.0, 1.0], [-1.0, -1.0]], [1.0, -2.0], upper=9.0),
            Reason.INFEASIBLE,
            None,
        ),
        Known("unbounded", program([1.0, 0.0], [[1.0, -1.0]], [1.0]), Reason.UNBOUNDED, None),
        Known("HiGHS 1.14.0", _presolve_fault(), Reason.OPTIMAL, 0.0),
    )


def program(
    c: list[float],
    rows: list[list[float]],
    at_most: list[float],
    *,
    offset: float = 0.0,
    integer: list[bool] | None = None,
    upper: float = math.inf,
) -> MatrixProblem:
    """Return max c x + offset, rows x <= at_most, 0 <= x <= upper."""
    costs = np.array(c)
    size = costs.size
    return MatrixProblem(
        costs,
        offset,
        sparse.csr_array(np.array(rows)),
        np.full(len(at_most), -np.inf),
        np.array(at_most),
        np.zeros(size),
        np.full(size, upper),
        np.array(integer if integer is not None else [False] * size, dtype=np.bool_),
    )


def _presolve_fault() -> MatrixProblem:
    """Max 160 a - 0.85 e, a <= b/2, d >= b/2, e/100 = a + d: HiGHS 1.14.0 misses the optimum 0."""
    rows = [[1.0, -0.5, 0.0, 0.0], [0.0, 0.5, -1.0, 0.0], [-1.0, 0.0, -1.0, 0.01]]
    problem = program([160.0, 0.0, 0.0, -0.85], rows, [0.0, 0.0, 0.0])
    return problem.with_(
        row_lower=np.array([-np.inf, -np.inf, 0.0]),
        upper=np.array([0.5, 1.0, 0.5, 100.0]),
        integer=np.array([False, True, False, False]),
    )


def examine(backend: Backend, wrap: Callable[[Backend], Backend]) -> SolverReport:
    """Test one backend, run as `wrap` says."""
    missing = backend.unavailable()
    if missing is not None:
        return SolverReport(backend.name, missing=missing)
    passed, skipped, failures = [], [], []
    runner = wrap(backend)
    for known in known_problems():
        if backend.refuses(known.problem) is not None:
            skipped.append(known.name)
            continue
        wrong = _wrong(known, runner.solve(known.problem, Limits(time_limit=SECONDS)))
        if wrong:
            failures.append(f"{known.name}: {wrong}")
        else:
            passed.append(known.name)
    if isinstance(runner, Isolated):
        runner.close()
    return SolverReport(
        backend.name,
        backend.version(),
        passed=tuple(passed),
        skipped=tuple(skipped),
        failures=tuple(failures),
    )


def _wrong(known: Known, outcome: Outcome) -> str:
    """Say what is wrong with an outcome, or nothing."""
    said = outcome.termination
    if said.reason != known.reason:
        return f"expected {known.reason}, got {said.reason} ({said.detail})"
    if known.optimum is None:
        return ""
    found = outcome.objective if outcome.objective is not None else math.nan
    if math.isclose(found, known.optimum, rel_tol=1e-6, abs_tol=1e-6):
        return ""
    return f"expected the optimum {known.optimum:g}, got {found:g}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
