"""Facts: every quantity of a written plan, recomputed in plain arithmetic.

Nothing here is taken from the formulation: contacts are followed by `Routes`, money is added as
decimals. Numbers of the scenario enter as the decimals they are written as; products and sums
are exact to 50 significant digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

import numpy as np

from channelopt.terms.exact import (
    ONE,
    ZERO,
    Amounts,
    ExactNumbers,
    Key,
    exact,
    exact_arithmetic,
    sum_by,
    total,
)
from channelopt.terms.exact_upgrades import upgrade_costs, with_upgrades
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Curve, Floats, Metric, Numbers
from channelopt.terms.routes import Flow, Routes
from channelopt.terms.written import Written

ROUNDING = Decimal("1e-12")
"""Share of all amounts by which a sum of them in binary floats may be off."""


@dataclass(frozen=True)
class Facts:
    """Quantities of a written plan, sparse, by index positions that end with the period.

    Attributes:
        numbers: the scenario as it is with the upgrades that the plan owns.
        written: the decisions.
        contacts: n by (s, i, t), where positive.
        entering: contacts by (s, i, c, t) that channels handle at once: first contacts, and what
            bundles use.
        passed_on: r by (s, i, c, t).
        handled: f by (s, i, c, t).
        given_up: by (s, i, t).
        points: satisfaction points Q by (s, i, t), inbound only.
        weight: importance times contacts by (s, i, t), inbound only, where positive.
        mean: mean satisfaction by (s, t), absent where a segment has none.
        hours_needed: by (s, c, t), channels that some group serves.
        hired: FTE by (g, t).
        released: FTE by (g, t).
        money: every term of the ledger by its finest cell: kept_margin and satisfaction_value
            (s, t), closure_loss (s, c, t), contact_value (s, i, w, t), contact_cost (s, i, c, t),
            staff, hiring and release (g, t), fixed, opening, closing, investment and running
            (c, t). Undiscounted, positive as in the ledger.
        metrics: the amount of each metric by (s, w, t), in the order of the scenario.
        rounding: how far a sum in binary floats may be off from each metric's, where amounts of
            both signs leave little.
        discount: factor of each period.
    """

    numbers: Numbers
    written: Written
    contacts: Amounts
    entering: Amounts
    passed_on: Amounts
    handled: Amounts
    given_up: Amounts
    points: Amounts
    weight: Amounts
    mean: Amounts
    hours_needed: Amounts
    hired: Amounts
    released: Amounts
    money: Mapping[str, Amounts]
    metrics: tuple[Amounts, ...]
    rounding: tuple[Decimal, ...]
    discount: tuple[Decimal, ...]

    @property
    def first_contacts(self) -> Amounts:
        """First contacts e by (s, i, w, t)."""
        return self.written.first_contacts

    @cached_property
    def worked(self) -> Amounts:
        """Hours that a group works, by (g, t)."""
        with exact_arithmetic():
            return sum_by(self.written.hours, 0, 2)

    def is_open(self, channel: int, period: int) -> bool:
        """Whether the plan opens the channel in the period."""
        return (channel, period) in self.written.open

    @cached_property
    def by_period(self) -> Mapping[str, tuple[Decimal, ...]]:
        """Every money term in each period, undiscounted."""
        with exact_arithmetic():
            sums = {term.name: sum_by(self.money[term.name], -1) for term in LEDGER}
        periods = range(len(self.discount))
        return {name: tuple(by.get((t,), ZERO) for t in periods) for name, by in sums.items()}

    @cached_property
    def objective(self) -> Decimal:
        """Satisfaction-weighted profit, discounted."""
        with exact_arithmetic():
            return total(
                term.sign * factor * amount
                for term in LEDGER
                for factor, amount in zip(self.discount, self.by_period[term.name], strict=True)
            )


def facts(n: Numbers, written: Written) -> Facts:
    """Recompute every quantity of a written plan.

    Args:
        n: the scenario, without upgrades.
        written: the decisions.

    Raises:
        CheckFailedError: contacts run in a loop in which nothing ends.
    """
    with exact_arithmetic():
        return _Recount(with_upgrades(n, written.owned), written).facts()


class _Recount:
    """Counts one plan: contacts cell by cell, then channels, staff and segments."""

    def __init__(self, n: Numbers, written: Written) -> None:
        self.n = n
        self.written = written
        self.exact = ExactNumbers()
        self.routes: dict[tuple[bytes, frozenset[int]], Routes] = {}
        self.open = [
            frozenset(c for c in range(len(n.channels)) if (c, t) in written.open)
            for t in range(len(n.periods))
        ]
        self.served = [bool(n.serves[:, c].any()) for c in range(len(n.channels))]
        self.concurrency = [[exact(x) * 60 for x in row] for row in n.concurrency.tolist()]
        self.uses = [{c: exact(x) for c, x in enumerate(row) if x} for row in n.uses.tolist()]
        self.entering: dict[Key, Decimal] = {}
        self.passed_on: dict[Key, Decimal] = {}
        self.handled: dict[Key, Decimal] = {}
        self.given_up: dict[Key, Decimal] = {}
        self.points: dict[Key, Decimal] = {}
        self.contact_value: dict[Key, Decimal] = {}
        self.contact_cost: dict[Key, Decimal] = {}
        self.hours_needed: dict[Key, Decimal] = {}

    def facts(self) -> Facts:
        n = self.n
        contacts = _positive(n.contacts)
        weight = {
            cell: amount * exact(n.importance[cell[1]])
            for cell, amount in contacts.items()
            if n.inbound[cell[1]] and n.importance[cell[1]] > 0
        }
        for (s, i, t), entering in self._cells().items():
            self._follow((s, i, t), entering)
        mean = _means(self.points, weight)
        hired, released = self._staff_changes()
        return Facts(
            numbers=n,
            written=self.written,
            contacts=contacts,
            entering=self.entering,
            passed_on=self.passed_on,
            handled=self.handled,
            given_up=self.given_up,
            points=self.points,
            weight=weight,
            mean=mean,
            hours_needed=self.hours_needed,
            hired=hired,
            released=released,
            money=self._money(mean, hired, released),
            metrics=tuple(sum_by(self._metric(metric), 0, 2, 3) for metric in n.metrics),
            rounding=tuple(
                ROUNDING * total(abs(x) for _, x in self._metric(metric)) for metric in n.metrics
            ),
            discount=_discount(n),
        )

    def _cells(self) -> dict[Key, dict[int, Decimal]]:
        cells: dict[Key, dict[int, Decimal]] = {}
        for (s, i, c, t), amount in self.written.first_contacts.items():
            if amount:
                cells.setdefault((s, i, t), {})[c] = amount
        return cells

    def _follow(self, cell: Key, first: dict[int, Decimal]) -> None:
        """Follow the contacts of one (s, i, t) to their end and book what they cause."""
        s, i, t = cell
        entering = self._by_channel(first)
        self.entering |= {(s, i, c, t): amount for c, amount in entering.items()}
        if self.n.inbound[cell[1]]:
            handled = self._routes(cell).handled(entering)
            self._book_experience(cell, entering, handled)
        else:
            handled = entering
        self._book_value(cell, first)
        self._book_handling(cell, handled)

    def _by_channel(self, first: dict[int, Decimal]) -> dict[int, Decimal]:
        """Return what channels handle at once: a bundle's customers meet all channels it uses."""
        channels = len(self.n.channels)
        entering = {c: amount for c, amount in first.items() if c < channels}
        for way, treated in first.items():
            for c, times in self.uses[way - channels].items() if way >= channels else ():
                entering[c] = entering.get(c, ZERO) + times * treated
        return entering

    def _routes(self, cell: Key) -> Routes:
        s, i, t = cell
        resolution = self.n.resolution[s, i, :, t]
        key = (resolution.tobytes(), self.open[t])
        if key not in self.routes:
            self.routes[key] = Routes(self._flow(resolution, self.open[t]))
        return self.routes[key]

    def _flow(self, resolution: Floats, is_open: frozenset[int]) -> Flow:
        exact = self.exact
        return [
            {
                target: (ONE - exact[ends]) * exact[share]
                for target, share in enumerate(shares)
                if share > 0 and ends < 1 and target in is_open
            }
            for ends, shares in zip(resolution.tolist(), self.n.unresolved.tolist(), strict=True)
        ]

    def _book_experience(
        self, cell: Key, entering: dict[int, Decimal], handled: dict[int, Decimal]
    ) -> None:
        s, i, t = cell
        exact, n = self.exact, self.n
        satisfaction = n.satisfaction[s, i, :, t].tolist()
        resolution = n.resolution[s, i, :, t].tolist()
        passed = unresolved = felt = ZERO
        for c, amount in handled.items():
            first = entering.get(c, ZERO)
            if amount != first:
                self.passed_on[s, i, c, t] = amount - first
                passed += amount - first
            unresolved += (ONE - exact[resolution[c]]) * amount
        for c, first in entering.items():
            if satisfaction[c] == satisfaction[c]:  # nan: none is known, no contact may enter
                felt += exact[satisfaction[c]] * first
        lost = unresolved - passed
        self.given_up[cell] = lost
        felt -= exact[n.transfer_penalty] * passed + exact[n.give_up_penalty] * lost
        self.points[cell] = exact[float(n.importance[i])] * felt

    def _book_value(self, cell: Key, first: dict[int, Decimal]) -> None:
        s, i, t = cell
        value = self.n.contact_value[s, i, :, t].tolist()
        for way, amount in first.items():
            if value[way]:
                self.contact_value[s, i, way, t] = self.exact[value[way]] * amount

    def _book_handling(self, cell: Key, handled: dict[int, Decimal]) -> None:
        s, i, t = cell
        exact = self.exact
        cost = self.n.unit_cost[s, i, :, t].tolist()
        minutes = self.n.handle_minutes[s, i, :, t].tolist()
        for c, amount in handled.items():
            self.handled[s, i, c, t] = amount
            if cost[c]:
                self.contact_cost[s, i, c, t] = exact[cost[c]] * amount
            if self.served[c] and minutes[c] > 0:
                hours = exact[minutes[c]] * amount / self.concurrency[c][t]
                self.hours_needed[s, c, t] = self.hours_needed.get((s, c, t), ZERO) + hours

    def _staff_changes(self) -> tuple[dict[Key, Decimal], dict[Key, Decimal]]:
        hired: dict[Key, Decimal] = {}
        released: dict[Key, Decimal] = {}
        for g in range(len(self.n.groups)):
            before = exact(self.n.initial_fte[g])
            for t in range(len(self.n.periods)):
                now = self.written.fte.get((g, t), ZERO)
                if now > before:
                    hired[g, t] = now - before
                if now < before:
                    released[g, t] = before - now
                before = now
        return hired, released

    def _money(
        self, mean: Amounts, hired: Amounts, released: Amounts
    ) -> dict[str, dict[Key, Decimal]]:
        n = self.n
        price = exact(n.satisfaction_price)
        fte = self.written.fte
        opening, closing = self._switching()
        invested, running = upgrade_costs(n, self.written.owned)
        return {
            "kept_margin": self._kept_margin(mean),
            "contact_value": self.contact_value,
            "satisfaction_value": {
                key: price * points for key, points in sum_by(self.points, 0, -1).items() if price
            },
            "closure_loss": self._closure_loss(),
            "contact_cost": self.contact_cost,
            "staff_cost": {key: exact(n.fte_cost[key]) * amount for key, amount in fte.items()},
            "fixed_cost": {key: exact(n.fixed_cost[key]) for key in sorted(self.written.open)},
            "opening_cost": opening,
            "closing_cost": closing,
            "investment_cost": invested,
            "running_cost": running,
            "hiring_cost": {k: exact(n.hiring_cost[k[0]]) * x for k, x in hired.items()},
            "release_cost": {k: exact(n.release_cost[k[0]]) * x for k, x in released.items()},
        }

    def _metric(self, metric: Metric) -> Iterator[tuple[Key, Decimal]]:
        counted = self.handled if metric.per_handled else self.written.first_contacts
        for key, amount in counted.items():
            yield key, self.exact[float(metric.values[key])] * amount

    def _switching(self) -> tuple[dict[Key, Decimal], dict[Key, Decimal]]:
        opening: dict[Key, Decimal] = {}
        closing: dict[Key, Decimal] = {}
        for c in range(len(self.n.channels)):
            was_open = bool(self.n.initially_open[c])
            for t in range(len(self.n.periods)):
                is_open = c in self.open[t]
                if is_open and not was_open:
                    opening[c, t] = exact(self.n.opening_cost[c])
                if was_open and not is_open:
                    closing[c, t] = exact(self.n.closing_cost[c])
                was_open = is_open
        return opening, closing

    def _closure_loss(self) -> dict[Key, Decimal]:
        n = self.n
        loss: dict[Key, Decimal] = {}
        for s, c, t in np.argwhere(n.closure_loss != 0).tolist():
            if n.initially_open[c] and c not in self.open[t]:
                loss[s, c, t] = exact(n.customers[s, t]) * exact(n.closure_loss[s, c, t])
        return loss

    def _kept_margin(self, mean: Amounts) -> dict[Key, Decimal]:
        n = self.n
        kept: dict[Key, Decimal] = {}
        for s in range(len(n.segments)):
            for t in range(len(n.periods)):
                margin = exact(n.margin[s, t])
                share = _share_kept(n, s, mean[s, t]) if (s, t) in mean else ONE
                per_customer = max(margin, ZERO) * share + min(margin, ZERO)
                kept[s, t] = exact(n.customers[s, t]) * per_customer
        return kept


