"""Key figures and money of two plans side by side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from channelopt.analysis.comparing.records import Side
from channelopt.errors import CheckFailedError
from channelopt.plan.kpis import Kpi, Kpis, key_figures_of
from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell
from channelopt.terms.money import LEDGER

KPI_COLUMNS = (
    *("run", "period", "figure", "title", "unit"),
    *("before", "after", "difference", "ratio"),
)
MONEY_COLUMNS = (
    *("run", "period", "term", "title", "before", "after", "difference"),
    *("before_undiscounted", "after_undiscounted"),
)
CENT = 0.005
"""Money terms add up to the profit within half a cent, or this share of it where that is more."""
ROUNDING = 1e-9

Row = tuple[Cell, ...]
Label = TypeVar("Label")


def merged(first: Sequence[Label], second: Sequence[Label]) -> list[Label]:
    """Return the labels of both, each once; those of the second stand before what follows them."""
    result = list(first)
    for position, label in enumerate(second):
        if label in result:
            continue
        after = next((one for one in second[position + 1 :] if one in result), None)
        result.insert(len(result) if after is None else result.index(after), label)
    return result


def less(after: float | None, before: float | None) -> float | None:
    """Return what is more in the second; None where either is not known."""
    return None if after is None or before is None else after - before


def times(after: float | None, before: float | None) -> float | None:
    """Return the second over the first; None where that has no meaning."""
    if after is None or not before:
        return None
    ratio = after / before
    return ratio if math.isfinite(ratio) else None


def figures_of(a: Side, b: Side) -> list[Kpi]:
    """Return the key figures of both plans in the order of reports."""
    return merged(key_figures_of(a.plan.names), key_figures_of(b.plan.names))


def kpi_rows(a: Side, b: Side) -> Iterator[Row]:
    """Yield every key figure: over the horizon first (no period), then by period."""
    figures = figures_of(a, b)
    yield from _figures(b.name, None, figures, (a.plan.kpis, b.plan.kpis))
    periods = merged(a.plan.periods, b.plan.periods)
    for period in periods if len(periods) > 1 else ():
        both = (a.plan.kpis_by_period.get(period, {}), b.plan.kpis_by_period.get(period, {}))
        yield from _figures(b.name, period, figures, both)


def _figures(
    run: str, period: str | None, figures: Iterable[Kpi], both: tuple[Kpis, Kpis]
) -> Iterator[Row]:
    for kpi in figures:
        before, after = (kpis.get(kpi.name) for kpis in both)
        if before is not None or after is not None:
            about = (run, period, kpi.name, kpi.label, kpi.unit)
            yield (*about, before, after, less(after, before), times(after, before))


def money_rows(a: Side, b: Side) -> Iterator[Row]:
    """Yield what every money term adds to the profit: over the horizon, then by period.

    Amounts carry their sign and are discounted as in their plan, so that the differences of the
    horizon add up to the difference in profit, and those of the periods to those of the horizon.
    What a plan does not have is 0.
    """
    for side in (a, b):
        check_money(side)
    whole = _contributions(a.plan), _contributions(b.plan)
    yield from _terms(b.name, None, whole)
    periods = merged(a.plan.periods, b.plan.periods)
    for period in periods if len(periods) > 1 else ():
        part = _in_period(a.plan, period), _in_period(b.plan, period)
        yield from _terms(b.name, period, part)


Contribution = tuple[float, float]
"""What a money term adds to the profit: discounted and not."""


def _terms(
    run: str, period: str | None, both: tuple[Mapping[str, Contribution], ...]
) -> Iterator[Row]:
    before, after = both
    for entry in LEDGER:
        (old, paid), (new, pays) = before.get(entry.name, (0, 0)), after.get(entry.name, (0, 0))
        if any((old, new, paid, pays)):
            yield run, period, entry.name, entry.label, old, new, new - old, paid, pays


def _contributions(plan: Plan) -> dict[str, Contribution]:
    return {
        entry.name: (entry.sign * amounts.discounted, entry.sign * amounts.total)
        for entry in LEDGER
        if (amounts := plan.money.get(entry.name)) is not None
    }


def _in_period(plan: Plan, period: str) -> dict[str, Contribution]:
    if period not in plan.periods:
        return {}
    discount = (1.0 + plan.discount_rate) ** -plan.periods.index(period)
    found = {}
    for entry in LEDGER:
        if (amounts := plan.money.get(entry.name)) is not None:
            paid = entry.sign * amounts.by_period.get(period, 0.0)
            found[entry.name] = (paid * discount, paid)
    return found


def check_money(side: Side) -> None:
    """Make sure that the money terms of a plan add up to its profit.

    Raises:
        CheckFailedError: they do not; somebody edited the figures.
    """
    total = math.fsum(amount for amount, _ in _contributions(side.plan).values())
    profit = side.plan.objective or 0.0
    if abs(total - profit) > max(CENT, ROUNDING * abs(profit)):
        raise CheckFailedError(
            f"{side.name}: the money terms add up to {total:,.2f}, but the profit is said to be "
            f"{profit:,.2f}; `channelopt verify` says what was edited"
        )
