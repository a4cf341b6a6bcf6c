"""Formulas of the workbook: recalculated by LibreOffice they give the plan, and follow changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import channelopt
from channelopt.instance.load import from_data
from channelopt.plan.accounts import account
from channelopt.plan.plan import Plan
from channelopt.plan.recall import choice_of
from channelopt.report.book.book import workbook_of
from channelopt.report.book.recalculation import basis as basis_module
from channelopt.report.book.recalculation.parameters import OBJECTIVE
from channelopt.report.evidence import Evidence
from channelopt.terms.choice import Choice
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Curve, Numbers
from tests.report.book.office import recalculated, right_results, without_results
from tests.report.book.plans import (
    HEAD,
    ROOT,
    bank,
    full_plan,
    opened,
    read,
    records,
    rough_plan,
    with_scenario,
)

CENT = 0.005
SCENARIOS = ("telecom_waiting", "retail_waiting", "b2b_upgrades", "insurance_upgrades", "campaign")


def terms_of(book: Any) -> dict[str, tuple[float, float]]:
    """Return every term's discounted amount, recomputed and in the plan."""
    found = {}
    for row in book["Recalculation"].iter_rows(min_row=HEAD + 1, values_only=True):
        cells = [cell for cell in row if cell is not None]
        if len(cells) < 5:
            break
        found[str(cells[0])] = (cells[-3], cells[-2])
    return found


@pytest.mark.parametrize("rows", [20_000, 0], ids=["fine", "coarse"])
def test_results_beside_formulas_are_those_of_the_plan(rows, monkeypatch) -> None:
    monkeypatch.setattr(basis_module, "MOST_ROWS", rows)
    plan = full_plan()
    book = opened(plan, values=True)
    terms = terms_of(book)
    assert len(terms) == len(LEDGER) + 1
    for entry in LEDGER:
        recomputed, written = terms[entry.label]
        assert recomputed == pytest.approx(written, abs=1e-9)
        assert written == entry.sign * plan.money[entry.name].discounted
    assert terms["Satisfaction-weighted profit"] == pytest.approx((plan.objective,) * 2)
    assert ("Recalc. contacts" in book.sheetnames) is (rows > 0)


def test_an_edited_allocation_differs_from_the_plan() -> None:
    plan = full_plan()
    table = plan.table("allocation")
    rows = tuple((*row[:4], (row[4] or 0) + 1, *row[5:]) for row in table.rows)
    edited = plan.with_(tables={**plan.tables, "allocation": replace(table, rows=rows)})
    book = opened(edited, values=True)
    said = [row[1] for row in book["Recalculation"].iter_rows(max_row=30, values_only=True)]
    assert "differs" in said


def test_tables_that_name_what_is_not_there_are_not_recomputed() -> None:
    plan = full_plan()
    table = plan.table("allocation")
    rows = tuple((*row[:3], "nowhere", *row[4:]) for row in table.rows)
    broken = plan.with_(tables={**plan.tables, "allocation": replace(table, rows=rows)})
    assert "Recalculation" not in opened(broken).sheetnames


def _solved() -> Plan:
    return channelopt.solve(channelopt.load(ROOT / "scenarios" / "quickstart"))


@dataclass(frozen=True)
class Opened:
    """A workbook as LibreOffice calculated it, and how many results were right before."""

    plan: Plan
    right_before: int
    after: Any


