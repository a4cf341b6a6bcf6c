"""What the template of a PDF needs, as plain JSON data: texts, tables, pictures, sizes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from channelopt.plan.markup import visible
from channelopt.report.document import (
    Block,
    Bullets,
    Chart,
    Commands,
    Document,
    Figure,
    Figures,
    Formulas,
    Grid,
    Note,
    Paragraph,
    Section,
    Terms,
)
from channelopt.report.pdf_formulas import drawn
from channelopt.report.pdf_grids import grid, soft, source, tied
from channelopt.report.speech import _, current

Data = dict[str, Any]
WIDTH = 481.0
"""Points between the margins of a page."""
POINTS = 0.75
"""Points of a pixel of a picture."""
TITLE = 90
"""Longer titles are cut in the head of a page."""
_SIZE = re.compile(r"<svg\b[^>]*>", re.DOTALL)
_NUMBER = r'\s{0}="\s*([0-9]+(?:\.[0-9]+)?)(?:px)?\s*"'


@dataclass(frozen=True)
class Pictures:
    """Draws charts; an empty text where one cannot be drawn."""

    svg: Callable[[Chart], str]


def data_of(document: Document, svg: Callable[[Chart], str]) -> Data:
    """Return a document as data for the template `report.typ`."""
    pictures = Pictures(svg)
    title, subtitle = visible(document.title), visible(document.subtitle)
    parts = {
        part: [_section(one, pictures) for one in document.sections if one.part == part]
        for part in ("decision", "evidence", "appendix")
    }
    numbers = _numbers(document)
    return {
        "title": title or "channelopt",
        "soft_title": soft(title),
        "title_size": 22 if len(title) < 60 else 15 if len(title) < 140 else 11,
        "short_title": soft(shortened(title)),
        "subtitle": subtitle,
        "short_subtitle": soft(shortened(subtitle)),
        "closing": soft(visible(document.closing)),
        "lang": current().locale.language,
        "region": current().locale.territory,
        "words": {"contents": _("Contents"), "page": _("Page {page} of {pages}")},
        **parts,
        "appendix": [*parts["appendix"], *([numbers] if numbers else ())],
        "contents": len(document.sections) > 3,
        "opening": _opening(document, parts["evidence"]),
    }


def shortened(text: str, most: int = TITLE) -> str:
    """Return a text, cut where it is too long."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _opening(document: Document, evidence: list[Data]) -> Data | None:
    """Return the first chart of the evidence, for page one, where the decision has none."""
    decided = (one for one in document.sections if one.part == "decision")
    if any(isinstance(block, Chart) for one in decided for block in one.blocks):
        return None
    drawn_charts = (
        block for one in evidence for block in one["blocks"] if block["kind"] == "chart"
    )
    return next(drawn_charts, None)


def _numbers(document: Document) -> Data | None:
    """Return the tables of the charts as a section of the appendix."""
    grids = [
        grid(chart.table, chart.title)
        for chart in document.charts()
        if chart.table is not None and chart.table.rows
    ]
    if not grids:
        return None
    return {"title": _("The numbers of the charts"), "blocks": _turned_last(grids)}


def _turned_last(blocks: list[Data]) -> list[Data]:
    """Return blocks, all that need a page turned on its side on the same pages, at the end.

    Each alone would leave the page before it and its own page half empty.
    """
    turned = [one for one in blocks if one.get("flipped")]
    upright = [one for one in blocks if not one.get("flipped")]
    return [*upright, {"kind": "turned", "grids": turned}] if turned else upright


def _section(section: Section, pictures: Pictures) -> Data:
    blocks = [one for block in section.blocks for one in _blocks(block, pictures)]
    for one in blocks[:-1]:
        one["leads"] = one["kind"] == "paragraph"
    return {"title": soft(visible(section.title)), "blocks": _turned_last(blocks)}


def _blocks(block: Block, pictures: Pictures) -> Iterator[Data]:
    data = _data(block, pictures)
    if data is not None:
        yield {"kind": block.kind, **data}


def _data(block: Block, pictures: Pictures) -> Data | None:
    match block:
        case Paragraph() | Note():
            return {"text": _text(block.text)}
        case Bullets():
            return {"items": [_text(item) for item in block.items]} if block.items else None
        case Commands():
            return {"lines": [visible(line) for line in block.lines]}
        case Figures():
            return _figures(block)
        case Chart():
            return _chart(block, pictures)
        case _:
            return _listed(block)


def _listed(block: Grid | Terms | Formulas) -> Data | None:
    match block:
        case Grid():
            return grid(block) if block.rows else None
        case Terms():
            items = [(_text(item.word), _text(item.meaning)) for item in block.items]
            return {"items": [{"word": word, "meaning": meaning} for word, meaning in items]}
        case Formulas():
            return {"items": [_formula(one.name, one.text, one.latex) for one in block.items]}


def _text(text: str) -> str:
    return soft(tied(visible(text)))


def _figures(block: Figures) -> Data | None:
    number = len(block.items)
    columns = next((k for k in (4, 3) if number % k == 0), 4 if number > 3 else number)
    return (
        {
            "columns": columns,
            "items": [_tile(figure) for figure in block.items],
            "source": source(block.source),
        }
        if number
        else None
    )


def _tile(figure: Figure) -> Data:
    tones = {True: "better", False: "worse", None: ""}
    today = figure.today.text if figure.today is not None else ""
    return {
        "label": _text(figure.label),
        "value": visible(figure.value.text),
        "today": _("Today: {value}").format(value=visible(today)) if today else "",
        "change": _text(figure.change),
        "tone": tones[figure.is_better],
    }


def _chart(chart: Chart, pictures: Pictures) -> Data | None:
    svg = pictures.svg(chart)
    if not svg:
        return None
    return {
        "svg": svg,
        **size_of(svg, WIDTH),
        "title": _text(chart.title),
        "insight": _text(chart.insight),
        "alt": visible(chart.alt) or visible(chart.title),
        "source": source(chart.source),
    }


def _formula(name: str, text: str, latex: str) -> Data:
    svg = drawn(latex)
    return {
        "name": _text(name),
        "text": _text(text),
        "latex": visible(latex),
        "svg": svg,
        **(size_of(svg, WIDTH - 10) if svg else {}),
    }


def size_of(svg: str, most: float) -> dict[str, float]:
    """Return width and height of a picture in points, at most so wide."""
    head = _SIZE.search(svg)
    sides = []
    for side in ("width", "height"):
        found = re.search(_NUMBER.format(side), head.group()) if head else None
        sides.append(float(found.group(1)) * POINTS if found else 0.0)
    width, height = sides
    if width <= 0 or height <= 0:
        return {"width": most, "height": most * 0.6}
    scale = min(1.0, most / width)
    return {"width": width * scale, "height": height * scale}
