"""Small records that a plan carries: the solver's run, the proof, binding rules, sensitivity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["optimal", "feasible", "infeasible", "unbounded", "no_solution", "evaluated"]
"""How a plan came about; `evaluated` is a plan that was given, not sought."""

Known = Literal["re-solved", "at least", "infeasible", "not solved", "no meaning"]
"""How the effect of a step is known.

`re-solved`: exactly, within the gap; `at least`: a plan that gets this much is known, better may
exist; `infeasible`: no plan is left; `not solved`: no time; `no meaning`: the limit cannot
move so far.
"""


@dataclass(frozen=True)
class SolverRun:
    """Which solver made a plan, how it was asked and what it took (seconds are timings)."""

    name: str
    version: str
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    nodes: int = 0
    iterations: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Binding:
    """A limit that leaves no room.

    `where` says where in full; of a limit of the model it is `what` (a title) and `period`.
    `limit` and `used` are in `unit`; `slack` is the room left relative to max(1, |limit|).
    """

    rule: str
    where: str
    slack: float
    limit: float | None = None
    used: float | None = None
    unit: str = ""
    is_policy: bool = False
    what: str = ""
    period: str = ""


@dataclass(frozen=True)
class Change:
    """A channel that opens or closes in a period."""

    period: str
    channel: str
    opens: bool


@dataclass(frozen=True)
class RuleProof:
    """What the independent check found about one rule; `breaches` says where it is broken."""

    rule: str
    rows: int
    slack: float | None
    tightest: str
    breaches: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proof:
    """Result of the independent check: every rule, every money term, every mismatch."""

    ok: bool
    objective: float | None
    rules: tuple[RuleProof, ...] = ()
    money: Mapping[str, float] = field(default_factory=dict)
    mismatches: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shift:
    """What one step less and one step more of a limit is worth.

    Attributes:
        parameter: the limit as a path that `--set` takes, `channels.phone.capacity[2028]`.
        title: the limit in a few words.
        unit: of `value`, `used` and `step`.
        value: the limit now.
        used: how much of it the plan uses, None where that has no meaning.
        step: size of one step, > 0.
        less: change of the objective with one step less, None where not known.
        less_known: how `less` is known.
        more: change of the objective with one step more.
        more_known: how `more` is known.
        dual: change of the objective per unit by the linear program, None where it has none.
        noise: how far `less` and `more` may be off because solves stop at a gap, >= 0.
        note: anything the reader should know.
    """

    parameter: str
    title: str
    unit: str
    value: float
    used: float | None
    step: float
    less: float | None
    less_known: Known
    more: float | None
    more_known: Known
    dual: float | None
    noise: float = 0.0
    note: str = ""

    @property
    def disagrees(self) -> bool:
        """Whether the LP dual tells another story than an exact re-solve, by more than 1 %."""
        if self.dual is None:
            return False
        sides = ((self.less, self.less_known, -1.0), (self.more, self.more_known, 1.0))
        for exact, known, sign in sides:
            if exact is None or known != "re-solved":
                continue
            foretold = sign * self.dual * self.step
            room = max(0.01 * max(abs(exact), abs(foretold)), self.noise, 0.01)
            if not math.isclose(exact, foretold, rel_tol=0.0, abs_tol=room):
                return True
        return False


SENSITIVITY_COLUMNS = (
    "parameter",
    "title",
    "unit",
    "value",
    "used",
    "step",
    "less",
    "less_known",
    "more",
    "more_known",
    "dual",
    "disagrees",
    "noise",
    "note",
)


def sensitivity_row(shift: Shift) -> tuple[Any, ...]:
    """Return a shift as a row of sensitivity.csv."""
    return tuple(getattr(shift, column) for column in SENSITIVITY_COLUMNS)
