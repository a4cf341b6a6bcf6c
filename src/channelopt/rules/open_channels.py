"""Policy `open_channels`: At least or at most a number of channels is open."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.rules.base import ByChannel, Policy
from channelopt.terms.fields import NonNegativeOverTime


class OpenChannels(ByChannel, Policy):
    """At least or at most a number of channels is open."""

    slug: ClassVar[str] = "open_channels"
    title: ClassVar[str] = "At least or at most a number of channels is open"
    formula: ClassVar[str] = r"L_t \le \sum_{c \in C} o_{c,t} \le U_t"
    example: ClassVar[str] = "{name: not more than six, type: open_channels, at_most: 6}"

    type: Literal["open_channels"]
    """The type of the policy."""
    at_least: NonNegativeOverTime | None = None
    """Number of channels."""
    at_most: NonNegativeOverTime | None = None
    """Number of channels."""
