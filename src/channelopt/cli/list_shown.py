"""What a terminal shows of a list."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from channelopt.cli import console
from channelopt.cli.numbers import money, percent

if TYPE_CHECKING:
    from channelopt.lists.result import CustomerList
    from channelopt.plan.table import Table

HALF_A_CENT = 0.005
SHOWN = 8
"""Limits that a terminal shows; limits.csv has all."""
MOST_ROWS = 60
"""Rows that a terminal shows of the totals by segment."""
PADDING = 2
"""Blanks beside a column, and at the edges of a table."""
_NUMBERS = {"Customers": "right", "Contacts": "right", "Share": "right", "Plan": "right"}


def show(found: CustomerList, *, as_json: bool) -> None:
    """Write the gist of a list to stdout."""
    if as_json:
        console.emit_json(found.as_data() | {"folder": str(found.folder)})
        return
    kept = bool((found.data.get("moves") or {}).get("earlier"))
    best = "not proven best"
    if found.status == "optimal":
        best = "within the tolerance of the best" if kept else "proven best"
    console.emit(
        f"{found.customers:,} customers, worth {money(found.value)}: {best}, no list is worth over "
        f"{money(found.bound)} (gap {percent(found.gap, 6)})."
    )
    if found.rejected:
        console.emit(f"{found.rejected:,} rows left out; rejected.csv says why.")
    _list(found)
    limits = {"Limit": "left", "Used": "right", "Set at": "right", "Worth of one more": "right"}
    console.table("Limits that cost", limits, _limits(found))
    console.emit(_lost(found))
    if "what_ifs" in found.tables:
        _what_ifs(found.tables["what_ifs"])
    console.emit(f"Written to {found.folder}; begin with summary.md there")


def _list(found: CustomerList) -> None:
    """Write who gets what: side by side where that fits, else one decision after the other.

    Where segments and options are too many to read, segments are added up.
    """
    records = [row for row in found.tables["totals"].records() if row["customers"]]
    if len(records) > MOST_ROWS:
        columns = {"Decision": "left", "Option": "left", "Customers": "right", "Contacts": "right"}
        console.table("List", columns, _summed(records))
        console.emit("By segment, beside the plan: totals.csv")
        console.emit("")
        return
    columns = {"Decision": "left", "Segment": "left", "Option": "left"} | _NUMBERS
    names = ("interaction", "segment", "channel")
    rows = [[*(str(row[name]) for name in names), *_figures(row)] for row in records]
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    if sum(widths) + PADDING * (len(widths) + 1) <= console.rich(sys.stdout).width:
        console.table("List", columns, rows)
        return
    for decision, some in groupby(records, key=lambda row: str(row["interaction"])):
        columns = {"Segment, option": "left"} | _NUMBERS
        console.table(f"List: {decision}", columns, _stacked(some))


def _summed(records: Iterable[dict[str, Any]]) -> list[list[str]]:
    """Return customers and contacts by decision and option, all segments together."""
    sums: dict[tuple[str, str], list[float]] = {}
    for row in records:
        onto = sums.setdefault((str(row["interaction"]), str(row["channel"])), [0.0, 0.0])
        onto[0] += row["customers"]
        onto[1] += row["contacts"]
    decisions = list(dict.fromkeys(decision for decision, _ in sums))
    order = sorted(sums, key=lambda key: (decisions.index(key[0]), key[1] == "none"))
    return [[*key, *(f"{amount:,.0f}" for amount in sums[key])] for key in order]


def _figures(row: dict[str, Any]) -> list[str]:
    return [
        f"{row['customers']:,.0f}",
        f"{row['contacts']:,.0f}",
        percent(row["share"]),
        percent(row["plan_share"]),
    ]


def _stacked(records: Iterable[dict[str, Any]]) -> Iterator[list[str]]:
    """Yield a row for each segment, and below it a row for each of its options."""
    for segment, some in groupby(records, key=lambda row: str(row["segment"])):
        options = list(some)
        sums = [sum(row[name] for row in options) for name in ("customers", "contacts")]
        yield [segment, *(f"{amount:,.0f}" for amount in sums), "", ""]
        for row in options:
            yield [f"  {row['channel']}", *_figures(row)]


def _limits(found: CustomerList) -> list[list[str]]:
    """Return the limits with the largest prices in money of one percent of them."""
    from channelopt.lists.dear import dearest

    limits: list[dict[str, Any]] = list(found.tables["limits"].records())
    used = {row["limit"]: row["used"] for row in limits}
    return [
        [one.limit.name, _amount(used[one.limit.name]), _amount(one.at), _amount(one.price)]
        for one in dearest(found, SHOWN)
    ]


def _amount(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float | int) else "-"


def _lost(found: CustomerList) -> str:
    if not math.isfinite(found.loss):
        return "What is lost against the plan is not known."
    if abs(found.loss) < HALF_A_CENT:
        return "Nothing is lost or gained by going from segments to customers."
    if found.loss > 0:
        return f"Going from segments to customers loses {money(found.loss)} (disaggregation loss)."
    return f"Telling customers apart gains {money(-found.loss)} over the plan's shares."


def _what_ifs(table: Table) -> None:
    columns = {"What if": "left", "Worth": "right", "Difference": "right", "Changed": "right"}
    records = list(table.records())
    rows = [
        [
            str(row["name"]),
            money(_number(row["value"])),
            _signed(_number(row["difference"])) if row["change"] else "",
            _moved(row),
            _costly(row),
        ]
        for row in records
    ]
    console.table("What if", columns | {"Costs most": "left"}, rows)
    for row in records:
        if row["conflict"]:
            console.emit(f"{row['name']}: {row['conflict']}")


def _moved(row: dict[str, Any]) -> str:
    if not row["change"]:
        return ""
    return "-" if row["moved"] is None else f"{row['moved']:,.0f}"


def _costly(row: dict[str, Any]) -> str:
    """Return the limit that costs most, without its price."""
    if row["value"] is None:
        return "no list"
    return str(row["costly"] or "-").split("; ", maxsplit=1)[0].rpartition(" ")[0] or "-"


def _number(cell: Any) -> float | None:
    return None if cell is None else float(cell)


def _signed(amount: float | None) -> str:
    sign = "+" if amount is not None and amount > 0 else ""
    return f"{sign}{money(amount)}"
