"""The lines below a table or a picture: where its numbers come from, and what is left out."""

from __future__ import annotations

from channelopt.report.figures import count
from channelopt.report.speech import _, plural_of


def source(files: str) -> str:
    """Return the line that names the files that numbers come from; empty where none is named."""
    return _("Source: {files}").format(files=files) if files else ""


def rest(left: int, files: str) -> str:
    """Return the line that says how many rows are left out, and which files have them.

    Returns:
        An empty text where none are.
    """
    if left <= 0:
        return ""
    if not files:
        text = plural_of("{n} more row is not shown.", "{n} more rows are not shown.", left)
        return text.format(n=count(left))
    text = plural_of("{n} more row is in {files}.", "{n} more rows are in {files}.", left)
    return text.format(n=count(left), files=files)
