"""What every cell of a plan's tables must say, recomputed from its decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import isfinite

import numpy as np

from channelopt.terms.exact import ZERO, Amounts, Key, exact, sum_by, total
from channelopt.terms.facts import Facts
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Floats, Numbers
from channelopt.verify.extras import Figure, extra_figures, service_levels
from channelopt.verify.layout import KEYS, axis, labels
from channelopt.verify.read import Grid

MONEY = frozenset({*(term.name for term in LEDGER), "service_cost", "profit", "cost"})
"""Columns and key figures in currency."""

HALF_A_CENT = Decimal("0.005")
CLOSE = Decimal("1e-9")
NO_ROOM: Mapping[str, Decimal] = {}


def agrees(
    claimed: Decimal | None, right: Decimal | None, *, money: bool, room: Decimal = ZERO
) -> bool:
    """Whether a written figure is the right one.

    Money must be right to half a cent, anything else to 1e-9, plus 1e-9 of the amount for the
    rounding of the numbers it was made of, plus `room` where it is the rest of larger amounts. An
    empty cell is only right where nothing belongs.
    """
    if claimed is None or right is None:
        return claimed is right
    close = HALF_A_CENT if money else CLOSE
    return abs(claimed - right) <= close + CLOSE * abs(right) + room


def differences(
    name: str,
    grid: Grid,
    right: Mapping[str, Figure],
    n: Numbers,
    file: str,
    rooms: Mapping[str, Decimal] = NO_ROOM,
) -> Iterator[str]:
    """Yield every cell of a table that does not say what it should, in words.

    Args:
        name: which table it is.
        grid: what is written.
        right: what each column must say.
        n: the scenario.
        file: for messages.
        rooms: by column, how far a figure may be off beyond its own size.
    """
    ids = labels(n)
    axes = [ids[axis(name, column)] for column in KEYS[name]]
    for key, row in grid.figures.items():
        for column, figure in right.items():
            claimed, recomputed = row[column], figure(key)
            room = rooms.get(column, ZERO)
            if not agrees(claimed, recomputed, money=column in MONEY, room=room):
                where = ", ".join(along[k] for along, k in zip(axes, key, strict=True))
                yield f"{file}, {where}, {column}: {differs(claimed, recomputed)}"


def missing_today(n: Numbers, grid: Grid) -> Iterator[str]:
    """Yield the cells of today's allocation that the table leaves out, in words."""
    today = (n.baseline_share > 0)[..., None] & (n.contacts > 0)[:, :, None, :]
    for key in map(tuple, np.argwhere(today).tolist()):
        if key not in grid.figures:
            s, i, c, t = key
            where = f"{n.segments[s]}, {n.interactions[i]}, {n.ways[c]}, {n.periods[t]}"
            yield f"allocation.csv: no row for {where}, where contacts enter today"


def differs(claimed: Decimal | None, right: Decimal | None) -> str:
    """Say what is written and what is right."""
    found = "nothing is written" if claimed is None else f"{float(claimed):.12g} is written"
    wanted = "nothing belongs there" if right is None else f"recomputed it is {float(right):.12g}"
    return f"{found}, {wanted}"


def right_figures(n: Numbers, f: Facts) -> dict[str, dict[str, Figure]]:
    """Return the right content of every derived column, by table and column."""
    return {
        "allocation": _allocation(n, f),
        "channels": _channels(n, f),
        "segments": _segments(n, f),
        "staff": _staff(n, f),
        **extra_figures(n, f),
    }


def _amounts(amounts: Amounts) -> Figure:
    return lambda key: amounts.get(key, ZERO)


def _given(array: Floats) -> Figure:
    """Return the scenario's own numbers; what is not finite must be empty."""
    return lambda key: exact(array[key]) if isfinite(array[key]) else None


def _allocation(n: Numbers, f: Facts) -> dict[str, Figure]:
    def share(key: Key) -> Decimal | None:
        s, i, _, t = key
        contacts = f.contacts.get((s, i, t))
        return None if contacts is None else f.first_contacts[key] / contacts

    today = _given(n.baseline_share)
    return {"share": share, "baseline_share": lambda key: today(key[:3])}


