"""Digest: one text for everything that decides an answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from channelopt.analysis.study import Question
from channelopt.backends.base import Limits


def digest(question: Question, solver: str, limits: Limits) -> str:
    """Return a SHA-256 (hex): equal for questions that have the same answer, else different."""
    found = hashlib.sha256()
    shape = "" if question.shape is None else question.shape.key
    gap = limits.gap if question.gap is None else question.gap
    for part in (solver, repr((gap, limits.seed, limits.tolerance)), shape):
        found.update(part.encode() + b"\0")
    for policy in question.instance.policies:
        found.update(f"{policy.slug} {policy.model_dump_json()}\0".encode())
    _feed(found, question.instance.numbers)
    return found.hexdigest()


def _feed(found: Any, value: Any) -> None:
    """Add a value of the numbers: arrays by their bytes, everything else by its parts."""
    if isinstance(value, np.ndarray):
        found.update(repr((value.dtype.str, value.shape)).encode())
        found.update(np.ascontiguousarray(value).tobytes())
    elif is_dataclass(value):
        for one in fields(value):
            found.update(one.name.encode())
            _feed(found, getattr(value, one.name))
    elif isinstance(value, Mapping):
        for key in sorted(value, key=repr):
            found.update(repr(key).encode())
            _feed(found, value[key])
    elif isinstance(value, tuple | list):
        found.update(b"(")
        for item in value:
            _feed(found, item)
        found.update(b")")
    else:
        found.update(repr(value).encode() + b"\0")
