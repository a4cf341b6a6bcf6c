"""First contacts row by row, and what follows: handled, given up, points, value and cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from channelopt.plan.table import neutral
from channelopt.report.book.cells import Cell, Formula
from channelopt.report.book.paper import Column, Page
from channelopt.report.book.recalculation.basis import Basis
from channelopt.report.book.recalculation.parameters import Parameters
from channelopt.report.book.recalculation.passing import Passing
from channelopt.report.book.recalculation.sheets import Sheet
from channelopt.report.figures import headed
from channelopt.report.speech import _

Row = dict[str, Cell]


def contacts_sheet(basis: Basis, page: Page) -> Sheet:
    """Return where first contacts stand: rows by period, segment, interaction, channel."""
    currency = basis.names.currency
    columns = {
        "period": Column(_("Period")),
        "segment": Column(_("Segment"), widest=34),
        "interaction": Column(_("Interaction"), widest=34),
        "channel": Column(_("Channel"), widest=34),
        "id": Column(_("Channel id"), "text", "id"),
        "first": Column(_("First contacts"), "points", "decision"),
        "handled": Column(_("Handled contacts"), "points"),
        "passed": Column(_("Of these passed on or repeated"), "points"),
        "given_up": Column(_("Customers who give up"), "points"),
        "satisfaction": Column(_("Satisfaction"), "plain", "input"),
        "points": Column(_("Satisfaction points"), "points"),
        "worth": Column(headed(_("Value of a first contact"), currency), "plain", "input"),
        "contact_value": Column(headed(_("Value of contacts"), currency), "coins"),
        "unit_cost": Column(headed(_("Cost of a handled contact"), currency), "plain", "input"),
        "contact_cost": Column(headed(_("Contact cost"), currency), "coins"),
        "minutes": Column(_("Handle minutes"), "plain", "input"),
        "hours": Column(_("Hours of work"), "coins"),
    }
    keys = [(t, s, i, w) for t, s, i in basis.pairs for w in range(basis.width(i))]
    return Sheet(page, columns, {key: row for row, key in enumerate(keys)})


def demand_sheet(basis: Basis, page: Page) -> Sheet:
    """Return where contacts to serve stand: rows by period, segment, interaction."""
    columns = {
        "period": Column(_("Period")),
        "segment": Column(_("Segment"), widest=40),
        "interaction": Column(_("Interaction"), widest=40),
        "direction": Column(_("Direction")),
        "customers": Column(_("Customers"), "number"),
        "rate": Column(_("Contacts per customer"), "plain", "input"),
        "contacts": Column(_("Contacts to serve (outbound: at most)"), "points"),
        "first": Column(_("First contacts"), "points"),
        "left": Column(_("Difference"), "points"),
        "importance": Column(_("Importance"), "plain"),
        "weight": Column(_("Weight in satisfaction"), "points"),
    }
    return Sheet(page, columns, {key: row for row, key in enumerate(basis.pairs)})


@dataclass(frozen=True)
class Contacts:
    """Writes contacts and demand, which refer to each other and to all the others."""

    basis: Basis
    parameters: Parameters
    passing: Passing
    contacts: Sheet
    demand: Sheet
    segments: Sheet
    channels: Sheet

    def write(self) -> None:
        """Write both sheets."""
        rows = [row for pair in self.basis.pairs for row in self._pair(*pair)]
        self.contacts.write(rows, frozen=5)
        self.demand.write([self._demand(*pair) for pair in self.basis.pairs], frozen=3)

    def _pair(self, t: int, s: int, i: int) -> Iterator[Row]:
        n, titles = self.basis.numbers, self.basis.titles
        for w in range(self.basis.width(i)):
            way, worth = n.ways[w], float(n.contact_value[s, i, w, t])
            first = float(self.basis.choice.first_contacts[s, i, w, t])
            row: Row = {
                "period": n.periods[t],
                "segment": titles["segment"].get(n.segments[s], n.segments[s]),
                "interaction": titles["interaction"].get(n.interactions[i], n.interactions[i]),
                "channel": titles["channel"].get(way, way),
                "id": way,
                "first": first,
                "worth": worth,
                "contact_value": self._product("first", "worth", (t, s, i, w), first * worth),
            }
            if w < len(n.channels):
                row |= self._worked(t, s, i, w)
                row |= self._satisfied(t, s, i, w) if n.inbound[i] else {}
            yield row

    def _product(self, a: str, b: str, key: tuple[int, ...], value: float) -> Formula:
        return Formula(f"{self.contacts.here(a, key)}*{self.contacts.here(b, key)}", value)

    def _worked(self, t: int, s: int, i: int, c: int) -> Row:
        """Return what a channel does: contacts that it handles, their cost and hours."""
        n, a, key = self.basis.numbers, self.basis.accounts, (t, s, i, c)
        handled, minutes = (
            float(a.handled[s, i, c, t]),
            neutral(float(n.handle_minutes[s, i, c, t])),
        )
        row: Row = {
            "handled": Formula(self._handled(t, s, i, c), handled),
            "unit_cost": float(n.unit_cost[s, i, c, t]),
            "contact_cost": self._product(
                "handled", "unit_cost", key, float(n.unit_cost[s, i, c, t]) * handled
            ),
        }
        if minutes is not None and n.serves[:, c].any():
            at_once = float(n.concurrency[c, t])
            concurrency = self.channels.there("concurrency", (t, c))
            hours = f"{self._here('handled', key)}*{self._here('minutes', key)}/(60*{concurrency})"
            row["minutes"] = minutes
            row["hours"] = Formula(hours, handled * minutes / (60.0 * at_once))
        return row

    def _handled(self, t: int, s: int, i: int, c: int) -> str:
        """Return the formula of handled contacts."""
        n, basis = self.basis.numbers, self.basis
        if n.inbound[i] and basis.passes_on:
            last = len(n.channels) - 1
            entering = self._run("first", (t, s, i, 0), (t, s, i, last))
            column = self.passing.places[basis.profile(t, s, i)].handled[c]
            return f"SUMPRODUCT({entering},{column})"
        first = self._here("first", (t, s, i, c))
        if n.inbound[i] or not n.bundles:
            return first
        ends = (t, s, i, len(n.channels)), (t, s, i, len(n.ways) - 1)
        return f"{first}+SUMPRODUCT({self._run('first', *ends)},{self.parameters.uses(c)})"

    def _satisfied(self, t: int, s: int, i: int, c: int) -> Row:
        """Return what customers think of it: points for contacts, less those for detours."""
        n, a, key = self.basis.numbers, self.basis.accounts, (t, s, i, c)
        first, passed = (float(x[s, i, c, t]) for x in (a.first_contacts, a.passed_on))
        known = neutral(float(n.satisfaction[s, i, c, t]))
        gives_up = self._gives_up(t, s, i, c) * float(a.handled[s, i, c, t])
        profile = self.passing.places[self.basis.profile(t, s, i)]
        here = {name: self._here(name, key) for name in ("first", "handled", "passed", "given_up")}
        objective = self.parameters.objective
        points = (
            f"{self.demand.there('importance', (t, s, i))}*({self._here('satisfaction', key)}*"
            f"{here['first']}-{objective('transfer_penalty')}*{here['passed']}"
            f"-{objective('give_up_penalty')}*{here['given_up']})"
        )
        earned = (known or 0.0) * first - n.transfer_penalty * passed - n.give_up_penalty * gives_up
        return {
            "passed": Formula(f"{here['handled']}-{here['first']}", passed),
            "given_up": Formula(f"{here['handled']}*{profile.leaving[c]}", gives_up),
            "satisfaction": known,
            "points": Formula(points, float(n.importance[i]) * earned),
        }

    def _gives_up(self, t: int, s: int, i: int, c: int) -> float:
        """Return the share of handled contacts whose customer gives up."""
        n = self.basis.numbers
        onwards = float((n.unresolved[c] * self.basis.choice.open[:, t]).sum())
        return float(1.0 - n.resolution[s, i, c, t]) * (1.0 - onwards)

    def _demand(self, t: int, s: int, i: int) -> Row:
        n, titles, key = self.basis.numbers, self.basis.titles, (t, s, i)
        customers, contacts = float(n.customers[s, t]), float(n.contacts[s, i, t])
        first = float(self.basis.accounts.first_contacts[s, i, :, t].sum())
        here = {name: self.demand.here(name, key) for name in self.demand.columns}
        row: Row = {
            "period": n.periods[t],
            "segment": titles["segment"].get(n.segments[s], n.segments[s]),
            "interaction": titles["interaction"].get(n.interactions[i], n.interactions[i]),
            "direction": _("inbound") if n.inbound[i] else _("outbound"),
            "customers": Formula(self.segments.there("customers", (t, s)), customers),
            "rate": contacts / customers,
            "contacts": Formula(f"{here['customers']}*{here['rate']}", contacts),
            "first": Formula(
                f"SUM({self.contacts.span('first', (*key, 0), (*key, self.basis.width(i) - 1))})",
                first,
            ),
            "left": Formula(f"{here['first']}-{here['contacts']}", first - contacts),
        }
        if n.inbound[i]:
            weight = float(n.importance[i]) * contacts
            row["importance"] = Formula(self.parameters.importance(i), float(n.importance[i]))
            row["weight"] = Formula(f"{here['importance']}*{here['contacts']}", weight)
        return row

    def _here(self, column: str, key: tuple[int, ...]) -> str:
        return self.contacts.here(column, key)

    def _run(self, column: str, first: tuple[int, ...], last: tuple[int, ...]) -> str:
        return f"{self._here(column, first)}:{self._here(column, last)}"
