"""Emergencies: what a finished plan can do for the contacts of a channel that fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from channelopt.terms.exact import exact
from channelopt.terms.numbers import Floats
from channelopt.terms.written import Emergency

NOBODY = ""
"""The policy of a record that no policy asks for."""


@dataclass(frozen=True)
class Outage:
    """One channel that fails for a whole period in which it is open.

    Attributes:
        period: its index.
        channel: its index.
        policy: name of the policy that asks, NOBODY for the record that every open channel has.
        surge: extra capacity and hours of the others, 0.2 = 20 % more.
        first_contacts: inbound first contacts of the channel, of the policy's filter.
        placeable: most of them that the other channels can take; None where that is not known.
        required: share that the policy asks for; None without one.
        stopped_by: in words, what stops the rest; empty where nothing does.
    """

    period: int
    channel: int
    policy: str
    surge: float
    first_contacts: float
    placeable: float | None
    required: float | None
    stopped_by: str

    @property
    def share(self) -> float | None:
        """Share of the first contacts that can be placed; None where there are none."""
        if self.placeable is None or self.first_contacts <= 0:
            return None
        return self.placeable / self.first_contacts


@dataclass(frozen=True)
class Certificate:
    """Proof of an outage policy: where contacts go in its periods, and who works on what."""

    placed: Floats  # (S, I, C, T) e' - e
    hours: Floats  # (G, C, T) h', of all work in the emergency

    def written(self) -> Emergency:
        """Return it as files say it: sparse, every float as the decimal it is written as."""
        return Emergency(_amounts(self.placed), _amounts(self.hours))


@dataclass(frozen=True)
class Emergencies:
    """Every outage of a plan, by period, channel and policy, and the proof of each policy."""

    outages: tuple[Outage, ...] = ()
    certificates: Mapping[str, Certificate] = field(default_factory=dict)  # by policy


def _amounts(array: Floats) -> dict[tuple[int, ...], Decimal]:
    places = array.nonzero()
    keys = zip(*(axis.tolist() for axis in places), strict=True)
    return {key: exact(x) for key, x in zip(keys, array[places].tolist(), strict=True)}
