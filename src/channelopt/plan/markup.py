"""Text from users in Markdown: it stays text, on one line."""

from __future__ import annotations

import re
import unicodedata

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
