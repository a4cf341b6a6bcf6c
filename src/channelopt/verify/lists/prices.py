"""Checks limits.csv: sides, what is used, what is left; and makes of its prices a price list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from channelopt.terms.numbers import Floats
from channelopt.verify.lists.amounts import Amount, Amounts, Row
from channelopt.verify.lists.result import Findings
from channelopt.verify.lists.tally import Tally
from channelopt.verify.lists.worth import Worth
from channelopt.verify.read import TableLike, number, shown

CLOSE = 1e-6
NUMBERS = ("at_least", "at_most", "used", "room", "price")


@dataclass(frozen=True)
class Priced:
    """One limit with its price.

    Attributes:
        name: of the limit.
        owner: policy or rule.
        price: of one unit; above 0 it holds the upper side, below 0 the lower one.
        lower: -inf for none.
        upper: inf for none.
        used: as recomputed, or as written where that cannot be.
        amount: what it counts; None where this check does not know.
        scarce: whether customers' payments for it stand in a column of their own.
    """

    name: str
    owner: str
    price: float
    lower: float
    upper: float
    used: float
    amount: Amount | None
    scarce: bool


@dataclass
class LimitCheck:
    """Reads limits.csv and compares it with what the list adds up to.

    Attributes:
        cells: figures of one contact.
        tally: of the list.
        amounts: what limits count.
        hours: by (g, c) what groups work on channels.
        spent: by name of a budget, or of a policy on the return on cost, what it counts in all.
        bands: sides of quotas by (segment, interaction, way); None without quotas.
        set_by_hand: by name of a limit, the sides that were set for this list.
        found: takes what is wrong.
        unknown: names of limits that cannot be recomputed.
        standing: by name of a limit, what it counts that no customer changes.
        lowest: by policy on fairness, the lowest mean that its limits speak of.
    """

    cells: Worth
    tally: Tally
    amounts: Amounts
    hours: Mapping[tuple[int, int], float]
    spent: Mapping[str, float]
    bands: Mapping[tuple[str, str, str], tuple[float, float]] | None
    set_by_hand: Mapping[str, Any]
    found: Findings
    unknown: list[str] = field(default_factory=list)
    standing: dict[str, float] = field(default_factory=dict)
    lowest: dict[str, float] = field(default_factory=dict)

    def limits(self, table: TableLike) -> tuple[Priced, ...]:
        """Check every row; names of limits that cannot be recomputed are put into `unknown`."""
        rows = list(self._rows(table))
        names = [row["limit"] for row in rows]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._wrong(name, "limit", "written twice")
        return tuple(self._limit(row) for row in rows)

    def _rows(self, table: TableLike) -> Iterator[dict[str, Any]]:
        for line, cells in enumerate(table.rows, start=2):
            if len(cells) != len(table.columns):
                self.found.add("limits.csv", f"limits.csv row {line}: a cell is missing")
                continue
            row: dict[str, Any] = dict(zip(table.columns, cells, strict=True))
            try:
                for name in NUMBERS:
                    amount = number(row[name])
                    row[name] = None if amount is None else float(amount)
            except ValueError as fault:
                self._wrong(row["limit"], "numbers", str(fault))
                continue
            if row["used"] is None or row["price"] is None:
                self._wrong(row["limit"], "used or price", "the cell is empty")
                continue
            yield row

    def _limit(self, row: Row) -> Priced:
        lower = -np.inf if row["at_least"] is None else row["at_least"]
        upper = np.inf if row["at_most"] is None else row["at_most"]
        amount = self.amounts.of(row)
        used = row["used"]
        if amount is None:
            self.unknown.append(row["limit"])
        else:
            used = self._used(row, amount)
            self._compare(row["limit"], "used", row["used"], used)
            self._sides(row, amount, lower, upper)
        self._room(row, lower, upper)
        self._price(row, lower, upper)
        scarce = row["kind"] in ("capacity", "hours")
        scarce |= row["owner"] in self.spent and amount is not None and not amount.earnings
        return Priced(row["limit"], row["owner"], row["price"], lower, upper, used, amount, scarce)

    def _used(self, row: Row, amount: Amount) -> float:
        tally = self.tally
        if row["owner"] in self.spent:
            whole = self.spent[row["owner"]]
            decided = float((amount.cells * tally.first.value).sum())
            earned = float(tally.kept.value.sum() + tally.earned.value.sum())
            self.standing[row["limit"]] = whole - decided - amount.earnings * earned
            return whole
        if amount.who == "everybody":
            used = float((amount.cells * tally.first.value).sum())
        elif amount.who == "fond":
            used = float(
                (amount.cells[..., : tally.loyal.value.shape[2]] * tally.loyal.value).sum()
            )
        elif amount.who == "joining":
            used = float((amount.cells * tally.joined.value).sum())
        else:
            pair = amount.cells.any(axis=2)
            used = float((tally.left.value[..., amount.way] * pair).sum())
        if amount.felt is not None:
            channels = tally.felt.value.shape[2]
            usual = self.cells.felt * tally.first.value
            more = tally.felt.value - usual[..., :channels]
            used += float((amount.felt[..., :channels] * more).sum())
        used += sum(x * self.hours.get(key, 0.0) for key, x in amount.hours.items())
        return used + amount.lowest * self._lowest(row, amount, used)

    def _lowest(self, row: Row, amount: Amount, used: float) -> float:
        """Return the lowest mean of a policy: what its first limit says, for all of them."""
        if not amount.lowest:
            return 0.0
        implied = (row["used"] - used) / amount.lowest
        return self.lowest.setdefault(row["owner"], implied)

    def _sides(self, row: Row, amount: Amount, lower: float, upper: float) -> None:
        """Compare the sides with those that the scenario and the plan ask for."""
        name = row["limit"]
        if name in self.set_by_hand:
            self._by_hand(name, lower, upper)
            return
        asked = {"at_least": amount.lower, "at_most": amount.upper}
        if row["kind"] == "quota" and self.bands is not None:
            band = self.bands.get((row["segment"], row["interaction"] or "inbound", row["channel"]))
            if band is None:
                self._wrong(name, "limit", "the plan has no such quota")
                return
            asked = {"at_least": band[0], "at_most": band[1]}
        for side, right in asked.items():
            claimed = lower if side == "at_least" else upper
            if right is not None and claimed != right:
                self._compare(name, side, claimed, right, 1e-9)

    def _by_hand(self, name: str, lower: float, upper: float) -> None:
        """Compare the sides with those that were asked for: a number, or [at least, at most]."""
        wanted = self.set_by_hand[name]
        asked = {"at_least" if np.isinf(upper) else "at_most": wanted}
        if isinstance(wanted, list) and len(wanted) == 2:
            none = {"at_least": -np.inf, "at_most": np.inf}
            asked = {
                column: none[column] if side is None else side
                for column, side in zip(none, wanted, strict=True)
            }
        for column, right in asked.items():
            claimed = lower if column == "at_least" else upper
            if not isinstance(right, int | float):
                self._wrong(name, column, "manifest.json does not say what was asked for")
            elif claimed != right:
                self._compare(name, column, claimed, right, 1e-9)

    def _room(self, row: Row, lower: float, upper: float) -> None:
        used = row["used"]
        for side, room in ((upper, upper - used), (lower, used - lower)):
            if room < -CLOSE * max(1.0, abs(side)):
                self._wrong(row["limit"], "used", f"{used:.12g} is beyond {side:.12g}")
        right = min(upper - used, used - lower)
        claimed = np.inf if row["room"] is None else row["room"]
        if claimed != right:
            self._compare(row["limit"], "room", claimed, right)
        side = upper if upper - used <= used - lower else lower
        tight = right <= CLOSE * max(1.0, abs(side))
        binding = "true" if row["price"] != 0.0 or tight else "false"
        if str(row["binding"]) != binding:
            self._wrong(row["limit"], "binding", f"{binding} belongs here")

    def _price(self, row: Row, lower: float, upper: float) -> None:
        price = row["price"]
        if not np.isfinite(upper if price > 0 else lower) and price != 0.0:
            side = "at_most" if price > 0 else "at_least"
            self._wrong(row["limit"], "price", f"{price:.12g}, but there is no {side}")

    def _compare(
        self, name: str, column: str, claimed: float, right: float, close: float = CLOSE
    ) -> None:
        if np.isinf(right) or not abs(claimed - right) <= close * max(1.0, abs(right)):
            said = f"{claimed:.12g} is written, recomputed it is {right:.12g}"
            self._wrong(name, column, said)

    def _wrong(self, name: Any, column: str, said: str) -> None:
        self.found.add("limits.csv", f"limits.csv, {shown(name)}, {column}: {said}")


@dataclass(frozen=True)
class PriceList:
    """What a first contact pays at the prices of some limits, by cell (S, I, W).

    Attributes:
        everybody: paid by all.
        felt: paid for one satisfaction point more than the scenario's.
        fond: paid by those who prefer the channel, or of whom nobody knows.
        joining: paid by those whom another way serves now.
        leaving: paid by those whom the way serves now if they enter another.
        earnings: paid for kept margin and contact value.
    """

    everybody: Floats
    felt: Floats
    fond: Floats
    joining: Floats
    leaving: Floats
    earnings: float = 0.0

    @staticmethod
    def of(limits: tuple[Priced, ...], shape: tuple[int, ...]) -> PriceList:
        """Add up the prices of limits, all of which are known."""
        sums = {name: np.zeros(shape) for name in ("everybody", "fond", "joining", "leaving")}
        felt, earnings = np.zeros(shape), 0.0
        for limit in limits:
            amount, price = limit.amount, limit.price
            if amount is None or price == 0.0:
                continue
            earnings += price * amount.earnings
            if amount.who == "leaving":
                sums["leaving"][..., amount.way] += price * amount.cells.any(axis=2)
            else:
                sums[amount.who] += price * amount.cells
            if amount.felt is not None:
                felt += price * amount.felt
        return PriceList(felt=felt, earnings=earnings, **sums)
