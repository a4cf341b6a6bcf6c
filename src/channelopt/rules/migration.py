"""Policy `migration`: Shares of channels change slowly from one period to the next."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy
from channelopt.terms.fields import ShareOverTime


class Migration(ByChannel, ByInteraction, BySegment, Policy):
    """Shares of channels change slowly from one period to the next."""

    slug: ClassVar[str] = "migration"
    title: ClassVar[str] = "Shares of channels change slowly from one period to the next"
    formula: ClassVar[str] = r"|e_{s,i,c,t}/n_{s,i,t} - e_{s,i,c,t-1}/n_{s,i,t-1}| \le U_t"
    example: ClassVar[str] = "{name: fifteen points a year, type: migration, at_most: 0.15}"

    type: Literal["migration"]
    """The type of the policy."""
    at_most: ShareOverTime
    """Share points, 0.15 = fifteen points."""
