"""Text on paper: how many lines it takes, and as the head or foot of a printed page."""

from __future__ import annotations

import textwrap

from channelopt.report.workbook import plain_text


def lines_of(text: str, width: float) -> int:
    """Return how many lines a header takes in a column."""
    return max(len(textwrap.wrap(text, max(int(width), 4))), 1)


def code(text: str, longest: int) -> str:
    """Return a text for the head or foot of a printed page.

    `&` begins a code there, and digits would lengthen the size before them, so a colour parts them.
    """
    parts, room = [], longest
    for letter in plain_text(text).replace("\n", " "):
        code = "&&" if letter == "&" else letter
        if len(code) > room:
            break
        parts.append(code)
        room -= len(code)
    return f"&K4B5563{''.join(parts)}"
