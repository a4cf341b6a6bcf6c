"""Document: a report without a format, as data; renderers turn it into files.

All text is plain: what a renderer would take for markup is its business to escape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal


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
class Grid:
    """A table in a report: cells are text as the reader sees it."""

    kind: ClassVar = "grid"
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Note | Bullets | Commands | Grid


@dataclass(frozen=True)
class Section:
    """A part of a report with a title of its own."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A report."""

    title: str
    sections: tuple[Section, ...]
