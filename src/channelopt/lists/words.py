"""Words for lists: amounts, limits and what they cost, as a planner reads them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from channelopt.instance.instance import Names
from channelopt.lists.compiled import Limit

_NOBODY = Names("", None, {}, {}, {}, {})


@dataclass(frozen=True)
class Words:
    """What things are called; ids where no title is known."""

    names: Names = _NOBODY

    def money(self, amount: float) -> str:
        """Return an amount, `EUR 1,234.50`: cents below 10,000."""
        if not math.isfinite(amount):
            return "not known"
        digits = 2 if abs(amount) < 10_000 else 0
        text = f"{round(amount, digits) + 0.0:,.{digits}f}"
        return f"{self.names.currency} {text}" if self.names.currency else text

    def price(self, amount: float) -> str:
        """Return the price of one unit, small ones with more digits: `EUR 0.0123`."""
        text = f"{amount:,.2f}" if abs(amount) >= 1 else f"{amount:.3g}"
        return f"{self.names.currency} {text}" if self.names.currency else text

    def amount(self, value: float, unit: str) -> str:
        """Return a quantity with its unit: `900 contacts`, `EUR 1,200.00`."""
        return self.money(value) if unit == "currency" else f"{number(value)} {unit}"

    def segment(self, key: str) -> str:
        """Return the title of a segment."""
        return self.names.segments.get(key, key)

    def interaction(self, key: str) -> str:
        """Return the title of an interaction."""
        return self.names.interactions.get(key, key)

    def option(self, key: str) -> str:
        """Return the title of an option: of a channel or bundle, as it is where it is neither."""
        if key == "none":
            return "no contact"
        return self.names.channels.get(key) or self.names.bundles.get(key, key)

    def limit(self, limit: Limit) -> str:
        """Return what a limit is called in a sentence."""
        if limit.kind == "quota":
            return f"the plan's quota{self._where(limit)}"
        if limit.kind == "hours" and limit.group:
            return f"the hours of {self.names.groups.get(limit.group, limit.group)}"
        if limit.kind in {"policy", "migration"}:
            kind = limit.name.partition(":")[0].replace("_", " ")
            return f"the policy '{limit.owner}' ({kind}){self._where(limit)}"
        return f"the {limit.name.partition(':')[0]}{self._where(limit)}"

    def _where(self, limit: Limit) -> str:
        """Return the places of a limit, each with its word."""
        parts = []
        if limit.channel:
            parts.append(f" of {self.option(limit.channel)}")
        who = [self.interaction(limit.interaction)] if limit.interaction else []
        who += [self.segment(limit.segment)] if limit.segment else []
        if who:
            parts.append(f" for {', '.join(who)}")
        return "".join(parts)


def number(value: float) -> str:
    """Return a number: no decimals from 100 on and where it is whole, else two."""
    if not math.isfinite(value):
        return "–"
    if abs(value) >= 100 or float(value).is_integer():
        return f"{value + 0.0:,.0f}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.01 else f"{value:.2g}"


def percent(share: float, digits: int = 1) -> str:
    """Return a share as a percentage, `12.5 %`."""
    return f"{round(100 * share, digits) + 0.0:.{digits}f} %" if math.isfinite(share) else "–"


def gap(share: float) -> str:
    """Return a gap as a percentage with as many digits as it needs, never as nothing."""
    if share <= 0.0:
        return "0 %"
    if share < 1e-8:
        return "less than 0.000001 %"
    return (
        f"{100 * share:.2g} %" if share >= 1e-5 else f"{100 * share:.6f} %".replace(".000000", "")
    )


def counted(count: int, thing: str, things: str = "") -> str:
    """Return `1 customer`, `2 customers`."""
    return f"1 {thing}" if count == 1 else f"{count:,} {things or thing + 's'}"


def listed(words: Iterable[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    items = list(words)
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
