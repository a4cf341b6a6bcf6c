"""What every solver backend declares, takes and returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from channelopt.algebra.problem import Floats, MatrixProblem


class Can(StrEnum):
    """What a backend is able to do."""

    INTEGER = "integer"
    CONTINUOUS = "continuous"
    DUALS = "duals"
    WARM_START = "warm_start"
    PROGRESS = "progress"
    INTERRUPT = "interrupt"
    PROVES_BOUND = "proves_bound"


class Reason(StrEnum):
    """Why a solve ended, as far as the answer is concerned."""

    OPTIMAL = "optimal"  # an answer, proven to the requested gap
    FEASIBLE = "feasible"  # an answer, without that proof
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    NO_SOLUTION = "no_solution"  # stopped before any answer
    FAILED = "failed"  # the solver crashed, lied or spoke nonsense


class Stop(StrEnum):
    """What cut a solve short."""

    TIME = "time"
    INTERRUPT = "interrupt"
    MEMORY = "memory"
    LIE = "lie"  # what the solver said contradicts itself or the problem
    OTHER = "other"


@dataclass(frozen=True)
class Termination:
    """Why a solve ended: reason, what cut it short, and the solver's own words."""

    reason: Reason
    stop: Stop | None = None
    detail: str = ""


@dataclass(frozen=True)
class Limits:
    """When to stop: seconds (None: never), gap |bound - objective| / max(1, |objective|).

    `tolerance` is how far a row or a whole column may be off, where a solver lets us choose; None
    is the solver's own, which its authors advise. `restarts`: whether HiGHS may begin anew once the
    root of its tree has fixed much; without, changes of a solved program take about a third less.
    `heuristics`: whether it also seeks better plans by smaller programs; without, a start that is
    the optimum, or almost, is proven in about half the time. `presolve`: whether HiGHS first looks
    for what can be left out of a program; without, a linear program in which nearly all columns end
    at a bound takes a seventh of the time, by the dual simplex method at any size.

    `second_look`: whether an integer program that HiGHS soon calls optimal or infeasible is looked
    at again without presolve, which has been seen to cut off answers; a caller that proves by
    itself how good an answer is can do without.

    `nodes`: of its tree after which a search ends with what it has found, whatever the clock says,
    so that equal programs end alike on any machine; None for no such limit. CP-SAT, which has no
    tree, counts conflicts; solvers by PuLP other than CBC and HiGHS know no such limit and have
    only the time.
    """

    time_limit: float | None = None
    gap: float = 1e-6
    threads: int = 1
    seed: int = 0
    tolerance: float | None = None
    restarts: bool = True
    heuristics: bool = True
    presolve: bool = True
    second_look: bool = True
    nodes: int | None = None


@dataclass(frozen=True)
class Progress:
    """A sign of life during a solve; None where nothing is known yet.

    Attributes:
        x: (columns,) the incumbent, only when it is new.
    """

    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None
    x: Floats | None = None


Listener = Callable[[Progress], bool]
"""Called now and then; returning True asks the solver to stop and give its incumbent."""


@dataclass(frozen=True)
class Outcome:
    """What a solver said, in one vocabulary.

    Attributes:
        x: (columns,) values, or None where there is no answer.
        objective: value at x, recomputed by us from x, never the solver's own number.
        bound: proven upper bound of the maximum (inf where none is proven).
        row_duals: (rows,) change of the objective per unit of a row's active side, positive where
            raising the side raises the maximum; only of a linear program, else None.
        reduced_costs: (columns,) the same for columns, or None.
        ray: (columns,) where UNBOUNDED, a direction that stays allowed and earns without end.
    """

    termination: Termination
    x: Floats | None = None
    objective: float | None = None
    bound: float = float("inf")
    row_duals: Floats | None = None
    reduced_costs: Floats | None = None
    ray: Floats | None = None
    seconds: float = 0.0
    nodes: int = 0
    iterations: int = 0
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def gap(self) -> float:
        """|bound - objective| / max(1, |objective|); inf where there is no answer or no bound."""
        if self.objective is None:
            return float("inf")
        return abs(self.bound - self.objective) / max(1.0, abs(self.objective))


class Backend(Protocol):
    """One solver library behind arrays."""

    @property
    def name(self) -> str:
        """The name users choose it by."""

    @property
    def can(self) -> frozenset[Can]:
        """What it is able to do."""

    def unavailable(self) -> str | None:
        """Say why this backend cannot be used here (cheap, imports nothing heavy), or None."""

    def version(self) -> str:
        """Return the version of the solver library."""

    def refuses(self, problem: MatrixProblem) -> str | None:
        """Say why this problem is not for this backend, and who could take it, or None."""

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        """Solve a problem; `start` is a (columns,) point suggested as first incumbent."""
