"""Checks what stands beside a list: other lists within changed limits, and a curve.

Nobody wrote these lists down, so their values cannot be added up again. What can be checked is that
figures fit each other, and that no value is above what the prices of the list prove within the
changed limits: a bound moves by the price of a limit for each unit that its side moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from channelopt.verify.lists.folder import ListFolder
from channelopt.verify.lists.result import Findings
from channelopt.verify.run import csv_table

CURVE = ("limit", "at", "status", "value", "bound", "gap", "price", "used", "moved")
WHAT_IFS = (
    *("name", "change", "status", "value", "difference", "bound", "gap"),
    *("moved", "costly", "conflict"),
)
CLOSE = 1e-9
"""Relative to a value."""
WITH, WITHOUT = ("optimal", "feasible"), ("infeasible", "no_list", "unbounded")
SAID = (
    "what_ifs.csv and curve.csv: held against the bound of the list; the lists behind them are not "
    "made again"
)

Row = Mapping[str, str]


@dataclass(frozen=True)
class _Limit:
    lower: float
    upper: float
    price: float

    def dearer(self, at: float) -> float:
        """Return by how much the bound rises when the limit is set to `at`; inf for none."""
        if self.price == 0.0:
            return 0.0
        if math.isinf(at):
            return math.inf
        if self.price > 0.0:
            return self.price * (at - self.upper)
        alone = math.isinf(self.upper) or self.lower == self.upper
        return self.price * ((at if alone else min(self.lower, at)) - self.lower)


def check_beside(found: ListFolder, findings: Findings, *, decisions: int) -> tuple[str, ...]:
    """Check what_ifs.csv and curve.csv where they were written.

    Args:
        found: the list.
        findings: takes what is wrong.
        decisions: rows of the list; no more can change.

    Returns:
        What was not checked.
    """
    checks = {"what_ifs": (WHAT_IFS, _what_ifs), "curve": (CURVE, _curve)}
    asked = [name for name in checks if (found.path / f"{name}.csv").is_file()]
    for name in asked:
        columns, check = checks[name]
        table = csv_table(found.path / f"{name}.csv")
        if table.columns != columns:
            findings.add(name, f"{name}.csv: expected the columns {', '.join(columns)}")
            continue
        rows = [dict(zip(columns, row, strict=False)) for row in table.rows]
        lines = [*check(found, rows), *_figures(rows, decisions)]
        for line in lines:
            findings.add(name, f"{name}.csv, {line}")
    if found.claimed.get("what_ifs") is not None and "what_ifs" not in asked:
        findings.add("what_ifs", "what_ifs.csv: list.json has what-ifs, and the table is missing")
    return (SAID,) if asked else ()


def _what_ifs(found: ListFolder, rows: Sequence[Row]) -> Iterator[str]:
    """Yield what is wrong with what-ifs: beside list.json, and above the bound."""
    told = found.claimed.get("what_ifs")
    records = told if isinstance(told, list) else []
    if [row["name"] for row in rows] != [_of(record, "name") for record in records] or not rows:
        yield "name: they are not those of list.json"
        return
    limits, top = _limits(found), _number(found.claimed.get("price_bound"))
    base, own = _number(rows[0]["value"]), _number(found.claimed.get("value"))
    kept = found.options.get("keep") is not None
    if base is None or own is None or not (_near(base, own) or (kept and base > own)):
        yield f"'{rows[0]['name']}', value: it is not that of the list"
    for row, record in zip(rows, records, strict=True):
        for name in ("status", "value", "bound", "moved"):
            said, other = row[name], _of(record, name)
            if said != ("" if other is None else str(other)) and _number(said) != _number(other):
                yield f"'{row['name']}', {name}: list.json says something else"
        value, gained = _number(row["value"]), _number(row["difference"])
        if value is None or base is None:
            continue
        if gained is None or abs(value - base - gained) > CLOSE * max(1.0, abs(value)):
            yield f"'{row['name']}', difference: it is {value - base:.12g} from the list"
        yield from _above(f"'{row['name']}'", value, _moved_to(record, limits, top))


def _moved_to(record: Any, limits: Mapping[str, _Limit], top: float | None) -> float:
    """Return the bound at the list's prices within the limits of a what-if; inf if unknown."""
    changed = _of(record, "limits")
    if top is None or not isinstance(changed, Mapping):
        return math.inf
    for name, at in changed.items():
        side = math.inf if at is None else _number(at)
        if name not in limits or side is None:
            return math.inf
        top += limits[name].dearer(side)
    return top


def _curve(found: ListFolder, rows: Sequence[Row]) -> Iterator[str]:
    """Yield what is wrong with a curve: unknown limits, values above the bound."""
    limits, top = _limits(found), _number(found.claimed.get("price_bound"))
    for row in rows:
        at, value = _number(row["at"]), _number(row["value"])
        if row["limit"] not in limits or at is None:
            yield f"'{row['limit']}': there is no such limit, or it has no value"
        elif value is not None and top is not None:
            there = f"'{row['limit']}' at {at:.12g}"
            yield from _above(there, value, top + limits[row["limit"]].dearer(at))


def _above(place: str, value: float, top: float) -> Iterator[str]:
    if value > top + CLOSE * max(1.0, abs(top)):
        yield f"{place}, value: {value:.12g} is above {top:.12g}, which no list exceeds there"


def _figures(rows: Sequence[Row], decisions: int) -> Iterator[str]:
    """Yield what does not fit together: status, value, bound, gap, decisions that change."""
    for row in rows:
        place = f"'{row.get('name', row.get('at'))}'"
        value, bound, gap = (_number(row[name]) for name in ("value", "bound", "gap"))
        if row["status"] not in (WITHOUT if value is None else WITH):
            yield f"{place}, status: {row['status']} does not fit its value"
        if value is None:
            continue
        if bound is None or bound < value - CLOSE * max(1.0, abs(value)):
            yield f"{place}, bound: it is missing, or below the value"
        elif gap is None or abs(gap - abs(bound - value) / max(1.0, abs(value))) > CLOSE:
            yield f"{place}, gap: it is not that of bound and value"
        moved = _number(row["moved"])
        if moved is None or not 0 <= moved <= decisions:
            yield f"{place}, moved: {row['moved']} of {decisions} decisions"


def _limits(found: ListFolder) -> dict[str, _Limit]:
    table = found.tables["limits"]
    lower, upper, price = (table.columns.index(c) for c in ("at_least", "at_most", "price"))
    return {
        str(row[0]): _Limit(
            _or(_number(row[lower]), -math.inf),
            _or(_number(row[upper]), math.inf),
            _or(_number(row[price]), 0.0),
        )
        for row in table.rows
    }


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _of(record: Any, key: str) -> Any:
    return record.get(key) if isinstance(record, Mapping) else None


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= CLOSE * max(1.0, abs(other))


def _number(cell: Any) -> float | None:
    """Return a finite number, or None."""
    if not isinstance(cell, str | int | float | Decimal) or isinstance(cell, bool):
        return None
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
