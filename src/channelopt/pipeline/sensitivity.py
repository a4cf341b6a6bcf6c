"""The sensitivity report: analyse a scenario or a run, and write what was found beside the plan."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from channelopt.analysis.findings import Findings
from channelopt.analysis.study import Wishes
from channelopt.errors import CheckFailedError, UsageError
from channelopt.instance.canonical import digest
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline.analyses import chosen, findings
from channelopt.pipeline.journal import Journal
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.runs import differences, options_of, write
from channelopt.pipeline.study import Ways, studied
from channelopt.plan import folder, sensitivity_folder
from channelopt.plan.plan import Plan
from channelopt.report.sensitivity import summary


@dataclass(frozen=True)
class Order:
    """What is to be analysed, and how.

    Attributes:
        wishes: how to ask.
        only: names of analyses, none for all.
        ways: workers, time, who listens.
        news: hears which analysis begins.
    """

    wishes: Wishes = field(default_factory=Wishes)
    only: Collection[str] = ()
    ways: Ways = field(default_factory=Ways)
    news: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Subject:
    """A scenario, how it is solved, and the folder of its run."""

    instance: Instance
    options: SolveOptions
    run: Path


def sensitivity(
    instance: Instance, options: SolveOptions | None = None, order: Order | None = None
) -> Findings:
    """Solve an instance and analyse its plan.

    Args:
        instance: the scenario, from `channelopt.load`.
        options: how to solve it, and every change of it.
        order: what to analyse.

    Returns:
        Tables and sentences of every analysis.

    Raises:
        NoAnswerError: there is no plan to analyse.
        UsageError: there is no analysis of a name.
    """
    order = order or Order()
    analyses = chosen(order.only, order.wishes)
    with studied(instance, options, order.ways) as study:
        return findings(study, order.wishes, analyses, order.news)


def read_run(run: Path) -> Subject:
    """Return what a run folder holds, with the options it was solved with.

    Raises:
        InputError: the folder is damaged.
        UsageError: it holds no solved plan.
    """
    manifest = folder.read_manifest(run)
    if manifest.get("solver") is None:
        raise UsageError(f"{run} holds no solved plan that could be analysed")
    return Subject(from_data(manifest["scenario"]), options_of(manifest), run)


def is_run(path: Path) -> bool:
    """Whether a path is a run folder rather than a scenario."""
    return folder.is_run(path)


def analyse_run(subject: Subject, order: Order, *, force: bool, resume: bool) -> Findings:
    """Analyse a scenario and write the analysis into its run folder, whole or not at all.

    Args:
        subject: the scenario; its run is made where there is none, and kept where it holds this
            very plan.
        order: what to analyse.
        force: replace an earlier analysis, and a run of another scenario.
        resume: go on with the answers of an earlier analysis.

    Returns:
        What was found.

    Raises:
        UsageError: the folder is not free, or there is no analysis of a name.
        CheckFailedError: the run holds another plan than the one that is found now.
        NoAnswerError: there is no plan to analyse.
        OutputError: the disk refused.
    """
    instance, run = subject.instance, subject.run
    analyses = chosen(order.only, order.wishes)
    there = _there(instance, run)
    sensitivity_folder.check_free(run, replace=force or resume)
    if there is None:
        folder.check_target(run, force=force)
    answers = run / sensitivity_folder.ANSWERS
    if not resume:
        answers.unlink(missing_ok=True)
    ways = replace(order.ways, journal=Journal(answers))
    with studied(instance, subject.options, ways) as study:
        _keep_run(study.plan, there, run, force=force)
        found = findings(study, order.wishes, analyses, order.news)
    data = {result.name: found.of(result) for result in found.results}
    manifest = {
        "format": 1,
        "digest": digest(instance.resolved),
        "objective": found.plan.objective,
        "wishes": asdict(order.wishes),
        "analyses": [one.name for one in analyses],
        "unproven": found.unproven,
    }
    sensitivity_folder.write(run, list(found.tables.values()), data, summary(found), manifest)
    return found


def _there(instance: Instance, run: Path) -> Plan | None:
    """Return the plan of a run folder where it is one of this scenario."""
    if not is_run(run):
        return None
    written = folder.read(run)
    same = written.manifest.get("digest") == digest(instance.resolved)
    return written if same and written.has_answer else None


def _keep_run(plan: Plan, there: Plan | None, run: Path, *, force: bool) -> None:
    """Write the run where there is none; else make sure that its plan is the one analysed."""
    if there is None:
        write(plan, run, force=force)
        return
    found = differences(there, plan)
    if found and not force:
        raise CheckFailedError(
            f"the plan in {run} is not the one that is found now ({found[0]}); solve it again, or "
            "--force to replace it"
        )
    if found:
        write(plan, run, force=True)
