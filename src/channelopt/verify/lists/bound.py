"""The bound, anew: what every option of every customer is worth at the prices of limits.csv."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from channelopt.customers.people import People
from channelopt.terms.numbers import Floats
from channelopt.verify.lists.choices import Choices, Entries
from channelopt.verify.lists.customers import Answer, Customers, Places
from channelopt.verify.lists.menu import Question
from channelopt.verify.lists.prices import Priced, PriceList
from channelopt.verify.lists.reading import CLOSE, Taken, compare, named, report
from channelopt.verify.lists.result import Findings

Shares = Mapping[str, Floats]
"""By name of an option, (S,) the plan's share of it."""

PAID = "paid_"
OTHER = "paid_other"


@dataclass(frozen=True)
class Till:
    """What customers pay at the prices of some limits.

    Attributes:
        prices: by cell.
    """

    prices: PriceList

    def paid(self, group: Customers, people: People, answer: Answer, felt: Floats) -> Floats:
        """Return (n,) what an answer pays.

        Args:
            group: the customers.
            people: the same.
            answer: what is chosen.
            felt: (S, I, W) satisfaction as the scenario says.
        """
        price, total = self.prices, np.zeros(len(group))
        for i, way in answer.items():
            rate = group.of(price.everybody, i, way)
            if price.felt.any():
                more = group.satisfaction(i, way) - group.of(felt, i, way)
                rate = rate + more * group.of(price.felt, i, way)
            if people.preferred is not None and price.fond.any():
                fond = (people.preferred == way) | (people.preferred < 0)
                rate = rate + np.where(fond, group.of(price.fond, i, way), 0.0)
            now = people.current.get(i, people.current.get(-1))
            if now is not None and (price.joining.any() or price.leaving.any()):
                moves = (now >= 0) & (now != way)
                moving = group.of(price.joining, i, way)
                moving = moving + group.of(price.leaving, i, now.astype(np.intp))
                rate = rate + np.where(moves, moving, 0.0)
            total += group.made(i, way) * rate
        if price.earnings:
            earned = group.experience(answer)
            total += price.earnings * (earned.kept + earned.earned)
        return total


