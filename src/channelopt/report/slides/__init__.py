"""Slides: the decision for a steering meeting, as PowerPoint with charts that can be edited."""

from __future__ import annotations

import importlib.util

from channelopt.errors import UsageError
from channelopt.report.document import Document
from channelopt.report.evidence import Evidence


def check_pptx() -> None:
    """Say early that slides cannot be written here.

    Raises:
        UsageError: python-pptx is not installed.
    """
    if importlib.util.find_spec("pptx") is None:
        raise UsageError("--format pptx needs python-pptx: pip install 'channelopt[pptx]'")


def slides(evidence: Evidence, document: Document) -> bytes:
    """Return five slides for a steering meeting, in the language of now.

    A plan without an answer has the first and the last. Equal input gives equal bytes; the file
    carries a date only if `SOURCE_DATE_EPOCH` is set.

    Args:
        evidence: the plan and what analyses found.
        document: its report, whose charts are drawn again as charts of PowerPoint.

    Raises:
        UsageError: python-pptx is not installed.
    """
    check_pptx()
    from channelopt.report.slides.deck import Deck
    from channelopt.report.slides.stories import tell

    tell(deck := Deck(document), evidence, document)
    return deck.content()
