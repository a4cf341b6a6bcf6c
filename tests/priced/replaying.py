"""Replaying: what an answer's rule says unit by unit, added up again without the engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelopt.priced.answer import Answer
from channelopt.priced.units import Block, Floats, Task
from tests.priced.drawing import sums


@dataclass(frozen=True)
class Replayed:
    """The list of an answer.

    Attributes:
        options: of every block.
        value: gain.
        used: (R,) of the rows.
        feasible: every unit takes an option that it may, every row holds.
    """

    options: tuple[tuple[Block, np.ndarray], ...]
    value: float
    used: Floats
    feasible: bool


def replayed(task: Task, answer: Answer, tolerance: float = 1e-8) -> Replayed:
    """Apply the rule to every block of the task."""
    rule = answer.rule
    assert rule is not None
    pairs = tuple((block, rule(block).option) for block in task.source.map(lambda b: b))
    total = np.zeros(task.tables.shape)
    allowed = True
    for block, option in pairs:
        at = np.arange(len(block))
        allowed &= bool(task.tables.allowed[block.kind, option].all())
        if block.barred is not None:
            allowed &= not block.barred[at, option].any()
        total += sums(task, block, option)
    rows = task.rows
    used = rows.uses @ total.ravel() + rows.others @ answer.others
    value = float((task.tables.gain * total).sum() + rows.others_gain @ answer.others)
    size = np.maximum(1.0, np.abs(used))
    holds = bool((used <= rows.upper + tolerance * size).all())
    holds &= bool((used >= rows.lower - tolerance * size).all())
    inside = bool(
        (answer.others >= rows.others_lower - tolerance).all()
        and (answer.others <= rows.others_upper + tolerance).all()
    )
    return Replayed(pairs, value, used, allowed and holds and inside)
