"""The sheet that adds all terms up to the objective, beside the figures of the plan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from channelopt.report.book.cells import Cell, Formula
from channelopt.report.book.paper import Column, Page, Role
from channelopt.report.book.recalculation.basis import Basis
from channelopt.report.book.recalculation.parameters import Parameters
from channelopt.report.book.recalculation.sheets import FIRST, Sheet, at
from channelopt.report.figures import headed
from channelopt.report.speech import _, later
from channelopt.terms.money import LEDGER

HALF_A_CENT = 0.005

LEGEND: Mapping[Role, str] = {
    "input": later("A number of the scenario: change it and see the profit move."),
    "decision": later("What the plan decides, for example how many contacts enter a channel."),
    "value": later("A figure that was taken from the plan as it is, not recomputed here."),
    "plain": later("A formula, or words. The file also holds what each formula comes to."),
}

FINE = (
    later(
        "Everything is recomputed from the decisions of the plan and the numbers of the scenario: "
        "contacts that are passed on, satisfaction, the margin that is kept, every cost."
    ),
    later(
        "What owned upgrades do to costs, times and satisfaction is in the numbers already; owning "
        "another upgrade changes its price here, not its effects."
    ),
    later(
        "No rule of the scenario is checked here: contacts that no longer add up show in the "
        "differences of the sheet of contacts to serve, work without staff beside the hours."
    ),
    later("Filter these sheets as you like, but do not sort them: formulas refer to their places."),
)
COARSE = (
    later(
        "The plan has too many contacts for formulas of their own. Satisfaction points, handled "
        "contacts, their mean value and their mean cost are taken from the plan, by segment and "
        "by channel; everything after that is recomputed."
    ),
    *FINE[1:2],
    *FINE[3:],
)


@dataclass(frozen=True)
class Terms:
    """Writes the terms.

    Attributes:
        places: sheet and column of each term that has one.
    """

    basis: Basis
    page: Page
    parameters: Parameters
    places: Mapping[str, tuple[Sheet, str]]

    def write(self) -> None:
        """Write the terms, the sum, and what the colours mean."""
        columns = self._columns()
        rows = [self._term(k, entry.name) for k, entry in enumerate(LEDGER)]
        self.page.table(columns, rows, frozen=1, filtered=False)
        row = FIRST + len(LEDGER)
        for cells in self._sums(row):
            self.page.line(row, columns, cells)
            row += 1
        self._legend(row + 1)
        labels = [_("Satisfaction-weighted profit"), *(_(entry.label) for entry in LEDGER)]
        self.page.widen(0, Column("", widest=44), labels)

    @property
    def _periods(self) -> int:
        return len(self.basis.numbers.periods)

    def _columns(self) -> list[Column]:
        currency, periods = self.basis.names.currency, self.basis.numbers.periods
        return [
            Column(headed(_("Term"), currency)),
            *(Column(period, "coins") for period in periods),
            Column(_("Total"), "coins"),
            Column(_("Discounted"), "coins"),
            Column(_("In the plan (plan.json)"), "coins", "value"),
            Column(_("Difference"), "coins"),
        ]

    def _term(self, k: int, name: str) -> list[Cell]:
        a, sign = self.basis.accounts, LEDGER[k].sign
        row, amounts = FIRST + k, [float(x) for x in a.term(name)]
        cells = [self._amount(name, t, sign, amount) for t, amount in enumerate(amounts)]
        discount = [float(x) for x in a.discount]
        total = sign * math.fsum(amounts)
        discounted = sign * math.fsum(x * d for x, d in zip(amounts, discount, strict=True))
        recorded = sign * self.basis.plan.money[name].discounted
        return [_(LEDGER[k].label), *cells, *self._ends(row, total, discounted, recorded)]

    def _amount(self, name: str, t: int, sign: int, amount: float) -> Cell:
        found = self.places.get(name)
        if found is None:
            return 0.0
        sheet, column = found
        last = len(sheet.rows) // self._periods - 1
        cells = sheet.span(column, (t, 0), (t, last))
        return Formula(f"{'-' if sign < 0 else ''}SUM({cells})", sign * amount)

    def _ends(self, row: int, total: float, discounted: float, recorded: float) -> list[Cell]:
        """Return the total, the discounted total, the plan's figure and the difference."""
        last = self._periods
        own = f"{at(row, 1)}:{at(row, last)}"
        factors = f"{at(self._factors, 1)}:{at(self._factors, last)}"
        return [
            Formula(f"SUM({own})", total),
            Formula(f"SUMPRODUCT({own},{factors})", discounted),
            recorded,
            Formula(f"{at(row, last + 2)}-{at(row, last + 3)}", discounted - recorded),
        ]

    @property
    def _factors(self) -> int:
        """Return the row of discount factors: below the sum of all terms."""
        return FIRST + len(LEDGER) + 1

    def _sums(self, row: int) -> Iterator[list[Cell]]:
        """Yield the rows of sums: profit, discount factor, discounted profit."""
        a, plan = self.basis.accounts, self.basis.plan
        by_period, discount = a.profit_by_period, a.discount
        ends = range(1, self._periods + 1)
        profit: list[Cell] = [Formula(self._down(k, row), float(by_period[k - 1])) for k in ends]
        total = math.fsum(float(x) for x in by_period)
        objective = plan.objective or 0.0
        ends_of_sum = self._ends(row, total, a.objective, objective)
        yield [_("Satisfaction-weighted profit"), *profit, *ends_of_sum]
        factors = [Formula(self.parameters.discount(k - 1), float(discount[k - 1])) for k in ends]
        yield [_("Discount factor"), *factors, None, None, None, None]
        is_same = abs(a.objective - objective) <= HALF_A_CENT
        words = _("agrees to the cent"), _("differs")
        check = 'IF(ABS({})<={},"{}","{}")'.format(
            at(row, self._periods + 4), HALF_A_CENT, *(one.replace('"', '""') for one in words)
        )
        blank: Sequence[Cell] = [None] * (self._periods + 3)
        yield [_("Check"), Formula(check, words[0] if is_same else words[1]), *blank]

    def _down(self, column: int, row: int) -> str:
        return f"SUM({at(FIRST, column)}:{at(row - 1, column)})"

    def _legend(self, row: int) -> None:
        self.page.note(row, _("What the colours mean"), "total")
        for role, text in LEGEND.items():
            row += 1
            self.page.put(row, 0, _(text), "text", role)
        row += 2
        self.page.note(row, _("What to know"), "total")
        for text in FINE if self.basis.is_fine else COARSE:
            row += 1
            self.page.paragraph(row, _(text), (0, self._periods + 4))
