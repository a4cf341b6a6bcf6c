"""What plan.json claims against what the tables come to: objective, bound, money, key figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from channelopt.rules.base import TOLERANCE
from channelopt.terms.exact import ONE, ZERO, Amounts, exact, sum_by, total
from channelopt.terms.facts import Facts
from channelopt.terms.money import COST_KINDS, LEDGER
from channelopt.terms.numbers import Numbers
from channelopt.verify.figures import MONEY, agrees, differs
from channelopt.verify.read import number, shown

COSTS = tuple(term.name for term in LEDGER if term.name in {f"{kind}_cost" for kind in COST_KINDS})

AXES: Mapping[str, tuple[str, ...]] = {
    "kept_margin": ("segment",),
    "contact_value": ("segment", "channel"),
    "satisfaction_value": ("segment",),
    "closure_loss": ("segment", "channel"),
    "contact_cost": ("segment", "channel"),
    "staff_cost": ("group",),
    "fixed_cost": ("channel",),
    "opening_cost": ("channel",),
    "closing_cost": ("channel",),
    "investment_cost": ("channel",),
    "running_cost": ("channel",),
    "hiring_cost": ("group",),
    "release_cost": ("group",),
}
"""By what each money term is told apart in plan.json."""

CELL = ("segment", "interaction", "channel", "period")


def claims(n: Numbers, f: Facts, claimed: Mapping[str, Any]) -> Iterator[str]:
    """Yield every claim that is wrong, in words.

    Args:
        n: the scenario.
        f: the plan, recomputed.
        claimed: `objective`, `bound`, `gap`, `status`, `money`, `kpis`, `kpis_by_period`,
            `changes`; what is absent is not checked.
    """
    yield from _proof(f, claimed)
    figures = KeyFigures(n, f)
    everything = figures.over(range(len(n.periods)))
    right = {
        "money": money(n, f),
        "kpis": {**everything, "profit": f.objective},
        "kpis_by_period": {period: figures.over([t]) for t, period in enumerate(n.periods)},
    }
    if "changes" in claimed:
        yield from _changes(n, f, claimed["changes"])
    for name, expected in right.items():
        if name in claimed:
            yield from _Comparison(figures.rooms).of(name, claimed[name], expected)


def _proof(f: Facts, claimed: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with objective, bound, gap and status."""
    try:
        objective, bound, gap = (number(claimed.get(k)) for k in ("objective", "bound", "gap"))
    except ValueError as fault:
        yield f"plan.json, objective, bound or gap: {fault}"
        return
    if "objective" in claimed and not agrees(objective, f.objective, money=True):
        yield f"plan.json, objective: {differs(objective, f.objective)}"
    scale = max(ONE, abs(f.objective))
    if bound is not None and bound < f.objective - TOLERANCE * scale:
        yield f"plan.json, bound: {float(bound):.12g} is less than the plan is worth"
    right = None if bound is None else abs(bound - f.objective) / scale
    if "gap" in claimed and not agrees(gap, right, money=False):
        yield f"plan.json, gap: {differs(gap, right)}"
    if claimed.get("status") == "optimal" and bound is None:
        yield "plan.json, status: called optimal without a bound"


def _changes(n: Numbers, f: Facts, claimed: Any) -> Iterator[str]:
    """Yield what is wrong with the list of channels that open and close."""
    right = {
        (n.periods[t], n.channels[c], opens)
        for opens, term in ((True, "opening_cost"), (False, "closing_cost"))
        for c, t in f.money[term]
    }
    written = [_change(entry) for entry in claimed] if isinstance(claimed, list) else []
    for entry in sorted(right - set(written)):
        yield f"plan.json, changes: {_said(entry)}, which is not written"
    for entry in sorted(set(written) - right):
        yield f"plan.json, changes: {_said(entry)} is written, but is not so"
    if len(set(written)) < len(written):
        yield "plan.json, changes: a change is written twice"


def _change(entry: Any) -> tuple[str, str, bool]:
    fields = entry if isinstance(entry, Mapping) else {}
    return str(fields.get("period")), str(fields.get("channel")), fields.get("opens") is True


def _said(change: tuple[str, str, bool]) -> str:
    period, channel, opens = change
    return f"{shown(channel)} {'opens' if opens else 'closes'} in {shown(period)}"


@dataclass(frozen=True)
class _Comparison:
    """Compares nested figures.

    Attributes:
        rooms: by key figure, how far it may be off beyond its own size.
    """

    rooms: Mapping[str, Decimal]

    def of(self, where: str, claimed: Any, right: Any, column: str = "") -> Iterator[str]:
        """Yield what is wrong; both sides must have the same names."""
        if not isinstance(right, Mapping):
            yield from self._one(where, claimed, right, column)
            return
        if not isinstance(claimed, Mapping):
            yield f"plan.json, {where}: {shown(claimed)} where figures by name belong"
            return
        for name in sorted({*claimed, *right}, key=str):
            inner = f"{where}.{str(name)[:40]}"
            if name not in right:
                yield f"plan.json, {where}: {shown(name)} is not known"
            elif name not in claimed:
                yield f"plan.json, {inner}: is missing"
            else:
                known = str(name) if str(name) in MONEY or where.startswith("kpis") else column
                yield from self.of(inner, claimed[name], right[name], known)

    def _one(self, where: str, claimed: Any, right: Decimal | None, column: str) -> Iterator[str]:
        try:
            found = number(claimed)
        except ValueError as fault:
            yield f"plan.json, {where}: {fault}"
            return
        is_money = column in MONEY or column == "cost_per_first_contact"
        if not agrees(found, right, money=is_money, room=self.rooms.get(column, ZERO)):
            yield f"plan.json, {where}: {differs(found, right)}"


