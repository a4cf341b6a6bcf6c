"""Uncertainty: how sure the numbers of a scenario are, by groups of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from channelopt.scenario.schema import Scenario
from channelopt.scenario.sections import UncertainGroup
from channelopt.terms.numbers import Floats

SPREAD = 0.1
"""Spread of a number where none is stated."""

Distribution = Literal["triangular", "uniform", "normal"]


@dataclass(frozen=True)
class Group:
    """Numbers that nobody knows for sure.

    Attributes:
        id: of the group.
        title: in reports.
        inputs: paths of the numbers, as `--set` takes them; sorted.
        low: lowest factor on each number, 0 to 1.
        high: highest factor, >= 1.
        distribution: of the factors; normal: 90 % of them lie between low and high.
        together: correlation of the numbers within the group, 0 to 1.
    """

    id: str
    title: str
    inputs: tuple[str, ...]
    low: float = 1.0 - SPREAD
    high: float = 1.0 + SPREAD
    distribution: Distribution = "triangular"
    together: float = 1.0


@dataclass(frozen=True)
class Uncertainty:
    """Groups of uncertain numbers, sorted by id, and how they move together.

    Attributes:
        groups: no number is in two of them.
        correlation: (groups, groups) of what the numbers of each group have in common, with ones
            on the diagonal; positive semidefinite.
    """

    groups: tuple[Group, ...] = ()
    correlation: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    def __bool__(self) -> bool:
        """Whether any uncertainty is stated."""
        return bool(self.groups)


def uncertainty(scenario: Scenario) -> Uncertainty:
    """Return what a scenario says of its uncertainty."""
    stated = scenario.uncertainty
    groups = tuple(_group(label, stated[label]) for label in sorted(stated))
    return Uncertainty(groups, correlation_of(stated))


def _group(label: str, entry: UncertainGroup) -> Group:
    spread = SPREAD if entry.spread is None else entry.spread
    return Group(
        id=label,
        title=entry.title or label,
        inputs=tuple(sorted({path.strip() for path in entry.inputs})),
        low=1.0 - spread if entry.low is None else entry.low,
        high=1.0 + spread if entry.high is None else entry.high,
        distribution=entry.distribution,
        together=entry.together,
    )


def correlation_of(stated: Mapping[str, UncertainGroup]) -> Floats:
    """Return (groups, groups) correlations, groups sorted by id; unknown ids are passed over."""
    labels = sorted(stated)
    matrix = np.eye(len(labels))
    for at, label in enumerate(labels):
        for other, value in stated[label].correlation.items():
            if other in stated and other != label:
                matrix[at, labels.index(other)] = matrix[labels.index(other), at] = value
    return matrix
