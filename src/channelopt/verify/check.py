"""The independent check: every rule and every figure of a plan, from its files alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from channelopt.errors import CheckFailedError
from channelopt.instance.instance import Instance
from channelopt.rules import CORE
from channelopt.rules.base import Policy, Rule, Verdict
from channelopt.terms.exact import ZERO, exact_arithmetic, total
from channelopt.terms.facts import Facts, facts
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Numbers
from channelopt.verify.claims import claims
from channelopt.verify.extras import missing_rows
from channelopt.verify.figures import differences, missing_today, right_figures
from channelopt.verify.layout import (
    FIGURES,
    KEYS,
    OTHERS,
    OUTAGE_TABLES,
    outage_policies,
    wanted,
)
from channelopt.verify.outages import outage_faults
from channelopt.verify.read import Grid, Reader, TableLike, written
from channelopt.verify.result import Verification
from channelopt.verify.run import read_run


def verify(
    instance: Instance, tables: Mapping[str, TableLike], claimed: Mapping[str, Any]
) -> Verification:
    """Check a plan against its scenario, by its tables and claims alone.

    Args:
        instance: the scenario.
        tables: allocation, offers, channels, segments, staff, hours and those that some scenarios
            have; cells are text as in the files, or numbers.
        claimed: what plan.json says: `objective`, `bound`, `gap`, `status`, `money`, `kpis`,
            `kpis_by_period`, `segments`, `channels`; what is absent is not checked.

    Returns:
        The verdict on every rule, money recomputed and every figure that is wrong.

    Raises:
        UsageError: the scenario has a policy that this version cannot check.
    """
    if claimed.get("objective") is None and "objective" in claimed:
        return Verification(mismatches=_nothing_written(tables))
    n, outages = instance.numbers, outage_policies(instance)
    missing = tuple(f"{name}.csv: the table is missing" for name in wanted(n) if name not in tables)
    if missing:
        return Verification(mismatches=missing)
    reader = Reader(n, outages)
    read = [name for name in KEYS if name in tables]
    grids = {name: reader.grid(name, tables[name], f"{name}.csv") for name in read}
    if reader.faults:
        return Verification(mismatches=tuple(reader.faults))
    with exact_arithmetic():
        try:
            f = facts(n, written(grids, outages))
        except CheckFailedError as fault:
            return Verification(mismatches=(str(fault),))
        return Verification(
            rules=judge(instance, f),
            objective=f.objective,
            money={term.name: total(f.by_period[term.name]) for term in LEDGER},
            mismatches=(
                *_unproven(outages, tables),
                *_figures(f.numbers, f, grids, claimed),
                *(outage_faults(instance, f, grids["outages"]) if "outages" in grids else ()),
                *claims(f.numbers, f, claimed),
            ),
        )


def _unproven(outages: tuple[str, ...], tables: Mapping[str, TableLike]) -> Iterator[str]:
    """Yield the tables without which an outage policy cannot be proven; the rest still can."""
    for name in OUTAGE_TABLES if outages else ():
        if name not in tables:
            yield f"{name}.csv: the table is missing"


def judge(instance: Instance, f: Facts) -> tuple[Verdict, ...]:
    """Check every rule of the model and every policy of the scenario."""
    rules: tuple[Rule | Policy, ...] = (*CORE, *instance.policies)
    return tuple(rule.check(f.numbers, f) for rule in rules)


def verify_folder(folder: Path | str) -> Verification:
    """Check a run folder by its own files: manifest.json, plan.json and the tables.

    Raises:
        InputError: a file is missing, damaged, or its scenario is not valid.
        UsageError: the scenario has a policy that this version cannot check.
    """
    from channelopt.instance.load import from_data

    run = read_run(Path(folder))
    return verify(from_data(run.scenario), run.tables, run.claimed)


def _nothing_written(tables: Mapping[str, TableLike]) -> tuple[str, ...]:
    """Name the tables that have rows although there is no plan."""
    return tuple(
        f"{name}.csv: rows are written although plan.json has no objective"
        for name in sorted(tables)
        if tables[name].rows
    )


@dataclass(frozen=True)
class _Records:
    """A list of records from plan.json as a table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def _figures(
    n: Numbers, f: Facts, grids: Mapping[str, Grid], claimed: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return every wrong cell of the tables, and of those that plan.json repeats."""
    right = right_figures(n, f)
    rooms = {"amount": max(f.rounding, default=ZERO)}
    found = [
        line
        for name, figures in right.items()
        if name in grids
        for line in differences(name, grids[name], figures, n, f"{name}.csv", rooms)
    ]
    found += missing_today(n, grids["allocation"])
    found += missing_rows(n, f, grids)
    for name in ("segments", "channels"):
        if name in claimed:
            reader, file = Reader(n), f"plan.json {name}"
            grid = reader.grid(name, _records(name, claimed[name]), file)
            found += reader.faults or differences(name, grid, right[name], n, file)
            if not reader.faults and grid.open != grids[name].open:
                found.append(f"{file}: other channels are open than in {name}.csv")
            if not reader.faults and grid.owned != grids[name].owned:
                found.append(f"{file}: other upgrades are owned than in {name}.csv")
    return tuple(found)


def _records(name: str, records: Any) -> _Records:
    columns = (*KEYS[name], *OTHERS.get(name, ()), *FIGURES[name])
    if not isinstance(records, list) or not all(isinstance(row, Mapping) for row in records):
        return _Records((), ())
    return _Records(columns, tuple(tuple(row.get(k) for k in columns) for row in records))
