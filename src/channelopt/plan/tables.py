"""The tables of a plan, row by row in the order of period, segment, interaction and channel."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from channelopt.instance.instance import Instance
from channelopt.plan.accounts import Accounts
from channelopt.plan.table import Cell, Table
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags, Floats, Numbers

TOUCHES = ("high", "medium", "low")

COLUMNS: dict[str, tuple[str, ...]] = {
    "allocation": (
        *("period", "segment", "interaction", "channel"),
        *("first_contacts", "share", "baseline_share"),
    ),
    "offers": ("period", "segment", "channel"),
    "channels": (
        *("period", "channel", "open", "upgrades"),
        *("first_contacts", "passed_on_in", "handled", "capacity", "utilisation"),
        *("contact_cost", "fixed_cost", "opening_cost", "closing_cost", "closure_loss"),
    ),
    "segments": (
        *("period", "segment", "customers", "satisfaction"),
        *("kept_margin", "contact_value", "satisfaction_value", "closure_loss"),
        *("service_cost", "profit", "share_high", "share_medium", "share_low"),
    ),
    "staff": (
        *("period", "group", "fte", "hired", "released"),
        *("hours_needed", "hours_paid", "service_level"),
        *("staff_cost", "hiring_cost", "release_cost"),
    ),
    "hours": ("period", "group", "channel", "hours"),
}
"""Columns of every table, by its name."""


@dataclass(frozen=True)
class Answer:
    """One plan as arrays: the scenario, what was chosen and what follows."""

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
        The tables by name, as the run folder has them.
    """
    answer = Answer(instance.numbers, choice, accounts)
    writers = {
        "allocation": _allocation,
        "offers": _offers,
        "channels": _channels,
        "segments": _segments,
        "staff": _staff,
        "hours": _hours,
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
            *(n.periods[t], n.segments[s], n.interactions[i], n.channels[c]),
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
        accounts.closure_loss.sum(axis=0),
    )
    columns = (first, passed, handled, n.capacity, used, *amounts)
    for t, period in enumerate(n.periods):
        for c, channel in enumerate(n.channels):
            numbers = (_number(column[c, t]) for column in columns)
            yield period, channel, bool(a.choice.open[c, t]), "", *numbers


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
        first_contacts: (S, C, T).

    Returns:
        (3, S, T) for high, medium and low; nan where a segment makes no contacts.
    """
    total = first_contacts.sum(axis=1)
    levels = np.array([[touch == level for touch in numbers.touch] for level in TOUCHES])
    by_level = np.einsum("lc,sct->lst", levels.astype(np.float64), first_contacts)
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
    for t, period in enumerate(n.periods):
        for g, group in enumerate(n.groups):
            left = (_number(column[g, t]) for column in before)
            right = (_number(column[g, t]) for column in after)
            yield period, group, *left, None, *right


def _hours(a: Answer) -> Iterator[Row]:
    n, hours = a.numbers, a.choice.hours
    for t, g, c in _cells(hours > 0):
        yield n.periods[t], n.groups[g], n.channels[c], _number(hours[g, c, t])
