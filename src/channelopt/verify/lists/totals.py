"""Compares totals.csv, hours.csv and list.json with what the list adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from channelopt.terms.exact import ZERO, Key
from channelopt.terms.numbers import Floats, Numbers
from channelopt.terms.written import Written
from channelopt.verify.lists.menu import NONE, Menu, Question
from channelopt.verify.lists.result import Findings
from channelopt.verify.lists.tally import TOTALS, Tally
from channelopt.verify.read import TableLike, number, shown

CLOSE = 1e-9
HALF_A_CENT = 0.005
_MONEY = ("value", "cost")
_FIGURES = ("customers", "contacts", "share", "plan_share", "value", "cost", "satisfaction")

_Place = tuple[str, str, str]


@dataclass(frozen=True)
class TotalsCheck:
    """Checks totals.csv.

    Attributes:
        numbers: the scenario.
        plan: the plan of segments.
        period: position of the period.
        tally: of the list.
        questions: what is decided.
        menus: their options that were met.
        found: takes what is wrong.
    """

    numbers: Numbers
    plan: Written
    period: int
    tally: Tally
    questions: tuple[Question, ...]
    menus: tuple[Menu, ...]
    found: Findings

    def check(self, table: TableLike) -> None:
        """Compare every row, and say which are missing."""
        right = dict(self._right())
        seen: set[_Place] = set()
        for line, cells in enumerate(table.rows, start=2):
            row = dict(zip(table.columns, cells, strict=False))
            place = (row.get("segment", ""), row.get("interaction", ""), row.get("channel", ""))
            where = f"totals.csv row {line} ({', '.join(place)})"
            if place in seen:
                self._wrong(f"{where}: a second row")
            seen.add(place)
            self._row(where, row, place, right)
        for place, figures in right.items():
            if place not in seen and figures["customers"]:
                self._wrong(f"totals.csv: no row for {', '.join(place)}")

    def _row(
        self,
        where: str,
        row: Mapping[str, Any],
        place: _Place,
        right: Mapping[_Place, Mapping[str, float | None]],
    ) -> None:
        planned = self._planned(place)
        figures = dict(right.get(place, {}))
        if not figures:
            asked = {question.name for question in self.questions}
            known = place[0] in self.numbers.segments and place[1] in asked
            if not known or planned == 0.0:
                self._wrong(f"{where}: nobody takes this option")
                return
            figures = {**dict.fromkeys(_FIGURES, 0.0), "satisfaction": None}
        for name in _FIGURES:
            expected = planned if name == "plan_share" else figures[name]
            if name == "plan_share" and planned is None:
                continue
            self._figure(where, name, row.get(name), expected)

    def _figure(self, where: str, name: str, cell: Any, right: float | None) -> None:
        try:
            claimed = number(cell)
        except ValueError as fault:
            self._wrong(f"{where}, {name}: {fault}")
            return
        if not same(claimed, right, money=name in _MONEY):
            self._wrong(f"{where}, {name}: {differs(claimed, right)}")

    def _right(self) -> Iterator[tuple[_Place, dict[str, float | None]]]:
        """Yield what every option of a segment must say."""
        for q, (asked, menu) in enumerate(zip(self.questions, self.menus, strict=True)):
            sums = self.tally.options[q].value if q < len(self.tally.options) else None
            if sums is None:
                continue
            for o, name in enumerate(menu.names[: len(sums) - 1]):
                for s, segment in enumerate(self.numbers.segments):
                    figures = dict(zip(TOTALS, sums[o, s].tolist(), strict=True))
                    if figures["customers"]:
                        basis = self._basis(asked, sums[:, s])
                        yield (segment, asked.name, name), _figures(figures, sums[:, s], basis)

    def _basis(self, asked: Question, others: Floats) -> str:
        """Return what shares are of: contacts of inbound interactions, else customers."""
        inbound = all(self.numbers.inbound[i] for i in asked.interactions)
        counted = others[:, TOTALS.index("contacts")].sum() > 0
        return "contacts" if inbound and counted else "customers"

    def _planned(self, place: _Place) -> float | None:
        """Return the plan's share of an option; None where options are several ways at once."""
        n, t = self.numbers, self.period
        segment, interaction, option = place
        known = {asked.name: asked.interactions for asked in self.questions}
        inside = known.get(interaction, ())
        if len(inside) != 1 or segment not in n.segments:
            return None
        s, i = n.segments.index(segment), inside[0]
        contacts = float(n.contacts[s, i, t])
        if option == NONE and option not in n.ways:
            return 0.0 if n.inbound[i] else 1.0 - self._share(s, i, range(len(n.ways)))
        if contacts <= 0 or option not in n.ways:
            return 0.0
        return self._share(s, i, [n.ways.index(option)])

    def _share(self, s: int, i: int, ways: Iterable[int]) -> float:
        """Return the plan's share of contacts that enter some ways; 0 where there are none."""
        contacts = float(self.numbers.contacts[s, i, self.period])
        first = self.plan.first_contacts
        made = sum(float(first.get((s, i, w, self.period), ZERO)) for w in ways)
        return made / contacts if contacts > 0 else 0.0

    def _wrong(self, line: str) -> None:
        self.found.add("totals.csv", line)