def _channels(n: Numbers, f: Facts) -> dict[str, Figure]:
    handled = sum_by(f.handled, 2, 3)

    def utilisation(key: Key) -> Decimal | None:
        limit = float(n.capacity[key])
        return handled.get(key, ZERO) / exact(limit) if isfinite(limit) and limit > 0 else None

    return {
        "first_contacts": _amounts(sum_by(f.first_contacts, 2, 3)),
        "passed_on_in": _amounts(sum_by(f.passed_on, 2, 3)),
        "handled": _amounts(handled),
        "capacity": _given(n.capacity),
        "utilisation": utilisation,
        "contact_cost": _amounts(sum_by(f.money["contact_cost"], 2, 3)),
        "fixed_cost": _amounts(f.money["fixed_cost"]),
        "opening_cost": _amounts(f.money["opening_cost"]),
        "closing_cost": _amounts(f.money["closing_cost"]),
        "investment_cost": _amounts(f.money["investment_cost"]),
        "running_cost": _amounts(f.money["running_cost"]),
        "closure_loss": _amounts(sum_by(f.money["closure_loss"], 1, 2)),
    }


def _segments(n: Numbers, f: Facts) -> dict[str, Figure]:
    terms = ("kept_margin", "contact_value", "satisfaction_value", "closure_loss")
    amounts = {term: sum_by(f.money[term], 0, -1) for term in terms}
    service = service_cost(f)
    first = sum_by(f.first_contacts, 0, 3)
    by_touch = {level: _touched(n, f, level) for level in ("high", "medium", "low")}

    def profit(key: Key) -> Decimal:
        gains = total(amounts[term].get(key, ZERO) for term in terms[:3])
        return gains - amounts["closure_loss"].get(key, ZERO) - service.get(key, ZERO)

    def share(level: str) -> Figure:
        def of(key: Key) -> Decimal | None:
            whole = first.get(key, ZERO)
            return by_touch[level].get(key, ZERO) / whole if whole > 0 else None

        return of

    return {
        "customers": _given(n.customers),
        "satisfaction": f.mean.get,
        **{term: _amounts(amounts[term]) for term in terms},
        "service_cost": _amounts(service),
        "profit": profit,
        **{f"share_{level}": share(level) for level in by_touch},
    }


def _touched(n: Numbers, f: Facts, level: str) -> dict[Key, Decimal]:
    """Return first contacts by (s, t) that enter channels of a touch level; bundles have none."""
    touched = {c for c, touch in enumerate(n.touch) if touch == level}
    return sum_by(((key, x) for key, x in f.first_contacts.items() if key[2] in touched), 0, 3)


def service_cost(f: Facts) -> dict[Key, Decimal]:
    """Return contact cost and share of staff cost by (s, t).

    A group's cost is spread over the channels by the hours it spends there, and on a channel over
    the segments by the hours that their contacts need. An idle group belongs to no segment.
    """
    cost = sum_by(f.money["contact_cost"], 0, 3)
    worked = sum_by(f.written.hours, 0, 2)
    on_channel: dict[Key, Decimal] = {}
    for (g, c, t), hours in f.written.hours.items():
        if hours and worked[g, t] > 0:
            paid = f.money["staff_cost"].get((g, t), ZERO) * hours / worked[g, t]
            on_channel[c, t] = on_channel.get((c, t), ZERO) + paid
    needed = sum_by(f.hours_needed, 1, 2)
    for (s, c, t), hours in f.hours_needed.items():
        if needed[c, t] > 0:
            part = on_channel.get((c, t), ZERO) * hours / needed[c, t]
            cost[s, t] = cost.get((s, t), ZERO) + part
    return cost


def _staff(n: Numbers, f: Facts) -> dict[str, Figure]:
    def paid(key: Key) -> Decimal:
        return exact(n.hours_per_fte[key]) * f.written.fte.get(key, ZERO)

    return {
        "hired": _amounts(f.hired),
        "released": _amounts(f.released),
        "hours_needed": _amounts(sum_by(f.written.hours, 0, 2)),
        "hours_paid": paid,
        "service_level": service_levels(n, f)["service_level"],
        "staff_cost": _amounts(f.money["staff_cost"]),
        "hiring_cost": _amounts(f.money["hiring_cost"]),
        "release_cost": _amounts(f.money["release_cost"]),
    }
