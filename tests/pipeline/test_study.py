"""A study: what is asked of it, solved side by side, once, within its time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from channelopt.analysis.levers import levers
from channelopt.analysis.study import Answer, Question
from channelopt.backends.base import Limits
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data, load
from channelopt.model.formulate import Model
from channelopt.pipeline import SolveOptions, solve
from channelopt.pipeline.digest import digest
from channelopt.pipeline.journal import Journal
from channelopt.pipeline.study import Asking, NoAnswerError, Ways, studied
from channelopt.terms.choice import Choice

HERE = SolveOptions(isolate=False, sensitivity_seconds=0)
SEGMENTS = {"young": {"customers": 1000, "margin": 40}, "old": {"customers": 500, "margin": 90}}
DATA = {
    "format": 1,
    "objective": {"satisfaction_weight": 0.3},
    "segments": SEGMENTS,
    "interactions": {"advice": {}},
    "channels": {
        "web": {"satisfaction": 0.5, "unit_cost": 1, "touch": "low"},
        "phone": {"satisfaction": 0.9, "unit_cost": 6, "capacity": 700, "touch": "high"},
        "branch": {"satisfaction": 1.0, "unit_cost": 9, "fixed_cost": 900, "touch": "high"},
    },
    "tables": {"contacts_per_customer": [{"value": 1}]},
    "policies": [{"name": "costs", "type": "budget", "at_most": 6000}],
}


@pytest.fixture(scope="module")
def instance() -> Instance:
    return from_data(DATA)


@pytest.fixture(scope="module")
def study(instance: Instance) -> Iterator[Asking]:
    with studied(instance, HERE) as found:
        yield found


def changes(instance: Instance) -> list[Instance]:
    steps = [(one, sign * one.step) for one in levers(instance) for sign in (-1, 1)]
    return [moved for one, step in steps if (moved := one.moved(instance, step)) is not None]


def test_answers_are_those_of_separate_solves(study: Asking, instance: Instance) -> None:
    asked = changes(instance)
    assert len(asked) >= 4
    answers = study.ask([Question(one, wants_choice=True) for one in asked])
    for one, answer in zip(asked, answers, strict=True):
        plan = solve(one, HERE)
        assert answer.proven
        assert answer.objective == pytest.approx(plan.objective, rel=1e-9)
        assert answer.choice is not None
        whole = study.planned(one, answer.choice)
        assert whole.verification is not None
        assert whole.verification.ok
        assert whole.objective == pytest.approx(answer.objective, rel=1e-9)


@pytest.mark.slow
def test_side_by_side_says_the_same(instance: Instance) -> None:
    asked = [Question(one) for one in changes(instance)]
    with studied(instance, HERE) as one_by_one:
        expected = one_by_one.ask(asked)
    options = SolveOptions(sensitivity_seconds=0)
    with studied(instance, options, Ways(workers=3)) as together:
        assert together.ask(asked) == expected


def test_an_equal_question_is_solved_once(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with studied(instance, HERE) as study:
        solved = []
        answered = study._answered

        def counted(*both: object) -> Answer:
            solved.append(both)
            return answered(*both)  # type: ignore[arg-type]

        monkeypatch.setattr(study, "_answered", counted)
        again = from_data(DATA)
        first = study.ask([Question(instance), Question(again), Question(again)])
        assert len(solved) == 1
        assert first == study.ask([Question(again)]) * 3
        assert len(solved) == 1
        study.ask([Question(instance, wants_choice=True)])
        assert len(solved) == 2


def test_a_contradiction_is_an_answer(study: Asking, instance: Instance) -> None:
    [answer] = study.ask([Question(from_data(DATA, [("set", "policies.costs.at_most=10")]))])
    assert answer == Answer(None, None, infeasible=True)
    assert answer.known == "infeasible"


def test_without_time_nothing_is_solved(study: Asking, instance: Instance) -> None:
    changed = from_data(DATA, [("set", "channels.web.unit_cost=1.5")])
    with study.within(0):
        assert study.left() == 0
        [answer] = study.ask([Question(changed)])
        assert answer.known == "not solved"
        assert study.hold(changed) is None
    assert study.left() == float("inf")
    [answer] = study.ask([Question(changed)])
    assert answer.known == "re-solved"


def test_inner_times_never_lengthen_outer_ones(study: Asking) -> None:
    with study.within(5), study.within(100):
        assert study.left() <= 5


def test_who_stops_gets_no_further_answers(instance: Instance) -> None:
    stop = False

    with studied(instance, HERE, Ways(is_asked=lambda: stop)) as study:
        assert study.left() > 0
        stop = True
        assert study.left() == 0
        [answer] = study.ask([Question(instance.with_(policies=()))])
        assert answer.known == "not solved"


class Ceiling:
    """Fewer first contacts of one channel than the plan has."""

    key = "phone at most 300"

    def apply(self, model: Model) -> Model:
        d = model.decisions
        phone = d.cells.code("channel") == model.numbers.channels.index("phone")
        problem = model.problem
        row = np.zeros((1, problem.num_columns))
        row[0, : d.first.matrix.shape[1]] = phone.astype(float) @ d.first.matrix.toarray()
        from scipy import sparse

        more = sparse.csr_array(sparse.vstack([problem.A, row], format="csr"))
        sides = (np.append(problem.row_lower, -np.inf), np.append(problem.row_upper, 300.0))
        changed = problem.with_(A=more, row_lower=sides[0], row_upper=sides[1])
        return Model(model.numbers, d, changed, model.labels, model.owners)


def test_a_shape_changes_the_program(study: Asking, instance: Instance) -> None:
    policy = {"name": "phone", "type": "volume", "channels": ["phone"], "at_most": 300}
    same = from_data(DATA | {"policies": [*DATA["policies"], policy]})  # type: ignore[misc]
    shaped, plain = study.ask([Question(instance, Ceiling()), Question(same)])
    assert shaped.objective == pytest.approx(plain.objective)
    assert shaped.objective != pytest.approx(study.best.objective)


def test_a_scenario_without_a_plan_cannot_be_studied() -> None:
    none = from_data(DATA, [("set", "policies.costs.at_most=10")])
    with pytest.raises(NoAnswerError) as error, studied(none, HERE):
        pass
    assert error.value.plan.status == "infeasible"


# ---- the journal


def test_answers_survive_an_interruption(instance: Instance, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    asked = [Question(one, wants_choice=True) for one in changes(instance)]
    with studied(instance, HERE, Ways(journal=Journal(path))) as study:
        expected = study.ask(asked)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], lines[-1][:40]]) + "\n")
    with studied(instance, HERE, Ways(journal=Journal(path))) as study:
        with study.within(0):
            answers = study.ask(asked)
        assert sum(answer.known == "not solved" for answer in answers) == 1
        for answer, known in zip(answers, expected, strict=True):
            if answer.objective is not None:
                assert answer.objective == known.objective
                assert isinstance(answer.choice, Choice)
                assert isinstance(known.choice, Choice)
                assert np.array_equal(answer.choice.first_contacts, known.choice.first_contacts)
        study.ask(asked)
    assert len(path.read_text().splitlines()) == len(lines) + 1


def test_only_what_is_proven_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    journal = Journal(path)
    journal.keep("a", Answer(1.0, 2.0))
    journal.keep("b", Answer(1.0, 1.0, proven=True))
    journal.keep("c", Answer(None, None, infeasible=True))
    again = Journal(path)
    assert len(again) == 2
    assert again.find("a", wants_choice=False) is None
    assert again.find("b", wants_choice=False) == Answer(1.0, 1.0, proven=True)
    assert again.find("b", wants_choice=True) is None
    assert again.find("c", wants_choice=True) == Answer(None, None, infeasible=True)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "null",
        "[1]",
        json.dumps({"key": "x"}),
        json.dumps(
            {
                "key": "x",
                "objective": 1.0,
                "bound": 1.0,
                "infeasible": False,
                "proven": True,
                "choice": "bm90IGEgemlw",
            }
        ),
    ],
)
def test_a_damaged_line_is_passed_over(tmp_path: Path, line: str) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(line + "\n")
    assert len(Journal(path)) == 0


# ---- equal questions


def test_every_number_counts(instance: Instance) -> None:
    limits = Limits()
    keys = {digest(Question(one), "highs", limits) for one in [instance, *changes(instance)]}
    assert len(keys) == 1 + len(changes(instance))
    same = digest(Question(from_data(DATA)), "highs", limits)
    assert same == digest(Question(instance), "highs", limits)
    others = [
        digest(Question(instance, gap=0.1), "highs", limits),
        digest(Question(instance, Ceiling()), "highs", limits),
        digest(Question(instance), "mathopt:scip", limits),
        digest(Question(instance), "highs", Limits(seed=1)),
    ]
    assert len({same, *others}) == 5


@pytest.mark.slow
def test_memory_stays_flat_over_many_questions() -> None:
    import resource

    instance = load(Path(__file__).parents[2] / "scenarios" / "quickstart")

    def ask(study: Asking, first: int, count: int) -> int:
        for k in range(first, first + count):
            study.ask([Question(from_data_scaled(instance, 1 + k * 1e-6))])
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with studied(instance, HERE) as study:
        before = ask(study, 0, 100)
        began = time.monotonic()
        after = ask(study, 100, 300)
        assert time.monotonic() > began
    assert after - before < 30_000, "kilobytes"


def from_data_scaled(instance: Instance, factor: float) -> Instance:
    n = instance.numbers
    return instance.with_(numbers=n.with_(margin=n.margin * factor))
