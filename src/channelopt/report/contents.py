"""The report of a plan: which sections it has."""

from __future__ import annotations

from channelopt.plan.plan import Plan
from channelopt.report.document import Document, Section
from channelopt.report.sections import (
    decision,
    limits,
    outages,
    remarks,
    service,
    treatments,
    upgrades,
    waiting,
    worth,
)


def document(plan: Plan) -> Document:
    """Return the report of a plan as data.

    A plan without an answer has only what is known: why there is none, and the remarks.
    """
    sections: list[Section | None] = [decision.decision(plan)]
    if plan.has_answer:
        sections += [
            decision.key_figures(plan),
            service.allocation(plan),
            service.channels(plan),
            treatments.bundles(plan),
            service.staff(plan),
            waiting.waiting(plan),
            upgrades.upgrades(plan),
            treatments.metrics(plan),
            worth.money_terms(plan),
            limits.binding(plan),
            limits.sensitivity(plan),
            outages.outages(plan),
            remarks.today(plan),
        ]
    sections += [remarks.remarks(plan), remarks.checking(plan)]
    return Document(plan.names.scenario, tuple(part for part in sections if part is not None))
