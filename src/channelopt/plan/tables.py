"""The tables of a plan, row by row in the order of period, segment, interaction and channel."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.plan.accounts import Accounts
from channelopt.plan.columns import COLUMNS
from channelopt.plan.investments import bought, owned
from channelopt.plan.service import service_rows, shares_reached
from channelopt.plan.table import Cell, Table
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags, Floats, Numbers

TOUCHES = ("high", "medium", "low")


@dataclass(frozen=True)
class Answer:
    """One plan as arrays: the scenario under its upgrades, what was chosen and what follows."""

    numbers: Numbers
    choice: Choice
    accounts: Accounts


def tables(instance: Instance, choice: Choice, accounts: Accounts) -> dict[str, Table]:
    """Write a plan as tables.

    Args:
        instance: the scenario.
        choice: what the plan decides.
        accounts: what follows from it.

    Returns:
        The tables by name, as the run folder has them; some only where there is such a part.
    """
    answer, n = Answer(accounts.numbers, choice, accounts), instance.numbers
    writers: dict[str, Callable[[Answer], Iterator[Row]]] = {
        "allocation": _allocation,
        "offers": _offers,
        "channels": _channels,
        "segments": _segments,
        "staff": _staff,
        "hours": _hours,
        **({"service_levels": _service_levels} if n.service_levels else {}),
        **({"upgrades": _upgrades} if n.upgrades.ids else {}),
        **({"metrics": _metrics} if n.metrics else {}),
    }
    return {
        name: Table(name, COLUMNS[name], tuple(write(answer))) for name, write in writers.items()
    }


Row = tuple[Cell, ...]


def _number(value: float) -> Cell:
    """Return a number as a cell; nan and inf are absent, minus zero is zero."""
    plain = float(value)
    return plain + 0.0 if math.isfinite(plain) else None


def _allocation(a: Answer) -> Iterator[Row]:
    n, entering = a.numbers, a.choice.first_contacts
    baseline = np.broadcast_to(n.baseline_share[..., None], entering.shape)
    shown = (n.contacts[:, :, None, :] > 0) & ((entering > 0) | (np.nan_to_num(baseline) > 0))
    for t, s, i, c in _cells(shown):
        first = entering[s, i, c, t]
        yield (
            *(n.periods[t], n.segments[s], n.interactions[i], n.ways[c]),
            _number(first),
            _number(first / n.contacts[s, i, t]),
            _number(baseline[s, i, c, t]),
        )


def _cells(shown: Flags) -> Iterator[list[int]]:
    """Yield the positions of true cells, the last axis (period) first."""
    yield from np.argwhere(np.moveaxis(shown, -1, 0)).tolist()


def _offers(a: Answer) -> Iterator[Row]:
    n = a.numbers
    for t, s, c in _cells(a.choice.offered):
        yield n.periods[t], n.segments[s], n.channels[c]


def _channels(a: Answer) -> Iterator[Row]:
    n, accounts = a.numbers, a.accounts
    first = accounts.first_contacts.sum(axis=(0, 1))
    passed = accounts.passed_on.sum(axis=(0, 1))
    handled = accounts.handled.sum(axis=(0, 1))
    used = utilisation(n, handled)
    amounts = (
        accounts.contact_cost.sum(axis=0),
        accounts.fixed_cost,
        accounts.opening_cost,
        accounts.closing_cost,
        accounts.investment_cost,
        accounts.running_cost,
        accounts.closure_loss.sum(axis=0),
    )
    columns = (first, passed, handled, n.capacity, used, *amounts)
    names = _upgrade_names(n, owned(n, a.choice))
    for t, period in enumerate(n.periods):
        for c, channel in enumerate(n.channels):
            numbers = (_number(column[c, t]) for column in columns)
            yield period, channel, bool(a.choice.open[c, t]), names.get((c, t), ""), *numbers


def _upgrade_names(n: Numbers, have: Flags) -> dict[tuple[int, int], str]:
    """Return the ids of the owned upgrades by channel and period, `;` between them."""
    names: dict[tuple[int, int], str] = {}
    for k, t in np.argwhere(have).tolist():  # ids are sorted
        at = (int(n.upgrades.channel[k]), t)
        names[at] = f"{names[at]};{n.upgrades.ids[k]}" if at in names else n.upgrades.ids[k]
    return names


def utilisation(numbers: Numbers, handled: Floats) -> Floats:
    """Return (C, T) handled contacts over capacity; nan where capacity is unlimited or none."""
    limited = np.isfinite(numbers.capacity) & (numbers.capacity > 0)
    used: Floats = np.divide(
        handled, numbers.capacity, out=np.full(handled.shape, np.nan), where=limited
    )
    return used


def _segments(a: Answer) -> Iterator[Row]:
    n, accounts = a.numbers, a.accounts
    columns = (
        n.customers,
        accounts.satisfaction,
        accounts.kept_margin,
        accounts.contact_value.sum(axis=1),
        accounts.satisfaction_value,
        accounts.closure_loss.sum(axis=1),
        accounts.service_cost,
        accounts.profit,
        *touch_shares(n, accounts.first_contacts.sum(axis=1)),
    )
    for t, period in enumerate(n.periods):
        for s, segment in enumerate(n.segments):
            yield period, segment, *(_number(column[s, t]) for column in columns)


def touch_shares(numbers: Numbers, first_contacts: Floats) -> Floats:
    """Return each touch level's share of first contacts.

    Args:
        numbers: the scenario.
        first_contacts: (S, W, T); bundles have no touch level.

    Returns:
        (3, S, T) for high, medium and low; nan where a segment makes no contacts.
    """
    total = first_contacts.sum(axis=1)
    levels = np.array([[touch == level for touch in numbers.touch] for level in TOUCHES])
    entered = first_contacts[:, : len(numbers.channels)]
    by_level = np.einsum("lc,sct->lst", levels.astype(np.float64), entered)
    shares: Floats = np.divide(
        by_level, total, out=np.full(by_level.shape, np.nan), where=total > 0
    )
    return shares


def _staff(a: Answer) -> Iterator[Row]:
    n, accounts, choice = a.numbers, a.accounts, a.choice
    worked = choice.hours.sum(axis=1)
    paid = n.hours_per_fte * choice.fte
    before = (choice.fte, accounts.hired, accounts.released, worked, paid)
    after = (accounts.staff_cost, accounts.hiring_cost, accounts.release_cost)
    reached = shares_reached(n, choice)
    for t, period in enumerate(n.periods):
        for g, group in enumerate(n.groups):
            left = (_number(column[g, t]) for column in before)
            right = (_number(column[g, t]) for column in after)
            yield period, group, *left, reached.get((g, t)), *right


def _hours(a: Answer) -> Iterator[Row]:
    n, hours = a.numbers, a.choice.hours
    for t, g, c in _cells(hours > 0):
        yield n.periods[t], n.groups[g], n.channels[c], _number(hours[g, c, t])


def _service_levels(a: Answer) -> Iterator[Row]:
    n = a.numbers
    for (g, t), figures in service_rows(n, a.choice):
        yield n.periods[t], n.groups[g], *(_number(figure) for figure in figures)


def _upgrades(a: Answer) -> Iterator[Row]:
    n, have, new = a.numbers, owned(a.numbers, a.choice), bought(a.numbers, a.choice)
    own = n.upgrades
    order = sorted(range(len(own.ids)), key=lambda k: (int(own.channel[k]), k))
    for t, period in enumerate(n.periods):
        for k in order:
            is_owned, is_new = bool(have[k, t]), bool(new[k, t])
            invested = _number(own.investment[k] if is_new else 0.0)
            running = _number(own.running_cost[k, t] if is_owned else 0.0)
            channel = n.channels[own.channel[k]]
            yield period, channel, own.ids[k], is_owned, is_new, invested, running


def _metrics(a: Answer) -> Iterator[Row]:
    n = a.numbers
    first = a.accounts.first_contacts.sum(axis=1)
    shown = [(first != 0) | (amount != 0) for amount in a.accounts.metrics]
    for t, period in enumerate(n.periods):
        for metric, amount, kept in zip(n.metrics, a.accounts.metrics, shown, strict=True):
            for s, w in np.argwhere(kept[..., t]).tolist():
                numbers = _number(first[s, w, t]), _number(amount[s, w, t])
                yield period, metric.id, n.segments[s], n.ways[w], *numbers