def _positive(array: Floats) -> dict[Key, Decimal]:
    """Return the positive cells of an array as decimals."""
    exact = ExactNumbers()
    places = (array > 0).nonzero()
    keys = zip(*(axis.tolist() for axis in places), strict=True)
    return {key: exact[x] for key, x in zip(keys, array[places].tolist(), strict=True)}


def _means(points: Amounts, weight: Amounts) -> dict[Key, Decimal]:
    weights = sum_by(weight, 0, -1)
    sums = sum_by(points, 0, -1)
    return {key: sums.get(key, ZERO) / amount for key, amount in weights.items()}


def _share_kept(n: Numbers, segment: int, mean: Decimal) -> Decimal:
    curve = n.curves.get(segment)
    if curve is None:
        return ONE - exact(n.satisfaction_weight) * (ONE - mean)
    return _on_curve(curve, mean)


def _on_curve(curve: Curve, at: Decimal) -> Decimal:
    """Return the height of a piecewise linear curve, constant outside its points."""
    points = [(exact(x), exact(y)) for x, y in zip(curve.at, curve.keeps, strict=True)]
    if at <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return points[-1][1]


def _discount(n: Numbers) -> tuple[Decimal, ...]:
    growth = ONE + exact(n.discount_rate)
    return tuple(ONE / growth**t for t in range(len(n.periods)))