def _figures(figures: Mapping[str, float], others: Floats, basis: str) -> dict[str, float | None]:
    """Return the columns of one option of a segment.

    Args:
        figures: its sums.
        others: (options, len(TOTALS)) sums of all options of the segment.
        basis: what its share is of.
    """
    whole = float(others[:, TOTALS.index(basis)].sum())
    rated = figures["rated"]
    return {
        **{name: figures[name] for name in ("customers", "contacts", "value", "cost")},
        "share": figures[basis] / whole if whole > 0 else 0.0,
        "satisfaction": figures["felt"] / rated if rated > 0 else None,
    }


def same(claimed: Decimal | float | None, right: Decimal | float | None, *, money: bool) -> bool:
    """Whether a figure is right: money to half a cent, all to 1e-9 of their size."""
    if claimed is None or right is None:
        return claimed is None and right is None
    close = HALF_A_CENT if money else CLOSE
    return abs(float(claimed) - float(right)) <= close + CLOSE * abs(float(right))


def differs(claimed: Decimal | float | None, right: Decimal | float | None) -> str:
    """Say what is written and what is right."""
    found = "nothing is written" if claimed is None else f"{float(claimed):.12g} is written"
    wanted = "nothing belongs there" if right is None else f"recomputed it is {float(right):.12g}"
    return f"{found}, {wanted}"


def read_hours(table: TableLike, n: Numbers, found: Findings) -> dict[Key, Decimal]:
    """Return hours.csv by (g, c); what cannot be used is found."""
    hours: dict[Key, Decimal] = {}
    for line, cells in enumerate(table.rows, start=2):
        row = dict(zip(table.columns, cells, strict=False))
        where = f"hours.csv row {line}"
        group, channel = row.get("group"), row.get("channel")
        if group not in n.groups or channel not in n.channels:
            text = f"{shown(group)}, {shown(channel)} is no group and channel of the scenario"
            found.add("hours.csv", f"{where}: {text}")
            continue
        key = (n.groups.index(str(group)), n.channels.index(str(channel)))
        try:
            amount = number(row.get("hours"))
        except ValueError as fault:
            found.add("hours.csv", f"{where}, hours: {fault}")
            continue
        if amount is None or key in hours:
            said = "the cell is empty" if amount is None else "a second row for it"
            found.add("hours.csv", f"{where}, hours: {said}")
            continue
        hours[key] = amount
    return hours


def as_floats(hours: Mapping[Key, Decimal]) -> dict[tuple[int, int], float]:
    """Return hours by (g, c) as floats."""
    return {(g, c): float(np.float64(x)) for (g, c), x in hours.items()}
