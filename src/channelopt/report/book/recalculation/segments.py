"""Segments: satisfaction, margin kept, value, and what closed channels lose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

import numpy as np

from channelopt.plan.table import as_number
from channelopt.report.book.cells import Cell, Formula
from channelopt.report.book.paper import Column, Page
from channelopt.report.book.recalculation.basis import Basis
from channelopt.report.book.recalculation.parameters import Parameters
from channelopt.report.book.recalculation.sheets import Sheet, by_period
from channelopt.report.figures import headed
from channelopt.report.speech import _

Row = dict[str, Cell]


def segments_sheet(basis: Basis, page: Page) -> Sheet:
    """Return where segments stand: rows by period and segment."""
    currency = basis.names.currency
    points = Column(_("Satisfaction points"), "points", "plain" if basis.is_fine else "value")
    columns = {
        "period": Column(_("Period")),
        "segment": Column(_("Segment"), widest=42),
        "customers": Column(_("Customers"), "number", "input"),
        "margin": Column(headed(_("Margin of a customer"), currency), "plain", "input"),
        "points": points,
        "weight": Column(_("Weight in satisfaction"), "points", points.role),
        "satisfaction": Column(_("Satisfaction"), "factor"),
        "within": Column(_("Satisfaction within the curve"), "factor"),
        "piece": Column(_("Piece of the curve"), "whole"),
        "kept": Column(_("Share of margin kept"), "factor"),
        "kept_margin": Column(headed(_("Margin kept"), currency), "coins"),
        "written": Column(headed(_("The same in segments.csv"), currency), "coins", "value"),
        "apart": Column(_("Difference"), "coins"),
        "satisfaction_value": Column(headed(_("Value of satisfaction"), currency), "coins"),
        "closure_loss": Column(
            headed(_("Lost by closing"), currency),
            "coins",
            "plain" if closures(basis) or basis.is_fine else "value",
        ),
    }
    return Sheet(page, columns, by_period(len(basis.numbers.periods), len(basis.numbers.segments)))


def closures(basis: Basis) -> list[tuple[int, int, int]]:
    """Return (period, segment, channel) where closing a channel would lose something.

    Empty where there are too many for formulas of their own.
    """
    n = basis.numbers
    if not basis.is_fine:
        return []
    asked = (n.closure_loss > 0) & n.initially_open[None, :, None]
    return [(int(t), int(s), int(c)) for t, s, c in np.argwhere(np.moveaxis(asked, 2, 0))]


def closure_sheet(basis: Basis, page: Page) -> Sheet:
    """Return where losses by closing stand: rows by period, segment and channel."""
    currency = basis.names.currency
    columns = {
        "period": Column(_("Period")),
        "segment": Column(_("Segment"), widest=42),
        "channel": Column(_("Channel"), widest=42),
        "customers": Column(_("Customers"), "number"),
        "loss": Column(headed(_("Lost per customer while closed"), currency), "plain", "input"),
        "open": Column(_("Open"), "flag"),
        "closure_loss": Column(headed(_("Lost by closing"), currency), "coins"),
    }
    return Sheet(page, columns, {key: row for row, key in enumerate(closures(basis))})


@dataclass(frozen=True)
class Segments:
    """Writes segments and losses by closing.

    Attributes:
        contacts, demand: None where contacts have no formulas of their own.
        closure: None where closing loses nothing.
    """

    basis: Basis
    parameters: Parameters
    segments: Sheet
    channels: Sheet
    contacts: Sheet | None
    demand: Sheet | None
    closure: Sheet | None

    def write(self) -> None:
        """Write both sheets."""
        written = self._written()
        rows = [{**self._row(t, s), **written.get((t, s), {})} for t, s in self.segments.rows]
        for (t, s), row in zip(self.segments.rows, rows, strict=True):
            kept = float(self.basis.accounts.kept_margin[s, t])
            recorded = row.get("written")
            if isinstance(recorded, float):
                here = (self._here(name, t, s) for name in ("kept_margin", "written"))
                row["apart"] = Formula("-".join(here), kept - recorded)
        self.segments.write(rows, frozen=2)
        if self.closure is not None:
            lost = [self._lost(self.closure, *key) for key in self.closure.rows]
            self.closure.write(lost, frozen=3)

    def _written(self) -> Mapping[tuple[int, ...], Row]:
        n = self.basis.numbers
        periods = {label: t for t, label in enumerate(n.periods)}
        ids = {label: s for s, label in enumerate(n.segments)}
        return {
            (periods[str(one["period"])], ids[str(one["segment"])]): {
                "written": as_number(one["kept_margin"])
            }
            for one in self.basis.plan.table("segments").records()
            if one["period"] in periods and one["segment"] in ids
        }

    def _row(self, t: int, s: int) -> Row:
        n, a, titles = self.basis.numbers, self.basis.accounts, self.basis.titles["segment"]
        kept_margin = (
            f"{self._here('customers', t, s)}*(MAX({self._here('margin', t, s)},0)*"
            f"{self._here('kept', t, s)}+MIN({self._here('margin', t, s)},0))"
        )
        price = self.parameters.objective("satisfaction_price")
        return {
            "period": n.periods[t],
            "segment": titles.get(n.segments[s], n.segments[s]),
            "customers": float(n.customers[s, t]),
            "margin": float(n.margin[s, t]),
            **self._satisfied(t, s),
            **self._kept(t, s),
            "kept_margin": Formula(kept_margin, float(a.kept_margin[s, t])),
            "satisfaction_value": Formula(
                f"{price}*{self._here('points', t, s)}", float(a.satisfaction_value[s, t])
            ),
            "closure_loss": self._closure_loss(t, s),
        }

    def _satisfied(self, t: int, s: int) -> Row:
        n, a = self.basis.numbers, self.basis.accounts
        points, weight = float(a.points[s, t]), float(n.weight_of_satisfaction[s, t])
        mean = float(a.satisfaction[s, t])
        here = self._here("points", t, s), self._here("weight", t, s)
        row: Row = {
            "points": points,
            "weight": weight,
            "satisfaction": Formula(
                f'IF({here[1]}>0,{here[0]}/{here[1]},"")', "" if isnan(mean) else mean
            ),
        }
        own = self.basis.runs.get((t, s))
        if self.contacts is not None and self.demand is not None and own:
            rows = self.basis.rows_of(*own)
            row["points"] = Formula(f"SUM({self.contacts.span('points', *rows)})", points)
            row["weight"] = Formula(f"SUM({self.demand.span('weight', *own)})", weight)
        return row

    def _kept(self, t: int, s: int) -> Row:
        """Return the share of the margin that is kept, by the curve or by the weight."""
        n, kept = self.basis.numbers, float(self.basis.accounts.kept_share[s, t])
        mean, here = float(self.basis.accounts.satisfaction[s, t]), self._here
        satisfaction = here("satisfaction", t, s)
        if s not in n.curves:
            weight = self.parameters.objective("satisfaction_weight")
            share = f'IF({satisfaction}="",1,1-{weight}*(1-{satisfaction}))'
            return {"kept": Formula(share, kept)}
        at, keeps, points = self.parameters.curve(s)
        curve = n.curves[s]
        within = f"MAX(MIN({satisfaction},INDEX({at},{points})),INDEX({at},1))"
        piece = f"MIN(MATCH({here('within', t, s)},{at},1),{points - 1})"
        inside = float(np.clip(mean, curve.at[0], curve.at[-1]))
        number = min(int(np.searchsorted(curve.at, inside, side="right")), points - 1)
        k = here("piece", t, s)
        rise = f"(INDEX({keeps},{k}+1)-INDEX({keeps},{k}))/(INDEX({at},{k}+1)-INDEX({at},{k}))"
        share = f"INDEX({keeps},{k})+({here('within', t, s)}-INDEX({at},{k}))*{rise}"
        absent = f'{satisfaction}=""'
        return {
            "within": Formula(f'IF({absent},"",{within})', "" if isnan(mean) else inside),
            "piece": Formula(f'IF({absent},"",{piece})', "" if isnan(mean) else number),
            "kept": Formula(f"IF({absent},1,{share})", kept),
        }

    def _closure_loss(self, t: int, s: int) -> Cell:
        loss = float(self.basis.accounts.closure_loss[s, :, t].sum())
        if self.closure is None:
            return loss
        own = [key for key in self.closure.rows if key[:2] == (t, s)]
        if not own:
            return 0.0
        return Formula(f"SUM({self.closure.span('closure_loss', own[0], own[-1])})", loss)

    def _lost(self, sheet: Sheet, t: int, s: int, c: int) -> Row:
        n, titles, key = self.basis.numbers, self.basis.titles, (t, s, c)
        here = {name: sheet.here(name, key) for name in ("customers", "loss", "open")}
        return {
            "period": n.periods[t],
            "segment": titles["segment"].get(n.segments[s], n.segments[s]),
            "channel": titles["channel"].get(n.channels[c], n.channels[c]),
            "customers": Formula(
                self.segments.there("customers", (t, s)), float(n.customers[s, t])
            ),
            "loss": float(n.closure_loss[s, c, t]),
            "open": Formula(self.channels.there("open", (t, c)), int(self.basis.choice.open[c, t])),
            "closure_loss": Formula(
                f"{here['customers']}*{here['loss']}*(1-{here['open']})",
                float(self.basis.accounts.closure_loss[s, c, t]),
            ),
        }

    def _here(self, column: str, t: int, s: int) -> str:
        return self.segments.here(column, (t, s))
