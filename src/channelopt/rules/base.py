"""What a rule is: its schema, its rows, its check in plain arithmetic and its words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from channelopt.algebra.expr import Relation
from channelopt.terms.decisions import Decisions
from channelopt.terms.facts import Facts
from channelopt.terms.fields import Id, PeriodLabel, Section, Touch, over_time
from channelopt.terms.numbers import Flags, Floats, Numbers

Rows = Iterator[tuple[str, Relation]]
"""Named blocks of rows: the name says what the rows limit, the relation which."""

TOLERANCE = Decimal("1e-6")
"""A rule holds within TOLERANCE * max(1, |right side|)."""


@dataclass(frozen=True)
class Breach:
    """One broken row: where, what was found, what was required."""

    where: str
    found: Decimal
    required: Decimal
    sense: str  # "<=", ">=" or "="

    def __str__(self) -> str:
        found, required = float(self.found), float(self.required)
        return f"{self.where}: {found:.12g} is not {self.sense} {required:.12g}"


@dataclass(frozen=True)
class Verdict:
    """What the check of one rule found.

    Attributes:
        rule: name of the rule or policy.
        rows: how many rows were checked.
        slack: smallest room left, relative to max(1, |right side|), of any inequality; negative
            where broken, None where there was nothing to check.
        tightest: where that was.
        breaches: every broken row.
    """

    rule: str
    rows: int
    slack: Decimal | None
    tightest: str
    breaches: tuple[Breach, ...]

    @property
    def holds(self) -> bool:
        """Whether no row is broken."""
        return not self.breaches


class Rule(ABC):
    """A rule of the model itself."""

    slug: ClassVar[str]
    """Stable name in files."""
    title: ClassVar[str]
    """The rule in a few words."""
    formula: ClassVar[str]
    """LaTeX, in the symbols of the model."""

    @abstractmethod
    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rule as named relations over the decisions."""

    @abstractmethod
    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""


@dataclass(frozen=True)
class Reach:
    """The part of a scenario that a policy speaks of, one mask per axis."""

    segments: Flags  # (S,)
    interactions: Flags  # (I,)
    channels: Flags  # (W,) channels and bundles
    periods: Flags  # (T,)


def _mask(labels: tuple[str, ...], chosen: list[Any] | None) -> Flags:
    if chosen is None:
        return np.ones(len(labels), dtype=bool)
    wanted = set(chosen)
    return np.array([label in wanted for label in labels], dtype=bool)


class Policy(Section):
    """A rule that a planner writes; subclasses add fields, rows, check and words.

    `filters` names the axes a type may filter by: "segments", "interactions", "channels".
    Subclasses are pydantic models and have the same `rows` and `check` as `Rule`.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    formula: ClassVar[str]
    example: ClassVar[str]
    """A YAML snippet of one policy of this type."""

    name: str = Field(min_length=1, max_length=120)
    """Unique name, in reports and in paths."""
    negotiable: bool = True
    """May an infeasibility repair touch it."""
    periods: list[PeriodLabel] | None = Field(default=None, min_length=1)
    """Periods in which it holds; default all."""

    def reach(self, n: Numbers) -> Reach:
        """Return the masks of this policy's filters; absent filters mean all."""
        touch = getattr(self, "touch", None)
        levels = {touch} if isinstance(touch, str) else set(touch or ())
        channels = _mask(n.ways, getattr(self, "channels", None))
        if levels:
            touched = [level in levels for level in n.touch]
            channels = np.array([*touched, *(False for _ in n.bundles)], dtype=bool)
        return Reach(
            segments=_mask(n.segments, getattr(self, "segments", None)),
            interactions=_mask(n.interactions, getattr(self, "interactions", None)),
            channels=channels,
            periods=_mask(n.periods, self.periods),
        )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the policy as named relations over the decisions; '' where one name is enough."""
        raise NotImplementedError

    def decided_offers(self, n: Numbers) -> Flags:
        """Return (S, T) where the policy makes the offer of channels a decision."""
        return np.zeros((len(n.segments), len(n.periods)), dtype=bool)

    def largest_shares(self, n: Numbers) -> Floats | None:
        """Return (S, I, W, T) shares of n that no plan under this policy exceeds, None for no say.

        They only tighten the program (a link e <= bound * open is as good as its bound).
        """
        return None

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        raise NotImplementedError


class BySegment(Section):
    """Mixin: the policy takes a segment filter."""

    segments: list[Id] | None = Field(default=None, min_length=1)
    """Segments it speaks of; default all."""


class ByInteraction(Section):
    """Mixin: the policy takes an interaction filter."""

    interactions: list[Id] | None = Field(default=None, min_length=1)
    """Interaction types it speaks of; default all."""


class ByChannel(Section):
    """Mixin: the policy takes a channel filter, by id or by touch level."""

    channels: list[Id] | None = Field(default=None, min_length=1)
    """Channels (or bundles) it speaks of; default all."""
    touch: Touch | Annotated[list[Touch], Field(min_length=1)] | None = None
    """All channels of these touch levels, instead of `channels`."""


def bound(value: float | list[Any] | None, n: Numbers) -> Floats:
    """Spread a bound over the periods: (T,), nan where there is none."""
    return over_time(value, len(n.periods))
