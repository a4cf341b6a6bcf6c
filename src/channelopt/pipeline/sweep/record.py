"""Records: what is known of a point as plain data, the same text for the same knowledge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from channelopt.analysis.sweeping.point import Solved
from channelopt.pipeline.journal import packed, unpacked

_KEYED = ("fte", "first_contacts")
"""Fields that are keyed by pairs: lists of [key, key, value] in the text."""
_PAIRS = ("open", "owned")


def text(solved: Solved) -> str:
    """Return a point as one line of JSON: sorted keys, numbers that read back as the same."""
    return json.dumps(written(solved), sort_keys=True, allow_nan=False, ensure_ascii=False)


def written(solved: Solved) -> dict[str, Any]:
    """Return a point as plain JSON data."""
    plain = {one.name: getattr(solved, one.name) for one in fields(Solved)}
    keyed = {name: [[*key, value] for key, value in plain[name].items()] for name in _KEYED}
    pairs = {name: [list(pair) for pair in plain[name]] for name in _PAIRS}
    choice = None if solved.choice is None else packed(solved.choice)
    return {**plain, "kpis": dict(solved.kpis), **keyed, **pairs, "choice": choice}


def read(data: Mapping[str, Any]) -> Solved:
    """Return a point from its data.

    Raises:
        ValueError, KeyError, TypeError: the data is not that of a point.
    """
    keyed = {name: {(a, b): value for a, b, value in data[name]} for name in _KEYED}
    pairs = {name: tuple((a, b) for a, b in data[name]) for name in _PAIRS}
    choice = None if data["choice"] is None else unpacked(data["choice"])
    return Solved(**{**data, **keyed, **pairs, "choice": choice})
