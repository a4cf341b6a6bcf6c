"""The report of a plan: which sections it has, in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from channelopt.report.document import Document, Note, Section, SectionPart
from channelopt.report.evidence import Evidence
from channelopt.report.figures import enumerate_words
from channelopt.report.sections import (
    assumptions,
    decision,
    failure,
    glossary,
    limits,
    loads,
    method,
    moves,
    outages,
    picture,
    remarks,
    satisfaction,
    sensitivity_alternatives,
    sensitivity_frontier,
    sensitivity_futures,
    sensitivity_limits,
    sensitivity_ranges,
    sensitivity_rules,
    sensitivity_tornado,
    sensitivity_why,
    staffing,
    timeline,
    today,
    touch,
    treatments,
    upgrades,
    waiting,
    worth,
)
from channelopt.report.speech import _, current


def document(evidence: Evidence) -> Document:
    """Return the report of a plan as data, in the language of now.

    A plan without an answer has only what is known: why there is none, and the remarks.
    """
    plan = evidence.plan
    parts = [
        *_as("decision", [_edited(evidence), decision.decision(plan)]),
        *(_answered(evidence) if plan.has_answer else ()),
        *_as(
            "appendix",
            [
                assumptions.assumptions(evidence),
                method.method(evidence) if plan.has_answer else None,
                glossary.glossary(evidence) if plan.has_answer else None,
                remarks.remarks(plan),
                remarks.checking(plan),
            ],
        ),
    ]
    return Document(
        plan.names.scenario,
        tuple(parts),
        closing=remarks.closing(plan),
        locale=str(current().locale),
    )


def _edited(evidence: Evidence) -> Section | None:
    """Return what a reader must know first: the run is not as it was written."""
    if not evidence.edited:
        return None
    text = _(
        "Files of this run were changed after it was written: {files}. "
        "This report shows what they hold now; `channelopt verify` says whether it holds together."
    ).format(files=enumerate_words(evidence.edited))
    return Section(_("Changed files"), (Note(text),))


def _answered(evidence: Evidence) -> list[Section]:
    plan = evidence.plan
    return [
        *_as("decision", [today.today(evidence)]),
        *_as(
            "evidence",
            [
                decision.key_figures(plan),
                picture.allocation(evidence),
                moves.moves(evidence),
                touch.touch(evidence),
                loads.channels(evidence),
                treatments.bundles(plan),
                staffing.staff(evidence),
                waiting.waiting(plan),
                satisfaction.satisfaction(evidence),
                failure.failure_demand(evidence),
                timeline.timeline(evidence),
                upgrades.upgrades(plan),
                treatments.metrics(plan),
                worth.money_terms(plan),
                limits.binding(plan),
                sensitivity_limits.marginal_values(evidence),
                sensitivity_rules.rules(evidence),
                sensitivity_tornado.tornado(evidence),
                sensitivity_ranges.ranges(evidence),
                sensitivity_frontier.frontiers(evidence),
                sensitivity_alternatives.alternatives(evidence),
                sensitivity_futures.futures(evidence),
                outages.outages(plan),
                sensitivity_why.why(evidence),
                remarks.today(plan),
            ],
        ),
    ]


def _as(part: SectionPart, sections: Iterable[Section | None]) -> list[Section]:
    return [replace(section, part=part) for section in sections if section is not None]
