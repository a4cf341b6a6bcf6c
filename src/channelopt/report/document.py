"""Document: a report without a format, as data; renderers turn it into files.

All text is plain: what a renderer would take for markup is its business to escape.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from channelopt.report.shapes import Shape

SectionPart = Literal["decision", "evidence", "appendix"]


@dataclass(frozen=True)
class Paragraph:
    """Sentences."""

    kind: ClassVar = "paragraph"
    text: str


@dataclass(frozen=True)
class Note:
    """Sentences that a reader must not overlook."""

    kind: ClassVar = "note"
    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    kind: ClassVar = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Commands:
    """Lines to type into a terminal."""

    kind: ClassVar = "commands"
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table in a report."""

    title: str
    align: Literal["left", "right"] = "right"


@dataclass(frozen=True)
class Value:
    """A number in a table: as the reader sees it, and as it is, to sort and to check by."""

    text: str
    number: float | None

    def __str__(self) -> str:
        """Return the text, so that renderers treat all cells alike."""
        return self.text


Cell = str | Value


@dataclass(frozen=True)
class Grid:
    """A table in a report.

    Attributes:
        columns: from left to right.
        rows: all of them; a renderer that has no room for all says how many it left out and
            names `source`.
        title: caption.
        source: the files that its numbers come from, `segments.csv`; for a reader who checks.
        foot: a row of totals below the others, which sorting leaves where it is.
    """

    kind: ClassVar = "grid"
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    source: str = ""
    foot: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A key figure as a tile: the plan large, today and the change below it."""

    label: str
    value: Value
    today: Value | None = None
    change: str = ""
    is_better: bool | None = None


@dataclass(frozen=True)
class Figures:
    """A row of key figures.

    Attributes:
        items: from left to right.
        source: the files that their numbers come from.
        whose: what they are of, where tiles become a table; empty for a plan.
    """

    kind: ClassVar = "figures"
    items: tuple[Figure, ...]
    source: str = "plan.json"
    whose: str = ""


@dataclass(frozen=True)
class Chart:
    """A picture of numbers.

    Attributes:
        name: unique in the document, letters, digits and `-`; also the name of its file.
        title: what it shows.
        insight: one sentence, written from the numbers: what a reader should take from it.
        alt: what somebody who does not see it needs to know: kind of picture, axes, extremes.
        shape: what is drawn.
        source: the files that its numbers come from.
        table: its numbers, for those who want to read or to check them.
    """

    kind: ClassVar = "chart"
    name: str
    title: str
    insight: str
    alt: str
    shape: Shape
    source: str = ""
    table: Grid | None = None


@dataclass(frozen=True)
class Term:
    """A word and what it means."""

    word: str
    meaning: str


@dataclass(frozen=True)
class Terms:
    """A glossary."""

    kind: ClassVar = "terms"
    items: tuple[Term, ...]


@dataclass(frozen=True)
class Formula:
    """A formula with its name and its meaning.

    Attributes:
        name: of the rule or of the quantity.
        text: what it says in words.
        latex: the formula; empty where words are all there is.
    """

    name: str
    text: str
    latex: str = ""


@dataclass(frozen=True)
class Formulas:
    """Formulas of a method page."""

    kind: ClassVar = "formulas"
    items: tuple[Formula, ...]


Block = Paragraph | Note | Bullets | Commands | Grid | Figures | Chart | Terms | Formulas


@dataclass(frozen=True)
class Section:
    """A part of a report with a title of its own.

    Attributes:
        title: its heading.
        blocks: from top to bottom.
        part: the decision stands on page one; the evidence follows; the appendix is for checking.
    """

    title: str
    blocks: tuple[Block, ...]
    part: SectionPart = "evidence"


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes:
        title: of the scenario, or of what is compared.
        sections: decision first, then evidence, then appendix.
        subtitle: what kind of report it is, for example "Channel plan 2027 to 2029".
        closing: manifest and verification in one line, on every page where a format has pages.
        locale: of its texts and numbers, `en`, `de_DE`.
    """

    title: str
    sections: tuple[Section, ...]
    subtitle: str = ""
    closing: str = ""
    locale: str = "en"

    def charts(self) -> Iterator[Chart]:
        """Yield the charts of all sections in their order."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Chart):
                    yield block
