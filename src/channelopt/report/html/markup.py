"""Text as HTML: what users wrote is shown, never obeyed."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from channelopt.plan.markup import visible
from channelopt.report.document import Cell, Value

_PARAGRAPHS = {"R", "AL"}
"""Directions of characters that are written from right to left."""
_PERCENT = re.compile(r"(?<=\d) %")
"""Where a line must not end; other locales have such a space of their own there."""
DIGITS = 12
"""Of raw numbers, to sort by: more would be noise of the arithmetic."""


def shown(value: Any) -> Markup:
    """Return a text or a number as HTML; text from right to left keeps to itself."""
    if isinstance(value, Markup):
        return value
    text = visible(str(value))
    escaped = Markup(_PERCENT.sub("\u00a0%", str(escape(text))))  # noqa: S704 - escaped
    return escaped if text.isascii() else _isolated(escaped)


def plain(value: Any) -> Markup:
    """Return a text for an attribute or a title, where no element may stand."""
    return escape(visible(str(value)))


def _isolated(escaped: Markup) -> Markup:
    return Markup(_right_to_left().sub(r"<bdi>\g<0></bdi>", str(escaped)))  # noqa: S704 - escaped


@cache
def _right_to_left() -> re.Pattern[str]:
    blocks = [chr(c) for c in range(0x10000) if unicodedata.bidirectional(chr(c)) in _PARAGRAPHS]
    letters = f"[{_ranges(blocks)}\U00010800-\U00010fff\U0001e800-\U0001efff]"
    return re.compile(rf"{letters}(?:[^<>&]*{letters})?")


def _ranges(characters: list[str]) -> str:
    found: list[list[int]] = []
    for code in map(ord, characters):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in found)


def raw(cell: Cell) -> str:
    """Return the number of a cell to sort by; empty where it has none."""
    if not isinstance(cell, Value) or cell.number is None:
        return ""
    return f"{cell.number:.{DIGITS}g}"


def as_style_string(text: str) -> Markup:
    """Return a text as a string of a style sheet, in which no character means anything."""
    escapes = "".join(f"\\{ord(character):06x}" for character in visible(text))
    return Markup(f'"{escapes}"')  # noqa: S704 - only digits and backslashes