def money(n: Numbers, f: Facts) -> dict[str, dict[str, Any]]:
    """Return every money term: total, discounted, by period and by what it belongs to."""
    return {term.name: _term(n, f, term.name) for term in LEDGER}


def _term(n: Numbers, f: Facts, name: str) -> dict[str, Any]:
    by_period = f.by_period[name]
    discounted = total(x * factor for x, factor in zip(by_period, f.discount, strict=True))
    ways = n.channels + n.bundles if name == "contact_value" else n.channels
    ids = {"segment": n.segments, "channel": ways, "group": n.groups}
    axes = CELL if name in ("contact_value", "contact_cost") else (*AXES[name], "period")
    return {
        "total": total(by_period),
        "discounted": discounted,
        "by_period": dict(zip(n.periods, by_period, strict=True)),
        **{
            f"by_{label}": _by(f.money[name], axes.index(label), ids[label], n.periods)
            if label in AXES[name]
            else {}
            for label in ids
        },
    }


def _by(
    amounts: Amounts, axis: int, ids: Sequence[str], periods: Sequence[str]
) -> dict[str, dict[str, Decimal]]:
    sums = sum_by(amounts, axis, -1)
    return {
        label: {period: sums.get((k, t), ZERO) for t, period in enumerate(periods)}
        for k, label in enumerate(ids)
    }


class KeyFigures:
    """Key figures of a plan over any periods, from sums that are made once.

    `rooms` says by name how far some of them may be off by rounding beyond their own size.
    """

    def __init__(self, n: Numbers, f: Facts) -> None:
        self._n = n
        self._f = f
        self._first = sum_by(f.first_contacts, 1, 2, 3)
        self._handled = sum_by(f.handled, 1, 3)
        self._given_up = sum_by(f.given_up, -1)
        totals = {
            f"metric.{metric.id}": room for metric, room in zip(n.metrics, f.rounding, strict=True)
        }
        made = max(total(self._first.values()), ONE)
        self.rooms = totals | {f"{name}.mean": room / made for name, room in totals.items()}

    def over(self, periods: Sequence[int]) -> dict[str, Decimal | None]:
        """Return the key figures; None where one has no meaning, profit undiscounted."""
        n, f = self._n, self._f
        touch = (*n.touch, *(None for _ in n.bundles))
        first = {key: x for key, x in self._first.items() if key[2] in periods}
        made = total(first.values())
        cases = total(x for (i, _, _), x in first.items() if n.inbound[i])
        handled = total(x for (i, t), x in self._handled.items() if t in periods and n.inbound[i])
        cost = total(f.by_period[name][t] for name in COSTS for t in periods)
        worth = (term.sign * f.by_period[term.name][t] for term in LEDGER for t in periods)
        return {
            "profit": total(worth),
            "cost": cost,
            "satisfaction": _satisfaction(n, f, periods),
            "margin_kept": _margin_kept(n, f, periods),
            "first_contacts": made,
            "cost_per_first_contact": _ratio(cost, made),
            "contacts_per_case": _ratio(handled, cases),
            "given_up": _ratio(total(self._given_up.get((t,), ZERO) for t in periods), cases),
            **{
                f"share_{level}": _ratio(
                    total(x for (_, c, _), x in first.items() if touch[c] == level), made
                )
                for level in ("high", "medium", "low")
            },
            "fte": total(x for (_, t), x in f.written.fte.items() if t in periods) / len(periods),
            "channels_open": Decimal(sum(t in periods for _, t in f.written.open)) / len(periods),
            **self._metrics(periods, made),
        }

    def _metrics(self, periods: Sequence[int], made: Decimal) -> dict[str, Decimal | None]:
        """Return the total of each metric, and its mean over first contacts."""
        figures: dict[str, Decimal | None] = {}
        for metric, amounts in zip(self._n.metrics, self._f.metrics, strict=True):
            amount = total(x for (_, _, t), x in amounts.items() if t in periods)
            figures[f"metric.{metric.id}"] = amount
            figures[f"metric.{metric.id}.mean"] = _ratio(amount, made)
        return figures


def _satisfaction(n: Numbers, f: Facts, periods: Sequence[int]) -> Decimal | None:
    rated = [key for key in f.mean if key[1] in periods]
    customers = {key: exact(n.customers[key]) for key in rated}
    return _ratio(total(customers[key] * f.mean[key] for key in rated), total(customers.values()))


def _margin_kept(n: Numbers, f: Facts, periods: Sequence[int]) -> Decimal | None:
    worth = [(s, t) for s in range(len(n.segments)) for t in periods if n.margin[s, t] > 0]
    whole = total(exact(n.customers[key]) * exact(n.margin[key]) for key in worth)
    return _ratio(total(f.money["kept_margin"][key] for key in worth), whole)


def _ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None
