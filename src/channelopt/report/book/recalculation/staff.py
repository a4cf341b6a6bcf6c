"""Staff: FTE, who is hired and released, what it costs."""

from __future__ import annotations

from channelopt.report.book.cells import Cell, Formula
from channelopt.report.book.paper import Column, Page
from channelopt.report.book.recalculation.basis import Basis
from channelopt.report.book.recalculation.sheets import Sheet, by_period
from channelopt.report.figures import headed
from channelopt.report.speech import _


def staff_sheet(basis: Basis, page: Page) -> Sheet:
    """Return where staff stands: rows by period and group."""
    currency = basis.names.currency
    columns = {
        "period": Column(_("Period")),
        "group": Column(_("Staff group"), widest=42),
        "fte": Column(_("FTE"), "plain", "decision"),
        "before": Column(_("FTE before"), "plain"),
        "hired": Column(_("FTE hired"), "coins"),
        "released": Column(_("FTE released"), "coins"),
        "hours_per_fte": Column(_("Hours per FTE"), "plain", "input"),
        "paid": Column(_("Hours paid"), "coins"),
        "worked": Column(_("Hours worked"), "coins", "value"),
        "cost": Column(headed(_("Cost of an FTE"), currency), "plain", "input"),
        "hiring": Column(headed(_("Cost of hiring an FTE"), currency), "plain", "input"),
        "release": Column(headed(_("Cost of releasing an FTE"), currency), "plain", "input"),
        "staff_cost": Column(headed(_("Staff cost"), currency), "coins"),
        "hiring_cost": Column(headed(_("Hiring cost"), currency), "coins"),
        "release_cost": Column(headed(_("Release cost"), currency), "coins"),
    }
    size, periods = len(basis.numbers.groups), len(basis.numbers.periods)
    rows = by_period(periods, size)
    return Sheet(page, columns, rows)


def write_staff(basis: Basis, sheet: Sheet) -> None:
    """Write the sheet."""
    sheet.write([_row(basis, sheet, t, g) for t, g in sheet.rows], frozen=2)
    for g, fte in enumerate(basis.numbers.initial_fte):
        sheet.given("before", (0, g), float(fte))


def _row(basis: Basis, sheet: Sheet, t: int, g: int) -> dict[str, Cell]:
    n, a, group = basis.numbers, basis.accounts, basis.numbers.groups[g]
    here = {name: sheet.here(name, (t, g)) for name in sheet.columns}
    fte, per_fte = float(basis.choice.fte[g, t]), float(n.hours_per_fte[g, t])
    before = None
    if t:
        before = Formula(sheet.here("fte", (t - 1, g)), float(basis.choice.fte[g, t - 1]))
    return {
        "period": n.periods[t],
        "group": basis.titles["group"].get(group, group),
        "fte": fte,
        "before": before,
        "hired": Formula(f"MAX({here['fte']}-{here['before']},0)", float(a.hired[g, t])),
        "released": Formula(f"MAX({here['before']}-{here['fte']},0)", float(a.released[g, t])),
        "hours_per_fte": per_fte,
        "paid": Formula(f"{here['fte']}*{here['hours_per_fte']}", fte * per_fte),
        "worked": float(basis.choice.hours[g, :, t].sum()),
        "cost": float(n.fte_cost[g, t]),
        "hiring": float(n.hiring_cost[g]),
        "release": float(n.release_cost[g]),
        "staff_cost": Formula(f"{here['fte']}*{here['cost']}", float(a.staff_cost[g, t])),
        "hiring_cost": Formula(f"{here['hired']}*{here['hiring']}", float(a.hiring_cost[g, t])),
        "release_cost": Formula(
            f"{here['released']}*{here['release']}", float(a.release_cost[g, t])
        ),
    }
