"""Formulas as pictures."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from typing import Any

SIZE = 14.0
"""Height of letters in pixels, that of the text around."""


def drawn(latex: str) -> str:
    """Return a formula as SVG; empty where it cannot be drawn, then its source says it."""
    if not latex or importlib.util.find_spec("ziamath") is None:
        return ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it reads its font in a way that Python calls old
        ziamath: Any = importlib.import_module("ziamath")
        try:
            return str(ziamath.Latex(latex, size=SIZE).svg())
        except Exception:  # the library names no errors of its own; the source is shown instead
            return ""
