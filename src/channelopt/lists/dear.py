"""Dear limits: what each limit costs, and limits that cannot hold together, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from channelopt.lists.compiled import Limit
from channelopt.lists.result import CustomerList
from channelopt.lists.words import Words, listed
from channelopt.plan.table import as_number
from channelopt.priced.answer import Conflict
from channelopt.priced.units import Floats, Rows

MOST = 10
SPELLED_OUT = 6
"""Limits of a conflict that are told with their sides; of the others the names."""
_TEXTS = ("kind", "owner", "unit", "channel", "group", "segment", "interaction")


@dataclass(frozen=True)
class Dear:
    """A limit with a price.

    Attributes:
        limit: who it is.
        at: its active side.
        price: marginal value of one more unit of that side; negative at lower sides.
    """

    limit: Limit
    at: float
    price: float

    @property
    def side(self) -> str:
        """Which side is active, in words."""
        return "at most" if self.price > 0 else "at least"

    @property
    def percent(self) -> float:
        """Currency: what one percent of the limit is worth."""
        return abs(self.price * self.at) / 100

    def sentence(self, words: Words) -> str:
        """Say what one unit more or less is worth."""
        unit = _one(self.limit.unit)
        name, price = words.limit(self.limit), words.price(abs(self.price))
        if self.limit.kind == "quota":
            return f"{_capital(name)} costs {price} per {unit}."
        if self.price > 0:
            return f"One {unit} more in {name} is worth {price}."
        return f"One {unit} less in {name} is worth {price}."


def dearest(found: CustomerList, most: int = MOST) -> tuple[Dear, ...]:
    """Return the limits whose last percent costs most.

    Left out are limits of nothing, whose prices say only that they forbid something: balances of
    work, and quotas where the plan has no contacts.
    """
    dear = []
    for row in found.tables["limits"].records():
        price = as_number(row["price"])
        at = as_number(row["at_most"] if price > 0 else row["at_least"])
        texts = {name: str(row[name] or "") for name in _TEXTS}
        dear.append(Dear(Limit(name=str(row["limit"]), scarce=False, **texts), at, price))
    return _first(dear, most)


def dearest_of(
    limits: Sequence[Limit], rows: Rows, prices: Floats, most: int = MOST
) -> tuple[Dear, ...]:
    """Return the limits whose last percent costs most, at the prices (R,) of an answer."""
    at = np.where(prices > 0.0, rows.upper, rows.lower)
    dear = map(Dear, limits, at.tolist(), prices.tolist())
    return _first(dear, most)


def _first(dear: Iterable[Dear], most: int) -> tuple[Dear, ...]:
    some = [one for one in dear if one.price != 0.0 and math.isfinite(one.at) and one.at != 0.0]
    return tuple(sorted(some, key=lambda one: (-one.percent, one.limit.name))[:most])


def describe_conflict(
    limits: Sequence[Limit], rows: Rows, conflict: Conflict, words: Words | None = None
) -> str:
    """Say which limits cannot hold together, by how much they miss, and what would mend it.

    Args:
        limits: who each row is.
        rows: their sides.
        conflict: rows that contradict each other.
        words: titles; default: ids.
    """
    named = words or Words()
    order = np.lexsort((conflict.rows, conflict.short == 0)).tolist()
    in_order = conflict.rows[order].tolist()
    parts = [_side(limits[row], rows, row, named) for row in in_order[:SPELLED_OUT]]
    parts += [limits[row].name for row in in_order[SPELLED_OUT:]]
    missed = [
        (row, float(short))
        for row, short in zip(conflict.rows.tolist(), conflict.short.tolist(), strict=True)
        if abs(short) > 0
    ]
    why = "because customers are whole" if conflict.whole else "even if customers could be split"
    if len(parts) == 1:
        text = [f"no list keeps this limit, {why}: {parts[0]}."]
    else:
        text = [f"no list keeps these {len(parts)} limits together, {why}: {'; '.join(parts)}."]
    if missed:
        amounts = [f"{_short(limits[row], short, named)}" for row, short in missed]
        text.append(f"The list that misses least misses {listed(amounts)}.")
        text.append(f"For these alone it would do to set {_mended(limits, rows, missed)}.")
    if any(limits[row].kind == "quota" for row in conflict.rows.tolist()):
        text.append(
            "A larger `quota_tolerance` widens the plan's quotas, `--joint` leaves them out."
        )
    return " ".join(text)


def _side(limit: Limit, rows: Rows, row: int, words: Words) -> str:
    low, high = float(rows.lower[row]), float(rows.upper[row])
    sides = [("at least", low), ("at most", high)] if low != high else [("exactly", low)]
    said = [f"{side} {words.amount(at, limit.unit)}" for side, at in sides if math.isfinite(at)]
    return f"{words.limit(limit)} ({limit.name}, {' and '.join(said)})"


def _short(limit: Limit, short: float, words: Words) -> str:
    return f"{words.limit(limit)} by {words.amount(abs(short), limit.unit)}"


def _mended(limits: Sequence[Limit], rows: Rows, missed: Sequence[tuple[int, float]]) -> str:
    """Return the limits with sides that are wide enough, rounded outwards."""
    parts = []
    for row, short in missed:
        if short < 0:
            parts.append(f"{limits[row].name} to at most {outwards(rows.upper[row] - short, 1)}")
        else:
            parts.append(f"{limits[row].name} to at least {outwards(rows.lower[row] - short, -1)}")
    return listed(parts)


def outwards(value: float, sign: int) -> str:
    """Return a number with at most four decimals, as a side no tighter than the value."""
    scaled = value * 1e4 * sign
    return f"{sign * math.ceil(scaled - 1e-9) / 1e4 + 0.0:.10g}"


def _one(unit: str) -> str:
    """Return the unit of one: `contacts` are counted one contact at a time."""
    singular = {"currency": "unit of money", "contacts": "contact", "hours": "hour"}
    return singular.get(unit, {"points": "point", "customers": "customer"}.get(unit, unit))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
