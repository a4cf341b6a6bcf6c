"""Plans of scenarios without a solver, and workbooks as tests read them."""

from __future__ import annotations

import io
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl

from channelopt.instance.instance import Instance
from channelopt.instance.load import load
from channelopt.plan import folder
from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.plan import Plan
from channelopt.report.book.book import workbook_of
from channelopt.report.evidence import Evidence
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers
from tests.report.parts import TITLES
from tests.report.parts import plan_with_all_parts as all_parts
from tests.verify.parts import scenario

ROOT = Path(__file__).parents[3]
HEAD = 5
"""Row of the header, counted from 1."""


def rough_choice(n: Numbers) -> Choice:
    """Return a choice that obeys few rules, and in which everything happens.

    Contacts go where they go today, or are spread evenly; one channel closes after the first
    period or is never open, upgrades are bought in the last.
    """
    eligible = n.eligible & n.way_available[None, None]
    even = eligible / np.maximum(eligible.sum(axis=2, keepdims=True), 1)
    today = np.nan_to_num(n.baseline_share)[..., None] * eligible
    known = today.sum(axis=2, keepdims=True) > 0
    shares = np.where(known, today / np.where(known, today.sum(axis=2, keepdims=True), 1), even)
    is_open = n.available.copy()
    is_open[-1, -1] = False
    is_open[0, 1:] = False
    owned = np.zeros((len(n.upgrades.ids), len(n.periods)), dtype=bool)
    owned[:, -1] = True
    fte = n.initial_fte[:, None] + np.arange(len(n.periods)) - 2.5
    return Choice(
        first_contacts=shares * n.contacts[:, :, None, :],
        open=is_open,
        offered=np.zeros((len(n.segments), len(n.channels), len(n.periods)), dtype=bool),
        fte=np.maximum(fte, 0.0),
        hours=np.zeros((len(n.groups), len(n.channels), len(n.periods))),
        owned=owned,
    )


def rough_plan(name: str) -> Plan:
    """Return a plan of one of the scenarios of the project."""
    return with_scenario(load(ROOT / "scenarios" / name))


def with_scenario(case: Instance, choice: Choice | None = None) -> Plan:
    """Return a plan that carries its scenario, as a run does."""
    chosen = rough_choice(case.numbers) if choice is None else choice
    plan = assemble(case, chosen, Origin("evaluated"))
    return plan.with_(manifest={"scenario": case.resolved, "digest": "0" * 64})


def full_plan() -> Plan:
    """Return the plan with every further part, carrying its scenario."""
    return all_parts().with_(manifest={"scenario": scenario(**TITLES).resolved})


@cache
def bank() -> Plan:
    """Return the solved plan of the bank that the project keeps."""
    return folder.read(ROOT / "reports" / "bank")


def opened(plan: Plan, *, values: bool = False) -> Any:
    """Return the workbook of a plan as openpyxl reads it: formulas, or their results."""
    return read(io.BytesIO(workbook_of(Evidence(plan))), values=values)


def read(source: Path | io.BytesIO, *, values: bool = True) -> Any:
    """Return a workbook as openpyxl reads it; it does not know solid data bars."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(source, data_only=values)


def records(sheet: Any) -> list[dict[str, Any]]:
    """Return the rows of a page below its header, up to the first empty one."""
    rows = sheet.iter_rows(min_row=HEAD, values_only=True)
    header = next(rows)
    found = []
    for row in rows:
        if all(cell is None for cell in row):
            break
        found.append(dict(zip(header, row, strict=True)))
    return found
