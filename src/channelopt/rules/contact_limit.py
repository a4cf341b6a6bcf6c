"""Policy `contact_limit`: Outbound contacts per customer are limited."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy
from channelopt.terms.fields import NonNegativeOverTime


class ContactLimit(ByChannel, ByInteraction, BySegment, Policy):
    """Outbound contacts per customer are limited."""

    slug: ClassVar[str] = "contact_limit"
    title: ClassVar[str] = "Outbound contacts per customer are limited"
    formula: ClassVar[str] = r"\sum_{i,c} e_{s,i,c,t} \le U_t \, \mathit{customers}_{s,t}"
    example: ClassVar[str] = "{name: not too often, type: contact_limit, at_most: 4}"

    type: Literal["contact_limit"]
    """The type of the policy."""
    at_most: NonNegativeOverTime
    """Outbound first contacts per customer and period."""
