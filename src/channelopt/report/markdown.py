"""Renders a Document as Markdown; text from users stays text."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

from channelopt.plan.plan import Plan
from channelopt.report import markdown_tables
from channelopt.report.contents import document
from channelopt.report.document import Document
from channelopt.report.evidence import Evidence
from channelopt.report.speech import _

if TYPE_CHECKING:
    from jinja2 import Template

SOON = 0.2
"""Seconds until the template is loaded in advance."""
_KEPT = "\n\r\t\u200c\u200d"  # line ends, and the joiners that some scripts need
_MARKUP = re.compile(
    r"([\\`*\[\]|~$]"  # code, emphasis, links, cells, strikes, formulas
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis, but not inside a word
    r"|<(?=[a-zA-Z/!?])|&(?=[a-zA-Z#])"  # HTML
    r"|^[#>])"  # headings and quotations
)
_LINK = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)
_LIST = re.compile(r"^(\d+)([.)])(?=\s|$)")
_RULE = re.compile(r"^([-+=])(?=[-+=\s]|$)")


def report(plan: Plan) -> str:
    """Return report.md: the plan in words, for a planner."""
    return render(document(Evidence(plan)))


def render(contents: Document) -> str:
    """Return a document as Markdown (CommonMark with tables)."""
    return _template().render(document=contents)


def prepare() -> None:
    """Load the template a moment later, when most likely a solver is at work elsewhere."""
    loading = threading.Timer(SOON, _template)
    loading.daemon = True
    loading.start()


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - Markdown, not HTML; `finalize` escapes everything
        loader=PackageLoader("channelopt.report"),
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "verbatim": _Verbatim,
        "shown": markdown_tables.shown,
        "rest": markdown_tables.rest,
        "source": markdown_tables.source,
        "sourced": markdown_tables.sourced,
        "tabular": markdown_tables.tabular,
    }
    environment.globals["_"] = _
    return environment.get_template("report.md.j2")


class _Verbatim(str):
    """Text inside a block of code, where nothing is markup."""

    __slots__ = ()


def _finalize(value: Any) -> str:
    text = visible(str(value))
    return text if isinstance(value, _Verbatim) else escape(text)


def visible(text: str) -> str:
    """Return text on one line without control characters and invisible direction marks."""
    return "".join(" " if c in "\n\r\t" else c for c in text if c in _KEPT or _is_visible(c))


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs"}


def escape(text: str) -> str:
    """Return text such that Markdown shows it as it is, never as markup, a link or HTML."""
    escaped = _MARKUP.sub(r"\\\1", text)
    escaped = _LINK.sub(lambda match: f"\\{match.group()}", escaped)
    escaped = _LIST.sub(r"\1\\\2", escaped)
    return _RULE.sub(r"\\\1", escaped)
