"""Words in pictures: plain text that fits, whatever users have written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

LONGEST = 60
"""Most characters of a label; pixels cut it further."""
_HARMLESS = {"\t": " ", "\n": " ", "\r": " "}


def clean(text: str, most: int = LONGEST) -> str:
    """Return a text without what XML or a line of text cannot hold, cut with an ellipsis.

    Control characters (also those that turn the direction of writing for the rest of a line) are
    taken out; right-to-left letters stay.
    """
    kept = "".join(_HARMLESS.get(sign, sign) for sign in text if _can_stand(sign))
    kept = " ".join(kept.split())
    return kept if len(kept) <= most else f"{kept[: most - 1].rstrip()}…"


def _can_stand(sign: str) -> bool:
    if sign in _HARMLESS:
        return True
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Cn", "Co"}


def labels(texts: Iterable[str], most: int = LONGEST) -> list[str]:
    """Return clean texts of which no two are equal: the second `Shop` is `Shop (2)`."""
    found: list[str] = []
    taken: set[str] = set()
    for text in texts:
        label = first = clean(text, most)
        number = 1
        while label in taken:
            number += 1
            label = f"{first} ({number})"
        taken.add(label)
        found.append(label)
    return found


def width(text: str, size: float = 12) -> float:
    """Return about how many pixels a text takes at a size of letters; rather too many."""
    return 0.58 * size * len(text)


def widest(texts: Sequence[str], size: float = 12) -> float:
    """Return about how many pixels the longest of texts takes."""
    return max((width(text, size) for text in texts), default=0.0)
