"""Channels and their upgrades: what is open, what it handles, what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelopt.plan.investments import bought, owned
from channelopt.plan.table import neutral
from channelopt.report.book.cells import Cell, Formula
from channelopt.report.book.paper import Column, Page
from channelopt.report.book.recalculation.basis import Basis
from channelopt.report.book.recalculation.sheets import Sheet, by_period
from channelopt.report.figures import headed
from channelopt.report.speech import _

Row = dict[str, Cell]


def channels_sheet(basis: Basis, page: Page) -> Sheet:
    """Return where channels stand: rows by period and channel, bundles last."""
    size, periods = len(basis.numbers.ways), len(basis.numbers.periods)
    rows = by_period(periods, size)
    return Sheet(page, {**_use(basis), **_costs(basis)}, rows)


def _use(basis: Basis) -> dict[str, Column]:
    currency, fine = basis.names.currency, basis.is_fine
    means = {
        "mean_worth": Column(
            headed(_("Mean value of a first contact"), currency), "plain", "value"
        ),
        "mean_cost": Column(
            headed(_("Mean cost of a handled contact"), currency), "plain", "value"
        ),
    }
    return {
        "period": Column(_("Period")),
        "channel": Column(_("Channel"), widest=42),
        "id": Column(_("Channel id"), "text", "id"),
        "open": Column(_("Open"), "flag", "decision"),
        "before": Column(_("Open before"), "flag"),
        "first": Column(_("First contacts"), "points", "plain" if fine else "value"),
        "handled": Column(_("Handled contacts"), "points", "plain" if fine else "value"),
        "capacity": Column(_("Capacity"), "plain", "input"),
        "use": Column(_("Use of capacity"), "share"),
        "concurrency": Column(_("Contacts at once"), "plain", "input"),
        "hours": Column(_("Hours of work"), "coins", "plain" if fine else "value"),
        "given": Column(_("Hours worked by staff"), "coins", "value"),
        **({} if fine else means),
    }


def _costs(basis: Basis) -> dict[str, Column]:
    currency = basis.names.currency
    return {
        "contact_value": Column(headed(_("Value of contacts"), currency), "coins"),
        "contact_cost": Column(headed(_("Contact cost"), currency), "coins"),
        "fixed": Column(headed(_("Fixed cost while open"), currency), "plain", "input"),
        "opening": Column(headed(_("Cost of opening"), currency), "plain", "input"),
        "closing": Column(headed(_("Cost of closing"), currency), "plain", "input"),
        "fixed_cost": Column(headed(_("Fixed cost"), currency), "coins"),
        "opening_cost": Column(headed(_("Opening cost"), currency), "coins"),
        "closing_cost": Column(headed(_("Closing cost"), currency), "coins"),
        "investment_cost": Column(headed(_("Investment"), currency), "coins"),
        "running_cost": Column(headed(_("Running cost"), currency), "coins"),
    }


def upgrades_sheet(basis: Basis, page: Page) -> Sheet:
    """Return where upgrades stand: rows by period and upgrade."""
    currency = basis.names.currency
    columns = {
        "period": Column(_("Period")),
        "upgrade": Column(_("Upgrade"), widest=48),
        "id": Column(_("Channel id"), "text", "id"),
        "owned": Column(_("Owned"), "flag", "decision"),
        "before": Column(_("Owned before"), "flag"),
        "price": Column(headed(_("Price of the upgrade"), currency), "plain", "input"),
        "running": Column(headed(_("Running cost while owned"), currency), "plain", "input"),
        "investment_cost": Column(headed(_("Investment"), currency), "coins"),
        "running_cost": Column(headed(_("Running cost"), currency), "coins"),
    }
    size, periods = len(basis.numbers.upgrades.ids), len(basis.numbers.periods)
    rows = by_period(periods, size)
    return Sheet(page, columns, rows)


@dataclass(frozen=True)
class Channels:
    """Writes channels and upgrades.

    Attributes:
        contacts: None where contacts have no formulas of their own.
        upgrades: None where the scenario has none.
    """

    basis: Basis
    channels: Sheet
    contacts: Sheet | None
    upgrades: Sheet | None

    def write(self) -> None:
        """Write both sheets."""
        self.channels.write([self._row(t, w) for t, w in self.channels.rows], frozen=3)
        for c, was_open in enumerate(self.basis.numbers.initially_open):
            self.channels.given("before", (0, c), int(was_open))
        if self.upgrades is not None:
            rows = [self._upgrade(self.upgrades, t, k) for t, k in self.upgrades.rows]
            self.upgrades.write(rows, frozen=2)

    def _row(self, t: int, w: int) -> Row:
        n = self.basis.numbers
        way = n.ways[w]
        row: Row = {
            "period": n.periods[t],
            "channel": self.basis.titles["channel"].get(way, way),
            "id": way,
            **self._contacts(t, w),
        }
        return row | self._channel(t, w) if w < len(n.channels) else row

    def _contacts(self, t: int, w: int) -> Row:
        a, n = self.basis.accounts, self.basis.numbers
        is_channel = w < len(n.channels)
        first, worth = (
            float(a.first_contacts[:, :, w, t].sum()),
            float(a.contact_value[:, w, t].sum()),
        )
        handled = float(a.handled[:, :, w, t].sum()) if is_channel else 0.0
        cost = float(a.contact_cost[:, w, t].sum()) if is_channel else 0.0
        if self.contacts is not None:
            row: Row = {
                "first": self._sum("first", t, w, first),
                "contact_value": self._sum("contact_value", t, w, worth),
            }
            more: Row = {
                "handled": self._sum("handled", t, w, handled),
                "contact_cost": self._sum("contact_cost", t, w, cost),
            }
            return row | more if is_channel else row
        return {
            "first": first,
            "handled": handled,
            "mean_worth": worth / first if first else 0.0,
            "mean_cost": cost / handled if handled else 0.0,
            "contact_value": self._product("first", "mean_worth", t, w, worth),
            "contact_cost": self._product("handled", "mean_cost", t, w, cost),
        }

    def _sum(self, column: str, t: int, w: int, value: float) -> Formula | float:
        """Return the sum of a column of contacts over the rows of a channel in a period."""
        own = self.basis.runs.get((t,))
        if self.contacts is None or not own:
            return value
        rows = self.basis.rows_of(*own)
        ids, amounts = (self.contacts.span(name, *rows) for name in ("id", column))
        return Formula(f"SUMIF({ids},{self._here('id', t, w)},{amounts})", value)

    def _product(self, a: str, b: str, t: int, w: int, value: float) -> Formula:
        return Formula(f"{self._here(a, t, w)}*{self._here(b, t, w)}", value)

    def _channel(self, t: int, c: int) -> Row:
        n, a = self.basis.numbers, self.basis.accounts
        now, before = self._here("open", t, c), self._here("before", t, c)
        was_open = n.initially_open[c] if t == 0 else self.basis.choice.open[c, t - 1]
        capacity = neutral(float(n.capacity[c, t]))
        handled = float(a.handled[:, :, c, t].sum())
        fixed, opening, closing = (
            self._here(name, t, c) for name in ("fixed", "opening", "closing")
        )
        return {
            "open": int(self.basis.choice.open[c, t]),
            "before": Formula(self._here("open", t - 1, c), int(was_open)) if t else None,
            "capacity": capacity,
            "use": self._share(t, c, handled / capacity if capacity else None),
            "concurrency": float(n.concurrency[c, t]),
            **self._hours(t, c),
            "fixed": float(n.fixed_cost[c, t]),
            "opening": float(n.opening_cost[c]),
            "closing": float(n.closing_cost[c]),
            "fixed_cost": Formula(f"{now}*{fixed}", float(a.fixed_cost[c, t])),
            "opening_cost": Formula(f"{now}*(1-{before})*{opening}", float(a.opening_cost[c, t])),
            "closing_cost": Formula(f"(1-{now})*{before}*{closing}", float(a.closing_cost[c, t])),
            **self._upgraded(t, c),
        }  # fmt: skip

    def _share(self, t: int, c: int, share: float | None) -> Formula | None:
        if share is None:
            return None
        return Formula(f"{self._here('handled', t, c)}/{self._here('capacity', t, c)}", share)

    def _hours(self, t: int, c: int) -> Row:
        if not self.basis.numbers.serves[:, c].any():
            return {}
        hours = float(self.basis.accounts.hours_needed[c, t])
        given = float(self.basis.choice.hours[:, c, t].sum())
        return {"hours": self._sum("hours", t, c, hours), "given": given}

    def _upgraded(self, t: int, c: int) -> Row:
        a = self.basis.accounts
        sheet, size = self.upgrades, len(self.basis.numbers.upgrades.ids)
        if sheet is None:
            return {}
        row: Row = {}
        for name in ("investment_cost", "running_cost"):
            ids, amounts = (sheet.span(one, (t, 0), (t, size - 1)) for one in ("id", name))
            spent = float(getattr(a, name)[c, t])
            row[name] = Formula(f"SUMIF({ids},{self._here('id', t, c)},{amounts})", spent)
        return row

    def _upgrade(self, sheet: Sheet, t: int, k: int) -> Row:
        own, key = self.basis.numbers.upgrades, (t, k)
        owns = owned(self.basis.numbers, self.basis.choice)
        was_owned = t > 0 and bool(owns[k, t - 1])
        rises = float(np.where(bought(self.basis.numbers, self.basis.choice)[k, t], 1, 0))
        here = {name: sheet.here(name, key) for name in sheet.columns}
        label = own.ids[k]
        return {
            "period": self.basis.numbers.periods[t],
            "upgrade": self.basis.titles["upgrade"].get(label, label),
            "id": self.basis.numbers.channels[int(own.channel[k])],
            "owned": int(owns[k, t]),
            "before": Formula(sheet.here("owned", (t - 1, k)), int(was_owned)) if t else 0,
            "price": float(own.investment[k]),
            "running": float(own.running_cost[k, t]),
            "investment_cost": Formula(
                f"MAX({here['owned']}-{here['before']},0)*{here['price']}",
                rises * float(own.investment[k]),
            ),
            "running_cost": Formula(
                f"{here['owned']}*{here['running']}",
                int(owns[k, t]) * float(own.running_cost[k, t]),
            ),
        }

    def _here(self, column: str, t: int, w: int) -> str:
        return self.channels.here(column, (t, w))
