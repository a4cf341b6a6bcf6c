"""Upgrades: what is bought when, what it costs and what it brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell, as_number
from channelopt.report.document import Block, Column, Grid, Paragraph, Section
from channelopt.report.figures import ABSENT, cents, count, headed, money, percent

UNKNOWN: Mapping[str, str] = {
    "at least": "gain at most so much",
    "infeasible": "no plan without it",
    "not solved": "not computed",
}
"""Words for how the value of an upgrade is known, where it is not known exactly.

`at least` is said of the best plan without it: a better one may exist.
"""


def upgrades(plan: Plan) -> Section | None:
    """Return the upgrades that the plan buys, those it leaves, and the return of each purchase."""
    records: dict[str, list[dict[str, Cell]]] = {}
    for record in plan.table("upgrades").records():
        records.setdefault(str(record["upgrade"]), []).append(record)
    if not records:
        return None
    costs = {
        label: (_total(found, "investment_cost"), _total(found, "running_cost"))
        for label, found in records.items()
    }
    digits = cents(amount for pair in costs.values() for amount in pair)
    rows = tuple(
        (
            plan.names.upgrades.get(label, label),
            _channel(plan, found[0]),
            _bought(plan, found),
            *(money(amount, digits=digits) for amount in costs[label]),
        )
        for label, found in records.items()
    )
    currency = plan.names.currency
    columns = (
        *(Column(title, "left") for title in ("Upgrade", "Channel", "Bought")),
        Column(headed("Investment", currency)),
        Column(headed("Running cost", currency)),
    )
    return Section("Upgrades", (Grid(columns, rows), *_returns(plan)))


def _total(records: list[dict[str, Cell]], column: str) -> float:
    return sum(as_number(record[column]) for record in records)


def _channel(plan: Plan, record: Mapping[str, Cell]) -> str:
    channel = str(record["channel"])
    return plan.names.channels.get(channel, channel)


def _bought(plan: Plan, records: list[dict[str, Cell]]) -> str:
    for record in records:
        if record["bought"]:
            return "yes" if len(plan.periods) == 1 else f"in {record['period']}"
    return "no"


def _returns(plan: Plan) -> Iterator[Block]:
    """Yield what each purchase brings, by the best plan without it."""
    records = list(plan.table("returns").records())
    if not records:
        return
    columns = (
        Column("Upgrade", "left"),
        Column(headed("Cost, discounted", plan.names.currency)),
        *(Column(title) for title in ("Best plan without it", "Gain", "Return", "Payback")),
        Column("", "left"),
    )
    names = ("cost", "objective_without", "value")
    amounts = [as_number(r[name]) for r in records for name in names if r[name] is not None]
    digits = cents(amounts)
    yield Grid(columns, tuple(_return_row(plan, record, digits) for record in records))
    yield Paragraph(
        "Each upgrade was forbidden, with those that need it, and the scenario solved again. Gain "
        "is what the plan is worth more than the best one without it, the cost of the upgrade "
        "already taken off; return is gain over cost; payback says after how many periods from the "
        "purchase on the plan is ahead and stays so."
    )


def _return_row(plan: Plan, record: Mapping[str, Cell], digits: int) -> tuple[str, ...]:
    upgrade = str(record["upgrade"])
    return (
        plan.names.upgrades.get(upgrade, upgrade),
        *(_amount(record[name], digits) for name in ("cost", "objective_without", "value")),
        ABSENT if record["return"] is None else percent(as_number(record["return"])),
        ABSENT if record["payback"] is None else count(as_number(record["payback"])),
        UNKNOWN.get(str(record["known"]), ""),
    )


def _amount(cell: Cell, digits: int) -> str:
    return ABSENT if cell is None else money(as_number(cell), digits=digits)
