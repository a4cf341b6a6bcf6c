"""Key figures as linear expressions of the decisions, so that they can be maximised or limited.

A figure that is a ratio is linear only where what it is divided by is the same in every plan; the
number of first contacts is, unless some contacts are outbound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index
from channelopt.analysis.tradeoffs.shapes import PROFIT, Measure
from channelopt.errors import UsageError
from channelopt.instance.instance import Instance
from channelopt.model.formulate import Model
from channelopt.plan.kpis import Kpi, key_figures_of
from channelopt.plan.plan import Plan
from channelopt.plan.tables import TOUCHES
from channelopt.terms.flows import CELL, of_lane
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Metric, Numbers

Write = Callable[[Model, Index], Expr]
"""Writes a figure on the single row of the index."""


@dataclass(frozen=True)
class Figure:
    """A key figure that is linear in the decisions.

    Attributes:
        name: as in key figures, `money` of a plan, or with a channel: `first_contacts.phone`.
        label: in reports.
        unit: of key figures: "money", "share", "number" or "ratio".
        sign: 1 where more is better, -1 where less is.
        one_way: the program holds it exactly only in that direction.
        measure: its expression.
        read: the same figure of a plan.
    """

    name: str
    label: str
    unit: str
    sign: int
    one_way: bool
    measure: Measure
    read: Callable[[Plan], float | None]


def figure(instance: Instance, name: str) -> Figure | None:
    """Return a key figure by name; `-` or `+` before it asks for less or for more of it.

    Returns:
        None where this scenario has no such thing, as without contacts.

    Raises:
        UsageError: it is no key figure, is not linear, or cannot be asked for in that direction.
    """
    plain = name.lstrip("+-")
    found = {one.name: one for one in _figures(instance)}
    if plain not in found:
        known = plain in {kpi.name for kpi in key_figures_of(instance.names)}
        if known and plain not in _ratios(instance.numbers):
            return None
        why = "is not linear in the decisions here" if known else "is not a key figure"
        raise UsageError(f"'{plain}' {why}; these are: {', '.join(sorted(found))}")
    one = found[plain]
    sign = {"+": 1, "-": -1}.get(name[:1], one.sign)
    if sign != one.sign and one.one_way:
        better = "more" if one.sign > 0 else "less"
        raise UsageError(f"'{name}': of '{plain}' only {better} can be asked for")
    return replace(one, sign=sign)


def _figures(instance: Instance) -> Iterator[Figure]:
    """Yield every figure that has a meaning in this scenario and is linear there."""
    n = instance.numbers
    labels = {kpi.name: kpi for kpi in key_figures_of(instance.names)}
    yield _of_kpi(labels["profit"], 1, PROFIT, one_way=True)
    written = {**_sums(n), **_ratios_written(n), **_metrics(n)}
    for name, (sign, one_way, write) in written.items():
        yield _of_kpi(labels[name], sign, _measure(name, write), one_way=one_way)
    yield from _of_ledger()
    yield from _of_channels(instance)


def _measure(key: str, write: Write) -> Measure:
    return Measure(key, lambda model: write(model, Index.total(model.decisions.sets)))


def _of_kpi(kpi: Kpi, sign: int, measure: Measure, *, one_way: bool) -> Figure:
    def read(plan: Plan) -> float | None:
        return plan.kpis[kpi.name]

    return Figure(kpi.name, kpi.label, kpi.unit, sign, one_way, measure, read)


Written = Mapping[str, tuple[int, bool, Write]]
"""By name: what is better, whether only that way is exact, and how the figure is written."""


def _sums(n: Numbers) -> Written:
    """Figures that are sums, and means with a fixed denominator."""
    periods = len(n.periods)
    found: dict[str, tuple[int, bool, Write]] = {
        "cost": (-1, True, _cost),
        "first_contacts": (1, False, lambda m, row: m.decisions.first.sum_to(row)),
        "fte": (-1, True, _scaled(lambda m, row: m.decisions.fte.sum_to(row), periods)),
        "channels_open": (
            *(-1, False),
            _scaled(lambda m, row: m.decisions.open.sum_to(row), periods),
        ),
    }
    if (n.weight_of_satisfaction > 0).any() and _rated_customers(n) > 0:
        found["satisfaction"] = (1, False, _satisfaction)
    if _gains(n).sum() > 0:
        found["margin_kept"] = (1, True, _margin_kept)
    if _cases(n) > 0:
        found["contacts_per_case"] = (-1, False, _contacts_per_case)
        found["given_up"] = (-1, False, _given_up)
    return found


def _ratios(n: Numbers) -> set[str]:
    """Names of the figures that are divided by the number of first contacts."""
    means = {f"metric.{metric.id}.mean" for metric in n.metrics}
    return {"cost_per_first_contact", *(f"share_{level}" for level in TOUCHES), *means}


def _ratios_written(n: Numbers) -> Written:
    """Ratios over first contacts, where all are inbound, so that their number is given."""
    contacts = float(n.contacts.sum())
    if contacts <= 0 or (n.contacts > 0)[:, ~n.inbound].any():
        return {}
    found: dict[str, tuple[int, bool, Write]] = {
        "cost_per_first_contact": (-1, True, _scaled(_cost, contacts)),
    }
    for level in TOUCHES:
        found[f"share_{level}"] = (1, False, _scaled(_first_of_touch(level), contacts))
    for metric in n.metrics:
        mean = _scaled(_metric(metric), contacts)
        found[f"metric.{metric.id}.mean"] = (-1, False, mean)
    return found


def _metrics(n: Numbers) -> Written:
    return {f"metric.{metric.id}": (-1, False, _metric(metric)) for metric in n.metrics}


def _scaled(write: Write, divisor: float) -> Write:
    return lambda m, row: write(m, row) * (1.0 / divisor)


def _cost(m: Model, row: Index) -> Expr:
    total = Expr.zero(row)
    for name, amount in m.decisions.money.items():
        if name.endswith("_cost"):
            total = total + amount.sum_to(row)
    return total


def _rated_customers(n: Numbers) -> float:
    return float(n.customers[n.weight_of_satisfaction > 0].sum())


def _satisfaction(m: Model, row: Index) -> Expr:
    n, d = m.numbers, m.decisions
    customers = Param.pick(d.rated, n.customers, "segment", "period")
    return (d.satisfaction * customers).sum_to(row) * (1.0 / _rated_customers(n))


def _gains(n: Numbers) -> np.ndarray:
    gains: np.ndarray = n.customers * np.maximum(n.margin, 0.0)
    return gains


def _margin_kept(m: Model, row: Index) -> Expr:
    n, d = m.numbers, m.decisions
    losses = float((n.customers * np.minimum(n.margin, 0.0)).sum())
    return (d.money["kept_margin"].sum_to(row) - losses) * (1.0 / float(_gains(n).sum()))


def _cases(n: Numbers) -> float:
    return float(n.contacts[:, n.inbound].sum())


def _contacts_per_case(m: Model, row: Index) -> Expr:
    n, d = m.numbers, m.decisions
    handled = d.handled.only(n.inbound[d.handled.index.code("interaction")])
    return handled.sum_to(row) * (1.0 / _cases(n))


def _given_up(m: Model, row: Index) -> Expr:
    """What enters and is resolved nowhere has given up."""
    n, d = m.numbers, m.decisions
    entered = d.entered.only(n.inbound[d.entered.index.code("interaction")])
    handled = d.handled_by_lane.only(n.inbound[d.handled_by_lane.index.code("interaction")])
    resolution = of_lane(d.lanes, d.lanes.resolution, handled.index)
    resolved = handled * Param(handled.index, resolution)
    return (entered.sum_to(row) - resolved.sum_to(row)) * (1.0 / _cases(n))


def _metric(metric: Metric) -> Write:
    def write(m: Model, row: Index) -> Expr:
        counted = m.decisions.handled if metric.per_handled else m.decisions.first
        return (counted * Param.pick(counted.index, metric.values, *CELL)).sum_to(row)

    return write


def _of_touch(n: Numbers, level: str) -> np.ndarray:
    """(W,) channels of a touch level; bundles have none."""
    return np.array([one == level for one in (*n.touch, *(None for _ in n.bundles))], dtype=bool)


def _first_of_touch(level: str) -> Write:
    def write(m: Model, row: Index) -> Expr:
        first = m.decisions.first
        return first.only(_of_touch(m.numbers, level)[first.index.code("channel")]).sum_to(row)

    return write


def _of_ledger() -> Iterator[Figure]:
    """Yield every money term, undiscounted."""
    exact = {"contact_value", "satisfaction_value", "closure_loss", "contact_cost", "fixed_cost"}
    for term in LEDGER:

        def write(m: Model, row: Index, name: str = term.name) -> Expr:
            return m.decisions.money[name].sum_to(row)

        def read(plan: Plan, name: str = term.name) -> float | None:
            return plan.money[name].total

        one_way, measure = term.name not in exact, _measure(term.name, write)
        yield Figure(term.name, term.label, "money", term.sign, one_way, measure, read)


def _of_channels(instance: Instance) -> Iterator[Figure]:
    """Yield contacts by channel and by touch level."""
    n, titles = instance.numbers, {**instance.names.channels, **instance.names.bundles}
    for w, way in enumerate(n.ways):
        label = f"First contacts: {titles.get(way, way)}"
        chosen = np.arange(len(n.ways)) == w
        yield _counted(f"first_contacts.{way}", label, n, chosen, handled=False)
    for c, channel in enumerate(n.channels):
        label = f"Handled contacts: {titles.get(channel, channel)}"
        chosen = np.arange(len(n.ways)) == c
        yield _counted(f"handled.{channel}", label, n, chosen, handled=True)
    for level in TOUCHES:
        label = f"Contacts handled with {level} touch"
        yield _counted(f"handled_{level}", label, n, _of_touch(n, level), handled=True)


def _counted(name: str, label: str, n: Numbers, ways: np.ndarray, *, handled: bool) -> Figure:
    """Contacts of some ways (W,), first ones or all that are handled."""
    chosen = {way for way, one in zip(n.ways, ways, strict=True) if one}
    table, column = ("channels", "handled") if handled else ("allocation", "first_contacts")

    def write(m: Model, row: Index) -> Expr:
        contacts = m.decisions.handled if handled else m.decisions.first
        return contacts.only(ways[contacts.index.code("channel")]).sum_to(row)

    def read(plan: Plan) -> float | None:
        rows = plan.table(table).records()
        return float(sum(float(r[column] or 0.0) for r in rows if r["channel"] in chosen))

    return Figure(name, label, "number", 1, one_way=False, measure=_measure(name, write), read=read)
