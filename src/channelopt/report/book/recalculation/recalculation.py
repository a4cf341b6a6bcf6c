"""Sheets that recompute the objective of a plan with live formulas."""

from __future__ import annotations

from dataclasses import dataclass

from channelopt.plan.plan import Plan
from channelopt.report.book.paper import Page, Paper
from channelopt.report.book.recalculation.basis import Basis, basis_of
from channelopt.report.book.recalculation.channels import Channels, channels_sheet, upgrades_sheet
from channelopt.report.book.recalculation.contacts import Contacts, contacts_sheet, demand_sheet
from channelopt.report.book.recalculation.parameters import Parameters
from channelopt.report.book.recalculation.passing import Passing
from channelopt.report.book.recalculation.segments import (
    Segments,
    closure_sheet,
    closures,
    segments_sheet,
)
from channelopt.report.book.recalculation.sheets import Sheet
from channelopt.report.book.recalculation.staff import staff_sheet, write_staff
from channelopt.report.book.recalculation.terms import Terms
from channelopt.report.speech import _, later

RUN = "allocation.csv, channels.csv, staff.csv, hours.csv, manifest.json"


def recalculation(paper: Paper, plan: Plan) -> bool:
    """Write the sheets that recompute a plan.

    Returns:
        False, and nothing is written, where the run does not say what its plan follows from.
    """
    basis = basis_of(plan)
    if basis is None:
        return False
    terms = paper.page(
        _("Recalculation"),
        _("Every term of the profit as a formula, beside the figure of the plan."),
        f"plan.json, {RUN}",
    )
    _Sheets.begun(paper, basis).write(basis, terms)
    return True


@dataclass(frozen=True)
class _Sheets:
    """Every sheet of the recalculation; None where there is nothing to put on it."""

    parameters: Page
    contacts: Sheet | None
    demand: Sheet | None
    passing: Page | None
    segments: Sheet
    closure: Sheet | None
    channels: Sheet
    upgrades: Sheet | None
    staff: Sheet

    @classmethod
    def begun(cls, paper: Paper, basis: Basis) -> _Sheets:
        """Make empty pages in the order of their tabs, so that formulas know where all is."""
        fine, n = basis.is_fine, basis.numbers
        return cls(
            segments=segments_sheet(basis, paper.page(*_about("segments"))),
            channels=channels_sheet(basis, paper.page(*_about("channels"))),
            staff=staff_sheet(basis, paper.page(*_about("staff"))),
            upgrades=upgrades_sheet(basis, paper.page(*_about("upgrades")))
            if n.upgrades.ids
            else None,
            closure=closure_sheet(basis, paper.page(*_about("closure")))
            if closures(basis)
            else None,
            contacts=contacts_sheet(basis, paper.page(*_about("contacts"))) if fine else None,
            demand=demand_sheet(basis, paper.page(*_about("demand"))) if fine else None,
            passing=paper.page(*_about("passing")) if fine else None,
            parameters=paper.page(*_about("parameters")),
        )

    def write(self, basis: Basis, terms: Page) -> None:
        """Fill all of them."""
        parameters = Parameters(basis, self.parameters)
        parameters.write()
        segments = Segments(
            basis,
            parameters,
            self.segments,
            self.channels,
            self.contacts,
            self.demand,
            self.closure,
        )
        segments.write()
        Channels(basis, self.channels, self.contacts, self.upgrades).write()
        write_staff(basis, self.staff)
        self._write_contacts(basis, parameters)
        Terms(basis, terms, parameters, self._places()).write()

    def _write_contacts(self, basis: Basis, parameters: Parameters) -> None:
        if self.passing is None or self.contacts is None or self.demand is None:
            return
        passing = Passing(basis, self.passing, parameters, self.channels)
        passing.write()
        sheets = self.contacts, self.demand, self.segments, self.channels
        Contacts(basis, parameters, passing, *sheets).write()

    def _places(self) -> dict[str, tuple[Sheet, str]]:
        """Return sheet and column of every money term."""
        of_segments = ("kept_margin", "satisfaction_value", "closure_loss")
        of_channels = (
            "contact_value",
            "contact_cost",
            "fixed_cost",
            "opening_cost",
            "closing_cost",
        )
        of_upgrades = ("investment_cost", "running_cost")
        of_staff = ("staff_cost", "hiring_cost", "release_cost")
        found = {name: (self.segments, name) for name in of_segments}
        found |= {name: (self.channels, name) for name in of_channels}
        found |= {name: (self.staff, name) for name in of_staff if self.staff.rows}
        if self.upgrades is not None:
            found |= {name: (self.channels, name) for name in of_upgrades}
        return found


ABOUT = {
    "segments": (
        later("Recalc. segments"),
        later("Satisfaction, the margin that it keeps, and other gains of each segment."),
    ),
    "channels": (
        later("Recalc. channels"),
        later("What is open, what it handles and what it costs."),
    ),
    "staff": (later("Recalc. staff"), later("FTE, who is hired and released, and the cost.")),
    "upgrades": (later("Recalc. upgrades"), later("What is owned, and what it costs.")),
    "closure": (
        later("Recalc. closing"),
        later("What each segment loses while a channel is closed that was open at first."),
    ),
    "contacts": (
        later("Recalc. contacts"),
        later("Each row of the allocation and what follows from it."),
    ),
    "demand": (
        later("Recalc. contacts to serve"),
        later("Whether all contacts are served, and their weight in satisfaction."),
    ),
    "passing": (
        later("Recalc. passing on"),
        later(
            "Where contacts go that are not resolved. A profile stands for all contacts of a "
            "period that are resolved alike."
        ),
    ),
    "parameters": (
        later("Recalc. parameters"),
        later("Numbers of the scenario that hold for all: prices, discount, curves, routes."),
    ),
}


def _about(name: str) -> tuple[str, str, str]:
    title, about = ABOUT[name]
    return _(title), _(about), RUN if name != "parameters" else "manifest.json"
