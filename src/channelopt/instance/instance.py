"""Instance: what a scenario means, ready to be formulated, checked and reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from channelopt.errors import Problem
from channelopt.instance.uncertainty import Uncertainty
from channelopt.rules.base import Policy
from channelopt.terms.numbers import Numbers


@dataclass(frozen=True)
class Names:
    """How things are called in reports; every id has a title."""

    scenario: str
    currency: str | None
    segments: Mapping[str, str]
    interactions: Mapping[str, str]
    channels: Mapping[str, str]
    groups: Mapping[str, str]
    bundles: Mapping[str, str] = field(default_factory=dict)
    upgrades: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)  # of metrics


@dataclass(frozen=True)
class Instance:
    """Numbers and policies of one scenario.

    Attributes:
        numbers: every parameter as arrays.
        policies: the policies, sorted by name.
        names: titles for reports.
        resolved: the scenario in canonical form (plain JSON data, sorted keys, tables as long
            rows); loading it again gives the same instance.
        files: SHA-256 (hex) of each input file.
        applied: variations and overrides that were applied, as text.
        sources: where each value was written, see `instance.sources`; empty where nobody knows.
        warnings: findings that do not stop a run.
        uncertainty: how sure the numbers are; without groups where nothing is stated.
    """

    numbers: Numbers
    policies: tuple[Policy, ...]
    names: Names
    resolved: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)
    applied: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    uncertainty: Uncertainty = field(default_factory=Uncertainty)

    def with_(self, **changes: Any) -> Instance:
        """Return a copy with some fields replaced."""
        return replace(self, **changes)
