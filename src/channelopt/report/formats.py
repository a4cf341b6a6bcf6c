"""Formats: what a report can be written as."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from channelopt.errors import UsageError, nearest
from channelopt.plan.report_files import FILES
from channelopt.report.document import Chart, Document
from channelopt.report.evidence import Evidence

PICTURES = ("svg", "png")
NAMES = (*FILES, *PICTURES)
"""Every format."""
USUAL = ("html", "xlsx", "md")
"""What is written where nobody asks for formats; they need no extra."""
NOT_MADE: Mapping[str, tuple[frozenset[str], str]] = {
    "run": (frozenset(), ""),
    "list": (frozenset({"pptx"}), "lists; html, xlsx, md, pdf, svg and png are"),
}
"""By kind of results, formats that are not made of them, and of what they are not made."""
OTHERS = (
    frozenset({"xlsx", "pptx"}),
    "comparisons and sweeps, which write a workbook of their own; html, md, pdf, svg and png are",
)
"""The same for all other results."""


@dataclass(frozen=True)
class Subject:
    """What is reported.

    Attributes:
        document: the report.
        evidence: what is behind it, for plans.
        book: writes the workbook of what is no plan, where there is one.
        pictures: charts that are drawn already, by name; one drawing serves all formats.
    """

    document: Document
    evidence: Evidence | None = None
    book: Callable[[], bytes] | None = None
    pictures: dict[str, str] = field(default_factory=dict)

    def svg(self, chart: Chart) -> str:
        """Return a chart of the document as an `svg` element."""
        if chart.name not in self.pictures:
            from channelopt.report import drawing

            self.pictures[chart.name] = drawing.svg(chart)
        return self.pictures[chart.name]


def chosen(wanted: Sequence[str], *, kind: str = "run") -> tuple[str, ...]:
    """Return the formats that are asked for, each once, in the order of `NAMES`.

    Args:
        wanted: names, several of them also with commas between; none means the usual ones.
        kind: of results: `run`, `list`, or others, which have a workbook already.

    Raises:
        UsageError: a format is not known, or not made of such results; names all of them.
    """
    asked = [name.strip().lower() for text in wanted for name in text.split(",")]
    unknown = [name for name in asked if name not in NAMES]
    if unknown:
        hint = nearest(unknown[0], NAMES) or f"formats: {', '.join(NAMES)}"
        raise UsageError(f"--format: there is no format '{', '.join(unknown)}'; {hint}")
    refused, why = NOT_MADE.get(kind, OTHERS)
    found = set(asked) or {*USUAL} - refused
    if found & refused:
        raise UsageError(f"--format: {', '.join(sorted(found & refused))} is not made of {why}")
    return tuple(name for name in NAMES if name in found)


def file_of(subject: Subject, name: str) -> bytes:
    """Return a report in one of the formats with a file of its own.

    Raises:
        UsageError: the library for it is not installed; says what to install.
    """
    return _WRITERS[name](subject)


def charts_of(subject: Subject, formats: Sequence[str]) -> dict[str, bytes]:
    """Return the charts as files, by name; none where no format of pictures is asked for."""
    made: dict[str, bytes] = {}
    for chart in subject.document.charts() if set(PICTURES) & set(formats) else ():
        picture = subject.svg(chart)
        if "svg" in formats:
            made[f"{chart.name}.svg"] = f"{picture}\n".encode()
        if "png" in formats:
            from channelopt.report import drawing

            made[f"{chart.name}.png"] = drawing.png(picture)
    return made


def _html(subject: Subject) -> bytes:
    from channelopt.report.html import html

    return html(subject.document, subject.svg).encode()


def _markdown(subject: Subject) -> bytes:
    from channelopt.report.markdown import render

    return render(subject.document).encode()


def _pdf(subject: Subject) -> bytes:
    from channelopt.report.pdf import pdf

    return pdf(subject.document, subject.svg)


def _workbook(subject: Subject) -> bytes:
    if subject.book is not None:
        return subject.book()
    from channelopt.report.book.book import workbook_of

    return workbook_of(_evidence(subject))


def _slides(subject: Subject) -> bytes:
    from channelopt.report.slides import slides

    return slides(_evidence(subject), subject.document)


def _evidence(subject: Subject) -> Evidence:
    if subject.evidence is None:
        raise UsageError("this format is made of runs only")
    return subject.evidence


_WRITERS: Mapping[str, Callable[[Subject], bytes]] = {
    "html": _html,
    "xlsx": _workbook,
    "pdf": _pdf,
    "pptx": _slides,
    "md": _markdown,
}
