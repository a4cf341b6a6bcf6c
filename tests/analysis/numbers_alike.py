"""Whether two scenarios have exactly the same numbers."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from channelopt.terms.numbers import Numbers


def different(one: Numbers, two: Numbers) -> list[str]:
    """The fields in which two scenarios differ in any bit."""
    return [f.name for f in fields(one) if not same(getattr(one, f.name), getattr(two, f.name))]


def same(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(one, two, equal_nan=one.dtype.kind == "f")
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(two) and all(map(same, one, two))
    if is_dataclass(one):
        return all(same(getattr(one, f.name), getattr(two, f.name)) for f in fields(one))
    if isinstance(one, float) and np.isnan(one):
        return bool(np.isnan(two))
    return bool(one == two)
