"""Study: what an analysis may ask about a plan, and what it hands back.

An analysis knows no solver. It asks questions, each a whole scenario to be solved to proven
optimality, and gets answers that say what is proven. Questions go in batches, so that they can be
solved side by side; equal questions are solved once, also across interruptions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Outcome
from channelopt.instance.instance import Instance
from channelopt.model.formulate import Model
from channelopt.plan.plan import Plan
from channelopt.plan.records import Known
from channelopt.plan.table import Table
from channelopt.terms.choice import Choice


class Shape(Protocol):
    """A change of the program itself: another objective, further rows.

    `key` names the change and all its numbers: equal keys, equal changes.
    """

    @property
    def key(self) -> str:
        """Text that tells this change from every other one."""

    def apply(self, model: Model) -> Model:
        """Return the model with the change; columns keep their places, new ones go to the end."""


@dataclass(frozen=True)
class Question:
    """A scenario to be solved.

    Attributes:
        instance: the scenario; only its numbers and policies count.
        shape: a change of its program, None for none.
        wants_choice: whether the decisions are wanted, not only what they are worth.
        gap: proven gap to stop at; None: that of the study.
    """

    instance: Instance
    shape: Shape | None = None
    wants_choice: bool = False
    gap: float | None = None


@dataclass(frozen=True)
class Answer:
    """What a re-solve found.

    Attributes:
        objective: of the best plan found, None where there is none (yet).
        bound: proven upper bound, None where none is proven.
        infeasible: proven to have no plan.
        proven: the objective is optimal within the gap.
        choice: its decisions, where they were wanted; they obey the rules, ties are not settled.
    """

    objective: float | None
    bound: float | None
    infeasible: bool = False
    proven: bool = False
    choice: Choice | None = None

    @property
    def known(self) -> Known:
        """How the answer is known, as tables say it."""
        if self.infeasible:
            return "infeasible"
        if self.objective is None:
            return "not solved"
        return "re-solved" if self.proven else "at least"


@dataclass(frozen=True)
class Relaxed:
    """The linear relaxation at its optimum: the program, its point and its prices."""

    problem: MatrixProblem
    x: Floats
    row_duals: Floats
    reduced_costs: Floats


@dataclass(frozen=True)
class Wishes:
    """What a user may choose about the analyses.

    Attributes:
        tolerance: relative width of the interval that a break-even is narrowed to.
        alternatives: how many near-optimal plans are sought.
        within: share of the objective that they may give up.
        frontier: pairs of key figures, the first is maximised while the second is demanded.
        points: most points of a frontier.
        samples: scenarios drawn for the uncertainty analysis.
        robust: level of CVaR of the robust plan, None for none.
        robust_samples: scenarios that the robust plan is made for.
        seed: of every draw.
        sampling: Latin hypercube, or at random (plain Monte Carlo).
    """

    tolerance: float = 1e-3
    alternatives: int = 3
    within: float = 0.01
    frontier: tuple[tuple[str, str], ...] = (("profit", "satisfaction"),)
    points: int = 12
    samples: int = 200
    robust: float | None = None
    robust_samples: int = 50
    seed: int = 0
    sampling: Literal["latin", "random"] = "latin"


class Study(Protocol):
    """A solved scenario that can be asked about.

    Attributes:
        instance: the scenario.
        plan: its checked plan.
        choice: the decisions of the plan.
        best: objective and bound of the plan.
        relaxed: its linear relaxation, None where it has no prices.
    """

    instance: Instance
    plan: Plan
    choice: Choice
    best: Answer
    relaxed: Relaxed | None

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """Solve questions side by side and return their answers in order.

        What cannot be solved in the time left is `not solved`; never raises for what a solver does.
        """

    def hold(self, instance: Instance) -> float | None:
        """Objective with channels, offers and FTE as in the plan, allocation re-optimised.

        Quick (a linear program), never more than the optimum; None where that leaves no plan.
        """

    def formulate(self, instance: Instance) -> MatrixProblem | None:
        """Return the program of a changed scenario, alike in shape to that of `relaxed` or None."""

    def optimise(self, problem: MatrixProblem, start: Floats | None = None) -> Outcome:
        """Solve a program of the analysis' own making in the time left."""

    def planned(self, instance: Instance, choice: Choice) -> Plan:
        """Return decisions as a whole, checked plan of a scenario."""

    def left(self) -> float:
        """Seconds that are left, 0 where the user asked to stop."""

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """Leave only so many seconds to what is asked inside (less if fewer are left)."""


@dataclass(frozen=True)
class Result:
    """What an analysis found.

    Attributes:
        name: of the analysis.
        tables: tidy tables; names are unique over all analyses.
        sentences: the gist for a manager, one or two sentences written from the numbers.
        unproven: how many figures are not proven, for lack of time.
    """

    name: str
    tables: tuple[Table, ...]
    sentences: tuple[str, ...]
    unproven: int = 0


Analysis = Callable[[Study, Wishes], Result]
"""One analysis."""


@dataclass(frozen=True)
class Named:
    """An analysis by name.

    Attributes:
        name: as in `--only`.
        title: in reports.
        run: does it.
        weight: share of the time relative to the others.
        wanted: whether these wishes ask for it.
    """

    name: str
    title: str
    run: Analysis
    weight: float = 1.0
    wanted: Callable[[Wishes], bool] = field(default=lambda _: True)
