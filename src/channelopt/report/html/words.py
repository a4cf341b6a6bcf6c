"""The words that a page says by itself, in the language of now."""

from __future__ import annotations

from channelopt.report import below
from channelopt.report.document import Grid, SectionPart
from channelopt.report.figures import count
from channelopt.report.speech import _, later

MOST_ROWS = 1000
"""Of a table on the page."""
MOST_PRINTED = 40
"""Of a table on paper."""
MOST_UNFILTERED = 20
"""Rows that are seen at a glance; longer tables can be filtered."""
MOST_UNSCROLLED = 30
"""Rows that are shown below each other; longer tables scroll within the page."""
MOST_LAID_OUT = 300
"""Rows that are laid out at once; longer tables are when they come near."""
MOST_UNWIDENED = 60
"""Characters of a text in a narrow column; longer ones get a wide one."""

PARTS: dict[SectionPart, str] = {
    "decision": later("Decision"),
    "evidence": later("Evidence"),
    "appendix": later("Appendix"),
}


def words() -> dict[str, str]:
    """Return the fixed words of a page."""
    return {
        "skip": _("Skip to the report"),
        "contents": _("Contents"),
        "dark": _("Dark colours"),
        "numbers": _("The numbers of this chart"),
        "note": _("Note"),
        "better": _("better"),
        "worse": _("worse"),
        "filter": _("Filter rows"),
        "matches": _("{shown} of {all} rows"),
        "sort": _("{column}: sort by this column"),
    }


def part(name: SectionPart) -> str:
    """Return the name of a part of a report."""
    return _(PARTS[name])


def today(value: str) -> str:
    """Return the line below a key figure."""
    return _("Today: {value}").format(value=value)


def rest(grid: Grid) -> str:
    """Return the line below a table that is cut; empty where it is whole."""
    return below.rest(len(grid.rows) - MOST_ROWS, grid.source)


def printed_rest(grid: Grid) -> str:
    """Return the line below a table that paper has no room for; empty where it has."""
    if len(grid.rows) <= MOST_PRINTED:
        return ""
    shown = {"shown": count(MOST_PRINTED), "n": count(len(grid.rows))}
    if not grid.source:
        return _("Printed: the first {shown} of {n} rows.").format(**shown)
    text = _("Printed: the first {shown} of {n} rows; all are in {files}.")
    return text.format(files=grid.source, **shown)
