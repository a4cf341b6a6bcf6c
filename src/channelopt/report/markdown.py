"""Renders a Document as Markdown; text from users stays text."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from channelopt.plan.markup import escape, visible
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
