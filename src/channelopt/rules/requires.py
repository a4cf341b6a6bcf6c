"""Policy `requires`: A channel is open only where others are open."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.rules.base import Policy
from channelopt.terms.fields import Id


class Requires(Policy):
    """A channel is open only where others are open."""

    slug: ClassVar[str] = "requires"
    title: ClassVar[str] = "A channel is open only where others are open"
    formula: ClassVar[str] = r"o_{c,t} \le o_{c',t}"
    example: ClassVar[str] = "{name: chat needs phone, type: requires, channel: chat, needs: [phone]}"

    type: Literal["requires"]
    """The type of the policy."""
    channel: Id
    """The channel that needs others."""
    needs: Id | list[Id]
    """One channel or a list."""