@pytest.fixture(scope="module")
def calculated(tmp_path_factory, request) -> dict[str, Opened]:
    plans = {"full": full_plan(), "quickstart": _solved(), "bank": bank()}
    plans |= {name: rough_plan(name) for name in SCENARIOS}
    books = {name: workbook_of(Evidence(plan)) for name, plan in plans.items()}
    patch = pytest.MonkeyPatch()
    patch.setattr(basis_module, "MOST_ROWS", 0)
    for name in ("bank", "retail_waiting"):
        plans[f"{name}_coarse"] = plans[name]
        books[f"{name}_coarse"] = workbook_of(Evidence(plans[name]))
    patch.undo()
    given, made = (tmp_path_factory.mktemp(name) for name in ("given", "made"))
    for name, book in books.items():
        (given / f"{name}.xlsx").write_bytes(without_results(book))
    recalculated(sorted(given.glob("*.xlsx")), made)
    return {
        name: Opened(
            plan,
            right_results(given / f"{name}.xlsx"),
            read(made / f"{name}.xlsx"),
        )
        for name, plan in plans.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["full", "quickstart", "bank", *SCENARIOS, "bank_coarse", "retail_waiting_coarse"]
)
def test_recalculated_it_is_the_plan_to_the_cent(calculated, name) -> None:
    found = calculated[name]
    assert found.right_before == 0
    terms = terms_of(found.after)
    assert terms["Satisfaction-weighted profit"][0] == pytest.approx(found.plan.objective, abs=CENT)
    for entry in LEDGER:
        expected = entry.sign * found.plan.money[entry.name].discounted
        assert terms[entry.label][0] == pytest.approx(expected, abs=CENT), entry.name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["full", "bank", *SCENARIOS])
def test_no_formula_ends_in_an_error(calculated, name) -> None:
    for sheet in calculated[name].after:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "e", (sheet.title, cell.coordinate, cell.value)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["full", "b2b_upgrades", "insurance_upgrades"])
def test_satisfaction_and_handled_contacts_are_recomputed_too(calculated, name) -> None:
    found = calculated[name]
    rows = records(found.after["Recalc. segments"])
    for row, record in zip(rows, found.plan.table("segments").records(), strict=True):
        assert row["Satisfaction"] == pytest.approx(record["satisfaction"], abs=1e-9)
    handled = {
        (row["Period"], row["Channel id"]): row["Handled contacts"]
        for row in records(found.after["Recalc. channels"])
    }
    for record in found.plan.table("channels").records():
        amount = handled[record["period"], record["channel"]]
        assert amount == pytest.approx(record["handled"], rel=1e-9, abs=1e-6)


@dataclass
class Edited:
    """A workbook in which an analyst changes numbers, and what should come of it."""

    book: Any
    numbers: Numbers
    choice: Choice

    def put(self, sheet: str, where: dict[str, Any], column: str, value: float) -> None:
        """Change the cell of a column in the row that has these values."""
        page = self.book[sheet]
        header = [cell.value for cell in page[HEAD]]
        for row in page.iter_rows(min_row=HEAD + 1):
            found = dict(zip(header, row, strict=False))
            if all(found[name].value == wanted for name, wanted in where.items()):
                found[column].value = value
                return
        raise AssertionError(where)

    def parameter(self, label: str, value: float) -> None:
        """Change a number of the objective."""
        for row in self.book["Recalc. parameters"].iter_rows(max_col=2):
            if row[0].value == label:
                row[1].value = value
                return
        raise AssertionError(label)


CHANGED = {"discount_rate": 0.25, "transfer_penalty": 0.2, "satisfaction_weight": 0.8}
"""Numbers of the objective, as an analyst changes them."""


def _changed(plan: Plan) -> Edited:
    """Change one number of every kind, in the workbook and in the scenario."""
    case = from_data(plan.manifest["scenario"])
    n = case.numbers
    edited = Edited(opened(plan), n, choice_of(case, plan.tables))
    _change_decisions(edited)
    s, i, web = n.segments.index("old"), n.interactions.index("fix"), n.channels.index("web")
    at = {"Period": "2027", "Segment": "old", "Interaction": "fix", "Channel id": "web"}
    cost, margin = n.unit_cost.copy(), n.margin.copy()
    cost[s, i, web, 0], margin[s, 1] = 4.5, -7.0
    edited.put("Recalc. contacts", at, "Cost of a handled contact, EUR", 4.5)
    of_old = {"Period": "2028", "Segment": "old"}
    edited.put("Recalc. segments", of_old, "Margin of a customer, EUR", -7.0)
    for name, value in CHANGED.items():
        edited.parameter(OBJECTIVE[name], value)
    for period in n.periods:
        for column, value in COSTS.items():
            edited.put("Recalc. staff", {"Period": period}, column, value)
        for channel, opening, closing in MOVES:
            where = {"Period": period, "Channel id": channel}
            edited.put("Recalc. channels", where, "Cost of opening, EUR", opening)
            edited.put("Recalc. channels", where, "Cost of closing, EUR", closing)
    edited.numbers = n.with_(
        unit_cost=cost,
        margin=margin,
        hiring_cost=np.array([19.0]),
        release_cost=np.array([17.0]),
        opening_cost=np.array([13.0, 0.0, 5.0]),
        closing_cost=np.array([0.0, 11.0, 0.0]),
        **CHANGED,
    )
    return edited


