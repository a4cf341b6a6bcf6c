"""Numbers of the scenario that hold everywhere: prices, discount, importance, curves, routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from channelopt.report.book.cells import Cell, Formula, quoted
from channelopt.report.book.paper import HEAD, Column, Page, Role
from channelopt.report.book.recalculation.basis import Basis
from channelopt.report.book.recalculation.sheets import at
from channelopt.report.figures import headed
from channelopt.report.speech import _, later

OBJECTIVE = {
    "satisfaction_weight": later("Weight of satisfaction, where a segment has no retention curve"),
    "satisfaction_price": later("Price of a satisfaction point"),
    "transfer_penalty": later("Points lost when a contact is passed on or repeated"),
    "give_up_penalty": later("Points lost when a customer gives up"),
    "discount_rate": later("Discount rate per period"),
}


@dataclass(frozen=True)
class Parameters:
    """Where the numbers stand; rows are counted from 0."""

    basis: Basis
    page: Page

    @property
    def _periods(self) -> int:
        return HEAD + len(OBJECTIVE) + 3

    @property
    def _interactions(self) -> int:
        return self._periods + len(self.basis.numbers.periods) + 3

    @property
    def _curves(self) -> int:
        return self._interactions + len(self.basis.numbers.interactions) + 3

    @property
    def _routes(self) -> int:
        curves = self.basis.numbers.curves
        points = sum(len(curve.at) for curve in curves.values())
        return self._curves + (points + 3 if curves else 0)

    @property
    def _unit(self) -> int:
        return self._routes + len(self.basis.numbers.channels) + 3

    @property
    def _uses(self) -> int:
        after = len(self.basis.numbers.channels) + 3
        return self._unit + after if self.basis.passes_on else self._routes

    def objective(self, name: str) -> str:
        """Return the cell of a number of the objective."""
        return self._there(at(HEAD + 1 + list(OBJECTIVE).index(name), 1))

    def discount(self, t: int) -> str:
        """Return the cell of the discount factor of a period."""
        return self._there(at(self._periods + 1 + t, 2))

    def importance(self, i: int) -> str:
        """Return the cell of the importance of an interaction."""
        return self._there(at(self._interactions + 1 + i, 2))

    def curve(self, s: int) -> tuple[str, str, int]:
        """Return the cells of satisfaction and share kept of a segment's curve, and how many."""
        curves = self.basis.numbers.curves
        before = sum(len(curves[one].at) for one in sorted(curves) if one < s)
        points = len(curves[s].at)
        first = self._curves + 1 + before
        last = first + points - 1
        spans = [self._there(f"{at(first, k)}:{at(last, k)}") for k in (1, 2)]
        return spans[0], spans[1], points

    def route(self, origin: int, target: int) -> str:
        """Return the cell of the share of unresolved contacts that goes from one to another."""
        return self._there(at(self._routes + 1 + origin, 1 + target))

    def unit(self) -> str:
        """Return the cells of the unit matrix."""
        last = len(self.basis.numbers.channels)
        return self._there(f"{at(self._unit + 1, 1)}:{at(self._unit + last, last)}")

    def uses(self, c: int) -> str:
        """Return the cells of what each bundle uses of a channel."""
        first, last = self._uses + 1, self._uses + len(self.basis.numbers.bundles)
        return self._there(f"{at(first, 1 + c)}:{at(last, 1 + c)}")

    def _there(self, cells: str) -> str:
        return f"{quoted(self.page.name)}!{cells}"

    def write(self) -> None:
        """Write all blocks."""
        self._write_objective()
        self._write_periods()
        self._write_interactions()
        if self.basis.numbers.curves:
            self._write_curves()
        if self.basis.passes_on:
            self._write_routes()
        if self.basis.numbers.bundles:
            self._write_uses()
        names = self.basis.names
        titles = (*names.channels.values(), *names.segments.values(), *names.bundles.values())
        longest = [_(label) for label in OBJECTIVE.values()]
        self.page.widen(0, Column("", widest=62), [*titles, *longest])
        self.page.sheet.set_column(1, max(3, len(names.channels) + 1), 16)

    def _write_objective(self) -> None:
        n = self.basis.numbers
        rows = [
            (_(label), None if isnan(getattr(n, name)) else float(getattr(n, name)))
            for name, label in OBJECTIVE.items()
        ]
        price = headed(_("Value"), self.basis.names.currency if n.satisfaction_price else None)
        columns = [Column(_("Objective")), Column(price, "plain", "input")]
        self.page.block(columns, rows, top=HEAD)

    def _write_periods(self) -> None:
        n, rate = self.basis.numbers, self.objective("discount_rate")
        rows = [
            (period, t, Formula(f"(1+{rate})^-B{self._periods + 2 + t}", float(n.discount[t])))
            for t, period in enumerate(n.periods)
        ]
        columns = [
            Column(_("Period")),
            Column(_("Periods from the first"), "whole"),
            Column(_("Discount factor"), "factor"),
        ]
        self.page.block(columns, rows, top=self._periods)

    def _write_interactions(self) -> None:
        n, titles = self.basis.numbers, self.basis.names.interactions
        rows = [
            (
                titles.get(name, name),
                _("inbound") if n.inbound[i] else _("outbound"),
                float(n.importance[i]),
            )
            for i, name in enumerate(n.interactions)
        ]
        columns = [
            Column(_("Interaction")),
            Column(_("Direction")),
            Column(_("Importance"), "plain", "input"),
        ]
        self.page.block(columns, rows, top=self._interactions)

    def _write_curves(self) -> None:
        n, titles = self.basis.numbers, self.basis.names.segments
        rows = [
            (titles.get(n.segments[s], n.segments[s]), float(satisfaction), float(keeps))
            for s, curve in sorted(n.curves.items())
            for satisfaction, keeps in zip(curve.at, curve.keeps, strict=True)
        ]
        columns = [
            Column(_("Retention curve of")),
            Column(_("At satisfaction"), "plain", "input"),
            Column(_("Share of margin kept"), "plain", "input"),
        ]
        self.page.block(columns, rows, top=self._curves)

    def _write_routes(self) -> None:
        n = self.basis.numbers
        shares = [[float(share) for share in row] for row in n.unresolved]
        heading = _("Unresolved contacts go from … to …")
        self._write_matrix(self._routes, heading, self._channels(), shares, "input")
        unit = [[int(a == b) for b in range(len(shares))] for a in range(len(shares))]
        self._write_matrix(self._unit, _("Unit matrix (for the sums)"), self._channels(), unit)

    def _write_uses(self) -> None:
        n, titles = self.basis.numbers, self.basis.names.bundles
        uses = [[float(share) for share in row] for row in n.uses]
        labels = [titles.get(name, name) for name in n.bundles]
        heading = _("A customer of this bundle uses …")
        self._write_matrix(self._uses, heading, labels, uses, "input")

    def _write_matrix(
        self,
        top: int,
        heading: str,
        labels: Sequence[str],
        values: Sequence[Sequence[Cell]],
        role: Role = "plain",
    ) -> None:
        columns = [Column(heading), *(Column(one, "plain", role) for one in self._channels())]
        rows = [(label, *row) for label, row in zip(labels, values, strict=True)]
        self.page.block(columns, rows, top=top)

    def _channels(self) -> list[str]:
        titles = self.basis.names.channels
        return [titles.get(name, name) for name in self.basis.numbers.channels]
