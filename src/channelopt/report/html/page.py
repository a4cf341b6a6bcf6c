"""Renders a Document as one HTML file that asks nothing of a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from channelopt.report import below
from channelopt.report.document import Chart, Document, Section, SectionPart
from channelopt.report.drawing import theme
from channelopt.report.html import words
from channelopt.report.html.formulas import mathml
from channelopt.report.html.markup import as_style_string, plain, raw, shown
from channelopt.report.html.policy import policy
from channelopt.report.speech import Speech, speaking

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parents[1] / "templates" / "html"
STYLES = ("base", "layout", "blocks", "tables", "print")
"""Style sheets in their order."""
SCRIPTS = ("vendor/dataTables.min.js", "js/tables.js", "js/page.js")
"""Scripts at the end of the page in their order."""


@dataclass(frozen=True)
class Placed:
    """A section with the name of its place in the page."""

    anchor: str
    section: Section


@dataclass(frozen=True)
class Part:
    """Sections that stand together."""

    name: SectionPart
    title: str
    sections: tuple[Placed, ...]


def html(document: Document, svg: Callable[[Chart], str]) -> str:
    """Return a report as HTML.

    Args:
        document: the report; its `locale` is the language of the page.
        svg: draws a chart as SVG without a style sheet, with ids that are unique in the report;
            an empty text where it cannot, then the chart's table is open in its place.

    Raises:
        UsageError: there are no texts in the document's language.
    """
    with speaking(document.locale) as speech:
        return _page(document, speech, svg)


def _page(document: Document, speech: Speech, svg: Callable[[Chart], str]) -> str:
    environment = _environment()
    style = _style(environment, document)
    early, scripts = _read("js/theme.js"), [_read(name) for name in SCRIPTS]
    rendered = environment.get_template("page.html.j2").render(
        document=document,
        parts=tuple(_parts(document)),
        language=str(speech.locale).replace("_", "-"),
        direction=speech.locale.text_direction,
        policy=policy([early, *scripts], [style]),
        style=Markup(style),  # noqa: S704 - own style sheet
        early=Markup(early),  # noqa: S704 - own script
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - own scripts
        words=words.words(),
        picture=lambda chart: Markup(svg(chart)),  # noqa: S704 - drawn from escaped texts
    )
    return f"{rendered.rstrip()}\n"


def _parts(document: Document) -> Iterator[Part]:
    placed = [Placed(f"section-{k}", s) for k, s in enumerate(document.sections, start=1)]
    for name, sections in groupby(placed, lambda item: item.section.part):
        yield Part(name, words.part(name), tuple(sections))


def _style(environment: Environment, document: Document) -> str:
    palette = environment.get_template("css/palette.css.j2").render(
        theme=theme, closing=as_style_string(document.closing), most=words.MOST_PRINTED
    )
    return "\n".join([palette, *(_read(f"css/{name}.css") for name in STYLES)])


@cache
def _read(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "plain": plain,
        "raw": raw,
        "mathml": mathml,
        "rest": words.rest,
        "printed_rest": words.printed_rest,
        "source": below.source,
        "today": words.today,
    }
    environment.filters.update(filters)
    environment.globals.update(
        most_rows=words.MOST_ROWS,
        most_unfiltered=words.MOST_UNFILTERED,
        most_unscrolled=words.MOST_UNSCROLLED,
        most_laid_out=words.MOST_LAID_OUT,
        most_unwidened=words.MOST_UNWIDENED,
    )
    return environment
