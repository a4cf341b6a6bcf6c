"""Formulas as pictures."""

from __future__ import annotations

import importlib
import importlib.util
import re
import warnings
from typing import Any

SIZE = 14.0
"""Height of letters in pixels, that of the text around."""
TALLEST = 150.0
"""Pixels; ziamath 0.13 draws some fences hundreds of lines tall, then they keep their size."""
_FENCE = re.compile(r"\\(left|right)(?![a-z])\.?")
_HEIGHT = re.compile(r'^<svg[^>]*\sheight="([0-9.]+)"')


def drawn(latex: str) -> str:
    """Return a formula as SVG; empty where it cannot be drawn, then its source says it."""
    if not latex or importlib.util.find_spec("ziamath") is None:
        return ""
    drawings = (_drawn(text) for text in (latex, _FENCE.sub("", latex)))
    return next((svg for svg in drawings if svg and _height(svg) <= TALLEST), "")


def _drawn(latex: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it reads its font in a way that Python calls old
        ziamath: Any = importlib.import_module("ziamath")
        try:
            return str(ziamath.Latex(latex, size=SIZE).svg())
        except Exception:  # the library names no errors of its own; the source is shown instead
            return ""


def _height(svg: str) -> float:
    found = _HEIGHT.search(svg)
    return float(found.group(1)) if found else 0.0