MOVES = (("letter", 13.0, 0.0), ("phone", 0.0, 11.0), ("web", 5.0, 0.0))
"""Channels with what it costs to open and to close them."""
COSTS = {"Cost of hiring an FTE, EUR": 19.0, "Cost of releasing an FTE, EUR": 17.0}


def _change_decisions(edited: Edited) -> None:
    """Move contacts, close the phone for good and letters at first, hire and release."""
    n, choice = edited.numbers, edited.choice
    first, is_open, fte = choice.first_contacts.copy(), choice.open.copy(), choice.fte.copy()
    s, i = n.segments.index("old"), n.interactions.index("fix")
    at = {"Period": "2027", "Segment": "old", "Interaction": "fix"}
    for channel, amount in (("phone", 70.0), ("web", 30.0)):
        first[s, i, n.channels.index(channel), 0] = amount
        where = {**at, "Channel id": channel}
        edited.put("Recalc. contacts", where, "First contacts", amount)
    for channel, period in (("phone", "2027"), ("phone", "2028"), ("letter", "2027")):
        is_open[n.channels.index(channel), n.periods.index(period)] = False
        where = {"Period": period, "Channel id": channel}
        edited.put("Recalc. channels", where, "Open", 0)
    fte[0, 1] = 4.0
    edited.put("Recalc. staff", {"Period": "2028"}, "FTE", 4.0)
    edited.choice = replace(choice, first_contacts=first, open=is_open, fte=fte)


@pytest.mark.slow
def test_a_change_moves_the_terms_that_it_should(tmp_path: Path) -> None:
    plan = full_plan()
    edited = _changed(plan)
    edited.book.save(tmp_path / "edited.xlsx")
    recalculated([tmp_path / "edited.xlsx"], tmp_path / "made")
    terms = terms_of(read(tmp_path / "made" / "edited.xlsx"))
    accounts = account(edited.numbers, edited.choice)
    assert accounts.objective != pytest.approx(plan.objective, abs=1.0)
    for entry in LEDGER:
        right = entry.sign * float(np.sum(accounts.term(entry.name) * accounts.discount))
        assert terms[entry.label][0] == pytest.approx(right, abs=CENT), entry.name
    assert terms["Satisfaction-weighted profit"][0] == pytest.approx(accounts.objective, abs=CENT)


@pytest.mark.slow
def test_a_retention_curve_bends_in_the_workbook_as_in_the_model(tmp_path: Path) -> None:
    data = {**full_plan().manifest["scenario"]}
    curve = {"0.1": 0.2, "0.5": 0.7, "0.6": 0.72, "0.9": 1.1}
    segments = {name: {**one, "retention": curve} for name, one in data["segments"].items()}
    case = from_data({**data, "segments": segments})
    choice = choice_of(case, full_plan().tables)
    plan = with_scenario(case, choice)
    path = tmp_path / "curve.xlsx"
    book = opened(plan)
    sheet = book["Recalc. parameters"]
    for row in sheet.iter_rows():
        if row[1].value == 0.6 and row[2].value == 0.72:
            row[2].value = 0.95  # the middle of the curve, for both segments
    book.save(path)
    recalculated([path], tmp_path / "made")
    terms = terms_of(read(tmp_path / "made" / "curve.xlsx"))
    bent = Curve(np.array([0.1, 0.5, 0.6, 0.9]), np.array([0.2, 0.7, 0.95, 1.1]))
    curves = dict.fromkeys(range(len(case.numbers.segments)), bent)
    accounts = account(case.numbers.with_(curves=curves), choice)
    right = float(np.sum(accounts.term("kept_margin") * accounts.discount))
    assert terms["Margin kept"][0] == pytest.approx(right, abs=CENT)
    assert right != pytest.approx(plan.money["kept_margin"].discounted, abs=1.0)
