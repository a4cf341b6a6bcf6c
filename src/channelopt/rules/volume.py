"""Policy `volume`: Contacts in the filter are at least or at most a number."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy
from channelopt.terms.fields import NonNegativeOverTime


class Volume(ByChannel, ByInteraction, BySegment, Policy):
    """Contacts in the filter are at least or at most a number."""

    slug: ClassVar[str] = "volume"
    title: ClassVar[str] = "Contacts in the filter are at least or at most a number"
    formula: ClassVar[str] = r"L_t \le \sum_{s,i,c} x_{s,i,c,t} \le U_t, \quad x \in \{e, f\}"
    example: ClassVar[str] = "{name: phone floor, type: volume, channels: [phone], at_least: 1000, measure: handled}"

    type: Literal["volume"]
    """The type of the policy."""
    at_least: NonNegativeOverTime | None = None
    """Contacts per period."""
    at_most: NonNegativeOverTime | None = None
    """Contacts per period."""
    measure: Literal["first_contacts", "handled"] = "first_contacts"
    """What is counted."""
