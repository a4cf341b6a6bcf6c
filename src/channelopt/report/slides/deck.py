"""A deck under construction: slides with title, footer, notes, texts, tiles and tables."""

from __future__ import annotations

import io
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from channelopt.plan.markup import visible
from channelopt.report.document import Document
from channelopt.report.slides import look
from channelopt.report.slides.look import Box, colour
from channelopt.report.speech import current
from channelopt.report.steady import archive

TITLE_SIZES = ((60, 30), (110, 25), (160, 21), (230, 18), (320, 15))
"""Most letters of a title, and the size they have; longer titles are cut."""
NAME = 110
"""Most letters of the scenario's name at the top of a slide."""
GAP = 0.55
"""Below an item, by the size of its letters."""


@dataclass(frozen=True)
class Line:
    """A line of text on a slide.

    Attributes:
        text: what it says.
        size: of its letters, in points.
        colour: `#rrggbb`.
        is_bold: whether it is.
        is_item: begins with a bullet.
        is_head: stands above items.
        align: `left` or `right`.
    """

    text: str
    size: float = 14
    colour: str = look.INK
    is_bold: bool = False
    is_item: bool = False
    is_head: bool = False
    align: str = "left"


def shortened(text: str, most: int) -> str:
    """Return a text on one line, cut with an ellipsis where it is too long."""
    text = visible(text)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


class Deck:
    """Slides that follow one look, each with notes for the speaker."""

    def __init__(self, document: Document) -> None:
        self._file = Presentation()
        self._layout = look.prepare(self._file)
        self._document = document
        self._notes: list[str] = []
        self._page: Any = None
        about = self._file.core_properties
        about.title, about.subject = visible(document.title)[:250], visible(document.subtitle)[:250]
        about.author = about.last_modified_by = "channelopt"
        about.language = str(current().locale).replace("_", "-")

    def open(self, kicker: str, title: str) -> None:
        """Begin a slide: its topic above, what it says as its title; the notes say it in full."""
        self._close()
        self._page = self._file.slides.add_slide(self._layout)
        title = visible(title)
        size = next((size for most, size in TITLE_SIZES if len(title) <= most), TITLE_SIZES[-1][1])
        frame = self._page.shapes.title.text_frame
        frame.word_wrap = True
        shown = shortened(title, TITLE_SIZES[-1][0])
        _write(frame.paragraphs[0], Line(shown, size, look.INK, is_bold=True))
        name = shortened(self._document.title, NAME)
        self.text(look.KICKER, [Line(f"{kicker}  ·  {name}", 12, look.ACCENT, is_bold=True)])
        self._foot()

    def _foot(self) -> None:
        texts = {
            PP_PLACEHOLDER.FOOTER: shortened(self._document.closing, 200),
            PP_PLACEHOLDER.SLIDE_NUMBER: "",
        }
        for place in self._layout.placeholders:
            if place.placeholder_format.type not in texts:
                continue
            copied = deepcopy(place.element)
            self._page.shapes._spTree.append(copied)  # noqa: SLF001 - no public way to add one
            text = texts[place.placeholder_format.type]
            frame = self._page.shapes[-1].text_frame
            if place.placeholder_format.type == PP_PLACEHOLDER.FOOTER:
                _write(frame.paragraphs[0], Line(text, 9, look.MUTED))
                continue
            frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
            for properties in copied.iter(qn("a:rPr")):
                properties.set("sz", "900")

    @property
    def shapes(self) -> Any:
        """The shapes of the slide that is open."""
        return self._page.shapes

    def note(self, text: str) -> None:
        """Add a paragraph to the notes of the slide that is open."""
        self._notes.append(visible(text))

    def text(self, box: Box, lines: Sequence[Line]) -> None:
        """Write lines into a place."""
        _fill(self.shapes.add_textbox(*box.emu()).text_frame, lines, 0.0)

    def tile(self, box: Box, lines: Sequence[Line], anchor: MSO_ANCHOR = MSO_ANCHOR.MIDDLE) -> None:
        """Write lines onto a pale area."""
        shape = self.shapes.add_shape(MSO_SHAPE.RECTANGLE, *box.emu())
        shape.fill.solid()
        shape.fill.fore_color.rgb = colour(look.PALE)
        shape.line.fill.background()
        style = shape.element.find(qn("p:style"))  # brings shadows and white letters
        shape.element.remove(style)
        _fill(shape.text_frame, lines, 0.14)
        shape.text_frame.vertical_anchor = anchor

    def table(self, box: Box, rows: Sequence[Sequence[Line]], widths: Sequence[float]) -> None:
        """Write a table; the first row is its head, `widths` are shares of the place."""
        frame = self.shapes.add_table(len(rows), len(widths), *box.emu())
        table = frame.table
        _plain(table)
        for column, share in zip(table.columns, widths, strict=True):
            column.width = Inches(box.width * share)
        for row, lines in enumerate(rows):
            table.rows[row].height = Inches(box.height / len(rows))
            for column, line in enumerate(lines):
                _cell(table.cell(row, column), line, is_head=row == 0)

    def describe(self, shape: Any, alt: str) -> None:
        """Say what a shape shows to those who do not see it."""
        shape.element.xpath(".//p:cNvPr")[0].set("descr", visible(alt))

    def content(self) -> bytes:
        """Return the file; equal slides give equal bytes."""
        self._close()
        _speak(self._file)
        written = io.BytesIO()
        self._file.save(written)
        return archive(written.getvalue(), look.themed)

    def _close(self) -> None:
        if self._page is not None:
            self._page.notes_slide.notes_text_frame.text = "\n".join(self._notes)
        self._notes = []


