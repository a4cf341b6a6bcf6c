"""Plan against reality: a run's plan under another scenario, from held to made anew."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from channelopt.analysis.against.kept import Kept, has_room
from channelopt.analysis.against.ladder import Ladder, Rung, RungName, broken, tables
from channelopt.analysis.study import Answer, Question, Study
from channelopt.backends.isolated import Isolated
from channelopt.instance.canonical import digest as canonical_digest
from channelopt.instance.instance import Instance
from channelopt.pipeline.intact import Intact, intact
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.planning import outages, proof
from channelopt.pipeline.solving import Engines
from channelopt.pipeline.study import NoAnswerError, Ways, studied
from channelopt.plan import results_folder
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.follow import carried_on
from channelopt.plan.plan import Plan
from channelopt.plan.records import Known
from channelopt.plan.transfer import transfer
from channelopt.report.against import as_data, summary
from channelopt.terms.choice import Choice
from channelopt.verify.check import verify

KIND = "evaluation"
"""Of the folder of results."""


@dataclass(frozen=True)
class Request:
    """How a plan is held against a scenario.

    Attributes:
        options: solver, limits; no sensitivity is made.
        periods: by period of the scenario, the period of the run whose plan it takes; default by
            label, else by order.
        ways: workers, time, who listens.
    """

    options: SolveOptions = field(default_factory=SolveOptions)
    periods: Mapping[str, str] = field(default_factory=dict)
    ways: Ways = field(default_factory=Ways)


def held_against(instance: Instance, run: Path, request: Request | None = None) -> Ladder:
    """Hold the plan of a run under another scenario, and see what changing it would recover.

    Args:
        instance: the scenario as it turned out.
        run: folder of the plan's run.
        request: how.

    Returns:
        The ladder: the plan held, with FTE that follow, with contacts re-allocated, with contacts
        and FTE chosen anew, and everything re-optimised; each with its profit and what it breaks.

    Raises:
        InputError: the run is damaged.
        UsageError: the run has no plan, or a period does not exist.
        CheckFailedError: the run was edited.
    """
    return ladder(instance, intact(run), request or Request())


def ladder(instance: Instance, run: Intact, request: Request) -> Ladder:
    """Return the ladder of a run that was read; see `held_against`."""
    moved = transfer(run.instance.numbers, run.choice, instance.numbers, request.periods)
    choices: dict[RungName, Choice] = {
        "held": carried_on(moved.position, instance.numbers, "held"),
        "staff_follows": carried_on(moved.position, instance.numbers, "follow"),
    }
    with _started(request.options) as engines:
        rungs = [
            judged(instance, _worked_out(instance, choice, engines), name, "no meaning")
            for name, choice in choices.items()
        ]
    options = replace(request.options, sensitivity_seconds=0)
    try:
        with studied(instance, options, request.ways) as study:
            rungs += _anew(study, instance, choices["held"])
    except NoAnswerError as error:
        rungs += _none(error.plan)
    return Ladder(instance, run.plan, tuple(rungs), moved.notes)


@contextlib.contextmanager
def _started(options: SolveOptions) -> Iterator[Engines]:
    """Solvers for what the independent check asks of emergencies, ended afterwards."""
    engines = Engines.start(options)
    try:
        yield engines
    finally:
        for engine in (engines.main, engines.prices):
            if isinstance(engine.backend, Isolated):
                engine.backend.close()


def _worked_out(instance: Instance, choice: Choice, engines: Engines) -> Plan:
    """Return decisions as a plan, whatever it breaks; checked by `judged`."""
    more = outages(instance, choice, engines)
    return assemble(instance, choice, Origin("evaluated"), None, more)


def judged(instance: Instance, plan: Plan, name: RungName, known: Known) -> Rung:
    """Check a plan on its own tables and return it as a rung."""
    found = verify(instance, plan.tables, plan.as_data())
    checked = plan.with_(verification=proof(found))
    return Rung(name, known, checked, broken(found), found.mismatches)


def _anew(study: Study, instance: Instance, held: Choice) -> list[Rung]:
    """Return the rungs on which something is chosen anew, all of them within the rules."""
    asked: dict[RungName, Question] = {
        "contacts_and_staff": Question(instance, Kept(held, staff=False), wants_choice=True)
    }
    if has_room(instance.numbers, held):
        kept = Kept(held, staff=True)
        asked = {"contacts_move": Question(instance, kept, wants_choice=True), **asked}
    answers = dict(zip(asked, study.ask(list(asked.values())), strict=True))
    impossible = Answer(None, None, infeasible=True)
    names: tuple[RungName, ...] = ("contacts_move", "contacts_and_staff")
    rungs = [_answered(study, instance, name, answers.get(name, impossible)) for name in names]
    return [*rungs, judged(instance, study.plan, "reoptimised", study.best.known)]


def _answered(study: Study, instance: Instance, name: RungName, answer: Answer) -> Rung:
    if answer.choice is None:
        return Rung(name, answer.known)
    return judged(instance, study.planned(instance, answer.choice), name, answer.known)


def _none(plan: Plan) -> list[Rung]:
    """Return the rungs of a scenario without a plan: what no plan obeys, no part of one does."""
    known: Known = "infeasible" if plan.status == "infeasible" else "not solved"
    names: tuple[RungName, ...] = ("contacts_move", "contacts_and_staff", "reoptimised")
    return [Rung(name, known) for name in names]


def write(found: Ladder, run: Path, request: Request, folder: Path) -> Path:
    """Write a ladder whole or not at all; see `plan.results_folder`.

    Raises:
        OutputError: the disk refused.
    """
    manifest = {
        "scenario": canonical_digest(found.instance.resolved),
        "applied": list(found.instance.applied),
        "run": run.name,
        "plan": found.own.manifest.get("digest"),
        "options": request.options.as_data(),
        "periods": dict(request.periods),
    }
    data = {"evaluation": as_data(found)}
    results = results_folder.Results(KIND, tables(found), summary(found), manifest, data)
    return results_folder.write(folder, results)
