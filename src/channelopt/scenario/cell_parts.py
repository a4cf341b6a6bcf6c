"""Cells of a workbook that hold several values: lists, pairs, and numbers inside them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PAIR_ENDS = re.compile(r",(?=\s*[^\s:;,]+\s*:)")
_DECIMAL_COMMA = re.compile(r"[-+]?(0|[0-9]{4,}|[0-9]{1,3}(?=,([0-9]{1,2}|[0-9]{4,})$)),[0-9]+")
_BRACKETS = {"[": "]", "{": "}"}


def ids(text: str) -> list[str]:
    """Return the ids of a list such as `branch; phone`, `branch, phone` or `[branch, phone]`."""
    return [part.strip() for part in re.split(r"[;,]", _bare(text)) if part.strip()]


def labels(text: str, known: Sequence[str]) -> list[str]:
    """Return the labels of periods in a list; a label may hold a comma itself."""
    if text.strip() in known:
        return [text.strip()]
    mark = ";" if ";" in text else ","
    return [part.strip() for part in _bare(text).split(mark) if part.strip()]


def pairs(text: str) -> list[str]:
    """Return the pairs of a mapping such as `branch: 0.5; phone: 0.35`; commas part them too."""
    bare = _bare(text)
    parts = bare.split(";") if ";" in bare else _PAIR_ENDS.split(bare)
    return [part.strip() for part in parts if part.strip()]


def with_point(text: str) -> str:
    """Return a number that surely has a decimal comma with a point, other text as it is."""
    return text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text


def _bare(text: str) -> str:
    """Return text without the brackets that YAML puts around lists and mappings."""
    text = text.strip()
    closing = _BRACKETS.get(text[:1])
    return text[1:-1] if closing and text.endswith(closing) and len(text) > 1 else text
