"""Ladder: from the plan of segments to the list of customers, in currency."""

from __future__ import annotations

import math
from dataclasses import dataclass

from channelopt.lists.result import Listing
from channelopt.lists.sums import as_float
from channelopt.lists.totals import Totals
from channelopt.plan.table import Table

NEARLY = 1e-9
"""Sums of floats in another order differ by less than this share."""
COLUMNS = ("rung", "value", "step", "words")


@dataclass(frozen=True)
class Ladder:
    """Satisfaction-weighted profit of one period, rung by rung; undiscounted.

    Attributes:
        plan: of the plan of segments, in its own numbers.
        spread: the plan's shares spread evenly over the customers of the file; an option that is
            barred to a customer goes to the others of that customer.
        split: no list within the same limits is worth more, even if customers could be split.
        bound: no list is worth more; at most `split`.
        value: of the list.
        within: of a joint list, the value of the list within the plan's quotas; nan if unknown.
    """

    plan: float
    spread: float
    split: float
    bound: float
    value: float
    within: float = math.nan

    @property
    def loss(self) -> float:
        """Disaggregation loss; negative where telling customers apart gains."""
        return self.spread - self.value

    @property
    def rounding(self) -> float:
        """What is lost at most because customers are whole."""
        return self.split - self.value

    @property
    def opened(self) -> float:
        """What leaving out the plan's quotas gains; nan if unknown."""
        return self.value - self.within

    def table(self) -> Table:
        """Return the rungs: value, difference from the rung before, and what it is."""
        rungs = [
            ("plan", self.plan, "the plan of segments, in its own numbers"),
            ("spread", self.spread, "the plan's shares spread evenly over these customers"),
            ("split", self.split, "at most, if customers could be split, within the same limits"),
            ("list", self.value, "the list"),
        ]
        if not math.isnan(self.within):
            words = "the list within the plan's quotas"
            rungs.insert(2, ("within", self.within, words))
        before = [None, *(value for _, value, _ in rungs)]
        rows = (
            (name, value, None if last is None else value - last, words)
            for last, (name, value, words) in zip(before, rungs, strict=False)
        )
        return Table("ladder", COLUMNS, tuple(rows))


def ladder(listing: Listing, totals: Totals) -> Ladder:
    """Return the ladder of a list.

    Args:
        listing: what the list is made from.
        totals: what it adds up to.
    """
    answer, constant = listing.answer, listing.compiled.constant
    others = float(answer.others @ listing.compiled.rows.others_gain)
    value = as_float(int(totals.value.sum())) + constant + others
    return Ladder(
        plan=listing.plan_profit,
        spread=as_float(totals.even) + constant + others,
        split=_not_below(answer.price_bound + constant, value),
        bound=_not_below(answer.bound + constant, value),
        value=value,
        within=math.nan if listing.within is None else listing.within,
    )


def _not_below(bound: float, value: float) -> float:
    """Return a bound that is below the value by no more than rounding as the value."""
    return value if value - NEARLY * max(1.0, abs(value)) <= bound < value else bound
