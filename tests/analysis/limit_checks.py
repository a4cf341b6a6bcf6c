"""What the tests of limits and rules share: studies of small scenarios, separate solves."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume

from channelopt.analysis.study import Answer, Question, Result, Study
from channelopt.errors import InputError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.study import NoAnswerError, Ways, studied
from channelopt.plan.table import Cell
from tests.reference import model
from tests.reference.loading import loaded
from tests.strategies import Data

QUICK = SolveOptions(sensitivity_seconds=0, isolate=False, ties=False)
Row = dict[str, Cell]


@contextmanager
def study_of(instance: Instance, seconds: float | None = None) -> Iterator[Study | None]:
    """Study a scenario in this process; None where it has no plan."""
    try:
        with studied(instance, QUICK, Ways(seconds=seconds)) as study:
            yield study
    except NoAnswerError:
        yield None


def solvable(data: Data) -> Instance:
    """Load a random scenario; one without a plan is not what the tests are about."""
    instance = loaded(data)
    assume(instance is not None)
    assert instance is not None
    assume(model.solve(instance.numbers, instance.policies).status == "optimal")
    return instance


def rows(result: Result, table: str) -> list[Row]:
    found = next(one for one in result.tables if one.name == table)
    return list(found.records())


def by_parameter(result: Result, table: str, **wanted: Cell) -> dict[str, Row]:
    """Rows of a table by parameter, of those that match."""
    return {
        str(row["parameter"]): row
        for row in rows(result, table)
        if all(row[key] == value for key, value in wanted.items())
    }


def agrees(row: Row, instance: Instance, before: float) -> None:
    """The reference, which shares no code with the package, gets the same effect."""
    answer = model.solve(instance.numbers, instance.policies)
    effect, at_most, known = row["effect"], row["at_most"], row["known"]
    if answer.status == "infeasible":
        assert known in {"infeasible", "not solved"}, row
        return
    true, room = answer.objective - before, 4e-6 * max(1.0, abs(before), abs(answer.objective))
    if known == "re-solved":
        assert effect == pytest.approx(true, abs=room), row
        return
    assert known in {"at least", "not solved"}, row
    assert effect is None or true >= float(effect) - room, row
    assert at_most is None or true <= float(at_most) + room, row


def set_in(data: Data, text: str) -> Instance | None:
    """Load a scenario with `--set`; None where reading refuses it."""
    try:
        return from_data(copy.deepcopy(data), steps=[("set", text)])
    except InputError:
        return None


class Counting:
    """A study that counts what it is asked."""

    def __init__(self, study: Study, spoil: Callable[[Answer], Answer] | None = None) -> None:
        self._study = study
        self._spoil = spoil
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._study, name)

    def ask(self, questions: list[Question]) -> list[Answer]:
        self.asked += len(questions)
        answers = self._study.ask(questions)
        return [self._spoil(answer) for answer in answers] if self._spoil else answers


def unproven(answer: Answer) -> Answer:
    """The answer of a solve that was cut off: its plan stands, its bound is wide."""
    if answer.objective is None:
        return Answer(None, None)
    return replace(answer, proven=False, bound=answer.objective + 1e6)