@dataclass
class Bound:
    """Goes through the customers once more and adds up the best that each could do.

    Attributes:
        choices: what customers may choose from.
        questions: in the order of the rows.
        limits: with their prices; what each counts is known.
        found: takes what is wrong.
        shares: by question, the plan's shares of its options; None where these are not known.
        kept: what customers keep at the prices, by stretch.
        even: what the plan's shares are worth to them, by stretch.
        size: sum of the sizes of what is added up.
    """

    choices: Choices
    questions: tuple[Question, ...]
    limits: tuple[Priced, ...]
    found: Findings
    shares: Sequence[Shares | None]
    kept: list[float] = field(default_factory=list)
    even: list[float] = field(default_factory=list)
    size: float = 0.0

    def __post_init__(self) -> None:
        shape = self.choices.cells.may_enter.shape
        self.options = [self.choices.options(asked) for asked in self.questions]
        self._all = Till(PriceList.of(self.limits, shape))
        self.tills: dict[str, Till] = {
            name: Till(PriceList.of(limits, shape)) for name, limits in columns(self.limits).items()
        }

    def check(self, taken: Taken) -> None:
        """Add the best of every customer of one question, and check what the rows say of it."""
        q = taken.answers.question
        asked, options = self.questions[q], self.options[q]
        group, count = taken.group, len(taken.group)
        felt = self.choices.cells.felt
        worth, values = np.full((2, len(options), count), -np.inf)
        idle = self.choices.idle(asked, group)
        for o, entries in enumerate(options.values()):
            answer = self.choices.answer(asked, entries)
            allowed = self.choices.allowed(asked, entries, group) & ~idle
            values[o] = np.where(allowed, group.experience(answer).value, -np.inf)
            worth[o] = values[o] - self._all.paid(group, taken.people, answer, felt)
        worth[-1, idle] = values[-1, idle] = 0.0
        self._spread(taken, list(options), values)
        best = worth.max(axis=0)
        barred = ~np.isfinite(best)
        report(self.found, "option", taken, barred, lambda _: "nothing may be chosen here")
        self.kept.append(math.fsum(best[~barred].tolist()))
        self.size += float(np.abs(best[~barred]).sum())
        self._runner_up(taken, options, worth)
        for name, till in self.tills.items():
            right = till.paid(group, taken.people, taken.answers.ways, felt)
            compare(self.found, taken, name, right)

    def _spread(self, taken: Taken, names: list[str], values: Floats) -> None:
        """Add what the plan's shares of options are worth, those that are barred to the others."""
        shares = self.shares[taken.answers.question]
        if shares is None:
            return
        by_segment = np.stack([shares[name] for name in names])
        free = np.isfinite(values)
        parts = np.where(free, by_segment[:, taken.group.segment], 0.0)
        parts = np.where(parts.sum(axis=0) > 0, parts, free)
        whole = parts.sum(axis=0)
        amounts = (parts * np.where(free, values, 0.0)).sum(axis=0)
        each = np.divide(amounts, whole, out=np.zeros(len(whole)), where=whole > 0)
        self.even.append(math.fsum(each.tolist()))

    def _runner_up(self, taken: Taken, options: Mapping[str, Entries], worth: Floats) -> None:
        """Check which option is second, and how much worse it is at the prices."""
        count = len(taken.group)
        places = {name: o for o, name in enumerate(options)}
        at = np.arange(count)
        own = _places(taken, "option", places)
        second = _places(taken, "runner_up", places)
        others = worth.copy()
        others[np.maximum(own, 0), at] = -np.inf
        best = others.max(axis=0)
        alone = ~np.isfinite(best)
        chosen = worth[np.maximum(own, 0), at]
        with np.errstate(invalid="ignore"):
            right = np.where(alone, np.nan, chosen - best)
        named = others[np.maximum(second, 0), at]
        room = CLOSE * np.maximum(1.0, np.abs(chosen))
        with np.errstate(invalid="ignore"):
            wrong = np.where(alone, second >= 0, (second < 0) | ~(named >= best - room))
        report(self.found, "runner_up", taken, wrong, lambda _: "another option comes second")
        compare(self.found, taken, "worse_by", right, room)

    def total(
        self,
        standing: Mapping[str, float],
        most: Mapping[int, float],
        means: tuple[float, float],
    ) -> float:
        """Return the bound without what no customer changes.

        Args:
            standing: by name of a limit, what it counts that no customer changes.
            most: by staff group, the most hours it may spend on a channel.
            means: no mean satisfaction is less, or more.
        """
        parts = list(self.kept)
        hours: dict[tuple[int, int], float] = {}
        lowest: dict[str, float] = {}
        for limit in self.limits:
            if limit.price == 0.0 or limit.amount is None:
                continue
            side = limit.upper if limit.price > 0 else limit.lower
            parts += [limit.price * side, -limit.price * standing.get(limit.name, 0.0)]
            for key, amount in limit.amount.hours.items():
                hours[key] = hours.get(key, 0.0) - limit.price * amount
            gain = lowest.get(limit.owner, 0.0) - limit.price * limit.amount.lowest
            lowest[limit.owner] = gain
        parts += [max(gain, 0.0) * most[g] for (g, _), gain in hours.items()]
        parts += [max(gain * mean for mean in means) for gain in lowest.values()]
        self.size += sum(abs(part) for part in parts[len(self.kept) :])
        return math.fsum(parts)


def columns(limits: Sequence[Priced]) -> dict[str, tuple[Priced, ...]]:
    """Return the limits that each column of payments is for; the last is all the others."""
    found: dict[str, tuple[Priced, ...]] = {}
    rest = []
    for limit in limits:
        if not limit.scarce or limit.price == 0.0:
            rest.append(limit)
            continue
        name = plain = f"{PAID}{limit.name.replace(':', '_')}"
        number = 2
        while name in found or name == OTHER:
            name, number = f"{plain}_{number}", number + 1
        found[name] = (limit,)
    return {**found, OTHER: tuple(rest)}


def _places(taken: Taken, column: str, places: Mapping[str, int]) -> Places:
    """Return (n,) positions of options by name, -1 for none."""
    written = named(taken, column)
    codes = np.array([*(places.get(name, -1) for name in written.names), -1], dtype=np.intp)
    found: Places = codes[written.codes]
    return found
