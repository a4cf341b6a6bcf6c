"""The plan held while numbers change: the same channels, offers, upgrades and shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from channelopt.plan.accounts import account
from channelopt.terms.choice import Choice
from channelopt.terms.erlang import agents_needed
from channelopt.terms.numbers import Floats, Numbers, ServiceLevel

Staff = Literal["follow", "held"]

ROUNDING = 1e-9
"""So much of an FTE, relative to max(1, FTE), is no reason for another one."""

SAFE = 1e-7
"""Share by which the load of agents is taken larger, so that rounding never needs another one."""


@dataclass(frozen=True)
class Position:
    """A plan and what it was made for, as far as carrying it on needs it."""

    contacts: Floats  # (S, I, T) that the plan was made for
    choice: Choice
    hours_needed: Floats  # (C, T) hours of its work
    least_fte: Floats  # (G, T) FTE that its work needs


def position(n: Numbers, choice: Choice) -> Position:
    """Return a plan as it stands in the scenario that it was made for."""
    needed = account(n, choice).hours_needed
    return Position(n.contacts, choice, needed, needed_fte(n, choice.hours))


def follow(before: Numbers, choice: Choice, after: Numbers, staff: Staff = "follow") -> Choice:
    """Return a plan as it is carried on when the numbers turn out otherwise.

    Channels, upgrades, offers and the share of each pair's contacts that enters each way are
    held. Hours follow the work, between groups as in the plan; work that was none before goes to
    the first group with FTE that can do it. Rules may be broken.

    Args:
        before: the scenario that the plan was made for.
        choice: the plan.
        after: the scenario as it turns out; same ids.
        staff: whether FTE follow the work: a group keeps the FTE that it has beyond what its work
            needs, whole FTE and service levels are obeyed, limits of FTE are not; or are held.

    Returns:
        The decisions; with equal numbers, those of the plan.
    """
    return carried_on(position(before, choice), after, staff)


def carried_on(held: Position, after: Numbers, staff: Staff = "follow") -> Choice:
    """Return a plan carried on in a scenario; see `follow`.

    Args:
        held: the plan, in the ids of that scenario.
        after: the scenario.
        staff: whether FTE follow the work.
    """
    choice = held.choice
    first = _first_contacts(held, after)
    moved = replace(choice, first_contacts=first)
    hours = _hours(after, choice, held.hours_needed, account(after, moved).hours_needed)
    fte = choice.fte
    if staff == "follow":
        least, now = held.least_fte, needed_fte(after, hours)
        spare = np.maximum(choice.fte - least, 0.0)
        fte = np.where(now == least, choice.fte, np.maximum(now + spare, after.min_fte))
    return replace(moved, hours=hours, fte=fte)


def _first_contacts(held: Position, after: Numbers) -> Floats:
    """Return (S, I, W, T): the same shares of the contacts as they turn out."""
    old, new = held.contacts, after.contacts
    times = np.divide(new, old, out=np.ones_like(old), where=(old > 0) & (old != new))
    moved: Floats = held.choice.first_contacts * times[:, :, None, :]
    return _rounded(moved, after) if after.whole_contacts else moved


def _rounded(first: Floats, after: Numbers) -> Floats:
    """Round to whole contacts by largest remainder; each pair keeps its rounded sum."""
    target = np.rint(np.minimum(first.sum(axis=2), after.contacts))
    down = np.floor(first + ROUNDING)
    missing = np.rint(target - down.sum(axis=2))[:, :, None, :]
    rank = np.argsort(np.argsort(down - first, axis=2, kind="stable"), axis=2, kind="stable")
    whole: Floats = down + (rank < missing)
    return whole


def _hours(after: Numbers, choice: Choice, was: Floats, needed: Floats) -> Floats:
    """Return (G, C, T): the work of each channel, split between groups as in the plan."""
    given = choice.hours.sum(axis=0)
    same = was == needed
    times = np.divide(needed, given, out=np.zeros_like(needed), where=(given > 0) & ~same)
    hours: Floats = choice.hours * np.where(same, 1.0, times)
    for c, t in np.argwhere((given <= 0) & (needed > 0)).tolist():
        ready = np.lexsort((choice.fte[:, t] <= 0, ~after.serves[:, c]))
        hours[ready[0], c, t] = needed[c, t]
    return hours


def needed_fte(n: Numbers, hours: Floats) -> Floats:
    """Return the least FTE that the work of each group needs, whole and in time where it must be.

    Args:
        n: the scenario.
        hours: (G, C, T).

    Returns:
        (G, T); limits of FTE are not looked at.
    """
    worked = hours.sum(axis=1)
    least: Floats = worked / n.hours_per_fte
    for g, target in n.service_levels.items():
        least[g] = np.maximum(least[g], _for_agents(target, worked[g]) / n.hours_per_fte[g])
    room = ROUNDING * np.maximum(1.0, least)
    return np.where(n.whole_fte[:, None], np.ceil(least - room), least)


def _for_agents(target: ServiceLevel, worked: Floats) -> Floats:
    """Return (T,) the paid hours that put enough agents into the busy hour."""
    load = target.peak_factor * worked * (1.0 + SAFE) / target.open_hours
    agents = agents_needed(target, load)
    paid: Floats = agents * target.open_hours / target.peak_factor
    return paid