def _speak(file: Any) -> None:
    """Mark the language of all texts, so that nobody's spelling checker underlines them."""
    tag = str(current().locale).replace("_", "-")
    tag = {"en": "en-GB", "de": "de-DE"}.get(tag, tag)
    for page in file.slides:
        for properties in page.element.iter(qn("a:rPr"), qn("a:endParaRPr")):
            properties.set("lang", tag)


def _fill(frame: Any, lines: Sequence[Line], margin: float) -> None:
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = Inches(margin)
    frame.margin_top = frame.margin_bottom = Inches(margin / 2)
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        _write(paragraph, line)


def _write(paragraph: Any, line: Line) -> None:
    run = paragraph.add_run()
    run.text = visible(line.text).replace(" %", "\u00a0%")  # never apart
    run.font.name, run.font.size, run.font.bold = look.FONT, Pt(line.size), line.is_bold
    run.font.color.rgb = colour(line.colour)
    paragraph.alignment = PP_ALIGN.RIGHT if line.align == "right" else PP_ALIGN.LEFT
    if line.is_item:
        _bullet(paragraph)
    if line.is_item or line.is_head:
        paragraph.space_after = Pt(line.size * GAP)


def _bullet(paragraph: Any) -> None:
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - no public way to bullets
    properties.set("marL", str(Inches(0.22)))
    properties.set("indent", str(-Inches(0.22)))
    sign = properties.makeelement(qn("a:buChar"), {"char": "•"})
    properties.append(sign)


def _plain(table: Any) -> None:
    """Take the look of the default style away; lines are drawn cell by cell."""
    properties = table._tbl.tblPr  # noqa: SLF001 - no public way to styles of tables
    properties.find(qn("a:tableStyleId")).text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
    table.horz_banding = False


def _cell(cell: Any, line: Line, *, is_head: bool) -> None:
    _fill(cell.text_frame, [line], 0.0)
    cell.margin_left = cell.margin_right = Inches(0.08)
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if is_head else MSO_ANCHOR.MIDDLE
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - no public way to borders
    border = properties.makeelement(qn("a:lnB"), {"w": "12700" if is_head else "6350"})
    filled = border.makeelement(qn("a:solidFill"), {})
    value = (look.INK if is_head else look.RULE).lstrip("#").upper()
    filled.append(filled.makeelement(qn("a:srgbClr"), {"val": value}))
    border.append(filled)
    properties.append(border)
