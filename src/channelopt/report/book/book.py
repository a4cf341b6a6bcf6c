"""The workbook of a run: its tables, its analyses, its inputs, and formulas that recompute it."""

from __future__ import annotations

from channelopt.report.book.analyses import analysis_pages
from channelopt.report.book.inputs import input_pages
from channelopt.report.book.money import money_page, today_page
from channelopt.report.book.paper import Paper
from channelopt.report.book.plan_pages import plan_pages
from channelopt.report.book.recalculation.recalculation import recalculation
from channelopt.report.book.summary_page import summary_page
from channelopt.report.evidence import Evidence
from channelopt.report.speech import _


def workbook_of(evidence: Evidence) -> bytes:
    """Return the workbook (.xlsx) of a run in the language of now.

    Args:
        evidence: the run and its analyses.

    Returns:
        The content of the file; equal evidence in one language gives equal bytes.
    """
    plan = evidence.plan
    paper = Paper(plan.names.scenario, _closing(evidence))
    first = paper.page(_("Summary"))
    recomputed = False
    if plan.has_answer:
        today_page(paper, plan)
        plan_pages(paper, plan)
        money_page(paper, plan)
        analysis_pages(paper, evidence)
        recomputed = recalculation(paper, plan)
    input_pages(paper, plan)
    summary_page(first, paper, evidence, recomputed=recomputed)
    return paper.closed()


def _closing(evidence: Evidence) -> str:
    """Return what stands at the foot of printed pages: which scenario was solved."""
    digest = str(evidence.plan.manifest.get("digest", ""))[:12]
    return _("Scenario {digest}, written by channelopt").format(digest=digest) if digest else ""
