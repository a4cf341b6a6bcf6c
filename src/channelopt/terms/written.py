"""Written: the decisions of a plan exactly as its files say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from channelopt.terms.choice import Choice
from channelopt.terms.exact import Key, exact
from channelopt.terms.numbers import Floats


@dataclass(frozen=True)
class Emergency:
    """Where the contacts of a failed channel go under an outage policy, and who works on what."""

    placed: Mapping[Key, Decimal]  # e' - e by (s, i, c, t)
    hours: Mapping[Key, Decimal]  # h' by (g, c, t), of all work in the emergency


@dataclass(frozen=True)
class Written:
    """Decisions by index positions, sparse: an absent amount is zero, an absent flag is no."""

    first_contacts: Mapping[Key, Decimal]  # e by (s, i, w, t), w a channel or bundle
    open: frozenset[Key]  # o by (c, t)
    offered: frozenset[Key] = frozenset()  # z by (s, c, t)
    fte: Mapping[Key, Decimal] = field(default_factory=dict)  # a by (g, t)
    hours: Mapping[Key, Decimal] = field(default_factory=dict)  # h by (g, c, t)
    owned: frozenset[Key] = frozenset()  # w by (k, t)
    emergencies: Mapping[str, Emergency] = field(default_factory=dict)  # by outage policy

    @staticmethod
    def from_choice(choice: Choice) -> Written:
        """Take the decisions from arrays, every float as the decimal it is written as."""
        return Written(
            first_contacts=_amounts(choice.first_contacts),
            open=frozenset(_places(choice.open)),
            offered=frozenset(_places(choice.offered)),
            fte=_amounts(choice.fte),
            hours=_amounts(choice.hours),
            owned=frozenset(_places(choice.owned)),
        )


def _places(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> list[Key]:
    return [tuple(place) for place in np.argwhere(array).tolist()]


def _amounts(array: Floats) -> dict[Key, Decimal]:
    found = array[np.nonzero(array)].tolist()
    return {place: exact(amount) for place, amount in zip(_places(array), found, strict=True)}
