"""Pieces of stairs around answers, and points carried from one cut of the stairs to another."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from channelopt.algebra.problem import Floats
from channelopt.model.formulate import Model
from channelopt.pipeline.dive import take_steps
from channelopt.terms.stairs import Group, Piece, Stairs

AROUND = 4
"""Single steps on either side of an answer."""


def _steps_at(stairs: Stairs, answer: tuple[Model, Floats]) -> dict[Group, int]:
    """Return the step that each group's work needs in an answer."""
    model, x = answer
    d = model.decisions
    worked = d.group_periods.dense(d.hours.sum_to(d.group_periods).value(x))
    return {key: steps.step_for(float(worked[key])) for key, steps in stairs.steps.items()}


def _windows(
    stairs: Stairs, answers: list[tuple[Model, Floats]], more: tuple[Model, Floats] | None
) -> dict[Group, set[int]]:
    """Return the steps around the answers, by group."""
    found: dict[Group, set[int]] = {key: set() for key in stairs.steps}
    for answer in (*answers, *([more] if more is not None else [])):
        for key, at in _steps_at(stairs, answer).items():
            most = len(stairs.steps[key].fte)
            found[key].update(range(max(0, at - AROUND), min(most, at + AROUND + 1)))
    return found


def near(
    stairs: Stairs, answers: list[tuple[Model, Floats]], more: tuple[Model, Floats] | None
) -> Stairs:
    """Return only the single steps around the answers; what is found there is true."""
    windows = _windows(stairs, answers, more)
    single = {key: tuple((k, k) for k in sorted(steps)) for key, steps in windows.items()}
    return Stairs(stairs.steps, single, complete=False)


def finer(
    stairs: Stairs, answers: list[tuple[Model, Floats]], more: tuple[Model, Floats] | None
) -> Stairs:
    """Cut the pieces around the answers into single steps, and the rest of a touched piece off."""
    windows = _windows(stairs, answers, more)
    return Stairs(
        stairs.steps,
        {key: tuple(_cut(cut, windows[key])) for key, cut in stairs.pieces.items()},
    )


def _cut(pieces: Iterable[Piece], single: set[int]) -> Iterable[Piece]:
    for first, last in pieces:
        start = first
        for k in range(first, last + 1):
            if k in single:
                if start < k:
                    yield start, k - 1
                yield k, k
                start = k + 1
        if start <= last:
            yield start, last


def carried_over(hint: tuple[Model, Floats], model: Model) -> Floats | None:
    """Carry a point over to a program of the same scenario with other stairs.

    Returns:
        None where the programs differ by more than their stairs.
    """
    source, x = hint
    blocks = {block.name: block for block in source.labels.columns}
    point = np.zeros(model.problem.num_columns)
    for block in model.labels.columns:
        known = blocks.get(block.name)
        if block.name.startswith("staffing "):
            continue
        if known is None or known.index.num_rows != block.index.num_rows:
            return None
        point[block.where] = x[known.where]
    take_steps(model, point)
    return point
