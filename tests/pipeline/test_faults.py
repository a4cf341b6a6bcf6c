"""A solver that lies, fails or stops early never yields a wrong plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from channelopt import pipeline
from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends import registry
from channelopt.backends.base import (
    Can,
    Limits,
    Listener,
    Outcome,
    Reason,
    Stop,
    Termination,
)
from channelopt.backends.highs import Highs
from channelopt.errors import CheckFailedError, NoPlanError, UsageError
from channelopt.pipeline import SolveOptions
from channelopt.pipeline import rounds as rounds_module
from channelopt.pipeline import solving as solving_module
from tests.rules import cases

Twist = Callable[[MatrixProblem, Outcome], Outcome]
QUIET = SolveOptions(solver="fake", sensitivity_seconds=0, isolate=False)


class Twisted:
    """HiGHS, whose integer answers are twisted on their way out."""

    name: ClassVar[str] = "fake"
    can: ClassVar[frozenset[Can]] = Highs.can

    def __init__(self, twist: Twist) -> None:
        self.twist = twist

    def unavailable(self) -> str | None:
        return None

    def version(self) -> str:
        return "0"

    def refuses(self, problem: MatrixProblem) -> str | None:
        return None

    def solve(
        self,
        problem: MatrixProblem,
        limits: Limits,
        start: Floats | None = None,
        listen: Listener | None = None,
    ) -> Outcome:
        outcome = Highs().solve(problem, limits, start, listen)
        return self.twist(problem, outcome) if problem.integer.any() else outcome


@pytest.fixture
def twisted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Twist], None]:
    """Make the solver called `fake` the twisted one."""
    real = registry.get

    def install(twist: Twist) -> None:
        backend = Twisted(twist)
        monkeypatch.setattr(
            solving_module.registry, "get", lambda name: backend if name == "fake" else real(name)
        )

    return install


def optimal(outcome: Outcome, x: Floats | None, bound: float | None = None) -> Outcome:
    return replace(
        outcome,
        termination=Termination(Reason.OPTIMAL),
        x=x,
        bound=outcome.bound if bound is None else bound,
    )


LIES: dict[str, Twist] = {
    "values that break rows": lambda p, o: optimal(o, np.asarray(o.x) * 0.5),
    "nothing at all": lambda p, o: optimal(o, None),
    "not a number": lambda p, o: optimal(o, np.full(p.num_columns, np.nan)),
    "too few values": lambda p, o: optimal(o, np.asarray(o.x)[:-1]),
    "a bound below its own plan": lambda p, o: optimal(o, o.x, bound=-1e9),
    "a bound that is not a number": lambda p, o: optimal(o, o.x, bound=float("nan")),
    "half an open channel": lambda p, o: optimal(o, np.where(p.integer, 0.5, np.asarray(o.x))),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_solver_yields_no_plan(
    lie: str, twisted: Callable[[Twist], None], tmp_path: Path
) -> None:
    twisted(LIES[lie])
    out = tmp_path / "run"
    with pytest.raises(CheckFailedError, match=r"cannot be trusted|rejects the plan"):
        pipeline.run(cases.binding("staff"), QUIET, out)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_objective_is_not_believed(twisted: Callable[[Twist], None]) -> None:
    """The plan's figures come from the plan, whatever the solver says it is worth."""
    honest = pipeline.solve(cases.binding("staff"), replace(QUIET, solver="highs"))
    twisted(lambda p, o: replace(o, objective=1e12, bound=2e12))
    plan = pipeline.solve(cases.binding("staff"), QUIET)
    assert plan.objective == pytest.approx(honest.objective)
    assert plan.status == "feasible", "a bound that proves nothing is not called optimal"


def test_a_crash_is_no_plan(twisted: Callable[[Twist], None]) -> None:
    twisted(lambda p, o: Outcome(Termination(Reason.FAILED, detail="segmentation fault")))
    plan = pipeline.solve(cases.binding("staff"), QUIET)
    assert plan.status == "no_solution"
    assert plan.objective is None
    assert any("segmentation fault" in warning for warning in plan.warnings)


def test_a_stopped_solver_is_never_called_optimal(twisted: Callable[[Twist], None]) -> None:
    stopped = Termination(Reason.FEASIBLE, Stop.INTERRUPT)
    twisted(lambda p, o: replace(o, termination=stopped, bound=o.bound * 1.5))
    plan = pipeline.solve(cases.binding("staff"), QUIET)
    assert plan.status == "feasible"
    assert plan.gap is not None
    assert plan.gap > 0.1


def test_a_formulation_without_a_rule_fails_the_check(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Were the program wrong, the independent check would stop the plan."""
    real = rounds_module.formulate
    monkeypatch.setattr(
        rounds_module,
        "formulate",
        lambda n, policies, stairs: real(n, policies, without=("capacity",), stairs=stairs),
    )
    options = replace(QUIET, solver="highs")
    with pytest.raises(CheckFailedError, match="capacity: phone"):
        pipeline.run(cases.binding("capacity"), options, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_solver_is_named() -> None:
    with pytest.raises(UsageError, match="did you mean 'highs'"):
        pipeline.solve(cases.binding("staff"), replace(QUIET, solver="hihgs"))


def test_a_missing_solver_is_said(
    twisted: Callable[[Twist], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    twisted(lambda p, o: o)
    monkeypatch.setattr(Twisted, "unavailable", lambda self: "its library is not installed")
    with pytest.raises(NoPlanError, match="its library is not installed"):
        pipeline.solve(cases.binding("staff"), QUIET)
