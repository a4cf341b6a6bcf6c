"""Plans for the tests of the sections on the plan itself, and their CSV tables as data frames."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

import channelopt
from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.plan.folder import read
from channelopt.plan.ledger import Amounts
from channelopt.plan.plan import Baseline, Plan
from channelopt.plan.table import FLAGS, TEXT, Table
from channelopt.report.document import Chart, Grid, Section, Value
from channelopt.terms.money import LEDGER
from tests.report.hand_made import full_plan
from tests.report.parts import plan_with_all_parts

QUICKSTART = Path(__file__).parents[3] / "scenarios" / "quickstart"
OPTIONS = SolveOptions(ties=False, isolate=False, sensitivity_seconds=0)
NAMES = ("full", "parts", "quickstart", "years")
"""By hand without touch levels, by hand with bundles and without today, solved for one period and
for three with capacities."""


@cache
def plan_named(name: str) -> Plan:
    if name == "full":
        return full_plan()
    if name == "parts":
        return plan_with_all_parts()
    if name == "quickstart":
        return channelopt.solve(channelopt.load(QUICKSTART), OPTIONS)
    return channelopt.solve(from_data(_years()), OPTIONS)


def solved_run(folder: Path) -> tuple[Path, Plan]:
    """A run written to the disk and read again."""
    channelopt.run(channelopt.load(QUICKSTART), OPTIONS, folder)
    return folder, read(folder)


def _years() -> dict[str, Any]:
    """The quick start over three years, with capacities and a service that gets dearer."""
    data = channelopt.load(QUICKSTART).resolved
    years = ["2027", "2028", "2029"]
    data = YAML(typ="safe").load(io.StringIO(_as_yaml(data)))
    data["periods"] = years
    data["objective"]["discount_rate"] = 0.05
    data["segments"]["gold"]["customers"] = [2000, 1500, 900]
    data["segments"]["young"]["customers"] = [8000, 9000, 10000]
    data["channels"]["phone"]["capacity"] = [12000, 11000, 9000]
    data["channels"]["email"]["capacity"] = 9000
    data["channels"]["shop"]["unit_cost"] = [1, 6, 14]
    data["policies"] = []
    return data


def _as_yaml(data: Any) -> str:
    text = io.StringIO()
    YAML(typ="safe").dump(data, text)
    return text.getvalue()


def frame(plan: Plan, name: str) -> pd.DataFrame:
    """A table of the plan as pandas reads its CSV file; only the text of the file is used."""
    text = plan.table(name).to_csv()
    columns = plan.table(name).columns
    kinds = {column: str for column in columns if column in TEXT}
    found = pd.read_csv(io.StringIO(text), dtype=kinds, keep_default_na=True)
    for column in set(columns) - TEXT - FLAGS:
        found[column] = pd.to_numeric(found[column])
    return found


def chart(section: Section | None, name: str) -> Chart:
    assert section is not None
    return next(
        block for block in section.blocks if isinstance(block, Chart) and block.name == name
    )


def charts(section: Section | None) -> list[str]:
    blocks = section.blocks if section is not None else ()
    return [block.name for block in blocks if isinstance(block, Chart)]


def grids(section: Section | None) -> list[Grid]:
    """Every table of a section, those of charts too."""
    assert section is not None
    found = (block.table if isinstance(block, Chart) else block for block in section.blocks)
    return [block for block in found if isinstance(block, Grid)]


def numbers(grid: Grid) -> pd.DataFrame:
    """The numbers of a table behind its texts; texts stay texts."""
    rows = [[cell.number if isinstance(cell, Value) else cell for cell in row] for row in grid.rows]
    return pd.DataFrame(rows, columns=[column.title for column in grid.columns])


def shown(value: Any) -> float:
    """The number that a cell shows; what is below a percent is told as nothing."""
    text = str(value)
    if text.startswith("<"):
        return 0.0
    return float(text.replace(",", "").removesuffix("%").strip())


def money_of(**signed: float) -> dict[str, Amounts]:
    """A ledger with some terms, as they count for the profit; the others are nothing."""
    return {
        entry.name: Amounts(amount, amount, {"2027": amount})
        for entry in LEDGER
        for amount in [entry.sign * signed.get(entry.name, 0.0)]
    }


def moneyed(today: dict[str, float] | None, planned: dict[str, float]) -> Plan:
    """The hand-made plan with other money."""
    baseline = None if today is None else Baseline({}, money=money_of(**today))
    return full_plan().with_(money=money_of(**planned), baseline=baseline, periods=("2027",))


def with_rows(plan: Plan, name: str, rows: list[tuple[Any, ...]]) -> Plan:
    """A plan with other rows in one table."""
    table = plan.table(name)
    return plan.with_(tables={**plan.tables, name: Table(name, table.columns, tuple(rows))})
